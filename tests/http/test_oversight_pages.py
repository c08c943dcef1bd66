"""The sign-in log and the event browser, as administrator and auditor meet them."""

from __future__ import annotations

import re
from html import unescape

from sqlalchemy import select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import ClearanceCase, Event, SignIn
from tests.http.browsing import last_recorded, page, said
from tests.people import make_tester, owner_session


def test_the_sign_in_log_filters_and_pages_without_losing_a_line(
    admin: TestClient, portfolio_settings: Settings
) -> None:
    who = make_tester(portfolio_settings, "nhieu.lan", "leadership")
    with owner_session(portfolio_settings) as session:
        session.add_all(
            SignIn(account=who.name, outcome="wrong", network=f"10.0.0.{at % 3}", agent="")
            for at in range(120)
        )
        session.add(SignIn(account=who.name, outcome="ok", network="10.9.9.9", agent="Chrome Windows"))

    def walk(address: str) -> int:
        lines = 0
        while address:
            html = page(admin, address)
            lines += html.partition("<tbody>")[2].count("<tr>")
            onward = re.search(r'rel="next" href="([^"]+)"', html)
            address = unescape(onward[1]) if onward else ""
        return lines

    base = f"/quan-tri/dang-nhap?tai-khoan={who.name}"
    assert walk(base) == 121
    assert walk(f"{base}&ket-qua=wrong") == 120
    assert walk(f"{base}&mang=10.0.0.1") == 40
    assert walk(f"{base}&ket-qua=ok") == 1
    assert "Chrome trên Windows" in page(admin, f"{base}&ket-qua=ok")
    assert walk(f"{base}&tu-ngay=2020-01-01") == 121
    assert walk(f"{base}&den-ngay=2020-01-01") == 0


def test_an_administrator_sees_no_events_of_cases_and_an_auditor_does(
    admin: TestClient, auditor: TestClient
) -> None:
    path = "/quan-tri/su-kien?loai=case"
    assert "Không sự kiện nào khớp" in page(admin, path)
    shown = page(auditor, path)
    assert shown.count('<li id="su-kien-') == 50
    assert 'href="/ho-so/' in shown


def test_the_event_browser_filters_and_walks_through_every_event_once(
    auditor: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        right = set(
            session.scalars(select(Event.id).where(Event.kind == "case.import", Event.project_code == "YTE"))
        )
    seen: list[int] = []
    address = "/quan-tri/su-kien?viec=case.import&du-an=YTE"
    while address:
        html = page(auditor, address)
        seen += [int(number) for number in re.findall(r'<li id="su-kien-(\d+)"', html)]
        onward = re.search(r'rel="next" href="([^"]+)"', html)
        address = unescape(onward[1]) if onward else ""
    assert seen == sorted(right, reverse=True)
    for query, some in (
        ("so=1", True), ("loai=portfolio", True), ("nguoi=nobody", False), ("tu-ngay=2099-01-01", False),
        ("den-ngay=2000-01-01", False), ("ghi-tu=2099-01-01", False), ("ghi-den=2000-01-01", False),
        ("ma=TULIEN-0001", True), ("viec=%00&ma=%27%3B--", False),
    ):  # fmt: skip
        html = page(auditor, f"/quan-tri/su-kien?{query}")
        assert ('<li id="su-kien-' in html) is some, query
    assert "Ngày phải có dạng" in page(auditor, "/quan-tri/su-kien?tu-ngay=mai", 422)


def test_the_event_browser_looks_back_as_everything_else(
    auditor: TestClient, admin: TestClient, portfolio_settings: Settings
) -> None:
    before = last_recorded(portfolio_settings)
    make_tester(portfolio_settings, "sau.luc.ay", "leadership")
    path = "/quan-tri/su-kien?loai=account&ma=sau.luc.ay"
    assert "Lập tài khoản" in page(auditor, path).partition("<ol")[2]
    then = page(auditor, f"{path}&biet_den={before}")
    assert "Không sự kiện nào khớp" in then
    assert "như đã biết khi đó" in then


def test_protected_values_are_never_shown_in_the_event_browser(
    auditor: TestClient, client: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        code = session.scalar(select(ClearanceCase.code).where(ClearanceCase.code.like("DLTL-%")).limit(1))
    version = client.get(f"/api/cases/{code}/holder").json()["version"]
    canary = {"full_name": "Hoàng Yến Canari", "id_number": "001099887766", "address": "Số 5 ngõ Canari"}
    answer = client.patch(f"/api/cases/{code}/holder", json={"version": version, "changes": canary})
    assert answer.status_code == 200, answer.text
    with owner_session(portfolio_settings) as session:
        event = session.scalars(
            select(Event).where(Event.kind == "holder.change", Event.object_code == code)
        ).one()
        assert "Canari" in str(event.after)  # the control: the value is in the event
    html = page(auditor, f"/quan-tri/su-kien?viec=holder.change&ma={code}")
    shown = said(html)
    assert "H. Y. C." in shown
    assert "•••766" in shown
    assert "đã đổi" in shown
    for secret in ("Canari", "001099887766", "ngõ"):
        assert secret not in html
