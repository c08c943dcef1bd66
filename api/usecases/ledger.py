"""The slip ledger of a project between two days: the history is read once, each day is reckoned from what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import calculation_key, resolve_day
from api.usecases.grounds import grounds_of, rules_of
from api.usecases.may import sees
from geo import scope
from geo.access import access_project
from geo.case_days import CaseDays, load_case_days
from geo.plan_history import Plans, is_told_by_day, load_plans
from geo.store import load_fronts
from geo.tables import Milestone, Project
from projects.clearance import wants_land
from projects.errors import Fault, InvalidInput
from projects.forecasting.chain import forecasts
from projects.forecasting.model import NOTHING, Grounds
from projects.ledger.book import make_ledger, without_cases_of
from projects.ledger.daily import finish_of
from projects.ledger.model import Kind, Ledger
from projects.ledger.outlook import Outlook
from projects.ledger.states import State
from projects.model import CaseState, WorkFront
from projects.network import as_of
from projects.openings import RunRule

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
    """All that the days of a period are made of; the grounds of the forecasts are those of its ends."""

    plans: Plans
    cases: CaseDays
    fronts: tuple[WorkFront, ...]
    rules: Mapping[str, RunRule]
    first: Grounds
    last: Grounds


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
            states_between(ctx, history, from_day, to_day),
            target or history.plans.on(to_day).finish,
            project=row.code, milestone=code, name_vi=name_vi, name_en=name_en,
            begin=_end(ctx, history, from_day, history.first),
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


def has_ledger(session: Session, project: str) -> bool:
    """Whether the days of the project's network can be told apart."""
    return is_told_by_day(session, access_project(session, project))


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
    first = _end(ctx, history, from_day, history.first)
    last = _end(ctx, history, to_day, history.last)
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
        target = target or last.network.finish
        if all(any(a.code == target for a in state.network.activities) for state in (first, last)):
            found.append(
                Movement(code, target, name_vi, name_en, finish_of(first, target), finish_of(last, target))
            )
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


def states_between(ctx: Context, history: History, from_day: date, to_day: date) -> Iterator[State]:
    """The state at the end of each day of the period, the first one included, under the grounds of its last day."""
    outlook = Outlook(history.last, to_day)
    cases: dict[str, CaseState] = {}
    changed: Mapping[str, CaseState] = _cases_on(history, from_day)
    for n in range((to_day - from_day).days + 1):
        day = from_day + timedelta(n)
        cases |= changed
        yield State(
            day=day,
            network=as_of(history.plans.on(day), day),
            cases=dict(cases),
            forecasts=outlook.on(day, changed),
            fronts=history.fronts,
            calendars=ctx.calendars,
            tiers=history.cases.tiers(day),
            told={**history.cases.told.get(day, {}), "": history.plans.events(day)},
            rules=history.rules,
        )
        changed = history.cases.changed.get(day + timedelta(1), {})


def _end(ctx: Context, history: History, day: date, grounds: Grounds) -> State:
    """The first or the last day under its own grounds, as `calculate` has it."""
    cases = _cases_on(history, day)
    return State(
        day=day,
        network=as_of(history.plans.on(day), day),
        cases=cases,
        forecasts=forecasts(list(cases.values()), day, grounds),
        fronts=history.fronts,
        calendars=ctx.calendars,
        rules=history.rules,
    )


def _cases_on(history: History, day: date) -> dict[str, CaseState]:
    cases = dict(history.cases.first)
    for changed in sorted(on for on in history.cases.changed if on <= day):
        cases |= history.cases.changed[changed]
    return cases


def _history(session: Session, ctx: Context, project: Project, from_day: date, to_day: date) -> History:
    with scope.calculating(session):
        plans = load_plans(session, project)
        if plans is None:
            vi, en = "Dự án chưa có mạng tiến độ.", "The project has no schedule network."
            raise InvalidInput([Fault("project", vi, en)])
        if not is_told_by_day(session, project):
            vi = "Sổ trượt chưa tính được mạng nhập từ tệp (phút, ràng buộc, lịch riêng, mũi chưa có mốc nhận đất)."
            en = "No slip ledger yet of an imported network (minutes, constraints, own calendars, untied fronts)."
            raise InvalidInput([Fault("project", vi, en)])
        cases = load_case_days(session, project, from_day, to_day)
        fronts = load_fronts(session, project)
    bare = History(plans, cases, fronts, rules_of(session, project), NOTHING, NOTHING)

    def known(day: date) -> Grounds:
        wanted = [case for case in _cases_on(bare, day).values() if wants_land(case.step)]
        return grounds_of(session, ctx, project, day, wanted)

    return replace(bare, first=known(from_day), last=known(to_day))


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
