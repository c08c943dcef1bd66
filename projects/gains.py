"""What a release of land would bring: calendar days the completion comes earlier if some cases were free today.

A front opens with its last case, or with a run of free land; so a what-if only moves the earliest instant of a few
possession nodes, and the forward pass is run again on the network without case nodes. The answer equals a full
recomputation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from projects import passes
from projects.calendars import Calendar
from projects.forecasting.model import HandoverForecast
from projects.land import FrontLand, collapsed_network, opens_if
from projects.model import Network
from projects.network import build_graph


@dataclass(frozen=True, slots=True)
class Releases:
    """A compiled network ready for what-ifs. Make one with `prepare_releases`."""

    plan: passes.Plan
    target: int
    finish: int  # instant of the completion as forecast
    now: int  # first instant after the data date
    queues: tuple[
        tuple[int, int, tuple[tuple[int, str], ...]], ...
    ]  # possession, own floor, (instant, case) last first
    places: dict[str, tuple[int, ...]]  # case → indices into queues
    by_run: dict[int, FrontLand]  # index into queues → a front that opens with a run of free land
    predicted: Mapping[str, HandoverForecast]
    data_date: date
    known: dict[tuple[tuple[int, int], ...], int] = field(default_factory=dict)


def prepare_releases(
    network: Network,
    ground: Sequence[FrontLand],
    predicted: Mapping[str, HandoverForecast],
    calendars: Mapping[str, Calendar],
    data_date: date,
) -> Releases:
    """Compile `network` (with or without case nodes) for what-ifs on the open cases of `ground`."""
    flat = collapsed_network(network, ground)
    plan = passes.compile_plan(build_graph(flat, calendars), calendars, data_date)
    index = plan.index()
    now = data_date.toordinal() + 1
    own = {a.code: a.not_before for a in network.activities}
    queues: list[tuple[int, int, tuple[tuple[int, str], ...]]] = []
    places: dict[str, list[int]] = {}
    by_run: dict[int, FrontLand] = {}
    for land in ground:
        node = index[land.possession]
        if not land.waiting or plan.state[node] == passes.DONE:
            continue
        floor = own[land.possession]
        instants = ((predicted[case.code].on.toordinal() + 1, case.code) for case in land.waiting)
        for case in land.waiting:
            places.setdefault(case.code, []).append(len(queues))
        if land.rule is not None:
            by_run[len(queues)] = land
        lowest = now if floor is None else max(now, floor.toordinal() + 1)
        queues.append((node, lowest, tuple(sorted(instants, reverse=True))))
    target = index[network.finish]
    return Releases(
        plan=plan,
        target=target,
        finish=passes.forward(plan).finish[target],
        now=now,
        queues=tuple(queues),
        places={code: tuple(where) for code, where in places.items()},
        by_run=by_run,
        predicted=predicted,
        data_date=data_date,
    )


def gain(releases: Releases, freed: Collection[str]) -> int:
    """Calendar days the completion comes earlier if all cases of `freed` were handed over on the data date."""
    touched = {place for code in freed for place in releases.places.get(code, ())}
    changes = []
    for place in sorted(touched):
        node, lowest, queue = releases.queues[place]
        if (land := releases.by_run.get(place)) is not None:
            last = opens_if(land, releases.predicted, freed, releases.data_date).toordinal() + 1
        else:
            last = next((instant for instant, code in queue if code not in freed), lowest)
        opens = max(last, lowest)
        if opens != releases.plan.base[node]:
            changes.append((node, opens))
    key = tuple(changes)
    if key not in releases.known:
        base = list(releases.plan.base)
        for node, opens in changes:
            base[node] = opens
        early = passes.forward(releases.plan, base) if changes else None
        earlier = releases.finish if early is None else early.finish[releases.target]
        releases.known[key] = releases.finish - earlier
    return releases.known[key]
