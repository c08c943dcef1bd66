"""A right parcel file comes in whole; a wrong one is refused with every fault and its row."""

from __future__ import annotations

import json
import math
import struct
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.importers.limits import Limits
from geo.importers.parcels import COLUMNS
from tests.unit.importer_files import (
    EAST,
    NORTH,
    WARD,
    bow_tie,
    english,
    faults_of,
    parcels,
    read,
    save,
    square,
    zip_folder,
)

SUFFIXES = (".gpkg", ".geojson", ".zip")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_right_file_comes_in_with_its_source_geometry_and_crs(tmp_path: Path, suffix: str) -> None:
    frame = parcels(
        3,
        dien_tich=[100.0, 100.0, None],
        ho_so=["TL-1", "TL-1", "TL-2"],
        buoc=["S90", "S90", "S20"],
        ngay_buoc=["2026-02-01", "2026-02-01", "2026-01-15"],
        hen=["31/03/2026", "31/03/2026", None],
        vuong_mac=["NGUON_GOC", "NGUON_GOC", None],
        doi_tuong=["hộ gia đình", "hộ gia đình", "tổ chức"],
    )
    table = read(save(frame, tmp_path / f"tu-lien{suffix}"))
    assert table.source_srid == 5897
    assert table.frame.crs.to_epsg() == 5897
    assert tuple(table.frame.columns) == (*COLUMNS, "geometry")
    first = table.frame.iloc[0]
    assert first.geometry.equals(square(0))
    assert (first.sheet, first.number, first.ward_code, first.land_use) == ("12", "1", WARD, "ODT")
    assert (first.map_series, first.map_version) == (WARD, "1")
    assert (first.case, first.step, first.step_on) == ("TL-1", "S90", date(2026, 2, 1))
    assert (first.promised_on, first.obstacle, first.holder_kind) == (
        date(2026, 3, 31),
        "NGUON_GOC",
        "household",
    )
    last = table.frame.iloc[2]
    assert (last.promised_on, last.obstacle, last.holder_kind) == (None, None, "organisation")
    assert math.isnan(last.area_stated_m2)
    assert table.frame["row"].tolist() == [1, 2, 3]
    assert table.area_m2 == pytest.approx([100.0] * 3)
    assert table.wgs84().crs.to_epsg() == 4326
    assert set(table.wgs84().geom_type) == {"MultiPolygon"}
    assert len(table.sha256) == 64
    assert table.warnings == ()


def test_the_same_bytes_have_the_same_hash_under_any_name(tmp_path: Path) -> None:
    path = save(parcels(), tmp_path / "a.gpkg")
    again = tmp_path / "b.dat"
    again.write_bytes(path.read_bytes())
    assert read(path).sha256 == read(again).sha256


def test_absent_optional_columns_are_none(tmp_path: Path) -> None:
    frame = read(save(parcels(1), tmp_path / "a.gpkg")).frame
    for name in ("case", "step", "step_on", "promised_on", "obstacle", "holder_kind"):
        assert frame[name].tolist() == [None]


def test_any_crs_with_an_epsg_code_is_measured_in_5897(tmp_path: Path) -> None:
    for srid in (4326, 9209, 3405, 4756, 32648):
        moved = parcels(2).to_crs(srid)
        table = read(save(moved, tmp_path / f"{srid}.gpkg"))
        assert table.source_srid == srid
        assert table.area_m2 == pytest.approx([100.0, 100.0], abs=0.01)
        expected = parcels(2).to_crs(4326).geometry
        assert all(
            a.equals_exact(MultiPolygon([b]), 2e-8) for a, b in zip(table.wgs84(), expected, strict=True)
        )


def test_numbers_in_cells_become_text_and_ward_codes_get_their_zeros_back(tmp_path: Path) -> None:
    frame = parcels(2, to=[12, 12], thua=[1.0, 2.0], phuong=[97, 97], loai_dat=["ont + cln", "luc"])
    table = read(save(frame, tmp_path / "a.gpkg"))
    assert table.frame["sheet"].tolist() == ["12", "12"]
    assert table.frame["number"].tolist() == ["1", "2"]
    assert table.frame["ward_code"].tolist() == [WARD, WARD]
    assert table.frame["land_use"].tolist() == ["ONT+CLN", "LUC"]


def test_headings_may_be_vietnamese_words(tmp_path: Path) -> None:
    frame = parcels(1).rename(
        columns={"to": "Số tờ", "thua": "Số thửa", "loai_dat": "Loại đất", "phuong": "Mã phường"}
    )
    assert read(save(frame, tmp_path / "a.geojson")).frame["sheet"].tolist() == ["12"]


def test_multipolygons_and_holes_come_through(tmp_path: Path) -> None:
    ring = box(EAST, NORTH, EAST + 30, NORTH + 30).difference(
        box(EAST + 10, NORTH + 10, EAST + 20, NORTH + 20)
    )
    shapes: list[BaseGeometry | None] = [ring, MultiPolygon([square(5), square(7)]), square(9)]
    table = read(save(parcels(3, shapes=shapes), tmp_path / "a.gpkg"))
    assert table.frame.geometry[1].geom_type == "MultiPolygon"
    assert table.area_m2 == pytest.approx([800.0, 200.0, 100.0])
    assert all(a.equals(b) for a, b in zip(table.frame.geometry, shapes, strict=True))


def test_heights_are_dropped_with_a_warning(tmp_path: Path) -> None:
    high = Polygon([(x, y, 7.5) for x, y in square(0).exterior.coords])
    table = read(save(parcels(1, shapes=[high]), tmp_path / "a.gpkg"))
    assert not table.frame.has_z.any()
    assert "heights" in table.warnings[0].en


def test_measures_are_dropped_with_a_warning(tmp_path: Path) -> None:
    high = Polygon([(x, y, 7.5) for x, y in square(0).exterior.coords])
    save(parcels(1, shapes=[high]), tmp_path / "a.zip")
    for suffix, places in ((".shp", (32, 108)), (".shx", (32,))):
        part = (tmp_path / "a" / "thua_dat").with_suffix(suffix)
        data = bytearray(part.read_bytes())
        for at in places:
            data[at : at + 4] = struct.pack("<i", 25)  # PolygonZ becomes PolygonM, which is laid out alike
        part.write_bytes(data)
    table = read(zip_folder(tmp_path / "a", tmp_path / "m.zip"))
    assert table.frame.geometry[0].equals(square(0))
    assert "measures (M)" in table.warnings[0].en


def test_a_stated_area_that_differs_is_a_warning_with_both_numbers(tmp_path: Path) -> None:
    table = read(save(parcels(3, dien_tich=[104.0, 106.0, 120.0]), tmp_path / "a.gpkg"))
    assert [warning.where for warning in table.warnings] == ["#2", "#3"]
    assert "106.0 m²" in table.warnings[0].en
    assert "100.0 m²" in table.warnings[0].vi


def test_one_wrong_file_tells_all_its_faults_at_once(tmp_path: Path) -> None:
    shapes: list[BaseGeometry | None] = [
        square(0),
        bow_tie(1),
        square(2),
        None,
        LineString([(EAST, NORTH), (EAST + 5, NORTH)]),
        square(5),
        Point(EAST, NORTH),
        Polygon(),
        square(8, east=NORTH, north=EAST),
        square(9),
    ]
    frame = parcels(
        10,
        shapes=shapes,
        to=["12", "12", "12", "12", None, "12", "12", "12", "12", "12"],
        thua=["1", "2", "1", "4", "5", " ", "7", "8", "9", "10"],
        loai_dat=["ODT", "XYZ", "ODT", "ONT+QQQ", "ODT", "ODT", None, "LUC", "LUC", "LUC"],
        phuong=[WARD, WARD, WARD, "99999", WARD, None, WARD, WARD, WARD, WARD],
        buoc=[None, None, "S77", None, None, None, None, None, None, None],
        hen=[None, None, None, None, None, None, "31/02/2026", None, None, None],
        dien_tich=[None, None, None, None, None, None, None, -3.0, None, None],
        vuong_mac=[None] * 9 + ["LUOI"],
        doi_tuong=["hộ", "ma", *["hộ"] * 8],
    )
    said = "\n".join(english(save(frame, tmp_path / "sai.gpkg")))
    for expected in (
        "#2: The boundary crosses itself at (588017.00, 2328005.00).",
        "#2: There is no land-use code “XYZ”.",
        "#2: The holder kind “ma” is neither",
        "#3: Sheet 12 parcel 1 (map series 00097, version 1) is already in row 1; rows 1 and 3 are the same parcel.",
        "#3: There is no step “S77”.",
        "#4: The feature has no geometry.",
        "#4: There is no land-use code “QQQ”.",
        "#4: There is no ward with code “99999”.",
        "#5: The feature has a LineString, not a polygon.",
        "#5: The sheet is missing.",
        "#6: The parcel number is missing.",
        "#6: The ward code is missing.",
        "#7: The feature has a Point, not a polygon.",
        "#7: The land use is missing.",
        "#7: The promised date “31/02/2026” is not a day that exists.",
        "#8: The area of -3 m² is not a positive number.",
        "#8: The feature has an empty geometry, or an empty part.",
        "#9: The shape at (2328101.00, 588005.00) lies outside Hanoi when read in EPSG:5897",
        "It would be right if read in EPSG:5897 (VN-2000 / TM-3 105°00′), the two axes exchanged.",
        "#10: There is no obstacle code “LUOI”.",
    ):
        assert expected in said
    assert "#1:" not in said


def test_faults_are_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    frame = parcels(
        4, loai_dat=["ODT", "?", "ODT", "?"], shapes=[bow_tie(0), square(1), bow_tie(2), square(3)]
    )
    wheres = [fault.where for fault in faults_of(save(frame, tmp_path / "a.gpkg"))]
    assert wheres == ["#1", "#2", "#3", "#4"]


def test_the_500_first_faults_are_listed_and_the_rest_is_counted_by_kind(tmp_path: Path) -> None:
    frame = parcels(700, loai_dat=["?"] * 700, phuong=["1"] * 100 + [WARD] * 600)
    faults = faults_of(save(frame, tmp_path / "a.gpkg"))
    assert len(faults) == 501
    assert "300 more" in faults[-1].en
    assert "700 wrong land-use codes, 100 wrong ward codes" in faults[-1].en
    assert "700 mã loại đất sai" in faults[-1].vi


def test_missing_columns_are_told_once_with_the_names_that_are_accepted(tmp_path: Path) -> None:
    said = english(save(parcels(2, to=None, loai_dat=None), tmp_path / "a.gpkg"))
    assert [s for s in said if "column sheet is missing" in s and "so_to" in s]
    assert [s for s in said if "column land use is missing" in s]
    assert len(said) == 2


def test_two_columns_for_one_field_are_named(tmp_path: Path) -> None:
    said = english(save(parcels(1, so_to=["12"]), tmp_path / "a.gpkg"))
    assert said == ["a.gpkg: Several columns are the sheet: “to”, “so_to”; remove or rename the others."]


def test_the_same_number_on_another_map_series_or_version_is_another_parcel(tmp_path: Path) -> None:
    same = parcels(3, thua=["1", "1", "1"], ban_do=["00091", "00097", "00097"], phien_ban=[None, None, "2"])
    assert len(read(save(same, tmp_path / "a.gpkg")).frame) == 3


def test_parcels_of_one_case_must_agree(tmp_path: Path) -> None:
    frame = parcels(3, ho_so=["A", "A", "B"], buoc=["S20", "S30", "S20"], hen=["2026-04-01", None, None])
    said = english(save(frame, tmp_path / "a.gpkg"))
    assert said == ["#2: Case “A” differs here from row 1 in: step, promised date."]


@pytest.mark.parametrize("code", ["a/b", "../x", "<script>", "a b", "-x", "x" * 65])
def test_a_case_code_that_could_not_be_part_of_an_address_is_refused(tmp_path: Path, code: str) -> None:
    assert "The case code" in english(save(parcels(1, ho_so=[code]), tmp_path / "a.gpkg"))[0]


def test_text_that_looks_like_a_script_stays_text(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    table = read(save(parcels(1, to=[evil], ban_do=["<img onerror=x>"]), tmp_path / "a.gpkg"))
    assert table.frame["sheet"].tolist() == [evil]
    # Control: a control character in the same place is refused.
    said = english(save(parcels(1, to=[evil + "\x1b[2J"]), tmp_path / "b.gpkg"))
    assert said == ["#1: The sheet contains the control character U+001B."]


def test_an_empty_layer_is_refused(tmp_path: Path) -> None:
    for suffix in (".gpkg", ".geojson"):
        said = english(save(parcels(1).iloc[:0], tmp_path / f"rong{suffix}"), crs=5897)
        assert any("has no features" in s for s in said), said


def test_a_geopackage_with_several_layers_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    parcels(1).to_file(path, layer="thua_2024", driver="GPKG")
    parcels(2).to_file(path, layer="thua_2025", driver="GPKG")
    assert "several layers (thua_2024, thua_2025)" in english(path)[0]
    assert "no layer “x”; it has: thua_2024, thua_2025" in english(path, layer="x")[0]
    assert len(read(path, layer="thua_2025").frame) == 2


def test_mixed_geometry_is_refused_by_row(tmp_path: Path) -> None:
    shapes: list[BaseGeometry | None] = [
        square(0),
        GeometryCollection([square(1), Point(EAST, NORTH)]),
        square(2),
    ]
    said = english(save(parcels(3, shapes=shapes), tmp_path / "a.gpkg"))
    assert said == ["#2: The feature has a GeometryCollection, not a polygon."]


def test_coordinates_that_are_not_numbers_are_refused_by_row(tmp_path: Path) -> None:
    path = save(parcels(3), tmp_path / "a.geojson")
    text = json.loads(path.read_text())
    text["features"][1]["geometry"]["coordinates"][0][1] = [float("nan"), NORTH]
    path.write_text(json.dumps(text))  # Python writes the token NaN, which GDAL reads
    assert english(path) == ["#2: The feature has coordinates that are not finite numbers."]


def test_areas_of_nothing_and_of_a_whole_district_are_refused(tmp_path: Path) -> None:
    huge = box(EAST - 3000, NORTH - 3000, EAST + 3000, NORTH + 3000)
    assert "too large for a parcel" in english(save(parcels(1, shapes=[huge]), tmp_path / "a.gpkg"))[0]
    line = Polygon([(EAST, NORTH), (EAST + 5, NORTH), (EAST + 9, NORTH), (EAST, NORTH)])
    assert english(save(parcels(1, shapes=[line]), tmp_path / "b.gpkg"))


def test_limits_on_rows_vertices_and_bytes_are_one_sentence(tmp_path: Path) -> None:
    circle = Point(EAST, NORTH).buffer(20, quad_segs=100)
    path = save(parcels(3, shapes=[square(0), circle, square(5)]), tmp_path / "a.gpkg")
    assert english(path, limits=Limits(rows=2)) == ["a.gpkg: The file has 3 rows, the limit is 2."]
    assert english(path, limits=Limits(vertices=50)) == ["a.gpkg: The file has more than 50 vertices."]
    assert english(path, limits=Limits(ring_vertices=50)) == ["#2: A ring has 401 vertices (limit 50)."]
    assert "larger than" in english(path, limits=Limits(file_bytes=1000))[0]
    assert len(read(path).frame) == 3


def test_the_frame_can_be_written_back_without_loss(tmp_path: Path) -> None:
    frame = parcels(5, dien_tich=[100.0] * 5)
    table = read(save(frame, tmp_path / "a.gpkg"))
    again = table.frame[["sheet", "number", "ward_code", "land_use", "area_stated_m2", "geometry"]]
    back = read(save(gpd.GeoDataFrame(again, crs=table.frame.crs), tmp_path / "b.gpkg"))
    assert back.frame.geometry.equals(table.frame.geometry)
    assert np.array_equal(back.area_m2, table.area_m2)
