"""The cards of a case about people: who sees what of the holder, opening, changing, and the second person."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import ClearanceCase, Event, Holder
from tests.http.browsing import PAGE, enter, page, said, send
from tests.people import Tester, make_tester, owner_session

SECRET = "001077665544"
FIELDS = {"full_name": "Đỗ Thị Thẻ", "id_number": SECRET, "bank_account": "19031234567"}
Browse = Callable[[str], TestClient]


@pytest.fixture(scope="module")
def cases(portfolio_settings: Settings) -> Iterator[str]:
    """Codes of cases of one project, each given once."""
    with owner_session(portfolio_settings) as session:
        query = select(ClearanceCase.code).where(
            ClearanceCase.code.like("VD25-%"), ClearanceCase.step == "S80"
        )
        codes = list(session.scalars(query.order_by(ClearanceCase.code.desc())))
    return iter(codes)


@pytest.fixture
def case(cases: Iterator[str], client: TestClient) -> str:
    """A case whose holder is known."""
    code = next(cases)
    version = client.get(f"/api/cases/{code}/holder").json()["version"]
    answer = client.patch(f"/api/cases/{code}/holder", json={"version": version, "changes": FIELDS})
    assert answer.status_code == 200
    return code


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings, tester: Tester) -> dict[str, Tester]:
    """One account per role, each of all wards or of the project."""
    found = {"tester": tester}
    for role in ("ward_officer", "ward_leader", "board", "department", "leadership", "auditor"):
        found[role] = make_tester(
            portfolio_settings,
            f"the-{role}".replace("_", "-"),
            role,
            wards=None if role.startswith("ward") else (),
            projects=("VD25",) if role in ("board", "department") else (),
        )
    return found


@pytest.fixture
def browse(app: FastAPI, people: dict[str, Tester]) -> Iterator[Browse]:
    """The browser of a role, each its own."""
    opened: dict[str, TestClient] = {}

    def of(role: str) -> TestClient:
        if role not in opened:
            opened[role] = TestClient(app, base_url="https://127.0.0.1", follow_redirects=False)
            enter(opened[role], people[role])
        return opened[role]

    yield of
    for browser in opened.values():
        browser.close()


def card(html: str) -> str:
    """The card of the holder."""
    found = re.search(r'<section class="card" id="chu-su-dung">.*?</section>', html, re.DOTALL)
    return found[0] if found else ""


def form_of(html: str, mark: str) -> dict[str, str]:
    """The hidden and filled fields of the form of the holder's card that holds `mark`."""
    for form in re.findall(r"<form.*?</form>", card(html), re.DOTALL):
        if mark in form:
            inputs = re.findall(r"<input\b[^>]*>", form)
            named = [(re.search(r'name="([\w-]+)"', i), re.search(r'value="([^"]*)"', i), i) for i in inputs]
            return {n[1]: v[1] if v else "" for n, v, i in named if n and "checkbox" not in i}
    raise AssertionError(mark)


@pytest.mark.parametrize(
    ("role", "name", "number", "opens", "changes"),
    [
        ("ward_officer", "Đỗ Thị Thẻ", "•••544", True, True),
        ("board", "Đ. T. T.", "•••544", True, False),
        ("auditor", "Đ. T. T.", "•••544", True, False),
        ("department", "", "", False, False),
        ("leadership", "", "", False, False),
    ],
)
def test_each_role_sees_of_the_holder_what_the_table_says(
    browse: Browse, case: str, role: str, name: str, number: str, *, opens: bool, changes: bool
) -> None:
    html = page(browse(role), f"/ho-so/{case}")
    shown = card(html)
    assert bool(shown) is bool(name)
    assert name in said(shown)
    assert number in said(shown)
    assert SECRET not in html
    assert ("/chu-su-dung/mo" in shown) is opens
    assert ("Sửa chủ sử dụng" in shown) is changes
    openable = set(re.findall(r'name="truong" value="(\w+)"', shown))
    assert ("id_number" in openable) is (opens and role != "board")


def test_opening_shows_a_field_once_and_tells_the_history_who_and_why_but_not_what(
    browse: Browse, case: str, portfolio_settings: Settings
) -> None:
    browser = browse("auditor")
    path = f"/ho-so/{case}/chu-su-dung/mo"
    for wrong in ({"truong": ["id_number"], "ly_do": " "}, {"ly_do": "đối chiếu"}):
        refused = send(browser, path, wrong)
        assert refused.status_code == 422
        assert 'id="loi-ly_do_mo"' in refused.text
        assert SECRET not in refused.text
    assert 'value="id_number" checked' in send(browser, path, {"truong": ["id_number"]}).text
    opened = send(browser, path, {"truong": ["id_number"], "ly_do": "đối chiếu đơn"})
    assert opened.status_code == 200
    assert opened.headers["cache-control"] == "no-store"
    assert SECRET in card(opened.text)
    assert "19031234567" not in opened.text
    assert f'href="/ho-so/{case}?lang=en"' in opened.text
    assert SECRET not in page(browser, f"/ho-so/{case}")
    with owner_session(portfolio_settings) as session:
        event = session.scalars(
            select(Event).where(Event.kind == "holder.open", Event.object_code == case)
        ).one()
    assert (event.actor, event.reason, event.after) == (
        "the-auditor",
        "đối chiếu đơn",
        {"fields": ["id_number"]},
    )


def test_a_change_writes_what_differs_once_and_leaves_masked_fields_alone(
    browse: Browse, case: str, portfolio_settings: Settings
) -> None:
    browser = browse("ward_officer")
    form = form_of(page(browser, f"/ho-so/{case}"), "cs-full_name")
    assert form["cu_full_name"] == "Đỗ Thị Thẻ"
    assert form["cu_id_number"] == form["id_number"] == ""
    nothing = send(browser, f"/ho-so/{case}/chu-su-dung", form)
    assert nothing.status_code == 422
    assert "Chưa sửa trường nào" in nothing.text
    new = form | {"full_name": "Đỗ Thị Thẻ Mới", "phone": "0912345678", "xoa_bank_account": "1"}
    for _ in range(2):
        done = send(browser, f"/ho-so/{case}/chu-su-dung", new)
        assert done.headers["location"] == f"/ho-so/{case}?da=chu#chu-su-dung"
    with owner_session(portfolio_settings) as session:
        row = session.scalars(select(Holder).join(ClearanceCase).where(ClearanceCase.code == case)).one()
        assert (row.full_name, row.id_number, row.phone, row.bank_account) == (
            "Đỗ Thị Thẻ Mới", SECRET, "0912345678", None,
        )  # fmt: skip
        assert row.version == int(form["version"]) + 1


def test_a_wrong_or_stale_change_comes_back_with_what_was_entered(browse: Browse, case: str) -> None:
    browser = browse("ward_officer")
    form = form_of(page(browser, f"/ho-so/{case}"), "cs-full_name")
    wrong = send(browser, f"/ho-so/{case}/chu-su-dung", form | {"birth_date": "hôm qua", "phone": "0" * 300})
    assert wrong.status_code == 422
    for field in ("birth_date", "phone"):
        assert f'id="loi-cs-{field}"' in wrong.text
    assert 'value="hôm qua"' in wrong.text
    other = form_of(page(browse("ward_leader"), f"/ho-so/{case}"), "cs-full_name")
    assert send(browse("ward_leader"), f"/ho-so/{case}/chu-su-dung", other | {"email": "a@b.vn"}).is_redirect
    stale = send(browser, f"/ho-so/{case}/chu-su-dung", form | {"full_name": "Tên Khác"})
    assert stale.status_code == 409
    assert "vừa được người khác sửa" in stale.text
    assert 'value="Tên Khác"' in stale.text


def test_an_amount_waits_for_a_second_person_who_is_somebody_else(
    browse: Browse, case: str, portfolio_settings: Settings
) -> None:
    officer, leader = browse("ward_officer"), browse("ward_leader")
    form = form_of(page(officer, f"/ho-so/{case}"), "cs-amount")
    bad = send(officer, f"/ho-so/{case}/chu-su-dung", form | {"amount_vnd": "nhiều lắm", "document": ""})
    assert bad.status_code == 422
    assert 'value="nhiều lắm"' in bad.text
    asked = send(
        officer,
        f"/ho-so/{case}/chu-su-dung",
        form | {"amount_vnd": "4.126.500.000", "document": "412/QĐ-UBND"},
    )
    number = re.search(r"de_nghi=(\d+)#de-nghi", asked.headers["location"])
    assert number
    path = f"/ho-so/{case}/de-nghi/{number[1]}"
    own = page(officer, f"/ho-so/{case}")
    assert "4.126.500.000 đồng" in own
    assert "Người đề nghị không tự xác nhận" in own
    assert path not in own
    assert send(officer, path, {"quyet_dinh": "xac_nhan"}).status_code == 403
    assert path in page(leader, f"/ho-so/{case}")
    assert "4.126.500.000" not in page(browse("leadership"), f"/ho-so/{case}")
    silent = send(leader, path, {"quyet_dinh": "tu_choi"})
    assert silent.status_code == 422
    assert f'id="loi-ly_do_{number[1]}"' in silent.text
    assert send(leader, path, {"quyet_dinh": "bừa"}).status_code == 422
    for _ in range(2):
        assert (
            send(leader, path, {"quyet_dinh": "xac_nhan"})
            .headers["location"]
            .endswith("?da=xac-nhan#de-nghi")
        )
    with owner_session(portfolio_settings) as session:
        row = session.scalars(select(Holder).join(ClearanceCase).where(ClearanceCase.code == case)).one()
        assert row.amount_vnd == 4_126_500_000
    assert "4.126.500.000" in card(page(officer, f"/ho-so/{case}"))


def test_a_step_of_another_role_is_shown_but_not_offered(browse: Browse, case: str) -> None:
    offered = {}
    for role in ("ward_officer", "ward_leader", "leadership"):
        html = page(browse(role), f"/ho-so/{case}")
        select_of = re.search(r'<select id="step".*?</select>', html, re.DOTALL)
        offered[role] = set(re.findall(r'<option value="(\w+)"', select_of[0])) if select_of else set()
        assert "Đưa ra khỏi ranh giới" in html  # the lawful step itself is told to all
    assert "X2" in offered["ward_leader"] - offered["ward_officer"]
    assert offered["leadership"] == set()


@pytest.mark.parametrize("end", ["/chu-su-dung/mo", "/chu-su-dung", "/de-nghi/1"])
def test_no_form_about_people_works_without_its_token(browse: Browse, case: str, end: str) -> None:
    browser = browse("ward_leader")
    assert send(browser, f"/ho-so/{case}{end}", token=False).status_code == 403
    assert send(browser, f"/ho-so/{case}{end}").status_code in (404, 422)


def test_nothing_of_people_is_written_while_looking_back(browse: Browse, case: str) -> None:
    browser = browse("ward_officer")
    refused = browser.post(
        f"/ho-so/{case}/chu-su-dung/mo?biet_den=2026-11-26",
        data={"csrf": re.findall(r'name="csrf" value="(\w+)"', page(browser, "/tai-khoan"))[0]},
        headers=PAGE,
    )
    assert refused.status_code == 422
