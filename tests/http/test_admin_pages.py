"""Accounts, sessions, tokens, the sign-in log and the event browser, as administrator and auditor meet them."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import Account, AccountScope, Delegation
from tests.http.browsing import PAGE, enter, page, said, send, token_of
from tests.people import Tester, make_tester, owner_session

PLACES = (
    "/quan-tri/tai-khoan",
    "/quan-tri/phien",
    "/quan-tri/ma",
    "/quan-tri/dang-nhap",
    "/quan-tri/su-kien",
)
NEW = {"ten": "moi.lap", "ho_ten": "Trần Thị Mới", "vai_tro": "ward_officer", "phuong": ["00097"]}


def fresh_password(html: str) -> str:
    found = re.search(r'<code id="mat-khau-moi">([\w-]+)</code>', html)
    assert found
    return found[1]


def account(settings: Settings, name: str) -> tuple[str, set[str], int, bool]:
    """Role, codes of the scope, epoch, whether disabled."""
    with owner_session(settings) as session:
        row = session.get_one(Account, name)
        codes = set(session.scalars(select(AccountScope.code).where(AccountScope.account == name)))
        return row.role, codes, row.epoch, row.disabled_at is not None


@pytest.mark.parametrize("path", PLACES)
def test_only_oversight_opens_the_administration(
    visitor: TestClient, auditor: TestClient, people: dict[str, Tester], path: str
) -> None:
    enter(visitor, people["ward_leader"])
    refused = page(visitor, path, 403)
    assert "Không được làm việc này" in refused
    assert "Quản trị" not in refused.partition("</header>")[0]
    assert page(auditor, path)
    send(visitor, "/dang-xuat")
    enter(visitor, people["administrator"])
    assert page(visitor, path)


def test_an_auditor_reads_everything_and_is_offered_no_button(
    auditor: TestClient, admin: TestClient, people: dict[str, Tester]
) -> None:
    for path in (*PLACES, f"/quan-tri/tai-khoan/{people['other'].name}"):
        posts = re.findall(r'<form[^>]*method="post" action="([^"]+)"', page(auditor, path))
        assert set(posts) == {"/dang-xuat"}, path
    # The control: the administrator's page of the same account has them.
    one = page(admin, f"/quan-tri/tai-khoan/{people['other'].name}")
    for end in ("", "/mat-khau", "/khoa", "/uy-quyen"):
        assert f'action="/quan-tri/tai-khoan/{people["other"].name}{end}"' in one


def test_the_list_of_accounts_says_role_scope_state_and_last_sign_in(
    admin: TestClient, third: TestClient, people: dict[str, Tester]
) -> None:
    enter(third, people["other"])
    html = page(admin, "/quan-tri/tai-khoan?tim=qt-khac")
    row = re.search(r"<tbody>.*?</tbody>", html, re.DOTALL)
    assert row
    words = said(row[0])
    for part in ("qt-khac", "Cán bộ phường, xã", "1 phường, xã", "đang dùng"):
        assert part in words
    assert "chưa lần nào" not in words
    assert "dữ liệu minh hoạ" not in words
    assert "dữ liệu minh hoạ" in said(page(admin, "/quan-tri/tai-khoan?tim=kiemtoan"))
    assert "Không tài khoản nào khớp" in page(admin, "/quan-tri/tai-khoan?tim=%25&vai-tro=board")


def test_a_new_account_gets_a_password_that_is_shown_once_and_lets_in_to_change_it(
    admin: TestClient, third: TestClient, portfolio_settings: Settings
) -> None:
    made = send(admin, "/quan-tri/tai-khoan", NEW)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    password = fresh_password(made.text)
    assert password not in page(admin, "/quan-tri/tai-khoan/moi.lap")
    assert account(portfolio_settings, "moi.lap")[:2] == ("ward_officer", {"00097"})
    enter(third, Tester("moi.lap", "ward_officer", password, ""))
    assert third.get("/danh-muc", headers=PAGE).headers["location"] == "/tai-khoan"
    # Sent again, it says that the name is taken and changes nothing.
    again = send(admin, "/quan-tri/tai-khoan", NEW)
    assert again.status_code == 422
    assert "Tên này đã có" in again.text
    assert 'value="Trần Thị Mới"' in again.text


def test_a_wrong_account_comes_back_with_every_fault_at_its_field_and_what_was_entered(
    admin: TestClient, portfolio_settings: Settings
) -> None:
    wrong = {
        "ten": "Không Dấu",
        "ho_ten": "",
        "vai_tro": "vua",
        "don_vi": "x" * 121,
        "phuong": ["00097", "99999"],
        "phuong_them": "P. Không Có, Hồng Hà",
        "du_an": "TULIEN",
        "du_an_them": "<script>",
    }
    answer = send(admin, "/quan-tri/tai-khoan", wrong)
    assert answer.status_code == 422
    for field in ("ten", "ho_ten", "vai_tro", "don_vi", "phuong", "du_an"):
        assert f'id="loi-{field}"' in answer.text, field
    assert "Không có “P. Không Có”." in unescape(answer.text)
    assert "Không có mã “99999”." in answer.text
    assert 'value="P. Không Có, Hồng Hà"' in answer.text
    assert 'value="TULIEN" checked' in answer.text
    assert "<script>" not in answer.text.partition("<main")[2].partition("</main>")[0]
    with owner_session(portfolio_settings) as session:
        assert session.scalar(select(Account.name).where(Account.display_name == "")) is None


def test_wards_and_projects_are_found_by_code_or_name_with_or_without_tone_marks(
    admin: TestClient, portfolio_settings: Settings
) -> None:
    form = NEW | {
        "ten": "theo.ten",
        "phuong": [],
        "phuong_them": "00097; tu liem, P. Tây Hồ",
        "du_an_them": "cau tu lien, VD1",
    }
    assert send(admin, "/quan-tri/tai-khoan", form).status_code == 200
    _, codes, _, _ = account(portfolio_settings, "theo.ten")
    with owner_session(portfolio_settings) as session:
        named = set(
            session.scalars(text("select code from ward where name in ('Hồng Hà', 'Từ Liêm', 'Tây Hồ')"))
        )
    assert codes == named | {"TULIEN", "VD1"}
    assert len(codes) == 5


def test_a_change_of_role_and_scope_holds_at_once_and_shows_before_and_after(
    admin: TestClient, third: TestClient, auditor: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "doi.quyen", "ward_officer", wards=("00097",))
    enter(third, who)
    html = page(admin, "/quan-tri/tai-khoan/doi.quyen")
    seen = re.search(r'name="phien_ban" value="(\d+)"', html)
    assert seen
    form = {
        "ho_ten": "Người Đổi", "vai_tro": "ward_leader", "phuong": ["00145"], "phien_ban": seen[1],
    }  # fmt: skip
    assert send(admin, "/quan-tri/tai-khoan/doi.quyen", form).status_code == 303
    assert account(portfolio_settings, "doi.quyen")[:2] == ("ward_leader", {"00145"})
    assert third.get("/tai-khoan", headers=PAGE).status_code == 303
    # The same again is written once; another change on the old state is refused with both told.
    assert send(admin, "/quan-tri/tai-khoan/doi.quyen", form).status_code == 303
    stale = send(admin, "/quan-tri/tai-khoan/doi.quyen", form | {"ho_ten": "Khác"})
    assert stale.status_code == 409
    assert "vừa được người khác sửa" in stale.text
    assert 'value="Khác"' in stale.text
    log = said(page(auditor, "/quan-tri/su-kien?loai=account&ma=doi.quyen&viec=account.change"))
    assert log.count("Sửa tài khoản · Tài khoản doi.quyen") == 1
    assert "Vai trò Cán bộ phường, xã → Lãnh đạo phường, xã" in log
    assert re.search(r"Phường, xã − P\. Hồng Hà \+ P\. \S+", log)


def test_a_reset_password_is_shown_once_and_ends_the_sessions(
    admin: TestClient, third: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "quen.mk", "leadership")
    enter(third, who)
    answer = send(admin, "/quan-tri/tai-khoan/quen.mk/mat-khau")
    password = fresh_password(answer.text)
    assert 'href="/quan-tri/tai-khoan/quen.mk?lang=en"' in answer.text  # not the address that was posted to
    assert third.get("/tai-khoan", headers=PAGE).status_code == 303
    assert password not in page(admin, "/quan-tri/tai-khoan/quen.mk")
    with pytest.raises(AssertionError):
        enter(third, who)
    enter(third, Tester(who.name, who.role, password, ""))


def test_disabling_needs_a_reason_and_closes_every_door(
    admin: TestClient,
    third: TestClient,
    client: TestClient,
    auditor: TestClient,
    portfolio_settings: Settings,
) -> None:
    who = make_tester(portfolio_settings, "nghi.viec", "leadership")
    enter(third, who)
    assert client.get("/api/projects", headers=who.headers).status_code == 200
    silent = send(admin, "/quan-tri/tai-khoan/nghi.viec/khoa", {"khoa": "1", "ly_do": " \x00 "})
    assert silent.status_code == 422
    assert 'id="loi-ly_do"' in silent.text
    assert not account(portfolio_settings, "nghi.viec")[3]
    for _ in range(2):
        done = send(admin, "/quan-tri/tai-khoan/nghi.viec/khoa", {"khoa": "1", "ly_do": "thôi việc"})
        assert done.status_code == 303
    assert third.get("/tai-khoan", headers=PAGE).status_code == 303
    assert client.get("/api/projects", headers=who.headers).status_code == 401
    log = said(page(auditor, "/quan-tri/su-kien?ma=nghi.viec&viec=account.disable"))
    assert log.count("Lý do: thôi việc") == 1
    assert "đã khoá" in said(page(admin, "/quan-tri/tai-khoan?trang-thai=disabled&tim=nghi.viec"))
    reopened = send(admin, "/quan-tri/tai-khoan/nghi.viec/khoa", {"khoa": "0", "ly_do": "quay lại"})
    assert reopened.headers["location"].endswith("?da=mo")
    enter(third, who)


def test_nobody_disables_or_promotes_themselves(
    admin: TestClient, people: dict[str, Tester], portfolio_settings: Settings
) -> None:
    name = people["administrator"].name
    html = page(admin, f"/quan-tri/tai-khoan/{name}")
    assert "Không ai tự khoá mình" in html
    assert 'id="vai_tro"' not in html
    assert send(admin, f"/quan-tri/tai-khoan/{name}/khoa", {"khoa": "1", "ly_do": "x"}).status_code == 403
    epoch = account(portfolio_settings, name)[2]
    form = {"ho_ten": "Tôi", "vai_tro": "auditor", "phien_ban": str(epoch)}
    assert send(admin, f"/quan-tri/tai-khoan/{name}", form).status_code == 403
    assert account(portfolio_settings, name)[0] == "administrator"


def test_a_delegation_is_recorded_once_and_its_faults_stand_at_their_fields(
    admin: TestClient, people: dict[str, Tester], portfolio_settings: Settings
) -> None:
    path = f"/quan-tri/tai-khoan/{people['ward_leader'].name}/uy-quyen"
    wrong = send(admin, path, {"nguoi_nhan": "khong.co", "tu_ngay": "2026-12-09", "den_ngay": "mai"})
    assert wrong.status_code == 422
    assert 'id="loi-nguoi_nhan"' in wrong.text
    assert 'id="loi-den_ngay"' in wrong.text
    assert 'value="2026-12-09"' in wrong.text
    backwards = {"nguoi_nhan": people["other"].name, "tu_ngay": "2026-12-09", "den_ngay": "2026-12-01"}
    assert 'id="loi-den_ngay"' in send(admin, path, backwards).text
    good = backwards | {"den_ngay": "2026-12-20"}
    for _ in range(2):
        assert send(admin, path, good).status_code == 303
    with owner_session(portfolio_settings) as session:
        rows = session.scalars(select(Delegation).where(Delegation.giver == people["ward_leader"].name)).all()
        assert [(row.taker, str(row.ends_on)) for row in rows] == [(people["other"].name, "2026-12-20")]
    shown = said(page(admin, path.removesuffix("/uy-quyen")))
    assert f"→ {people['other'].name} 09/12/2026 – 20/12/2026" in shown


def test_an_administrator_ends_sessions_and_revokes_tokens_of_others(
    admin: TestClient, third: TestClient, client: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "mat.may", "leadership")
    enter(third, who)
    sessions = page(admin, "/quan-tri/phien?tai-khoan=mat.may")
    (number,) = re.findall(r'action="/quan-tri/phien/(\d+)/ket-thuc"', sessions)
    one = "/quan-tri/tai-khoan/mat.may"
    ended = send(admin, f"/quan-tri/phien/{number}/ket-thuc", {"ve": one})
    assert ended.headers["location"] == f"{one}?da=phien"
    assert third.get("/tai-khoan", headers=PAGE).status_code == 303
    assert "bị kết thúc" in said(page(admin, "/quan-tri/phien?tai-khoan=mat.may&het=1"))
    (token,) = re.findall(
        r'action="/quan-tri/ma/(\d+)/thu-hoi"', page(admin, "/quan-tri/ma?tai-khoan=mat.may")
    )
    elsewhere = send(admin, f"/quan-tri/ma/{token}/thu-hoi", {"ve": "https://example.org/"})
    assert elsewhere.headers["location"] == "/quan-tri/ma?da=ma"
    assert client.get("/api/projects", headers=who.headers).status_code == 401
    assert send(admin, f"/quan-tri/ma/{token}/thu-hoi").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/quan-tri/tai-khoan",
        "/quan-tri/tai-khoan/qt-khac",
        "/quan-tri/tai-khoan/qt-khac/mat-khau",
        "/quan-tri/tai-khoan/qt-khac/khoa",
        "/quan-tri/tai-khoan/qt-khac/uy-quyen",
        "/quan-tri/phien/999999/ket-thuc",
        "/quan-tri/ma/999999/thu-hoi",
    ],
)
def test_no_form_of_the_administration_works_without_its_token(
    admin: TestClient, people: dict[str, Tester], path: str
) -> None:
    assert send(admin, path, token=False).status_code == 403
    assert send(admin, path).status_code in (200, 303, 404, 409, 422)


def test_an_auditor_who_sends_a_form_anyway_is_refused(
    auditor: TestClient, people: dict[str, Tester]
) -> None:
    token = token_of(page(auditor, "/tai-khoan"))
    for end in ("", "/mat-khau", "/khoa", "/uy-quyen"):
        path = f"/quan-tri/tai-khoan/{people['other'].name}{end}"
        assert auditor.post(path, data={"csrf": token}, headers=PAGE).status_code == 403


def test_an_unknown_account_is_a_page_that_says_so(admin: TestClient) -> None:
    for name in ("khong.co", "%27%3B--", "A" * 50):
        assert "Không có tài khoản này." in page(admin, f"/quan-tri/tai-khoan/{name}", 404)


def test_the_button_of_the_page_opens_a_disabled_account_again(
    admin: TestClient, portfolio_settings: Settings
) -> None:
    make_tester(portfolio_settings, "mo.lai", "leadership")
    path = "/quan-tri/tai-khoan/mo.lai"
    for state in (True, False):
        form = re.search(rf'action="{path}/khoa".*?</form>', page(admin, path), re.DOTALL)
        assert form
        fields = dict(re.findall(r'name="(\w+)" (?:type="hidden" )?value="(\w*)"', form[0]))
        assert send(admin, f"{path}/khoa", fields | {"ly_do": "thử"}).status_code == 303
        assert account(portfolio_settings, "mo.lai")[3] is state
