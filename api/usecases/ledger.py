"""The slip ledger of a project between two days: the history is read once, each day is reckoned from what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation, calculate, calculation_key, resolve_day
from api.usecases.grounds import rules_of
from api.usecases.ledger_days_off import Turn, turns_between
from api.usecases.may import sees
from geo import scope
from geo.access import access_project
from geo.case_days import CaseDays, load_case_days
from geo.plan_history import Plans, load_plans, with_calendars
from geo.tables import Milestone, Project
from projects.errors import Fault, InvalidInput
from projects.ledger.book import make_ledger, without_cases_of
from projects.ledger.daily import finish_of
from projects.ledger.model import Kind, Ledger
from projects.ledger.outlook import Outlook
from projects.ledger.states import COMPLETION, State, completion_of, with_completion
from projects.model import CaseState
from projects.openings import RunRule
from projects.plan import Plan
from projects.works import Works, plan_works, works_later

MOST_DAYS = 732  # two years


@dataclass(frozen=True, slots=True)
class Movement:
    """How a milestone moved in the period; `days` calendar days, positive = later."""

    code: str
    activity: str
    name_vi: str
    name_en: str
    before: date
    after: date

    @property
    def days(self) -> int:
        """Calendar days, positive = later."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class History:
    """All that the days of a period are made of; `first`, `last`: its ends, as everything else has them.

    `plans`: with the calendars from each day on which these change. `completion`: the activity that stands for it in
    every plan of the period.
    """

    plans: tuple[tuple[Turn, Plans], ...]
    cases: CaseDays
    rules: Mapping[str, RunRule]
    first: Calculation
    last: Calculation
    completion: str

    def plan(self, day: date) -> Plan:
        """The plan at the end of a day, with the calendars of that day."""
        return next(plans for turn, plans in reversed(self.plans) if turn.day <= day).on(day)


def ledger_of(
    session: Session,
    ctx: Context,
    project: str,
    from_day: date,
    to_day: date,
    milestone: str | None = None,
) -> Ledger:
    """The ledger of a milestone from the end of one day to that of another, as far as the reader may be told of it.

    `milestone`: code of a milestone or of an activity, None for the completion. Raises NotFound, and InvalidInput for
    days that cannot be shown or a project without a plan.
    """
    row = access_project(session, project)
    check_period(session, from_day, to_day)
    code, target, name_vi, name_en = _milestone(session, row, milestone)

    def make() -> Ledger:
        history = _history(session, ctx, row, from_day, to_day)
        return make_ledger(
            states_between(history),
            target or history.completion,
            project=row.code, milestone=code, name_vi=name_vi, name_en=name_en,
            begin=_end(history, history.first),
        )  # fmt: skip

    key = _key(session, ctx, row, from_day, to_day)
    whole: Ledger = ctx.cache.get(("ledger", *key, code, target, name_vi), make)
    return without_cases_of(whole, _hidden(ctx, whole))


def _key(session: Session, ctx: Context, row: Project, from_day: date, to_day: date) -> tuple[object, ...]:
    """Both ends, each with all that its calculation depends on."""
    return *calculation_key(session, ctx, row, from_day), *calculation_key(session, ctx, row, to_day)


def _hidden(ctx: Context, ledger: Ledger) -> frozenset[str]:
    """The cases with a share that whoever asks may not be told of."""
    cases = {s.cause.code: s.cause.ward for s in ledger.shares if s.cause.kind is Kind.CASE}
    closed = {w for w in set(cases.values()) if not sees(ctx, ward=w or "", project=ledger.project)}
    return frozenset(code for code, ward in cases.items() if ward in closed)


def movements(
    session: Session, ctx: Context, project: str, from_day: date, to_day: date
) -> tuple[Movement, ...]:
    """How far each key milestone moved: the completion first, then those of the project's list by code."""
    row = access_project(session, project)
    check_period(session, from_day, to_day)
    key = _key(session, ctx, row, from_day, to_day)
    found: tuple[Movement, ...] = ctx.cache.get(
        ("movements", *key), lambda: _movements(session, ctx, row, from_day, to_day)
    )
    return found


def _movements(
    session: Session, ctx: Context, row: Project, from_day: date, to_day: date
) -> tuple[Movement, ...]:
    history = _history(session, ctx, row, from_day, to_day)
    first, last = (_end(history, calculation) for calculation in (history.first, history.last))
    wanted = [_milestone(session, row, None)]
    wanted += [
        (m.code, m.activity_code, m.name_vi, m.name_en)
        for m in session.scalars(
            select(Milestone).where(Milestone.project_id == row.id).order_by(Milestone.code)
        )
        if m.activity_code
    ]
    found = []
    for code, target, name_vi, name_en in wanted:
        target = target or history.completion
        if all(any(a.code == target for a in state.works.net.activities) for state in (first, last)):
            with suppress(InvalidInput):  # a milestone whose day other work decides has no ledger
                before, after = finish_of(first, target), finish_of(last, target)
                found.append(Movement(code, target, name_vi, name_en, before, after))
    return tuple(found)


def check_period(session: Session, from_day: date, to_day: date) -> None:
    """Raises InvalidInput unless the days lie in order, not too far apart, and both can be shown."""
    resolve_day(session, from_day)
    resolve_day(session, to_day)
    if not timedelta(0) < to_day - from_day <= timedelta(MOST_DAYS):
        raise InvalidInput(
            [
                Fault(
                    "from",
                    f"Ngày đầu phải trước ngày cuối, cách nhau nhiều nhất {MOST_DAYS} ngày.",
                    f"The first day must come before the last, at most {MOST_DAYS} days apart.",
                )
            ]
        )


def states_between(history: History) -> Iterator[State]:
    """The state at the end of each day of the period, the first one included, under the grounds of its last day.

    The calendars are those of each day.
    """
    from_day, to_day = history.first.data_date, history.last.data_date
    outlook = Outlook(history.last.grounds, to_day)
    cases = dict(history.cases.first)
    changed: Mapping[str, CaseState] = cases
    days_off = {turn.day: turn.days_off for turn, _ in history.plans}
    plans = history.plans[0][1]
    plan: Plan | None = None
    works: Works | None = None
    for n in range((to_day - from_day).days + 1):
        day = from_day + timedelta(n)
        cases |= changed
        now = history.plan(day)
        works = plan_works(now, day) if works is None or now is not plan else works_later(works, now, day)
        plan = now
        yield State(
            day=day,
            plan=now,
            works=works,
            cases=dict(cases),
            forecasts=outlook.on(day, changed),
            fronts=history.last.fronts,
            tiers=history.cases.tiers(day),
            told={**history.cases.told.get(day, {}), "": plans.events(day)},
            rules=history.rules,
            days_off=days_off.get(day),
        )
        changed = history.cases.changed.get(day + timedelta(1), {})


def _end(history: History, calculation: Calculation) -> State:
    """The first or the last day under its own grounds, as `calculate` has it."""
    day = calculation.data_date
    plan = history.plan(day)
    return State(
        day=day,
        plan=plan,
        works=plan_works(plan, day),
        cases=calculation.cases,
        forecasts=calculation.forecasts,
        fronts=calculation.fronts,
        rules=history.rules,
    )


def _history(session: Session, ctx: Context, project: Project, from_day: date, to_day: date) -> History:
    with scope.calculating(session):
        turns = turns_between(session, ctx, from_day, to_day)
        plans = load_plans(session, project, turns[0].calendars)
        if plans is None:
            vi, en = "Dự án chưa có mạng tiến độ.", "The project has no schedule network."
            raise InvalidInput([Fault("project", vi, en)])
        cases = load_case_days(session, project, from_day, to_day)
    completion = completion_of(plans.between(from_day, to_day))
    if completion == COMPLETION:
        plans = replace(plans, plans=tuple(with_completion(plan) for plan in plans.plans))
    first, last = (calculate(session, ctx, project, day) for day in (from_day, to_day))
    by_turn = [(turns[0], plans)] + [
        (turn, replace(plans, plans=tuple(with_calendars(plan, turn.calendars) for plan in plans.plans)))
        for turn in turns[1:]
    ]
    return History(tuple(by_turn), cases, rules_of(session, project), first, last, completion)


def _milestone(session: Session, project: Project, wanted: str | None) -> tuple[str, str, str, str]:
    """Code, activity and names of a milestone; the activity is empty for the completion."""
    if wanted is None:
        return "", "", "Hoàn thành", "Completion"
    row = session.scalar(
        select(Milestone).where(Milestone.project_id == project.id, Milestone.code == wanted)
    )
    if row is not None and row.activity_code:
        return row.code, row.activity_code, row.name_vi, row.name_en
    return wanted, wanted, wanted, wanted
