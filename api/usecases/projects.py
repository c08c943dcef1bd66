"""The portfolio overview and the view of one project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.blocked import band_of, blocked_runs_of_all, longest_free_of
from api.usecases.calculation import Calculation, calculate, calculate_all, resolve_day
from api.usecases.counting import land_count
from api.usecases.visible import Hidden, driving_land, hidden_cases, seen_delay, seen_land
from api.views import (
    BlockedRun,
    DrivingLand,
    MilestoneView,
    Overview,
    ProjectGlance,
    ProjectSummary,
    ProjectView,
    SeenLand,
)
from geo.access import access_project
from geo.tables import Alignment, Component, Project, ResettlementSite, Section, Ward, WorkFront
from projects.portfolio import LIGHTS, light, urgency

_Summed = tuple[ProjectSummary, tuple[BlockedRun, ...], DrivingLand]


def overview(session: Session, ctx: Context, *, as_of: date | None = None) -> Overview:
    """Every project with its slip, late first and most days first, those not assessable last."""
    day = resolve_day(session, as_of)
    labels = facts.all_ward_labels(session)
    projects = session.scalars(select(Project).order_by(Project.sort)).all()
    calculations = dict(zip(projects, calculate_all(session, ctx, projects, day), strict=True))
    summaries = _summaries(session, ctx, calculations, day, labels)
    rows = [summaries[p.id][0] for p in projects]
    rows.sort(key=lambda r: urgency(r.slip_days))
    return Overview(
        data_date=day,
        rows=tuple(rows),
        lights=dict.fromkeys(LIGHTS, 0) | Counter(r.light for r in rows),
        blocked_m=sum(r.blocked_m or 0.0 for r in rows),
        has_demo=any(r.land.demo_parcels for r in rows),
    )


def summary_of(session: Session, ctx: Context, project: Project, day: date) -> ProjectSummary:
    """One row of the overview."""
    calculations = {project: calculate(session, ctx, project, day)}
    return _summaries(session, ctx, calculations, day, facts.all_ward_labels(session))[project.id][0]


def project_view(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> ProjectView:
    """Everything the pages of one project show. Raises NotFound and CyclicDependency."""
    day = resolve_day(session, as_of)
    return view_of(session, ctx, access_project(session, code), day)


def view_of(session: Session, ctx: Context, project: Project, day: date) -> ProjectView:
    """`project_view` of a project row that is at hand."""
    calculation = calculate(session, ctx, project, day)
    labels = facts.all_ward_labels(session)
    summary, runs, driving = _summaries(session, ctx, {project: calculation}, day, labels)[project.id]
    hidden = hidden_cases(ctx, project.code, calculation)
    seen = _seen(ctx, calculation, hidden, runs)
    axes = project_axes(session, project)
    pieces = band_of(session, ctx, project, calculation, runs) if summary.land.parcels else ()
    free = longest_free_of(session, ctx, project, calculation) if summary.land.parcels else None
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
                "code name_vi name_en start_m length_m published_length_m is_ring schematic accuracy_m source "
                "equations",
            )
            for a in axes
        ),
        sections=tuple(
            _pick(s, "code name_vi name_en component_code from_m to_m width_m status_vi source")
            | {"alignment_code": alignment_codes.get(s.alignment_id) if s.alignment_id else None}
            for s in sections
        ),
        fronts=tuple(
            _pick(f, "code name_vi name_en kind from_m to_m needs_land run_m")
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
        driving_seen=seen.land.driving,
        seen=seen,
    )


def glances(
    session: Session, ctx: Context, projects: Sequence[Project], day: date
) -> tuple[ProjectGlance, ...]:
    """Of each project what a report of many says: what is kept of a calculation, and nothing asked besides."""
    labels = facts.all_ward_labels(session)
    calculations = dict(zip(projects, calculate_all(session, ctx, projects, day), strict=True))
    summaries = _summaries(session, ctx, calculations, day, labels)
    found = []
    for project, calculation in calculations.items():
        summary, _, driving = summaries[project.id]
        hidden = hidden_cases(ctx, project.code, calculation)
        delay = calculation.delay
        found.append(
            ProjectGlance(
                data_date=day,
                summary=summary,
                delay=seen_delay(delay, hidden, labels) if delay else None,
                driving=driving,
                driving_seen=len(delay.critical_cases - hidden) if delay else 0,
            )
        )
    return tuple(found)


def _summaries(
    session: Session,
    ctx: Context,
    calculations: Mapping[Project, Calculation],
    day: date,
    labels: dict[str, str],
) -> dict[int, _Summed]:
    """What everybody may see of each project, by its id; names no case. What is not kept is read in few statements."""
    keys = {p.id: ("summary", *calculation.key) for p, calculation in calculations.items()}
    found: dict[int, _Summed] = {
        number: kept for number, key in keys.items() if (kept := ctx.cache.peek(key)) is not None
    }
    fresh = {p: calculation for p, calculation in calculations.items() if p.id not in found}
    if fresh:
        runs = blocked_runs_of_all(session, ctx, fresh, day, labels)
        lengths = _lengths(session, fresh)
        milestones = facts.milestones_of_all(session, fresh)
        for p, calculation in fresh.items():
            made = found[p.id] = _summary(p, calculation, runs[p.id], lengths[p.id], milestones[p.id])
            ctx.cache.keep(keys[p.id], made)
    return found


def _summary(
    project: Project,
    calculation: Calculation,
    runs: tuple[BlockedRun, ...],
    lengths: Sequence[float],
    milestones: tuple[MilestoneView, ...],
) -> _Summed:
    land = land_count(calculation)
    delay = calculation.delay
    slip = delay.slip_days if delay else None
    summary = ProjectSummary(
        facts=facts.project_facts(project),
        light=light(slip),
        slip_days=slip,
        forecast_finish=delay.forecast_finish if delay else None,
        blocked_m=sum(r.to_m - r.from_m for r in runs) if lengths and land.parcels else None,
        axis_m=sum(lengths) if lengths else None,
        land=land,
        next_milestone=facts.next_milestone(milestones, calculation.data_date),
        driving_cases=len(delay.critical_cases) if delay else 0,
        options=delay.options if delay else None,
    )
    return summary, runs, driving_land(delay)


def _lengths(session: Session, projects: Iterable[Project]) -> dict[int, list[float]]:
    """How long the alignments of each project are, published or measured, in the order of their codes."""
    found: dict[int, list[float]] = {p.id: [] for p in projects}
    lengths = select(Alignment.project_id, Alignment.published_length_m, Alignment.length_m)
    for number, published, measured in session.execute(
        lengths.where(Alignment.project_id.in_(found)).order_by(Alignment.code)
    ):
        found[number].append(published or measured)
    return found


def _seen(ctx: Context, calculation: Calculation, hidden: Hidden, runs: Sequence[BlockedRun]) -> SeenLand:
    """The counts for whoever sees everything are the same for all of them."""
    if hidden:
        return seen_land(calculation, hidden, runs)
    made: SeenLand = ctx.cache.get(("seen", *calculation.key), lambda: seen_land(calculation, hidden, runs))
    return made


def project_axes(session: Session, project: Project) -> Sequence[Alignment]:
    """The alignments of a project by code."""
    query = select(Alignment).where(Alignment.project_id == project.id).order_by(Alignment.code)
    return session.scalars(query).all()


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
