"""The parent's side of the look at a paper or picture: a private folder, the child, nothing believed of its answer."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from geo.documents import messages
from geo.documents.bounds import CHILD, MOST_PAGES, MOST_SIDE
from geo.documents.kinds import ENDINGS
from geo.importers import sandbox
from geo.importers.limits import Limits
from geo.importers.messages import FAILURES
from projects.errors import Fault, InvalidInput

MODULE = "geo.documents.child"
COPIES = {"view": "view.jpg", "thumb": "thumb.jpg"}
_ANSWER_BYTES = 64 * 1024
_PIECE = 1024 * 1024
_JPEG = b"\xff\xd8\xff"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """A paper or picture that may be kept. Pixels as seen; `taken_at`, `lon`, `lat` are what EXIF says, a remark.

    `original` and the `copies` (view, thumb: JPEGs made anew) lie in a folder that goes with the `with` of `checked`.
    """

    sha256: str
    bytes: int
    media_type: str
    width: int | None
    height: int | None
    pages: int | None
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    original: Path
    copies: dict[str, Path]


@contextmanager
def checked(
    path: Path, filename: str, folder: Path, *, isolate: bool | None = None, limits: Limits = CHILD
) -> Iterator[Checked]:
    """Has the child look at `path`, which lies in the file system of `folder`. Raises InvalidInput with a sentence.

    `filename` is what messages call it. `isolate` forces bubblewrap on or off (None: on where it works).
    """
    with tempfile.TemporaryDirectory(prefix=".looking-", dir=folder) as own:
        source, out = Path(own, "in"), Path(own, "out")
        source.mkdir(mode=0o700)
        out.mkdir(mode=0o700)
        original = source / "upload"
        os.link(path, original)  # the same bytes under a fixed name: no name from outside reaches the child
        sha256, size = digest(original)
        answer = _ask(source, out, filename, isolate, limits)
        try:
            found = _believe(answer, out, original, sha256, size)
        except (KeyError, TypeError, ValueError, OSError) as error:
            _log.warning("the answer about %s does not hold together: %r", sha256[:12], error)
            raise _refused(filename, FAILURES["crash"]) from error
        yield found


def digest(path: Path) -> tuple[str, int]:
    """SHA-256 and number of bytes of a file."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            size += len(piece)
            found.update(piece)
    return found.hexdigest(), size


def _ask(source: Path, out: Path, filename: str, isolate: bool | None, limits: Limits) -> dict[str, Any]:
    request = source / "request.json"
    request.write_text(
        json.dumps({"path": str(source / "upload"), "out": str(out), "limits": limits.as_dict()}), "utf-8"
    )
    try:
        sandbox.run_child(request, source, out, limits, isolate=isolate, module=MODULE)
        answer = json.loads(_read(out / "answer.json", _ANSWER_BYTES))
    except sandbox.ChildFailed as failed:
        _log.warning("the look at a document failed (%s): %s", failed.failure, failed.stderr)
        raise _refused(filename, FAILURES[failed.failure]) from failed
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("the look at a document gave no usable answer: %r", error)
        raise _refused(filename, FAILURES["crash"]) from error
    if not isinstance(answer, dict):
        raise _refused(filename, FAILURES["crash"])
    if "refused" in answer:
        raise _refused(filename, messages.refusal(answer["refused"], answer.get("values")))
    return answer


def _believe(answer: dict[str, Any], out: Path, original: Path, sha256: str, size: int) -> Checked:
    media_type = answer["media_type"]
    if media_type not in ENDINGS:
        raise ValueError("an unknown kind of file")
    copies = {}
    for name, file in COPIES.items():
        if (out / file).exists():
            if _read(out / file, CHILD.output_bytes)[:3] != _JPEG:
                raise ValueError("a copy that is no JPEG")
            copies[name] = out / file
    if media_type.startswith("image/") and set(copies) != set(COPIES):
        raise ValueError("a picture without its copies")
    lon, lat = _number(answer.get("lon"), 180), _number(answer.get("lat"), 90)
    taken = answer.get("taken_at")
    return Checked(
        sha256=sha256,
        bytes=size,
        media_type=media_type,
        width=_whole(answer.get("width"), MOST_SIDE),
        height=_whole(answer.get("height"), MOST_SIDE),
        pages=_whole(answer.get("pages"), MOST_PAGES),
        taken_at=_moment(taken) if isinstance(taken, str) else None,
        lon=lon if lat is not None else None,
        lat=lat if lon is not None else None,
        original=original,
        copies=copies,
    )


def _moment(text: str) -> datetime | None:
    """The camera's time; a clock that stands at a day that is none says nothing."""
    try:
        found = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return found if found.tzinfo is not None and 1990 <= found.year <= 2100 else None


def _number(value: Any, most: float) -> float | None:
    if value is None:
        return None
    found = float(value)
    if not math.isfinite(found) or abs(found) > most:
        raise ValueError("no place on earth")
    return found


def _whole(value: Any, most: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise ValueError("a count out of bounds")
    return value


def _read(path: Path, most: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise ValueError("not a regular file")
        content = handle.read(most + 1)
    if len(content) > most:
        raise ValueError("too large")
    return content


def _refused(filename: str, sentence: tuple[str, str]) -> InvalidInput:
    return InvalidInput([Fault(filename, *sentence)])
