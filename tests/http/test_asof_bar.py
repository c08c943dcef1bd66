"""Every page says which state it shows, and the choice follows the reader."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import ClearanceCase
from tests.http.browsing import PAGE, enter, last_recorded, page, said
from tests.people import Tester, make_tester, owner_session

CASE = "TULIEN-0001"
DATA = ["/danh-muc", "/du-an/TULIEN/ban-do", "/du-an/TULIEN/ho-so", f"/ho-so/{CASE}", "/bao-cao-cham/TULIEN"]
NOW = ["/tai-khoan", "/quyen", "/quan-tri/tai-khoan", "/quan-tri/dang-nhap", "/dang-nhap"]


def bar(html: str) -> str:
    """The words of the bar."""
    found = re.search(r'<div class="asof.*?</div>', html, re.DOTALL)
    assert found
    return said(re.sub(r"<details.*", "", found[0], flags=re.DOTALL))


def links(html: str) -> list[str]:
    """The addresses that the page leads to inside the server, forms for reading included."""
    return [unescape(a) for a in re.findall(r'<a [^>]*href="(/[^"#]*)', html)]


@pytest.fixture
def leader(visitor: TestClient, tester: Tester) -> TestClient:
    """The browser of a ward leader of every ward."""
    enter(visitor, tester)
    return visitor


@pytest.mark.parametrize("path", DATA)
def test_a_page_of_data_says_its_day_and_what_is_known(leader: TestClient, path: str) -> None:
    html = page(leader, path)
    assert bar(html) == "Số liệu đến hết ngày 13/03/2026 · theo những gì đã ghi đến bây giờ"
    assert "asof-past" not in html
    there = bar(page(leader, f"{path}?ngay=2026-03-20"))
    assert there.startswith("Số liệu đến hết ngày 20/03/2026 · theo những gì đã ghi đến bây giờ")


@pytest.mark.parametrize("path", DATA)
def test_looking_back_says_when_and_that_it_is_read_only(
    leader: TestClient, path: str, portfolio_settings: Settings
) -> None:
    moment = last_recorded(portfolio_settings)
    html = page(leader, f"{path}?ngay=2026-03-20&biet_den={moment}")
    assert re.match(
        r"Số liệu đến hết ngày 20/03/2026 · theo những gì đã ghi đến \d\d:\d\d \d\d/\d\d/\d{4} "
        r"\( như đã biết khi đó.*chỉ đọc \) Về bây giờ$",
        bar(html).replace("(như", "( như").replace("đọc)", "đọc )"),
    ), bar(html)
    assert re.findall(r'<form[^>]*method="post" action="([^"]+)"', html) == ["/dang-xuat"] * 2
    english = bar(page(leader, f"{path}?biet_den={moment}&lang=en"))
    assert "as known then" in english
    assert "read only" in english
    leader.get("/danh-muc?lang=vi", headers=PAGE)


def test_a_correction_is_not_offered_while_looking_back(
    leader: TestClient, client: TestClient, portfolio_settings: Settings
) -> None:
    version = client.get(f"/api/cases/{CASE}").json()["row"]["version"]
    change = {"version": version, "note": f"để đính chính {version}"}
    assert client.patch(f"/api/cases/{CASE}", json=change).status_code == 200
    event = client.get(f"/api/cases/{CASE}").json()["history"][0]["id"]
    path = f"/ho-so/{CASE}/dinh-chinh/{event}"
    assert f'action="{path}"' in page(leader, path)
    there = page(leader, f"{path}?biet_den={last_recorded(portfolio_settings)}")
    assert 'method="post" action="/ho-so' not in there
    assert "Về bây giờ để đính chính" in there


def test_a_case_of_now_has_its_forms(leader: TestClient) -> None:
    """The control of the test above: what is missing there is here."""
    posts = re.findall(r'<form[^>]*method="post" action="([^"]+)"', page(leader, f"/ho-so/{CASE}"))
    assert f"/ho-so/{CASE}" in posts


def test_both_times_follow_from_page_to_page_and_into_the_maps(
    leader: TestClient, portfolio_settings: Settings
) -> None:
    moment = last_recorded(portfolio_settings)
    times = {"ngay": ["2026-03-20"], "biet_den": [moment]}
    html = page(leader, f"/du-an/TULIEN/ban-do?ngay=2026-03-20&biet_den={moment}")
    back = [a for a in links(html) if urlsplit(a).path == "/du-an/TULIEN/ban-do" and "?" not in a]
    assert back == ["/du-an/TULIEN/ban-do"]  # the way back to now, and nothing else, leaves them out
    own = {"/dang-xuat", "/docs"}
    for address in links(html):
        parts = urlsplit(address)
        if address in back or parts.path in own:
            continue
        query = parse_qs(parts.query)
        assert {key: query.get(key) for key in times} == times, address
    fetched = [unescape(a).replace("\\u0026", "&") for a in re.findall(r'"(/api/[^"]+)"', html)]
    assert len(fetched) >= 3
    for address in fetched:
        query = parse_qs(urlsplit(address).query)
        assert {key: query.get(key) for key in times} == times, address
        # A search has to be told of what; the page adds it when somebody asks.
        wanted = (
            "&case=TULIEN-0001"
            if "/parcels?" in address
            else "&q=TULIEN-0001"
            if "/search?" in address
            else ""
        )
        assert leader.get(address + wanted).status_code == 200


def test_the_form_of_the_bar_keeps_the_filters_and_leads_to_the_same_page(leader: TestClient) -> None:
    html = page(leader, "/du-an/TULIEN/ho-so?mo=1&tu=0&ngay=2026-03-20")
    form = re.search(r'<form class="asof-form".*?</form>', html, re.DOTALL)
    assert form
    assert 'action="/du-an/TULIEN/ho-so"' in form[0]
    fields = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form[0]))
    assert fields == {"mo": "1", "ngay": "2026-03-20", "biet_den": ""}
    # Left empty it means now, and the page is not read only because of it.
    assert "asof-past" not in page(leader, f"/ho-so/{CASE}?ngay=&biet_den=")
    assert 'id="ghi"' in page(leader, f"/ho-so/{CASE}?ngay=&biet_den=")


def test_the_moment_comes_back_into_its_field_in_hanoi_time(
    leader: TestClient, portfolio_settings: Settings
) -> None:
    moment = last_recorded(portfolio_settings)
    field = re.search(r'name="biet_den" value="([^"]+)"', page(leader, f"/danh-muc?biet_den={moment}"))
    assert field
    again = page(leader, f"/danh-muc?biet_den={field[1]}")
    assert f'name="biet_den" value="{field[1]}"' in again


def test_pages_without_data_say_that_they_show_now(visitor: TestClient, portfolio_settings: Settings) -> None:
    sentence = "Trang này hiện trạng thái bây giờ."
    assert bar(page(visitor, "/dang-nhap")) == sentence
    enter(visitor, make_tester(portfolio_settings, "kt.thanh", "auditor"))
    moment = last_recorded(portfolio_settings)
    for path in NOW[:-1]:
        assert bar(page(visitor, path)) == sentence
        there = page(visitor, f"{path}?biet_den={moment}")
        assert bar(there).startswith(f"{sentence} Các trang số liệu đang xem theo những gì đã ghi đến")
        assert "Về bây giờ" in bar(there)
    assert bar(page(visitor, "/quan-tri/su-kien")).startswith("Trang này: theo những gì đã ghi đến bây giờ")


def test_a_case_looks_as_it_was_known_and_changes_show_only_from_then_on(
    leader: TestClient, client: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        code, version = session.execute(
            select(ClearanceCase.code, ClearanceCase.version)
            .where(ClearanceCase.code.like("QL6-%"), ClearanceCase.step == "S80")
            .limit(1)
        ).one()
    before = last_recorded(portfolio_settings)
    change = {"version": version, "note": "mới ghi sau lúc ấy"}
    assert client.patch(f"/api/cases/{code}", json=change).status_code == 200
    assert "mới ghi sau lúc ấy" in page(leader, f"/ho-so/{code}")
    assert "mới ghi sau lúc ấy" not in page(leader, f"/ho-so/{code}?biet_den={before}")
    refused = leader.post(f"/ho-so/{code}?biet_den={before}", data={}, headers=PAGE)
    assert refused.status_code in (403, 422)


@pytest.mark.parametrize(
    "query", ["biet_den=2099-01-01", "biet_den=hôm qua", "ngay=mai", "known_at=1999-01-01"]
)
def test_a_time_that_cannot_be_shown_does_not_follow_the_reader(leader: TestClient, query: str) -> None:
    html = page(leader, f"/danh-muc?{query}", 422)
    action = re.search(r'class="button button-main" href="([^"]+)"', html)
    assert action
    assert action[1] == "/danh-muc"
    assert leader.get(action[1], headers=PAGE).status_code == 200


def test_a_printed_report_carries_the_moment_that_it_looked_back_to(
    leader: TestClient, portfolio_settings: Settings
) -> None:
    html = page(leader, f"/bao-cao-cham/TULIEN?biet_den={last_recorded(portfolio_settings)}")
    head = re.search(r'<div class="print-head">.*?</div>', html, re.DOTALL)
    assert head
    assert "theo những gì đã ghi đến" in head[0]


def test_what_one_may_not_see_and_what_is_not_there_get_the_same_page(
    visitor: TestClient, portfolio_settings: Settings
) -> None:
    with owner_session(portfolio_settings) as session:
        ward = session.scalar(text("select ward_code from clearance_case where code = :c"), {"c": CASE})
        other = session.scalar(
            text("select code from ward where code <> :w order by code limit 1"), {"w": ward}
        )
    enter(visitor, make_tester(portfolio_settings, "phuong.khac", "ward_officer", wards=(str(other),)))
    shown = [said(page(visitor, f"/ho-so/{code}", 404)) for code in (CASE, "TULIEN-9999")]
    assert shown[0] == shown[1]
    assert "Không có hồ sơ này." in shown[0]
    assert "Về danh mục" in shown[0]
