"""Writes the formats that offices deliver, for the tests of the import door: by GDAL, or by hand where GDAL cannot."""

from __future__ import annotations

import csv
import struct
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geo.importers.textcodes import decode
from tests.unit.importer_files import zip_folder

Point = tuple[float, float]
MARKED = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"


def to_tcvn3(text: str) -> str:
    """Text as its TCVN3 bytes, one character per byte: the inverse of the reader's table."""
    # Bytes that the table does not have stay themselves: they are no letters of it.
    table = {new: chr(byte) for byte in range(0xA1, 0xFF) if (new := decode(chr(byte), "tcvn3")) != chr(byte)}
    # No capital has a tone there: a font of capitals draws the small letters large.
    return "".join(table.get(c, table.get(c.lower(), c)) for c in text)


def shapefile_with_octets(frame: gpd.GeoDataFrame, column: str, values: Sequence[bytes], path: Path) -> Path:
    """A zipped shapefile without .cpg whose text column holds exactly these bytes, as old programs leave it."""
    folder = path.with_suffix("")
    folder.mkdir()
    marks = [f"@{i:03d}@" for i in range(len(values))]
    frame.assign(**{column: marks}).to_file(folder / "thua.shp", engine="pyogrio")
    (folder / "thua.cpg").unlink()
    data = (folder / "thua.dbf").read_bytes()
    for mark, value in zip(marks, values, strict=True):
        data = data.replace(mark.encode().ljust(60), value.ljust(60), 1)
    (folder / "thua.dbf").write_bytes(data)
    return zip_folder(folder, path)


def mapinfo(frame: gpd.GeoDataFrame, path: Path, suffix: str = ".tab") -> Path:
    """A zipped MapInfo table; `suffix` .tab or .mif."""
    folder = path.with_suffix("")
    folder.mkdir()
    charset = {"ENCODING": "UTF-8"} if suffix == ".tab" else {}
    frame.to_file(folder / f"thua{suffix}", driver="MapInfo File", engine="pyogrio", **charset)
    return zip_folder(folder, path)


def kml(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """A KML by GDAL, in WGS 84."""
    frame.to_crs(4326).to_file(path, driver="LIBKML", engine="pyogrio")
    return path


def table(frame: gpd.GeoDataFrame, path: Path, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A CSV with a WKT column."""
    names = [str(name) for name in frame.columns if name != "geometry"]
    with path.open("w", newline="", encoding=encoding) as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerow(["WKT", *names])
        for _, row in frame.iterrows():
            writer.writerow([row["geometry"].wkt, *(row[name] for name in names)])
    return path


def _pairs(*pairs: tuple[int, Any]) -> str:
    return "".join(f"{code}\n{value}\n" for code, value in pairs)


def polyline(points: Sequence[Point], *, closed: bool = True, layer: str = "RANH") -> str:
    """One LWPOLYLINE of a DXF."""
    vertices = [pair for x, y in points for pair in ((10, repr(x)), (20, repr(y)))]
    head = ((0, "LWPOLYLINE"), (5, "A1"), (100, "AcDbEntity"), (8, layer), (100, "AcDbPolyline"))
    return _pairs(*head, (90, len(points)), (70, int(closed)), *vertices)


def text(at: Point, words: str, *, layer: str = "NHAN") -> str:
    """One TEXT of a DXF."""
    head = ((0, "TEXT"), (5, "A2"), (100, "AcDbEntity"), (8, layer), (100, "AcDbText"))
    return _pairs(*head, (10, at[0]), (20, at[1]), (40, 2), (1, words), (100, "AcDbText"))


def dxf(path: Path, entities: Iterable[str], *, blocks: str = "") -> Path:
    """An ASCII DXF of these entities."""
    header = _pairs(
        (0, "SECTION"), (2, "HEADER"), (9, "$ACADVER"), (1, "AC1015"), (9, "$DWGCODEPAGE"), (3, "ANSI_1252")
    )
    middle = _pairs((0, "SECTION"), (2, "BLOCKS")) + blocks + _pairs((0, "ENDSEC"))
    body = _pairs((0, "ENDSEC")) + middle + _pairs((0, "SECTION"), (2, "ENTITIES")) + "".join(entities)
    path.write_bytes((header + body + _pairs((0, "ENDSEC"), (0, "EOF"))).encode("latin-1"))
    return path


def _middle_endian(value: int) -> bytes:
    """A 32-bit integer of a DGN: the two halves big end first, each little-endian."""
    raw = struct.pack("<i", value)
    return raw[2:] + raw[:2]


def dgn(path: Path, shapes: Sequence[BaseGeometry], texts: Sequence[tuple[Point, str]]) -> Path:
    """A DGN V7: outlines by GDAL, texts (type 17) appended by hand in the scale that GDAL's seed file has."""
    wkb = np.array([shapely.to_wkb(shape) for shape in shapes], dtype=object)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        pyogrio.raw.write(path, wkb, [], [], driver="DGN", geometry_type="Unknown")
    data = path.read_bytes()
    end = _end_of(data)
    path.write_bytes(
        data[:end] + b"".join(_text_element(data, at, words) for at, words in texts) + b"\xff\xff"
    )
    return path


def _end_of(data: bytes) -> int:
    at = 0
    while at + 4 <= len(data) and data[at : at + 2] != b"\xff\xff":
        at += 4 + 2 * int.from_bytes(data[at + 2 : at + 4], "little")
    return at


def _text_element(data: bytes, at: Point, words: str) -> bytes:
    per_sub, subs = (_read_middle(data[1116:1120]), _read_middle(data[1112:1116]))
    scale = 1.0 / (per_sub * subs)
    origin = [_read_vax(data[1240 + 8 * i : 1248 + 8 * i]) for i in range(2)]
    x, y = (round((at[i] + origin[i] * scale) / scale) for i in range(2))
    raw = words.encode("latin-1")
    raw_even = raw + b"\x00" * (len(raw) % 2)
    body = bytes(24) + struct.pack("<HHHH", 0, 0, 0, 0)
    body += (
        bytes([0, 0]) + _middle_endian(1000) * 2 + _middle_endian(0) + _middle_endian(x) + _middle_endian(y)
    )
    body += bytes([len(raw), 0]) + raw_even
    attributes = (len(body) - 28) // 2  # words between the index itself and the attributes
    body = body[:26] + struct.pack("<H", attributes) + body[28:]
    return bytes([7, 17]) + struct.pack("<H", len(body) // 2) + body


def _read_middle(raw: bytes) -> int:
    return int(struct.unpack("<i", raw[2:] + raw[:2])[0])


def _read_vax(raw: bytes) -> float:
    """A VAX D float (bias 128, hidden bit worth 0.5)."""
    ordered = bytes([raw[1], raw[0], raw[3], raw[2], raw[5], raw[4], raw[7], raw[6]])
    value = int.from_bytes(ordered, "big")
    sign, exponent, fraction = value >> 63, (value >> 55) & 0xFF, value & ((1 << 55) - 1)
    if exponent == 0:
        return 0.0
    return float((-1.0 if sign else 1.0) * (0.5 + fraction / 2**56) * 2.0 ** (exponent - 128))


def workbook(path: Path, rows: Sequence[Sequence[object]], *, sheet: str | None = None) -> Path:
    """An XLSX of one sheet with inline text; `sheet` is the whole XML of its sheet instead."""
    if sheet is None:
        sheet = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        for r, row in enumerate(rows, start=1):
            cells = "".join(_cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row))
            sheet += f'<row r="{r}">{cells}</row>'
        sheet += "</sheetData></worksheet>"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        )
        package = "http://schemas.openxmlformats.org/package/2006/relationships"
        archive.writestr(
            "_rels/.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{package}"><Relationship Id="rId1" '
            f'Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            f'xmlns:r="{relations}"><sheets><sheet name="DS" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{package}"><Relationship Id="rId1" '
            f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float):
        return f'<c r="{name}"><v>{value}</v></c>'
    return f'<c r="{name}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
