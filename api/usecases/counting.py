"""Counts from the cases of one calculation: never from published claims."""

from __future__ import annotations

from dataclasses import replace

from api.usecases.calculation import Calculation, cleared
from api.views import LandCount
from projects.model import CaseState, ParcelRef
from projects.steps import STEPS

GROUPS = range(1, 8)


def land_count(calculation: Calculation) -> LandCount:
    """Parcels and cases of a project, all and handed over, in numbers and in m², and by step group."""
    by_step: dict[str, list[CaseState]] = {}
    for case in calculation.cases.values():
        by_step.setdefault(case.step, []).append(case)
    by_group = dict.fromkeys(GROUPS, 0)
    count = LandCount(0, 0, 0.0, 0.0, len(calculation.cases), 0, (), 0)
    for cases in by_step.values():
        parcels = sum([len(case.parcels) for case in cases])
        area = sum([p.area_m2 for case in cases for p in case.parcels])
        done = cleared(cases[0])  # the step says it
        by_group[step_group(cases[0])] += parcels
        count = replace(
            count,
            parcels=count.parcels + parcels,
            parcels_cleared=count.parcels_cleared + done * parcels,
            area_m2=count.area_m2 + area,
            area_cleared_m2=count.area_cleared_m2 + done * area,
            cases_cleared=count.cases_cleared + done * len(cases),
            demo_parcels=count.demo_parcels + sum([len(case.parcels) for case in cases if case.is_demo]),
        )
    return replace(count, by_group=tuple(by_group[g] for g in GROUPS))


def step_group(case: CaseState) -> int:
    """Colour group 1…7 of a case; a paused case keeps the colour of the first group it may go on in."""
    return STEPS[case.step].group or 1


def lies_on(parcel: ParcelRef, stretch: tuple[float, float]) -> bool:
    """Whether a parcel lies on a stretch of chainage (m), at least in part."""
    if parcel.from_m is None or parcel.to_m is None:
        return False
    return parcel.from_m < stretch[1] and parcel.to_m > stretch[0]
