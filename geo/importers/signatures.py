"""Decides by the bytes, never by the name, what an upload is; what cannot be read is told how to become readable.

Standard library only; nothing is parsed here. A file that is none of the formats stops at this point.
"""

from __future__ import annotations

import re
from typing import BinaryIO, Literal

from geo.importers.faults import refuse
from geo.importers.formats import Format

_HEAD = 64 * 1024
_CHUNK = 1024 * 1024
_SQLITE = b"SQLite format 3\x00"
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11")
_GPKG_ID_AT = 68
_DGN_V7 = (b"\x08\x09\xfe\x02", b"\xc8\x09\xfe\x02")  # a type 9 header element, 2D or 3D
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DXF = re.compile(rb"(?:[ \t]*999[ \t]*\r?\n[^\r\n]*\r?\n)*[ \t]*0[ \t]*\r?\n[ \t]*SECTION\b")
_KML_ROOT = re.compile(rb"<(?:[\w.-]{1,30}:)?kml[\s>]")
_GEOJSON = re.compile(
    rb'"type"\s*:\s*"(FeatureCollection|Feature|GeometryCollection|(Multi)?(Point|LineString|Polygon))"'
)
_DELIMITERS = b",;\t|"

# First bytes → (Vietnamese, English): what it is and what to do.
_REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (
        b"AC10",
        "Đây là bản vẽ DWG của AutoCAD, không đọc trực tiếp được: trong AutoCAD dùng SAVEAS chọn “AutoCAD 2018 DXF”"
        " (hoặc dùng ODA File Converter), rồi nạp tệp DXF.",
        "This is an AutoCAD DWG drawing, which cannot be read directly: in AutoCAD use SAVEAS “AutoCAD 2018 DXF” (or"
        " the ODA File Converter), then load the DXF.",
    ),
    (
        b"AutoCAD Binary DXF",
        "Đây là DXF nhị phân: lưu lại thành DXF dạng chữ (ASCII) rồi nạp.",
        "This is a binary DXF: save it as an ASCII DXF, then load that.",
    ),
    (
        b"\x00\x00\x27\x0a",
        "Tệp .shp đi một mình không có thuộc tính: nén .shp, .shx, .dbf, .prj thành một tệp ZIP rồi nạp.",
        "A .shp alone has no attributes: put .shp, .shx, .dbf and .prj into one ZIP file, then load that.",
    ),
    (
        b"!table",
        "Tệp .tab đi một mình không có hình: nén .tab, .dat, .map, .id thành một tệp ZIP rồi nạp.",
        "A .tab alone has no shapes: put .tab, .dat, .map and .id into one ZIP file, then load that.",
    ),
    (
        b"Version ",
        "Tệp .mif đi một mình không có thuộc tính: nén .mif và .mid thành một tệp ZIP rồi nạp.",
        "A .mif alone has no attributes: put .mif and .mid into one ZIP file, then load that.",
    ),
    (
        b"Rar!",
        "Đây là tệp nén RAR: giải nén rồi nén lại thành ZIP.",
        "This is a RAR archive: unpack it and make a ZIP file of it.",
    ),
    (
        b"7z\xbc\xaf",
        "Đây là tệp nén 7z: giải nén rồi nén lại thành ZIP.",
        "This is a 7z archive: unpack it and make a ZIP file of it.",
    ),
)
_DGN_V8 = (
    "Đây là DGN V8 của MicroStation, không đọc trực tiếp được: trong MicroStation dùng File > Save As chọn"
    " “MicroStation V7 DGN” hoặc DXF, rồi nạp tệp đó.",
    "This is a MicroStation V8 DGN, which cannot be read directly: in MicroStation use File > Save As"
    " “MicroStation V7 DGN” or DXF, then load that file.",
)
_XLS = (
    "Đây là tệp Excel cũ (.xls): mở bằng Excel hoặc LibreOffice, lưu thành .xlsx rồi nạp.",
    "This is an old Excel file (.xls): open it in Excel or LibreOffice, save it as .xlsx, then load that.",
)
_OLE_OTHER = (
    "Đây là tệp OLE (DGN V8, Excel .xls hay Word cũ), không đọc được: lưu thành DGN V7, DXF hoặc .xlsx rồi nạp.",
    "This is an OLE file (DGN V8, old Excel or Word), which cannot be read: save it as DGN V7, DXF or .xlsx.",
)


def detect(handle: BinaryIO, filename: str) -> Format | Literal["zip"]:
    """What the bytes say. Raises InvalidInput when they are none of the formats, with what to do where we know it."""
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
    if head.startswith(_DGN_V7):
        return "dgn"
    if head.startswith(_OLE):
        raise refuse(filename, *_ole(handle))
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    for magic, vi, en in _REFUSED:
        if text.startswith(magic):
            raise refuse(filename, vi, en)
    if text.startswith(b"{") and _is_geojson(handle, head):
        return "geojson"
    if text.startswith(b"<") and _KML_ROOT.search(text):
        return "kml"
    if _DXF.match(text):
        return "dxf"
    if _is_table(text):
        return "csv"
    raise refuse(
        filename,
        "Nội dung tệp không phải GeoPackage, GeoJSON, KML/KMZ, DXF, DGN V7, CSV, XLSX hay tệp ZIP của shapefile,"
        " MapInfo TAB hoặc MIF.",
        "The content of the file is not a GeoPackage, GeoJSON, KML/KMZ, DXF, DGN V7, CSV, XLSX, nor a ZIP file of a"
        " shapefile, MapInfo TAB or MIF.",
    )


def _is_geojson(handle: BinaryIO, head: bytes) -> bool:
    """A GeoJSON names one of its types; that tells it from other JSON which drivers take for a data source."""
    if _GEOJSON.search(head):
        return True
    # The member may come last: look at the whole file piece by piece, with an overlap.
    handle.seek(0)
    previous = b""
    while piece := handle.read(_CHUNK):
        if _GEOJSON.search(previous[-256:] + piece):
            return True
        previous = piece
    return False


def _is_table(text: bytes) -> bool:
    """Plain text whose first two lines are parted by the same mark; markup and programs are none."""
    if b"\x00" in text or text[:1] in b"<{[!#%" or not text:
        return False
    lines = [line for line in text.split(b"\n") if line.strip()][:2]
    first = lines[0]
    return len(lines) == 2 and any(
        bytes([mark]) in first and bytes([mark]) in lines[1] for mark in _DELIMITERS
    )


def _ole(handle: BinaryIO) -> tuple[str, str]:
    """The streams of an OLE file have their names in UTF-16 somewhere in its directory."""
    handle.seek(0)
    previous = b""
    while piece := handle.read(_CHUNK):
        window = previous + piece
        if "Dgn~".encode("utf-16-le") in window:
            return _DGN_V8
        if "Workbook".encode("utf-16-le") in window:
            return _XLS
        previous = piece[-64:]
    return _OLE_OTHER
