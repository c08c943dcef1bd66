"""Parcels that become others: split, merged, renumbered; old numbers keep answering, nothing is lost on the way.

Identity is map series + sheet + number + version; a ward merger changes none of it (the ward of a parcel is an
attribute). The areas of both sides of an act are equal within `tolerance_m2`, and so is the land itself; otherwise the
act is refused with the difference. Money hangs on the case: an act stays within one case, so amounts stay as they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from geo.crs import WGS84, to_measure
from geo.history import record, touch
from geo.placing import relocate_parcels
from geo.tables import Parcel, ParcelLineage, Project
from geo.takings import refresh_takings
from projects.errors import Fault, InvalidInput, NotFound

LEAST_TOLERANCE_M2 = 0.5
TOLERANCE_SHARE = 0.001  # of the area: what a re-survey of the same boundary may differ by
Key = tuple[str, str, str, str]
"""Map series, sheet, number, version."""

_AMOUNTS = text("select coalesce(sum(h.amount_vnd), 0) from holder h where h.project_id = :project")


@dataclass(frozen=True, slots=True)
class Part:
    """A new parcel: its number (and sheet where it changes) and its shape in WGS 84."""

    number: str
    shape: MultiPolygon
    sheet: str | None = None
    land_use: str | None = None


def tolerance_m2(area: float) -> float:
    """How far the areas of both sides may lie apart, in m²."""
    return max(LEAST_TOLERANCE_M2, TOLERANCE_SHARE * area)


def split(
    session: Session, project: Project, key: Key, parts: Sequence[Part], *, actor: str, day: date
) -> uuid.UUID:
    """One parcel becomes several of its case; gives the number of the act. Raises NotFound, InvalidInput."""
    old = _parcel(session, project, key)
    if len(parts) < 2:
        raise _refuse("Tách thì có ít nhất hai phần.", "A split has at least two parts.")
    return _act(session, project, "split", [old], parts, actor=actor, day=day)


def merge(
    session: Session, project: Project, keys: Sequence[Key], into: Part, *, actor: str, day: date
) -> uuid.UUID:
    """Several parcels of one case become one. Raises NotFound, InvalidInput, also for parcels of different cases."""
    old = [_parcel(session, project, key) for key in dict.fromkeys(keys)]
    if len(old) < 2:
        raise _refuse("Gộp thì có ít nhất hai thửa.", "A merger has at least two parcels.")
    if len({p.case_id for p in old}) > 1:
        raise _refuse(
            "Các thửa thuộc nhiều hồ sơ; gộp sẽ đổi số tiền của từng hồ sơ. Chuyển hồ sơ trước.",
            "The parcels belong to different cases; merging would move money between them. Move the cases first.",
        )
    return _act(session, project, "merge", old, [into], actor=actor, day=day)


def renumber(
    session: Session, project: Project, key: Key, *, series: str, sheet: str, number: str, version: str,
    actor: str, day: date,
) -> uuid.UUID:  # fmt: skip
    """The same land under another number (a new map series after a ward merger): id, case and shape stay."""
    old = _parcel(session, project, key)
    act, before = uuid.uuid4(), _state(old)
    _check_free(session, project, [(series, sheet, number, version)])
    row = _row(act, "renumber", project, old, old, new_key=(series, sheet, number, version))
    old.map_series, old.sheet, old.number, old.map_version = series, sheet, number, version
    session.add(row)
    session.flush()
    _note(session, project, act, "renumber", [before], [_state(old)], actor=actor, day=day)
    return act


def measure_anew(session: Session, project: Project, ids: Sequence[uuid.UUID]) -> None:
    """Chainages, alignments, fronts and takings of parcels whose shape is new. Never commits."""
    relocate_parcels(session, project.id, only=ids)
    refresh_takings(session, project.id)
    session.expire_all()  # what was written in SQL is read again


def _act(
    session: Session,
    project: Project,
    kind: str,
    old: Sequence[Parcel],
    parts: Sequence[Part],
    *,
    actor: str,
    day: date,
) -> uuid.UUID:
    shapes = to_measure(np.array([part.shape for part in parts], dtype=object), WGS84)
    was = to_measure(np.array([to_shape(p.geom) for p in old], dtype=object), WGS84)
    _check_land(was, shapes)
    first = old[0]
    keys = [(first.map_series, part.sheet or first.sheet, part.number, first.map_version) for part in parts]
    _check_free(session, project, keys, leaving=old)
    money = session.scalar(_AMOUNTS, {"project": project.id})
    before = [_state(p) for p in old]
    act = uuid.uuid4()
    new = [
        Parcel(
            id=uuid.uuid4(), project_id=project.id, case_id=first.case_id, batch_id=first.batch_id,
            map_series=series, sheet=sheet, number=number, map_version=version, ward_code=first.ward_code,
            land_use=part.land_use or first.land_use, area_m2=area, is_demo=first.is_demo,
            geom=from_shape(part.shape, srid=WGS84), source_geom=from_shape(part.shape, srid=WGS84), source_srid=WGS84,
        )
        for part, (series, sheet, number, version), area in zip(parts, keys, shapely.area(shapes).tolist(), strict=True)
    ]  # fmt: skip
    rows = [_row(act, kind, project, o, n) for o in old for n in new]
    session.execute(delete(Parcel).where(Parcel.id.in_([p.id for p in old])))
    session.add_all(new)
    session.add_all(rows)
    session.flush()
    measure_anew(session, project, [p.id for p in new])
    after_money = session.scalar(_AMOUNTS, {"project": project.id})
    if money != after_money:
        raise AssertionError("an act within one case moves no money")
    _note(session, project, act, kind, before, [_state(p) for p in new], actor=actor, day=day)
    return act


def _check_land(was: Any, will: Any) -> None:
    """The same land before and after: areas, no overlap among the parts, no ground gained or lost."""
    before, after = float(shapely.area(was).sum()), float(shapely.area(will).sum())
    allowed = tolerance_m2(before)
    whole_before, whole_after = shapely.union_all(was), shapely.union_all(will)
    moved = float(shapely.area(shapely.symmetric_difference(whole_before, whole_after)))
    overlap = after - float(shapely.area(whole_after))
    for value, vi, en in (
        (abs(after - before), "tổng diện tích lệch", "the sum of areas differs by"),
        (moved, "phần đất không trùng nhau", "land that is on one side only:"),
        (overlap, "các phần chồng nhau", "the parts overlap by"),
    ):
        if value > allowed:
            raise _refuse(
                f"Không ghi: {vi} {value:.2f} m² (cho phép {allowed:.2f} m²; trước {before:.2f}, sau {after:.2f}).",
                f"Not written: {en} {value:.2f} m² (allowed {allowed:.2f} m²; before {before:.2f}, after {after:.2f}).",
            )


def _check_free(
    session: Session, project: Project, keys: Sequence[Key], leaving: Sequence[Parcel] = ()
) -> None:
    gone = {p.id for p in leaving}
    if len(set(keys)) != len(keys):
        raise _refuse("Hai phần cùng một số thửa.", "Two parts have the same number.")
    for series, sheet, number, version in keys:
        taken = session.scalar(
            select(Parcel.id).where(
                Parcel.project_id == project.id, Parcel.map_series == series, Parcel.sheet == sheet,
                Parcel.number == number, Parcel.map_version == version,
            )
        )  # fmt: skip
        if taken is not None and taken not in gone:
            raise _refuse(
                f"Tờ {sheet} thửa {number} đã có.", f"Sheet {sheet} parcel {number} is there already."
            )


def _parcel(session: Session, project: Project, key: Key) -> Parcel:
    series, sheet, number, version = key
    row = session.scalar(
        select(Parcel)
        .where(
            Parcel.project_id == project.id, Parcel.map_series == series, Parcel.sheet == sheet,
            Parcel.number == number, Parcel.map_version == version,
        )
        .with_for_update()
    )  # fmt: skip
    if row is None:
        raise NotFound("parcel", f"{sheet}/{number}")
    return row


def _row(
    act: uuid.UUID, kind: str, project: Project, old: Parcel, new: Parcel, *, new_key: Key | None = None
) -> ParcelLineage:
    series, sheet, number, version = new_key or (new.map_series, new.sheet, new.number, new.map_version)
    return ParcelLineage(
        project_id=project.id, act=act, kind=kind, ward_code=old.ward_code, old_id=old.id, old_series=old.map_series,
        old_sheet=old.sheet, old_number=old.number, old_version=old.map_version, old_m2=old.area_m2, new_id=new.id,
        new_series=series, new_sheet=sheet, new_number=number, new_version=version, new_m2=new.area_m2,
    )  # fmt: skip


def _state(p: Parcel) -> dict[str, Any]:
    return {"id": str(p.id), "series": p.map_series, "sheet": p.sheet, "number": p.number, "version": p.map_version,
            "m2": round(p.area_m2, 3)}  # fmt: skip


def _note(
    session: Session, project: Project, act: uuid.UUID, kind: str, before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]], *, actor: str, day: date,
) -> None:  # fmt: skip
    touch(session, project.id)
    record(
        session, kind=f"parcel.{kind}", object_type="lineage", object_code=str(act), actor=actor, effective_on=day,
        project_code=project.code, before={"parcels": list(before)}, after={"parcels": list(after)},
    )  # fmt: skip


def _refuse(vi: str, en: str) -> InvalidInput:
    return InvalidInput([Fault("thửa", vi, en)])
