"""The axis of a project as the map draws it: its blocked stretches, and its band from end to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.axis_land import BOTH, Axis, axes_of, axes_of_all, fronts_of, required_of
from api.usecases.calculation import Calculation
from api.views import BandPiece, BlockedRun
from geo import scope
from geo.tables import Project
from projects.band import BLOCKED, band
from projects.workable import on_gaps, workable

NUMBERS = text(
    """
    select c.project_id, c.id
    from unnest(cast(:projects as smallint[]), cast(:codes as text[])) as asked(project, code)
    join clearance_case c on c.project_id = asked.project and c.code = asked.code
    """
)


def blocked_runs_of(
    session: Session, ctx: Context, project: Project, calculation: Calculation, labels: dict[str, str]
) -> tuple[BlockedRun, ...]:
    """The stretches of every alignment of a project that open cases still block, in order, whoever asks.

    What passes the seam of a ring is two: every one lies within its alignment.
    """
    day = calculation.data_date
    return blocked_runs_of_all(session, ctx, {project: calculation}, day, labels)[project.id]


def blocked_runs_of_all(
    session: Session,
    ctx: Context,
    calculations: Mapping[Project, Calculation],
    day: date,
    labels: dict[str, str],
) -> dict[int, tuple[BlockedRun, ...]]:
    """The same of several projects on the day of their calculations, by their id."""
    driving = _driving(session, calculations)
    axes = axes_of_all(session, ctx, tuple(calculations), day)
    return {
        p.id: tuple([run for axis in axes[p.id] for run in _blocked(axis, driving[p.id], labels)])
        for p in calculations
    }


def band_of(
    session: Session, ctx: Context, project: Project, calculation: Calculation, runs: Sequence[BlockedRun]
) -> tuple[BandPiece, ...]:
    """Every alignment from end to end in pieces: blocked, critical, free, unknown, or no land needed now."""
    fronts = fronts_of(session, project)
    found: list[BandPiece] = []
    for axis in axes_of(session, ctx, project, calculation.data_date):
        own = [run for run in runs if run.alignment_code == axis.code]
        required = required_of(session, axis, fronts)[1]
        for piece in band(axis.states[BOTH], required):
            # The run that holds the piece; none where the runs are those of a moment before.
            within = (run for run in own if run.from_m <= piece.from_m < run.to_m)
            run = next(within, None) if piece.status == BLOCKED else None
            status = "critical" if run is not None and run.critical else piece.status
            found.append(BandPiece(axis.code, piece.from_m, piece.to_m, status, run.parcels if run else None))
    return tuple(found)


def longest_free_of(
    session: Session, ctx: Context, project: Project, calculation: Calculation
) -> tuple[float, float] | None:
    """The longest continuous run over all alignments; on a ring its end may lie beyond the seam."""
    fronts = fronts_of(session, project)
    found = [
        workable(axis.states[BOTH], required_of(session, axis, fronts)[1], min_run_m=0.0).longest
        for axis in axes_of(session, ctx, project, calculation.data_date)
    ]
    return max((run for run in found if run), key=lambda run: run[1] - run[0], default=None)


def _blocked(axis: Axis, driving: Iterable[int], labels: dict[str, str]) -> list[BlockedRun]:
    land = axis.land
    if land is None:
        return []
    stretches = [(p.from_m, p.to_m) for p in band(axis.states[BOTH], ()) if p.status == BLOCKED]
    gap, rows = on_gaps(axis.route.line, land.cover, stretches)
    ends = np.searchsorted(gap, np.arange(len(stretches) + 1))
    critical = np.isin(land.case[rows], np.fromiter(driving, dtype=np.int64))
    found = []
    for i, (from_m, to_m) in enumerate(stretches):
        here = slice(ends[i], ends[i + 1])
        wards = dict.fromkeys(ward.decode() for ward in land.ward[rows[here]].tolist())
        found.append(
            BlockedRun(
                alignment_code=axis.code,
                from_m=from_m,
                to_m=to_m,
                parcels=len(np.unique(land.parcel[rows[here]])),
                wards=tuple(labels.get(ward, ward) for ward in wards),
                critical=bool(critical[here].any()),
            )
        )
    return found


def _driving(session: Session, calculations: Mapping[Project, Calculation]) -> dict[int, list[int]]:
    """The numbers of the cases that drive each project, whoever asks: they are compared, never told."""
    found: dict[int, list[int]] = {p.id: [] for p in calculations}
    critical = [(p.id, code) for p, c in calculations.items() if c.delay for code in c.delay.critical_cases]
    asked = {"projects": [number for number, _ in critical], "codes": [code for _, code in critical]}
    with scope.calculating(session):
        for project, number in session.execute(NUMBERS, asked):
            found[project].append(number)
    return found
