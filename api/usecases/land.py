"""Land from files: parcels of a project, ward boundaries, and the seeded demo land through the same door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from geoalchemy2.shape import from_shape
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from geo.access import access_project, portfolio_state
from geo.demo import write_demo_files
from geo.history import record, touch
from geo.importers.options import AS_GUESSED, ReadingOptions
from geo.importers.parcels import ParcelTable, WardPlace, read_parcels
from geo.importers.wards import read_wards
from geo.importing import ImportResult, import_parcels
from geo.tables import (
    CaseFact,
    ClearanceCase,
    Event,
    Holder,
    ImportBatch,
    Person,
    Project,
    Relocation,
    ResettlementPlot,
    Ward,
)
from projects import catalog
from projects.catalog import Portfolio
from projects.errors import Fault, InvalidInput


@dataclass(frozen=True, slots=True)
class WardImport:
    """How many of the portfolio's wards found their boundary in the file, joined by `by` (code or name).

    `unmatched` are features of the file that are none of them.
    """

    matched: int
    total: int
    by: str
    unmatched: tuple[str, ...]


def import_parcel_file(
    session: Session,
    path: Path,
    *,
    project: str,
    options: ReadingOptions = AS_GUESSED,
    is_demo: bool = False,
    actor: str,
) -> tuple[ImportResult, tuple[Fault, ...]]:
    """Reads a file in a limited child process and writes its parcels; all or nothing.

    Real land takes the place of a project's demo land, because the two never mix; demo land is refused where
    there is real land. Gives the result and the warnings that do not stop it. Raises NotFound, InvalidInput
    with every fault.
    """
    row = access_project(session, project)
    wards = session.scalars(select(Ward)).all()
    table = read_parcels(
        path,
        options=options,
        ward_codes=frozenset(w.code for w in wards),
        ward_places={w.code: WardPlace(w.centre_lon, w.centre_lat, float(w.area_km2)) for w in wards},
    )
    removed = 0
    if is_demo:
        _refuse_beside_real_land(session, row, path)
    else:
        removed = _remove_demo_land(session, row)
    _refuse_spent_codes(session, table)
    result = import_parcels(
        session,
        project,
        table,
        actor=actor,
        is_demo=is_demo,
        effective_on=portfolio_state(session).data_date,
    )
    if removed:
        record(
            session,
            kind="parcels.demo_removed",
            object_type="project",
            object_code=project,
            project_code=project,
            actor=actor,
            effective_on=portfolio_state(session).data_date,
            before={"cases": removed},
            reason=table.filename,
        )
    # Without fresh statistics the first pages after a large import would run on plans made for empty tables.
    session.execute(text("analyze clearance_case, parcel, parcel_front, event"))
    return result, table.warnings


def _refuse_beside_real_land(session: Session, project: Project, path: Path) -> None:
    real = select(ImportBatch.filename).where(ImportBatch.project_id == project.id, ~ImportBatch.is_demo)
    if (earlier := session.scalar(real.limit(1))) is not None:
        raise InvalidInput(
            [
                Fault(
                    path.name,
                    f"Dự án {project.code} đã có thửa thật (tệp “{earlier}”): không thêm dữ liệu minh hoạ.",
                    f"Project {project.code} has real parcels (file “{earlier}”): no demo land beside them.",
                )
            ]
        )


def _remove_demo_land(session: Session, project: Project) -> int:
    """Removes the demo land of a project and gives the number of its cases; their history stays."""
    invented = select(ClearanceCase.id).where(ClearanceCase.project_id == project.id, ClearanceCase.is_demo)
    cases = session.scalars(invented).all()
    if cases:
        session.execute(delete(ImportBatch).where(ImportBatch.project_id == project.id, ImportBatch.is_demo))
        session.execute(delete(ClearanceCase).where(ClearanceCase.id.in_(cases)))
        for table in (Person, Relocation, ResettlementPlot):  # invented with them
            session.execute(delete(table).where(table.project_id == project.id, table.is_demo))
    return len(cases)


def _refuse_spent_codes(session: Session, table: ParcelTable) -> None:
    """A code of a case that is gone keeps its history, so it cannot name another case."""
    wanted = {code for code in table.frame["case"] if isinstance(code, str)}
    there = select(ClearanceCase.id).where(ClearanceCase.code == Event.object_code).exists()
    spent = set(
        session.scalars(
            select(Event.object_code)
            .distinct()
            .where(Event.object_type == "case", Event.object_code.in_(wanted), ~there)
        )
    )
    faults = [
        Fault(
            f"#{number}",
            f"Mã hồ sơ {code} đã dùng cho một hồ sơ không còn nữa (như dữ liệu minh hoạ): hãy đặt mã khác.",
            f"Case code {code} was used for a case that is gone (such as demo land): choose another.",
        )
        for number, code in zip(table.frame["row"], table.frame["case"], strict=True)
        if code in spent
    ]
    if faults:
        raise InvalidInput(faults)


def import_ward_file(session: Session, path: Path, *, source: str | None = None, actor: str) -> WardImport:
    """Reads official boundaries and puts them on the wards; every ward must be in the file.

    `source` is what the map says of their origin, the file's name when it is silent. Raises InvalidInput
    naming the wards that are missing.
    """
    rows = {w.code: w for w in session.scalars(select(Ward))}
    table = read_wards(path, known={code: row.name for code, row in rows.items()})
    if table.missing:
        raise InvalidInput(
            [
                Fault(
                    path.name, f"Thiếu {rows[code].name} ({code}).", f"{rows[code].name} ({code}) is missing."
                )
                for code in table.missing
            ]
        )
    for found in table.rows:
        rows[found.code].boundary = from_shape(found.boundary, srid=4326)
        rows[found.code].boundary_source = f"{source or table.filename} (sha256 {table.sha256[:12]})"
    for (project_id,) in session.execute(select(Project.id)):
        touch(session, project_id)
    record(
        session,
        kind="wards.import",
        object_type="wards",
        object_code="hanoi",
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        after={"filename": table.filename, "sha256": table.sha256, "matched": len(table.rows)},
    )
    return WardImport(
        matched=len(table.rows), total=len(rows), by=table.matched_by, unmatched=table.unmatched
    )


def projects_without_land(session: Session, portfolio: Portfolio) -> list[catalog.Project]:
    """The projects that have a demo block and no land yet.

    A project with any land is left alone: real land is never mixed with invented land.
    """
    taken = set(session.scalars(select(Project.code).join(ImportBatch, ImportBatch.project_id == Project.id)))
    return [p for p in portfolio.projects if p.demo is not None and p.code not in taken]


def projects_without_holders(session: Session) -> list[Project]:
    """The projects with demo cases that have no invented holder yet."""
    holds = select(Holder.case_id).where(Holder.case_id == ClearanceCase.id).exists()
    bare = select(ClearanceCase.project_id).where(ClearanceCase.is_demo, ~holds)
    return list(session.scalars(select(Project).where(Project.id.in_(bare)).order_by(Project.sort)))


def projects_without_past(session: Session) -> list[Project]:
    """The projects with demo cases that have no invented past yet."""
    told = select(CaseFact.case_id).where(CaseFact.case_id == ClearanceCase.id).exists()
    bare = select(ClearanceCase.project_id).where(
        ClearanceCase.is_demo, ClearanceCase.step.not_in(("S00",)), ~told
    )
    return list(session.scalars(select(Project).where(Project.id.in_(bare)).order_by(Project.sort)))


def projects_without_records(session: Session) -> list[Project]:
    """The projects with demo cases for which no records of cases were invented yet."""
    made = select(Person.id).where(Person.project_id == Project.id, Person.is_demo).exists()
    demo = select(ClearanceCase.project_id).where(ClearanceCase.is_demo)
    return list(session.scalars(select(Project).where(Project.id.in_(demo), ~made).order_by(Project.sort)))


def load_demo_land(
    session: Session, portfolio: Portfolio, project: catalog.Project, folder: Path, *, actor: str
) -> int:
    """Makes the seeded demo land of one project as a VN-2000 file in `folder` and imports it; gives the parcels."""
    written = 0
    for path in write_demo_files(replace(portfolio, projects=(project,)), folder, seed=portfolio.demo_seed):
        result, _ = import_parcel_file(session, path, project=project.code, is_demo=True, actor=actor)
        written += result.parcels
    return written
