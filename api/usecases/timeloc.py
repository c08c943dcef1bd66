"""The time–location view of a project: per alignment its land by day, the works on it, and where they clash.

Two dates stand for each work: as forecast (it waits for its land) and as it could go if all land were there today. A
clash is where the second reaches land before that is there. Dates and counts come from all land whoever asks; no case
is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.axis_land import axes_of
from api.usecases.calculation import Calculation, calculate, calculation_key, resolve_day
from geo import scope
from geo.access import access_project
from geo.tables import ClearanceCase, Project, Section, WorkFront
from projects.calendars import DYKE
from projects.daily import Row
from projects.engine.shifts import DAY
from projects.model import NodeKind
from projects.reckoning import Reckoning, reckon
from projects.stationing import Stationing
from projects.timeloc import Clash, Stretch, Work, availability, clashes

FrontPlace = tuple[int, str, str, float, float]
"""Where a front lies: id of the alignment, names (vi, en), measures in m."""


@dataclass(frozen=True, slots=True)
class Line:
    """An activity on the chart: as forecast, and (None without a wait) as it could go with all land there today."""

    code: str
    name_vi: str
    name_en: str
    front: str
    kind: str
    forecast: Work
    free: Work | None
    rests_in_flood: bool
    done: bool
    metres_a_day: float | None  # length by days that it works


@dataclass(frozen=True, slots=True)
class AxisTime:
    """One alignment: its land, lines and clashes; `fronts` are (code, Vietnamese, English, from_m, to_m)."""

    code: str
    name_vi: str
    name_en: str
    start_m: float
    end_m: float
    stations: Stationing
    land: tuple[Stretch, ...]
    lines: tuple[Line, ...]
    clashes: tuple[Clash, ...]
    fronts: tuple[tuple[str, str, str, float, float], ...]


@dataclass(frozen=True, slots=True)
class TimeLocation:
    """All alignments of a project as of a day. `off_axis`: fronts that are areas and have no chainage."""

    data_date: date
    planned: date | None
    forecast: date | None
    axes: tuple[AxisTime, ...]
    off_axis: tuple[str, ...]


def time_location(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> TimeLocation:
    """The view; without a network it has no axes. Raises NotFound, InvalidInput, CyclicDependency."""
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    calculation = calculate(session, ctx, project, day)

    def make() -> TimeLocation:
        return _made(session, ctx, project, calculation, day)

    made: TimeLocation = ctx.cache.get(("timeloc", *calculation_key(session, ctx, project, day)), make)
    return made


def _made(
    session: Session, ctx: Context, project: Project, calculation: Calculation, day: date
) -> TimeLocation:
    reckoning, delay = calculation.reckoning, calculation.delay
    if reckoning is None or delay is None:
        return TimeLocation(day, project.planned_finish, None, (), ())
    free = _without_waiting(calculation, reckoning)
    places, off = front_places(session, project)
    with scope.calculating(session):
        codes = dict(
            session.execute(
                select(ClearanceCase.id, ClearanceCase.code).where(ClearanceCase.project_id == project.id)
            ).all()
        )
    axes = []
    for axis in axes_of(session, ctx, project, day):
        land = () if axis.land is None else _land(axis.land.cover, axis.land.case, codes, calculation)
        here = {front: place for front, place in places.items() if place[0] == axis.id}
        lines = tuple(_lines(reckoning, calculation, free, here))
        axes.append(
            AxisTime(
                code=axis.code, name_vi=axis.name_vi, name_en=axis.name_en, start_m=axis.whole[0],
                end_m=axis.whole[1], stations=axis.route.stations, land=land, lines=lines,
                clashes=clashes([line.free or line.forecast for line in lines if not line.done], land),
                fronts=tuple((front, vi, en, a, b) for front, (_, vi, en, a, b) in here.items()),
            )
        )  # fmt: skip
    return TimeLocation(day, delay.planned_finish, delay.forecast_finish, tuple(axes), tuple(off))


def _without_waiting(calculation: Calculation, reckoning: Reckoning) -> Reckoning:
    """The same works if no land were to come: what is handed over opens its fronts, the rest is there already."""
    here = [case for case in reckoning.cases if not calculation.is_open(case.code)]
    return reckon(reckoning.works, calculation.fronts, here, reckoning.predicted)


def front_places(session: Session, project: Project) -> tuple[dict[str, FrontPlace], list[str]]:
    """Where each front lies: alignment, names, measures; one without measures takes those of its section."""
    rows = session.execute(
        select(WorkFront, Section)
        .join(Section, Section.id == WorkFront.section_id)
        .where(WorkFront.project_id == project.id)
        .order_by(Section.from_m.nulls_last(), WorkFront.from_m.nulls_last(), WorkFront.code)
    ).all()
    found, off = {}, []
    for front, section in rows:
        from_m = section.from_m if front.from_m is None else front.from_m
        to_m = section.to_m if front.to_m is None else front.to_m
        if section.alignment_id is None or from_m is None or to_m is None:
            off.append(front.code)
        else:
            found[front.code] = (section.alignment_id, front.name_vi, front.name_en, from_m, to_m)
    return found, off


def _land(
    cover: object, case: np.ndarray, codes: Mapping[int, str], calculation: Calculation
) -> tuple[Stretch, ...]:
    opens, actual, keep = [], [], []
    for at, number in enumerate(case.tolist()):
        forecast = calculation.forecasts.get(codes.get(number, ""))
        if forecast is None:
            continue  # it left the boundary
        keep.append(at)
        opens.append(forecast.on.toordinal() + 1)
        actual.append(not calculation.is_open(codes[number]))
    return availability(cover.from_m[keep], cover.to_m[keep], opens, actual)  # type: ignore[attr-defined]


def _lines(
    reckoning: Reckoning,
    calculation: Calculation,
    free: Reckoning,
    places: Mapping[str, FrontPlace],
) -> Iterator[Line]:
    delay, works = calculation.delay, reckoning.works
    assert delay is not None
    chain = {item.code for item in delay.chain}
    for activity in works.net.activities:
        front = works.fronts.get(activity.code)
        row, other = reckoning.row(activity.code), free.row(activity.code)
        task = works.kinds.get(activity.code) is NodeKind.TASK
        if not task or front is None or front not in places or row is None:
            continue
        _, _, _, a, b = places[front]
        critical = row.critical or row.driving or activity.code in chain
        forecast = _work(activity.code, a, b, row, critical=critical)
        could = None if row.done or other is None else _work(activity.code, a, b, other, critical=critical)
        days = activity.duration / DAY if works.options.whole_days else forecast.end - forecast.start
        yield Line(
            code=activity.code, name_vi=activity.name_vi, name_en=activity.name_en, front=front, kind="task",
            forecast=forecast, free=could if could is not None and could.start < forecast.start else None,
            rests_in_flood=activity.calendar == DYKE, done=row.done,
            metres_a_day=round((b - a) / days, 1) if days else None,
        )  # fmt: skip


def _work(code: str, a: float, b: float, row: Row, *, critical: bool) -> Work:
    start, end = row.early_start.toordinal(), row.early_finish.toordinal() + 1
    return Work(code, a, b, float(start), float(end), critical)
