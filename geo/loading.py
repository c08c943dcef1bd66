"""Writes the portfolio catalogue into the database: by code, idempotent, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from geoalchemy2.shape import from_shape, to_shape
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from geo.axis import axis_of, line_of, polygon_of, section_corridor
from geo.history import record, touch
from geo.placing import relocate_parcels
from geo.tables import (
    Activity,
    Alignment,
    Claim,
    ClearanceCase,
    Component,
    Corridor,
    Link,
    Milestone,
    PortfolioState,
    Project,
    ProjectNetwork,
    ProjectWard,
    ResettlementSite,
    Section,
    Ward,
    WorkFront,
)
from geo.takings import current_corridor, put_corridor, refresh_takings
from projects import catalog
from projects.errors import Fault, InvalidInput
from projects.model import Network

DERIVED = "Tim tuyến mở rộng theo bề rộng công bố (không có thì bề rộng minh hoạ); ranh khu vẽ theo sơ đồ"
ADVISORY_LOCK = 7_205_133  # own key; `geo.migrate` has …131, the event chain …132


@dataclass(frozen=True, slots=True)
class LoadResult:
    """How many projects the files hold and whether anything was written."""

    projects: int
    unchanged: bool


def load_portfolio(
    session: Session,
    portfolio: catalog.Portfolio,
    networks: Mapping[str, Network],
    *,
    files_sha256: str,
    actor: str,
) -> LoadResult:
    """Brings the database to what the files say; the same files again change nothing.

    `networks` are the schedule networks by project code. Rows are matched by code, so land that was
    imported stays on its project and fronts. The data date is set by the first load only: afterwards it
    is moved on purpose (`set_data_date`). A project that left the files goes with its invented land; with
    real land it is refused by InvalidInput. Flushes, never commits.
    """
    # Two servers that start at once load one after the other; the second waits as long as the first needs.
    session.execute(text("set local lock_timeout = 0"))
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    state = session.get(PortfolioState, 1)
    if state is not None and state.files_sha256 == files_sha256:
        return LoadResult(len(portfolio.projects), unchanged=True)
    if state is None:
        state = PortfolioState(
            id=1, data_date=portfolio.data_date, files_sha256=files_sha256, demo_seed=portfolio.demo_seed
        )
        session.add(state)
    state.files_sha256 = files_sha256
    _load_wards(session, portfolio.wards)
    groups = {g.code: g for g in portfolio.groups}
    for facts in portfolio.projects:
        row = _load_project(session, facts, groups[facts.group], portfolio.bottlenecks)
        _load_parts(session, row, facts)
        _load_axis(session, row, facts)
        _load_network(session, row, networks.get(facts.code))
        # Land that was imported before lies on the axis and the fronts as they are now.
        relocate_parcels(session, row.id)
        refresh_takings(session, row.id)
        touch(session, row.id)
    _drop_projects(session, keep={p.code for p in portfolio.projects})
    record(
        session,
        kind="portfolio.load",
        object_type="portfolio",
        object_code="data/portfolio",
        actor=actor,
        effective_on=portfolio.data_date,
        after={"files_sha256": files_sha256, "projects": len(portfolio.projects)},
    )
    return LoadResult(len(portfolio.projects), unchanged=False)


def _drop_projects(session: Session, *, keep: set[str]) -> None:
    left = Project.code.not_in(keep)
    real = select(Project.code).join(ClearanceCase, ClearanceCase.project_id == Project.id)
    held = sorted(set(session.scalars(real.where(left, ~ClearanceCase.is_demo))))
    if held:
        raise InvalidInput(
            [
                Fault(
                    f"portfolio/{code.lower()}.toml",
                    f"Dự án {code} không còn trong tệp danh mục nhưng đang có hồ sơ thật; không xoá gì cả.",
                    f"Project {code} left the portfolio files but has real cases; nothing is deleted.",
                )
                for code in held
            ]
        )
    session.execute(delete(Project).where(left))


def _load_wards(session: Session, wards: Iterable[catalog.WardFacts]) -> None:
    for facts in wards:
        row = session.get(Ward, facts.code) or Ward(code=facts.code)
        row.name = facts.name
        row.unit_type = facts.unit_type
        row.area_km2 = facts.area_km2
        row.centre_lat = facts.centre_lat
        row.centre_lon = facts.centre_lon
        session.add(row)
    session.flush()


def _load_project(
    session: Session,
    facts: catalog.Project,
    group: catalog.Group,
    bottlenecks: Iterable[catalog.Bottleneck],
) -> Project:
    row = session.scalar(select(Project).where(Project.code == facts.code)) or Project(code=facts.code)
    for name in (
        "name_vi", "name_en", "kind", "investor", "investment", "length_m", "area_ha", "started_on",
        "planned_finish", "planned_label_vi", "planned_source", "template", "sort", "source_file",
    ):  # fmt: skip
        setattr(row, name, getattr(facts, name))
    row.group_vi, row.group_en = group.name_vi, group.name_en
    row.parent_code = facts.parent
    row.bottlenecks = list(facts.bottlenecks)
    row.facts = {
        "short_vi": facts.short_vi,
        "short_en": facts.short_en,
        "summary_vi": facts.summary_vi,
        "summary_en": facts.summary_en,
        "sources": list(facts.sources),
        "notes_vi": list(facts.notes_vi),
        "bottlenecks": [(b.code, b.name_vi, b.name_en) for b in bottlenecks if b.code in facts.bottlenecks],
    }
    session.add(row)
    session.flush()
    return row


def _load_parts(session: Session, row: Project, facts: catalog.Project) -> None:
    """Components, milestones, claims, wards and resettlement sites: nothing hangs on them, so replaced."""
    for table in (Component, Milestone, Claim, ProjectWard, ResettlementSite):
        session.execute(delete(table).where(table.project_id == row.id))
    for component in facts.components:
        session.add(Component(project_id=row.id, **_fields(component, Component)))
    for milestone in facts.milestones:
        session.add(
            Milestone(project_id=row.id, activity_code=milestone.activity, **_fields(milestone, Milestone))
        )
    for claim in facts.claims:
        session.add(Claim(project_id=row.id, ward_code=claim.ward, **_fields(claim, Claim)))
    for ward in facts.wards:
        session.add(ProjectWard(project_id=row.id, ward_code=ward.code, basis=ward.basis))
    for site in facts.resettlement:
        session.add(
            ResettlementSite(project_id=row.id, ward_code=site.ward, **_fields(site, ResettlementSite))
        )
    session.flush()


def _load_axis(session: Session, row: Project, facts: catalog.Project) -> None:
    """Alignments, sections, fronts and the corridor; matched by code because parcels hang on them."""
    surveyed = set(
        session.scalars(select(Alignment.code).where(Alignment.project_id == row.id, ~Alignment.schematic))
    )
    for alignment in facts.alignments:
        if alignment.schematic and alignment.code in surveyed:
            continue  # a line that was loaded from a file is not drawn over with our sketch of it
        values = _fields(alignment, Alignment) | {
            "geom": from_shape(line_of(alignment.points), srid=4326),
            "length_m": float(axis_of(alignment).line.length),
            "equations": [list(pair) for pair in alignment.equations],
        }
        _upsert(session, Alignment, row.id, alignment.code, values)
    _drop_others(session, Alignment, row.id, {a.code for a in facts.alignments})
    alignments = _ids(session, Alignment, row.id)
    for section in facts.sections:
        values = _fields(section, Section) | {
            "component_code": section.component,
            "alignment_id": alignments.get(section.alignment) if section.alignment else None,
            "area": _polygon(section.area),
        }
        _upsert(session, Section, row.id, section.code, values)
    _drop_others(session, Section, row.id, {s.code for s in facts.sections})
    sections = _ids(session, Section, row.id)
    for front in facts.fronts:
        values = _fields(front, WorkFront) | {
            "section_id": sections[front.section],
            "area": _polygon(front.area),
        }
        _upsert(session, WorkFront, row.id, front.code, values)
    _drop_others(session, WorkFront, row.id, {f.code for f in facts.fronts})
    session.flush()
    _derive_corridor(session, row, facts)


def _derive_corridor(session: Session, row: Project, facts: catalog.Project) -> None:
    """The corridor widened from the alignments, unless a surveyed one was loaded: that one stands."""
    shape = section_corridor(facts)
    current = current_corridor(session, row.id)
    if current is not None and not current.derived:
        return
    if shape is None:
        session.execute(delete(Corridor).where(Corridor.project_id == row.id))
    elif current is None:
        put_corridor(session, row.id, shape, derived=True, source=DERIVED)
    elif not to_shape(current.geom).equals_exact(shape, 1e-9):
        current.geom = from_shape(shape, srid=4326)
    session.flush()


def _load_network(session: Session, row: Project, network: Network | None) -> None:
    """Activities and links of the network; nothing hangs on them, so replaced. None leaves the project without.

    A network that people of the project edited or imported is theirs: it stays as it is.
    """
    if session.get(ProjectNetwork, row.id) is not None:
        return
    session.execute(delete(Activity).where(Activity.project_id == row.id))
    if network is None:
        return
    fronts = _ids(session, WorkFront, row.id)
    rows: dict[str, Activity] = {}
    for activity in network.activities:
        rows[activity.code] = Activity(
            project_id=row.id,
            front_id=fronts[activity.front] if activity.front else None,
            kind=activity.kind.value,
            **{
                name: getattr(activity, name)
                for name in (
                    "code", "name_vi", "name_en", "duration", "calendar",
                    "not_before", "actual_start", "actual_finish", "remaining",
                )
            },
        )  # fmt: skip
    session.add_all(rows.values())
    session.flush()
    session.add_all(
        Link(
            project_id=row.id,
            pred_id=rows[link.pred].id,
            succ_id=rows[link.succ].id,
            type=link.type.value,
            lag=link.lag,
        )
        for link in network.links
    )
    session.flush()


def _fields(facts: Any, table: type[Any]) -> dict[str, Any]:
    """The values of a catalogue record whose names are columns of the table too."""
    columns = set(table.__table__.columns.keys())
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__ if name in columns}


def _upsert(session: Session, table: type[Any], project_id: int, code: str, values: dict[str, Any]) -> None:
    found = select(table).where(table.project_id == project_id, table.code == code)
    row = session.scalar(found) or table(project_id=project_id, code=code)
    for name, value in values.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def _drop_others(session: Session, table: type[Any], project_id: int, keep: set[str]) -> None:
    session.execute(delete(table).where(table.project_id == project_id, table.code.not_in(keep)))


def _ids(session: Session, table: type[Any], project_id: int) -> dict[str, int]:
    rows = session.execute(select(table.code, table.id).where(table.project_id == project_id))
    return dict(rows.all())


def _polygon(points: tuple[catalog.LatLon, ...] | None) -> Any:
    return None if points is None else from_shape(polygon_of(points), srid=4326)
