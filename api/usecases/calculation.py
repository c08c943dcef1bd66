"""The calculation of one project as of a day: its cases, their forecasts, the delay, and the blocked axis.

Everything a page, a map or a report shows of a project comes from here, so that they cannot disagree. It is made
from all land whoever asks, because a date depends on the land of every ward, and is kept per project revision and
moment of knowledge (`api.context.ResultCache`). What of it a reader may see is cut out in `api.usecases.visible`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.grounds import grounds_of, outside, rules_of
from api.usecases.known_works import known_works
from geo import scope
from geo.access import portfolio_state
from geo.store import load_cases, load_fronts
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


def calculate(session: Session, ctx: Context, project: Project, day: date) -> Calculation:
    """The calculation of `project` on `day`, from the cache when nothing changed since.

    Raises CyclicDependency when the network has a cycle.
    """

    key = calculation_key(session, ctx, project, day)

    def make() -> Calculation:
        with scope.calculating(session):
            cases = load_cases(session, project, as_of=day)
        fronts = load_fronts(session, project)
        works = known_works(session, ctx, project, day)
        wanted = tuple(case for case in cases if wants_land(case.step))
        grounds = grounds_of(session, ctx, project, day, wanted)
        # One changed case does not make the forecasts of all others new.
        shelf = ctx.cache.get(("forecasts", project.id, ctx.known, day, key[-1]), dict)
        predicted = forecasts(wanted, day, grounds, made=shelf)
        reckoning = delay = None
        if works is not None:
            reckoning = reckon(works, fronts, wanted, predicted, rules_of(session, project))
            delay = delay_of(reckoning, planned_finish=project.planned_finish, fronts=fronts)
        return Calculation(
            data_date=day,
            cases={case.code: case for case in wanted},
            forecasts=predicted,
            fronts=fronts,
            delay=delay,
            reckoning=reckoning,
            grounds=grounds,
        )

    made: Calculation = ctx.cache.get(("calculation", *key), make)
    return made


def calculation_key(session: Session, ctx: Context, project: Project, day: date) -> tuple[object, ...]:
    """What a calculation depends on: the project, and outside it the law's settings and the observed paces.

    Whatever is made from a calculation is kept under this key, never on who asks.
    """
    return *result_key(ctx, project, day), outside(session, ctx, project, day)


def result_key(ctx: Context, project: Project, day: date) -> tuple[object, ...]:
    """What a shared result of the project's own rows depends on; never on who asks.

    The revision is the present one even where the session looks back, so the moment of knowledge stands beside it.
    """
    return project.id, project.revision, ctx.known, day


def cleared(case: CaseState) -> bool:
    """Whether the case counts as handed over in every count: the investor holds the land (S105)."""
    return gives_possession(case.step)
