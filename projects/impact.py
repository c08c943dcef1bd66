"""What the land does to the date: which uncleared cases hold the completion, and how many days each would give back.

Cases enter the network as nodes (`projects.reckoning`); a gain is a what-if on the same nodes (`projects.releases`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress

import numpy as np

from projects.calendars import Calendar
from projects.daily import Row, Rows, Schedule, driving_chain, rows_of
from projects.engine.dated import DONE
from projects.engine.model import Net, Options
from projects.forecasting.model import HandoverForecast
from projects.land import FrontLand, forecasts, land_network
from projects.model import CaseState, Network, NodeKind, ParcelRef, WorkFront
from projects.openings import RunRule
from projects.plan import Plan
from projects.reckoning import Reckoning, reckon
from projects.releases import Releases, gain, prepare_releases
from projects.works import day_of_moment, day_works, plan_works

__all__ = [
    "ChainItem",
    "DrivingCase",
    "FrontState",
    "ProjectDelay",
    "WardDays",
    "chain_of",
    "dated_works",
    "delay_of",
    "land_network",
    "project_delay",
    "reckoning_of",
]


@dataclass(frozen=True, slots=True)
class ChainItem:
    """One link of the driving chain, first cause first.

    `days` is its length in calendar days: worked span of a task, wait from the data date of a case, 0 for
    milestones and possessions.
    """

    code: str
    kind: NodeKind
    name_vi: str
    name_en: str
    start: date
    finish: date
    front: str | None
    ward_code: str | None
    days: int


@dataclass(frozen=True, slots=True)
class DrivingCase:
    """A case that holds the completion date: one day later moves it, or its release brings it back.

    `front` is its tightest work front. `alone_days`: calendar days the completion comes earlier if this case
    alone were handed over on the data date; `group_days`: if all `group_size` open cases of its front were.
    Gains of single cases do not add up. `total_float` in calendar days (above 0 when a closed season or a
    rest day behind the case, not the case itself, sets the next start).
    """

    code: str
    ward_code: str
    front: str
    forecast: date
    basis: str  # promised | lawful | pace
    why_vi: str
    why_en: str
    step: str
    obstacle: str | None
    parcels: tuple[ParcelRef, ...]
    alone_days: int
    group_days: int
    group_size: int
    total_float: int
    is_demo: bool


@dataclass(frozen=True, slots=True)
class WardDays:
    """A ward's part: its open and driving cases, and the calendar days gained if all its open cases were free."""

    ward_code: str
    cases_open: int
    cases_driving: int
    days_gained: int


@dataclass(frozen=True, slots=True)
class FrontState:
    """A work front: its cases, `metres` of chainage (None for an area), the forecast day its land is complete.

    `float_days` in calendar days towards the completion; 0 and not critical once it is handed over
    (`opened`).
    """

    code: str
    cases_total: int
    cases_open: int
    metres: float | None
    opens_on: date
    float_days: int
    critical: bool
    opened: bool


@dataclass(frozen=True, slots=True)
class ProjectDelay:
    """The delay of one project as of `data_date`; `slip_days` calendar days, positive = late, None = no plan.

    `schedule` dates the works; `options` say how (the data date is theirs too).
    """

    data_date: date
    options: Options
    forecast_finish: date
    planned_finish: date | None
    slip_days: int | None
    chain: tuple[ChainItem, ...]
    drivers: tuple[DrivingCase, ...]  # most days of their group first
    wards: tuple[WardDays, ...]  # most days gained first
    fronts: tuple[FrontState, ...]  # by code
    schedule: Schedule
    critical_cases: frozenset[str]
    driving_days: int  # calendar days the completion comes earlier if all driving cases were free
    land_days: int  # the same if all open cases were: what is left of the slip is not the land's


def project_delay(
    network: Network | Net | Plan,
    cases: Sequence[CaseState],
    calendars: Mapping[str, Calendar],
    *,
    data_date: date,
    planned_finish: date | None,
    fronts: Sequence[WorkFront] = (),
    predicted: Mapping[str, HandoverForecast] | None = None,
    rules: Mapping[str, RunRule] | None = None,
) -> ProjectDelay:
    """Forecast completion, what drives it and what each release would gain, as of the end of `data_date`.

    Takes what `reckoning_of` takes, and raises what it raises.
    """
    reckoning = reckoning_of(
        network, cases, calendars, data_date=data_date, fronts=fronts, predicted=predicted, rules=rules
    )
    return delay_of(reckoning, planned_finish=planned_finish, fronts=fronts)


def reckoning_of(
    network: Network | Net | Plan,
    cases: Sequence[CaseState],
    calendars: Mapping[str, Calendar],
    *,
    data_date: date,
    fronts: Sequence[WorkFront] = (),
    predicted: Mapping[str, HandoverForecast] | None = None,
    rules: Mapping[str, RunRule] | None = None,
) -> Reckoning:
    """A project's own network with its land, dated; actual dates after the data date are left out.

    `network` is in days with `calendars`, or a plan, or a network of the engine (a plan without ties to the land);
    the latter two have calendars of their own. `fronts` tells which fronts need land; without it every front does.
    `predicted`: the forecast of every case, made here without law and observed pace if it is not given; `rules`:
    fronts that open with a run of free land, by code. Raises `CyclicDependency` with the members of a cycle,
    else `InvalidInput` with every fault of the network.
    """
    predicted = forecasts(cases, data_date) if predicted is None else predicted
    if isinstance(network, Network):
        works = day_works(network, calendars, data_date)
    else:
        works = plan_works(Plan(network) if isinstance(network, Net) else network, data_date)
    return reckon(works, fronts, cases, predicted, rules)


def delay_of(
    reckoning: Reckoning, *, planned_finish: date | None, fronts: Sequence[WorkFront] = ()
) -> ProjectDelay:
    """The delay that a reckoning gives; `fronts` say how long the work fronts are."""
    dated = dated_works(reckoning)
    data_date = dated.data_date
    releases = prepare_releases(reckoning)
    still = reckoning.prepared.nodes.state[: len(reckoning.cases)] != DONE
    waiting = list(compress(reckoning.cases, still.tolist()))
    drivers = sorted(
        _driving_cases(reckoning, dated, releases), key=lambda d: (-d.group_days, -d.alone_days, d.code)
    )
    driving = frozenset(driver.code for driver in drivers)
    return ProjectDelay(
        data_date=data_date,
        options=reckoning.works.options,
        forecast_finish=dated.finish,
        planned_finish=planned_finish,
        slip_days=None if planned_finish is None else (dated.finish - planned_finish).days,
        chain=tuple(chain_of(reckoning, dated)),
        drivers=tuple(drivers),
        wards=tuple(_wards(waiting, driving, releases)),
        fronts=tuple(_front_states(reckoning.ground, fronts, dated)),
        schedule=dated,
        critical_cases=driving,
        driving_days=gain(releases, driving),
        land_days=gain(releases, frozenset([case.code for case in waiting])),
    )


def dated_works(reckoning: Reckoning) -> Schedule:
    """The works of a reckoning in whole days."""
    p = reckoning.prepared
    rows = Rows(p, reckoning.passed, len(reckoning.cases))
    end = p.codes[reckoning.finish]
    rows.ask((end, *(land.possession for land in reckoning.ground)))
    day = day_of_moment(reckoning.works.options.data_date)
    return Schedule(day, end, rows[end].early_finish, rows)


def _driving_cases(reckoning: Reckoning, dated: Schedule, releases: Releases) -> Iterator[DrivingCase]:
    p, passed = reckoning.prepared, reckoning.passed
    held = slice(len(reckoning.cases))
    late = (passed.lead[held] != 0) & (passed.total[held] <= p.options.critical_float)
    open_land = p.nodes.state[held] == 0
    driving = np.flatnonzero(open_land & (late | (passed.chain[held] != 0))).tolist()
    asked = {front for i in driving for front in reckoning.cases[i].fronts}
    land_of = {land.front: land for land in reckoning.ground if land.front in asked}
    groups = {front: frozenset([case.code for case in land.waiting]) for front, land in land_of.items()}
    holding = {front: groups[front].intersection(land.by) for front, land in land_of.items()}
    rows = rows_of(p, passed, driving)
    together: dict[str, int] = {}  # what the whole group of a front gains
    said: dict[int, tuple[str, str]] = {}  # why, of forecasts that many cases share
    for i in driving:
        case = reckoning.cases[i]
        forecast = reckoning.predicted[case.code]
        front = min(
            (land_of[code] for code in case.fronts if code in land_of and case.code in holding[code]),
            key=lambda land: _tightness(land, forecast, dated.rows[land.possession]),
        ).front
        if front not in together:
            together[front] = gain(releases, groups[front])
        if id(forecast) not in said:
            said[id(forecast)] = forecast.why
        why_vi, why_en = said[id(forecast)]
        yield DrivingCase(
            code=case.code,
            ward_code=case.ward_code,
            front=front,
            forecast=forecast.on,
            basis=forecast.basis,
            why_vi=why_vi,
            why_en=why_en,
            step=case.step,
            obstacle=case.obstacle,
            parcels=case.parcels,
            alone_days=gain(releases, (case.code,)),
            group_days=together[front],
            group_size=len(groups[front]),
            total_float=rows[case.code].total_float,
            is_demo=case.is_demo,
        )


def _tightness(land: FrontLand, forecast: HandoverForecast, row: Row) -> tuple[bool, date, str]:
    """Sort key: the front that this case opens on the longest path, else the one needed first."""
    opens_longest = row.driving and land.opens == forecast.on
    return not opens_longest, row.late_finish, land.front


def _wards(waiting: Iterable[CaseState], driving: frozenset[str], releases: Releases) -> list[WardDays]:
    codes: dict[str, list[str]] = {}
    for case in waiting:
        codes.setdefault(case.ward_code, []).append(case.code)
    rows = [
        WardDays(
            ward_code=ward,
            cases_open=len(members),
            cases_driving=len(driving.intersection(members)),
            days_gained=gain(releases, frozenset(members)),
        )
        for ward, members in codes.items()
    ]
    return sorted(rows, key=lambda w: (-w.days_gained, -w.cases_driving, w.ward_code))


def _front_states(
    ground: Iterable[FrontLand], fronts: Sequence[WorkFront], dated: Schedule
) -> Iterator[FrontState]:
    known = {front.code: front for front in fronts}
    for land in ground:
        row = dated.rows[land.possession]
        yield FrontState(
            code=land.front,
            cases_total=len(land.cases),
            cases_open=len(land.waiting),
            metres=_metres(known.get(land.front)),
            opens_on=row.early_finish,
            float_days=row.total_float,
            critical=row.critical or row.driving,
            opened=land.handed_over,
        )


def _metres(front: WorkFront | None) -> float | None:
    if front is None or front.from_m is None or front.to_m is None:
        return None
    return front.to_m - front.from_m


def chain_of(reckoning: Reckoning, dated: Schedule) -> Iterator[ChainItem]:
    """The chain that drives the completion, first cause first."""
    p, passed, works = reckoning.prepared, reckoning.passed, reckoning.works
    m = len(reckoning.cases)
    nodes = driving_chain(p, passed, reckoning.finish)
    if isinstance(dated.rows, Rows):
        dated.rows.ask(p.codes[i] for i in nodes if i >= m)
    land = rows_of(p, passed, [i for i in nodes if i < m])
    for i in nodes:
        code = p.codes[i]
        if i < m:
            case, on = reckoning.cases[i], land[code]
            yield ChainItem(
                code=code,
                kind=NodeKind.CASE,
                name_vi=f"Bàn giao mặt bằng, hồ sơ {code}",
                name_en=f"Land handover, case {code}",
                start=on.early_start,
                finish=on.early_finish,
                front=case.fronts[0] if case.fronts else None,
                ward_code=case.ward_code,
                days=max((on.early_finish - dated.data_date).days, 0),
            )
            continue
        row, activity = dated.rows[code], p.activities[i - m]
        yield ChainItem(
            code=code,
            kind=works.kinds[code],
            name_vi=activity.name_vi,
            name_en=activity.name_en,
            start=row.early_start,
            finish=row.early_finish,
            front=works.fronts.get(code),
            ward_code=None,
            days=(row.early_finish - row.early_start).days + 1 if activity.duration else 0,
        )
