"""Files made to do harm: refused in one sentence, nothing outside read, no address called, no memory eaten.

Where a defence is claimed, a control shows that the attack works without it, so that the test can fail.
"""

from __future__ import annotations

import http.server
import json
import os
import random
import sqlite3
import stat
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from geo.importers.formats import DRIVERS, Format
from geo.importers.limits import Limits
from geo.importers.signatures import detect
from projects.errors import InvalidInput
from tests.unit.hostile import run
from tests.unit.importer_files import english, faults_of, parcels, read, save, zip_folder

CANARY = "canary-7731"
READ_PLAINLY = "import sys, pyogrio; print(pyogrio.raw.read(sys.argv[1])[3])"
READ_LOCKED = (
    "import sys; from geo.importers.child import lock_gdal;"
    "print(lock_gdal(sys.argv[2]).raw.read(sys.argv[1])[3])"
)
NOT_A_MAP = (
    "The content of the file is not a GeoPackage, GeoJSON, KML/KMZ, DXF, DGN V7, CSV, XLSX, nor a ZIP file of a"
    " shapefile, MapInfo TAB or MIF."
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret.geojson"
    feature = {
        "type": "Feature",
        "properties": {"name": CANARY},
        "geometry": {"type": "Point", "coordinates": [1, 2]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    return path


def vrt(secret: Path) -> str:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{secret}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    )


def gdalg(secret: Path) -> str:
    """A pipeline that also holds the words by which a GeoJSON is recognised."""
    line = f"gdal vector pipeline ! read {secret} ! reproject --dst-crs EPSG:4326"
    return json.dumps({"type": "gdal_streamed_alg", "command_line": line, "x": {"type": "FeatureCollection"}})


@pytest.mark.parametrize(
    "suffix", [".gpkg", ".geojson", ".shp", ".kml", ".dxf", ".dgn", ".tab", ".csv", ".xlsx"]
)
def test_a_vrt_under_another_name_reads_no_other_file(tmp_path: Path, secret: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text(vrt(secret))
    assert CANARY in run(READ_PLAINLY, str(path)).stdout  # control: GDAL as it comes hands out the secret
    assert english(path) == [f"{path.name}: {NOT_A_MAP}"]
    kind = path.suffix[1:] if path.suffix[1:] in DRIVERS else "gpkg"
    locked = run(READ_LOCKED, str(path), kind)  # the second wall, without the look at the first bytes
    assert locked.returncode != 0
    assert CANARY not in locked.stdout + locked.stderr


def test_a_gdalg_pipeline_named_geojson_reads_no_other_file(tmp_path: Path, secret: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(gdalg(secret))
    assert CANARY in run(READ_PLAINLY, str(path)).stdout
    with path.open("rb") as handle:
        assert (
            detect(handle, "a.geojson") == "geojson"
        )  # it passes the look at the bytes: only the drivers stop it
    said = english(path)
    assert len(said) == 1
    assert "cannot be read" in said[0]
    assert CANARY not in said[0]


def test_a_vrt_inside_a_zip_is_no_shapefile(tmp_path: Path, secret: Path) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    parcels(1).to_file(folder / "a.shp")
    (folder / "a.shp").write_text(vrt(secret) + " " * 200)
    assert english(zip_folder(folder, tmp_path / "a.zip")) == ["a.zip: The file is damaged or cut short."]


@pytest.mark.parametrize("kind", sorted(DRIVERS))
def test_only_the_driver_of_the_format_remains_in_the_child(kind: Format) -> None:
    code = f"from geo.importers.child import lock_gdal; print(sorted(lock_gdal({kind!r}).list_drivers()))"
    assert run(code).stdout.strip() == str([DRIVERS[kind]])


def test_a_child_that_finds_gdal_loaded_or_another_driver_refuses_to_read() -> None:
    late = run("import pyogrio; from geo.importers.child import lock_gdal; lock_gdal('gpkg')")
    assert "Refused: drivers" in late.stderr
    newer = run(
        "from geo.importers import child; child.skipped = lambda kind: 'OGR_VRT'; child.lock_gdal('gpkg')"
    )
    assert "Refused: drivers" in newer.stderr


@pytest.fixture
def listener() -> Iterator[tuple[int, list[str]]]:
    calls: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port, calls
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_geojson_whose_crs_is_an_address_calls_nobody(
    tmp_path: Path, listener: tuple[int, list[str]]
) -> None:
    port, calls = listener
    path = save(parcels(1), tmp_path / "a.geojson")
    text = json.loads(path.read_text())
    text["crs"] = {"type": "link", "properties": {"href": f"http://127.0.0.1:{port}/crs", "type": "proj4"}}
    path.write_text(json.dumps(text))
    run(READ_PLAINLY, str(path))
    assert calls == ["/crs"]  # control
    assert "network address" in english(path)[0]
    # Written so that our look at the text misses it: then the network that is not there stops it.
    path.write_text(path.read_text().replace('"crs"', '"\\u0063rs"'))
    run(READ_PLAINLY, str(path))
    assert calls == ["/crs"] * 2
    assert english(path)
    locked = "import sys; from geo.importers import child; child.lock_gdal('geojson').raw.read(sys.argv[1])"
    run(locked, str(path))  # without bubblewrap or a network of its own: the proxy that leads nowhere
    assert calls == ["/crs"] * 2


def zipped(path: Path, members: dict[str, bytes], *, base: bool = True) -> Path:
    """A right zipped shapefile (unless `base` is off) with further members."""
    if base:
        save(parcels(1), path)
    with zipfile.ZipFile(path, "a" if base else "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "a/../../evil.txt", "/etc/evil", "C:\\evil", "..\\evil.txt"])
def test_a_zip_whose_paths_leave_it_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "in").mkdir()
    said = english(zipped(tmp_path / "in" / "a.zip", {name: b"x"}))
    assert "has a path that leaves it" in said[0]
    assert not list(tmp_path.rglob("evil*"))


def test_a_right_zip_with_harmless_extra_members_is_read(tmp_path: Path) -> None:
    # Control for all the rules of ZIP files: the same base, with a member that breaks none.
    extra = {"readme.txt": b"x", "__MACOSX/._thua_dat.shp": b"x", "thua_dat.sbn": b"x"}
    assert len(read(zipped(tmp_path / "a.zip", extra)).frame) == 1


def test_a_zip_with_a_link_is_refused(tmp_path: Path) -> None:
    path = save(parcels(1), tmp_path / "a.zip")
    link = zipfile.ZipInfo("thua_dat.cpg2")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    assert "is a link or a device" in english(path)[0]


def test_archives_within_a_zip_and_two_shapefiles_are_refused(tmp_path: Path) -> None:
    assert "an archive within: “b.zip”" in english(zipped(tmp_path / "a.zip", {"b.zip": b"PK"}))[0]
    assert "exactly one .shp, this one has 2" in english(zipped(tmp_path / "b.zip", {"b.shp": b""}))[0]
    assert (
        "exactly one .shp, this one has 0"
        in english(zipped(tmp_path / "c.zip", {"b.txt": b""}, base=False))[0]
    )
    lacking = zipped(tmp_path / "d.zip", {"b.shp": b"", "b.dbf": b""}, base=False)
    assert english(lacking) == ["d.zip: The Shapefile lacks .shx (of the same name as b.shp)."]


def test_all_broken_rules_of_a_zip_are_told_together(tmp_path: Path) -> None:
    faults = faults_of(zipped(tmp_path / "a.zip", {"../x": b"x", "y.7z": b"x"}))
    assert len(faults) == 2


def test_zip_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    bomb = zipped(tmp_path / "a.zip", {"thua_dat.qix": bytes(30_000_000)})
    assert bomb.stat().st_size < 100_000
    assert "grows more than 60 times" in english(bomb)[0]
    assert "exceeds 1 MB" in english(bomb, limits=Limits(unpacked_bytes=1024**2))[-1]
    many = zipped(tmp_path / "b.zip", {f"{i}.txt": b"" for i in range(100)})
    assert "too many members" in english(many)[0]


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf"):
            archive.writestr(f"a{suffix}", bytes(3_000_000))
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    while at >= 0:  # say 100 bytes in the central directory
        data[at + 24 : at + 28] = struct.pack("<I", 100)
        at = data.find(b"PK\x01\x02", at + 4)
    path.write_bytes(data)
    assert english(path)


def test_a_directory_of_millions_of_members_is_never_loaded(tmp_path: Path) -> None:
    path = save(parcels(1), tmp_path / "a.zip")
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 8 : end + 12] = struct.pack("<HH", 0xFFFE, 0xFFFE)
    path.write_bytes(data)
    assert "too many members" in english(path)[0]


def with_sql(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)
    return path


def test_a_geopackage_with_views_or_virtual_tables_is_refused(tmp_path: Path) -> None:
    view = save(parcels(1), tmp_path / "a.gpkg")
    with_sql(view, "CREATE VIEW extra AS SELECT * FROM a", "UPDATE gpkg_contents SET table_name = 'a'")
    assert "view or virtual table “extra”" in english(view)[0]
    virtual = with_sql(save(parcels(1), tmp_path / "b.gpkg"), "CREATE VIRTUAL TABLE words USING fts5(body)")
    assert "view or virtual table" in english(virtual)[0]
    assert (
        len(read(save(parcels(1), tmp_path / "c.gpkg")).frame) == 1
    )  # its spatial index is a virtual table too


def test_triggers_of_a_geopackage_do_not_run(tmp_path: Path) -> None:
    path = save(parcels(2), tmp_path / "a.gpkg")
    with_sql(path, "CREATE TRIGGER evil AFTER UPDATE ON a BEGIN DELETE FROM a; END")
    before = path.read_bytes()
    assert len(read(path).frame) == 2
    assert path.read_bytes() == before


def test_an_sqlite_file_that_is_no_geopackage_is_refused(tmp_path: Path) -> None:
    path = with_sql(tmp_path / "a.gpkg", "CREATE TABLE t (x)")
    assert "not a GeoPackage" in english(path)[0]
    with_sql(path, f"PRAGMA application_id = {0x47504B47}")
    assert "lacks a required table" in english(path)[0]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".zip"])
def test_a_file_that_is_cut_short_is_refused(tmp_path: Path, suffix: str) -> None:
    whole = save(parcels(300), tmp_path / f"a{suffix}").read_bytes()
    for share in (0.05, 0.3, 0.5, 0.9):
        cut = tmp_path / f"cut{suffix}"
        cut.write_bytes(whole[: int(len(whole) * share)])
        assert len(english(cut)) == 1


@pytest.mark.parametrize("suffix", [".gpkg", ".zip", ".geojson"])
def test_a_damaged_file_is_refused_or_read_as_it_was(tmp_path: Path, suffix: str) -> None:
    """Both binary formats notice damage (integrity check, checksums); in GeoJSON a changed digit is a digit."""
    path = save(parcels(30), tmp_path / f"a{suffix}")
    whole, right = path.read_bytes(), read(path).frame
    chance = random.Random(20260313)
    for _ in range(8):
        data = bytearray(whole)
        at = chance.randrange(len(data))
        data[at : at + chance.randrange(1, 40)] = chance.randbytes(chance.randrange(1, 40))
        path.write_bytes(data)
        try:
            arrived = read(path).frame
        except InvalidInput:
            continue
        assert suffix == ".geojson" or arrived.equals(right)


def test_parts_of_a_shapefile_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    for n, name in ((3, "a"), (5, "b")):
        (tmp_path / name).mkdir()
        parcels(n).to_file(tmp_path / name / "x.shp")
    (tmp_path / "a" / "x.dbf").write_bytes((tmp_path / "b" / "x.dbf").read_bytes())
    assert "3 shapes but 5 attribute rows" in english(zip_folder(tmp_path / "a", tmp_path / "a.zip"))[0]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 1000,
        bytes(range(256)) * 40,
        b"SQLite format 3\x00",
        b"PK\x03\x04" + b"\xff" * 500,
        b"PK\x05\x06" + b"\x00" * 18,
        b'{"type": "FeatureCollection"',
        b'{"type": "FeatureCollection", "features": 7}',
        b'{"a": 1}',
        b'{"type":"Topology","objects":{}}',
        b"{" * 3000,
    ],
)
def test_bytes_that_mean_nothing_are_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(content)
    assert len(english(path)) == 1


def test_very_deep_nesting_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    deep = "[" * 100_000 + "]" * 100_000
    feature = f'{{"type":"Feature","properties":{{"x":{deep}}},"geometry":null}}'
    path.write_text(f'{{"type":"FeatureCollection","features":[{feature}]}}')
    assert len(english(path)) == 1


def test_what_is_not_a_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gpkg")
    assert "not a regular file" in english(tmp_path / "pipe.gpkg")[0]
    assert "not a regular file" in english(tmp_path)[0]
    assert "cannot be opened" in english(tmp_path / "absent.gpkg")[0]


def test_a_hostile_file_name_is_shown_without_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\u202e<script>.gpkg"
    path.write_bytes(b"x")
    with pytest.raises(InvalidInput) as refused:
        read(path)
    assert refused.value.faults[0].where == "a\ufffd[2J\ufffd<script>.gpkg"
