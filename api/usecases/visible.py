"""What the reader may see of a calculation: dates and counts come from all land, names only from land in their reach.

A calculation is made from every case and shared by everybody. Here it is cut to what one reader may be told: codes,
parcels, obstacles and forecasts of cases in their reach. Of the rest the counts stay, and a link of the driving chain
says in which ward the land lies, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from api.context import Context
from api.usecases.calculation import Calculation
from api.usecases.counting import GROUPS, lies_on, step_group
from api.usecases.may import sees
from api.views import BlockedRun, DrivingLand, Release, SeenCount, SeenLand
from projects.impact import ChainItem, DrivingCase, ProjectDelay
from projects.model import CaseState

Hidden = frozenset[str]
"""Codes of the cases of one project that the reader may not be told of."""


def hidden_cases(ctx: Context, project_code: str, calculation: Calculation) -> Hidden:
    """The cases of a calculation that lie outside the reach of whoever asks."""
    cases = calculation.cases.values()
    closed = {ward for ward in {c.ward_code for c in cases} if not sees(ctx, ward=ward, project=project_code)}
    return frozenset(c.code for c in cases if c.ward_code in closed) if closed else frozenset()


def seen_delay(delay: ProjectDelay, hidden: Hidden, ward_labels: Mapping[str, str]) -> ProjectDelay:
    """The delay without the names of hidden cases; its dates, days and counts per ward and front stay."""
    if not hidden:
        return delay
    rows = {
        code: row if hidden.isdisjoint(row.drivers) else replace(row, drivers=named(row.drivers, hidden))
        for code, row in delay.schedule.rows.items()
        if code not in hidden
    }
    return replace(
        delay,
        chain=seen_chain(delay.chain, hidden, ward_labels),
        drivers=tuple(driver for driver in delay.drivers if driver.code not in hidden),
        schedule=replace(delay.schedule, rows=rows),
        critical_cases=delay.critical_cases - hidden,
    )


def seen_chain(
    chain: Iterable[ChainItem], hidden: Hidden, ward_labels: Mapping[str, str]
) -> tuple[ChainItem, ...]:
    """A chain in which land that may not be named is a ward and a day."""
    return tuple(_unnamed(item, ward_labels) if item.code in hidden else item for item in chain)


def named(codes: Iterable[str], hidden: Hidden) -> tuple[str, ...]:
    """The codes that may be told."""
    return tuple(code for code in codes if code not in hidden)


def driving_land(delay: ProjectDelay | None) -> DrivingLand:
    """The land that holds the date, from the whole delay."""
    if delay is None:
        return DrivingLand(0, 0, ())
    fronts: dict[str, list[DrivingCase]] = {}
    for case in delay.drivers:
        fronts.setdefault(case.front, []).append(case)
    releases = [
        Release(
            front=front,
            size=max(case.group_size for case in cases),
            gains=max(case.group_days for case in cases),
            alone=max(case.alone_days for case in cases),
            driving=len(cases),
            last_forecast=max(case.forecast for case in cases),
        )
        for front, cases in fronts.items()
    ]
    return DrivingLand(
        cases=len(delay.critical_cases),
        parcels=sum(len(case.parcels) for case in delay.drivers),
        releases=tuple(sorted(releases, key=lambda release: (-release.gains, release.front))),
    )


def seen_land(calculation: Calculation, hidden: Hidden, runs: Sequence[BlockedRun]) -> SeenLand:
    """What the lists of cases would count for the reader, for every count that leads to one."""
    seen = [case for code, case in calculation.cases.items() if code not in hidden]
    by_group = dict.fromkeys(GROUPS, 0)
    fronts: dict[tuple[str, ...], list[int]] = {}
    wards: dict[str, list[int]] = {}
    for case in seen:
        by_group[step_group(case)] += len(case.parcels)
        is_open, drives = calculation.is_open(case.code), calculation.drives(case.code)
        for row in (wards.setdefault(case.ward_code, [0, 0, 0]), fronts.setdefault(case.fronts, [0, 0, 0])):
            row[0] += 1
            row[1] += is_open
            row[2] += drives
    of_front: dict[str, list[int]] = {}
    for codes, row in fronts.items():
        for code in codes:
            of_front[code] = [a + b for a, b in zip(of_front.get(code, (0, 0, 0)), row, strict=True)]
    return SeenLand(
        whole=not hidden,
        land=SeenCount(*map(sum, zip(*wards.values(), strict=True))) if wards else SeenCount(0, 0, 0),
        by_group=tuple(by_group.values()),
        fronts={front: SeenCount(*row) for front, row in sorted(of_front.items())},
        wards={ward: SeenCount(*row) for ward, row in sorted(wards.items())},
        runs=_on_runs(calculation, seen, runs) if hidden else tuple(run.parcels for run in runs),
    )


def _on_runs(
    calculation: Calculation, seen: Iterable[CaseState], runs: Sequence[BlockedRun]
) -> tuple[int, ...]:
    """As the list of a stretch counts: its address has tenths of metres."""
    parcels = [p for case in seen if calculation.is_open(case.code) for p in case.parcels]
    stretches = [(round(run.from_m, 1), round(run.to_m, 1)) for run in runs]
    return tuple(sum(lies_on(p, stretch) for p in parcels) for stretch in stretches)


def _unnamed(item: ChainItem, ward_labels: Mapping[str, str]) -> ChainItem:
    """A link of the chain that says where the land lies, and when, but not which it is."""
    ward = ward_labels.get(item.ward_code or "", item.ward_code or "?")
    return replace(
        item,
        code="",
        name_vi=f"Đất ở {ward} (ngoài phạm vi của bạn)",
        name_en=f"Land in {ward} (outside your reach)",
    )
