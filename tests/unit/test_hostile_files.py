"""I3: hostile content under every name and in every wrapping; nothing outside is read, written or called.

Each case ends in sentences or in parcels without the canary; a port of ours counts who calls. What is a case: one
content, one name, one container.
"""

from __future__ import annotations

import socket
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from geo.importers.options import ReadingOptions
from geo.importers.parcels import read_parcels
from projects.errors import InvalidInput
from tests.unit import format_files as files
from tests.unit.hostile import run
from tests.unit.importer_files import WARD, WARDS, parcels, save

CANARY = "canary-7731"
NAMES = ("a.gpkg", "a.geojson", "a.kml", "a.dxf", "a.xlsx", "a.csv", "COM1.tab")
Make = Callable[[Path, int], bytes]


def vrt(secret: Path, port: int) -> bytes:
    layer = f'<OGRVRTLayer name="whole"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>".encode()


def sql_vrt(secret: Path, port: int) -> bytes:
    return vrt(secret, port).replace(
        b"</SrcDataSource>", b"</SrcDataSource><SrcSQL>select * from whole</SrcSQL>"
    )


def web_vrt(secret: Path, port: int) -> bytes:
    return vrt(secret, port).replace(
        str(secret).encode(), f"/vsicurl/http://127.0.0.1:{port}/x.geojson".encode()
    )


def raster_vrt(secret: Path, port: int) -> bytes:
    band = f"<SimpleSource><SourceFilename>{secret}</SourceFilename></SimpleSource>"
    return f"<VRTDataset><VRTRasterBand>{band}</VRTRasterBand></VRTDataset>".encode()


def gdalg(secret: Path, port: int) -> bytes:
    return f'{{"type":"gdal_streamed_alg","command_line":"gdal vector read {secret} ! write --of stream"}}'.encode()


def crs_link(secret: Path, port: int) -> bytes:
    crs = f'{{"type":"link","properties":{{"href":"http://127.0.0.1:{port}/crs","type":"ogcwkt"}}}}'
    return f'{{"type":"FeatureCollection","crs":{crs},"features":[]}}'.encode()


def esri(secret: Path, port: int) -> bytes:
    return f'{{"geometryType":"esriGeometryPolygon","exceededTransferLimit":true,"url":"http://127.0.0.1:{port}"}}'.encode()


def wfs(secret: Path, port: int) -> bytes:
    return f"<OGRWFSDataSource><URL>http://127.0.0.1:{port}/</URL></OGRWFSDataSource>".encode()


def wms(secret: Path, port: int) -> bytes:
    return f'<GDAL_WMS><Service name="WMS"><ServerUrl>http://127.0.0.1:{port}/</ServerUrl></Service></GDAL_WMS>'.encode()


def kml(body: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'.encode()


def network_link(secret: Path, port: int) -> bytes:
    return kml(f"<NetworkLink><Link><href>http://127.0.0.1:{port}/x.kml</href></Link></NetworkLink>")


def style_link(secret: Path, port: int) -> bytes:
    return kml(f"<Placemark><styleUrl>http://127.0.0.1:{port}/s.kml#x</styleUrl></Placemark>")


def entity(secret: Path, port: int) -> bytes:
    return kml(
        "<Placemark><name>&x;</name></Placemark>", f'<!DOCTYPE k [<!ENTITY x SYSTEM "file://{secret}">]>'
    )


def web_entity(secret: Path, port: int) -> bytes:
    return kml("", f'<!DOCTYPE k [<!ENTITY % x SYSTEM "http://127.0.0.1:{port}/d"> %x;]>')


def lone_tab(secret: Path, port: int) -> bytes:
    return f'!table\n!version 300\n\nDefinition Table\n  File "{secret}"\n  Type NATIVE\n'.encode()


def connection(secret: Path, port: int) -> bytes:
    return f"PG:host=127.0.0.1 port={port} dbname=x".encode()


def address(secret: Path, port: int) -> bytes:
    return f"/vsicurl/http://127.0.0.1:{port}/a.geojson".encode()


def formulas(secret: Path, port: int) -> bytes:
    call = f'=WEBSERVICE(""http://127.0.0.1:{port}/"")'
    return f'WKT,to,thua,loai_dat,phuong\n"POLYGON((0 0,1 0,1 1,0 0))","{call}","=cmd|x!A1",ODT,{WARD}\n'.encode()


def gml(secret: Path, port: int) -> bytes:
    return f'<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xsi:schemaLocation="http://127.0.0.1:{port}/"/>'.encode()


def sqlite(secret: Path, port: int) -> bytes:
    return b"SQLite format 3\x00" + struct.pack(">H", 4096) + bytes(200)


def sql(secret: Path, port: int) -> bytes:
    return f"-- SQL SQLITE\nattach '{secret}' as x;\n".encode()


def wrong_magic(secret: Path, port: int) -> bytes:
    return struct.pack(">i", 9995) + bytes(200)


CONTENTS: tuple[Make, ...] = (
    vrt, sql_vrt, web_vrt, raster_vrt, gdalg, crs_link, esri, wfs, wms, network_link, style_link, entity, web_entity,
    lone_tab, connection, address, formulas, gml, sqlite, sql, wrong_magic,
)  # fmt: skip
MEMBERS = (
    "../out.shp", "..\\out.shp", "/etc/out.shp", "C:\\out.shp", "\\\\host\\share\\out.shp", "a/../../out.shp",
    "CON.shp", "aux.dbf", "thua.shp:stream", "thua.shp.", "thua\x01.shp", "inner.zip", "a.vrt",
)  # fmt: skip


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[tuple[Path, int, socket.socket]]:
    """A file that nobody may read and a port that nobody may call."""
    secret = tmp_path / "secret" / "s.geojson"
    secret.parent.mkdir()
    secret.write_bytes(save(parcels(1, ban_do=[CANARY]), tmp_path / "whole.geojson").read_bytes())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield secret, listener.getsockname()[1], listener


def called(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def outcome(path: Path) -> str:
    """All that the door lets out of a file: its cells or its sentences."""
    try:
        table = read_parcels(path, options=ReadingOptions(crs=5897), ward_codes=WARDS)
    except InvalidInput as refused:
        return " ".join(f"{fault.vi} {fault.en}" for fault in refused.faults)
    return table.frame.drop(columns="geometry").to_csv()


def harmless(path: Path, trap: tuple[Path, int, socket.socket]) -> str:
    secret, _, listener = trap
    before = sorted(p for p in path.parent.rglob("*")), secret.read_bytes()
    said = outcome(path)
    assert said.strip()
    assert CANARY not in said
    assert "Traceback" not in said
    assert not called(listener)
    assert (sorted(p for p in path.parent.rglob("*")), secret.read_bytes()) == before
    return said


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", CONTENTS, ids=lambda make: make.__name__)
def test_hostile_content_under_any_name(
    make: Make, name: str, tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    path = tmp_path / name
    path.write_bytes(make(trap[0], trap[1]))
    assert harmless(path, trap)


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_that_climbs_out_or_is_no_part_of_a_map(
    member: str, tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    path = save(parcels(1), tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(member, vrt(trap[0], trap[1]))
    harmless(path, trap)


@pytest.mark.parametrize("target", ["../../secret/s.geojson", "/etc/passwd", "thua_dat.dbf"])
@pytest.mark.parametrize("suffix", [".shp", ".prj", ".cpg"])
def test_a_link_inside_a_zip_is_not_followed(
    target: str, suffix: str, tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    path = tmp_path / "a.zip"
    info = zipfile.ZipInfo(f"thua{suffix}")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, target)
    assert "root:" not in harmless(path, trap)


@pytest.mark.parametrize(
    "make", [vrt, web_vrt, gdalg, crs_link, network_link, entity], ids=lambda m: m.__name__
)
@pytest.mark.parametrize("kind", ["shp", "kmz", "tab"])
def test_hostile_content_as_a_part_of_a_zip(
    make: Make, kind: str, tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    names = {
        "shp": ("a.shp", "a.shx", "a.dbf", "a.prj"),
        "kmz": ("doc.kml",),
        "tab": ("a.tab", "a.dat", "a.map", "a.id"),
    }
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names[kind]:
            archive.writestr(name, make(trap[0], trap[1]))
    harmless(path, trap)


def test_a_drawing_that_refers_to_another_does_not_read_it(
    tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    block = f"0\nBLOCK\n8\n0\n2\nX\n70\n4\n10\n0\n20\n0\n3\nX\n1\n{trap[0]}.dxf\n0\nENDBLK\n"
    path = files.dxf(tmp_path / "a.dxf", ["0\nINSERT\n8\n0\n2\nX\n10\n0\n20\n0\n"], blocks=block)
    assert harmless(path, trap)


def test_an_archive_in_an_archive_is_not_unpacked(
    tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    inner = save(parcels(1), tmp_path / "inner.zip")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "inner.zip")
    assert len(harmless(path, trap)) < 2000


def test_the_controls_gdal_as_it_comes_reads_the_canary_and_calls(
    tmp_path: Path, trap: tuple[Path, int, socket.socket]
) -> None:
    secret, port, listener = trap
    plainly = "import os, sys; os.environ['GDAL_HTTP_TIMEOUT'] = '1'; import pyogrio"
    plainly += "; print(pyogrio.raw.read(sys.argv[1])[3])"
    path = tmp_path / "a.gpkg"
    for make in (vrt, sql_vrt):
        path.write_bytes(make(secret, port))
        assert CANARY in run(plainly, str(path)).stdout
    (tmp_path / "link.geojson").symlink_to(secret)
    assert CANARY in run(plainly, str(tmp_path / "link.geojson")).stdout
    for make in (web_vrt, crs_link):
        path.write_bytes(make(secret, port))
        run(plainly, str(path))
        assert called(listener), make.__name__
        while called(listener):
            pass
