"""The demo files of the whole portfolio enter through the same door as official ones, and say what they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from api.usecases.portfolio import read_portfolio
from geo.demo import LAYER, write_demo_files
from geo.importers.parcels import WardPlace, read_parcels
from projects.catalog import Portfolio

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return read_portfolio(DATA)[0]


@pytest.fixture(scope="module")
def files(portfolio: Portfolio, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The demo file of every project by project code."""
    folder = tmp_path_factory.mktemp("demo")
    paths = write_demo_files(portfolio, folder, portfolio.demo_seed)
    assert sorted(folder.iterdir()) == sorted(paths)
    return {path.stem.removesuffix("-minh-hoa").upper(): path for path in paths}


@pytest.fixture(scope="module")
def land(files: dict[str, Path]) -> dict[str, gpd.GeoDataFrame]:
    return {code: gpd.read_file(path) for code, path in files.items()}


def test_every_ward_has_its_configured_parcels_and_cases(
    portfolio: Portfolio, land: dict[str, gpd.GeoDataFrame]
) -> None:
    for project in portfolio.projects:
        if project.demo is None:
            assert project.code not in land
            continue
        found = land[project.code]
        for code in {w.code for w in project.demo.wards}:
            blocks = [w for w in project.demo.wards if w.code == code]
            mine = found[found["phuong"] == code]
            assert len(mine) == sum(w.parcels for w in blocks), (project.code, code)
            assert mine["ho_so"].nunique() == sum(w.cases for w in blocks), (project.code, code)
    assert (land["TULIEN"]["phuong"] == "00097").sum() == 732
    assert sum(map(len, land.values())) >= 20_000


def test_no_parcels_of_a_project_overlap(land: dict[str, gpd.GeoDataFrame]) -> None:
    for code, found in land.items():
        shapes = np.array(found.geometry, dtype=object)
        assert shapely.is_valid(shapes).all(), code
        one, other = shapely.STRtree(shapes).query(shapes, predicate="overlaps")
        shared = shapely.area(shapely.intersection(shapes[one], shapes[other])).sum() / 2
        assert shared < 1e-6 * shapely.area(shapes).sum(), code


def test_case_codes_are_unique_over_the_city(land: dict[str, gpd.GeoDataFrame]) -> None:
    codes = [code for found in land.values() for code in found["ho_so"].unique()]
    assert len(codes) == len(set(codes))


def test_file_says_that_it_is_invented_and_is_in_the_coordinates_of_the_city(files: dict[str, Path]) -> None:
    for code, path in files.items():
        info = pyogrio.read_info(path)
        assert pyogrio.list_layers(path)[:, 0].tolist() == [LAYER]
        assert info["crs"] == "EPSG:5897"
        assert "DỮ LIỆU MINH HOẠ" in info["layer_metadata"]["DESCRIPTION"]
        assert code in info["layer_metadata"]["DESCRIPTION"]


def test_file_enters_through_the_door_unchanged(
    portfolio: Portfolio, files: dict[str, Path], land: dict[str, gpd.GeoDataFrame]
) -> None:
    places = {w.code: WardPlace(w.centre_lon, w.centre_lat, float(w.area_km2)) for w in portfolio.wards}
    table = read_parcels(files["TULIEN"], ward_codes=frozenset(places), ward_places=places)
    found = land["TULIEN"]
    assert table.source_srid == 5897
    assert shapely.equals_exact(np.array(table.frame.geometry), np.array(found.geometry), 0.0).all()
    for theirs, ours in {
        "map_series": "ban_do", "sheet": "to", "number": "thua", "ward_code": "phuong", "land_use": "loai_dat",
        "case": "ho_so", "step": "buoc", "area_stated_m2": "dien_tich",
    }.items():  # fmt: skip
        assert table.frame[theirs].tolist() == found[ours].tolist(), theirs
    assert [on.strftime("%d/%m/%Y") for on in table.frame["step_on"]] == found["ngay_buoc"].tolist()
    assert set(table.frame["holder_kind"]) == {"household", "organisation"}
    assert table.frame["obstacle"].notna().sum() == found["vuong_mac"].notna().sum()
    assert table.frame["promised_on"].notna().sum() == found["hen"].notna().sum()


def test_same_seed_gives_the_same_bytes(portfolio: Portfolio, files: dict[str, Path], tmp_path: Path) -> None:
    alone = replace(portfolio, projects=tuple(p for p in portfolio.projects if p.code == "TULIEN"))
    (again,) = write_demo_files(alone, tmp_path / "a", portfolio.demo_seed)
    (other,) = write_demo_files(alone, tmp_path / "b", portfolio.demo_seed + 1)
    assert again.read_bytes() == files["TULIEN"].read_bytes()
    assert other.read_bytes() != again.read_bytes()
