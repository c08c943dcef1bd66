"""The anchor file: heads of the history's chain, one JSON line each, kept where the database's owner cannot write.

A line is `{"at", "event_id", "hash", "rows"}`: when it was written (UTC), the newest event, its hash in hexadecimal
and how many events there were up to it. Lines are only ever added; `chattr +a` or another host makes sure of that.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from geo.chain import Anchor, Head
from projects.errors import Fault, InvalidInput

_TAIL = 4096  # octets; a line has less than 200


@dataclass(frozen=True, slots=True)
class AnchorFile:
    """The anchors of a file in its order, and what is odd about it without being wrong."""

    anchors: tuple[Anchor, ...]
    warnings: tuple[Fault, ...]


def read_anchors(path: Path) -> AnchorFile:
    """All anchors of a file; a file that is not there has none, with a warning.

    A line that a power cut tore has no closing brace and gives a warning. Raises InvalidInput with every other line
    that is no anchor, and OSError when the file cannot be read.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return AnchorFile((), (_none(path),))
    anchors: list[Anchor] = []
    warnings: list[Fault] = []
    faults: list[Fault] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        where = f"{path.name}:{number}"
        try:
            anchors.append(_parse(line))
        except (ValueError, KeyError, TypeError):
            if line.rstrip().endswith(b"}"):
                faults.append(Fault(where, "Dòng này không phải neo.", "This line is not an anchor."))
            else:
                warnings.append(Fault(where, "Dòng viết dở, bỏ qua.", "A torn line, passed over."))
    if faults:
        raise InvalidInput(faults)
    if not anchors:
        warnings.append(_none(path))
    return AnchorFile(tuple(anchors), tuple(warnings))


def append_anchor(path: Path, head: Head, *, at: datetime) -> bool:
    """Adds `head` as one line that is on the disk when this returns; False when the last line says it already.

    Makes the file, not its folder: a mount that is missing must be noticed. Raises OSError.
    """
    anchor = Anchor(at.astimezone(UTC), head.event_id, head.hash, head.rows)
    new = not path.exists()
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        tail = os.pread(file, _TAIL, max(0, os.fstat(file).st_size - _TAIL))
        if _says(tail, anchor):
            return False
        # After a torn line, so that it does not swallow this one.
        line = (b"\n" if tail and not tail.endswith(b"\n") else b"") + _line(anchor)
        if os.write(file, line) != len(line):
            raise OSError(f"{path}: written in part only")
        os.fsync(file)
    finally:
        os.close(file)
    if new:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return True


def _says(tail: bytes, anchor: Anchor) -> bool:
    if not tail.endswith(b"\n"):
        return False
    try:
        last = _parse(tail.splitlines()[-1])
    except (ValueError, KeyError, TypeError):
        return False
    return (last.event_id, last.hash, last.rows) == (anchor.event_id, anchor.hash, anchor.rows)


def _line(anchor: Anchor) -> bytes:
    values = {
        "at": anchor.at.isoformat(timespec="seconds"),
        "event_id": anchor.event_id,
        "hash": anchor.hash.hex(),
        "rows": anchor.rows,
    }
    return json.dumps(values).encode() + b"\n"


def _parse(line: bytes) -> Anchor:
    values = json.loads(line)
    at = datetime.fromisoformat(values["at"])
    found = bytes.fromhex(values["hash"])
    event_id, rows = values["event_id"], values["rows"]
    if at.tzinfo is None or len(found) != 32 or type(event_id) is not int or type(rows) is not int:
        raise ValueError("not an anchor")
    return Anchor(at, event_id, found, rows)


def _none(path: Path) -> Fault:
    return Fault(
        path.name,
        "Chưa có neo nào: không thể biết đuôi lịch sử có bị cắt hay cả chuỗi có bị tính lại không.",
        "No anchor yet: whether the tail was cut or all of it was computed anew cannot be known.",
    )
