"""The calculation of one project as of a day: its cases, their forecasts, the delay, and the blocked axis.

Everything a page, a map or a report shows of a project comes from here, so that they cannot disagree. It is made
from all land whoever asks, because a date depends on the land of every ward, and is kept per project revision and
moment of knowledge (`api.context.ResultCache`). What of it a reader may see is cut out in `api.usecases.visible`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.grounds import grounds_of_all, outside, outside_all, rules_of_all
from api.usecases.known_land import known_land
from api.usecases.known_works import known_works, writer
from api.usecases.told import told_then
from geo import scope
from geo.access import portfolio_state
from geo.past_states import States, states_then
from geo.store import cases_then, load_cases_of, load_fronts_of
from geo.tables import Event, Project
from projects.clearance import gives_possession, wants_land
from projects.engine.model import Net
from projects.engine.schedule import Result
from projects.errors import Fault, InvalidInput
from projects.forecasting.chain import forecasts
from projects.forecasting.model import NOTHING, Grounds, HandoverForecast
from projects.impact import ProjectDelay, delay_of
from projects.model import CaseState, WorkFront
from projects.reckoning import Reckoning, reckon

LAST_DAY = date(2045, 12, 31)
PERIOD = 28  # days of movement that a report shows unless it is told otherwise


@dataclass(frozen=True, slots=True)
class Calculation:
    """Cases and forecasts by case code; `delay` and `reckoning` are None for a project without a network.

    `reckoning` names every case, whoever asks: what of it a reader may see is decided where it is shown.
    """

    data_date: date
    cases: dict[str, CaseState]
    forecasts: dict[str, HandoverForecast]
    fronts: tuple[WorkFront, ...]
    delay: ProjectDelay | None
    reckoning: Reckoning | None = None
    grounds: Grounds = NOTHING  # what the forecasts were made from
    key: tuple[object, ...] = field(default=(), compare=False, repr=False)  # see `calculation_key`

    @property
    def net(self) -> Net | None:
        """The works with an activity per case, as the engine takes them; made when it is first asked for."""
        return None if self.reckoning is None else self.reckoning.net

    @property
    def result(self) -> Result | None:
        """What the engine says of `net`, with its options and data date."""
        return None if self.reckoning is None else self.reckoning.result

    def is_open(self, code: str) -> bool:
        """Whether the works still wait for this case's land on the data date."""
        return self.forecasts[code].basis != "actual" or self.forecasts[code].on > self.data_date

    def drives(self, code: str) -> bool:
        """Whether the case holds the critical path."""
        return self.delay is not None and code in self.delay.critical_cases


def resolve_day(session: Session, as_of: date | None) -> date:
    """The data date to calculate on: the one asked for, else the portfolio's own.

    Raises InvalidInput for a day before the first loaded data or beyond any calendar.
    """
    day = portfolio_state(session).data_date
    if as_of is None:
        return day
    first = first_day(session)
    if first is not None and as_of < first:
        raise InvalidInput(
            [
                Fault(
                    "ngay",
                    f"Chưa có số liệu trước {first:%d/%m/%Y}.",
                    f"There is no data before {first:%d/%m/%Y}.",
                )
            ]
        )
    if as_of > LAST_DAY:
        raise InvalidInput(
            [
                Fault(
                    "ngay",
                    f"Chỉ tính đến {LAST_DAY:%d/%m/%Y}.",
                    f"Not calculated beyond {LAST_DAY:%d/%m/%Y}.",
                )
            ]
        )
    return as_of


def first_day(session: Session) -> date | None:
    """The first day that can be asked for: that of the first loaded data; None before any."""
    return session.scalar(
        select(Event.effective_on).where(Event.kind == "portfolio.load").order_by(Event.id).limit(1)
    )


def compared_day(
    session: Session, day: date, wanted: date | None, *, usual: int | None = PERIOD
) -> date | None:
    """The day that a report of `day` is compared with: the one that is wanted, else `usual` days earlier.

    Not before the first data; None where there was none before `day`, or nothing is compared. Raises InvalidInput for a
    wanted day that does not come before `day`.
    """
    if wanted is not None and wanted >= day:
        vi = f"Ngày đầu kỳ phải trước ngày số liệu {day:%d/%m/%Y}."
        raise InvalidInput([Fault("tu", vi, f"The first day must come before the data date {day:%d/%m/%Y}.")])
    if wanted is None:
        if usual is None:
            return None
        wanted = day - timedelta(days=usual)
    first = first_day(session)
    since = wanted if first is None else max(wanted, first)
    return since if since < day else None


def calculate(session: Session, ctx: Context, project: Project, day: date) -> Calculation:
    """The calculation of `project` on `day`, from the cache when nothing changed since.

    Raises CyclicDependency when the network has a cycle.
    """
    return calculate_all(session, ctx, (project,), day)[0]


def calculate_all(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> tuple[Calculation, ...]:
    """The calculations of several projects, in their order; what is not kept is read in few statements."""
    with scope.calculating(session):  # once, for all that is read below
        return _calculate_all(session, ctx, projects, day)


def _calculate_all(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> tuple[Calculation, ...]:
    beside = outside_all(session, ctx, projects, day)
    by = writer(session)
    keys = {p.id: (*result_key(ctx, p, day, by), beside[p.id]) for p in projects}

    def kept() -> dict[int, Calculation]:
        found = {p.id: ctx.cache.peek(("calculation", *keys[p.id])) for p in projects}
        return {number: known for number, known in found.items() if known is not None}

    found = kept()
    if len(found) < len(keys):
        # Whoever asks for the same at the same moment (a morning, after a change) waits instead of making it as well.
        with ctx.cache.making:
            found = kept()
            if missing := [p for p in projects if p.id not in found]:
                found |= (made := _calculated(session, ctx, missing, day, keys))
                for calculation in made.values():
                    ctx.cache.keep(("calculation", *calculation.key), calculation)
    return tuple(found[p.id] for p in projects)


def _calculated(
    session: Session,
    ctx: Context,
    projects: Sequence[Project],
    day: date,
    keys: Mapping[int, tuple[object, ...]],
) -> dict[int, Calculation]:
    cases = _cases_then(session, ctx, projects, day)
    wanted = {p: tuple([case for case in cases[p.id] if wants_land(case.step)]) for p in projects}
    fronts = load_fronts_of(session, projects)
    works = known_works(session, ctx, projects, day)
    grounds = grounds_of_all(session, ctx, wanted, day)
    rules = rules_of_all(session, projects)
    found = {}
    for p, mine in wanted.items():
        # One changed case does not make the forecasts of all others new.
        shelf = ctx.cache.get(("forecasts", p.id, ctx.known, day, keys[p.id][-1]), dict)
        predicted = forecasts(mine, day, grounds[p.id], made=shelf)
        reckoning = delay = None
        if (own := works[p.id]) is not None:
            reckoning = reckon(own, fronts[p.id], mine, predicted, rules[p.id])
            delay = delay_of(reckoning, planned_finish=p.planned_finish, fronts=fronts[p.id])
        found[p.id] = Calculation(
            data_date=day,
            cases={case.code: case for case in mine},
            forecasts=predicted,
            fronts=fronts[p.id],
            delay=delay,
            reckoning=reckoning,
            grounds=grounds[p.id],
            key=keys[p.id],
        )
    return found


def _cases_then(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> dict[int, tuple[CaseState, ...]]:
    """The cases as they stood on the day; as they stand now they are kept, because every day begins with that."""
    by = writer(session)
    keys = {p.id: ("cases now", p.id, p.revision, ctx.known, by) for p in projects}
    now: dict[int, tuple[CaseState, ...]] = {
        p: kept for p, key in keys.items() if (kept := ctx.cache.peek(key)) is not None
    }
    missing = [p for p in projects if p.id not in now]
    if missing:
        with scope.calculating(session):
            now |= (fresh := load_cases_of(session, missing, known_land(session, ctx, missing)))
        for project, cases in fresh.items():
            ctx.cache.keep(keys[project], cases)
    then = past_states(session, ctx, projects, day)
    return {p.id: cases_then(now[p.id], then[p.code]) for p in projects}


def past_states(session: Session, ctx: Context, projects: Sequence[Project], day: date) -> dict[str, States]:
    """`states_then` of several projects, read once for their cases and for the land along their axes."""
    by = writer(session)
    keys = {p.code: ("states then", *result_key(ctx, p, day, by)) for p in projects}
    found: dict[str, States] = {
        c: kept for c, key in keys.items() if (kept := ctx.cache.peek(key)) is not None
    }
    missing = [code for code in keys if code not in found]
    if missing:
        told = told_then(session, ctx, [p for p in projects if p.code in missing])
        for p in projects:
            if p.code in missing:
                found[p.code] = states_then(told[p.id], as_of=day)
                ctx.cache.keep(keys[p.code], found[p.code])
    return found


def calculation_key(session: Session, ctx: Context, project: Project, day: date) -> tuple[object, ...]:
    """What a calculation depends on: the project, and outside it the law's settings and the observed paces.

    Whatever is made from a calculation is kept under this key, never on who asks.
    """
    return *result_key(ctx, project, day, writer(session)), outside(session, ctx, project, day)


def result_key(ctx: Context, project: Project, day: date, by: str | None) -> tuple[object, ...]:
    """What a shared result of the project's own rows depends on, seen `by` a `writer`; never on who asks.

    The revision is the present one even where the session looks back, so the moment of knowledge stands beside it.
    """
    return project.id, project.revision, ctx.known, day, by


def cleared(case: CaseState) -> bool:
    """Whether the case counts as handed over in every count: the investor holds the land (S105)."""
    return gives_possession(case.step)
