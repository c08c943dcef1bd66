"""The forecast of one case: a fact, a promise that the law allows, or the steps left one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from projects.clearance import gives_possession, wants_land
from projects.forecasting.horizon import none_beyond
from projects.forecasting.lawful import LawfulEarliest, lawful_earliest, minima
from projects.forecasting.model import (
    ACTUAL,
    LAWFUL,
    NOTHING,
    PACE,
    PROMISED,
    Grounds,
    HandoverForecast,
    Obstacle,
    Part,
)
from projects.forecasting.pace import NEXT_STEP, PAUSE_DAYS
from projects.forecasting.plots import PlotDay
from projects.model import CaseState
from projects.steps import STEPS

# An obstacle holds the next step up; one of resettlement the recovery decision (TDC-01), the steps before go on.
HOLDS = {"TAI_DINH_CU": "S90"}
_DECISION = STEPS["S90"].order
_DAY = timedelta(days=1)


def forecasts(
    cases: Sequence[CaseState],
    data_date: date,
    grounds: Grounds = NOTHING,
    *,
    made: dict[tuple[object, ...], HandoverForecast] | None = None,
) -> dict[str, HandoverForecast]:
    """Handover forecast by case code; cases that left the boundary (X2) are not needed and left out.

    `made`: what was found before on the same day with the same law and paces, kept by whoever asks again. Promises
    are not among it: they are sooner made than found.
    """
    made = {} if made is None else made
    found = {}
    for case in cases:
        step = case.step
        if not wants_land(step):
            continue
        if case.promised_on is not None and not gives_possession(step):
            found[case.code] = _promised(case, case.promised_on, data_date, grounds)
            continue
        key = likeness(case, grounds)
        forecast = made.get(key)
        if forecast is None:
            forecast = made[key] = forecast_handover(case, data_date=data_date, grounds=grounds)
        found[case.code] = forecast
    return found


def forecast_handover(case: CaseState, *, data_date: date, grounds: Grounds = NOTHING) -> HandoverForecast:
    """The day on which the case's land is with the investor, as seen at the end of `data_date`.

    A fact if it is handed over (or has left the boundary). Else the promised day, moved to the day after the data date
    if it has passed, and to the lawful earliest if the law does not allow it so early. Else the steps that are left.
    """
    if gives_possession(case.step) or not wants_land(case.step):
        part = Part(case.step, case.step_on, case.step_on, "actual")
        return HandoverForecast(case.step_on, ACTUAL, (part,), case.step)
    if case.promised_on is not None:
        return _promised(case, case.promised_on, data_date, grounds)
    parts = tuple(_steps(case, data_date, grounds))
    on = max(parts[-1].end, data_date + timedelta(days=1))
    return HandoverForecast(on, PACE, parts, case.step)


def likeness(case: CaseState, grounds: Grounds) -> tuple[object, ...]:
    """What a forecast depends on: cases that agree in it share one."""
    before = STEPS[case.step].order < _DECISION
    notified = STEPS[case.step].order >= STEPS["S20"].order
    return (
        case.step,
        case.step_on if (notified and before) or gives_possession(case.step) else None,
        case.promised_on,
        case.ward_code,
        case.land if before else None,
        grounds.law.facts.get(case.code, ()) if grounds.law and before else (),
        grounds.obstacles.get(case.code, ()),
        grounds.plots.get(case.code),
    )


def kept_promise(
    promised: date, data_date: date, least: LawfulEarliest | None
) -> tuple[date, LawfulEarliest | None]:
    """The day of a promise seen at the end of `data_date`, and the minimum of the law if that moves it."""
    on = max(promised, data_date + _DAY)
    return (least.on, least) if least is not None and least.on > on else (on, None)


def _promised(case: CaseState, promised: date, data_date: date, grounds: Grounds) -> HandoverForecast:
    least = None
    if grounds.law and not none_beyond(max(promised, data_date + _DAY), case, data_date, grounds.law):
        least = lawful_earliest(case, data_date, grounds.law)
    on, least = kept_promise(promised, data_date, least)
    beside: tuple[Part, ...] = ()
    if obstacles := grounds.obstacles.get(case.code):
        beside = tuple(
            Part("S105", on, o.due_on, "obstacle", detail=o.cause, binding=False)
            for o in _due(obstacles, on)
            if o.due_on
        )
    basis = PROMISED if least is None else LAWFUL
    return HandoverForecast(on, basis, beside, case.step, promised, least, data_date)


def _steps(case: CaseState, data_date: date, grounds: Grounds) -> Iterable[Part]:
    """The parts from the data date to the handover, without a gap between them."""
    least = minima(case, data_date, grounds.law) if grounds.law else ()
    obstacles = _due(grounds.obstacles.get(case.code, ()), data_date)
    plot = grounds.plots.get(case.code)
    step, day, tomorrow = case.step, data_date, data_date + timedelta(days=1)
    reached: dict[str, date] = {}
    for part in _held(obstacles, case.step, "", step, day):
        yield part
        day = part.end
    if step == "X1":
        yield Part("S80", day, day + timedelta(days=PAUSE_DAYS), "assumed")
        step, day = "S80", day + timedelta(days=PAUSE_DAYS)
    while step in NEXT_STEP:
        following, _ = NEXT_STEP[step]
        pace = grounds.paces.of(case.ward_code, step)
        end = day + timedelta(days=pace.days)
        source = "observed" if pace.observed else "assumed"
        yield Part(following, day, end, source, n=pace.ward_n, city_n=pace.city_n, ward=case.ward_code)
        day = end
        held = _held(obstacles, case.step, following, following, day)
        for part in (*held, *_plot_part(plot, following, day)):
            if part.end > day:
                yield replace(part, start=day)
                day = part.end
        for least_of in least:
            if least_of.step == following and (on := _shifted(least_of, reached, tomorrow)) > day:
                yield Part(following, day, on, "law", rule=least_of.rule, basis=least_of.basis)
                day = on
        step = following
        reached[step] = day


def _shifted(least: LawfulEarliest, reached: Mapping[str, date], tomorrow: date) -> date:
    """The minimum on the forecast road: a clock that does not run yet begins when its own step is reached."""
    begins = reached.get(least.begins) if not least.running else None
    return least.on + (begins - tomorrow) if begins is not None and begins > tomorrow else least.on


def _held(obstacles: Sequence[Obstacle], now: str, holds: str, what: str, day: date) -> list[Part]:
    """Obstacles of a case at `now` that hold the step `holds` up ('' the next one) beyond `day`, as one part: the last
    due one. What would hold a step that lies behind holds the next one."""
    decided = STEPS[now].order >= _DECISION
    mine = [
        o
        for o in obstacles
        if (("" if decided else HOLDS.get(o.cause, "")) == holds and o.due_on and o.due_on > day)
    ]
    last = max(mine, key=lambda o: (o.due_on or day, o.cause), default=None)
    return [Part(what, day, last.due_on, "obstacle", detail=last.cause)] if last and last.due_on else []


def _plot_part(plot: PlotDay | None, following: str, day: date) -> list[Part]:
    if plot is None or following != "S90" or plot.on <= day:
        return []
    name = f"{plot.plot.site}/{plot.plot.code}" if plot.plot else ""
    return [Part("S90", day, plot.on, "plot", detail=name, place=plot.place, waiting=plot.waiting)]


def _due(obstacles: Sequence[Obstacle], after: date) -> list[Obstacle]:
    """The obstacles whose due day is still to come; an overdue one is a matter of the list, not of the forecast."""
    return [o for o in obstacles if o.due_on is not None and o.due_on > after]
