"""Official ward boundaries, joined on code or on name, from any CRS."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from geo.importers.wards import WardTable, read_wards
from projects.errors import InvalidInput
from tests.unit.importer_files import EAST, NORTH, save

ROOT = Path(__file__).resolve().parents[2]
KNOWN = {"09955": "Thạch Thất", "09988": "Hoà Lạc", "00097": "Hồng Hà"}


@pytest.fixture(scope="module")
def our_wards() -> dict[str, str]:
    with (ROOT / "data" / "wards.csv").open(encoding="utf-8", newline="") as handle:
        return {row["code"]: row["name"] for row in csv.DictReader(handle)}


def wards(crs: int = 5897, **columns: list[object]) -> gpd.GeoDataFrame:
    n = len(next(iter(columns.values())))
    shapes = [box(EAST + 3000 * i, NORTH, EAST + 3000 * i + 2900, NORTH + 2000) for i in range(n)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=5897).to_crs(crs)


def refused(path: Path, **options: Any) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        read_wards(path, known=KNOWN, **options)
    return [f"{fault.where}: {fault.en}" for fault in error.value.faults]


@pytest.mark.parametrize("name", ["hanoi_wards_2025.gpkg", "hanoi_wards_2025.geojson"])
def test_all_126_real_wards_are_matched_by_code(
    shared_data: Path, our_wards: dict[str, str], name: str
) -> None:
    table = read_wards(shared_data / name, known=our_wards)
    assert (len(table.rows), table.matched_by) == (126, "code")
    assert (table.unmatched, table.missing, table.warnings) == ((), (), ())
    assert {row.code: row.name for row in table.rows} == our_wards
    assert all(row.boundary.is_valid for row in table.rows)


def test_all_126_real_wards_are_matched_by_name_in_the_other_tone_style(
    shared_data: Path, our_wards: dict[str, str], tmp_path: Path
) -> None:
    frame = gpd.read_file(shared_data / "hanoi_wards_2025.gpkg")[["full_name_vi", "geometry"]]
    frame["ten"] = frame["full_name_vi"].str.replace("oà", "òa").str.replace("Oà", "Òa").str.upper()
    table = read_wards(save(frame[["ten", "geometry"]].to_crs(9209), tmp_path / "w.gpkg"), known=our_wards)
    assert (len(table.rows), table.matched_by, table.source_srid) == (126, "name", 9209)


@pytest.mark.parametrize("srid", [4326, 5897, 3405, 32648])
def test_boundaries_of_any_crs_arrive_in_wgs84(tmp_path: Path, srid: int) -> None:
    table = read_wards(save(wards(srid, ma_xa=["00097"]), tmp_path / "w.gpkg"), known=KNOWN)
    assert table.rows[0].boundary.geom_type == "MultiPolygon"
    assert table.rows[0].boundary.centroid.x == pytest.approx(105.8626, abs=1e-3)


def test_what_does_not_match_is_listed(tmp_path: Path) -> None:
    table: WardTable = read_wards(
        save(wards(code=[97, 12345], name=["a", "b"]), tmp_path / "w.gpkg"), known=KNOWN
    )
    assert [row.code for row in table.rows] == ["00097"]
    assert table.unmatched == ("12345",)
    assert table.missing == ("09955", "09988")
    assert [warning.en.split(":")[0] for warning in table.warnings] == [
        "1 features are no known ward",
        "2 wards are not in the file",
    ]


def test_names_are_used_when_there_is_no_code(tmp_path: Path) -> None:
    table = read_wards(save(wards(TEN_XA=["Xã Hòa Lạc", "P. Hồng Hà"]), tmp_path / "w.zip"), known=KNOWN)
    assert [(row.code, row.name) for row in table.rows] == [("09988", "Hoà Lạc"), ("00097", "Hồng Hà")]


def test_wrong_boundaries_are_refused_with_every_fault(tmp_path: Path) -> None:
    frame = wards(code=["00097", "00097", "09988"])
    frame.loc[2, "geometry"] = Polygon(
        [(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)]
    )
    said = refused(save(frame, tmp_path / "w.gpkg"))
    assert said[0] == "#2: The ward Hồng Hà (00097) is already in row 1."
    assert said[1].startswith("#3: The boundary crosses itself at")
    assert "no column with ward codes or names" in refused(save(wards(x=["1"]), tmp_path / "x.gpkg"))[0]
    assert "None of the wards" in refused(save(wards(code=["11111"]), tmp_path / "y.gpkg"))[0]


def test_boundaries_in_the_wrong_zone_are_refused(tmp_path: Path) -> None:
    frame = wards(9210, code=["00097"]).set_crs(9208, allow_override=True)
    said = refused(save(frame, tmp_path / "w.gpkg"))
    assert "lies outside Hanoi" in said[0]
    assert "right if read in EPSG:" in said[0]
