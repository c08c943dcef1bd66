"""Counts from the cases of one calculation: never from published claims."""

from __future__ import annotations

from api.usecases.calculation import Calculation, cleared
from api.views import LandCount
from projects.model import CaseState, ParcelRef
from projects.steps import STEPS

GROUPS = range(1, 8)


def land_count(calculation: Calculation) -> LandCount:
    """Parcels and cases of a project, all and handed over, in numbers and in m², and by step group."""
    parcels, by_group = [len(case.parcels) for case in calculation.cases.values()], dict.fromkeys(GROUPS, 0)
    areas = [sum([p.area_m2 for p in case.parcels]) for case in calculation.cases.values()]
    cases = list(zip(calculation.cases.values(), parcels, areas, strict=True))
    for case, count, _ in cases:
        by_group[step_group(case)] += count
    done = [row for row in cases if cleared(row[0])]
    return LandCount(
        parcels=sum(parcels),
        parcels_cleared=sum(count for _, count, _ in done),
        area_m2=sum(areas),
        area_cleared_m2=sum(area for *_, area in done),
        cases=len(cases),
        cases_cleared=len(done),
        by_group=tuple(by_group[g] for g in GROUPS),
        demo_parcels=sum(count for case, count, _ in cases if case.is_demo),
    )


def step_group(case: CaseState) -> int:
    """Colour group 1…7 of a case; a paused case keeps the colour of the first group it may go on in."""
    return STEPS[case.step].group or 1


def lies_on(parcel: ParcelRef, stretch: tuple[float, float]) -> bool:
    """Whether a parcel lies on a stretch of chainage (m), at least in part."""
    if parcel.from_m is None or parcel.to_m is None:
        return False
    return parcel.from_m < stretch[1] and parcel.to_m > stretch[0]
