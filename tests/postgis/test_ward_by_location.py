"""The ward of a parcel by location: a mismatch with the stated one is reported, never changed silently."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import shapely
from geoalchemy2.shape import from_shape, to_shape
from shapely import MultiPolygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo import topology
from geo.crs import to_wgs84
from geo.importing import import_parcels
from geo.tables import Parcel, Project, Ward, WardHistory
from geo.topology import report
from tests.postgis.land_rows import WARD, add_project, add_ward, lot, shift, table
from tests.postgis.test_lineage import DAY, Part, key, shape, split

EASTERN, BARE = "00103", "00118"


def bounded(session: Session, code: str, west: float, east: float) -> None:
    """A ward between two eastings, 60 m high on both sides of the axis."""
    area: Any = to_wgs84(
        np.array([MultiPolygon([shift([(west, -60), (east, -60), (east, 60), (west, 60)])])])
    )[0]
    session.get_one(Ward, code).boundary = from_shape(area, srid=4326)
    session.flush()


@pytest.fixture
def project(session: Session) -> Project:
    for code in (WARD, EASTERN, BARE):
        add_ward(session, code)
    for code, name in ((EASTERN, "Tây Hồ"), (BARE, "Bồ Đề")):
        session.get_one(Ward, code).name = name
    return add_project(session)


def put(session: Session, project: Project, *lots: dict[str, object]) -> None:
    import_parcels(session, project.code, table(*lots), actor="t", is_demo=False, effective_on=DAY)


def wrong(session: Session, project: Project) -> dict[str | None, str | None]:
    return {o.number: o.note for o in report(session, project_id=project.id) if o.kind == "ward"}


def test_without_boundaries_nobody_says_that_a_ward_is_wrong(session: Session, project: Project) -> None:
    put(session, project, lot(100, 5), lot(200, 5, ward_code=EASTERN))
    assert wrong(session, project) == {}


def test_a_parcel_in_another_ward_than_stated_is_listed_and_keeps_what_was_stated(
    session: Session, project: Project
) -> None:
    bounded(session, WARD, 0, 150)
    bounded(session, EASTERN, 150, 400)
    put(
        session, project,
        lot(100, 5),  # where it says
        lot(145, 5),  # 5 of 20 m in the stated ward; its middle is 5 m beyond the boundary
        lot(200, 25, ward_code=EASTERN),
        lot(220, 25, ward_code=BARE),  # a ward without a boundary
        lot(500, 25),  # in no ward
        lot(600, 25, ward_code=BARE),  # nobody knows
    )  # fmt: skip
    assert wrong(session, project) == {
        "2": "Hồng Hà (00097) → Tây Hồ (00103) · 5 m",
        "4": "Bồ Đề (00118) → Tây Hồ (00103)",
        "5": "Hồng Hà (00097) → – · 360 m",
    }
    stated = session.scalars(select(Parcel.ward_code).order_by(Parcel.number)).all()
    assert stated == [WARD, WARD, EASTERN, BARE, WARD, BARE]


def test_on_random_fabrics_those_listed_are_those_that_brute_force_finds(
    session: Session, project: Project
) -> None:
    edges = {WARD: (0.0, 137.0), EASTERN: (137.0, 400.0)}
    for code, (west, east) in edges.items():
        bounded(session, code, west, east)
    at = random.Random(11)
    lots = [
        lot(10 + 6.5 * i, 5, width=6, height=at.uniform(3, 12), ward_code=at.choice([WARD, EASTERN]))
        for i in range(55)
    ]
    put(session, project, *lots)
    outlines = {w.code: to_shape(w.boundary) for w in session.scalars(select(Ward)) if w.boundary is not None}
    right = {
        p.number
        for p in session.scalars(select(Parcel))
        if not shapely.covers(outlines[p.ward_code], shapely.point_on_surface(to_shape(p.geom)))
    }
    assert set(wrong(session, project)) == right
    assert 10 < len(right) < 45


def test_negative_control_a_report_that_believes_what_is_stated_finds_nothing(
    session: Session, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    believing = topology.OF_LAND.text.replace(
        "not ST_Covers(stated.boundary, l.at)", "not ST_Covers(stated.boundary, stated.boundary)"
    )
    monkeypatch.setattr(topology, "OF_LAND", text(believing))
    bounded(session, WARD, 0, 150)
    put(session, project, lot(145, 5), lot(500, 25))
    assert wrong(session, project) == {}


def test_one_number_of_several_old_communes_in_one_merged_ward_stays_apart(
    session: Session, project: Project
) -> None:
    """The ward of 2025 is one; tờ 5 thửa 1 is there once for each map series, and an act touches only its own."""
    put(
        session, project,
        lot(100, 5, map_series="09841", number="1"), lot(130, 5, map_series="09844", number="1"),
        lot(160, 5, map_series="09844", number="1", map_version="2"),
    )  # fmt: skip
    assert [o.kind for o in report(session, project_id=project.id)] == []
    old = {(p.map_series, p.map_version): p.id for p in session.scalars(select(Parcel))}
    parts = [Part("1", shape(130, 8)), Part("2", shape(138, 12))]
    split(session, project, key("1", series="09844"), parts, actor="t", day=DAY)
    now = {(p.map_series, p.number, p.map_version): p.id for p in session.scalars(select(Parcel))}
    assert set(now) == {("09841", "1", "1"), ("09844", "1", "1"), ("09844", "2", "1"), ("09844", "1", "2")}
    assert now["09841", "1", "1"] == old["09841", "1"]
    assert now["09844", "1", "2"] == old["09844", "2"]


def test_where_no_boundary_says_the_old_commune_of_the_map_series_does(
    session: Session, project: Project
) -> None:
    session.add_all(
        WardHistory(
            old_level="xã", old_name="Cũ", old_district="Huyện", old_code="09841", ward_code=ward, share="part",
            source="test",
        )
        for ward in (EASTERN, BARE)
    )  # fmt: skip
    put(
        session, project,
        lot(100, 5, map_series="09841"),  # stated in a ward that the commune did not become
        lot(130, 5, map_series="09841", ward_code=BARE),
        lot(160, 5, map_series="09844"),  # of which nothing is known
    )  # fmt: skip
    assert wrong(session, project) == {
        "1": "Hồng Hà (00097) → Tây Hồ (00103), Bồ Đề (00118) · lịch sử (history)"
    }
    bounded(session, WARD, 0, 150)  # what is measured counts more than what is told
    assert "1" not in wrong(session, project)
