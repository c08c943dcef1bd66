"""What the land does to the date: which uncleared cases hold the completion, and how many days each would give back.

Cases enter the network as nodes (`projects.land`); gains are recomputed on the same network with one date
per work front, which is exact because a front opens with the last of its cases (`projects.gains`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import networkx as nx

from projects.calendars import Calendar
from projects.cpm import Row, Schedule, driving_chain, schedule
from projects.forecasting.model import HandoverForecast
from projects.gains import Releases, gain, prepare_releases
from projects.land import FrontLand, forecasts, is_waiting, land_network, lands, with_cases
from projects.model import Activity, CaseState, Network, NodeKind, ParcelRef, WorkFront
from projects.network import as_of, build_graph
from projects.openings import RunRule

__all__ = [
    "ChainItem",
    "DrivingCase",
    "FrontState",
    "ProjectDelay",
    "WardDays",
    "land_network",
    "project_delay",
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
    """The delay of one project as of `data_date`; `slip_days` calendar days, positive = late, None = no plan."""

    data_date: date
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
    network: Network,
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

    `network` is the project's own network; case nodes are added here (`land_network`), actual dates after the
    data date are left out. `fronts` tells which fronts need land and how long they are; without it every front
    needs land and `FrontState.metres` is None. `predicted`: the forecast of every case, made here without law
    and observed pace if it is not given; `rules`: fronts that open with a run of free land, by code. Raises what
    `build_graph` and `schedule` raise.
    """
    network = as_of(network, data_date)
    if predicted is None:
        predicted = forecasts(cases, data_date)
    ground = lands(network, fronts, cases, predicted, data_date, rules)
    graph = build_graph(with_cases(network, ground, cases, predicted, data_date), calendars)
    dated = schedule(graph, calendars, data_date=data_date, finish=network.finish)
    releases = prepare_releases(network, ground, predicted, calendars, data_date)
    waiting = [
        case for case in cases if case.code in predicted and is_waiting(predicted[case.code], data_date)
    ]
    drivers = sorted(
        _driving_cases(waiting, ground, predicted, dated, releases),
        key=lambda d: (-d.group_days, -d.alone_days, d.code),
    )
    driving = frozenset(driver.code for driver in drivers)
    wards = {case.code: case.ward_code for case in cases}
    return ProjectDelay(
        data_date=data_date,
        forecast_finish=dated.finish,
        planned_finish=planned_finish,
        slip_days=None if planned_finish is None else (dated.finish - planned_finish).days,
        chain=tuple(_chain(dated, graph, network.finish, wards)),
        drivers=tuple(drivers),
        wards=tuple(_wards(waiting, driving, releases)),
        fronts=tuple(_front_states(ground, fronts, dated)),
        schedule=dated,
        critical_cases=driving,
        driving_days=gain(releases, driving),
        land_days=gain(releases, frozenset(case.code for case in waiting)),
    )


def _driving_cases(
    waiting: Iterable[CaseState],
    ground: Sequence[FrontLand],
    predicted: Mapping[str, HandoverForecast],
    dated: Schedule,
    releases: Releases,
) -> Iterator[DrivingCase]:
    land_of = {land.front: land for land in ground}
    groups = {land.front: frozenset(case.code for case in land.waiting) for land in ground}
    holding = {land.front: frozenset(land.by) & groups[land.front] for land in ground}
    for case in waiting:
        row = dated.rows[case.code]
        if not (row.critical or row.driving):
            continue
        forecast = predicted[case.code]
        front = min(
            (land_of[code] for code in case.fronts if code in land_of and case.code in holding[code]),
            key=lambda land: _tightness(land, forecast, dated.rows[land.possession]),
        ).front
        yield DrivingCase(
            code=case.code,
            ward_code=case.ward_code,
            front=front,
            forecast=forecast.on,
            basis=forecast.basis,
            why_vi=forecast.why_vi,
            why_en=forecast.why_en,
            step=case.step,
            obstacle=case.obstacle,
            parcels=case.parcels,
            alone_days=gain(releases, (case.code,)),
            group_days=gain(releases, groups[front]),
            group_size=len(groups[front]),
            total_float=row.total_float,
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
            cases_driving=sum(code in driving for code in members),
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


def _chain(
    dated: Schedule, graph: nx.DiGraph[str], finish: str, wards: Mapping[str, str]
) -> Iterator[ChainItem]:
    for code in driving_chain(dated, graph, finish):
        activity: Activity = graph.nodes[code]["activity"]
        row = dated.rows[code]
        if activity.kind is NodeKind.CASE:
            days = max((row.early_finish - dated.data_date).days, 0)
        elif activity.duration:
            days = (row.early_finish - row.early_start).days + 1
        else:
            days = 0
        yield ChainItem(
            code=code,
            kind=activity.kind,
            name_vi=activity.name_vi,
            name_en=activity.name_en,
            start=row.early_start,
            finish=row.early_finish,
            front=activity.front,
            ward_code=wards.get(code) if activity.kind is NodeKind.CASE else None,
            days=days,
        )
