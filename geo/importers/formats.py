"""Decides by the bytes, never by the name, what an upload is, and unpacks a zipped shapefile under our own names.

Standard library only; no geometry is parsed here. A file that is none of the three formats stops at this point.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from geo.importers.faults import refuse
from geo.importers.limits import Limits
from geo.importers.values import shorten
from projects.errors import InvalidInput

Format = Literal["gpkg", "geojson", "shp"]

FIXED_NAMES: dict[Format, str] = {"gpkg": "input.gpkg", "geojson": "input.geojson", "shp": "input.shp"}
_SQLITE = b"SQLite format 3\x00"
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")
_GPKG_ID_AT = 68
_HEAD = 64 * 1024
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_NEEDED = (".shp", ".shx", ".dbf")
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".kmz")
_EOCD = b"PK\x05\x06"
_EOCD_SIZE = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_CENTRAL_BYTES = 256 * 1024  # 64 members need a few kilobytes
_CHUNK = 1024 * 1024
_SIDE_FILE_BYTES = 64 * 1024  # .prj and .cpg are a line or two


def detect(handle: BinaryIO, filename: str) -> Format | Literal["zip"]:
    """What the bytes say. Raises InvalidInput when they are none of GeoPackage, GeoJSON and ZIP."""
    handle.seek(0)
    head = handle.read(_HEAD)
    if head.startswith(_SQLITE):
        if head[_GPKG_ID_AT : _GPKG_ID_AT + 4] in _GPKG_IDS:
            return "gpkg"
        raise refuse(
            filename,
            "Tệp là cơ sở dữ liệu SQLite nhưng không phải GeoPackage.",
            "The file is an SQLite database but not a GeoPackage.",
        )
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if text.startswith(b"{") and _is_geojson(handle, head):
        return "geojson"
    raise refuse(
        filename,
        "Nội dung tệp không phải GeoPackage, GeoJSON hay shapefile nén ZIP.",
        "The content of the file is not a GeoPackage, a GeoJSON or a zipped shapefile.",
    )


def unpack_shapefile(handle: BinaryIO, folder: Path, filename: str, limits: Limits) -> None:
    """Writes the one shapefile of a ZIP as input.shp, .shx, .dbf (and .prj, .cpg) into `folder`.

    Raises InvalidInput with every rule of the archive that is broken: paths that leave it, links, encryption, an
    archive within, too many members, too many bytes, a suspicious ratio, not exactly one complete shapefile.
    """
    _check_directory_size(handle, filename, limits)
    try:
        with zipfile.ZipFile(handle) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            faults = [fault for info in members for fault in _member_faults(info, limits)]
            faults += _whole_faults(members, limits)
            if faults:
                raise InvalidInput([fault for vi, en in faults for fault in refuse(filename, vi, en).faults])
            parts = _shapefile_parts(members, filename)
            budget = limits.unpacked_bytes
            for suffix, info in parts.items():
                allowed = min(budget, _SIDE_FILE_BYTES) if suffix in (".prj", ".cpg") else budget
                budget -= _extract(archive, info, folder / f"input{suffix}", allowed, filename)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, OSError) as error:
        raise refuse(filename, "Tệp ZIP bị hỏng.", "The ZIP file is damaged.") from error


def _is_geojson(handle: BinaryIO, head: bytes) -> bool:
    """A GeoJSON names one of its types; that tells it from other JSON which drivers take for a data source."""
    wanted = re.compile(
        rb'"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"'
    )
    if wanted.search(head):
        return True
    # The member may come last: look at the whole file piece by piece, with an overlap.
    handle.seek(0)
    previous = b""
    while piece := handle.read(_CHUNK):
        if wanted.search(previous[-256:] + piece):
            return True
        previous = piece
    return False


def _check_directory_size(handle: BinaryIO, filename: str, limits: Limits) -> None:
    """Reads the end record by hand, so that a directory of millions of members is never loaded."""
    size = handle.seek(0, 2)
    tail_at = max(0, size - _EOCD_SIZE - 65_535)
    handle.seek(tail_at)
    tail = handle.read()
    at = tail.rfind(_EOCD)
    if at < 0 or len(tail) - at < _EOCD_SIZE:
        raise refuse(filename, "Tệp ZIP bị hỏng hoặc bị cắt cụt.", "The ZIP file is damaged or cut short.")
    members, central = struct.unpack("<HI", tail[at + 10 : at + 16])
    # A ZIP64 locator would let a second end record speak louder than this one; no shapefile here needs it.
    zip64 = tail[max(0, at - _ZIP64_LOCATOR_SIZE) : at].startswith(_ZIP64_LOCATOR)
    if zip64 or members > limits.zip_members or central > _CENTRAL_BYTES:
        raise refuse(
            filename,
            f"Tệp ZIP có quá nhiều thành phần (giới hạn {limits.zip_members}).",
            f"The ZIP file has too many members (limit {limits.zip_members}).",
        )


def _member_faults(info: zipfile.ZipInfo, limits: Limits) -> list[tuple[str, str]]:
    # orig_filename: zipfile cuts the usual name at a NUL and would hide what comes after it.
    raw, name = info.orig_filename, shorten(info.orig_filename, 60)
    path = PurePosixPath(raw.replace("\\", "/"))
    found: list[tuple[str, str]] = []
    if "\x00" in raw or path.is_absolute() or ".." in path.parts or re.match(r"^[A-Za-z]:", raw):
        found.append(
            (
                f"Thành phần “{name}” có đường dẫn ra ngoài tệp nén.",
                f"Member “{name}” has a path that leaves it.",
            )
        )
    mode = info.external_attr >> 16
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        found.append((f"Thành phần “{name}” là liên kết.", f"Member “{name}” is a link or a device."))
    if info.flag_bits & 0x1:
        found.append((f"Thành phần “{name}” bị khoá mật khẩu.", f"Member “{name}” is encrypted."))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        found.append(
            (
                f"Thành phần “{name}” dùng kiểu nén không nhận.",
                f"Member “{name}” uses an unknown compression.",
            )
        )
    if path.suffix.lower() in _ARCHIVES:
        found.append((f"Có tệp nén lồng bên trong: “{name}”.", f"There is an archive within: “{name}”."))
    # Small members may compress very well without harm (an empty .dbf table of blanks).
    if info.file_size > _CHUNK and info.file_size > limits.zip_ratio * max(info.compress_size, 1):
        found.append(
            (
                f"Thành phần “{name}” nở ra quá {limits.zip_ratio} lần khi giải nén.",
                f"Member “{name}” grows more than {limits.zip_ratio} times when unpacked.",
            )
        )
    return found


def _whole_faults(members: list[zipfile.ZipInfo], limits: Limits) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if len(members) > limits.zip_members:
        found.append(
            (
                f"Tệp ZIP có quá nhiều thành phần (giới hạn {limits.zip_members}).",
                f"The ZIP file has too many members (limit {limits.zip_members}).",
            )
        )
    if sum(info.file_size for info in members) > limits.unpacked_bytes:
        megabytes = limits.unpacked_bytes // 1024**2
        found.append(
            (
                f"Khi giải nén, tệp ZIP vượt quá {megabytes} MB.",
                f"Unpacked, the ZIP file exceeds {megabytes} MB.",
            )
        )
    return found


def _shapefile_parts(members: list[zipfile.ZipInfo], filename: str) -> dict[str, zipfile.ZipInfo]:
    """Suffix → member of the one shapefile; parts belong together by folder and stem, whatever their case."""
    real = [i for i in members if "__MACOSX" not in PurePosixPath(i.filename).parts]
    shapes = [i for i in real if i.filename.lower().endswith(".shp")]
    if len(shapes) != 1:
        raise refuse(
            filename,
            f"Tệp ZIP phải có đúng một tệp .shp, tệp này có {len(shapes)}.",
            f"The ZIP file must have exactly one .shp, this one has {len(shapes)}.",
        )
    stem = shapes[0].filename[:-4].lower()
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in real:
        name = info.filename.lower()
        if name[:-4] == stem and name[-4:] in _PARTS:
            if name[-4:] in parts:
                raise refuse(
                    filename,
                    f"Tệp ZIP có hai tệp {name[-4:]} cho cùng một shapefile.",
                    f"The ZIP file has two {name[-4:]} files for one shapefile.",
                )
            parts[name[-4:]] = info
    if absent := [suffix for suffix in _NEEDED if suffix not in parts]:
        listed = ", ".join(absent)
        raise refuse(filename, f"Shapefile thiếu tệp {listed}.", f"The shapefile lacks {listed}.")
    return parts


def _extract(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, allowed: int, filename: str
) -> int:
    """Unpacks one member, counting what really comes out: the sizes in the directory may lie."""
    written = 0
    with archive.open(info) as source, target.open("xb") as out:
        while piece := source.read(_CHUNK):
            written += len(piece)
            if written > allowed:
                raise refuse(
                    filename,
                    f"Tệp {target.suffix} trong ZIP quá lớn.",
                    f"The {target.suffix} file within the ZIP is too large.",
                )
            out.write(piece)
    return written
