"""`duonggang import preview | parcels | list` on a real database: options, profiles, and attributes that are joined."""

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
from tests.unit import format_files as files
from tests.unit.importer_files import WARD, parcels, save, square

CODE = "TULIEN"


@pytest.fixture(scope="module")
def database(make_database: Callable[[], str]) -> str:
    """A database of this module's own, with the portfolio and no land."""
    url = make_database()
    assert duonggang(url, "portfolio", "load")[0] == 0
    return url


def duonggang(url: str, *words: object) -> tuple[int, str, str]:
    result = CliRunner(env={"DUONGGANG_DATABASE_URL": url}).invoke(app, [str(w) for w in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    engine = make_engine(url, maintenance=True)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(sql))]
    finally:
        engine.dispose()


ON_THE_AXIS = """
    select ST_X(g), ST_Y(g) from (select ST_Transform(ST_LineInterpolatePoint(a.geom, 0.2), 5897) g
    from alignment a join project p on p.id = a.project_id where p.code = 'TULIEN') s
"""


def drawing(folder: Path, east: float, north: float) -> Path:
    """Three parcels of a sheet, numbers and areas as labels."""
    outlines = [square(i, east=east, north=north) for i in range(3)]
    entities = [
        files.polyline([(float(x), float(y)) for x, y in outline.exterior.coords[:4]], layer="TO_12")
        for outline in outlines
    ]
    entities += [files.text((east + 12 * i + 4, north + 5), f"ODT {i + 1}/100.0") for i in range(3)]
    return files.dxf(folder / "to12.dxf", entities)


def test_a_profile_made_at_the_preview_imports_the_senders_next_file(database: str, tmp_path: Path) -> None:
    x, y = rows(database, ON_THE_AXIS)[0]
    path = drawing(tmp_path, float(str(x)), float(str(y)))
    code, out, _ = duonggang(database, "import", "preview", path, "--json")
    assert code == 1
    assert json.loads(out)["faults"][0]["en"].startswith("The file does not state its CRS")
    said = (
        "--crs",
        5897,
        "--fixed",
        f"ward_code={WARD}",
        "--save-profile",
        "VPĐK",
        "--sender",
        "VPĐK Tây Hồ",
    )
    code, out, err = duonggang(database, "import", "preview", path, *said)
    assert (code, "Nạp được." in out) == (0, True)
    assert "Đã lưu hồ sơ bên gửi “VPĐK”." in err
    code, _, err = duonggang(database, "import", "parcels", path, "--project", CODE, "--profile", "VPĐK")
    assert code == 0, err
    found = rows(
        database,
        "select sheet, number, land_use, area_stated_m2 from parcel where not is_demo order by 2",
    )
    assert found == [("12", str(i), "ODT", 100.0) for i in (1, 2, 3)]

    sheet = files.workbook(
        tmp_path / "ds.xlsx",
        [["Số tờ", "Số thửa", "Loại đất", "Diện tích", "Họ tên"], [12, 1, "ODT", 100, "x"], [12, 2, "CLN", 101.5, "y"],
         [12, 9, "ODT", 1, "z"], [12, 3, "ODT", 100, ""], [12, 3, "LUC", 100, ""]],
    )  # fmt: skip
    code, out, _ = duonggang(database, "import", "attributes", sheet, "--project", CODE, "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["rows"], report["parcels"], report["matched"], report["changed"]) == (5, 3, 2, 1)
    assert report["rows_without_parcel"] == ["dòng 4: tờ 12 thửa 9"]
    assert report["duplicates"] == ["dòng 5: tờ 12 thửa 3; dòng 6: tờ 12 thửa 3"]
    assert report["unused"] == ["Họ tên"]
    assert rows(database, "select land_use from parcel where number = '2' and not is_demo") == [("ODT",)]
    code, _, err = duonggang(database, "import", "attributes", sheet, "--project", CODE, "--apply")
    assert (code, "Đã ghi." in err) == (0, True)
    changed = "select land_use, area_stated_m2 from parcel where number = '2' and not is_demo"
    assert rows(database, changed) == [("CLN", 101.5)]
    event = rows(database, "select before, after from event where kind = 'parcels.attributes'")[0]
    assert event[0] == {"parcels": [[f"{WARD}/12/2", {"land_use": "ODT", "area_stated_m2": 100.0}]]}


def test_a_corridor_is_checked_before_it_is_loaded(database: str, tmp_path: Path) -> None:
    x, y = (float(str(value)) for value in rows(database, ON_THE_AXIS)[0])
    frame = gpd.GeoDataFrame({"ten": ["ranh"]}, geometry=[box(x - 200, y - 60, x + 200, y + 60)], crs=5897)
    words = ("land", "corridor", save(frame, tmp_path / "ranh.gpkg"), "--project", CODE)
    kept = f"select version from corridor c join project p on p.id = c.project_id where p.code = '{CODE}' order by 1"
    before = rows(database, kept)
    code, out, err = duonggang(database, *words, "--check")
    assert (code, "chỉ so sánh, chưa ghi" in out) == (0, True), err
    assert "→ 48.000 m²" in out
    assert rows(database, kept) == before
    code, out, _ = duonggang(database, *words)
    assert (code, f"phiên bản {len(before) + 1}" in out) == (0, True)
    assert rows(database, kept) == [*before, (len(before) + 1,)]
    code, out, _ = duonggang(database, *words)
    assert (code, "không có gì thay đổi" in out) == (0, True)
    code, _, err = duonggang(database, *words[:-1], "VD4")
    assert (code, "Phạm vi cách tim tuyến" in err) == (1, True)


@pytest.mark.parametrize(
    "words", [("--column", "sheet"), ("--encoding", "latin-9"), ("--profile", "không có")]
)
def test_a_wrong_option_is_a_sentence(database: str, tmp_path: Path, words: tuple[str, str]) -> None:
    code, _, err = duonggang(database, "import", "preview", files.kml(parcels(1), tmp_path / "a.kml"), *words)
    assert code == 1
    assert "Traceback" not in err
    assert err.strip()
