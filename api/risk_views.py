"""What the risk of a project shows, cut to what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.engine.model import Options


@dataclass(frozen=True, slots=True)
class RiskMilestone:
    """A date that was assigned: `planned_on`, the day of the calculation, P50, P80, and the chance to meet it.

    `chance` is a part of 1, None without an assigned date; `done_on`: it has happened, and there is no chance left.
    """

    code: str
    name_vi: str
    name_en: str
    planned_on: date | None
    forecast_on: date | None
    p50: date | None
    p80: date | None
    chance: float | None
    done_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class RiskBar:
    """A bar of a tornado: one deviation of it moves the completion by `swing_days`; `criticality` is a part of 1.

    `code` is that of an activity, case or ward; `ward_code` and `parcels` of a case, `cases` the open ones of a ward.
    """

    code: str
    name_vi: str
    name_en: str
    swing_days: float
    criticality: float
    share: float
    ward_code: str | None = None
    parcels: tuple[str, ...] = ()
    cases: int | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class StepRecords:
    """What is recorded of one step: passages that are over, those still running, the median of the city in days.

    `days`: what is assumed instead where `used` is false.
    """

    step: str
    over: int
    running: int
    median: float | None
    used: bool
    days: int


@dataclass(frozen=True, slots=True)
class RiskBasis:
    """What the ranges stand on. Cases by basis (promise, steps, assumed), of `cases`; `works` have an assumed range."""

    promises_over: int
    promises_running: int
    promises_used: bool
    promise_median: float | None
    steps: tuple[StepRecords, ...]
    cases: int
    by_basis: dict[str, int]
    works: int
    work_percent: tuple[float, float]
    land_percent: tuple[float, float]
    correlation: float
    fewest: int
    prior: int


@dataclass(frozen=True, slots=True)
class RiskView:
    """The simulation of one project. `curve`: (day, part of the iterations that finish by then), ascending.

    Lists are cut at the greatest swings; `*_hidden` counts open cases outside the reader's reach.
    """

    project: str
    data_date: date
    options: Options
    iterations: int
    seed: int
    forecast_finish: date
    planned_finish: date | None
    p10: date
    p50: date
    p80: date
    p90: date
    chance: float | None
    curve: tuple[tuple[date, float], ...]
    milestones: tuple[RiskMilestone, ...]
    activities: tuple[RiskBar, ...]
    wards: tuple[RiskBar, ...]
    cases: tuple[RiskBar, ...]
    cases_hidden: int
    activities_all: int
    cases_all: int
    basis: RiskBasis
    demo: bool
