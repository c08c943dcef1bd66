"""One selection: what belongs to it is what the database says, and land beyond the reader's reach is only counted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from api.usecases.calculation import calculate
from geo.access import access_project
from projects.model import NodeKind
from tests.people import make_tester, owner_session, system_context

CODE = "TULIEN"


def chosen(client: TestClient, chon: str, *, headers: dict[str, str] | None = None, code: str = CODE) -> Any:
    answer = client.get(f"/api/projects/{code}/chosen", params={"chon": chon}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def rows(settings: Settings, query: str, **values: Any) -> list[Any]:
    with owner_session(settings) as session:
        return list(session.execute(text(query), values))


def test_a_stretch_has_the_cases_whose_land_lies_on_it_and_the_works_of_its_fronts(
    client: TestClient, portfolio_settings: Settings
) -> None:
    ((axis, low, high),) = rows(
        portfolio_settings,
        "select a.code, f.from_m, f.to_m from work_front f join section s on s.id = f.section_id join alignment a on "
        "a.id = s.alignment_id join project p on p.id = f.project_id where p.code = :p and f.code = 'B1'",
        p=CODE,
    )
    said = chosen(client, f"doan:{axis}:{low + 1:.3f}-{high - 1:.3f}")
    land = rows(
        portfolio_settings,
        "select distinct c.code, c.id, x.parcel_id from parcel_alignment x join clearance_case c on c.id = x.case_id "
        "join alignment a on a.id = x.alignment_id join project p on p.id = x.project_id where p.code = :p and "
        "a.code = :a and x.from_m < :high and x.to_m > :low and c.step <> 'X2'",
        p=CODE, a=axis, low=low + 1, high=high - 1,
    )  # fmt: skip
    assert land
    assert said["cases"] == sorted({code for code, _, _ in land})
    assert sorted(said["numbers"]) == sorted({number for _, number, _ in land})
    assert said["parcels_all"] == len({parcel for _, _, parcel in land})
    assert said["fronts"] == ["B1"]
    with owner_session(portfolio_settings) as session:
        ctx, project = system_context(), access_project(session, CODE)
        calculation = calculate(session, ctx, project, ctx.today())
        assert calculation.reckoning is not None
        works = calculation.reckoning.works
    assert set(said["activities"]) == {code for code, front in works.fronts.items() if front == "B1"}
    assert any(works.kinds[code] is NodeKind.POSSESSION for code in said["activities"])


def test_parcel_case_and_activity_lead_to_one_another(
    client: TestClient, portfolio_settings: Settings
) -> None:
    parcel, case, axis, low, high = rows(
        portfolio_settings,
        "select x.parcel_id::text, c.code, a.code, x.from_m, x.to_m from parcel_alignment x join clearance_case c on "
        "c.id = x.case_id join alignment a on a.id = x.alignment_id join project p on p.id = x.project_id "
        "where p.code = :p and exists (select from parcel_front f where f.parcel_id = x.parcel_id) "
        "order by c.code limit 1",
        p=CODE,
    )[0]
    of_parcel, of_case = chosen(client, f"thua:{parcel}"), chosen(client, f"ho-so:{case}")
    assert of_parcel["cases"] == of_case["cases"] == [case]
    assert of_parcel["activities"] == of_case["activities"] != []
    assert {"alignment": axis, "from_m": low, "to_m": high}.items() <= of_parcel["runs"][0].items()
    assert any(run["from_m"] <= low and high <= run["to_m"] for run in of_case["runs"])
    back = chosen(client, f"viec:{of_case['activities'][0]}")
    assert case in back["cases"]
    assert back["activities"] == of_case["activities"][:1]
    assert back["fronts"] == of_case["fronts"]


def test_land_out_of_reach_is_counted_and_never_named(
    client: TestClient, portfolio_settings: Settings
) -> None:
    wards = rows(
        portfolio_settings,
        "select c.ward_code, min(c.code), (array_agg(p.id::text))[1] from clearance_case c join parcel p on "
        "p.case_id = c.id join project q on q.id = c.project_id where q.code = :p group by 1 order by count(*)",
        p=CODE,
    )
    (mine, own, _), (_, other, parcel) = wards[0], wards[-1]
    reader = make_tester(portfolio_settings, "chon-mot-phuong", "ward_officer", wards=(mine,))
    ((axis, end),) = rows(
        portfolio_settings,
        "select a.code, max(x.to_m) from parcel_alignment x join alignment a on a.id = x.alignment_id "
        "join project p on p.id = x.project_id where p.code = :p group by 1",
        p=CODE,
    )
    whole = f"doan:{axis}:0-{end:.0f}"
    all_of_it, said = chosen(client, whole), chosen(client, whole, headers=reader.headers)
    ours = {
        code
        for (code,) in rows(
            portfolio_settings, "select code from clearance_case where ward_code = :w", w=mine
        )
    }
    assert own in said["cases"]
    assert set(said["cases"]) <= ours < set(all_of_it["cases"]) | ours
    assert len(said["numbers"]) == len(said["cases"])
    assert {one["case"] for one in said["parcels"]} <= ours
    for same in ("cases_all", "cases_open", "parcels_all", "activities", "runs"):
        assert said[same] == all_of_it[same]
    for foreign in (f"ho-so:{other}", f"thua:{parcel}", f"ho-so:{own},{other}"):
        answer = client.get(f"/api/projects/{CODE}/chosen", params={"chon": foreign}, headers=reader.headers)
        assert answer.status_code == 404
        assert client.get(f"/api/projects/{CODE}/chosen", params={"chon": foreign}).status_code == 200


@pytest.mark.parametrize(
    ("chon", "status"),
    [("viec:KHONG-CO", 404), ("ho-so:QL6-0001", 404), ("doan:KHONG:1-2", 404), ("cay:1", 422), ("doan:T:9-1", 422),
     ("thua:00000000-0000-0000-0000-000000000000", 404)],
)  # fmt: skip
def test_what_is_not_of_the_project_cannot_be_chosen(client: TestClient, chon: str, status: int) -> None:
    assert client.get(f"/api/projects/{CODE}/chosen", params={"chon": chon}).status_code == status


@pytest.mark.parametrize("code", ["TULIEN", "CCC", "YTE"])
def test_the_three_panes_stand_on_one_page_or_say_why_not(client: TestClient, code: str) -> None:
    page = client.get(f"/du-an/{code}/ba-khung")
    assert page.status_code == 200
    assert page.text.count('class="pane ') == 3
    drawn = 'class="dg-time"' in page.text
    assert drawn == (code == "TULIEN")
    assert drawn or "không có tim tuyến" in page.text
