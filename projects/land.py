"""Land in the network: clearance cases as nodes, each before the possession of its work fronts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from projects.calendars import ALL
from projects.forecasting.chain import forecasts
from projects.forecasting.model import ACTUAL, HandoverForecast
from projects.model import Activity, CaseState, Link, Network, NodeKind, WorkFront
from projects.openings import Opening, RunRule, run_opening


@dataclass(frozen=True, slots=True)
class FrontLand:
    """The land of one work front: its possession node, all its cases and those not handed over by the data date.

    `opens` is the last forecast handover, the data date if there are no cases; with a `rule` the day on which a run of
    its length is free. `by`: codes of the cases whose land that takes, all of them or those on the run; `handed_over`
    says that it is a fact.
    """

    front: str
    possession: str
    cases: tuple[CaseState, ...]
    waiting: tuple[CaseState, ...]
    opens: date
    handed_over: bool
    by: tuple[str, ...] = ()
    rule: RunRule | None = None


def is_waiting(forecast: HandoverForecast, data_date: date) -> bool:
    """Whether the land was still to come at the end of `data_date`."""
    return forecast.basis != ACTUAL or forecast.on > data_date


def lands(
    network: Network,
    fronts: Sequence[WorkFront],
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    data_date: date,
    rules: Mapping[str, RunRule] | None = None,
) -> tuple[FrontLand, ...]:
    """The land of every front that has a possession node, by front code; empty where a front needs no land.

    `rules`: by front code, for fronts that open with a run of free land; the others open with all of it.
    """
    by_length = rules or {}
    dry = {front.code for front in fronts if not front.needs_land}
    of_front: dict[str, list[CaseState]] = {}
    for case in cases:
        if case.code in predicted:
            for front_code in case.fronts if len(case.fronts) == 1 else dict.fromkeys(case.fronts):
                of_front.setdefault(front_code, []).append(case)
    nodes = {a.front: a for a in network.activities if a.kind is NodeKind.POSSESSION and a.front}
    return tuple(
        _front_land(
            nodes[code],
            [] if code in dry else of_front.get(code, []),
            predicted,
            data_date,
            by_length.get(code),
        )
        for code in sorted(nodes)
    )


def opens_if(
    land: FrontLand, predicted: Mapping[str, HandoverForecast], freed: Collection[str], data_date: date
) -> date:
    """The day on which a front that is still to open would open if the cases of `freed` were handed over on the data
    date; never before it. Exact under either rule."""
    still = [predicted[case.code].on for case in land.waiting if case.code not in freed]
    found = max(still, default=data_date)
    if land.rule is not None:
        open_now = {case.code for case in land.waiting}
        days = {
            case.code: data_date if case.code in open_now and case.code in freed else predicted[case.code].on
            for case in land.cases
        }
        opening = run_opening(land.rule, days)
        found = opening.on if opening else found
    return max(found, data_date)


def land_network(
    network: Network, fronts: Sequence[WorkFront], cases: Sequence[CaseState], data_date: date
) -> Network:
    """The network with a node per case (kind CASE, its own code, 0 days, calendar ALL, not before its forecast)
    and an FS link to the possession of each of its fronts.

    A front without cases, or that needs no land, opens at once. When every case of a front is handed over, the
    last handover is the actual date of its possession. Cases outside the boundary (X2) get no node; case nodes
    that the network already has are replaced.
    """
    predicted = forecasts(cases, data_date)
    return with_cases(
        network, lands(network, fronts, cases, predicted, data_date), cases, predicted, data_date
    )


def with_cases(
    network: Network,
    ground: Sequence[FrontLand],
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    data_date: date,
) -> Network:
    """`land_network` for land and forecasts that are already known."""
    network = without_cases(network)
    nodes = [_case_node(case, predicted[case.code], data_date) for case in cases if case.code in predicted]
    links = [Link(code, land.possession) for land in ground for code in land.by]
    given = {land.possession: land.opens for land in ground if land.handed_over and land.cases}
    own = [_opened(a, given.get(a.code)) for a in network.activities]
    return replace(network, activities=(*own, *nodes), links=(*network.links, *links))


def without_cases(network: Network) -> Network:
    """The network without case nodes and their links."""
    gone = {a.code for a in network.activities if a.kind is NodeKind.CASE}
    if not gone:
        return network
    return replace(
        network,
        activities=tuple(a for a in network.activities if a.code not in gone),
        links=tuple(k for k in network.links if k.pred not in gone and k.succ not in gone),
    )


def _front_land(
    possession: Activity,
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    data_date: date,
    rule: RunRule | None,
) -> FrontLand:
    found = [predicted[case.code] for case in cases]
    waiting = tuple([case for case, own in zip(cases, found, strict=True) if is_waiting(own, data_date)])
    opening = _by_run(rule, cases, predicted)
    facts = possession.actual_finish or possession.actual_start
    last = max([own.on for own in found], default=data_date)
    by = opening.by if opening else tuple([case.code for case in cases])
    held = any(is_waiting(predicted[code], data_date) for code in by) if opening else bool(waiting)
    return FrontLand(
        front=str(possession.front),
        possession=possession.code,
        cases=tuple(cases),
        waiting=waiting,
        opens=facts or (opening.on if opening else last),
        handed_over=facts is not None or not held,
        by=by,
        rule=rule,
    )


def _by_run(
    rule: RunRule | None, cases: Sequence[CaseState], predicted: Mapping[str, HandoverForecast]
) -> Opening | None:
    return run_opening(rule, {case.code: predicted[case.code].on for case in cases}) if rule else None


def _opened(possession: Activity, on: date | None) -> Activity:
    if on is None or possession.actual_start is not None or possession.actual_finish is not None:
        return possession
    return replace(possession, actual_start=on, actual_finish=on)


def _case_node(case: CaseState, forecast: HandoverForecast, data_date: date) -> Activity:
    node = Activity(
        code=case.code,
        name_vi=f"Bàn giao mặt bằng, hồ sơ {case.code}",
        name_en=f"Land handover, case {case.code}",
        duration=0,
        calendar=ALL,
        kind=NodeKind.CASE,
        front=case.fronts[0] if case.fronts else None,
    )
    if is_waiting(forecast, data_date):
        return replace(node, not_before=max(forecast.on, data_date + timedelta(days=1)))
    return replace(node, actual_start=forecast.on, actual_finish=forecast.on)


__all__ = [
    "FrontLand",
    "forecasts",
    "is_waiting",
    "land_network",
    "lands",
    "opens_if",
    "with_cases",
    "without_cases",
]
