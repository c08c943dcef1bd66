"""The slip ledger from the database: reading once equals `calculate` of each day; plan edits; known then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.settings import Settings
from api.usecases.calculation import calculate
from api.usecases.grounds import grounds_of
from api.usecases.law_settings import set_law
from api.usecases.ledger import ledger_of
from geo.db import make_engine
from geo.history import case_state, put_state, record, touch
from geo.moment import look_back
from geo.networks import load_plan, save_net
from geo.store import load_cases
from geo.tables import Activity, ClearanceCase, Event, Project
from projects.engine.model import Constraint, Options, Rule
from projects.engine.shifts import OFFICE, WorkCalendar, work_time
from projects.forecasting.chain import forecasts
from projects.ledger.model import Kind, Ledger, Reason
from projects.ledger.outlook import Outlook
from tests.people import system_context

DAY = date(2026, 3, 13)
PROJECTS = ("VANPHUC", "YTE", "DLTL")
PACED, OTHER = "QL1A", "QL6"  # cases without a promise; cases that take a step in another project


def project(session: Session, code: str) -> Project:
    return session.scalars(select(Project).where(Project.code == code)).one()


def promise(session: Session, code: str, number: int, on: date, new: date | None) -> Event:
    """A promise of a case of the project, made on a day."""
    row = project(session, code)
    case = session.scalars(
        select(ClearanceCase)
        .where(ClearanceCase.project_id == row.id, ClearanceCase.step.not_in(("S105", "X2")))
        .order_by(ClearanceCase.code)
        .offset(number)
        .limit(1)
    ).one()
    before = case_state(case)
    put_state(case, {"promised_on": new.isoformat() if new else None})
    case.version += 1
    touch(session, row.id)
    return record(
        session, kind="case.promise", object_type="case", object_code=case.code, actor="thử", effective_on=on,
        project_code=code, before=before, after=case_state(case),
    )  # fmt: skip


def step(session: Session, code: str, count: int, on: date) -> None:
    """So many cases of the project have their inventory done and go on to the draft of the plan on a day."""
    row = project(session, code)
    wanted = select(ClearanceCase).where(ClearanceCase.project_id == row.id, ClearanceCase.step == "S30")
    for case in session.scalars(wanted.order_by(ClearanceCase.code).limit(count)).all():
        before = case_state(case)
        put_state(case, {"step": "S40", "step_on": on.isoformat()})
        case.version += 1
        record(
            session, kind="case.step", object_type="case", object_code=case.code, actor="thử", effective_on=on,
            project_code=code, before=before, after=case_state(case),
        )  # fmt: skip
    touch(session, row.id)


def edit(session: Session, code: str, on: date, **changed: object) -> str:
    """An edit of the plan: the last piece of work with land before it takes other values."""
    row = project(session, code)
    work = session.scalars(
        select(Activity).where(Activity.project_id == row.id, Activity.kind == "task").order_by(Activity.code)
    ).all()
    delay = calculate(session, system_context(), row, DAY).delay
    assert delay is not None
    (chosen,) = [a for a in work if a.code == next(i.code for i in reversed(delay.chain) if i.days > 0)]
    for name, value in changed.items():
        setattr(chosen, name, value)
    session.flush()
    touch(session, row.id)
    record(
        session, kind="activity.edit", object_type="activity", object_code=chosen.code, actor="thử",
        effective_on=on, project_code=code, before={}, after={},
    )  # fmt: skip
    session.execute(text("select set_config('duonggang.change', '', true)"))  # as after a commit
    return chosen.code


def book(session: Session, code: str, days: int) -> Ledger:
    return ledger_of(session, system_context(), code, DAY, DAY + timedelta(days))


@pytest.mark.parametrize("code", PROJECTS)
def test_both_ends_equal_calculate_whatever_the_period(owner: Session, code: str) -> None:
    for n, (on, new) in enumerate(((3, 40), (5, 200), (5, 9), (7, None), (9, 300), (9, 15))):
        day = DAY + timedelta(on)
        promise(owner, code, n % 3, day, None if new is None else DAY + timedelta(new))
    ctx = system_context()
    row = project(owner, code)
    for days in (5, 7, 12):
        found = ledger_of(owner, ctx, code, DAY, DAY + timedelta(days))
        for day, said in ((DAY, found.before), (found.to_day, found.after)):
            delay = calculate(owner, ctx, row, day).delay
            assert delay is not None
            assert said == delay.forecast_finish
        for entry in found.days:
            assert sum((s.days for s in entry.shares), Fraction(0)) == entry.moved
        assert sum((t.days for t in found.causes), Fraction(0)) == found.slip


def test_passages_observed_in_the_period_are_booked_at_its_start(owner: Session) -> None:
    row = project(owner, PACED)
    ctx = system_context()
    until = DAY + timedelta(6)
    before = ledger_of(owner, ctx, PACED, DAY, until)
    step(owner, OTHER, 8, DAY + timedelta(4))
    found = ledger_of(owner, ctx, PACED, DAY, until)
    assert found.before == calculate(owner, ctx, row, DAY).delay.forecast_finish  # type: ignore[union-attr]
    assert found.after == calculate(owner, ctx, row, until).delay.forecast_finish  # type: ignore[union-attr]
    assert found.opening.moved not in (0, before.opening.moved)
    assert {s.reason for s in found.opening.shares} == {Reason.GROUNDS}
    assert sum((s.days for s in found.opening.shares), Fraction(0)) == found.opening.moved
    assert {t.key: t.days for t in found.half_steps}["grounds"] == found.opening.moved
    for table in (found.causes, found.wards, found.obstacles, found.bodies, found.reasons, found.half_steps):
        assert sum((t.days for t in table), Fraction(0)) == found.slip


def test_outlook_of_each_day_equals_the_forecasts_of_that_day(owner: Session) -> None:
    """With the facts of the law of a whole project, under the grounds of the last day."""
    row, ctx, until = project(owner, OTHER), system_context(), DAY + timedelta(48)
    cases = load_cases(owner, row, as_of=DAY)
    grounds = grounds_of(owner, ctx, row, until, cases)
    outlook = Outlook(grounds, until)
    changed = {case.code: case for case in cases}
    for n in range(49):
        day = DAY + timedelta(n)
        found = outlook.on(day, changed)
        changed = {}
        if n % 8 == 0:
            expected = forecasts(cases, day, grounds)
            assert {c: (f.on, f.basis) for c, f in found.items()} == {
                c: (f.on, f.basis) for c, f in expected.items()
            }


def test_edit_of_the_plan_counts_from_its_day_and_names_its_event(owner: Session) -> None:
    on = DAY + timedelta(4)
    code = edit(owner, "MESO", on, duration=400)
    found = book(owner, "MESO", 8)
    plain = {entry.day for entry in found.days if entry.plan.shares}
    assert plain == {on}
    (entry,) = [entry for entry in found.days if entry.day == on]
    (share,) = entry.plan.shares
    assert (share.cause.kind, share.cause.code, share.reason) == (Kind.PLAN, code, Reason.EDIT)
    assert share.days == entry.plan.moved > 0
    newest = owner.scalars(select(Event.id).order_by(Event.id.desc()).limit(1)).one()
    assert share.events == (newest,)
    assert found.after == calculate(owner, system_context(), project(owner, "MESO"), found.to_day).delay.forecast_finish  # type: ignore[union-attr]  # fmt: skip


def test_days_off_count_from_their_day_under_the_calendars_of_each_day_and_name_their_document(
    owner: Session,
) -> None:
    code, ctx, on = "MESO", system_context(), DAY + timedelta(4)
    row, until = project(owner, code), DAY + timedelta(8)
    plain = book(owner, code, 8)
    for ahead, document in ((range(2, 12), "TB 9"), (range(8, 20), "TB 10")):
        for n in ahead:
            key = f"holiday.{(plain.after - timedelta(n)).isoformat()}"
            set_law(owner, ctx, key=key, from_on=on, value={"off": True}, document=document)
    first = calculate(owner, ctx, row, DAY).delay
    edited = edit(owner, code, on, duration=400)
    found = book(owner, code, 8)
    last = calculate(owner, ctx, row, until).delay
    assert first is not None
    assert last is not None
    assert (found.before, found.after) == (first.forecast_finish, last.forecast_finish)
    assert found.before == plain.before  # nothing was announced then
    assert [e.after for e in found.days if e.day < on] == [e.after for e in plain.days if e.day < on]
    moved = {entry.day for entry in found.days if entry.days_off.moved or entry.days_off.shares}
    assert moved == {on}
    (entry,) = (entry for entry in found.days if entry.day == on)
    assert (entry.progress.after, entry.days_off.after) == (entry.days_off.before, entry.plan.before)
    assert sum((s.days for s in entry.days_off.shares), Fraction(0)) == entry.days_off.moved > 0
    told = {s.cause.code: s for s in entry.days_off.shares}
    assert told.keys() == {"TB 9", "TB 10"}
    spans = [plain.after - timedelta(n) for n in (19, 8)]
    assert told["TB 10"].cause.name_vi == "TB 10 (nghỉ {:%d/%m/%Y} – {:%d/%m/%Y})".format(*spans)
    for document, share in told.items():
        assert (share.cause.kind, share.reason) == (Kind.DAYS_OFF, Reason.DAYS_OFF)
        events = owner.scalars(select(Event).where(Event.id.in_(share.events))).all()
        assert {(e.kind, e.document) for e in events} == {("law.set", document)}
    assert {s.cause.code for s in entry.plan.shares} == {edited}
    for table in (found.causes, found.wards, found.obstacles, found.bodies, found.reasons, found.half_steps):
        assert sum((t.days for t in table), Fraction(0)) == found.slip
    assert {t.key: t.days for t in found.half_steps}["days_off"] == entry.days_off.moved


def imported(session: Session, code: str, on: date, *, longer: int = 0, weeks: bool = False) -> str:
    """The network of the project comes anew from a file on a day: in minutes, with a calendar of its own; its longest
    piece of work takes so many hours more, for the first one if `weeks`, it waits for a date. Gives its code."""
    row, ctx = project(session, code), system_context()
    plan = load_plan(session, row, ctx.calendars)
    assert plan is not None
    day_minutes = 480 if plan.whole_days else 1440
    longest = max(plan.net.activities, key=lambda a: (a.duration, a.code))
    activities = []
    for a in plan.net.activities:
        a = replace(a, duration=a.duration * day_minutes // 1440, calendar="CA2", remaining=None)
        if a.code == longest.code:
            waits = Constraint(Rule.SNET, datetime(2028, 5, 3, 9, 30))
            a = replace(
                a, duration=a.duration + 60 * longer, constraints=(waits,) if weeks else a.constraints
            )
        activities.append(a)
    links = tuple(replace(k, lag=k.lag * day_minutes // 1440, lag_calendar=None) for k in plan.net.links)
    own = WorkCalendar("CA2", (OFFICE,) * 6 + ((),))
    net = replace(plan.net, activities=tuple(activities), links=links, calendars=(work_time(own),))
    save_net(
        session, row, net, options=Options(on), known=ctx.calendars, calendars=[own], fronts=plan.fronts,
        possessions=plan.possessions,
    )  # fmt: skip
    touch(session, row.id)
    record(
        session, kind="network.import", object_type="network", object_code=code, actor="thử", effective_on=on,
        project_code=code, before={}, after={},
    )  # fmt: skip
    session.execute(text("select set_config('duonggang.change', '', true)"))  # as after a commit
    return longest.code


def test_ledger_goes_on_over_an_import_in_minutes_and_the_edits_of_it(owner: Session) -> None:
    row, ctx = project(owner, "DLTL"), system_context()
    imported(owner, "DLTL", DAY + timedelta(3))
    worked = imported(owner, "DLTL", DAY + timedelta(6), longer=200, weeks=True)
    promise(owner, "DLTL", 0, DAY + timedelta(5), DAY + timedelta(500))
    until = DAY + timedelta(9)
    found = ledger_of(owner, ctx, "DLTL", DAY, until)
    delay = calculate(owner, ctx, row, until).delay
    assert delay is not None
    assert found.after == delay.forecast_finish
    for entry in found.days:
        for half in (entry.progress, entry.plan):
            assert sum((s.days for s in half.shares), Fraction(0)) == half.moved
    assert sum((t.days for t in found.causes), Fraction(0)) == found.slip
    edited = {
        entry.day: {s.cause.code for s in entry.plan.shares} for entry in found.days if entry.plan.shares
    }
    assert edited.keys() == {DAY + timedelta(3), DAY + timedelta(6)}
    assert edited[DAY + timedelta(6)] == {worked}
    (share,) = next(e for e in found.days if e.day == DAY + timedelta(6)).plan.shares
    assert share.reason is Reason.EDIT
    assert share.days > 0


def test_later_corrections_do_not_change_what_was_known_then(portfolio_settings: Settings) -> None:
    """Committed, because looking back is; the case is put back afterwards."""
    assert portfolio_settings.database_url is not None
    engine = make_engine(portfolio_settings.database_url, maintenance=True, statement_timeout_ms=0)
    try:
        with Session(engine) as session, session.begin():
            promise(session, "YTE", 0, DAY + timedelta(2), DAY + timedelta(250))
        with Session(engine) as session:
            known = session.scalars(select(Event.id).order_by(Event.id.desc()).limit(1)).one()
            then = book(session, "YTE", 6)
        with Session(engine) as session, session.begin():
            promise(session, "YTE", 0, DAY + timedelta(2), None)
        with Session(engine) as session:
            now = book(session, "YTE", 6)
        with Session(engine) as session:
            look_back(session, known)
            again = book(session, "YTE", 6)
        assert again == then
        assert now != then, "the correction changes nothing: this test shows nothing"
    finally:
        engine.dispose()
