"""The report on a fabric finds what was put in, as brute force does; repair is on request and recorded."""

from __future__ import annotations

import itertools
import random
from datetime import date

import numpy as np
import pytest
import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon, Polygon, box
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.crs import to_measure, to_wgs84
from geo.importing import import_parcels
from geo.tables import Event, Parcel, Project
from geo.topology import OVERLAP_M2, repair, report
from tests.postgis.land_rows import EAST, NORTH, add_project, add_ward, lot, table

DAY = date(2026, 3, 13)


@pytest.fixture
def project(session: Session) -> Project:
    add_ward(session)
    return add_project(session)


def put(session: Session, project: Project, *lots: dict[str, object]) -> None:
    import_parcels(session, project.code, table(*lots), actor="t", is_demo=False, effective_on=DAY)


def found(session: Session, project: Project) -> list[tuple[str, str | None, str | None]]:
    return [(o.kind, o.number, o.other_number) for o in report(session, project_id=project.id)]


def test_a_clean_fabric_has_nothing_wrong(session: Session, project: Project) -> None:
    put(session, project, lot(100, 5), lot(120, 5), lot(140, 5))
    assert found(session, project) == []


def test_each_fault_is_found_with_its_parcels_and_its_area(session: Session, project: Project) -> None:
    put(
        session, project,
        lot(100, 5), lot(118, 5),  # 2 m × 10 m overlap
        lot(200, 5), lot(200, 5),  # the same shape
        lot(300, 5, width=30, height=0.3),  # a sliver
        lot(400, 5, width=30, height=10), lot(400, 15, width=10, height=10), lot(420, 15, width=10, height=10),
        lot(400, 25, width=30, height=10),  # a ring of four round a gap of 100 m²
    )  # fmt: skip
    offences = report(session, project_id=project.id)
    told = {o.kind: o for o in offences}
    assert sorted(o.kind for o in offences) == ["gap", "overlap", "same_shape", "sliver"]
    assert {told["overlap"].number, told["overlap"].other_number} == {"1", "2"}
    assert told["overlap"].m2 == pytest.approx(20, abs=0.01)
    assert {told["same_shape"].number, told["same_shape"].other_number} == {"3", "4"}
    assert told["gap"].m2 == pytest.approx(100, abs=0.05)
    assert told["sliver"].number == "5"


def test_overlaps_are_those_of_brute_force_on_random_fabrics(session: Session, project: Project) -> None:
    at = random.Random(7)
    lots = [
        lot(at.uniform(0, 200), at.uniform(0, 40), width=at.uniform(3, 25), height=at.uniform(3, 12))
        for _ in range(60)
    ]
    put(session, project, *lots)
    parcels = session.scalars(select(Parcel)).all()
    flat = {p.number: to_measure(np.array([to_shape(p.geom)], dtype=object))[0] for p in parcels}
    right = {
        frozenset((a, b))
        for a, b in itertools.combinations(flat, 2)
        if shapely.area(shapely.intersection(flat[a], flat[b])) > OVERLAP_M2
    }
    told = {frozenset((n, o)) for kind, n, o in found(session, project) if kind == "overlap"}
    assert told == right
    assert len(right) > 20


def test_an_invalid_shape_is_reported_and_repaired_only_on_request(
    session: Session, project: Project
) -> None:
    put(session, project, lot(100, 5))
    x, y = EAST + 100, NORTH + 5
    bow = Polygon([(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10)])
    row = session.scalars(select(Parcel)).one()
    row.geom = from_shape(MultiPolygon([to_wgs84(bow)]), srid=4326)
    session.flush()
    assert [kind for kind, *_ in found(session, project)] == ["invalid"]
    assert not to_shape(row.geom).is_valid
    fixed = repair(session, project, [str(row.id)], actor="t", day=DAY)
    assert [f["m2"] for f in fixed] == [pytest.approx(50, abs=0.01)]
    session.expire_all()
    assert to_shape(session.scalars(select(Parcel)).one().geom).is_valid
    assert found(session, project) == []
    event = session.scalars(select(Event).where(Event.kind == "parcels.repair")).one()
    assert event.after is not None
    assert event.after["method"] == "ST_MakeValid"
    assert repair(session, project, [str(row.id)], actor="t", day=DAY) == []
    assert box(0, 0, 1, 1).is_valid
