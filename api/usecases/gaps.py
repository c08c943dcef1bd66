"""Where along the axis land is missing, how long the free runs are: from the rows, without the schedule.

Sums and counts come from all land, whoever asks; parcels and cases are named within the reader's reach. Two statements
and arrays in between: an alignment of 60 km with 50,000 parcels is answered in well under a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from sqlalchemy.orm import Session

from api.context import Context
from api.land_views import AxisLand, FrontLand, Gap, GapParcel, LandTotals, LandView
from api.usecases.axis_land import (
    BOTH,
    LEFT,
    RIGHT,
    SIDES,
    Axis,
    Front,
    axes_of,
    fronts_of,
    required_of,
    stretches,
)
from api.usecases.calculation import resolve_day
from api.usecases.may import sees
from geo.access import access_project
from geo.land_cover import named
from geo.tables import Project
from projects.band import band
from projects.errors import NotFound
from projects.workable import Interval, Line, on_gaps, workable


def land_gaps(
    session: Session,
    ctx: Context,
    code: str,
    *,
    min_run_m: float,
    as_of: date | None = None,
    front: str | None = None,
) -> LandView:
    """The gaps and runs of a project, of one work front when it is named. Raises NotFound for either."""
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    axes = axes_of(session, ctx, project, day)
    fronts = fronts_of(session, project)
    if front is not None:
        fronts = [f for f in fronts if f.code == front]
        if not fronts:
            raise NotFound("front", front)
    whole = front is None
    answered = [
        _axis_land(session, ctx, project, axis, fronts, min_run_m=min_run_m, whole=whole)
        for axis in axes
        if whole or any(f.alignment_id == axis.id for f in fronts)
    ]
    return LandView(
        project=project.code,
        data_date=day,
        min_run_m=min_run_m,
        front=front,
        axes=tuple(answered),
        totals=_totals(answered),
        off_axis=tuple(f.code for f in fronts if f.stretch is None),
    )


def _axis_land(
    session: Session,
    ctx: Context,
    project: Project,
    axis: Axis,
    fronts: Sequence[Front],
    *,
    min_run_m: float,
    whole: bool,
) -> AxisLand:
    route = axis.route
    wanted_by, required = required_of(session, axis, fronts) if whole else ("fronts", stretches(axis, fronts))
    states = axis.states
    figures = {side: workable(states[side], required, min_run_m=min_run_m) for side in SIDES}
    end_to_end = workable(states[BOTH], [axis.whole], min_run_m=min_run_m)
    mine = [f for f in fronts if f.alignment_id == axis.id and f.stretch is not None]
    return AxisLand(
        code=axis.code,
        name_vi=axis.name_vi,
        name_en=axis.name_en,
        start_m=route.start_m,
        end_m=route.end_m,
        is_ring=route.is_ring,
        schematic=axis.schematic,
        accuracy_m=axis.accuracy_m,
        stations=route.stations,
        wanted_by=wanted_by,
        required=required,
        both=figures[BOTH],
        left=figures[LEFT],
        right=figures[RIGHT],
        gaps=_gaps(session, ctx, project, axis, figures[BOTH].gaps, mine),
        fronts=tuple(
            FrontLand(
                code=f.code,
                name_vi=f.name_vi,
                name_en=f.name_en,
                alignment=axis.code,
                from_m=f.stretch[0],
                to_m=f.stretch[1],
                figures=workable(states[BOTH], [f.stretch], min_run_m=min_run_m),
            )
            for f in mine
            if f.stretch is not None
        ),
        bands={side: band(states[side], required) for side in SIDES},
        beyond_m=round(end_to_end.blocked_m - figures[BOTH].blocked_m, 3) if whole else 0.0,
        parcels=0 if axis.land is None else _count(axis),
    )


def _count(axis: Axis) -> int:
    """How many parcels there are; one may have a row per part."""
    assert axis.land is not None
    rows = len(axis.land.parcel)
    return rows if len(axis.route.parts) == 1 else len(set(axis.land.parcel.tolist()))


def _gaps(
    session: Session,
    ctx: Context,
    project: Project,
    axis: Axis,
    stretches: Sequence[Interval],
    fronts: Sequence[Front],
) -> tuple[Gap, ...]:
    """The gaps with what makes them; their parcels in order of chainage."""
    if axis.land is None or not stretches:
        return ()
    land, line = axis.land, axis.route.line
    gap, rows = on_gaps(line, land.cover, stretches)
    ids = [bytes(value) for value in land.parcel[rows].tolist()]
    told = named(session, dict.fromkeys(ids))
    told = {key: name for key, name in told.items() if sees(ctx, ward=name.ward_code, project=project.code)}
    wards = land.ward[rows].tolist()
    ends = np.searchsorted(gap, np.arange(len(stretches) + 1))
    found = []
    for i, (from_m, to_m) in enumerate(stretches):
        here = slice(ends[i], ends[i + 1])
        parcels = list(dict.fromkeys(ids[here]))
        seen = [told[p] for p in parcels if p in told]
        found.append(
            Gap(
                from_m=from_m,
                to_m=to_m,
                parcels=len(parcels),
                cases=len(np.unique(land.case[rows[here]])),
                named=tuple(GapParcel(n.map_series, n.sheet, n.number, n.case) for n in seen),
                case_codes=tuple(dict.fromkeys(n.case for n in seen)),
                wards=tuple(dict.fromkeys(ward.decode() for ward in wards[here])),
                fronts=tuple(f.code for f in fronts if f.stretch and _meets(line, f.stretch, (from_m, to_m))),
                sides=tuple(sorted({s.decode() for s in land.side[rows[here]].tolist()})),
                since=date.fromordinal(int(land.since[rows[here]].min())),
            )
        )
    return tuple(found)


def _meets(line: Line, stretch: Interval, gap: Interval) -> bool:
    turn = line.end_m - line.start_m
    return any(
        stretch[0] + t < gap[1] and stretch[1] + t > gap[0]
        for t in ((-turn, 0, turn) if line.is_ring else (0,))
    )


def _totals(axes: Sequence[AxisLand]) -> LandTotals:
    longest = [(axis.code, *axis.both.longest) for axis in axes if axis.both.longest]
    return LandTotals(
        required_m=sum(axis.both.required_m for axis in axes),
        free_m=sum(axis.both.free_m for axis in axes),
        blocked_m=sum(axis.both.blocked_m for axis in axes),
        unknown_m=sum(axis.both.unknown_m for axis in axes),
        in_runs_m=sum(axis.both.in_runs_m for axis in axes),
        gaps=sum(len(axis.gaps) for axis in axes),
        longest=max(longest, key=lambda run: run[2] - run[1], default=None),
    )
