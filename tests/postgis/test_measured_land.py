"""After an import is accepted or undone, what was measured of the land is what measuring all of it anew would give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from shapely import MultiPolygon, box
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from geo.crs import to_wgs84
from geo.db import APP_ROLE, make_engine, make_sessions
from geo.migrate import upgrade
from geo.placing import relocate_parcels
from geo.proposing import work
from geo.takings import put_corridor, refresh_takings
from tests.people import app_url
from tests.postgis.land_rows import EAST, NORTH, add_event, add_ward, table
from tests.postgis.test_proposing import Land, lots, make_land

MEASURED = """
    select 'axis', p.sheet, p.number, a.alignment_id::text, round(a.from_m::numeric, 3),
           round(a.to_m::numeric, 3), a.side
    from parcel_alignment a join parcel p on p.id = a.parcel_id where p.project_id = :p
    union all
    select 'taken', p.sheet, p.number, t.corridor_id::text, round(t.taken_m2::numeric, 2),
           round(t.rest_m2::numeric, 2), round(t.largest_rest_m2::numeric, 2)::text
    from taking t join parcel p on p.id = t.parcel_id where p.project_id = :p
"""


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    made = make_engine(make_database(), maintenance=True)
    upgrade(made)
    with make_sessions(made).begin() as session:
        add_ward(session)
        add_event(session)
    yield made
    made.dispose()


@pytest.fixture
def land(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Land:
    """A project with a corridor of 16 m along its axis."""
    made = make_land(engine, lambda door: monkeypatch.setattr(work, "read_kept", door))
    with make_sessions(engine).begin() as session:
        shape: Any = to_wgs84(box(EAST, NORTH - 8, EAST + 1000, NORTH + 8))
        put_corridor(session, made.project_id, MultiPolygon([shape]), derived=False, source="t")
        add_event(session)
    return made


def measured(land: Land) -> list[tuple[Any, ...]]:
    with land.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(text(MEASURED), {"p": land.project_id}))


def anew(land: Land) -> list[tuple[Any, ...]]:
    with make_sessions(land.engine).begin() as session:
        relocate_parcels(session, land.project_id)
        refresh_takings(session, land.project_id)
        add_event(session)
    return measured(land)


def test_accepted_land_is_measured_as_all_of_it_would_be(land: Land) -> None:
    first = land.take(table(*lots(100, 140, 180)))
    told = measured(land)
    assert {(row[0], row[4]) for row in told if row[0] == "taken"} == {("taken", 60)}  # 20 m × 3 m of 10
    assert len(told) == 6
    assert told == anew(land)
    land.take(table(*lots(100, 141), filename="hai.gpkg"), full=True)  # one stays, one moves, one is dropped
    second = measured(land)
    assert len(second) == 4
    assert second == anew(land)
    assert land.row(first).state == "accepted"


def test_what_was_measured_returns_when_the_import_is_undone(land: Land) -> None:
    land.take(table(*lots(100, 140)))
    before = measured(land)
    second = land.take(table(*lots(105, 140, 300), filename="hai.gpkg"))
    assert measured(land) != before
    land.undo(second)
    assert measured(land) == before


def test_the_application_hands_measures_over_only_with_an_import(land: Land) -> None:
    land.take(table(*lots(100)))
    url = land.engine.url.render_as_string(hide_password=False)
    mine = app_url(url)
    app = make_engine(mine) if mine else make_engine(url, role=APP_ROLE)
    call = text("select land_measured(:p, '{}', '{}', '{}', '{}', '{}', '{}', null, '{}', '{}', '{}', '{}')")
    try:
        with app.connect() as connection:
            connection.execute(text("select set_config('duonggang.reach', 'all', true)"))
            with pytest.raises(DBAPIError) as refused:
                connection.execute(call, {"p": land.project_id})
        assert getattr(refused.value.orig, "sqlstate", "") == "DG001"
    finally:
        app.dispose()
    assert len(measured(land)) == 2
