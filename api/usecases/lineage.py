"""Splitting, merging, renumbering and repairing parcels as the operator asks for it, each with its event.

Land is written by the database's owner only, so these are commands; the server has no route that does them.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from shapely import MultiPolygon, Polygon
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import lineage, topology
from geo.access import access_project, portfolio_state
from geo.descent import say_acts, the_act
from geo.importers.options import ReadingOptions
from geo.importers.parcels import WardPlace, read_parcels
from geo.lineage import Key, Part
from geo.tables import Parcel, Project, Ward
from projects.errors import Fault, InvalidInput

NAMED = re.compile(
    r"(?:(?P<series>[^:/@]+):)?(?P<sheet>[^:/@]+)/(?P<number>[^:/@]+)(?:@(?P<version>[^:/@]+))?"
)


def split_parcel(
    session: Session, code: str, named: str, parts: Path, *, options: ReadingOptions, actor: str, day: date | None
) -> dict[str, Any]:  # fmt: skip
    """One parcel becomes the parcels of a file, read in the sandbox as every file. Raises NotFound, InvalidInput.

    What the file has no word for in `options` (map series, version, sheet, ward, land use) is the old parcel's.
    """
    project, old = _find(session, code, named)
    own = {
        "map_series": old.map_series, "map_version": old.map_version, "sheet": old.sheet, "ward_code": old.ward_code,
        "land_use": old.land_use,
    }  # fmt: skip
    fixed = {f: value for f, value in own.items() if f not in options.columns} | dict(options.fixed)
    wards = session.scalars(select(Ward)).all()
    table = read_parcels(
        parts,
        options=replace(options, fixed=fixed),
        ward_codes=frozenset(w.code for w in wards),
        ward_places={w.code: WardPlace(w.centre_lon, w.centre_lat, float(w.area_km2)) for w in wards},
    )
    frame = table.frame
    new = [
        Part(number=number, shape=shape, sheet=sheet, land_use=use)
        for number, sheet, use, shape in zip(
            frame["number"], frame["sheet"], frame["land_use"], table.wgs84(), strict=True
        )
    ]
    act = lineage.split(session, project, _key(old), new, actor=actor, day=_day(session, day))
    return _told(session, act)


def merge_parcels(
    session: Session, code: str, named: Sequence[str], into: str, *, sheet: str | None, actor: str, day: date | None
) -> dict[str, Any]:  # fmt: skip
    """Several parcels of one case become one with the number `into`. Raises NotFound, InvalidInput."""
    found = [_find(session, code, each) for each in dict.fromkeys(named)]
    whole: Any = shapely.union_all([to_shape(parcel.geom) for _, parcel in found])
    shape = MultiPolygon([whole]) if isinstance(whole, Polygon) else whole
    act = lineage.merge(
        session, found[0][0], [_key(parcel) for _, parcel in found], Part(into, shape, sheet),
        actor=actor, day=_day(session, day),
    )  # fmt: skip
    return _told(session, act)


def renumber_parcel(
    session: Session,
    code: str,
    named: str,
    *,
    number: str,
    series: str | None,
    sheet: str | None,
    version: str | None,
    actor: str,
    day: date | None,
) -> dict[str, Any]:
    """The same land under another number; what is None stays. Raises NotFound, InvalidInput."""
    project, old = _find(session, code, named)
    act = lineage.renumber(
        session, project, _key(old), series=series or old.map_series, sheet=sheet or old.sheet, number=number,
        version=version or old.map_version, actor=actor, day=_day(session, day),
    )  # fmt: skip
    return _told(session, act)


def repair_parcels(
    session: Session, code: str, named: Sequence[str], *, every: bool, actor: str, day: date | None
) -> list[dict[str, Any]]:
    """Makes the invalid ones of the named parcels, or of all, valid; gives what was changed. Raises NotFound,
    InvalidInput.
    """
    if every == bool(named):
        raise _refuse("thửa", "Nêu thửa cần sửa, hoặc --all.", "Name the parcels to repair, or say --all.")
    project = access_project(session, code)
    if every:
        ids = [str(i) for i in session.scalars(select(Parcel.id).where(Parcel.project_id == project.id))]
    else:
        ids = [str(_find(session, code, each)[1].id) for each in named]
    return topology.repair(session, project, ids, actor=actor, day=_day(session, day))


def read_name(named: str) -> dict[str, str]:
    """The parts of a parcel's name `[series:]sheet/number[@version]` that it says. Raises InvalidInput."""
    match = NAMED.fullmatch(named.strip())
    if match is None:
        raise _refuse(
            named, "Thửa ghi là tờ/thửa, đủ là bản-đồ:tờ/thửa@phiên-bản.",
            "A parcel is written sheet/number, in full series:sheet/number@version.",
        )  # fmt: skip
    return {name: value.strip() for name, value in match.groupdict().items() if value}


def _find(session: Session, code: str, named: str) -> tuple[Project, Parcel]:
    """The one parcel of a name; several under the same sheet and number are listed, never chosen from."""
    project = access_project(session, code)
    said = read_name(named)
    columns = {"series": Parcel.map_series, "sheet": Parcel.sheet, "number": Parcel.number,
               "version": Parcel.map_version}  # fmt: skip
    wanted = [columns[name] == value for name, value in said.items()]
    found = session.scalars(select(Parcel).where(Parcel.project_id == project.id, *wanted).limit(20)).all()
    if len(found) == 1:
        return project, found[0]
    if not found:
        raise _refuse(named, f"{project.code} không có thửa này.", f"{project.code} has no such parcel.")
    names = ", ".join(sorted(f"{p.map_series}:{p.sheet}/{p.number}@{p.map_version}" for p in found))
    raise _refuse(
        named,
        f"Có {len(found)} thửa cùng số, ghi đủ một trong: {names}.",
        f"{len(found)} parcels have this number, write one in full: {names}.",
    )


def _told(session: Session, act: uuid.UUID) -> dict[str, Any]:
    vi, en = say_acts([the_act(session, act)])
    return {"act": str(act), "said": {"vi": vi, "en": en}}


def _key(parcel: Parcel) -> Key:
    return parcel.map_series, parcel.sheet, parcel.number, parcel.map_version


def _day(session: Session, day: date | None) -> date:
    return day or portfolio_state(session).data_date


def _refuse(where: str, vi: str, en: str) -> InvalidInput:
    return InvalidInput([Fault(where, vi, en)])
