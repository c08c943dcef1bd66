"""The CRS of a file: read, given, missing, contradicting, home-made; and a file in the wrong place."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest

from geo.importers.filecrs import FileCrs, identify
from geo.importers.parcels import WardPlace
from tests.unit.importer_files import (
    EAST,
    NORTH,
    PASTED,
    PLACES,
    WARD,
    english,
    faults_of,
    parcels,
    read,
    save,
    square,
    wkt,
    zip_folder,
)

FLAVOURS = ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019")
TMERC = "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m +no_defs"


def zipped_with_prj(tmp_path: Path, definition: str | None, *, frame: gpd.GeoDataFrame | None = None) -> Path:
    """A zipped shapefile whose .prj says `definition`, or that has none."""
    folder = tmp_path / "shp"
    folder.mkdir()
    (parcels(2) if frame is None else frame).to_file(folder / "thua.shp")
    if definition is not None:
        (folder / "thua.prj").write_text(definition)
    return zip_folder(folder, tmp_path / "thua.zip", without=() if definition is not None else (".prj",))


def without_crs(path: Path) -> Path:
    text = json.loads(path.read_text())
    del text["crs"]
    path.write_text(json.dumps(text))
    return path


def moved(east: float = 0.0, north: float = 0.0, n: int = 3) -> gpd.GeoDataFrame:
    return parcels(n, shapes=[square(i, east=EAST + east, north=NORTH + north) for i in range(n)])


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("srid", [5897, 9209, 3405, 32648, 4326, 4756, 3857])
def test_an_epsg_definition_is_recognised_in_every_flavour(srid: int, flavour: str) -> None:
    assert identify(wkt(f"EPSG:{srid}", flavour)) == identify(f"EPSG:{srid}")
    assert identify(f"EPSG:{srid}").srid == srid


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_the_numbers_of_a_definition_count_and_not_its_name(flavour: str) -> None:
    renamed = wkt("EPSG:5897", flavour).replace("0.9999", "0.9996")
    assert identify(renamed) == FileCrs(
        "epsg", 3405, "VN-2000 / TM-3 zone 482", "lon 105, k 0.9996, E0 500000, N0 0"
    )
    odd = identify(wkt("EPSG:5897", flavour).replace("0.9999", "0.9998"))
    assert (odd.kind, odd.srid, odd.numbers) == ("custom", None, "lon 105, k 0.9998, E0 500000, N0 0")


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_towgs84_parameters_and_missing_datums_are_recognised(flavour: str) -> None:
    pasted, bare = identify(wkt(PASTED, flavour)), identify(wkt(TMERC, flavour))
    assert (pasted.kind, pasted.srid) == ("bound", 5897)
    assert (bare.kind, bare.srid) == ("custom", 5897)
    if flavour != "WKT1_ESRI":  # which has no room for the values
        assert pasted.towgs84.startswith("-191.90441429,-39.30318279")


@pytest.mark.parametrize("text", ["junk", "EPSG:999999", "+init=file:/etc/passwd", "EPSG:5773", "x" * 30_000])
def test_what_is_no_horizontal_crs_is_unreadable(text: str) -> None:
    assert identify(text).kind == "unreadable"


def test_a_file_without_crs_needs_one_and_is_told_which_would_do(tmp_path: Path) -> None:
    for name, path in {
        "zip": zipped_with_prj(tmp_path, None),
        "gpkg": save(parcels(2, crs=None), tmp_path / "a.gpkg"),
    }.items():
        said = english(path)
        assert "The file does not state its CRS" in said[0], name
        assert ("(.prj is missing)" in said[0]) == (name == "zip")
        assert "fall in Hanoi if read in EPSG:5897" in said[1], name
        assert read(path, crs=5897).source_srid == 5897
        assert "EPSG:123 is not the code" in english(path, crs=123)[0]


def test_a_given_crs_that_contradicts_the_file_is_refused(tmp_path: Path) -> None:
    for suffix in (".gpkg", ".geojson", ".zip"):
        path = save(parcels(2), tmp_path / f"a{suffix}")
        assert (
            "but EPSG:9209 (VN-2000 / TM-3 105°30′) was given; they contradict" in english(path, crs=9209)[0]
        )
        assert read(path, crs=5897).warnings == ()


@pytest.mark.parametrize("suffix", [".gpkg", ".zip"])
def test_pasted_parameters_are_named_and_need_a_code(tmp_path: Path, suffix: str) -> None:
    frame = parcels(2, crs=None).set_crs(PASTED)
    path = save(frame, tmp_path / f"a{suffix}")
    fault = faults_of(path)[0]
    assert "towgs84" in fault.vi
    assert "lệch 0,75 m" in fault.vi
    assert "give the code 5897" in fault.en
    table = read(path, crs=5897)
    assert "set aside" in table.warnings[0].en
    # The pair of codes is used, not the parameters: the coordinates are those of a file that was right from the start.
    right = read(save(parcels(2), tmp_path / f"b{suffix}"))
    assert table.wgs84().equals(right.wgs84())
    assert "not the parameters of EPSG:9209" in english(path, crs=9209)[0]


def test_a_geopackage_whose_definition_is_another_projection_than_its_code_is_refused(tmp_path: Path) -> None:
    path = save(parcels(2), tmp_path / "a.gpkg")
    with closing(sqlite3.connect(path)) as database, database:
        wrong = wkt("EPSG:3405", "WKT1_GDAL")
        database.execute("UPDATE gpkg_spatial_ref_sys SET definition = ? WHERE srs_id = 5897", (wrong,))
    assert "k 0.9996" in english(path)[0]


def test_a_prj_with_another_scale_factor_is_read_by_its_numbers_with_a_warning(tmp_path: Path) -> None:
    definition = wkt("EPSG:5897", "WKT1_ESRI").replace("0.9999", "0.9996")
    table = read(zipped_with_prj(tmp_path, definition))
    assert table.source_srid == 3405
    assert "about 700 m off" in table.warnings[0].en


def test_geojson_without_crs_is_wgs84_unless_another_is_given(tmp_path: Path) -> None:
    assert read(without_crs(save(parcels(2).to_crs(4326), tmp_path / "a.geojson"))).source_srid == 4326
    metres = without_crs(save(parcels(2), tmp_path / "b.geojson"))
    metres.write_text(metres.read_text().replace("{", '{"crs": null, ', 1))  # null says nothing either
    assert "right if read in EPSG:5897" in english(metres)[0]
    table = read(metres, crs=5897)
    assert table.source_srid == 5897
    assert "states no CRS" in table.warnings[0].en


def test_the_old_crs_member_of_geojson_is_read(tmp_path: Path) -> None:
    path = save(parcels(2), tmp_path / "a.geojson")
    assert "urn:ogc:def:crs:EPSG::5897" in path.read_text()
    assert read(path).source_srid == 5897


@pytest.mark.parametrize(
    ("declared", "real"),
    [(5897, "9208"), (5897, "9210"), (9209, "5897"), (4326, "5897"), (5897, "4326")],
)
def test_a_wrong_zone_is_named_with_the_right_one(tmp_path: Path, declared: int, real: str) -> None:
    frame = parcels(3).to_crs(int(real)).set_crs(declared, allow_override=True)
    said = english(save(frame, tmp_path / "a.gpkg"), ward_places=PLACES)
    assert len(said) == 3
    assert all(f"right if read in EPSG:{real}" in s for s in said), said


def test_a_zone_that_stays_inside_hanois_box_is_found_by_the_place_of_the_ward(tmp_path: Path) -> None:
    west = {WARD: WardPlace(lon=105.85, lat=21.04, area_km2=15.0)}
    frame = parcels(3).to_crs(9209).set_crs(5897, allow_override=True)  # 52 km to the west, still in the box
    path = save(frame, tmp_path / "a.gpkg")
    assert len(read(path).frame) == 3  # control: the box alone lets it pass
    said = english(path, ward_places=west)
    assert "is 52.1 km from the centre of its ward" in said[0]
    assert "right if read in EPSG:9209 (VN-2000 / TM-3 105°30′)" in said[0]


def test_exchanged_axes_and_millimetres_are_named(tmp_path: Path) -> None:
    swapped = moved(NORTH - EAST, EAST - NORTH)
    said = english(save(swapped, tmp_path / "a.gpkg"))
    assert all("EPSG:5897 (VN-2000 / TM-3 105°00′), the two axes exchanged" in s for s in said)
    big = parcels(3)
    big.geometry = big.geometry.scale(1000, 1000, origin=(0, 0))
    said = english(save(big, tmp_path / "b.gpkg"))
    assert any("in millimetres" in s for s in said)


def test_a_whole_file_in_the_wrong_place_is_told_in_one_sentence_with_its_rows(tmp_path: Path) -> None:
    frame = parcels(60).to_crs(9210).set_crs(5897, allow_override=True)
    frame = gpd.GeoDataFrame(frame, crs=5897)
    frame.loc[59, "geometry"] = square(59)
    said = english(save(frame, tmp_path / "a.gpkg"), ward_places=PLACES)
    assert len(said) == 1
    assert "59 of 60 shapes" in said[0]
    assert "Rows: 1–59." in said[0]


def test_one_parcel_far_away_is_a_fault_of_its_row(tmp_path: Path) -> None:
    shapes = [square(0), square(1, east=EAST + 700_000), square(2)]
    said = english(save(parcels(3, shapes=shapes), tmp_path / "a.gpkg"))
    assert len(said) == 1
    assert said[0].startswith("#2: The shape at (1288017.00, 2328005.00) lies outside Hanoi")
