"""Money and resettlement of a case as tracks; the stock of a project; graves and utilities by ward."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import (
    CaseFact,
    ClearanceCase,
    Event,
    Holder,
    Project,
    Relocation,
    ResettlementPlot,
    ResettlementSite,
)
from tests.people import Tester, make_tester, owner_session

PROJECT, SITE = "HONGHA", "KHU_THU"  # these tests change cases of this project only
APPROVED = 1_000_000_007


@pytest.fixture(scope="module")
def codes(portfolio_settings: Settings) -> Iterator[Iterator[str]]:
    """Cases without the payments of the demo, and a site in their project, which goes with its plots at the end."""
    with owner_session(portfolio_settings) as session:
        project = session.scalars(select(Project).where(Project.code == PROJECT)).one()
        query = select(ClearanceCase).where(ClearanceCase.project_id == project.id)
        cases = session.scalars(query.order_by(ClearanceCase.code).limit(60)).all()
        found = [case.code for case in cases]
        of_money = CaseFact.kind.like("payment.%")
        session.execute(delete(CaseFact).where(of_money, CaseFact.case_id.in_([case.id for case in cases])))
        for case in cases:
            session.get_one(Holder, case.id).amount_vnd = Decimal(APPROVED)
        session.add(
            ResettlementSite(
                project_id=project.id,
                code=SITE,
                name_vi="Khu thử",
                plots=20,
                source="bài thử",
                ward_code="09817",
            )
        )
        session.add(event(cases[0]))
    assert len(found) > 40
    yield iter(found)
    with owner_session(portfolio_settings) as session:
        session.execute(delete(ResettlementPlot).where(ResettlementPlot.site == SITE))
        session.execute(delete(ResettlementSite).where(ResettlementSite.code == SITE))
        session.add(event(cases[0]))


def event(case: ClearanceCase) -> Event:
    return Event(
        effective_on=case.step_on, actor="tests", kind="test", object_type="case", object_code="-", after={}
    )


@pytest.fixture
def case(codes: Iterator[str]) -> str:
    return next(codes)


def pay(client: TestClient, code: str, kind: str, amount: int | None, on: str = "2026-03-02") -> Any:
    fields = {"kind": f"payment.{kind}", "on": on, "document": f"PC {kind}/{on}", "amount": amount}
    return client.post(f"/api/cases/{code}/money", json={"fields": fields})


def money(client: TestClient, code: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/cases/{code}/money").json()["money"]
    return found


def home(client: TestClient, code: str, act: str, **body: Any) -> Any:
    path = f"/api/cases/{code}/resettlement" + (f"/{act}" if act else "")
    return client.post(path, json=body)


def entitle(client: TestClient, code: str, kind: str = "land", party: str = "") -> None:
    fields = {
        "kind": "resettlement.needed",
        "on": "2026-02-01",
        "value": kind,
        "document": "DS 1",
        "party": party,
    }
    assert home(client, code, "", fields=fields).status_code == 201


def plots(client: TestClient, rows: list[dict[str, Any]]) -> Any:
    return client.post(f"/api/projects/{PROJECT}/resettlement/plots", json={"site": SITE, "rows": rows})


def test_payments_in_part_add_up_to_what_was_approved_and_never_beyond(client: TestClient, case: str) -> None:
    assert money(client, case)["state"] == "approved"
    assert pay(client, case, "invited", None, "2026-03-01").status_code == 201
    assert money(client, case)["state"] == "invited"
    assert pay(client, case, "part", 400_000_000).status_code == 201
    state = money(client, case)
    assert (state["state"], state["paid"], state["left"]) == ("part", "400000000", "600000007")
    beyond = pay(client, case, "part", 600_000_008, "2026-03-03")
    assert beyond.status_code == 422
    assert "600.000.007" in beyond.json()["faults"][0]["message"]
    assert pay(client, case, "full", 600_000_006, "2026-03-04").status_code == 422
    assert pay(client, case, "full", 600_000_007, "2026-03-04").status_code == 201
    state = money(client, case)
    assert (state["state"], state["left"], state["late_days"]) == ("paid", "0", 0)


def test_money_that_is_refused_goes_on_deposit_which_counts_as_paid(client: TestClient, case: str) -> None:
    assert pay(client, case, "refused", None).status_code == 201
    assert money(client, case)["state"] == "refused"
    assert pay(client, case, "deposited", None).status_code == 422
    assert pay(client, case, "deposited", APPROVED, "2026-03-09").status_code == 201
    state = money(client, case)
    assert (state["state"], state["deposited"], state["left"]) == ("deposited", str(APPROVED), "0")


def test_who_sees_no_amounts_sees_the_state_alone(
    client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    pay(client, case, "part", 123_456_789)
    who = make_tester(portfolio_settings, "tien-so-nganh", "department", projects=(PROJECT,))
    answer = client.get(f"/api/cases/{case}/money", headers=who.headers)
    assert answer.json()["money"]["state"] == "part"
    assert "123456789" not in answer.text
    assert str(APPROVED) not in answer.text
    page = client.get(f"/ho-so/{case}", headers=who.headers | {"accept": "text/html"}).text
    assert "123.456.789" not in page
    assert "đã chi trả một phần" in page


def test_a_plot_is_drawn_handed_over_and_leaves_its_proof(
    client: TestClient, case: str, codes: Iterator[str]
) -> None:
    rows = [{"code": f"L{n}", "kind": "land", "area_m2": 100 + n} for n in range(3)]
    assert plots(client, rows).json() == {"code": SITE, "added": 3, "changed": 0, "unchanged": 0}
    drawn = {"on": "2026-02-20", "document": "BB 5", "site": SITE, "plot": "L1"}
    refused = home(client, case, "draw", fields=drawn)
    assert (refused.status_code, "TDC-01" in refused.text) == (422, True)
    entitle(client, case)
    given = home(client, case, "draw", fields=drawn)
    assert (given.status_code, given.json()["code"]) == (201, f"{SITE}/L1")
    assert home(client, case, "draw", fields=drawn | {"plot": "L2"}).status_code == 422  # holds one already
    other = next(codes)
    entitle(client, other)
    taken = home(client, other, "draw", fields=drawn)
    assert (taken.status_code, taken.json()["error"]) == (409, "MovedOn")
    handed = home(client, case, "handover", version=1, fields={"on": "2026-03-01", "document": "BB 9"})
    assert handed.status_code == 200
    kinds = [fact["kind"] for fact in client.get(f"/api/cases/{case}/facts").json()["facts"]]
    assert {"resettlement.drawn", "resettlement.handed", "proof.land_handed"} <= set(kinds)
    assert client.get(f"/api/cases/{case}/money").json()["home"] == "handed"
    late = home(client, case, "release", version=2, reason="đổi ý", fields={"on": "2026-03-02"})
    assert late.status_code == 422


def test_a_released_plot_is_free_again_and_its_draw_counts_no_more(
    client: TestClient, case: str, codes: Iterator[str]
) -> None:
    plots(client, [{"code": "R1", "kind": "flat", "area_m2": 70}])
    entitle(client, case, "flat")
    drawn = {"on": "2026-02-20", "document": "BB 6"}
    assert home(client, case, "draw", fields=drawn).json()["code"] == f"{SITE}/R1"
    other = next(codes)
    entitle(client, other, "flat")
    empty = home(client, other, "draw", fields=drawn)
    assert (empty.status_code, "Hết quỹ" in empty.text) == (422, True)
    assert (
        home(client, case, "release", version=1, fields={"on": "2026-03-01"}).status_code == 422
    )  # no reason
    assert (
        home(client, case, "release", version=9, reason="x", fields={"on": "2026-03-01"}).status_code == 409
    )
    freed = home(client, case, "release", version=1, reason="chọn nhận tiền", fields={"on": "2026-03-01"})
    assert freed.status_code == 200
    assert client.get(f"/api/cases/{case}/money").json()["home"] == "needed"
    assert home(client, other, "draw", fields=drawn).json()["code"] == f"{SITE}/R1"


def test_a_table_of_plots_is_loaded_whole_or_not_and_twice_is_once(client: TestClient) -> None:
    rows = [{"code": f"T{n}", "kind": "land", "area_m2": "80,5"} for n in range(5)]
    wrong = plots(
        client,
        [*rows, {"code": "T9", "kind": "sky", "area_m2": 80}, {"code": "T1", "kind": "land", "area_m2": 1}],
    )
    assert wrong.status_code == 422
    assert sorted(fault["where"] for fault in wrong.json()["faults"]) == ["rows[6].kind", "rows[7].area_m2"]
    before = stock(client)["total"]
    assert plots(client, rows).json()["added"] == 5
    assert plots(client, rows).json() == {"code": SITE, "added": 0, "changed": 0, "unchanged": 5}
    assert stock(client)["total"] == before + 5
    formula = plots(client, [{"code": "=1+1", "kind": "land", "area_m2": 90, "note": "@SUM(A1)"}])
    assert formula.json()["added"] == 1


def stock(client: TestClient) -> dict[str, Any]:
    sites = client.get(f"/api/projects/{PROJECT}/resettlement").json()["sites"]
    found: dict[str, Any] = next(site for site in sites if site["code"] == SITE)["counts"].get(
        "land", {"total": 0}
    )
    return found


def test_a_pasted_table_of_an_office_is_read_on_the_page(client: TestClient) -> None:
    pasted = "Mã\tLoại\tDiện tích\nD-01\tđất\t1.234,5\nD-02\tCăn hộ\t65\n"
    data = {"khu": SITE, "bang": pasted, "key": "dan-bang-1"}
    done = client.post(f"/du-an/{PROJECT}/tai-dinh-cu", data=data, follow_redirects=False)
    assert (done.status_code, "ghi=2-0-0" in done.headers["location"]) == (303, True)
    page = client.get(done.headers["location"]).text
    assert "D-01" in page
    assert "Thêm 2, sửa 0, giữ nguyên 0" in " ".join(page.split())
    bad = client.post(
        f"/du-an/{PROJECT}/tai-dinh-cu", data=data | {"bang": "cột,lạ\n1,2", "key": "dan-bang-2"}
    )
    assert (bad.status_code, "Dòng đầu phải có các cột" in bad.text) == (422, True)


def test_stock_and_need_are_what_the_rows_say(
    client: TestClient, case: str, portfolio_settings: Settings
) -> None:
    entitle(client, case)
    answer = client.get(f"/api/projects/{PROJECT}/resettlement").json()
    need = answer["needs"]["land"]
    assert need["total"] == need["met"] + need["waiting"]
    assert need["short"] == max(0, need["waiting"] - need["free"])
    with owner_session(portfolio_settings) as session:
        facts = session.scalars(
            select(CaseFact.case_id)
            .join(Project, Project.id == CaseFact.project_id)
            .where(Project.code == PROJECT, CaseFact.kind == "resettlement.needed", CaseFact.value == "land")
        ).all()
    assert need["total"] == len(set(facts))
    for site in answer["sites"]:
        for count in site["counts"].values():
            assert count["total"] == count["free"] + count["held"] + count["drawn"] + count["handed"]


def count_graves(client: TestClient, **more: Any) -> Any:
    fields = {"kind": "grave", "description": "Khu mộ thử", "count": 7, "state_on": "2026-01-05", **more}
    return client.post(f"/api/projects/{PROJECT}/relocations", json={"fields": fields})


def test_graves_go_one_state_at_a_time_each_with_its_paper(client: TestClient, tester: Tester) -> None:
    code = count_graves(client, ward_code="09817").json()["code"]
    path = f"/api/projects/{PROJECT}/relocations/{code}/move"

    def move(state: str, version: int, on: str = "2026-02-01", **more: Any) -> Any:
        return client.post(
            path, json={"version": version, "fields": {"state": state, "state_on": on}, **more}
        )

    assert move("paid", 1, document="x").status_code == 422
    assert move("planned", 1).status_code == 422
    assert move("planned", 1, on="2026-01-01", document="x").status_code == 422
    assert move("planned", 1, document="PA 1").json()["version"] == 2
    assert move("planned", 1, document="PA 1").status_code == 409
    assert move("counted", 2).status_code == 422
    assert move("counted", 2, reason="đếm lại").status_code == 200
    for version, state in ((3, "planned"), (4, "paid"), (5, "moved")):
        assert move(state, version, document="QĐ 2").status_code == 200
    assert (
        count_graves(client, ward_code="00001").status_code == 422
    )  # a ward that the project does not cross


def test_counts_of_graves_and_utilities_by_ward_are_those_of_the_rows(
    client: TestClient, portfolio_settings: Settings
) -> None:
    count_graves(client, ward_code="09817")
    shown = {
        (row["ward_code"], row["kind"]): row
        for row in client.get(f"/api/projects/{PROJECT}/relocations").json()["counts"]
    }
    with owner_session(portfolio_settings) as session:
        rows = session.scalars(
            select(Relocation)
            .join(Project, Project.id == Relocation.project_id)
            .where(Project.code == PROJECT)
        ).all()
    assert set(shown) == {(row.ward_code, row.kind) for row in rows}
    for (ward, kind), row in shown.items():
        mine = [r for r in rows if (r.ward_code, r.kind) == (ward, kind)]
        assert row["count"] == sum(r.count for r in mine)
        for state, count in row["by_state"].items():
            assert count == sum(r.count for r in mine if r.state == state)
