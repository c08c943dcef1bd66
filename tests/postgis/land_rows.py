"""Makes small projects and parcel tables for the tests of importing: keyword-only makers, metres of EPSG:5897."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geoalchemy2.shape import from_shape
from shapely import LineString, Polygon, box
from sqlalchemy.orm import Session

from geo.crs import MEASURE, to_wgs84
from geo.history import record
from geo.importers.parcels import COLUMNS, ParcelTable
from geo.tables import Alignment, Project, Section, Ward, WorkFront

EAST, NORTH = 586_000.0, 2_326_000.0
WARD = "00097"


def add_ward(session: Session, code: str = WARD) -> None:
    session.add(
        Ward(
            code=code, name="Hồng Hà", unit_type="phường", area_km2=Decimal("15.27"),
            centre_lat=21.0565, centre_lon=105.8456,
        )
    )  # fmt: skip
    session.flush()


def add_event(session: Session, code: str = "TEST-1") -> int:
    """The event that every transaction needs that writes rows and commits; gives its number."""
    return record(
        session,
        kind="test",
        object_type="test",
        object_code=code,
        actor="test",
        effective_on=date(2026, 3, 13),
    ).id


def add_project(
    session: Session,
    code: str = "TULIEN",
    *,
    line: Sequence[tuple[float, float]] | None = ((0, 0), (1000, 0)),
    ring: bool = False,
    start_m: float = 0.0,
    published_length_m: float | None = None,
    fronts: Sequence[tuple[str, float, float]] = (),
    area: Sequence[tuple[float, float]] | None = None,
) -> Project:
    """A project with one alignment (or one area) and one section; fronts are (code, from_m, to_m)."""
    project = Project(
        code=code, name_vi=code, name_en=code, kind="bridge", group_vi="Cầu", group_en="Bridges", sort=1,
        bottlenecks=[], facts={}, source_file="test.toml",
    )  # fmt: skip
    session.add(project)
    session.flush()
    alignment_id = None
    if line is not None:
        points = [(EAST + x, NORTH + y) for x, y in line]
        if ring:
            points.append(points[0])
        alignment = Alignment(
            project_id=project.id, code="TIM", name_vi="Tim", name_en="Axis", start_m=start_m,
            length_m=LineString(points).length, published_length_m=published_length_m, is_ring=ring,
            schematic=True, accuracy_m=500.0, source="test",
            geom=from_shape(to_wgs84(LineString(points)), srid=4326),
        )  # fmt: skip
        session.add(alignment)
        session.flush()
        alignment_id = alignment.id
    section = Section(
        project_id=project.id, alignment_id=alignment_id, code="D1", name_vi="Đoạn 1", name_en="Section 1",
        area=from_shape(to_wgs84(shift(area)), srid=4326) if area else None, source="test",
    )  # fmt: skip
    session.add(section)
    session.flush()
    for front, start, end in fronts:
        session.add(
            WorkFront(
                project_id=project.id, section_id=section.id, code=front, name_vi=front, name_en=front,
                kind="road", from_m=start, to_m=end, needs_land=True,
            )
        )  # fmt: skip
    session.flush()
    return project


def shift(points: Sequence[tuple[float, float]]) -> Polygon:
    return Polygon([(EAST + x, NORTH + y) for x, y in points])


def lot(x: float, y: float, width: float = 20.0, height: float = 10.0, **values: Any) -> dict[str, Any]:
    """One row of a parcel table: a rectangle, metres from the origin of the tests, and its attributes."""
    return {"shape": box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height), **values}


def table(*lots: dict[str, Any], filename: str = "thua.gpkg", sha256: str = "0" * 64) -> ParcelTable:
    """A parcel table as the door gives it; numbers run from 1 unless a row says otherwise."""
    rows = []
    for i, values in enumerate(lots, start=1):
        row = {
            "map_series": WARD, "sheet": "5", "number": str(i), "map_version": "1", "ward_code": WARD,
            "land_use": "ODT", "area_stated_m2": np.nan, "case": f"TULIEN-{i:04d}", "step": "S20",
            "step_on": date(2026, 1, 5), "promised_on": None, "obstacle": None, "holder_kind": "household",
        }  # fmt: skip
        rows.append({**row, **{k: v for k, v in values.items() if k != "shape"}, "row": i})
    shapes = np.array([values["shape"] for values in lots], dtype=object)
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=list(COLUMNS)).astype({"step_on": object, "promised_on": object}),
        geometry=shapes,
        crs=MEASURE,
    )
    for column in ("case", "step", "obstacle", "holder_kind", "promised_on", "step_on"):
        frame[column] = pd.Series([row[column] for row in rows], dtype=object)
    return ParcelTable(
        filename=filename,
        sha256=sha256,
        source_srid=MEASURE,
        frame=frame,
        area_m2=shapely.area(shapes),
        warnings=(),
    )
