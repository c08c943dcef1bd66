"""Choosing cases by what a map shows: an area, the filters of the map, a stretch of chainage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import shapely
from shapely import Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import calculate, resolve_day
from api.usecases.listing import CaseFilter
from api.usecases.visible import hidden_cases
from geo.access import access_project
from geo.tables import ClearanceCase
from projects.chainage import parse_chainage
from projects.errors import Fault, InvalidInput
from projects.steps import STEPS

MOST_SHOWN = 1000
MOST_POINTS = 200
POINT = re.compile(r"-?\d{1,3}(?:\.\d{1,10})?,-?\d{1,2}(?:\.\d{1,10})?")

IN_AREA = text(
    """
    select distinct c.code from parcel p join clearance_case c on c.id = p.case_id
    where p.geom && ST_GeomFromWKB(:area, 4326) and p.project_id = :project
      and ST_Intersects(p.geom, ST_GeomFromWKB(:area, 4326))
    """
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose on the map, as it stands in an address; everything holds together.

    `area`: "longitude,latitude;…" of a polygon; `owner`: h household, o organisation; `obstacle`: a code;
    `from_km`, `to_km`: chainages as Km12+345.
    """

    area: str = ""
    step: str = ""
    ward: str = ""
    front: str = ""
    owner: str = ""
    obstacle: str = ""
    driving: bool = False
    from_km: str = ""
    to_km: str = ""

    @property
    def said(self) -> bool:
        """Whether anything narrows the choice at all."""
        texts = (
            self.area,
            self.step,
            self.ward,
            self.front,
            self.owner,
            self.obstacle,
            self.from_km,
            self.to_km,
        )
        return self.driving or any(texts)


@dataclass(frozen=True, slots=True)
class SelectedCase:
    """A case of the choice: where it stands now, and the version to write on. Parcels in pieces, area in m²."""

    code: str
    version: int
    step: str
    ward_code: str
    ward: str
    holder_kind: str
    obstacle: str | None
    promised_on: date | None
    parcels: int
    area_m2: float
    drives: bool


def select_cases(
    session: Session, ctx: Context, project_code: str, chosen: Chosen, *, as_of: date | None = None
) -> tuple[tuple[SelectedCase, ...], int]:
    """The cases in the reader's reach that the choice holds, by code, at most 1,000; and how many there are in all.

    Raises NotFound, InvalidInput for an area or a chainage that is none.
    """
    project = access_project(session, project_code)
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    hidden = hidden_cases(ctx, project.code, calculation)
    between = _stretch(chosen)
    wanted = CaseFilter(
        step=chosen.step or None,
        ward=chosen.ward or None,
        front=chosen.front or None,
        obstacle=chosen.obstacle or None,
        driving=chosen.driving,
        between=between,
    )
    inside: set[str] | None = None
    if chosen.area:
        area = shapely.to_wkb(parse_area(chosen.area))
        inside = set(session.scalars(IN_AREA, {"area": area, "project": project.id}))
    query = select(ClearanceCase.code, ClearanceCase.holder_kind, ClearanceCase.version)
    rows = {row.code: row for row in session.execute(query.where(ClearanceCase.project_id == project.id))}
    labels = facts.all_ward_labels(session)
    found = [
        SelectedCase(
            code=code,
            version=rows[code].version,
            step=case.step,
            ward_code=case.ward_code,
            ward=labels[case.ward_code],
            holder_kind=rows[code].holder_kind,
            obstacle=case.obstacle,
            promised_on=case.promised_on,
            parcels=len(case.parcels),
            area_m2=sum(p.area_m2 for p in case.parcels),
            drives=calculation.drives(code),
        )
        for code, case in calculation.cases.items()
        if code not in hidden
        and code in rows
        and (inside is None or code in inside)
        and (not chosen.owner or rows[code].holder_kind[:1] == chosen.owner)
        and wanted.accepts(calculation, case)
    ]
    found.sort(key=lambda case: (STEPS[case.step].order, case.code))
    return tuple(found[:MOST_SHOWN]), len(found)


def parse_area(written: str) -> Polygon | shapely.MultiPolygon:
    """The polygon of "longitude,latitude;…", 3 to 200 points; one that crosses itself is taken apart.

    Raises InvalidInput.
    """
    points = [part.strip() for part in written.split(";") if part.strip()]
    if not 3 <= len(points) <= MOST_POINTS or not all(POINT.fullmatch(point) for point in points):
        vi = f"Vùng chọn cần 3 đến {MOST_POINTS} điểm “kinh độ,vĩ độ”, cách nhau bằng dấu chấm phẩy."
        en = f"An area needs 3 to {MOST_POINTS} points “longitude,latitude”, apart by semicolons."
        raise InvalidInput([Fault("vung", vi, en)])
    ring = [tuple(map(float, point.split(","))) for point in points]
    parts = shapely.get_parts(shapely.make_valid(Polygon(ring)))
    polygons = [p for p in parts if isinstance(p, Polygon) and p.area > 0]
    if not polygons:
        raise InvalidInput([Fault("vung", "Vùng chọn không có diện tích.", "The area has no extent.")])
    return shapely.MultiPolygon(polygons)


def _stretch(chosen: Chosen) -> tuple[float, float] | None:
    if not chosen.from_km and not chosen.to_km:
        return None
    start = parse_chainage(chosen.from_km) if chosen.from_km else 0.0
    end = parse_chainage(chosen.to_km) if chosen.to_km else 9e6
    if end <= start:
        vi, en = "Lý trình cuối phải lớn hơn lý trình đầu.", "The end must lie beyond the beginning."
        raise InvalidInput([Fault("den_km", vi, en)])
    return start, end
