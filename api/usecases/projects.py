"""The portfolio overview and the view of one project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import Calculation, calculate, resolve_day, result_key
from api.usecases.counting import land_count, runs_without_land
from api.usecases.visible import driving_land, hidden_cases, seen_delay, seen_land
from api.views import BandPiece, BlockedRun, DrivingLand, Overview, ProjectSummary, ProjectView, SeenLand
from geo import scope
from geo.access import access_project
from geo.tables import Alignment, Component, Project, ResettlementSite, Section, Ward, WorkFront
from projects.band import Piece, band, longest_free
from projects.portfolio import LIGHTS, light, urgency

# The alignment that each case's land lies on (the first by code when it touches several).
CASE_AXES = text(
    """
    select c.code, min(a.code)
    from clearance_case c join parcel p on p.case_id = c.id join alignment a on a.id = p.alignment_id
    where c.project_id = :project group by c.code
    """
)

# With the counts for whoever sees everything: they are the same for all of them.
_Summed = tuple[ProjectSummary, tuple[BlockedRun, ...], DrivingLand, SeenLand]


def overview(session: Session, ctx: Context, *, as_of: date | None = None) -> Overview:
    """Every project with its slip, late first and most days first, those not assessable last."""
    day = resolve_day(session, as_of)
    labels = facts.all_ward_labels(session)
    rows = [
        _summary(session, ctx, project, calculate(session, ctx, project, day), labels)[0]
        for project in session.scalars(select(Project).order_by(Project.sort))
    ]
    rows.sort(key=lambda r: urgency(r.slip_days))
    return Overview(
        data_date=day,
        rows=tuple(rows),
        lights=dict.fromkeys(LIGHTS, 0) | Counter(r.light for r in rows),
        blocked_m=sum(r.blocked_m or 0.0 for r in rows),
        has_demo=any(r.land.demo_parcels for r in rows),
    )


def project_view(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> ProjectView:
    """Everything the pages of one project show. Raises NotFound and CyclicDependency."""
    day = resolve_day(session, as_of)
    return view_of(session, ctx, access_project(session, code), day)


def view_of(session: Session, ctx: Context, project: Project, day: date) -> ProjectView:
    """`project_view` of a project row that is at hand."""
    calculation = calculate(session, ctx, project, day)
    labels = facts.all_ward_labels(session)
    summary, runs, driving, everything = _summary(session, ctx, project, calculation, labels)
    hidden = hidden_cases(ctx, project.code, calculation)
    axes = project_axes(session, project)
    pieces = band_of(session, project, axes, runs) if summary.land.parcels else ()
    free = _longest_free(axes, pieces)
    alignment_codes = {a.id: a.code for a in axes}
    sections = session.scalars(
        select(Section)
        .where(Section.project_id == project.id)
        .order_by(Section.from_m.nulls_last(), Section.code)
    ).all()
    section_codes = {s.id: s.code for s in sections}
    fronts = session.scalars(
        select(WorkFront)
        .where(WorkFront.project_id == project.id)
        .order_by(WorkFront.from_m.nulls_last(), WorkFront.code)
    ).all()
    return ProjectView(
        data_date=day,
        summary=summary,
        delay=seen_delay(calculation.delay, hidden, labels) if calculation.delay else None,
        components=_parts(
            session, Component, project, "code name_vi name_en investor investment note_vi source"
        ),
        alignments=tuple(
            _pick(
                a,
                "code name_vi name_en start_m length_m published_length_m is_ring schematic accuracy_m source",
            )
            for a in axes
        ),
        sections=tuple(
            _pick(s, "code name_vi name_en component_code from_m to_m width_m status_vi source")
            | {"alignment_code": alignment_codes.get(s.alignment_id) if s.alignment_id else None}
            for s in sections
        ),
        fronts=tuple(
            _pick(f, "code name_vi name_en kind from_m to_m needs_land")
            | {"section_code": section_codes[f.section_id]}
            for f in fronts
        ),
        milestones=facts.milestones(session, project, calculation),
        claims=facts.claims(session, project),
        wards=facts.project_wards(session, project),
        resettlement=_resettlement(session, project),
        blocked=runs,
        band=pieces,
        longest_free_m=free[1] - free[0] if free else None,
        longest_free=free,
        driving=driving,
        seen=seen_land(calculation, hidden, runs) if hidden else everything,
    )


def blocked_runs_of(
    session: Session, project: Project, calculation: Calculation, labels: dict[str, str]
) -> tuple[BlockedRun, ...]:
    """The stretches of every alignment of a project that open cases still block, whoever asks."""
    with scope.calculating(session):
        on_axis: dict[str, str] = dict(session.execute(CASE_AXES, {"project": project.id}).all())
    return tuple(
        run
        for axis in project_axes(session, project)
        for run in runs_without_land(
            calculation,
            axis.code,
            start_m=axis.start_m,
            end_m=axis.start_m + (axis.published_length_m or axis.length_m),
            is_ring=axis.is_ring,
            parcel_axis=on_axis,
            ward_labels=labels,
        )
    )


def band_of(
    session: Session, project: Project, axes: Sequence[Alignment], runs: Sequence[BlockedRun]
) -> tuple[BandPiece, ...]:
    """Every alignment of a project from end to end in pieces: blocked, critical, free, or no land to clear."""
    fronts: dict[int, list[tuple[float, float]]] = {}
    rows = session.execute(
        select(Section.alignment_id, WorkFront.from_m, WorkFront.to_m)
        .join(Section, Section.id == WorkFront.section_id)
        .where(WorkFront.project_id == project.id, WorkFront.needs_land, WorkFront.from_m.is_not(None))
    )
    for alignment_id, from_m, to_m in rows:
        if alignment_id is not None and from_m is not None and to_m is not None:
            fronts.setdefault(alignment_id, []).append((from_m, to_m))
    found: list[BandPiece] = []
    for axis in axes:
        own = [run for run in runs if run.alignment_code == axis.code]
        end = axis.start_m + (axis.published_length_m or axis.length_m)
        blocked = [(run.from_m, run.to_m, run.critical) for run in own]
        found += [
            BandPiece(axis.code, p.from_m, p.to_m, p.status, None if p.run is None else own[p.run].parcels)
            for p in band((axis.start_m, end), blocked, fronts.get(axis.id, []))
        ]
    return tuple(found)


def _summary(
    session: Session, ctx: Context, project: Project, calculation: Calculation, labels: dict[str, str]
) -> _Summed:
    """What everybody may see of a project; names no case."""

    def make() -> _Summed:
        runs = blocked_runs_of(session, project, calculation, labels)
        axes = project_axes(session, project)
        land = land_count(calculation)
        delay = calculation.delay
        slip = delay.slip_days if delay else None
        return (
            ProjectSummary(
                facts=facts.project_facts(project),
                light=light(slip),
                slip_days=slip,
                forecast_finish=delay.forecast_finish if delay else None,
                blocked_m=sum(r.to_m - r.from_m for r in runs) if axes and land.parcels else None,
                axis_m=sum(a.published_length_m or a.length_m for a in axes) if axes else None,
                land=land,
                next_milestone=facts.next_milestone(
                    facts.milestones(session, project, calculation), calculation.data_date
                ),
                driving_cases=len(delay.critical_cases) if delay else 0,
            ),
            runs,
            driving_land(delay),
            seen_land(calculation, frozenset(), runs),
        )

    made: _Summed = ctx.cache.get(("summary", *result_key(ctx, project, calculation.data_date)), make)
    return made


def project_axes(session: Session, project: Project) -> Sequence[Alignment]:
    """The alignments of a project by code."""
    query = select(Alignment).where(Alignment.project_id == project.id).order_by(Alignment.code)
    return session.scalars(query).all()


def _longest_free(axes: Sequence[Alignment], pieces: Sequence[BandPiece]) -> tuple[float, float] | None:
    """The longest free stretch over all alignments; None without axis or land."""
    found = [
        free
        for axis in axes
        if (
            free := longest_free(
                [Piece(p.from_m, p.to_m, p.status) for p in pieces if p.alignment_code == axis.code],
                ring=axis.is_ring,
            )
        )
    ]
    return max(found, key=lambda f: f[1] - f[0], default=None)


def _parts(session: Session, table: type[Any], project: Project, names: str) -> tuple[dict[str, Any], ...]:
    rows = session.scalars(select(table).where(table.project_id == project.id).order_by(table.code))
    return tuple(_pick(row, names) for row in rows)


def _resettlement(session: Session, project: Project) -> tuple[dict[str, Any], ...]:
    rows = session.execute(
        select(ResettlementSite, Ward.name)
        .outerjoin(Ward, Ward.code == ResettlementSite.ward_code)
        .where(ResettlementSite.project_id == project.id)
        .order_by(ResettlementSite.code)
    )
    return tuple(
        _pick(row, "code name_vi ward_code plots area_ha note_vi source") | {"ward_name": ward}
        for row, ward in rows
    )


def _pick(row: object, names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()}
