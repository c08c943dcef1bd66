"""Where the land of a project lies: centre lines from files, and measuring anew; each with its event."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from geo.access import access_project, portfolio_state
from geo.history import record, touch
from geo.importers.alignments import read_alignment_file
from geo.placing import relocate_parcels
from geo.surveyed import AlignmentImport, put_alignment
from projects.errors import Fault
from projects.stationing import Equation


def locate_land(session: Session, code: str, *, actor: str) -> int:
    """Chainage, side and fronts of every parcel of a project; gives their number. Raises NotFound."""
    project = access_project(session, code)
    count = relocate_parcels(session, project.id)
    touch(session, project.id)
    record(
        session,
        kind="parcels.locate",
        object_type="project",
        object_code=project.code,
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        project_code=project.code,
        after={"parcels": count},
    )
    return count


def import_alignment_file(
    session: Session,
    path: Path,
    *,
    project: str,
    code: str,
    actor: str,
    of: str | None = None,
    parts: Sequence[str] = (),
    crs: int | None = None,
    layer: str | None = None,
    accuracy_m: float | None = None,
    start_m: float | None = None,
    length_m: float | None = None,
    equations: Sequence[Equation] | None = None,
) -> tuple[AlignmentImport, tuple[Fault, ...]]:
    """Reads a centre line in the sandbox and puts it in place; with it the warnings. Raises NotFound, InvalidInput."""
    access_project(session, project)
    file = read_alignment_file(path, of=of, parts=parts, crs=crs, layer=layer)
    result = put_alignment(
        session,
        project,
        code,
        file,
        actor=actor,
        effective_on=portfolio_state(session).data_date,
        accuracy_m=accuracy_m,
        start_m=start_m,
        length_m=length_m,
        equations=equations,
    )
    return result, file.warnings
