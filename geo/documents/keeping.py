"""Keeps papers and pictures by their content: `documents/ab/ab12…`, mode 0600, each content once per installation.

Written whole, flushed, renamed, and only then named by a row: a row never points to what is not there. What a killed
upload leaves behind no row names, and it is swept away.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from geo.documents.checking import Checked
from geo.uploads import FULL, NO_SPACE, sync_folder
from projects.errors import NoRoom

FOLDER = "documents"
PARTS = "parts"
COPY_ENDINGS = {"original": "", "view": ".view.jpg", "thumb": ".thumb.jpg"}
_HASH = re.compile(r"[0-9a-f]{64}")
_UNFINISHED_SECONDS = 3600.0


def documents_folder(home: Path) -> Path:
    """Where papers and pictures lie in the data directory; made when it is missing."""
    folder = home / FOLDER
    for each in (folder, folder / PARTS):
        each.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def place_of(folder: Path, sha256: str, copy: str = "original") -> Path:
    """The file of a content, or of one of its copies (view, thumb). Raises ValueError for what is no hash."""
    if not _HASH.fullmatch(sha256):
        raise ValueError("no SHA-256")
    return folder / sha256[:2] / f"{sha256}{COPY_ENDINGS[copy]}"


def part_of(folder: Path, upload: int | str) -> Path:
    """The unfinished file of an upload."""
    return folder / PARTS / f"{upload}.part"


def append(folder: Path, upload: int, offset: int, piece: bytes) -> None:
    """Writes `piece` at `offset` of an unfinished file; what lay behind goes. On the disk when this returns.

    Raises NoRoom when the disk is full.
    """
    if offset == 0:
        drop(folder, upload)  # never into a file that is there: it may be another name of a kept one
    try:
        handle = os.open(part_of(folder, upload), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(handle, offset)
            os.lseek(handle, offset, os.SEEK_SET)
            with os.fdopen(os.dup(handle), "wb", closefd=True) as target:
                target.write(piece)
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NoRoom([FULL]) from None
        raise


def held(folder: Path, upload: int) -> int:
    """How many bytes of an unfinished file there are."""
    with suppress(FileNotFoundError):
        return part_of(folder, upload).stat().st_size
    return 0


def drop(folder: Path, upload: int | str) -> None:
    """Removes an unfinished file."""
    part_of(folder, upload).unlink(missing_ok=True)


def keep(folder: Path, found: Checked) -> None:
    """Moves a checked file and its copies to their places, over equal ones that may be there; flushed to the disk.

    Also where the content is there already, for whom ever: so it is young again, and no sweep takes it from under a row
    that is not yet committed. Raises NoRoom when the disk is full.
    """
    place = place_of(folder, found.sha256)
    try:
        place.parent.mkdir(exist_ok=True, mode=0o700)
        for name, copy in found.copies.items():
            _settle(copy, place_of(folder, found.sha256, name))
        _settle(found.original, place)
        sync_folder(place.parent)
        sync_folder(folder)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NoRoom([FULL]) from None
        raise


def sweep(
    folder: Path,
    contents: Collection[str],
    uploads: Collection[int],
    *,
    now: float,
    age: float = _UNFINISHED_SECONDS,
) -> int:
    """Removes what is older than `age` seconds and named by nobody; gives the number of files and folders.

    `contents` are the hashes that rows name, `uploads` the numbers of uploads that are not finished.
    """
    gone = 0
    for path in sorted(folder.glob("*/*")):
        if path.parent.name.startswith("."):
            continue
        if path.parent.name == PARTS:
            wanted = path.stem.isdecimal() and int(path.stem) in uploads
        else:
            wanted = path.name[:64] in contents
        with suppress(FileNotFoundError):
            if not wanted and path.is_file() and now - path.stat().st_mtime > age:
                path.unlink()
                gone += 1
    for left in folder.glob(".looking-*"):
        with suppress(FileNotFoundError):
            if now - left.stat().st_mtime > age:
                shutil.rmtree(left, ignore_errors=True)
                gone += 1
    return gone


def _settle(source: Path, target: Path) -> None:
    # The original is a second name of the unfinished file: its time says when it was sent, and it counts from now.
    stamp = time.time()
    os.chmod(source, 0o600)
    handle = os.open(source, os.O_RDONLY)
    try:
        os.utime(handle, (stamp, stamp))
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(source, target)
