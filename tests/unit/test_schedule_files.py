"""Schedules of other programs through the limited child: dates equal the stored ones, and come out as they went in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.schedules.door import Read, read_schedule, write_schedule
from projects.engine.model import Constraint, Kind, LagCalendar, Link, LinkType, Progress, Rule
from projects.engine.schedule import schedule
from projects.interchange.comparing import compared, counts
from projects.interchange.outward import planned
from projects.interchange.package import packed, unpacked
from tests.unit.pmxml_text import CODE, PMXML_DATES, pmxml
from tests.unit.schedule_texts import MSPDI_DATES, XER_DATES, mspdi, xer


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("schedules")
    made = {"mspdi": folder / "cầu.xml", "xer": folder / "cầu.xer", "pmxml": folder / "cầu-p6.xml"}
    made["mspdi"].write_text(mspdi(), "utf-8")
    made["xer"].write_text(xer(), "utf-8", newline="")
    made["pmxml"].write_text(pmxml(), "utf-8")
    return made


@pytest.fixture(scope="module")
def read(files: dict[str, Path]) -> dict[str, Read]:
    return {kind: read_schedule(path) for kind, path in files.items()}


def test_dates_stored_by_ms_project_are_ours(read: dict[str, Read]) -> None:
    found = read["mspdi"].imported
    result = schedule(found.net, found.options)
    ours = {code: (row.start_at, row.finish_at) for code, row in result.rows.items()}
    assert ours == {
        code: tuple(datetime.fromisoformat(at) for at in dates) for code, dates in MSPDI_DATES.items()
    }
    rows = compared(found, result)
    assert counts(rows) == {"same": 4, "rule": 0, "handed_on": 0, "unexplained": 0, "no_date": 0}
    assert found.options.lag_calendar is LagCalendar.SUCCESSOR
    assert found.beside["2"].wbs == ("Cầu vượt",)
    assert found.percents == {("2", "4", LinkType.SS): 50.0}
    assert Link("3", "5", LinkType.FS, 2880, "24h/7") in found.net.links
    assert {note.key for note in found.notes} == {"no_data_date", "percent_lag"}


def test_dates_stored_by_p6_are_ours_with_progress_and_a_level_of_effort(read: dict[str, Read]) -> None:
    found = read["xer"].imported
    assert found.options.data_date == datetime(2026, 9, 1)
    assert found.options.progress is Progress.RETAINED
    kinds = {a.code: a.kind for a in found.net.activities}
    assert (kinds["A1040"], kinds["A1050"], kinds["A1010"]) == (Kind.MILESTONE, Kind.EFFORT, Kind.TASK)
    result = schedule(found.net, found.options)
    rows = {row.code: row for row in compared(found, result)}
    assert {row.verdict for row in rows.values()} == {"same"}, [r for r in rows.values() if r.differs]
    for code, dates in XER_DATES.items():
        row = result.rows[code]
        assert row.finish_at == datetime.fromisoformat(dates[1]), code
    assert found.notes == ()


def test_a_pmxml_keeps_lags_calendars_and_constraints_and_its_dates_are_ours(read: dict[str, Read]) -> None:
    found, same = read["pmxml"].imported, read["xer"].imported
    assert (found.format, found.notes) == ("pmxml", ())
    assert found.options == same.options
    assert set(same.net.activities) < set(found.net.activities)
    assert {replace(k, lag_calendar=None) for k in same.net.links} < set(found.net.links)
    assert Link("A1020", "A1060", LinkType.SS, 480) in found.net.links
    own = {a.code: a for a in found.net.activities}["A1060"]
    assert own.constraints == (Constraint(Rule.FNLT, datetime(2026, 9, 12, 17)),)
    calendars = {c.name: c for c in found.calendars}
    assert calendars["Năm ngày"] == same.calendars[0]
    assert [bool(day) for day in calendars[own.calendar].week] == [True] * 6 + [False]
    assert calendars[own.calendar].exceptions == same.calendars[0].exceptions
    assert found.beside["A1020"].codes == {"Hạng mục": CODE}
    result = schedule(found.net, found.options)
    for code, dates in PMXML_DATES.items():
        row = result.rows[code]
        assert (row.start_at, row.finish_at) == tuple(map(datetime.fromisoformat, dates)), code
    assert result.rows["A1060"].total_float == -480  # Saturday's deadline is missed by Monday
    assert counts(compared(found, result))["same"] == len(PMXML_DATES)


@pytest.mark.parametrize(
    ("source", "form"),
    [("mspdi", "mspdi"), ("mspdi", "xer"), ("xer", "xer"), ("pmxml", "xer")],
)
def test_what_is_written_reopens_with_the_same_network(
    read: dict[str, Read], tmp_path: Path, source: str, form: str
) -> None:
    found = read[source].imported
    result = schedule(found.net, found.options)
    plan, notes = planned(result, form=form, name=found.name, beside=found.beside, percents=found.percents)
    path = tmp_path / f"out.{form}"
    path.write_bytes(write_schedule(plan, form))
    again = read_schedule(path).imported
    assert again.net.activities == found.net.activities
    dates = {code: (r.start_at, r.finish_at) for code, r in schedule(again.net, again.options).rows.items()}
    assert dates == {code: (r.start_at, r.finish_at) for code, r in result.rows.items()}
    assert {b.wbs for b in again.beside.values()} == {b.wbs for b in found.beside.values()}
    assert {code: b.codes for code, b in again.beside.items()} == {
        code: b.codes for code, b in found.beside.items()
    }
    if source == form or source == "pmxml":
        assert notes == ()
        assert again.net.links == found.net.links
        assert again.percents == found.percents
        assert again.options.data_date == found.options.data_date
    else:
        # Primavera has neither lags in percent nor elapsed ones beside working ones: both are named.
        assert {note.key for note in notes} == {"out_percent", "out_lag"}


def test_an_accepted_import_comes_out_of_its_document_as_it_went_in(read: dict[str, Read]) -> None:
    for one in read.values():
        assert unpacked(json.loads(json.dumps(packed(one.imported)))) == one.imported


def test_the_command_computes_a_foreign_file_and_says_what_differs(
    files: dict[str, Path], tmp_path: Path
) -> None:
    late = tmp_path / "khac.xml"
    moved = MSPDI_DATES | {"5": ("2026-09-09T17:00:00", "2026-09-09T17:00:00")}
    late.write_text(mspdi(dates=moved), "utf-8")
    done = CliRunner().invoke(app, ["schedule", "compute", str(late), "--data-date", "2026-08-30", "--json"])
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["finish"] == "2026-09-10"
    assert answer["import"]["compared"]["same"] == 3
    (row,) = answer["import"]["differences"]
    assert (row["code"], row["verdict"], row["finish_days"]) == ("5", "unexplained", 1)
    target = tmp_path / "cau.xer"
    done = CliRunner().invoke(app, ["schedule", "convert", str(files["mspdi"]), str(target)])
    assert done.exit_code == 0, done.output
    assert target.read_text("utf-8").startswith("ERMHDR")
    done = CliRunner().invoke(app, ["schedule", "convert", str(files["mspdi"]), str(tmp_path / "cau.docx")])
    assert done.exit_code == 2
