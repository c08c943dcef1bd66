"""The rules of a ZIP from outside, and what may be inside: a zipped map, a KMZ, a workbook; unpacked under our names.

Standard library only; no geometry is parsed here. The sizes that an archive states are checked before anything is
unpacked, and counted again while it is.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from geo.importers.faults import refuse
from geo.importers.formats import FIXED_NAMES, Format
from geo.importers.limits import Limits
from geo.importers.signatures import detect
from geo.importers.values import shorten
from projects.errors import InvalidInput

# Format → the parts that it must have, then those it may have. The first part names the map.
_PARTS: Mapping[Format, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "shp": ((".shp", ".shx", ".dbf"), (".prj", ".cpg")),
    "tab": ((".tab", ".dat", ".map", ".id"), ()),
    "mif": ((".mif", ".mid"), ()),
}
_SINGLE = (".gpkg", ".geojson", ".json", ".dxf", ".dgn", ".csv")
_WORKBOOK = "xl/workbook.xml"
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".kmz")
_EOCD = b"PK\x05\x06"
_EOCD_SIZE = 22
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_SIZE = 20
_CENTRAL_BYTES = 256 * 1024  # 64 members need a few kilobytes
_CHUNK = 1024 * 1024
_SIDE_FILE_BYTES = 64 * 1024  # .prj and .cpg are a line or two, a .tab a line per column
_WORKBOOK_MEMBERS = 512
_PARTS_FIRST = tuple(f".{kind}" for kind in _PARTS)


def unpack(upload: Path, folder: Path, filename: str, limits: Limits) -> Format:
    """Finds the one map (or workbook) of the ZIP `upload` and writes it as input.* into `folder`; gives its format.

    A workbook stays packed: it is renamed only. Raises InvalidInput with every rule of the archive that is broken:
    paths that leave it, links, encryption, an archive within, too many members, too many bytes, a suspicious ratio,
    not exactly one map, a part that is missing.
    """
    with upload.open("rb") as handle:
        _check_directory_size(handle, filename, limits)
        try:
            kind = _unpack(handle, folder, filename, limits)
        except (
            zipfile.BadZipFile,
            zlib.error,
            struct.error,
            EOFError,
            NotImplementedError,
            OSError,
        ) as error:
            raise refuse(filename, "Tệp ZIP bị hỏng.", "The ZIP file is damaged.") from error
    if kind == "xlsx":
        upload.rename(folder / FIXED_NAMES[kind])
    else:
        upload.unlink()
    return kind


def _unpack(handle: BinaryIO, folder: Path, filename: str, limits: Limits) -> Format:
    with zipfile.ZipFile(handle) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        workbook = any(info.filename == _WORKBOOK for info in members)
        faults = [fault for info in members for fault in _member_faults(info, limits)]
        most = (
            (_WORKBOOK_MEMBERS, limits.sheet_bytes)
            if workbook
            else (limits.zip_members, limits.unpacked_bytes)
        )
        faults += _whole_faults(members, *most)
        if faults:
            raise InvalidInput([fault for vi, en in faults for fault in refuse(filename, vi, en).faults])
        if workbook:
            return "xlsx"
        real = [i for i in members if "__MACOSX" not in PurePosixPath(i.filename).parts]
        if (page := _page(real, filename)) is not None:
            _extract(archive, page, folder / FIXED_NAMES["kml"], limits.unpacked_bytes, filename)
            return "kml"
        if (single := _single(real)) is not None:
            return _unpack_single(archive, single, folder, filename, limits)
        kind, parts = _map_parts(real, filename)
        budget = limits.unpacked_bytes
        for suffix, info in parts.items():
            allowed = min(budget, _SIDE_FILE_BYTES) if suffix in (".prj", ".cpg", ".tab") else budget
            budget -= _extract(archive, info, folder / f"input{suffix}", allowed, filename)
        return kind


def _page(members: list[zipfile.ZipInfo], filename: str) -> zipfile.ZipInfo | None:
    """The KML of a KMZ: doc.kml, or the only one there is."""
    pages = [i for i in members if i.filename.lower().endswith(".kml")]
    named = [i for i in pages if i.filename.lower() == "doc.kml"]
    if len(named) == 1 or len(pages) == 1:
        return (named or pages)[0]
    if pages:
        raise refuse(
            filename,
            f"Tệp KMZ có {len(pages)} tệp KML mà không có một doc.kml.",
            f"The KMZ has {len(pages)} KML files and not one doc.kml.",
        )
    return None


def _single(members: list[zipfile.ZipInfo]) -> zipfile.ZipInfo | None:
    """A map of one file, zipped only to be smaller."""
    maps = [i for i in members if i.filename.lower().endswith((*_SINGLE, *_PARTS_FIRST))]
    return maps[0] if len(maps) == 1 and maps[0].filename.lower().endswith(_SINGLE) else None


def _unpack_single(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path, filename: str, limits: Limits
) -> Format:
    inner = folder / "member"
    _extract(archive, info, inner, limits.unpacked_bytes, filename)
    with inner.open("rb") as handle:
        kind = detect(handle, filename)
    if kind == "zip":
        name = shorten(info.filename, 60)
        raise refuse(
            filename, f"Có tệp nén lồng bên trong: “{name}”.", f"There is an archive within: “{name}”."
        )
    inner.rename(folder / FIXED_NAMES[kind])
    return kind


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
    # A ZIP64 locator would let a second end record speak louder than this one; nothing here needs it.
    zip64 = tail[max(0, at - _ZIP64_LOCATOR_SIZE) : at].startswith(_ZIP64_LOCATOR)
    if zip64 or members > _WORKBOOK_MEMBERS or central > _CENTRAL_BYTES:
        raise refuse(
            filename,
            f"Tệp ZIP có quá nhiều thành phần (giới hạn {_WORKBOOK_MEMBERS}).",
            f"The ZIP file has too many members (limit {_WORKBOOK_MEMBERS}).",
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


def _whole_faults(members: list[zipfile.ZipInfo], most: int, most_bytes: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if len(members) > most:
        found.append(
            (
                f"Tệp ZIP có quá nhiều thành phần (giới hạn {most}).",
                f"The ZIP file has too many members (limit {most}).",
            )
        )
    if sum(info.file_size for info in members) > most_bytes:
        megabytes = most_bytes // 1024**2
        found.append(
            (
                f"Khi giải nén, tệp ZIP vượt quá {megabytes} MB.",
                f"Unpacked, the ZIP file exceeds {megabytes} MB.",
            )
        )
    return found


def _map_parts(members: list[zipfile.ZipInfo], filename: str) -> tuple[Format, dict[str, zipfile.ZipInfo]]:
    """(format, suffix → member) of the one map; parts belong together by folder and stem, whatever their case."""
    firsts = [i for i in members if i.filename.lower().endswith(_PARTS_FIRST)]
    kinds: list[Format] = [
        kind for kind in _PARTS if any(i.filename.lower().endswith(f".{kind}") for i in firsts)
    ]
    if len(firsts) != 1:
        what = " / ".join(f".{kind}" for kind in kinds) or ".shp"
        raise refuse(
            filename,
            f"Tệp ZIP phải có đúng một tệp {what}, tệp này có {len(firsts)}.",
            f"The ZIP file must have exactly one {what}, this one has {len(firsts)}.",
        )
    needed, optional = _PARTS[kinds[0]]
    stem = PurePosixPath(firsts[0].filename.lower()).with_suffix("")
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in members:
        path = PurePosixPath(info.filename.lower())
        if path.with_suffix("") == stem and path.suffix in (*needed, *optional):
            if path.suffix in parts:
                raise refuse(
                    filename,
                    f"Tệp ZIP có hai tệp {path.suffix} cho cùng một bản đồ.",
                    f"The ZIP file has two {path.suffix} files for one map.",
                )
            parts[path.suffix] = info
    if absent := [suffix for suffix in needed if suffix not in parts]:
        listed = ", ".join(absent)
        what = {"shp": "Shapefile", "tab": "MapInfo TAB", "mif": "MapInfo MIF"}[kinds[0]]
        raise refuse(
            filename,
            f"{what} thiếu tệp {listed} (phải cùng tên với {shorten(firsts[0].filename, 60)}).",
            f"The {what} lacks {listed} (of the same name as {shorten(firsts[0].filename, 60)}).",
        )
    return kinds[0], parts


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
