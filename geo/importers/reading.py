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
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Literal

from geo.importers import lines, sandbox, shapes
from geo.importers.archives import unpack
from geo.importers.faults import refuse
from geo.importers.formats import DRAWINGS, FIXED_NAMES, Format
from geo.importers.limits import Limits
from geo.importers.messages import FAILURES, refusal
from geo.importers.options import AS_GUESSED, ReadingOptions, check_options
from geo.importers.signatures import detect
from geo.importers.values import shorten
from geo.importers.vectorfile import VectorFile, vector_file
from projects.clearance import LAND_CODES

Purpose = Literal["parcels", "wards", "alignments", "corridor", "list", "cases"]
TABLES = ("list", "cases")  # purposes that take a table without shapes

_log = logging.getLogger(__name__)
_CHUNK = 1024 * 1024
_ANSWER_BYTES = 128 * 1024 * 1024


def read_vector(
    path: Path,
    *,
    purpose: Purpose,
    options: ReadingOptions = AS_GUESSED,
    limits: Limits,
    sample: bool = False,
    filename: str | None = None,
    isolate: bool | None = None,
) -> VectorFile:
    """Reads `path` in a limited child process. Raises InvalidInput when it cannot be read at all.

    `purpose` "list" and "cases" take a table without shapes. `sample`: also the first cells of every column.
    `filename`: what messages call the file (None: its own name; uploads are stored under another one). `isolate`
    forces bubblewrap on or off (None: on where it works).
    """
    filename = shorten(filename or path.name, 100)
    check_options(options, where=filename)
    with tempfile.TemporaryDirectory(prefix="duonggang-import-") as folder:
        source, out = Path(folder, "in"), Path(folder, "out")
        source.mkdir(mode=0o700)
        out.mkdir(mode=0o700)
        kind, sha256 = _take_copy(path, source, filename, limits)
        if purpose == "alignments" and kind in (*DRAWINGS, "csv", "xlsx"):
            raise refuse(
                filename,
                "Tim tuyến đọc từ GeoPackage, GeoJSON, shapefile, KML, MapInfo; bản vẽ thì xuất sang một dạng đó.",
                "Alignments are read from GeoPackage, GeoJSON, shapefile, KML, MapInfo; export drawings to these.",
            )
        if purpose not in TABLES and kind == "xlsx":
            raise refuse(filename, *refusal("no_shapes", {}))
        if purpose in TABLES and kind not in ("csv", "xlsx"):
            raise refuse(filename, "Danh sách phải là XLSX hoặc CSV.", "A list must be an XLSX or a CSV.")
        said = {
            "format": kind,
            "purpose": purpose,
            "layer": options.layer,
            "columns": dict(options.columns),
            "sample": sample,
            "encoding": options.encoding,
            # The child sees this package only.
            "land_codes": sorted(LAND_CODES) if kind in DRAWINGS else [],
        }
        answer = _ask_child(kind, said, source, out, filename, limits, isolate)
        try:
            found = vector_file(answer, out, filename, sha256, kind, options, limits)
            if purpose == "alignments":
                found = replace(found, axis_lines=lines.unpack_lines(out, found.rows, limits))
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
        return unpack(folder / "upload", folder, filename, limits), sha256
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
    said: dict[str, Any],
    source: Path,
    out: Path,
    filename: str,
    limits: Limits,
    isolate: bool | None,
) -> dict[str, Any]:
    if shutil.disk_usage(out).free < limits.output_bytes // 4:
        raise refuse(filename, "Máy chủ hết chỗ trống trên đĩa.", "The server has no disk space left.")
    request = source / "request.json"
    request.write_text(
        json.dumps(
            {
                **said,
                "path": str(source / FIXED_NAMES[kind]),
                "out": str(out),
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
