"""Land in the network: clearance cases as nodes, each before the possession of its work fronts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from projects.calendars import ALL
from projects.clearance import wants_land
from projects.forecast import ACTUAL, HandoverForecast, forecast_handover
from projects.model import Activity, CaseState, Link, Network, NodeKind, WorkFront


@dataclass(frozen=True, slots=True)
class FrontLand:
    """The land of one work front: its possession node, all its cases and those not handed over by the data date.

    `opens` is the last forecast handover, the data date if there are no cases; `handed_over` says that it is a
    fact.
    """

    front: str
    possession: str
    cases: tuple[CaseState, ...]
    waiting: tuple[CaseState, ...]
    opens: date
    handed_over: bool


def forecasts(cases: Sequence[CaseState], data_date: date) -> dict[str, HandoverForecast]:
    """Handover forecast by case code; cases that left the boundary (X2) are not needed and left out."""
    return {
        case.code: forecast_handover(case, data_date=data_date) for case in cases if wants_land(case.step)
    }


def is_waiting(forecast: HandoverForecast, data_date: date) -> bool:
    """Whether the land was still to come at the end of `data_date`."""
    return forecast.basis != ACTUAL or forecast.on > data_date


def lands(
    network: Network,
    fronts: Sequence[WorkFront],
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    data_date: date,
) -> tuple[FrontLand, ...]:
    """The land of every front that has a possession node, by front code; empty where a front needs no land."""
    dry = {front.code for front in fronts if not front.needs_land}
    of_front: dict[str, list[CaseState]] = {}
    for case in cases:
        if case.code in predicted:
            for front_code in dict.fromkeys(case.fronts):
                of_front.setdefault(front_code, []).append(case)
    nodes = {a.front: a for a in network.activities if a.kind is NodeKind.POSSESSION and a.front}
    return tuple(
        _front_land(nodes[code], [] if code in dry else of_front.get(code, []), predicted, data_date)
        for code in sorted(nodes)
    )


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
    links = [Link(case.code, land.possession) for land in ground for case in land.cases]
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
) -> FrontLand:
    waiting = tuple(case for case in cases if is_waiting(predicted[case.code], data_date))
    facts = possession.actual_finish or possession.actual_start
    opens = facts or max((predicted[case.code].on for case in cases), default=data_date)
    return FrontLand(
        front=str(possession.front),
        possession=possession.code,
        cases=tuple(cases),
        waiting=waiting,
        opens=opens,
        handed_over=facts is not None or not waiting,
    )


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
    "with_cases",
    "without_cases",
]
