"""Any network of the engine goes into the database and comes out the same; what is wrong with one writes nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from geo.history import record
from geo.networks import known_times, load_net, load_plan, load_stored, own_calendars, save_net
from geo.tables import Activity, Link, Project, Section, WorkFront
from projects.engine.model import Activity as NetActivity
from projects.engine.model import Kind, Net, Options
from projects.engine.model import Link as NetLink
from projects.engine.recalled import recalled
from projects.engine.schedule import schedule
from projects.engine.shifts import WHOLE_DAY, WorkTime, from_days, work_time
from projects.errors import InvalidInput, NotFound
from tests.unit.engine_invented import random_net
from tests.unit.engine_oracle import CALENDARS

DAY = date(2026, 3, 13)
KNOWN = working_calendars()


@pytest.fixture
def project(session: Session) -> Project:
    row = Project(
        code="MANG", name_vi="Mạng", name_en="Network", kind="road", investor="", group_vi="", group_en="",
        sort=1, source_file="test", bottlenecks=[], facts={},
    )  # fmt: skip
    session.add(row)
    session.flush()
    section = Section(project_id=row.id, code="S", name_vi="Đoạn", name_en="Section", source="test")
    session.add(section)
    session.flush()
    for code in ("M1", "M2"):
        session.add(
            WorkFront(
                project_id=row.id, section_id=section.id, code=code, name_vi=code, name_en=code, kind="road",
                needs_land=True,
            )
        )  # fmt: skip
    record(
        session, kind="test", object_type="test", object_code="MANG", actor="test", effective_on=DAY
    )  # the rows are versioned
    session.flush()
    return row


def normal(net: Net) -> tuple[object, ...]:
    links = sorted(net.links, key=lambda k: (k.pred, k.succ, k.type))
    return sorted(net.activities, key=lambda a: a.code), links, net.finishes


def same_time(one: WorkTime, other: WorkTime) -> bool:
    return one.begin.tolist() == other.begin.tolist() and one.end.tolist() == other.end.tolist()


def test_any_network_comes_out_as_it_went_in_and_a_second_one_replaces_it(
    session: Session, project: Project
) -> None:
    kept = 0
    for seed in range(60):
        net, options = random_net(random.Random(seed))
        worded = list(CALENDARS.values()) if seed % 20 else []
        try:
            saved = save_net(session, project, net, options=options, known=KNOWN, calendars=worded)
        except InvalidInput:
            with pytest.raises(InvalidInput):
                schedule(net, options)
            continue
        kept += 1
        session.expire_all()
        plan = load_plan(session, project, KNOWN)
        assert plan is not None
        assert normal(plan.net) == normal(replace(net, project=project.code))
        times = {c.name: c for c in plan.net.calendars}
        assert all(same_time(c, times[c.name]) for c in net.calendars)
        assert plan.options(options.data_date) == options
        assert plan.version == saved.version == kept
        assert schedule(plan.net, options).rows == schedule(net, options).rows
    assert kept > 40


def test_ties_to_the_land_and_codes_of_the_sender_are_kept(session: Session, project: Project) -> None:
    net = Net(
        "MANG",
        (
            NetActivity("P-1", 0, "ALL", Kind.MILESTONE),
            NetActivity("COC", 480, "VN6"),
            NetActivity("OPEN", 0, "ALL", Kind.MILESTONE),
        ),
        (NetLink("P-1", "COC"), NetLink("COC", "OPEN", lag=-30, lag_calendar="VN6")),
        tuple(c for name, c in _office().items() if name in ("ALL", "VN6")),
        ("OPEN",),
    )
    save_net(
        session, project, net, options=Options(DAY), known=KNOWN, fronts={"P-1": "M1", "COC": "M1"},
        possessions={"P-1"}, sender_codes={"COC": "A1010"},
    )  # fmt: skip
    plan = load_plan(session, project, KNOWN)
    assert plan is not None
    assert plan.fronts == {"P-1": "M1", "COC": "M1"}
    assert plan.possessions == frozenset({"P-1"})
    assert plan.sender_codes == {"COC": "A1010"}
    assert plan.calendars == ()  # the portfolio's, kept by their names
    assert normal(plan.net) == normal(net)


def _office() -> dict[str, WorkTime]:
    return known_times(KNOWN, whole_days=False)


def test_a_network_with_faults_is_refused_with_all_of_them_and_the_old_one_stays(
    session: Session, project: Project
) -> None:
    net, options = random_net(random.Random(3))
    save_net(session, project, net, options=options, known=KNOWN, calendars=list(CALENDARS.values()))
    before = load_stored(session, project, KNOWN)
    a, b, c = (NetActivity(code, 60, "OFFICE") for code in "ABC")
    ring = (NetLink("A", "B"), NetLink("B", "C"), NetLink("C", "A"), NetLink("A", "Z"))
    bad = replace(net, activities=(a, replace(b, duration=-1), c), links=ring, finishes=())
    with pytest.raises(InvalidInput) as refused:
        save_net(
            session, project, bad, options=options, known=KNOWN, calendars=list(CALENDARS.values()),
            fronts={"A": "M9"}, possessions={"B"},
        )  # fmt: skip
    said = " ".join(f.en for f in refused.value.faults)
    for part in ("A → B → C → A", "'Z'", "-1", "'M9'", "possession"):
        assert part in said
    session.expire_all()
    assert load_stored(session, project, KNOWN) == before


def test_what_did_not_change_keeps_its_row_and_version(session: Session, project: Project) -> None:
    net, options = random_net(random.Random(5))
    worded = list(CALENDARS.values())
    save_net(session, project, net, options=options, known=KNOWN, calendars=worded)
    first = load_stored(session, project, KNOWN)
    ids = set(session.scalars(select(Activity.id).where(Activity.project_id == project.id)))
    other = replace(net.activities[0], name_vi="Tên khác")
    save_net(
        session, project, replace(net, activities=(other, *net.activities[1:])), options=options, known=KNOWN,
        calendars=worded,
    )  # fmt: skip
    second = load_stored(session, project, KNOWN)
    assert first is not None
    assert second is not None
    assert {k for k, v in second.versions.items() if v != first.versions[k]} == {other.code}
    assert set(session.scalars(select(Activity.id).where(Activity.project_id == project.id))) == ids
    assert session.scalar(select(func.count()).where(Link.project_id == project.id)) == len(net.links)


def test_a_project_without_a_network_has_none(session: Session, project: Project) -> None:
    assert load_plan(session, project, KNOWN) is None
    with pytest.raises(NotFound):
        load_net(session, project, KNOWN)


def test_a_compiled_calendar_is_put_into_words_that_compile_to_it() -> None:
    for calendar in CALENDARS.values():
        time = work_time(calendar)
        assert same_time(work_time(recalled(time)), time)
    day = from_days(KNOWN["DYKE"], WHOLE_DAY)
    assert same_time(work_time(recalled(day)), day)
    net = Net("X", (), (), (day,))
    assert own_calendars(net, (), KNOWN, whole_days=True) == ()
    assert [c.name for c in own_calendars(net, (), KNOWN, whole_days=False)] == ["DYKE"]
