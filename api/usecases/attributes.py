"""A list of attributes joined to the parcels of a project: what fits, what does not, and the change written at once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.previews import ward_places
from geo.access import access_project, portfolio_state
from geo.history import record, touch
from geo.importers.lists import join, read_list
from geo.importers.options import ReadingOptions
from geo.tables import Parcel
from projects.errors import InvalidInput

# What a list may say of a parcel that exists; steps and people have forms of their own.
FIELDS = ("land_use", "area_stated_m2")


@dataclass(frozen=True, slots=True)
class JoinReport:
    """Counts, and each list as texts: "dòng 7: tờ 5 thửa 12" for rows, "00097/5/12" for parcels.

    `changed` are matched parcels of which the list says something else than the database; `unused` are columns of the
    list that are not taken over.
    """

    rows: int
    parcels: int
    matched: int
    changed: int
    rows_without_parcel: tuple[str, ...]
    parcels_without_row: tuple[str, ...]
    ambiguous: tuple[str, ...]
    duplicates: tuple[str, ...]
    unused: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    def lists(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(title, entries) of each list."""
        return (
            ("Dòng không có thửa · rows without parcel", self.rows_without_parcel),
            ("Thửa không có dòng · parcels without row", self.parcels_without_row),
            ("Dòng khớp nhiều thửa · rows that fit several parcels", self.ambiguous),
            ("Thửa có nhiều dòng · parcels with several rows", self.duplicates),
            ("Cột không dùng · unused columns", self.unused),
        )


def join_list(
    session: Session, path: Path, *, project: str, options: ReadingOptions, apply: bool, actor: str
) -> JoinReport:
    """Joins a list to the parcels of a project; `apply` writes land use and stated area of what matched, one event.

    Raises InvalidInput with every fault of the list (nothing is then written), NotFound.
    """
    row = access_project(session, project)
    codes, _ = ward_places(session)
    listed = read_list(path, options=options, ward_codes=codes)
    if listed.faults:
        raise InvalidInput(listed.faults)
    parcels = list(
        session.scalars(
            select(Parcel)
            .where(Parcel.project_id == row.id)
            .order_by(Parcel.map_series, Parcel.sheet, Parcel.number)
        )
    )
    keys = [(p.map_series, p.sheet, p.number) for p in parcels]
    found = join(listed.rows["map_series"], listed.rows["sheet"], listed.rows["number"], keys)
    changes = [
        (parcels[j], said)
        for i, j in found.matched
        if (
            said := {
                f: value
                for f in FIELDS
                if (value := listed.rows[f][i]) is not None and value != getattr(parcels[j], f)
            }
        )
    ]
    if apply and changes:
        before = [[_key(p), {f: getattr(p, f) for f in said}] for p, said in changes]
        for parcel, said in changes:
            for field, value in said.items():
                setattr(parcel, field, value)
        session.flush()
        touch(session, row.id)
        record(
            session,
            kind="parcels.attributes",
            object_type="project",
            object_code=project,
            project_code=project,
            actor=actor,
            effective_on=portfolio_state(session).data_date,
            before={"parcels": before},
            after={
                "filename": listed.filename,
                "sha256": listed.sha256,
                "matched": len(found.matched),
                "parcels": [[_key(p), said] for p, said in changes],
            },
        )

    def at(i: int) -> str:
        return f"dòng {listed.lines[i]}: tờ {listed.rows['sheet'][i]} thửa {listed.rows['number'][i]}"

    return JoinReport(
        rows=len(listed.lines),
        parcels=len(parcels),
        matched=len(found.matched),
        changed=len(changes),
        rows_without_parcel=tuple(at(i) for i in found.rows_without_parcel),
        parcels_without_row=tuple(_key(parcels[i]) for i in found.parcels_without_row),
        ambiguous=tuple(at(i) for i in found.ambiguous),
        duplicates=tuple("; ".join(at(i) for i in group) for group in found.duplicates),
        unused=listed.unused,
    )


def _key(parcel: Parcel) -> str:
    return f"{parcel.map_series}/{parcel.sheet}/{parcel.number}"
