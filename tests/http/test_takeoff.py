"""The take-off page and answer: totals of all land equal PostGIS, names within the reach, versions compared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely
from geoalchemy2.shape import to_shape
from shapely.affinity import translate
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.history import record, touch
from geo.tables import Project
from geo.takings import current_corridor, put_corridor, refresh_takings
from tests.people import make_tester, owner_session

PROJECT = "MESO"  # these tests give this project another corridor
ORACLE = text(
    """
    select count(*) filter (where taken > 0.01) as touched, sum(taken) filter (where taken > 0.01) as taken_m2
    from (
        select st_area(st_transform(st_intersection(p.geom, c.geom), 5897)) as taken
        from parcel p join project j on j.id = p.project_id join corridor c on c.project_id = j.id and c.is_current
        where j.code = :code
    ) x
    """
)


def takeoff(client: TestClient, code: str = PROJECT, **query: Any) -> dict[str, Any]:
    answer = client.get(f"/api/projects/{code}/land/takeoff", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("code", ["TULIEN", "QL6"])
def test_totals_equal_postgis(client: TestClient, portfolio_settings: Settings, code: str) -> None:
    total = takeoff(client, code)["total"]
    with owner_session(portfolio_settings) as session:
        oracle = session.execute(ORACLE, {"code": code}).one()
    assert total["touched"] == oracle.touched > 0
    assert total["taken_m2"] == pytest.approx(oracle.taken_m2, rel=1e-6)


def test_rows_add_up_to_the_total(client: TestClient) -> None:
    answer = takeoff(client, "TULIEN")
    for name in ("parcels", "touched", "whole", "small", "parcels_m2", "taken_m2", "rest_m2"):
        assert sum(row[name] for row in answer["rows"]) == pytest.approx(answer["total"][name])


def test_small_rests_are_named_within_the_reach_and_counted_beyond(
    client: TestClient, portfolio_settings: Settings
) -> None:
    everybody = takeoff(client, "TULIEN", nguong=60)
    assert everybody["total"]["small"] == len(everybody["small_seen"]) > 0
    assert all(0 < row["largest_rest_m2"] < 60 for row in everybody["small_seen"])
    ward = everybody["small_seen"][0]["ward_code"]
    officer = make_tester(portfolio_settings, "thu-hoi", "ward_officer", wards=(ward,))
    mine = client.get("/api/projects/TULIEN/land/takeoff?nguong=60", headers=officer.headers).json()
    assert {row["ward_code"] for row in mine["small_seen"]} == {ward}
    assert mine["total"] == everybody["total"]


def test_another_corridor_makes_a_version_and_says_what_changed(
    client: TestClient, portfolio_settings: Settings
) -> None:
    before = takeoff(client)
    with owner_session(portfolio_settings) as session:
        project = session.scalars(select(Project).where(Project.code == PROJECT)).one()
        old = current_corridor(session, project.id)
        assert old is not None
        moved: Any = translate(to_shape(old.geom), 0.0004, 0.0001)
        shape = shapely.MultiPolygon(shapely.get_parts(moved).tolist())
        put_corridor(session, project.id, shape, derived=False, source="đo đạc thử")
        refresh_takings(session, project.id)
        touch(session, project.id)
        record(
            session, kind="corridor.load", object_type="project", object_code=PROJECT, project_code=PROJECT,
            actor="t", effective_on=date(2026, 3, 13),
        )  # fmt: skip
    after = takeoff(client, so=1)
    assert (after["corridor"]["version"], after["corridor"]["derived"]) == (2, False)
    diff = after["compared"]
    assert diff["added"] + diff["changed"] > 0
    assert diff["dropped"] + diff["changed"] > 0
    shift = diff["after_m2"] - diff["before_m2"]
    assert after["total"]["taken_m2"] - before["total"]["taken_m2"] == pytest.approx(shift, abs=1.0)
    page = client.get(f"/du-an/{PROJECT}/thu-hoi?so=1", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert 'id="so-sanh"' in page.text
    assert client.get(f"/api/projects/{PROJECT}/land/takeoff?so=9").status_code == 404
