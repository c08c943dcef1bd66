"""Baselines inside schedule files: read as the sender wrote them, the damaged named, and written back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from geo.schedules.door import read_schedule, write_schedule
from projects.comparing import compare, stand_of
from projects.engine.schedule import schedule
from projects.errors import InvalidInput
from projects.interchange.basing import own_name
from projects.interchange.docbaselines import baselines_in
from projects.interchange.imported import Imported
from projects.interchange.mapping import mapped
from projects.interchange.outward import planned
from projects.interchange.package import packed, unpacked
from projects.interchange.plan import Amount, BaseDates, Plan, PlanBaseline, plain, plan_of
from projects.plan import Plan as Kept
from tests.unit.pmxml_text import pmxml
from tests.unit.schedule_texts import mspdi
from tests.unit.test_interchange import MONDAY, plan, task


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 9, day, hour)


def based(*rows: tuple[BaseDates, ...], heads: tuple[PlanBaseline, ...]) -> Plan:
    """A plan of tasks of two days with these baselines."""
    made = plan(*(task(i, 2.0, code=f"A{i}", baselines=row) for i, row in enumerate(rows, 1)))
    return replace(made, baselines=heads)


def notes_of(found: Imported) -> dict[str, tuple[tuple[str, ...], str]]:
    return {note.key: (note.codes, note.detail) for note in found.notes}


def test_a_baseline_keeps_sound_dates_and_names_each_kind_of_damage() -> None:
    days = Amount(2, "DAYS")
    one = based(
        (BaseDates(0, at(1), at(2, 17), days),),
        (BaseDates(0, at(4), at(3, 17), days),),
        (BaseDates(0, datetime(1969, 12, 31, 8), at(3, 17), days),),
        (BaseDates(0, at(4), datetime(2149, 12, 31, 23, 59), days),),
        (BaseDates(0, at(4), None, days),),
        (),
        heads=(PlanBaseline(0),),
    )
    found = mapped(plan_of(json.loads(json.dumps(plain(one)))))
    (base,) = found.baselines
    assert (base.name, base.date) == ("Baseline", None)
    assert base.dates == {"A1": (at(1), at(2, 17), 2.0)}
    assert notes_of(found) == {
        "baseline_reversed": (("A2",), "Baseline"),
        "baseline_range": (("A3", "A4"), "Baseline"),
        "baseline_half": (("A5",), "Baseline"),
        "baseline_part": (("A6",), "Baseline"),
    }
    assert unpacked(json.loads(json.dumps(packed(found)))) == found


def test_a_baseline_with_nothing_sound_is_not_kept_and_said_so() -> None:
    found = mapped(based((BaseDates(3, at(4), at(3), None),), heads=(PlanBaseline(3, "Gốc"),)))
    assert found.baselines == ()
    assert notes_of(found)["baseline_empty"] == ((), "Gốc")


def test_baselines_stand_in_the_order_in_which_they_were_set_where_the_file_says_it() -> None:
    rows = tuple(BaseDates(n, at(1), at(2), None) for n in range(3))
    heads = (PlanBaseline(0, "Hiện nay", at(9)), PlanBaseline(1, "Gốc", at(1)), PlanBaseline(2, "Gốc", at(5)))
    assert [b.name for b in mapped(based(rows, heads=heads)).baselines] == ["Gốc #1", "Gốc #2", "Hiện nay"]
    undated = (*heads[:2], PlanBaseline(2, "Gốc"))
    assert [b.number for b in mapped(based(rows, heads=undated)).baselines] == [0, 1, 2]


def test_an_import_of_before_baselines_were_read_still_opens() -> None:
    found = mapped(plan(task(1)))
    old = packed(found)
    del old["baselines"]
    assert unpacked(old) == found


def test_ms_project_baselines_are_read_and_written_by_the_library_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "gốc.xml"
    path.write_text(with_baselines(mspdi()), "utf-8")
    found = read_schedule(path).imported
    first, third = found.baselines
    assert (first.number, first.name, third.number, third.name) == (0, "Baseline", 3, "Baseline 3")
    assert first.dates == {
        "2": (datetime(2026, 8, 24, 8), datetime(2026, 8, 26, 17), 3.0),
        "3": (datetime(2026, 8, 28, 8), datetime(2026, 8, 31, 17), 2.0),
    }
    assert set(third.dates) == {"2"}
    notes = notes_of(found)
    assert notes["baseline_reversed"] == (("3",), "Baseline 3")
    assert {k: n.codes for n in found.notes if n.key == "baseline_part" for k in [n.detail]} == {
        "Baseline": ("4", "5"),
        "Baseline 3": ("4", "5"),
    }
    result = schedule(found.net, found.options)
    made, said = planned(
        result, form="mspdi", name=found.name, beside=found.beside, baselines=found.baselines
    )
    out = tmp_path / "lại.xml"
    out.write_bytes(write_schedule(made, "mspdi"))
    assert read_schedule(out).imported.baselines == found.baselines
    assert said == ()
    _, said = planned(result, form="xer", name=found.name, baselines=found.baselines)
    assert [n.detail for n in said if n.key == "out_baseline"] == ["Baseline", "Baseline 3"]


def test_baselines_go_into_our_format_and_out_of_it_as_they_were(tmp_path: Path) -> None:
    names = ["gốc.xml", "mạng.json", "lại.xml"]
    one, two, three = (tmp_path / name for name in names)
    one.write_text(with_baselines(mspdi()), "utf-8")
    for source, target in ((one, two), (two, three)):
        day = ["--data-date", "2026-08-30"]
        done = CliRunner().invoke(app, ["schedule", "convert", str(source), str(target), *day])
        assert done.exit_code == 0, done.output
    first, last = read_schedule(one).imported, read_schedule(three).imported
    assert len(first.baselines) == 2
    document = json.loads(two.read_text("utf-8"))
    assert baselines_in(document, {row["code"] for row in document["activities"]}) == first.baselines
    assert last.baselines == first.baselines


def test_every_fault_of_a_baseline_in_our_format_is_named() -> None:
    good = {"code": "A", "start": "2026-08-24T08:00", "finish": "2026-08-26T17:00"}
    wrong: list[object] = [
        {"number": -1, "name": "Gốc", "activities": [good | {"code": "B"}, good, good]},
        {"number": 2, "name": "", "activities": [good | {"finish": "2026-08-23T17:00", "days": "ba"}]},
        {"number": 2, "name": "Hai", "activities": [good | {"start": "2026-08-24"}], "x": 1},
    ]
    with pytest.raises(InvalidInput) as refused:
        baselines_in({"baselines": wrong}, {"A"})
    assert [fault.where for fault in refused.value.faults] == [
        "baselines[0].number", "baselines[0].activities[0]", "baselines[0].activities[2]",
        "baselines[1].activities[0]", "baselines[1].activities[0].days", "baselines[1].name", "baselines[2]",
        "baselines[2].activities[0].start", "baselines",
    ]  # fmt: skip
    assert baselines_in({}, set()) == ()


def test_ms_project_has_room_for_eleven_baselines_and_the_others_are_named() -> None:
    found = mapped(based((BaseDates(0, at(1), at(2, 17)),), heads=(PlanBaseline(0),)))
    (base,) = found.baselines
    many = [replace(base, number=n, name=own_name(n)) for n in range(13)]
    made, said = planned(schedule(found.net, found.options), form="mspdi", name="x", baselines=many)
    assert [b.number for task in made.tasks for b in task.baselines] == list(range(11))
    assert [(n.key, n.detail) for n in said] == [
        ("out_baseline", own_name(11)),
        ("out_baseline", own_name(12)),
    ]


def test_a_baseline_on_a_day_that_is_none_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sai.xml"
    path.write_text(with_baselines(mspdi()).replace("2026-08-28T08:00:00", "2026-09-31T08:00:00"), "utf-8")
    with pytest.raises(InvalidInput) as refused:
        read_schedule(path)
    assert [f.vi for f in refused.value.faults] == [
        "Đường cơ sở của công việc 3: “2026-09-31T08:00:00” không phải là một ngày."
    ]


def test_the_baseline_project_of_a_pmxml_is_read_with_its_name_and_data_date(tmp_path: Path) -> None:
    path = tmp_path / "p6.xml"
    path.write_text(with_baseline_project(pmxml()), "utf-8")
    found = read_schedule(path).imported
    assert {a.code for a in found.net.activities} >= {"A1000", "A1060"}
    (base,) = found.baselines
    assert (base.name, base.date) == ("Hợp đồng gốc", datetime(2026, 8, 20))
    assert base.dates["A1020"] == (datetime(2026, 9, 3, 8), datetime(2026, 9, 7, 17), 3.0)
    assert notes_of(found) == {"baseline_part": (("A1050", "A1060"), "Hợp đồng gốc")}
    _, said = planned(
        schedule(found.net, found.options), form="mspdi", name=found.name, baselines=found.baselines
    )
    assert [n.detail for n in said if n.key == "out_baseline_name"] == ["Hợp đồng gốc → Baseline"]


def test_planned_dates_of_p6_without_a_baseline_project_are_no_baseline(tmp_path: Path) -> None:
    """The control: the library fills the baseline fields of such a file from the project itself."""
    path = tmp_path / "p6.xml"
    path.write_text(pmxml(), "utf-8")
    found = read_schedule(path)
    assert (found.plan.baselines, found.imported.baselines) == ((), ())


def test_a_baseline_of_dates_alone_is_compared_without_links_or_floats() -> None:
    found = mapped(plan(task(1, 2.0, code="A1"), task(2, 2.0, code="A2")))
    now = stand_of(Kept(found.net), schedule(found.net, found.options))
    told = now.told["A1"]
    sent = replace(
        now,
        told={"A1": replace(told, side=replace(told.side, days=None, float_days=None))},
        finish=MONDAY.date(),
        links=None,
    )
    one = compare(sent, now)
    pairs = {p.code: p for p in one.works}
    assert (pairs["A1"].finish_days, pairs["A1"].float_days, pairs["A1"].duration_days) == (0, None, None)
    assert not pairs["A1"].moved
    assert [p.code for p in one.added] == ["A2"]
    assert not one.links_known
    assert one.links_added == ()


def with_baselines(text: str) -> str:
    """Baseline 0 of tasks 2 and 3, and Baseline 3 of task 2 with task 3 finishing before it starts."""

    def row(number: int, start: str, finish: str, hours: int) -> str:
        return (
            f"<Baseline><Number>{number}</Number><Start>{start}:00</Start><Finish>{finish}:00</Finish>"
            f"<Duration>PT{hours}H0M0S</Duration><DurationFormat>7</DurationFormat></Baseline>"
        )

    own = {
        "2": row(0, "2026-08-24T08:00", "2026-08-26T17:00", 24)
        + row(3, "2026-08-25T08:00", "2026-08-27T17:00", 24),
        "3": row(0, "2026-08-28T08:00", "2026-08-31T17:00", 16)
        + row(3, "2026-08-31T08:00", "2026-08-28T17:00", 16),
    }
    return re.sub(
        r"<Task><UID>(\d)</UID>.*?(?=</Task>)", lambda m: m[0] + own.get(m[1], ""), text, flags=re.DOTALL
    )


def with_baseline_project(text: str) -> str:
    """The project as its own baseline, named, of another data date, A1020 earlier and without its last two rows."""
    begin, end = text.index("<Project>"), text.index("</Project>")
    own = text[begin + len("<Project>") : end]
    for code in ("A1050", "A1060"):
        own = re.sub(rf"<Activity><ObjectId>\d</ObjectId><Id>{code}<.*?</Activity>", "", own, flags=re.DOTALL)
    own = re.sub(r"<Relationship>.*?</Relationship>", "", own, flags=re.DOTALL)
    own = re.sub(r"<Activity><ObjectId>(\d)<", r"<Activity><ObjectId>5\1<", own)
    own = own.replace("ObjectId>100<", "ObjectId>200<").replace("ObjectId>10<", "ObjectId>20<")
    own = own.replace("<Name>Cầu số 1<", "<Name>Hợp đồng gốc<", 1)
    own = own.replace("DataDate>2026-09-01T", "DataDate>2026-08-20T")
    own = own.replace("2026-09-09T08", "2026-09-03T08").replace("2026-09-11T17", "2026-09-07T17")
    base = f"<BaselineProject>{own}<OriginalProjectObjectId>100</OriginalProjectObjectId></BaselineProject>"
    head = text[:end] + "<CurrentBaselineProjectObjectId>200</CurrentBaselineProjectObjectId></Project>"
    return head + base + text[end + len("</Project>") :]
