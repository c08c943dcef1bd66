"""Adds the parcels of a file that was read and found right to a project, at once: how invented land is loaded.

Files of people come in as proposals (`geo.proposing`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from psycopg import sql
from sqlalchemy import any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.types import Text

from geo.access import access_project
from geo.crs import WGS84
from geo.history import case_state, record, touch
from geo.importers.faults import FaultList
from geo.importers.parcels import ParcelTable
from geo.placing import (
    ALIGNED_COLUMNS,
    FAR_M,
    NOWHERE,
    Geometries,
    Places,
    aligned_rows,
    load_ground,
    on_fronts,
    place,
)
from geo.proposing.casecodes import case_codes
from geo.tables import ClearanceCase, ImportBatch, Parcel, Project, Ward
from geo.takings import refresh_takings

FIRST_STEP = "S00"
HOUSEHOLD = "household"
Row = dict[str, Any]

CASE_COLUMNS = (
    "project_id", "code", "ward_code", "holder_kind", "step", "step_on", "promised_on", "obstacle", "is_demo",
)  # fmt: skip
PARCEL_COLUMNS = (
    "id", "project_id", "case_id", "batch_id", "map_series", "sheet", "number", "map_version", "ward_code",
    "land_use", "area_m2", "area_stated_m2", "alignment_id", "from_m", "to_m", "side", "is_demo", "geom",
    "source_geom", "source_srid",
)  # fmt: skip
EVENT_COLUMNS = (
    "effective_on", "actor", "kind", "project_code", "object_type", "object_code", "after",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import wrote; `unchanged` when the very same file is in the project already."""

    batch_id: int | None
    parcels: int
    cases: int
    unchanged: bool


def import_parcels(
    session: Session, project_code: str, table: ParcelTable, *, actor: str, is_demo: bool, effective_on: date
) -> ImportResult:
    """Writes batch, cases, parcels, their work fronts and the events in the caller's transaction; never commits.

    Cases start at the step the file says, S00 without one; a row without a case code gets a case of its own.
    `effective_on` is the day on which a case is at its step when the file gives no date. The same bytes again
    write nothing. Raises NotFound for the project and InvalidInput with every row that cannot be taken: a parcel or
    case that exists already, rows of one case that contradict each other, land too far from the project.
    """
    project = access_project(session, project_code)
    # Two imports into one project wait for each other, so that neither misses what the other writes.
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    same = ImportBatch.project_id == project.id, ImportBatch.sha256 == table.sha256
    if session.scalar(select(ImportBatch.id).where(*same)) is not None:
        return ImportResult(None, 0, 0, unchanged=True)
    rows: list[Row] = table.frame.drop(columns=table.frame.geometry.name).to_dict("records")
    shapes = table.measured()
    ground = load_ground(session, project.id)
    places = place(ground, shapes)
    faults = FaultList(table.filename)
    _check_numbers(session, project, rows, faults)
    _check_cases(session, project, rows, faults)
    _check_wards(session, rows, faults)
    _check_distance(project, rows, places, faults)
    faults.raise_if_any()
    codes = _case_codes(session, project.code, rows)
    cases = _cases(rows, codes, project.id, is_demo=is_demo, effective_on=effective_on)
    batch = ImportBatch(
        project_id=project.id,
        filename=table.filename,
        sha256=table.sha256,
        source_crs=f"EPSG:{table.source_srid}",
        row_count=len(rows),
        is_demo=is_demo,
        actor=actor,
    )
    session.add(batch)
    session.flush()
    ids = _insert_cases(session, cases)
    parcel_ids = [uuid.uuid4() for _ in rows]
    own = {"project_id": project.id, "batch_id": batch.id, "is_demo": is_demo}
    case_ids = [ids[code] for code in codes]
    _copy(
        session,
        Parcel.__tablename__,
        PARCEL_COLUMNS,
        _parcels(table, rows, places, parcel_ids, case_ids, own),
    )
    _copy(
        session,
        "parcel_alignment",
        ALIGNED_COLUMNS,
        aligned_rows(places, parcel_ids, project.id, case_ids, [row["ward_code"] for row in rows]),
    )
    pairs = on_fronts(ground, places, shapes)
    _copy(session, "parcel_front", ("parcel_id", "front_id"), ((parcel_ids[i], front) for i, front in pairs))
    refresh_takings(session, project.id)
    touch(session, project.id)
    record(
        session,
        kind="parcels.import",
        object_type="import",
        object_code=str(batch.id),
        actor=actor,
        effective_on=effective_on,
        project_code=project.code,
        after={
            "filename": table.filename,
            "sha256": table.sha256,
            "source_crs": batch.source_crs,
            "parcels": len(rows),
            "cases": len(cases),
            "is_demo": is_demo,
        },
    )
    _copy(session, "event", EVENT_COLUMNS, _case_events(cases, project.code, actor))
    return ImportResult(batch.id, len(rows), len(cases), unchanged=False)


def _check_numbers(session: Session, project: Project, rows: Sequence[Row], faults: FaultList) -> None:
    """A parcel that the project has already is not written twice; which file brought it is said."""
    query = (
        select(
            Parcel.map_series, Parcel.sheet, Parcel.number, Parcel.map_version,
            ImportBatch.filename, ImportBatch.imported_at,
        )
        .join(ImportBatch, ImportBatch.id == Parcel.batch_id)
        .where(Parcel.project_id == project.id)
    )  # fmt: skip
    known = {(a, b, c, d): (name, on) for a, b, c, d, name, on in session.execute(query).all()}
    for row in rows:
        key = (row["map_series"], row["sheet"], row["number"], row["map_version"])
        if key not in known:
            continue
        name, on = known[key]
        series, sheet, number, version = key
        faults.row(
            "duplicate",
            row["row"],
            f"Tờ {sheet} thửa {number} (bản đồ {series}, phiên bản {version}) đã có trong dự án, "
            f"nhập từ tệp “{name}” ngày {on:%d/%m/%Y}; tệp này chỉ thêm thửa mới, chưa cập nhật thửa cũ.",
            f"Sheet {sheet} parcel {number} (map {series}, version {version}) is in the project already, "
            f"imported from “{name}” on {on:%Y-%m-%d}; this file may add parcels, not change them.",
        )


def _check_cases(session: Session, project: Project, rows: Sequence[Row], faults: FaultList) -> None:
    """A case code names one case in the whole city, and a case is not silently changed by a second file."""
    wanted = sorted({row["case"] for row in rows if row["case"] is not None})
    query = (
        select(ClearanceCase.code, Project.code)
        .join(Project, Project.id == ClearanceCase.project_id)
        .where(ClearanceCase.code == any_(literal(wanted, ARRAY(Text))))
    )
    owners = dict(session.execute(query).all())
    for row in rows:
        owner = owners.get(row["case"])
        if owner == project.code:
            faults.row(
                "case",
                row["row"],
                f"Hồ sơ {row['case']} đã có trong dự án; tệp này chỉ thêm hồ sơ mới.",
                f"Case {row['case']} is in the project already; this file may only add new cases.",
            )
        elif owner is not None:
            faults.row(
                "case",
                row["row"],
                f"Mã hồ sơ {row['case']} đã dùng cho dự án {owner}.",
                f"Case code {row['case']} is used by project {owner}.",
            )


def _check_wards(session: Session, rows: Sequence[Row], faults: FaultList) -> None:
    known = set(session.scalars(select(Ward.code)))
    for row in rows:
        if row["ward_code"] not in known:
            faults.row(
                "ward",
                row["row"],
                f"Không có phường, xã mã {row['ward_code']}.",
                f"There is no ward with code {row['ward_code']}.",
            )


def _check_distance(project: Project, rows: Sequence[Row], places: Places, faults: FaultList) -> None:
    for i in np.flatnonzero(places.away_m > FAR_M).tolist():
        away = places.away_m[i]
        faults.row(
            "place",
            rows[i]["row"],
            f"Thửa cách tim tuyến, ranh khu của dự án {project.code} {away:.0f} m (quá {FAR_M:.0f} m).",
            f"The parcel lies {away:.0f} m from the routes and areas of {project.code} (over {FAR_M:.0f} m).",
        )


def _case_codes(session: Session, project_code: str, rows: Sequence[Row]) -> list[str]:
    """The case code of each row; a row without one gets a case of its own."""
    prefix = f"{project_code}-P"
    taken = {row["case"] for row in rows if row["case"] is not None}
    taken.update(session.scalars(select(ClearanceCase.code).where(ClearanceCase.code.startswith(prefix))))
    nameless = iter(case_codes(prefix, [row for row in rows if row["case"] is None], taken))
    return [next(nameless) if row["case"] is None else row["case"] for row in rows]


def _cases(
    rows: Sequence[Row], codes: Sequence[str], project_id: int, *, is_demo: bool, effective_on: date
) -> list[Row]:
    """One record per case, in the order of the file; the door has seen to it that the rows of a case agree."""
    cases: dict[str, Row] = {}
    for row, code in zip(rows, codes, strict=True):
        if code not in cases:
            cases[code] = {
                "project_id": project_id,
                "code": code,
                "ward_code": row["ward_code"],
                "holder_kind": row["holder_kind"] or HOUSEHOLD,
                "step": row["step"] or FIRST_STEP,
                "step_on": row["step_on"] or effective_on,
                "promised_on": row["promised_on"],
                "obstacle": row["obstacle"],
                "is_demo": is_demo,
            }
    return list(cases.values())


def _insert_cases(session: Session, cases: Sequence[Row]) -> dict[str, int]:
    """Writes the cases by COPY and gives their ids by code; the ids come from the table's own sequence."""
    number = text("select nextval(pg_get_serial_sequence(:table, 'id')) from generate_series(1, :count)")
    name = ClearanceCase.__tablename__
    ids = session.scalars(number, {"table": name, "count": len(cases)}).all()
    rows = (
        (case_id, *(case[column] for column in CASE_COLUMNS))
        for case_id, case in zip(ids, cases, strict=True)
    )
    _copy(session, name, ("id", *CASE_COLUMNS), rows)
    return {case["code"]: case_id for case_id, case in zip(ids, cases, strict=True)}


def _parcels(
    table: ParcelTable,
    rows: Sequence[Row],
    places: Places,
    parcel_ids: Sequence[uuid.UUID],
    case_ids: Sequence[int],
    own: Mapping[str, Any],
) -> Iterator[tuple[Any, ...]]:
    """The rows of the parcel table in the order of `PARCEL_COLUMNS`; geometry as EWKB in hexadecimal."""
    shown = _ewkb(np.array(table.wgs84(), dtype=object), WGS84)
    source = _ewkb(np.array(table.frame.geometry, dtype=object), table.source_srid)
    for i, row in enumerate(rows):
        located = bool(places.alignment_id[i] != NOWHERE)
        stated = row["area_stated_m2"]
        record = {
            **row,
            **own,
            "id": parcel_ids[i],
            "case_id": case_ids[i],
            "area_m2": float(table.area_m2[i]),
            "area_stated_m2": None if stated is None or np.isnan(stated) else float(stated),
            "alignment_id": int(places.alignment_id[i]) if located else None,
            "from_m": float(places.from_m[i]) if located else None,
            "to_m": float(places.to_m[i]) if located else None,
            "side": str(places.side[i]) if located else None,
            "geom": shown[i],
            "source_geom": source[i],
            "source_srid": table.source_srid,
        }
        yield tuple(record[column] for column in PARCEL_COLUMNS)


def _ewkb(shapes: Geometries, srid: int) -> list[str]:
    return list(shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True))


def _case_events(cases: Iterable[Row], project_code: str, actor: str) -> Iterator[tuple[Any, ...]]:
    """The first line of each case's history. It was true from the day of its step, not from that of the import."""
    for case in cases:
        state = case_state(ClearanceCase(**case, version=1))
        yield (
            case["step_on"], actor, "case.import", project_code, "case", case["code"],
            json.dumps(state, ensure_ascii=False),
        )  # fmt: skip


def _copy(session: Session, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Writes rows by COPY on the session's own connection, so inside its transaction.

    Through a temporary table: PostgreSQL does not COPY into a table under row-level security.
    """
    connection = session.connection().connection.driver_connection
    assert connection is not None
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    place, target = sql.Identifier(f"incoming_{table}"), sql.Identifier(table)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("create temp table {} on commit drop as select {} from {} with no data").format(
                place, names, target
            )
        )
        with cursor.copy(sql.SQL("copy {} from stdin").format(place)) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(sql.SQL("insert into {} ({}) select {} from {}").format(target, names, names, place))
        cursor.execute(sql.SQL("drop table {}").format(place))
