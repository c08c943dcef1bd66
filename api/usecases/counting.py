"""Counts from the cases of one calculation: never from published claims."""

from __future__ import annotations

from api.usecases.calculation import Calculation, cleared
from api.views import LandCount
from projects.model import CaseState, ParcelRef
from projects.steps import STEPS

GROUPS = range(1, 8)


def land_count(calculation: Calculation) -> LandCount:
    """Parcels and cases of a project, all and handed over, in numbers and in m², and by step group."""
    cases = calculation.cases.values()
    by_group = dict.fromkeys(GROUPS, 0)
    for case in cases:
        by_group[step_group(case)] += len(case.parcels)
    done = [case for case in cases if cleared(case)]
    return LandCount(
        parcels=sum(len(c.parcels) for c in cases),
        parcels_cleared=sum(len(c.parcels) for c in done),
        area_m2=sum(p.area_m2 for c in cases for p in c.parcels),
        area_cleared_m2=sum(p.area_m2 for c in done for p in c.parcels),
        cases=len(calculation.cases),
        cases_cleared=len(done),
        by_group=tuple(by_group[g] for g in GROUPS),
        demo_parcels=sum(len(c.parcels) for c in cases if c.is_demo),
    )


def step_group(case: CaseState) -> int:
    """Colour group 1…7 of a case; a paused case keeps the colour of the first group it may go on in."""
    return STEPS[case.step].group or 1


def lies_on(parcel: ParcelRef, stretch: tuple[float, float]) -> bool:
    """Whether a parcel lies on a stretch of chainage (m), at least in part."""
    if parcel.from_m is None or parcel.to_m is None:
        return False
    return parcel.from_m < stretch[1] and parcel.to_m > stretch[0]
