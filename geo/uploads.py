"""Keeps uploaded files: each content once, below the data directory, readable by nobody but the server.

Write → fsync → rename: a name that the database knows is a whole file. Leftovers of a killed upload have another name
and are swept away.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from projects.errors import Fault, InvalidInput, NoRoom

_CHUNK = 1024 * 1024
_PART = ".part"
_UNFINISHED_SECONDS = 3600.0
FOLDER = "uploads"
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
FULL = Fault(
    "tệp",
    "Đĩa của máy chủ đã đầy: tệp chưa được nhận, không có gì được ghi. Báo quản trị rồi gửi lại.",
    "The server's disk is full: the file was not taken, nothing was written. Tell the administrator, then try again.",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept file: SHA-256 of its bytes, its size, and its name below the folder."""

    sha256: str
    bytes: int
    name: str


def store(source: BinaryIO | Iterable[bytes], folder: Path, *, most_bytes: int, room_bytes: int) -> Stored:
    """Writes `source` to `folder` as it comes; the same bytes again are kept once.

    `most_bytes` bounds the file, `room_bytes` what is left of the quota. Raises InvalidInput for an empty or too
    large file, NoRoom when the disk or the quota is full; nothing remains then.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f"{secrets.token_hex(16)}{_PART}"
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            for chunk in _chunks(source):
                size += len(chunk)
                if size > most_bytes:
                    raise InvalidInput([_too_large(most_bytes)])
                if size > room_bytes:
                    raise NoRoom([_no_quota(room_bytes)])
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if size == 0:
            raise InvalidInput([Fault("tệp", "Tệp rỗng.", "The file is empty.")])
        name = digest.hexdigest()
        os.replace(part, folder / name)
        sync_folder(folder)
    except OSError as error:
        part.unlink(missing_ok=True)
        if error.errno in NO_SPACE:
            raise NoRoom([FULL]) from None
        raise
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Stored(name, size, name)


@contextmanager
def under_its_name(folder: Path, stored_as: str, filename: str) -> Iterator[Path]:
    """The kept file under the name it was sent with, for as long as it is read: a second link, no copy."""
    with tempfile.TemporaryDirectory(prefix=".reading-", dir=folder) as own:
        link = Path(own, safe_name(filename))
        os.link(folder / stored_as, link)
        yield link


def safe_name(filename: str) -> str:
    """The last part of a file name without control characters and separators, at most 100 characters."""
    last = re.split(r"[/\\]", filename)[-1]
    plain = "".join(c for c in last if c.isprintable() and c not in ':*?"<>|').strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return (f"{stem[:90]}{dot}{ending[:9]}" if dot else plain[:100]) or "tep"


def sweep(folder: Path, known: Collection[str], *, now: float, age: float = _UNFINISHED_SECONDS) -> int:
    """Removes files older than `age` seconds that no row names, also unfinished ones; gives their number."""
    gone = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and path.name not in known:
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime > age:
                    path.unlink()
                    gone += 1
    return gone


def _chunks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    if not hasattr(source, "read"):
        yield from source
        return
    while chunk := source.read(_CHUNK):
        yield chunk


def sync_folder(folder: Path) -> None:
    """What was put into the folder stays there when the power fails."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _too_large(most: int) -> Fault:
    return Fault(
        "tệp",
        f"Tệp lớn hơn {most / 2**20:.0f} MB, giới hạn cho một tệp.",
        f"The file is larger than {most / 2**20:.0f} MB, the limit of one file.",
    )


def _no_quota(room: int) -> Fault:
    return Fault(
        "tệp",
        f"Dự án chỉ còn {room / 2**20:.0f} MB chỗ cho tệp gửi lên: bỏ bớt tệp đã từ chối rồi gửi lại.",
        f"The project has {room / 2**20:.0f} MB left for uploaded files: remove refused ones, then try again.",
    )
