"""Counts and runs from the cases of one calculation: never from published claims."""

from __future__ import annotations

from collections.abc import Mapping

from api.usecases.calculation import Calculation, cleared
from api.views import BlockedRun, LandCount
from projects.model import CaseState, ParcelRef
from projects.portfolio import blocked_runs
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


def runs_without_land(
    calculation: Calculation,
    alignment_code: str,
    *,
    start_m: float,
    end_m: float,
    is_ring: bool,
    parcel_axis: Mapping[str, str],
    ward_labels: Mapping[str, str],
) -> tuple[BlockedRun, ...]:
    """The stretches of one alignment that open cases still block, in order of chainage.

    `parcel_axis` tells which alignment a case's parcels lie on. On a ring an interval may pass the seam:
    it is cut there, so that every run lies within [start_m, end_m].
    """
    pieces: list[tuple[float, float, CaseState]] = []
    for code, case in calculation.cases.items():
        if not calculation.is_open(code) or parcel_axis.get(code) != alignment_code:
            continue
        for parcel in case.parcels:
            if parcel.from_m is None or parcel.to_m is None:
                continue
            if is_ring and parcel.to_m > end_m:
                pieces.append((parcel.from_m, end_m, case))
                pieces.append((start_m, start_m + parcel.to_m - end_m, case))
            elif parcel.from_m < end_m and parcel.to_m > start_m:
                pieces.append((max(parcel.from_m, start_m), min(parcel.to_m, end_m), case))
    pieces.sort(key=lambda piece: (piece[0], piece[1], piece[2].code))
    described: list[BlockedRun] = []
    at = 0
    for run in blocked_runs([(a, b) for a, b, _ in pieces]):
        first = at
        while at < len(pieces) and pieces[at][0] <= run[1]:
            at += 1
        inside = [case for _, _, case in pieces[first:at]]
        wards = dict.fromkeys(ward_labels.get(case.ward_code, case.ward_code) for case in inside)
        described.append(
            BlockedRun(
                alignment_code=alignment_code,
                from_m=run[0],
                to_m=run[1],
                parcels=len(inside),
                wards=tuple(wards),
                critical=any(calculation.drives(case.code) for case in inside),
            )
        )
    return tuple(described)
