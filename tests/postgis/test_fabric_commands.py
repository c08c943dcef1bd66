"""`duonggang land split | merge | renumber | repair | topology | lineage` on a real database, with real files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from geo.db import make_engine
from tests.postgis.test_file_commands import ON_THE_AXIS

CODE, WARD = "TULIEN", "00097"


def run(url: str, *words: object) -> tuple[int, str, str]:
    result = CliRunner(env={"DUONGGANG_DATABASE_URL": url}).invoke(app, [str(w) for w in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    engine = make_engine(url, maintenance=True)
    try:
        with engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]
    finally:
        engine.dispose()


def delivered(folder: Path, name: str, corner: tuple[float, float], *lots: tuple[str, float, float]) -> Path:
    """A GeoPackage of parcels (number, metres east of the corner, width), 10 m deep, in EPSG:5897."""
    x, y = corner
    columns = {
        "to": "12",
        "thua": [n for n, *_ in lots],
        "loai_dat": "ODT",
        "phuong": WARD,
        "ho_so": f"{CODE}-0001",
    }
    shapes = [box(x + at, y, x + at + width, y + 10) for _, at, width in lots]
    path = folder / name
    gpd.GeoDataFrame(columns, geometry=shapes, crs=5897).to_file(path, driver="GPKG")
    return path


@pytest.fixture(scope="module")
def land(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, tuple[float, float]]:
    """A database with four parcels side by side in one case, and the corner of the first."""
    url = make_database()
    assert run(url, "portfolio", "load")[0] == 0
    x, y = rows(url, ON_THE_AXIS)[0]
    corner = float(str(x)), float(str(y))
    four = [(str(n), 20.0 * n, 20.0) for n in (1, 2, 3, 4)]
    path = delivered(tmp_path_factory.mktemp("land"), "thua.gpkg", corner, *four)
    code, _, err = run(url, "import", "parcels", path, "--project", CODE)
    assert code == 0, err
    return url, corner


def test_a_parcel_is_split_by_a_surveyed_file_merged_renumbered_and_its_old_number_answers(
    land: tuple[str, tuple[float, float]], tmp_path: Path
) -> None:
    url, corner = land
    parts = delivered(tmp_path, "tach.gpkg", corner, ("105", 20, 8), ("106", 28, 12))
    code, out, err = run(url, "land", "split", CODE, "12/1", "--parts", parts, "--json")
    assert code == 0, err
    assert json.loads(out)["said"]["vi"] == "tờ 12 thửa 1 → thửa 105, 106 (tách)"
    assert run(url, "land", "merge", CODE, "12/106", "12/2", "--into", "107")[0] == 0
    code, _, err = run(
        url, "land", "renumber", CODE, "12/107", "--to-number", 9, "--to-sheet", 3, "--to-series", "HH2026"
    )
    assert (code, "tờ 12 thửa 107 → tờ 3 thửa 9 (đổi số · bản đồ HH2026/1)" in err) == (0, True)
    code, out, _ = run(url, "land", "lineage", CODE, "12/1", "--json")
    told = json.loads(out)
    assert sorted((r["sheet"], r["number"], r["area_m2"]) for r in told["rows"]) == [
        ("12", "105", pytest.approx(80, abs=0.05)),
        ("3", "9", pytest.approx(320, abs=0.1)),
    ]
    assert [act["kind"] for act in told["acts"]] == ["split", "merge", "renumber"]
    assert run(url, "land", "lineage", CODE, "12/404")[0] == 1
    kinds = rows(url, "select kind from event where object_type = 'lineage' order by id")
    assert [k for (k,) in kinds] == ["parcel.split", "parcel.merge", "parcel.renumber"]


def test_parts_that_lose_land_are_refused_with_the_difference_and_nothing_is_written(
    land: tuple[str, tuple[float, float]], tmp_path: Path
) -> None:
    url, corner = land
    before = rows(url, "select number, area_m2 from parcel order by id")
    parts = delivered(tmp_path, "thieu.gpkg", corner, ("201", 60, 8), ("202", 68, 10))
    code, _, err = run(url, "land", "split", CODE, "12/3", "--parts", parts)
    assert (code, "20.0" in err) == (1, True), err
    assert rows(url, "select number, area_m2 from parcel order by id") == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("split", CODE, "12", "--parts", "{parts}"), "tờ/thửa"),
        (("split", CODE, "12/404", "--parts", "{parts}"), "không có thửa này"),
        (("merge", CODE, "12/3", "--into", "9"), "ít nhất hai thửa"),
        (("renumber", CODE, "12/3", "--to-number", "4"), "đã có"),
        (("repair", CODE), "Nêu thửa cần sửa"),
        (("split", "KHONGCO", "12/3", "--parts", "{parts}"), "Không có dự án này"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    land: tuple[str, tuple[float, float]], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    url, corner = land
    parts = delivered(tmp_path, "p.gpkg", corner, ("301", 60, 8), ("302", 68, 12))
    code, _, err = run(url, "land", *(word.format(parts=parts) for word in words))
    assert (code, said in err) == (1, True), err


def test_topology_says_what_is_wrong_and_repair_repairs_only_what_is_asked_for(
    land: tuple[str, tuple[float, float]],
) -> None:
    url, _ = land
    assert run(url, "land", "topology", CODE)[0] == 0
    # A parcel as an older version of the software might have left it: its boundary crosses itself.
    rows(
        url,
        "with bent as (update parcel set geom = (select ST_Multi(ST_SetSRID(ST_MakePolygon(ST_MakeLine(array["
        "ST_PointN(r, 1), ST_PointN(r, 3), ST_PointN(r, 2), ST_PointN(r, 4), ST_PointN(r, 1)])), 4326)) "
        "from (select ST_ExteriorRing(ST_GeometryN(geom, 1)) r) s) where sheet = '12' and number = '4' returning 1) "
        "insert into event (effective_on, actor, kind, object_type, object_code) "
        "select '2026-03-13', 'test', 'test', 'test', 'T' from bent returning id",
    )  # fmt: skip
    code, out, err = run(url, "land", "topology", CODE, "--json")
    assert code == 1
    assert [(one["kind"], one["number"]) for one in json.loads(out)] == [("invalid", "4")]
    assert "1 hình không hợp lệ" in err
    assert json.loads(run(url, "land", "repair", CODE, "12/3", "--json")[1]) == []
    assert [one["number"] for one in json.loads(run(url, "land", "repair", CODE, "12/4", "--json")[1])] == [
        "4"
    ]
    assert run(url, "land", "topology", CODE)[0] == 0
