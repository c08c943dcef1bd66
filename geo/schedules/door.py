"""The parent's side: a private copy of the file, the limited child, a check of all that it answers.

Nothing of a foreign file is parsed in this process, and no Java runs in it.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from geo.importers import sandbox
from geo.importers.faults import refuse
from geo.importers.limits import Limits
from geo.importers.messages import FAILURES
from geo.importers.values import shorten
from geo.schedules.child import PHASE, PHASES, WRITTEN
from geo.schedules.limits import HEAP_MEGABYTES, LIMITS
from geo.schedules.messages import sentence
from projects.errors import InvalidInput
from projects.interchange.imported import Imported
from projects.interchange.mapping import mapped
from projects.interchange.plan import Plan, plain, plan_of
from projects.interchange.words import Note

CHILD = "geo.schedules.child"
FORMATS = ("mspdi", "xer")
_ANSWER_BYTES = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
Watch = Callable[[str], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read: its bytes' SHA-256 and size, the sender's plan, and what it came to."""

    sha256: str
    bytes: int
    plan: Plan
    imported: Imported


def read_schedule(
    path: Path,
    *,
    filename: str | None = None,
    limits: Limits = LIMITS,
    isolate: bool | None = None,
    watch: Watch = lambda phase: None,
) -> Read:
    """Reads MSPDI, MPP, XER or PMXML. Raises InvalidInput with every fault of the file; nothing remains then.

    `isolate` forces bubblewrap on or off (None: on where it works). `watch` hears twice a second how far the child is
    (one of its `PHASES`); what it raises ends the child and is raised.
    """
    filename = shorten(filename or path.name, 100)
    with tempfile.TemporaryDirectory(prefix="duonggang-schedule-") as folder:
        source, out = _folders(folder)
        digest, size = _take_copy(path, source / "upload", filename, limits)
        asked = {"task": "read", "path": str(source / "upload")}
        answer = _ask(asked, source, out, filename, limits, isolate, watch)
        if answer.get("faults"):
            raise InvalidInput([sentence(*row) for row in _rows(answer["faults"], filename)])
        try:
            plan = plan_of(answer["plan"])
        except (KeyError, TypeError, ValueError) as error:
            _log.warning("the schedule child's answer for %s does not hold together: %r", filename, error)
            raise refuse(filename, *FAILURES["crash"]) from error
    imported = mapped(plan)
    encoding = str(answer.get("encoding", ""))
    if encoding.startswith("cp"):
        note = Note("encoding", detail=encoding.replace("cp", "Windows-"))
        imported = replace(imported, notes=(note, *imported.notes))
    return Read(digest, size, plan, imported)


def write_schedule(plan: Plan, form: str, *, limits: Limits = LIMITS, isolate: bool | None = None) -> bytes:
    """A plan as a file of `form`: mspdi or xer (in UTF-8). Raises InvalidInput where Java is missing or fails."""
    if form not in FORMATS:
        raise ValueError(form)
    with tempfile.TemporaryDirectory(prefix="duonggang-schedule-") as folder:
        source, out = _folders(folder)
        (source / "plan.json").write_text(json.dumps(plain(plan), allow_nan=False), "utf-8")
        asked = {"task": "write", "kind": form, "path": str(source / "plan.json")}
        _ask(asked, source, out, form, limits, isolate)
        return _own_file(out / WRITTEN, limits.output_bytes)


def _folders(folder: str) -> tuple[Path, Path]:
    source, out = Path(folder, "in"), Path(folder, "out")
    source.mkdir(mode=0o700)
    out.mkdir(mode=0o700)
    return source, out


def _take_copy(path: Path, target: Path, filename: str, limits: Limits) -> tuple[str, int]:
    """Copies the file once, so that what is hashed and read are the same bytes."""
    try:
        # O_NONBLOCK: a named pipe must not make us wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise refuse(filename, "Không mở được tệp.", "The file cannot be opened.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refuse(filename, "Đây không phải là một tệp thường.", "This is not a regular file.")
    digest, size = sha256(), 0
    with os.fdopen(descriptor, "rb") as upload, target.open("wb") as copy:
        while piece := upload.read(_CHUNK):
            size += len(piece)
            if size > limits.file_bytes:
                most = limits.file_bytes / 1e6
                raise refuse(filename, f"Tệp lớn hơn {most:g} MB.", f"The file is larger than {most:g} MB.")
            digest.update(piece)
            copy.write(piece)
    if size == 0:
        raise refuse(filename, "Tệp rỗng.", "The file is empty.")
    return digest.hexdigest(), size


def _ask(
    said: dict[str, Any], source: Path, out: Path, filename: str, limits: Limits, isolate: bool | None,
    watch: Watch = lambda phase: None,
) -> dict[str, Any]:  # fmt: skip
    if shutil.disk_usage(out).free < limits.output_bytes // 4:
        raise refuse(filename, "Máy chủ hết chỗ trống trên đĩa.", "The server has no disk space left.")
    request = source / "request.json"
    whole = {**said, "out": str(out), "heap": HEAP_MEGABYTES, "limits": limits.as_dict()}
    request.write_text(json.dumps(whole), "utf-8")
    try:
        # Debian's Java keeps its settings there.
        java = sorted(Path("/etc").glob("java-*"))
        sandbox.run_child(
            request,
            source,
            out,
            limits,
            isolate=isolate,
            module=CHILD,
            also=java,
            watch=lambda: watch(_phase(out)),
        )
        answer = json.loads(_own_file(out / "answer.json", _ANSWER_BYTES))
        if not isinstance(answer, dict):
            raise ValueError("the answer is not an object")
    except sandbox.ChildFailed as failed:
        _log.warning("schedule child for %s failed (%s): %s", filename, failed.failure, failed.stderr)
        raise refuse(filename, *FAILURES[failed.failure]) from failed
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("schedule child for %s gave no usable answer: %r", filename, error)
        raise refuse(filename, *FAILURES["crash"]) from error
    if "refused" in answer:
        raise InvalidInput([sentence(answer["refused"], filename, answer.get("values"))])
    return answer


def _phase(out: Path) -> str:
    """How far the child says it is: one of the words that we know."""
    with suppress(OSError, ValueError):
        said = _own_file(out / PHASE, 20).decode("ascii", "replace")
        return said if said in PHASES else PHASES[0]
    return PHASES[0]


def _own_file(path: Path, most: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise ValueError("not a regular file")
        text = handle.read(most + 1)
    if len(text) > most:
        raise ValueError("the file is too large")
    return text


def _rows(value: Any, filename: str) -> list[tuple[Any, Any, Any]]:
    rows = value if isinstance(value, list) else []
    found = [(row[0], row[1], row[2]) for row in rows if isinstance(row, list) and len(row) == 3]
    if not found:
        raise refuse(filename, *FAILURES["crash"])
    return found
