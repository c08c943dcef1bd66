"""Loading a surveyed corridor: read like any file from outside, compared with the one before, then made current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import to_shape
from shapely import MultiPolygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.access import access_project, portfolio_state
from geo.crs import to_measure
from geo.history import record, touch
from geo.importers.corridors import CorridorFile, read_corridor
from geo.importers.faults import FaultList
from geo.importers.options import AS_GUESSED, ReadingOptions
from geo.placing import FAR_M, Ground, load_ground
from geo.scope import calculating
from geo.tables import Corridor, Project
from geo.takings import (
    Change,
    compare,
    current_corridor,
    in_metres,
    load_land,
    put_corridor,
    refresh_takings,
    unmeasured,
)
from projects.errors import Fault

MOST_WIDTH_M = 2_000.0  # mean width along the axis; the widest ring road of Hanoi takes 120 m
MOST_TIMES_AREA = 10.0  # of the areas that a project is known to have


@dataclass(frozen=True, slots=True)
class CorridorLoad:
    """What loading a corridor does, or would do. Areas in m² of EPSG:5897.

    `version` is None when nothing was written: a dry run, or `unchanged` (the current corridor is this very one).
    `before_m2` and `after_m2` are what is taken of the project's parcels; `area_before_m2` is None without a corridor.
    """

    project: str
    version: int | None
    unchanged: bool
    added: int
    dropped: int
    changed: int
    before_m2: float
    after_m2: float
    area_before_m2: float | None
    area_after_m2: float
    warnings: tuple[Fault, ...]


def load_corridor_file(
    session: Session,
    path: Path,
    *,
    project: str,
    actor: str,
    options: ReadingOptions = AS_GUESSED,
    dry_run: bool = False,
    filename: str | None = None,
) -> CorridorLoad:
    """Reads a clearance boundary in the sandbox, compares it with the current one and makes it current.

    In the caller's transaction; never commits. A `dry_run` and the corridor that is current already write nothing.
    Raises NotFound, and InvalidInput with every fault: of the file, far from the project, absurdly large.
    """
    row = access_project(session, project)
    file = read_corridor(path, options=options, filename=filename)
    # Two loads into one project wait for each other.
    session.execute(select(Project.id).where(Project.id == row.id).with_for_update())
    warnings = FaultList(file.filename)
    shape = to_measure(np.array([file.shape], dtype=object))[0]
    with calculating(session):
        _check_place(row, shape, load_ground(session, row.id), file, warnings)
        before = current_corridor(session, row.id)
        changes = _changes(session, row.id, before, shape)
        unchanged = before is not None and _same(before, file)
        version = None
        if not dry_run and not unchanged:
            version = _write(session, row, file, before, changes, actor)
    return CorridorLoad(
        project=row.code,
        version=version,
        unchanged=unchanged,
        **_counts(changes),
        area_before_m2=None if before is None else float(in_metres(before).area),
        area_after_m2=file.area_m2,
        warnings=(*file.warnings, *warnings.listed()),
    )


def _write(
    session: Session, project: Project, file: CorridorFile, before: Corridor | None, changes: Sequence[Change],
    actor: str,
) -> int:  # fmt: skip
    row = put_corridor(
        session, project.id, file.shape, derived=False, source=f"{file.filename} (sha256 {file.sha256[:12]})",
        filename=file.filename, sha256=file.sha256,
    )  # fmt: skip
    parcels = refresh_takings(session, project.id)
    touch(session, project.id)
    record(
        session,
        kind="corridor.load",
        object_type="project",
        object_code=project.code,
        project_code=project.code,
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        before=None if before is None else {"version": before.version, "sha256": before.sha256},
        after={
            "filename": file.filename,
            "sha256": file.sha256,
            "source_crs": f"EPSG:{file.source_srid}",
            "version": row.version,
            "area_m2": round(file.area_m2, 2),
            "parcels": parcels,
            **{name: round(value, 2) for name, value in _counts(changes).items()},
        },
    )
    return row.version


def _changes(
    session: Session, project_id: int, before: Corridor | None, shape: MultiPolygon
) -> Sequence[Change]:
    land = load_land(session, project_id)
    if not land.ids:
        return ()
    return compare(land, MultiPolygon() if before is None else in_metres(before), shape)


def _counts(changes: Sequence[Change]) -> dict[str, Any]:
    return {
        "added": sum(c.before_m2 == 0 for c in changes),
        "dropped": sum(c.after_m2 == 0 for c in changes),
        "changed": sum(c.before_m2 > 0 and c.after_m2 > 0 for c in changes),
        "before_m2": sum(c.before_m2 for c in changes),
        "after_m2": sum(c.after_m2 for c in changes),
    }


def _same(before: Corridor, file: CorridorFile) -> bool:
    """The same bytes, read the same way: another layer of them is another corridor."""
    if before.sha256 != file.sha256:
        return False
    there: Any = to_shape(before.geom)
    return bool(shapely.equals_exact(shapely.normalize(there), shapely.normalize(file.shape), 1e-10))


def _check_place(
    project: Project, shape: MultiPolygon, ground: Ground, file: CorridorFile, warnings: FaultList
) -> None:
    """Raises InvalidInput for a corridor that cannot be this project's; a part of it that lies apart is noted."""
    lines = np.array([piece.axis.line for piece in ground.pieces], dtype=object)
    own = np.concatenate([lines, ground.areas])
    if not len(own):
        return
    faults = FaultList(file.filename)
    away = [float(shapely.distance(part, own).min()) for part in shapely.get_parts(shape)]
    if min(away) > FAR_M:
        faults.file(
            "place",
            f"Phạm vi cách tim tuyến, ranh khu của dự án {project.code} {min(away):.0f} m (quá {FAR_M:.0f} m).",
            f"The corridor lies {min(away):.0f} m from the routes and areas of {project.code} (over {FAR_M:.0f} m).",
        )
    elif far := [d for d in away if d > FAR_M]:
        warnings.file(
            "place",
            f"{len(far)} trên {len(away)} phần của phạm vi cách tim tuyến, ranh khu quá {FAR_M:.0f} m.",
            f"{len(far)} of {len(away)} parts of the corridor lie over {FAR_M:.0f} m from routes and areas.",
        )
    most = MOST_WIDTH_M * float(shapely.length(lines).sum()) + MOST_TIMES_AREA * float(
        shapely.area(ground.areas).sum()
    )
    if file.area_m2 > most:
        faults.file(
            "area",
            f"Phạm vi rộng {file.area_m2 / 1e6:.2f} km², quá lớn cho dự án {project.code}"
            f" (nhiều nhất {most / 1e6:.2f} km² theo tim tuyến và ranh khu).",
            f"The corridor covers {file.area_m2 / 1e6:.2f} km², too much for {project.code}"
            f" (at most {most / 1e6:.2f} km² by its routes and areas).",
        )
    faults.raise_if_any()


def measure_missing_takings(session: Session, *, actor: str) -> int:
    """Measures the takings of projects of which there are none yet; gives the number of parcels."""
    measured = 0
    for project_id in unmeasured(session):
        project = session.get_one(Project, project_id)
        parcels = refresh_takings(session, project_id)
        touch(session, project_id)
        record(
            session,
            kind="takings.measured",
            object_type="project",
            object_code=project.code,
            project_code=project.code,
            actor=actor,
            effective_on=portfolio_state(session).data_date,
            after={"parcels": parcels},
        )
        measured += parcels
    return measured
