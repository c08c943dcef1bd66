"""The parent's side of the door: takes a private copy of an upload, has the child read it, believes nothing.

Order: size and kind of the file, its first bytes, the rules of a ZIP, a copy under a fixed name in a folder of mode
0700, the child, then a check of every number that the child sent. Nothing of the folder remains.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
import numpy.typing as npt

from geo.importers import lines, sandbox, shapes
from geo.importers.faults import refuse
from geo.importers.filecrs import FileCrs
from geo.importers.formats import FIXED_NAMES, Format, detect, unpack_shapefile
from geo.importers.limits import Limits
from geo.importers.messages import FAILURES, refusal
from geo.importers.values import Cell, shorten

Purpose = Literal["parcels", "wards", "alignments"]

_log = logging.getLogger(__name__)
_CHUNK = 1024 * 1024
_ANSWER_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class VectorFile:
    """One layer of a file, as the child read it; nothing is judged yet.

    `columns`: field → one cell per feature, only for fields that the file has (`headings`: field → its column there;
    `contested`: field → columns that all claim to be it). `kinds`, `shapes` and `ring_vertices` have one entry per
    feature: a code of `geo.importers.shapes`, the two-dimensional polygon or None, the vertices of its longest ring.
    `types` names other geometry types by feature index. `sha256` is that of the upload.
    """

    filename: str
    sha256: str
    format: Format
    layer: str
    rows: int
    crs: FileCrs
    columns: Mapping[str, list[Cell]]
    headings: Mapping[str, str]
    contested: Mapping[str, list[str]]
    kinds: npt.NDArray[np.uint8]
    shapes: npt.NDArray[np.object_]
    ring_vertices: npt.NDArray[np.int64]
    types: Mapping[int, str]
    with_z: int
    with_m: bool
    notes: tuple[str, ...]
    lines: npt.NDArray[np.object_] | None = None  # MultiLineStrings, read for alignments only


def read_vector(
    path: Path, *, purpose: Purpose, layer: str | None, limits: Limits, isolate: bool | None = None
) -> VectorFile:
    """Reads `path` in a limited child process. Raises InvalidInput when it cannot be read at all.

    `isolate` forces bubblewrap on or off (None: on where it works).
    """
    filename = shorten(path.name, 100)
    with tempfile.TemporaryDirectory(prefix="duonggang-import-") as folder:
        source, out = Path(folder, "in"), Path(folder, "out")
        source.mkdir(mode=0o700)
        out.mkdir(mode=0o700)
        kind, sha256 = _take_copy(path, source, filename, limits)
        answer = _ask_child(kind, source, out, filename, purpose, layer, limits, isolate)
        try:
            found = _vector_file(answer, out, filename, sha256, kind, limits)
            if purpose == "alignments":
                found = replace(found, lines=lines.unpack_lines(out, found.rows, limits))
            return found
        except (shapes.Damaged, KeyError, TypeError, ValueError, OSError) as error:
            _log.warning("the import child's answer for %s does not hold together: %r", filename, error)
            raise refuse(filename, *FAILURES["crash"]) from error


def _take_copy(path: Path, folder: Path, filename: str, limits: Limits) -> tuple[Format, str]:
    """Copies the upload once, so that what is checked, hashed and read are the same bytes."""
    try:
        # O_NONBLOCK: a named pipe must not make us wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise refuse(filename, "Không mở được tệp.", "The file cannot be opened.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise refuse(filename, "Đây không phải là một tệp thường.", "This is not a regular file.")
    with os.fdopen(descriptor, "rb") as upload, (folder / "upload").open("w+b") as copy:
        sha256 = _copy(upload, copy, filename, limits)
        found = detect(copy, filename)
        if found == "zip":
            unpack_shapefile(copy, folder, filename, limits)
    if found == "zip":
        (folder / "upload").unlink()
        return "shp", sha256
    (folder / "upload").rename(folder / FIXED_NAMES[found])
    return found, sha256


def _copy(upload: BinaryIO, copy: BinaryIO, filename: str, limits: Limits) -> str:
    digest, size = hashlib.sha256(), 0
    while piece := upload.read(_CHUNK):
        size += len(piece)
        if size > limits.file_bytes:
            megabytes = limits.file_bytes / 1024**2
            raise refuse(
                filename, f"Tệp lớn hơn {megabytes:g} MB.", f"The file is larger than {megabytes:g} MB."
            )
        digest.update(piece)
        copy.write(piece)
    if size == 0:
        raise refuse(filename, "Tệp rỗng.", "The file is empty.")
    copy.flush()
    return digest.hexdigest()


def _ask_child(
    kind: Format,
    source: Path,
    out: Path,
    filename: str,
    purpose: Purpose,
    layer: str | None,
    limits: Limits,
    isolate: bool | None,
) -> dict[str, Any]:
    if shutil.disk_usage(out).free < limits.output_bytes // 4:
        raise refuse(filename, "Máy chủ hết chỗ trống trên đĩa.", "The server has no disk space left.")
    request = source / "request.json"
    request.write_text(
        json.dumps(
            {
                "path": str(source / FIXED_NAMES[kind]),
                "out": str(out),
                "format": kind,
                "purpose": purpose,
                "layer": layer,
                "limits": limits.as_dict(),
            }
        ),
        "utf-8",
    )
    try:
        sandbox.run_child(request, source, out, limits, isolate=isolate)
        answer = _load_answer(out / "answer.json")
    except sandbox.ChildFailed as failed:
        _log.warning("import child for %s failed (%s): %s", filename, failed.failure, failed.stderr)
        raise refuse(filename, *FAILURES[failed.failure]) from failed
    except (OSError, ValueError) as error:
        _log.warning("import child for %s gave no usable answer: %r", filename, error)
        raise refuse(filename, *FAILURES["crash"]) from error
    if "refused" in answer:
        vi, en = refusal(answer.get("refused"), answer.get("values"))
        raise refuse(filename, vi, en)
    return answer


def _load_answer(path: Path) -> dict[str, Any]:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise ValueError("the answer is not a regular file")
        text = handle.read(_ANSWER_BYTES + 1)
    if len(text) > _ANSWER_BYTES:
        raise ValueError("the answer is too large")
    try:
        answer = json.loads(text)
    except RecursionError as error:
        raise ValueError("the answer is nested too deeply") from error
    if not isinstance(answer, dict):
        raise ValueError("the answer is not an object")
    return answer


def _vector_file(
    answer: Mapping[str, Any], out: Path, filename: str, sha256: str, kind: Format, limits: Limits
) -> VectorFile:
    """The child's answer as a typed value. Raises ValueError, KeyError or TypeError when a part is not as agreed."""
    rows = int(answer["rows"])
    if not 0 <= rows <= limits.rows:
        raise ValueError("more rows than allowed")
    columns: dict[str, list[Cell]] = {}
    for field, cells in answer["columns"].items():
        if rows and (len(cells) != rows or not all(isinstance(c, str | int | float | None) for c in cells)):
            raise ValueError(f"column {field} is not as agreed")
        columns[str(field)] = list(cells)
    kinds, geometries, ring_vertices = shapes.unpack(out, rows, limits)
    return VectorFile(
        filename=filename,
        sha256=sha256,
        format=kind,
        layer=shorten(str(answer["layer"]), 100),
        rows=rows,
        crs=_crs(answer["crs"]),
        columns=columns,
        headings={str(field): shorten(str(name)) for field, name in answer["headings"].items()},
        contested={str(f): [shorten(str(n)) for n in names] for f, names in answer["contested"].items()},
        kinds=kinds,
        shapes=geometries,
        ring_vertices=ring_vertices,
        types={int(row): shorten(str(name)) for row, name in answer["types"].items()},
        with_z=int(answer["with_z"]),
        with_m=bool(answer["with_m"]),
        notes=tuple(shorten(str(note), 200) for note in answer["notes"]),
    )


def _crs(said: Mapping[str, Any]) -> FileCrs:
    if said["kind"] not in ("none", "epsg", "bound", "custom", "unreadable"):
        raise ValueError("unknown kind of CRS")
    return FileCrs(
        kind=said["kind"],
        srid=None if said["srid"] is None else int(said["srid"]),
        name=shorten(str(said["name"]), 80),
        numbers=shorten(str(said["numbers"]), 120),
        towgs84=shorten(str(said["towgs84"]), 160),
        explicit=bool(said["explicit"]),
    )
