"""Land from files: parcels of a project, ward boundaries, and the seeded demo land through the same door."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geoalchemy2.shape import from_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.access import access_project, portfolio_state
from geo.demo import write_demo_files
from geo.history import record, touch
from geo.importers.parcels import WardPlace, read_parcels
from geo.importers.wards import read_wards
from geo.importing import ImportResult, import_parcels
from geo.tables import ImportBatch, Project, Ward
from projects.catalog import Portfolio
from projects.errors import Fault


@dataclass(frozen=True, slots=True)
class WardImport:
    """How many of the portfolio's wards found their boundary in the file."""

    matched: int
    total: int


def import_parcel_file(
    session: Session,
    path: Path,
    *,
    project: str,
    crs: int | None = None,
    layer: str | None = None,
    is_demo: bool = False,
    actor: str,
) -> tuple[ImportResult, tuple[Fault, ...]]:
    """Reads a file in a limited child process and writes its parcels; all or nothing.

    Gives the result and the warnings that do not stop it. Raises NotFound, InvalidInput with every fault.
    """
    access_project(session, project)
    wards = session.scalars(select(Ward)).all()
    table = read_parcels(
        path,
        crs=crs,
        layer=layer,
        ward_codes=frozenset(w.code for w in wards),
        ward_places={w.code: WardPlace(w.centre_lon, w.centre_lat, float(w.area_km2)) for w in wards},
    )
    result = import_parcels(
        session,
        project,
        table,
        actor=actor,
        is_demo=is_demo,
        effective_on=portfolio_state(session).data_date,
    )
    return result, table.warnings


def import_ward_file(session: Session, path: Path, *, actor: str) -> WardImport:
    """Reads official boundaries and puts them on the wards; every ward must be in the file.

    Raises InvalidInput naming the wards that are missing and the rows that match none.
    """
    rows = {w.code: w for w in session.scalars(select(Ward))}
    boundaries = read_wards(path, {code: row.name for code, row in rows.items()})
    source = f"{path.name} (sha256 {hashlib.sha256(path.read_bytes()).hexdigest()[:12]})"
    for code, _, shape in boundaries:
        rows[code].boundary = from_shape(shape, srid=4326)
        rows[code].boundary_source = source
    record(
        session,
        kind="wards.import",
        object_type="wards",
        object_code="hanoi",
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        after={"filename": path.name, "matched": len(boundaries)},
    )
    for (project_id,) in session.execute(select(Project.id)).tuples():
        touch(session, project_id)
    return WardImport(matched=len(boundaries), total=len(rows))


def load_demo_land(
    session: Session, portfolio: Portfolio, folder: Path, *, actor: str, tell: Callable[[str, int], None]
) -> int:
    """Makes the seeded demo land as VN-2000 files in `folder` and imports each; gives the parcels written.

    Projects that have land already are left alone, so a second start changes nothing and real land is
    never mixed with invented land. `tell(code, parcels)` is called per project.
    """
    taken = set(
        session.scalars(select(Project.code).join(ImportBatch, ImportBatch.project_id == Project.id))
    )
    wanted = [p for p in portfolio.projects if p.demo is not None and p.code not in taken]
    if not wanted:
        return 0
    written = 0
    for project, path in write_demo_files(wanted, folder, seed=portfolio.demo_seed):
        result, _ = import_parcel_file(session, path, project=project, is_demo=True, actor=actor)
        written += result.parcels
        tell(project, result.parcels)
    return written
