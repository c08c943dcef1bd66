"""The command line on a real database, as a person at a shell meets it: sentences, exit codes, clean JSON."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Polygon
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from api.cli import app
from geo.db import make_engine


@dataclass(frozen=True)
class Shell:
    """Runs `duonggang` on a database of its own."""

    engine: Engine

    def __call__(self, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(words))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout, result.stderr

    def count(self, table: str) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(text(f"select count(*) from {table}")) or 0)


@pytest.fixture(scope="module")
def database(make_database: Callable[[], str]) -> str:
    return make_database()


@pytest.fixture
def shell(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shell]:
    monkeypatch.setenv("DUONGGANG_DATABASE_URL", database)
    monkeypatch.setenv("DUONGGANG_HOME", str(tmp_path))
    made = Shell(make_engine(database, maintenance=True))
    code, _, said = made("portfolio", "load")
    assert code == 0, said
    yield made
    made.engine.dispose()


def lots(*east: float, north: float = 2_329_900.0, **changed: object) -> gpd.GeoDataFrame:
    """Square lots of 10 m beside the axis of the Tứ Liên bridge, in EPSG:5897."""
    shapes = [Polygon([(x, north), (x + 10, north), (x + 10, north + 10), (x, north + 10)]) for x in east]
    columns: dict[str, object] = {
        "to": "1",
        "thua": [str(n) for n, _ in enumerate(east, 1)],
        "loai_dat": "ODT",
        "phuong": "00097",
    }
    return gpd.GeoDataFrame(columns | changed, geometry=shapes, crs=5897)


def on_the_axis(shell: Shell) -> tuple[float, float]:
    """A point of the bridge's axis in EPSG:5897, 1 km from its start."""
    with shell.engine.connect() as connection:
        row = connection.execute(
            text(
                "select ST_X(g), ST_Y(g) from (select ST_Transform(ST_LineInterpolatePoint(a.geom, 0.2), 5897) g "
                "from alignment a join project p on p.id = a.project_id where p.code = 'TULIEN') s"
            )
        ).one()
    return float(row[0]), float(row[1])


def test_an_import_writes_parcels_and_the_same_file_again_changes_nothing(
    shell: Shell, tmp_path: Path
) -> None:
    east, north = on_the_axis(shell)
    file = tmp_path / "thua.gpkg"
    lots(east + 30, east + 45, east + 60, north=north).to_file(file)
    before = shell.count("parcel")
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 0, said
    assert "3 thửa" in said
    assert shell.count("parcel") == before + 3
    events = shell.count("event")
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 0
    assert "không có gì thay đổi" in said
    assert (shell.count("parcel"), shell.count("event")) == (before + 3, events)


def test_every_fault_of_a_bad_file_is_listed_and_nothing_is_written(shell: Shell, tmp_path: Path) -> None:
    east, north = on_the_axis(shell)
    frame = lots(
        *(east + 200 + 15 * n for n in range(5)), north=north, loai_dat=["ODT", "XYZ", None, "ODT", "ODT"]
    )
    frame.loc[3, "thua"] = frame.loc[0, "thua"]
    x, y = frame.geometry.iloc[4].bounds[:2]
    crossing = Polygon([(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10)])
    frame.geometry = [*frame.geometry.iloc[:4], crossing]
    file = tmp_path / "sai.gpkg"
    frame.to_file(file)
    land = ("parcel", "clearance_case", "import_batch")
    before = [shell.count(table) for table in land]
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 1
    lines = said.splitlines()
    for row, word in ((2, "XYZ"), (3, ""), (4, ""), (5, "")):
        assert any(str(row) in line and word in line for line in lines), (row, said)
    assert "Traceback" not in said
    assert [shell.count(table) for table in land] == before
    _, out, _ = shell("import", "list", "--json")
    assert (json.loads(out)[0]["state"], json.loads(out)[0]["file"]) == ("refused", "sai.gpkg")


def test_an_import_is_undone_from_the_terminal(shell: Shell, tmp_path: Path) -> None:
    east, north = on_the_axis(shell)
    file = tmp_path / "nham.gpkg"
    lots(east + 700, east + 715, north=north, to="3").to_file(file)
    before = shell.count("parcel"), shell.count("clearance_case")
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 0, said
    number = said.split("undo id ")[1].split()[0]
    code, _, said = shell("import", "undo", number, "--reason", "nhầm tệp")
    assert code == 0, said
    assert (shell.count("parcel"), shell.count("clearance_case")) == before
    assert json.loads(shell("import", "show", number)[1])["state"] == "undone"
    assert shell("import", "cancel", number)[0] == 1


def test_a_wrong_zone_is_named_with_the_right_one(shell: Shell, tmp_path: Path) -> None:
    east, north = on_the_axis(shell)
    file = tmp_path / "mui.gpkg"
    lots(east + 400, north=north).set_crs(9209, allow_override=True).to_file(file)
    before = shell.count("parcel")
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 1
    assert "5897" in said, said
    assert shell.count("parcel") == before


def test_without_a_coordinate_system_nothing_is_guessed(shell: Shell, tmp_path: Path) -> None:
    east, north = on_the_axis(shell)
    file = tmp_path / "khong.gpkg"
    with warnings.catch_warnings(action="ignore"):  # that the file has none is the point
        lots(east + 450, north=north, to="9").set_crs(None, allow_override=True).to_file(file)
    before = shell.count("parcel")
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 1
    assert "hệ toạ độ" in said, said
    assert shell.count("parcel") == before
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN", "--crs", "5897")
    assert code == 0, said
    assert shell.count("parcel") == before + 1


def test_swapped_axes_are_named(shell: Shell, tmp_path: Path) -> None:
    east, north = on_the_axis(shell)
    frame = lots(east + 500, north=north)
    frame.geometry = [Polygon([(y, x) for x, y in g.exterior.coords]) for g in frame.geometry]
    file = tmp_path / "dao.gpkg"
    frame.to_file(file)
    code, _, said = shell("import", "parcels", str(file), "--project", "TULIEN")
    assert code == 1
    assert "đảo" in said or "X và Y" in said or "đổi chỗ" in said, said


def test_official_boundaries_are_joined_by_code(shell: Shell, shared_data: Path) -> None:
    file = str(shared_data / "hanoi_wards_2025.gpkg")
    code, _, said = shell("import", "wards", file, "--source", "NXB Bản đồ, MIT")
    assert code == 0, said
    assert "126/126 phường, xã theo mã" in said
    with shell.engine.connect() as connection:
        area = connection.scalar(text("select sum(ST_Area(boundary::geography)) / 1e6 from ward"))
        source = connection.scalar(text("select distinct boundary_source from ward"))
    assert area == pytest.approx(3357, rel=0.005)
    assert source.startswith("NXB Bản đồ, MIT (sha256 ")


def test_json_answers_are_clean_and_about_the_project_asked_for(shell: Shell) -> None:
    code, out, _ = shell("schedule", "HOTAY", "--json")
    assert code == 0
    assert json.loads(out)["project"] == "HOTAY"
    code, out, _ = shell("report", "delay", "--json")
    assert code == 0
    assert len(json.loads(out)["projects"]) == 18


def test_an_unknown_project_is_one_sentence(shell: Shell) -> None:
    code, out, said = shell("schedule", "KHONGCO")
    assert (code, out) == (1, "")
    assert said.strip() == "Không có dự án này."


def test_an_unreachable_database_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DUONGGANG_DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    result = CliRunner().invoke(app, ["report", "delay"])
    assert result.exit_code == 1
    assert "Không nối được cơ sở dữ liệu" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUONGGANG_HOST", "0.0.0.0")
    result = CliRunner().invoke(app, ["report", "delay"])
    assert result.exit_code == 2
    assert "DUONGGANG_HOST" in result.stderr


def test_gaps_of_land_are_told_as_text_and_as_json(shell: Shell, tmp_path: Path) -> None:
    code, said, _ = shell("land", "gaps", "TRANHUNGDAO")
    assert code == 0
    assert said.startswith("TRANHUNGDAO · số liệu đến 13/03/2026 · cần ")
    code, said, _ = shell("land", "gaps", "TULIEN", "--json", "--ngay", "2026-03-20", "--min-run", "200")
    answer = json.loads(said)
    assert code == 0
    assert (answer["project"], answer["data_date"], answer["min_run_m"]) == ("TULIEN", "2026-03-20", 200.0)
    assert answer["required_m"] == pytest.approx(
        answer["free_m"] + answer["blocked_m"] + answer["unknown_m"], abs=0.01
    )
    code, _, said = shell("land", "gaps", "KHONGCO")
    assert code == 1
    assert "Không có dự án này." in said


def test_measuring_anew_is_an_event(shell: Shell) -> None:
    before = shell.count("event")
    code, _, said = shell("land", "locate", "TULIEN")
    assert code == 0, said
    assert "thửa của TULIEN" in said
    assert shell.count("event") == before + 1
