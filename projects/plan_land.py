"""The land on a plan: an activity for each case before the possession of its fronts, for any network of the engine.

The same rules as `projects.land` on day networks, which a test holds together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from projects.calendars import ALL
from projects.engine.model import Activity, Constraint, Kind, Link, Net, Rule
from projects.engine.shifts import Moment
from projects.forecasting.model import HandoverForecast
from projects.land import is_waiting
from projects.model import CaseState, WorkFront
from projects.plan import Plan


def with_land(
    plan: Plan,
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    fronts: Sequence[WorkFront],
    data_date: date,
) -> Net:
    """The network on a data date: actual dates after it are left out, a milestone for each case of `predicted` leads
    to the possession of its fronts. A front that needs no land, or without cases, opens at once."""
    dry = {front.code for front in fronts if not front.needs_land}
    gate = {plan.fronts[code]: code for code in plan.possessions if code in plan.fronts}
    known = [case for case in cases if case.code in predicted]
    links = []
    holds: dict[str, list[HandoverForecast]] = {}
    for case in known:
        for front in dict.fromkeys(case.fronts):
            if front in gate and front not in dry:
                links.append(Link(case.code, gate[front]))
                holds.setdefault(gate[front], []).append(predicted[case.code])
    opened = {
        code: max(each.on for each in held)
        for code, held in holds.items()
        if not any(is_waiting(each, data_date) for each in held)
    }
    own = [_opened(on_day(a, data_date), opened.get(a.code)) for a in plan.net.activities]
    nodes = [_node(case.code, predicted[case.code], data_date) for case in known]
    return replace(plan.net, activities=(*own, *nodes), links=(*plan.net.links, *links))


def last_of_fronts(
    plan: Plan, cases: Sequence[CaseState], predicted: Mapping[str, HandoverForecast], data_date: date
) -> dict[str, HandoverForecast]:
    """The forecasts of the cases that open a front last, one for each front: the works get the same dates by them."""
    gate = {plan.fronts[code] for code in plan.possessions if code in plan.fronts}
    last: dict[str, str] = {}

    def late(code: str) -> tuple[bool, date]:
        return is_waiting(predicted[code], data_date), predicted[code].on

    for case in sorted((c for c in cases if c.code in predicted), key=lambda c: c.code):
        for front in gate.intersection(case.fronts):
            if front not in last or late(case.code) > late(last[front]):
                last[front] = case.code
    return {code: predicted[code] for code in sorted(set(last.values()))}


def on_day(a: Activity, data_date: date) -> Activity:
    """The activity without the actual dates that lie after the data date."""
    start, finish = a.actual_start, a.actual_finish
    if (start is None or _day(start) <= data_date) and (finish is None or _day(finish) <= data_date):
        return a
    kept = start if start is not None and _day(start) <= data_date else None
    return replace(a, actual_start=kept, actual_finish=None, remaining=None)


def _opened(a: Activity, on: date | None) -> Activity:
    if on is None or a.actual_start is not None or a.actual_finish is not None:
        return a
    return replace(a, actual_start=on, actual_finish=on)


def _node(code: str, forecast: HandoverForecast, data_date: date) -> Activity:
    node = Activity(
        code, 0, ALL, Kind.MILESTONE, f"Bàn giao mặt bằng, hồ sơ {code}", f"Land handover, case {code}"
    )
    if is_waiting(forecast, data_date):
        first = max(forecast.on, data_date + timedelta(days=1))
        return replace(node, constraints=(Constraint(Rule.SNET, first),))
    return replace(node, actual_start=forecast.on, actual_finish=forecast.on)


def _day(at: Moment) -> date:
    return at.date() if isinstance(at, datetime) else at
