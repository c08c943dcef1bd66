"""The way in and out and one's own account, as a person at a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.guard import DEVICE_COOKIE, SESSION_COOKIE
from api.rightsfile import rights
from api.settings import Settings
from api.usecases.demo import demo_accounts
from tests.http.browsing import PAGE, enter, page, said, send, token_of
from tests.people import PASSWORD, Tester, make_tester, owner_session

OTHER = "năm cái nón lá treo trên vách"


@pytest.fixture(scope="module")
def people(portfolio_settings: Settings) -> dict[str, Tester]:
    """One account per role that the header is looked at with."""
    return {
        role: make_tester(
            portfolio_settings,
            f"cua.{role}".replace("_", "-"),
            role,
            wards=("00097",) if role == "ward_officer" else (),
        )
        for role in ("ward_officer", "leadership", "auditor", "administrator")
    }


@pytest.fixture
def second(app: FastAPI) -> Iterator[TestClient]:
    """Another browser."""
    with TestClient(app, base_url="https://127.0.0.1", follow_redirects=False) as opened:
        yield opened


def test_whoever_is_not_signed_in_is_led_to_the_form_and_back(visitor: TestClient, tester: Tester) -> None:
    asked = visitor.get("/bao-cao-cham?ngay=2026-03-20", headers=PAGE)
    assert asked.status_code == 303
    form = page(visitor, asked.headers["location"])
    assert 'name="tiep" value="/bao-cao-cham?ngay=2026-03-20"' in form
    answer = enter(visitor, tester, onward="/bao-cao-cham?ngay=2026-03-20")
    assert answer.headers["location"] == "/bao-cao-cham?ngay=2026-03-20"
    assert visitor.get(answer.headers["location"], headers=PAGE).status_code == 200


def test_the_cookie_is_for_this_host_only_and_not_for_scripts(visitor: TestClient, tester: Tester) -> None:
    cookie = enter(visitor, tester).headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    for mark in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
        assert mark in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize(
    "wanted", ["https://example.org/", "//example.org", "/\\example.org", "/dang-xuat", "javascript:x"]
)
def test_signing_in_never_leads_elsewhere(visitor: TestClient, tester: Tester, wanted: str) -> None:
    assert enter(visitor, tester, onward=wanted).headers["location"] == "/viec-hom-nay"


@pytest.mark.parametrize(
    ("role", "home"), [("ward_officer", "/viec-hom-nay"), ("administrator", "/danh-muc")]
)
def test_people_of_a_ward_begin_with_their_work_and_all_others_with_the_portfolio(
    visitor: TestClient, people: dict[str, Tester], role: str, home: str
) -> None:
    assert enter(visitor, people[role]).headers["location"] == home
    assert visitor.get("/dang-nhap", headers=PAGE).headers["location"] == home
    assert visitor.get(home, headers=PAGE).status_code == 200


def test_a_wrong_password_and_an_unknown_name_look_the_same(visitor: TestClient, tester: Tester) -> None:
    shown = []
    for name in (tester.name, "khong.co.ai"):
        form = {"csrf": token_of(page(visitor, "/dang-nhap")), "ten": name, "mat_khau": "sai hết rồi"}
        answer = visitor.post("/dang-nhap", data=form, headers=PAGE)
        assert answer.status_code == 401
        assert f'value="{name}"' in answer.text
        assert "sai hết rồi" not in answer.text
        shown.append(said(answer.text))
    assert shown[0] == shown[1]


def test_the_form_without_its_token_is_refused(visitor: TestClient, tester: Tester) -> None:
    page(visitor, "/dang-nhap")
    form = {"ten": tester.name, "mat_khau": tester.password}
    assert visitor.post("/dang-nhap", data=form, headers=PAGE).status_code == 403
    with_token = form | {"csrf": token_of(page(visitor, "/dang-nhap"))}
    assert visitor.post("/dang-nhap", data=with_token, headers=PAGE).status_code == 303


def test_demo_accounts_are_cards_that_lead_in_by_one_click(
    visitor: TestClient, portfolio_settings: Settings
) -> None:
    html = page(visitor, "/dang-nhap")
    cards = re.findall(r"<li><form.*?</li>", html, re.DOTALL)
    accounts = demo_accounts(portfolio_settings.secret_key)
    assert len(cards) == len(accounts)
    for card, account in zip(cards, accounts, strict=True):
        words = said(card)
        assert rights().roles[account.role].vi in words
        assert "Phạm vi:" in words
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', card))
        assert (fields["ten"], fields["mat_khau"]) == (account.name, account.password)
    first = dict(re.findall(r'name="(\w+)" value="([^"]*)"', cards[0]))
    assert visitor.post("/dang-nhap", data=first, headers=PAGE).status_code == 303
    assert "Cán bộ phường (minh hoạ)" in page(visitor, "/tai-khoan")


def test_in_earnest_there_are_no_demo_cards_and_no_passwords(portfolio_settings: Settings) -> None:
    settings = portfolio_settings.model_copy(update={"demo": False})
    engine = app_engine(settings)
    with TestClient(create_app(settings, engine=engine), base_url="https://127.0.0.1") as browser:
        html = page(browser, "/dang-nhap")
    engine.dispose()
    for account in demo_accounts(settings.secret_key):
        assert account.password not in html
        assert account.name not in html


@pytest.mark.parametrize(
    ("role", "offered"),
    [("ward_officer", False), ("leadership", False), ("auditor", True), ("administrator", True)],
)
def test_the_header_says_who_i_am_and_offers_what_i_may(
    visitor: TestClient, people: dict[str, Tester], role: str, *, offered: bool
) -> None:
    enter(visitor, people[role])
    header = page(visitor, "/quyen").partition("</header>")[0]
    assert f"Người thử {people[role].name}" in header
    assert rights().roles[role].vi in header
    assert 'action="/dang-xuat"' in header
    assert 'href="/quyen"' in header
    assert ('href="/quan-tri/tai-khoan"' in header) is offered


def test_the_rights_page_marks_my_own_role_and_knows_every_action_in_english(
    visitor: TestClient, people: dict[str, Tester]
) -> None:
    enter(visitor, people["auditor"])
    html = page(visitor, "/quyen")
    assert re.findall(r'<th scope="col" class="mine">(.*?)<', html) == ["Kiểm toán", "Kiểm toán"]
    english = said(page(visitor, "/quyen?lang=en"))
    for code, (words, _) in rights().actions.items():
        if code != "door":
            assert words in html
            assert words not in english, f"{code} has no English"


def test_signing_out_ends_the_session_and_not_only_the_cookie(visitor: TestClient, tester: Tester) -> None:
    enter(visitor, tester)
    secret = visitor.cookies[SESSION_COOKIE]
    assert send(visitor, "/dang-xuat").status_code == 303
    assert SESSION_COOKIE not in visitor.cookies
    visitor.cookies.set(SESSION_COOKIE, secret, domain="127.0.0.1", path="/")
    answer = visitor.get("/danh-muc", headers=PAGE)
    assert answer.headers["location"] == "/dang-nhap?tiep=%2Fdanh-muc&vi_sao=ended"
    assert "Phiên làm việc đã kết thúc" in page(visitor, answer.headers["location"])


def test_the_first_password_must_be_changed_before_anything_else(
    visitor: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "lan.dau", "leadership")
    with owner_session(portfolio_settings) as session:
        session.execute(text("update account set must_change = true where name = 'lan.dau'"))
    enter(visitor, who)
    assert visitor.get("/danh-muc", headers=PAGE).headers["location"] == "/tai-khoan"
    html = page(visitor, "/tai-khoan")
    assert "Đổi mật khẩu trước khi làm việc" in html
    assert 'href="/danh-muc"' not in html.partition("</header>")[0].partition("<nav")[2]
    assert "Tạo mã" not in html
    weak = {"cu": who.password, "moi": "lan.dau2026!", "lai": "lan.dau2026!"}
    for entered, where in (
        ({"cu": who.password, "moi": OTHER, "lai": "khác"}, "loi-lai"),
        ({"cu": "sai", "moi": OTHER, "lai": OTHER}, "loi-cu"),
        ({"cu": who.password, "moi": "ngắn", "lai": "ngắn"}, "loi-moi"),
        (weak, "loi-moi"),
    ):
        answer = send(visitor, "/tai-khoan/mat-khau", entered)
        assert answer.status_code == 422
        assert f'id="{where}"' in answer.text
        assert OTHER not in answer.text
    done = send(visitor, "/tai-khoan/mat-khau", {"cu": who.password, "moi": OTHER, "lai": OTHER})
    assert done.headers["location"] == "/tai-khoan?da=mat-khau"
    assert visitor.get("/danh-muc", headers=PAGE).status_code == 200


def test_a_new_password_ends_the_sessions_elsewhere_and_keeps_this_one(
    visitor: TestClient, second: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "hai.noi", "leadership")
    enter(visitor, who)
    enter(second, who)
    form = {"cu": PASSWORD, "moi": OTHER, "lai": OTHER}
    assert send(visitor, "/tai-khoan/mat-khau", form).status_code == 303
    assert visitor.get("/tai-khoan", headers=PAGE).status_code == 200
    assert second.get("/tai-khoan", headers=PAGE).status_code == 303


def test_a_session_elsewhere_is_ended_from_the_list(
    visitor: TestClient, second: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "ba.noi", "leadership")
    enter(second, who)
    enter(visitor, who)
    html = page(visitor, "/tai-khoan")
    assert "Nơi đang đăng nhập (2)" in said(html)
    first, other = re.findall(r"/tai-khoan/phien/(\d+)/ket-thuc", html)
    assert int(first) > int(other)  # the newest, this one, is on top
    assert send(visitor, f"/tai-khoan/phien/{other}/ket-thuc").status_code == 303
    assert second.get("/tai-khoan", headers=PAGE).status_code == 303
    assert visitor.get("/tai-khoan", headers=PAGE).status_code == 200
    assert send(visitor, f"/tai-khoan/phien/{other}/ket-thuc").status_code == 404


def test_a_token_is_shown_once_and_does_what_it_is_for(
    app: FastAPI, visitor: TestClient, portfolio_settings: Settings
) -> None:
    enter(visitor, make_tester(portfolio_settings, "co.ma", "ward_leader", wards=None))
    bad = send(visitor, "/tai-khoan/ma", {"ten": " ", "ngay_han": "9999"})
    assert bad.status_code == 422
    for where in ("ten", "ngay_han", "quyen"):
        assert f'id="loi-{where}"' in bad.text
    assert 'value="9999"' in bad.text
    made = send(visitor, "/tai-khoan/ma", {"ten": "<b>xuất</b> số", "ngay_han": "30", "doc": "1"})
    secret = re.search(r'<code id="ma-moi">(dg_[\w-]+)</code>', made.text)
    assert secret
    assert "&lt;b&gt;xuất&lt;/b&gt; số" in made.text
    again = page(visitor, "/tai-khoan")
    assert secret[1] not in again
    with TestClient(app, base_url="http://127.0.0.1") as program:
        headers = {"Authorization": f"Bearer {secret[1]}"}
        assert program.get("/api/projects", headers=headers).status_code == 200
        refused = program.patch("/api/cases/TULIEN-0001", json={"version": 99}, headers=headers)
        assert refused.status_code == 403  # made for reading
        number = re.search(r"/tai-khoan/ma/(\d+)/thu-hoi", again)
        assert number
        assert send(visitor, f"/tai-khoan/ma/{number[1]}/thu-hoi").status_code == 303
        assert program.get("/api/projects", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "path", ["/tai-khoan/mat-khau", "/tai-khoan/ma", "/tai-khoan/phien/1/ket-thuc", "/dang-xuat"]
)
def test_no_form_of_the_account_works_without_its_token(
    visitor: TestClient, people: dict[str, Tester], path: str
) -> None:
    enter(visitor, people["auditor"])
    refused = send(visitor, path, token=False)
    assert refused.status_code == 403
    assert "tải lại trang" in refused.text
    assert send(visitor, path).status_code != 403


def test_a_browser_without_a_session_has_only_its_mark(visitor: TestClient) -> None:
    page(visitor, "/dang-nhap")
    assert set(visitor.cookies) == {DEVICE_COOKIE}
