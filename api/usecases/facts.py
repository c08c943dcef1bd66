"""The sourced facts of projects from their rows: names, milestones, claims, parts. No calculation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.calculation import Calculation
from api.views import ClaimView, MilestoneView, ProjectFacts
from geo.tables import Claim, ClearanceCase, Milestone, Project, ProjectWard, Ward

LAND = "LAND"  # the milestone "all land handed over" of every template


def project_facts(row: Project) -> ProjectFacts:
    """The facts of one project row."""
    return ProjectFacts(
        code=row.code,
        name_vi=row.name_vi,
        name_en=row.name_en,
        short_vi=row.facts["short_vi"],
        short_en=row.facts["short_en"],
        summary_vi=row.facts["summary_vi"],
        summary_en=row.facts["summary_en"],
        kind=row.kind,
        group_vi=row.group_vi,
        group_en=row.group_en,
        parent_code=row.parent_code,
        investor=row.investor,
        investment=row.investment,
        length_m=row.length_m,
        area_ha=row.area_ha,
        started_on=row.started_on,
        planned_finish=row.planned_finish,
        planned_label_vi=row.planned_label_vi,
        planned_source=row.planned_source,
        bottlenecks=tuple((code, vi, en) for code, vi, en in row.facts.get("bottlenecks", ())),
        sources=tuple(row.facts.get("sources", ())),
    )


def milestones(session: Session, project: Project, calculation: Calculation) -> tuple[MilestoneView, ...]:
    """The milestones of a project with their forecast from the network, by planned date."""
    return milestones_of_all(session, {project: calculation})[project.id]


def milestones_of_all(
    session: Session, calculations: Mapping[Project, Calculation]
) -> dict[int, tuple[MilestoneView, ...]]:
    """The same of several projects, by their id."""
    by_id = {p.id: calculation for p, calculation in calculations.items()}
    found: dict[int, list[MilestoneView]] = {number: [] for number in by_id}
    for row in session.scalars(select(Milestone).where(Milestone.project_id.in_(by_id))):
        found[row.project_id].append(milestone_view(row, by_id[row.project_id]))
    return {
        number: tuple(sorted(views, key=lambda m: (m.planned_on or m.actual_on or date.max, m.code)))
        for number, views in found.items()
    }


def milestone_view(row: Milestone, calculation: Calculation) -> MilestoneView:
    """One milestone; the forecast comes from the node of the network that it is tied to."""
    forecast = None
    # What happened after the data date is not known yet on the page of that day.
    actual = row.actual_on if row.actual_on and row.actual_on <= calculation.data_date else None
    if actual is None and row.activity_code and calculation.delay is not None:
        node = calculation.delay.schedule.rows.get(row.activity_code)
        forecast = node.early_finish if node is not None else None
    return MilestoneView(
        code=row.code,
        name_vi=row.name_vi,
        name_en=row.name_en,
        planned_on=row.planned_on,
        planned_label_vi=row.planned_label_vi,
        actual_on=actual,
        forecast_on=forecast,
        days_left=(row.planned_on - calculation.data_date).days if row.planned_on else None,
        source=row.source,
    )


def next_milestone(views: tuple[MilestoneView, ...], data_date: date) -> MilestoneView | None:
    """The next open milestone with a date: the first still to come, else the one most recently missed."""
    open_ones = [m for m in views if m.actual_on is None and m.planned_on is not None]
    coming = [m for m in open_ones if m.planned_on and m.planned_on >= data_date]
    return coming[0] if coming else (open_ones[-1] if open_ones else None)


def claims(session: Session, project: Project) -> tuple[ClaimView, ...]:
    """The published figures of a project, newest first, with the percentage their own numbers give."""
    rows = session.execute(
        select(Claim, Ward.name)
        .outerjoin(Ward, Ward.code == Claim.ward_code)
        .where(Claim.project_id == project.id)
        .order_by(Claim.as_of.desc().nulls_last(), Claim.code)
    )
    return tuple(_claim(row, ward) for row, ward in rows)


def claims_by_project(session: Session) -> dict[str, tuple[ClaimView, ...]]:
    """The published figures of every project by project code, newest first."""
    rows = session.execute(
        select(Project.code, Claim, Ward.name)
        .join(Claim, Claim.project_id == Project.id)
        .outerjoin(Ward, Ward.code == Claim.ward_code)
        .order_by(Project.code, Claim.as_of.desc().nulls_last(), Claim.code)
    )
    found: dict[str, tuple[ClaimView, ...]] = {}
    for code, row, ward in rows:
        found[code] = (*found.get(code, ()), _claim(row, ward))
    return found


def ward_label(name: str, unit_type: str) -> str:
    """The short form used on screen: P. for phường, X. for xã."""
    return f"{'P.' if unit_type == 'phường' else 'X.'} {name}"


def all_ward_labels(session: Session) -> dict[str, str]:
    """Short ward names by code."""
    rows = session.execute(select(Ward.code, Ward.name, Ward.unit_type))
    return {code: ward_label(name, unit_type) for code, name, unit_type in rows}


def case_wards(session: Session) -> dict[str, str]:
    """The wards that have a case within the reader's reach, by name: code → short name."""
    held = select(ClearanceCase.ward_code).distinct()
    rows = session.execute(
        select(Ward.code, Ward.name, Ward.unit_type).where(Ward.code.in_(held)).order_by(Ward.name, Ward.code)
    )
    return {code: ward_label(name, unit_type) for code, name, unit_type in rows}


def project_labels(session: Session) -> dict[str, tuple[str, str]]:
    """Short project names in both languages by code, in the order of the portfolio."""
    rows = session.execute(select(Project.code, Project.facts).order_by(Project.sort, Project.code))
    return {code: (facts["short_vi"], facts["short_en"]) for code, facts in rows}


def project_wards(session: Session, project: Project) -> tuple[dict[str, Any], ...]:
    """The wards a project crosses, those a source states first."""
    rows = session.execute(
        select(Ward.code, Ward.name, Ward.unit_type, ProjectWard.basis)
        .join(ProjectWard, ProjectWard.ward_code == Ward.code)
        .where(ProjectWard.project_id == project.id)
        .order_by(ProjectWard.basis.desc(), Ward.code)
    )
    return tuple(
        {"code": code, "name": name, "unit_type": kind, "label": ward_label(name, kind), "basis": basis}
        for code, name, kind, basis in rows
    )


def _claim(row: Claim, ward: str | None) -> ClaimView:
    computed = None
    if row.numerator is not None and row.denominator:
        share = row.numerator / row.denominator * 100
        computed = share.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return ClaimView(
        code=row.code,
        subject_vi=row.subject_vi,
        subject_en=row.subject_en,
        ward_code=row.ward_code,
        ward_name=ward,
        value=row.value,
        numerator=row.numerator,
        denominator=row.denominator,
        unit=row.unit,
        quoted_percent=row.quoted_percent,
        computed_percent=computed,
        as_of=row.as_of,
        as_of_label=row.as_of_label,
        source=row.source,
        confidence=row.confidence,
        note_vi=row.note_vi,
    )
