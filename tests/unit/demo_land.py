"""Makes small catalogue projects for the tests of the demo land: only what matters is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from shapely import LineString, Polygon

from geo.crs import to_wgs84
from projects.catalog import AlignmentFacts, DemoFacts, DemoPromise, DemoWard, Project, SectionFacts

EAST, NORTH = 586_000.0, 2_326_000.0
DATA_DATE = date(2026, 3, 13)


def lat_lon(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Metres from the origin of the tests as (lat, lon)."""
    shifted = [(EAST + x, NORTH + y) for x, y in points]
    line = to_wgs84(LineString(shifted)) if len(points) < 3 else to_wgs84(Polygon(shifted).exterior)
    return tuple((y, x) for x, y in list(line.coords)[: len(points)])


def measured(points: Sequence[tuple[float, float]]) -> LineString:
    """The same points as a line in EPSG:5897."""
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def ward(
    code: str = "00097",
    *,
    parcels: int = 200,
    cases: int | None = None,
    from_m: float | None = 0.0,
    to_m: float | None = 1000.0,
    width_m: float | None = 60.0,
    section: str | None = None,
    land_use: Mapping[str, float] | None = None,
    steps: Mapping[str, int] | None = None,
    step_shares: Mapping[str, float] | None = None,
    promised: Sequence[tuple[date, float]] = (),
    obstacles: Mapping[str, float] | None = None,
    organisations: int = 2,
) -> DemoWard:
    """A demo ward; without steps its cases stand half at S105, half at S90."""
    shares = {"S105": 0.5, "S90": 0.5} if steps is None and step_shares is None else step_shares
    return DemoWard(
        code=code,
        parcels=parcels,
        cases=parcels if cases is None else cases,
        alignment=None,
        section=section,
        from_m=None if section else from_m,
        to_m=None if section else to_m,
        width_m=None if section else width_m,
        step_shares=shares,
        step_counts=steps,
        promised=tuple(DemoPromise(on=on, share=share) for on, share in promised),
        obstacles=obstacles or {},
        land_use=land_use or {"ODT": 0.6, "BHK": 0.3, "DGT": 0.06, "TSC": 0.04},
        organisations=organisations,
        parcel_count_source="test",
    )


def project(
    *wards: DemoWard,
    line: Sequence[tuple[float, float]] = ((0, 0), (2000, 0)),
    area: Sequence[tuple[float, float]] | None = None,
    code: str = "TEST",
) -> Project:
    """A project with one alignment TIM (and a section KHU when an area is given) and these demo wards."""
    alignment = _blank(AlignmentFacts, code="TIM", start_m=0.0, is_ring=False, points=lat_lon(line))
    section = _blank(SectionFacts, code="KHU", area=lat_lon(area) if area else None)
    demo = DemoFacts(parcels=sum(w.parcels for w in wards), width_m=None, note_vi=None, wards=wards)
    return _blank(
        Project,
        code=code,
        short_vi=code,
        alignments=(alignment,),
        sections=(section,) if area else (),
        demo=demo,
    )


def _blank(kind: type[Any], **values: Any) -> Any:
    """A catalogue record in which everything that is not named is unknown."""
    return kind(**({field.name: None for field in fields(kind)} | values))
