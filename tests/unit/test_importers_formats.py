"""Each format that offices deliver gives the same parcels through the same door."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.crs import to_measure
from geo.importers.columns import PARCEL_FIELDS
from tests.unit import format_files as files
from tests.unit.importer_files import WARD, english, parcels, read, save, square, zip_folder

MARKED_NAMES = ["Nguyễn Văn Tý", "Trần Thị Hoà", "Đỗ Quỳnh"]


def written(kind: str, frame: gpd.GeoDataFrame, folder: Path) -> Path:
    return {
        "gpkg": lambda: save(frame, folder / "a.gpkg"),
        "geojson": lambda: save(frame, folder / "a.geojson"),
        "shp": lambda: save(frame, folder / "shp.zip"),
        "tab": lambda: files.mapinfo(frame, folder / "tab.zip"),
        "mif": lambda: files.mapinfo(frame, folder / "mif.zip", ".mif"),
        "kml": lambda: files.kml(frame, folder / "a.kml"),
        "csv": lambda: files.table(frame, folder / "a.csv"),
    }[kind]()


@pytest.mark.parametrize(
    ("kind", "off_m"),
    [
        ("gpkg", 0.0),
        ("geojson", 1e-3),
        ("shp", 0.0),
        ("tab", 0.02),
        ("mif", 1e-6),
        ("kml", 1e-3),
        ("csv", 0.0),
    ],
)
def test_the_same_parcels_arrive_whatever_the_format(tmp_path: Path, kind: str, off_m: float) -> None:
    frame = parcels(5)
    path = written(kind, frame, tmp_path)
    table = read(path, crs=None if kind in ("gpkg", "geojson", "shp", "kml") else 5897)
    assert table.frame["number"].tolist() == ["1", "2", "3", "4", "5"]
    assert set(table.frame["sheet"]) == {"12"}
    arrived = to_measure(table.frame.geometry.values, table.source_srid)
    assert shapely.hausdorff_distance(arrived, frame.geometry.values).max() <= off_m + 1e-6
    assert np.allclose(table.area_m2, 100.0, atol=0.5)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_fabric_survives_kml_and_csv(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    sides = data.draw(st.lists(st.floats(3.0, 11.0), min_size=1, max_size=8))
    names = data.draw(
        st.lists(st.sampled_from(["1", "2a", "3-1", "00004"]), min_size=len(sides), max_size=len(sides))
    )
    numbers = [f"{i}{name[1:]}" for i, name in enumerate(names)]
    shapes = [square(i, side=side) for i, side in enumerate(sides)]
    frame = parcels(len(sides), shapes=shapes, thua=numbers)
    folder = tmp_path_factory.mktemp("fabric")
    for kind in ("kml", "csv"):
        table = read(written(kind, frame, folder), crs=5897 if kind == "csv" else None)
        assert table.frame["number"].tolist() == numbers
        assert np.allclose(table.area_m2, [side * side for side in sides], atol=1e-2)


def test_a_kmz_is_a_zipped_kml(tmp_path: Path) -> None:
    page = files.kml(parcels(2), tmp_path / "a.kml")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.write(page, "doc.kml")
        archive.writestr("files/icon.png", b"png")
    assert len(read(tmp_path / "a.kmz").frame) == 2


def test_a_single_map_in_a_zip_is_taken_out_of_it(tmp_path: Path) -> None:
    inner = save(parcels(2), tmp_path / "a.gpkg")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(inner, "ban do/thửa.gpkg")
    assert len(read(tmp_path / "b.zip").frame) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            b"AC1032" + b"\x00" * 200,
            "AutoCAD DWG drawing, which cannot be read directly: in AutoCAD use SAVEAS",
        ),
        (b"AutoCAD Binary DXF\r\n\x1a\x00" + b"\x00" * 50, "save it as an ASCII DXF"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500 + "Dgn~H".encode("utf-16-le"),
            "MicroStation V8 DGN",
        ),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500 + "Workbook".encode("utf-16-le"),
            "old Excel file",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500, "an OLE file"),
        (b"\x00\x00\x27\x0a" + b"\x00" * 200, "A .shp alone"),
        (b"!table\n!version 300\n", "A .tab alone"),
        (b"Version 300\nCharset", "A .mif alone"),
        (b"Rar!\x1a\x07\x00", "RAR archive"),
    ],
)
def test_what_cannot_be_read_is_told_in_one_sentence_how_to_become_readable(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "ban_do.dgn"
    path.write_bytes(content)
    said = english(path)
    assert len(said) == 1
    assert says in said[0]


@pytest.mark.parametrize("part", [".dbf", ".shx", ".shp"])
def test_a_missing_part_of_a_shapefile_is_named(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    parcels(2).to_file(folder / "thua.shp")
    said = english(zip_folder(folder, tmp_path / "a.zip", without=(part,)))
    assert said == [
        "a.zip: The ZIP file must have exactly one .shp, this one has 0."
        if part == ".shp"
        else f"a.zip: The Shapefile lacks {part} (of the same name as thua.shp)."
    ]


@pytest.mark.parametrize("part", [".dat", ".map", ".id"])
def test_a_missing_part_of_a_mapinfo_table_is_named(tmp_path: Path, part: str) -> None:
    path = files.mapinfo(parcels(2), tmp_path / "a.zip")
    assert part in english(zip_folder(path.with_suffix(""), path, without=(part,)))[0]


@pytest.mark.parametrize("how", ["tcvn3", "vni-forced", "utf-8"])
def test_old_text_of_a_shapefile_is_read_and_the_reading_is_told(tmp_path: Path, how: str) -> None:
    series = ["Bản đồ Đống Đa", "Bản đồ Yên Hoà", "Bản đồ Cầu Giấy"]
    octets = [n.encode() if how == "utf-8" else files.to_tcvn3(n).encode("latin-1") for n in series]
    path = files.shapefile_with_octets(parcels(3), "ban_do", octets, tmp_path / "a.zip")
    table = read(path, encoding="vni" if how == "vni-forced" else None)
    if how == "vni-forced":
        assert table.frame["map_series"].tolist() != series
        assert any("marked words are Vietnamese; the encoding may be wrong" in w.en for w in table.warnings)
    else:
        assert table.frame["map_series"].tolist() == series
        assert any("as tcvn3 (found): “Bản đồ Đống Đa”" in w.en for w in table.warnings) == (how == "tcvn3")


def test_a_csv_of_points_is_told_that_a_point_is_no_parcel(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("to,thua,X,Y\n12,1,588000,2328000\n")
    assert "a row is a point, not a parcel" in english(path)[0]
    path.write_text("to,thua\n12,1\n")
    assert "has no WKT column" in english(path)[0]


def test_a_csv_may_be_parted_by_semicolons_state_its_srid_and_be_in_an_old_encoding(tmp_path: Path) -> None:
    frame = parcels(2, ban_do=[files.to_tcvn3("Bản đồ Đống Đa")] * 2)
    path = files.table(frame, tmp_path / "a.csv", delimiter=";", encoding="latin-1")
    path.write_bytes(
        path.read_bytes().replace(b"POLYGON", b"SRID=5897;POLYGON").replace(b"SRID=5897;", b'"SRID=5897;')
    )
    path.write_bytes(path.read_bytes().replace(b"));", b'))";'))
    table = read(path)
    assert table.source_srid == 5897
    assert set(table.frame["map_series"]) == {"Bản đồ Đống Đa"}


def test_a_column_may_be_named_and_a_value_given_for_all(tmp_path: Path) -> None:
    frame = parcels(2, to=None, phuong=None, loai_dat=None, so_hieu_la=["7", "8"], maloai=["LUC", "ODT"])
    path = save(frame, tmp_path / "a.gpkg")
    said = english(path)
    assert sum("say which column it is, or give one value for all" in s for s in said) == 3
    table = read(path, columns={"sheet": "so_hieu_la", "land_use": "maloai"}, fixed={"ward_code": WARD})
    assert table.frame["sheet"].tolist() == ["7", "8"]
    assert table.frame["land_use"].tolist() == ["LUC", "ODT"]
    assert "has no column absent" in english(path, columns={"sheet": "absent"})[0]
    assert "There is no field “colour”" in english(path, fixed={"colour": "red"})[0]


def test_contested_columns_are_settled_by_naming_one(tmp_path: Path) -> None:
    path = save(parcels(2, so_to=["1", "2"]), tmp_path / "a.gpkg")
    assert "Several columns are the sheet" in english(path)[0]
    assert read(path, columns={"sheet": "so_to"}).frame["sheet"].tolist() == ["1", "2"]


def test_axes_that_are_exchanged_in_the_file_can_be_read_so(tmp_path: Path) -> None:
    frame = parcels(2)
    frame.geometry = shapely.transform(frame.geometry.values, lambda p: p[:, ::-1])
    path = files.table(frame, tmp_path / "a.csv")
    assert "the two axes exchanged" in english(path, crs=5897)[0]
    table = read(path, crs=5897, swapped=True)
    assert np.allclose(table.area_m2, 100.0, atol=1e-6)


def test_a_parcel_number_that_begins_like_a_formula_is_refused(tmp_path: Path) -> None:
    path = files.table(parcels(1, thua=["=cmd|' /C calc'!A0"]), tmp_path / "a.csv")
    assert "begins like a formula" in english(path, crs=5897)[0]


def test_the_column_names_that_the_readme_gives_are_known() -> None:
    text = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    given = re.search(r"as offices name them \(([^)]*)\)", text)
    assert given is not None
    names = re.findall(r"`(\w+)`", given[1])
    assert len(names) == 10
    assert set(names) <= {name for known in PARCEL_FIELDS.values() for name in known}
