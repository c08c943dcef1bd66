"""Looks at a file's own structure before GDAL opens it; runs in the limited child process, standard library only.

GDAL opens a quarter of randomly damaged files without a word, so what the format itself can prove is proved here:
SQLite's integrity check, the record counts of a shapefile's three files, no address in a GeoJSON's CRS.
"""

from __future__ import annotations

import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

_SHP_MAGIC = 9994
_SHP_HEADER = 100
_SHX_RECORD = 8
_PIECE = 4 * 1024 * 1024
_SCHEMA_ROWS = 5_000
_SIDE_BYTES = 64 * 1024
_CRS_MEMBER = re.compile(rb'"crs"\s*:\s*\{')
# GDAL fetches the address of such a CRS over the network.
_CRS_LINK = re.compile(rb'"crs"\s*:\s*\{[^{}]{0,4096}"type"\s*:\s*"(link|url)', re.IGNORECASE)


# A block of a DXF that stands for another drawing: flags (70) with bit 4 or 8, then a file name (1).
_XREF = re.compile(
    rb"\n[ \t]*70[ \t]*\r?\n[ \t]*(4|8|12|36|40|44)[ \t]*\r?\n[\s\S]{0,400}?"
    rb"\n[ \t]*1[ \t]*\r?\n[^\r\n]*\.(dwg|dxf)",
    re.IGNORECASE,
)


class Refused(Exception):
    """Why the child will not read the file: a code that the parent turns into a sentence, and its values."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def check_geopackage(path: Path) -> None:
    """Refuses views, virtual tables other than the spatial index, and a damaged database.

    A view or a virtual table runs SQL or code of the file's author when it is read. Triggers run on writing only, and
    the file is opened read-only and immutable, so the standard ones of the format are no harm.
    """
    with _open(path) as database:
        objects = database.execute(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_master LIMIT ?", (_SCHEMA_ROWS + 1,)
        ).fetchall()
        if len(objects) > _SCHEMA_ROWS:
            raise Refused("damaged")
        for kind, name, sql in objects:
            virtual = re.match(r"\s*CREATE\s+VIRTUAL\s+TABLE\b", sql, re.IGNORECASE)
            if kind == "view" or (virtual and not re.search(r"\bUSING\s+rtree\s*\(", sql, re.IGNORECASE)):
                raise Refused("gpkg_active", name=str(name))
        tables = {name for kind, name, _ in objects if kind == "table"}
        if not {"gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys"} <= tables:
            raise Refused("gpkg_incomplete")
        if database.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise Refused("damaged")


def geopackage_layers(path: Path, most: int) -> list[str]:
    """The feature tables of a GeoPackage, in its own order."""
    with _open(path) as database:
        rows = database.execute(
            "SELECT c.table_name FROM gpkg_contents c JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
            "WHERE c.data_type = 'features' LIMIT ?",
            (most + 1,),
        ).fetchall()
    if len(rows) > most:
        raise Refused("layers", limit=most)
    return [str(row[0]) for row in rows]


def geopackage_crs(path: Path, layer: str) -> tuple[str | None, str | None]:
    """("EPSG:5897" or None, definition text or None) that a GeoPackage states for a layer."""
    with _open(path) as database:
        row = database.execute(
            "SELECT s.organization, s.organization_coordsys_id, s.definition, s.srs_id "
            "FROM gpkg_geometry_columns g JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id "
            "WHERE g.table_name = ?",
            (layer,),
        ).fetchone()
        if row is None or row[3] in (0, -1):
            return None, None
        definition = None if row[2] in (None, "", "undefined") else str(row[2])
        if definition is None and _has_column(database, "gpkg_spatial_ref_sys", "definition_12_063"):
            newer = "SELECT definition_12_063 FROM gpkg_spatial_ref_sys WHERE srs_id = ?"
            definition = database.execute(newer, (row[3],)).fetchone()[0]
        stated = f"EPSG:{int(row[1])}" if str(row[0]).upper() == "EPSG" else None
        return stated, definition


def check_shapefile(path: Path) -> None:
    """Refuses a shapefile whose three parts do not hold the same number of records, or that is cut short."""
    shp, shx, dbf = (path.with_suffix(suffix) for suffix in (".shp", ".shx", ".dbf"))
    head, index, table = (_head(part) for part in (shp, shx, dbf))
    if len(head) < _SHP_HEADER or len(index) < _SHP_HEADER or len(table) < 33:
        raise Refused("damaged")
    for part, first in ((shp, head), (shx, index)):
        magic, words = struct.unpack(">i20xi", first[:28])
        if magic != _SHP_MAGIC or words * 2 > part.stat().st_size:
            raise Refused("damaged")
    shapes = (struct.unpack(">i", index[24:28])[0] * 2 - _SHP_HEADER) // _SHX_RECORD
    records, header, length = struct.unpack("<IHH", table[4:12])
    if shapes != records:
        raise Refused("shp_counts", shapes=shapes, records=records)
    if header + records * length > dbf.stat().st_size:
        raise Refused("damaged")


def geojson_has_crs(path: Path) -> bool:
    """Whether a GeoJSON has the old "crs" member (null says nothing). Refuses one that is an address to be fetched."""
    found = False
    previous = b""
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            window = previous[-8192:] + piece
            if _CRS_LINK.search(window):
                raise Refused("crs_link")
            found = found or _CRS_MEMBER.search(window) is not None
            previous = piece
    return found


def check_kml(path: Path) -> tuple[str, ...]:
    """Refuses a KML that defines entities; the codes of what it refers to and will not be followed (NetworkLink)."""
    notes: list[str] = []
    previous = b""
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            window = previous[-256:] + piece
            # UTF-16 would hide the words from this look and not from the reader.
            if b"\x00" in window or re.search(rb"<!(DOCTYPE|ENTITY)", window, re.IGNORECASE):
                raise Refused("entities")
            if b"<NetworkLink" in window:
                notes = ["network_link"]
            previous = piece
    return tuple(notes)


def check_tab(path: Path) -> None:
    """Refuses a MapInfo table that is not one plain table of its own: views, links, and files elsewhere."""
    text = path.read_bytes()[:_SIDE_BYTES].decode("latin-1")
    # A name of a file in it would be opened wherever it lies; our own parts need no name.
    if not re.search(r"^\s*Type\s+NATIVE\b", text, re.IGNORECASE | re.MULTILINE) or re.search(
        r"^\s*(File|Open\s+Table|Create\s+View|Begin_Metadata[\s\S]*IsSeamless\W+TRUE)|/\*|\\\\",
        text,
        re.IGNORECASE | re.MULTILINE,
    ):
        raise Refused("tab_link")


def check_mif(path: Path) -> None:
    """Refuses a MIF without its two sections."""
    with path.open("rb") as handle:
        head = handle.read(_PIECE)
    if not re.search(rb"^\s*Columns\s+\d+", head, re.IGNORECASE | re.MULTILINE):
        raise Refused("damaged")


def mid_rows(path: Path) -> int:
    """How many rows the attribute file of a MIF has: GDAL drops shapes that it cannot read without a word."""
    with path.with_suffix(".mid").open("rb") as handle:
        return sum(1 for line in handle if line.strip())


def check_dxf(path: Path, most: int) -> tuple[str, ...]:
    """Counts the elements of a drawing before they become objects; codes of what it refers to elsewhere (XREF)."""
    elements, notes = 0, set()
    previous = b""
    with path.open("rb") as handle:
        while piece := handle.read(_PIECE):
            elements += len(re.findall(rb"^[ \t]*0[ \t]*\r?\n", piece, re.MULTILINE))
            if elements > most:
                raise Refused("rows", rows=elements, limit=most)
            if _XREF.search(previous[-512:] + piece):
                notes.add("xref")
            previous = piece
    return tuple(sorted(notes))


def check_dgn(path: Path, most: int) -> None:
    """Walks the elements of a DGN V7: each states its own length; one that leaves the file is damage."""
    size, at, elements = path.stat().st_size, 0, 0
    with path.open("rb") as handle:
        while at < size:
            handle.seek(at)
            head = handle.read(4)
            if head[:2] == b"\xff\xff":
                return
            at += 4 + 2 * int.from_bytes(head[2:4], "little")
            elements += 1
            if elements > most:
                raise Refused("rows", rows=elements, limit=most)
    if at == size:
        return
    raise Refused("damaged")


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    """A database opened read-only and immutable, its schema not trusted; errors of SQLite are refusals."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
            for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0", "query_only=ON"):
                connection.execute(f"PRAGMA {pragma}")
            yield connection
    except (sqlite3.Error, UnicodeDecodeError, ValueError, TypeError) as error:
        raise Refused("damaged") from error


def _has_column(database: sqlite3.Connection, table: str, column: str) -> bool:
    return any(row[1] == column for row in database.execute(f"PRAGMA table_info({table})"))


def _head(path: Path) -> bytes:
    with path.open("rb") as handle:
        return handle.read(256)
