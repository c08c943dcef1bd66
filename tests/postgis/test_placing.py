"""Parcels that are in the database already follow their project when its route or its fronts change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import date

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from shapely import LineString
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from geo.crs import to_wgs84
from geo.db import make_engine, make_sessions
from geo.importing import import_parcels
from geo.migrate import upgrade
from geo.placing import join_places, load_ground, place, relocate_parcels
from geo.tables import Alignment, Parcel, ParcelFront, WorkFront
from tests.postgis.land_rows import EAST, NORTH, add_event, add_project, add_ward, lot, table


def test_relocated_parcels_are_where_a_fresh_import_would_put_them(session: Session) -> None:
    add_ward(session)
    project = add_project(session, fronts=[("A", 0, 500), ("B", 500, 1000)])
    land = table(lot(100, 5), lot(480, 5, width=40), lot(900, -20), lot(420, 470))
    import_parcels(session, "TULIEN", land, actor="tester", is_demo=True, effective_on=date(2026, 3, 13))
    alignment = session.scalars(select(Alignment)).one()
    turned = LineString([(EAST + 1000, NORTH), (EAST, NORTH)])
    alignment.geom = from_shape(to_wgs84(turned), srid=4326)
    alignment.start_m = 2000.0
    for front, start in zip(
        session.scalars(select(WorkFront).order_by(WorkFront.code)), (2000, 2500), strict=True
    ):
        front.from_m, front.to_m = start, start + 500
    session.flush()
    assert relocate_parcels(session, project.id) == 4
    session.expire_all()
    parcels = {p.number: p for p in session.scalars(select(Parcel))}
    assert parcels["1"].from_m == pytest.approx(2880, abs=0.01)
    assert parcels["1"].to_m == pytest.approx(2900, abs=0.01)
    assert [parcels[n].side for n in "123"] == ["R", "R", "L"]
    codes = {f.id: f.code for f in session.scalars(select(WorkFront))}
    numbers = {p.id: p.number for p in parcels.values()}
    pairs = {(numbers[row.parcel_id], codes[row.front_id]) for row in session.scalars(select(ParcelFront))}
    assert pairs == {("1", "B"), ("2", "A"), ("2", "B"), ("3", "A"), ("4", "B")}


def test_parcels_that_a_new_route_leaves_behind_lose_their_chainage(session: Session) -> None:
    add_ward(session)
    project = add_project(session, fronts=[("A", 0, 1000)])
    import_parcels(
        session, "TULIEN", table(lot(100, 5)), actor="tester", is_demo=True, effective_on=date(2026, 3, 13)
    )
    alignment = session.scalars(select(Alignment)).one()
    far = LineString([(EAST, NORTH + 3000), (EAST + 1000, NORTH + 3000)])
    alignment.geom = from_shape(to_wgs84(far), srid=4326)
    session.flush()
    relocate_parcels(session, project.id)
    session.expire_all()
    parcel = session.scalars(select(Parcel)).one()
    assert (parcel.alignment_id, parcel.from_m, parcel.to_m, parcel.side) == (None, None, None, None)
    assert session.scalars(select(ParcelFront)).all() == []


def test_land_that_has_not_moved_gets_no_new_version(make_database: Callable[[], str]) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    sessions = make_sessions(engine)
    with sessions.begin() as session:
        add_ward(session)
        project_id = add_project(session, fronts=[("A", 0, 500), ("B", 500, 1000)]).id
        land = table(lot(100, 5), lot(480, 5, width=40), lot(903.3, -20.7))
        import_parcels(session, "TULIEN", land, actor="tester", is_demo=True, effective_on=date(2026, 3, 13))
    kept = text("select (select count(*) from past.parcel), (select count(*) from past.parcel_front)")
    with sessions.begin() as session:
        assert relocate_parcels(session, project_id) == 3
        assert tuple(session.execute(kept).one()) == (0, 0)
        add_event(session)
    with sessions.begin() as session:
        session.execute(update(WorkFront).where(WorkFront.code == "B").values(from_m=510, to_m=900))
        assert relocate_parcels(session, project_id) == 3
        assert tuple(session.execute(kept).one()) == (0, 1)  # the control: the last parcel left its front
        add_event(session)
    engine.dispose()


def test_project_without_land_has_nothing_to_relocate(session: Session) -> None:
    project = add_project(session)
    assert relocate_parcels(session, project.id) == 0


def test_front_without_a_place_of_its_own_is_its_section(session: Session) -> None:
    project = add_project(session, line=None, area=[(0, 0), (100, 0), (100, 100), (0, 100)])
    assert load_ground(session, project.id).fronts == ()
    assert len(load_ground(session, project.id).areas) == 1


def test_parcels_measured_in_pieces_are_where_they_are_measured_at_once(session: Session) -> None:
    ground = load_ground(session, add_project(session, fronts=[("A", 0, 500)]).id)
    shapes = np.array(
        [row["shape"] for row in (lot(100, 5), lot(5000, 0), lot(480, 0), lot(0, -20), lot(9, 0))]
    )
    whole = place(ground, shapes)
    for cut in (1, 2, 4):
        joined = join_places([place(ground, shapes[:cut]), place(ground, shapes[cut:])])
        for part, same in ((joined, whole), (joined.touches, whole.touches)):
            for field in fields(part):
                if field.name != "touches":
                    np.testing.assert_array_equal(getattr(part, field.name), getattr(same, field.name))
