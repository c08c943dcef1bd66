"""The pages over HTTP on the loaded portfolio: addresses, policy, counts that equal their lists, the form."""

from __future__ import annotations

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from projects.steps import STEPS
from tests.portfolio_codes import CODES

TABS = ("ban-do", "mat-bang", "duong-gang", "ho-so", "thong-tin")
HTML = {"accept": "text/html"}
PROJECT = "THUONGCAT"  # the form tests change cases of this project only


def page(client: TestClient, path: str, status: int = 200) -> str:
    """The text of a page as a browser gets it."""
    answer = client.get(path, headers=HTML)
    assert answer.status_code == status, (path, answer.text[:300])
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text


def field(html: str, name: str) -> str:
    """The value of a hidden or text input of the form."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


def case_at(client: TestClient, step: str) -> str:
    """The code of a case at a step that nobody has changed yet."""
    query: dict[str, str | int] = {"project": PROJECT, "buoc": step, "limit": 500}
    rows = client.get("/api/cases", params=query).json()["rows"]
    return str(next(row["code"] for row in rows if row["version"] == 1))


def entered(html: str, **changed: str) -> dict[str, str]:
    """What a browser would send for the form as it stands, with some fields filled in."""
    chosen = re.search(r'<option value="(\w+)" selected>', html)
    assert chosen
    kept = {name: field(html, name) for name in ("version", "key", "effective_on", "promised_on")}
    return (
        {"step": chosen[1], "document": "", "signer": "Một", "obstacle": "", "reason": "", "note": ""}
        | kept
        | changed
    )


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_of_every_project_is_there_in_both_languages(
    client: TestClient, code: str, lang: str
) -> None:
    for tab in TABS:
        assert f'<html lang="{lang}">' in page(client, f"/du-an/{code}/{tab}?lang={lang}")
    assert f'<html lang="{lang}">' in page(client, f"/bao-cao-cham/{code}?lang={lang}")


@pytest.mark.parametrize("path", ["/danh-muc", "/bao-cao-cham", "/docs", "/du-an/TULIEN/ban-do"])
def test_scripts_and_styles_carry_the_nonce_of_their_own_answer(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    policy = answer.headers["content-security-policy"]
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy)
    assert nonce
    openings = re.findall(r"<(?:script|style)\b[^>]*>", answer.text)
    assert openings
    assert [tag for tag in openings if f'nonce="{nonce[1]}"' not in tag] == []
    assert client.get(path, headers=HTML).headers["content-security-policy"] != policy


@pytest.mark.parametrize("path", ["/danh-muc", "/bao-cao-cham/TULIEN", "/docs", "/du-an/TULIEN/ban-do"])
def test_everything_a_page_loads_is_served_from_here(client: TestClient, path: str) -> None:
    addresses = re.findall(r'(?:src|href)="([^"#]+)"', page(client, path))
    assert [a for a in addresses if not a.startswith("/")] == []
    files = {unescape(a) for a in addresses if a.startswith("/tinh/")}
    assert files
    for file in files:
        answer = client.get(file)
        assert answer.status_code == 200, file
        assert "immutable" in answer.headers["cache-control"]
        assert not file.endswith("v=0"), f"{file} has no content hash"


def test_fonts_named_by_the_style_sheet_are_served(client: TestClient) -> None:
    sheet = client.get("/tinh/a/css/fonts.css").text
    fonts = set(re.findall(r'url\("([^"]+)"\)', sheet))
    assert len(fonts) == 12
    for font in fonts:
        assert client.get(font).content[:4] == b"wOF2"


def test_the_root_and_a_bare_project_lead_to_their_page_and_keep_the_date(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).headers["location"] == "/danh-muc"
    answer = client.get("/du-an/TULIEN?ngay=2026-04-01", follow_redirects=False)
    assert answer.headers["location"] == "/du-an/TULIEN/ban-do?ngay=2026-04-01"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/khong-co", 404),
        ("/du-an/KHONGCO/ban-do", 404),
        ("/du-an/KHONGCO", 404),
        ("/ho-so/KHONG-CO", 404),
        ("/bao-cao-cham/KHONGCO", 404),
        ("/danh-muc?ngay=mai", 422),
        ("/danh-muc?ngay=1999-01-01", 422),
        ("/du-an/TULIEN/ho-so?tu=-1", 422),
        ("/du-an/TULIEN/ho-so?gang=x", 422),
        ("/du-an/TULIEN/ho-so?buoc=%00&phuong=%27%3B--&mui=%F0%9F%92%A5", 200),
        ("/danh-muc?nhom=%00&phuong=x&den=y", 200),
    ],
)
def test_a_bad_address_gets_a_page_that_says_what_to_do(client: TestClient, path: str, status: int) -> None:
    html = page(client, path, status)
    if status != 200:
        assert 'class="button button-main"' in html
        assert "Traceback" not in html


def test_a_program_gets_json_for_the_same_failure(client: TestClient) -> None:
    answer = client.get("/du-an/KHONGCO/ban-do", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["error"] == "NotFound"


def test_the_language_is_remembered_and_every_page_offers_the_other(client: TestClient) -> None:
    assert 'href="/danh-muc?den=late&amp;lang=en"' in page(client, "/danh-muc?den=late")
    page(client, "/danh-muc?lang=en")
    assert '<html lang="en">' in page(client, "/bao-cao-cham")
    page(client, "/danh-muc?lang=vi")
    assert '<html lang="vi">' in page(client, "/bao-cao-cham")


def test_a_demo_says_that_it_is_on_this_machine_only(client: TestClient) -> None:
    for path in ("/bao-cao-cham", "/du-an/DA712/thong-tin"):
        assert "Chế độ trình diễn: chỉ trên máy này" in page(client, path)


def test_counts_equal_the_lists_they_open(client: TestClient) -> None:
    view = client.get("/api/projects/TULIEN").json()
    land = view["summary"]["land"]

    def counted(query: str) -> tuple[int, int]:
        html = page(client, f"/du-an/TULIEN/ho-so?{query}")
        if "Không hồ sơ nào khớp bộ lọc" in html:
            return 0, 0
        found = re.search(r"<h2>([\d.]+) hồ sơ, ([\d.]+) thửa", html)
        assert found
        return int(found[1].replace(".", "")), int(found[2].replace(".", ""))

    assert counted("") == (land["cases"], land["parcels"])
    assert counted("gang=1")[0] == view["summary"]["driving_cases"] > 0
    assert [counted(f"buoc={group}")[1] for group in range(1, 8)] == land["by_group"]
    assert sum(counted(f"buoc={step}")[0] for step in STEPS) == land["cases"]
    for ward in view["delay"]["wards"]:
        assert counted(f"phuong={ward['ward_code']}&mo=1")[0] == ward["cases_open"]
        assert counted(f"phuong={ward['ward_code']}&gang=1")[0] == ward["cases_driving"]
    for front in view["delay"]["fronts"]:
        if not front["cases_total"]:
            continue  # a front that needs no land has no link, even where parcels of its neighbours touch it
        assert counted(f"mui={front['code']}")[0] == front["cases_total"]
        assert counted(f"mui={front['code']}&mo=1")[0] == front["cases_open"]


def test_light_counts_equal_the_rows_they_show(client: TestClient) -> None:
    for light, count in client.get("/api/projects").json()["lights"].items():
        html = page(client, f"/danh-muc?den={light}")
        assert html.count('data-code="') == count


def test_paging_walks_through_every_case_once(client: TestClient) -> None:
    address, seen = f"/du-an/{PROJECT}/ho-so", []
    while address:
        html = page(client, address)
        seen += re.findall(r'<tr data-code="([^"]+)"', html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        address = unescape(following[1]) if following else ""
    total = client.get("/api/cases", params={"project": PROJECT, "limit": 1}).json()["total"]
    assert len(seen) == len(set(seen)) == total


def test_the_report_names_the_parcels_that_hold_the_date(client: TestClient) -> None:
    driver = client.get("/api/reports/delay/TULIEN").json()["projects"][0]["drivers"][0]
    html = page(client, "/bao-cao-cham/TULIEN")
    parcel = driver["parcels"][0]
    assert driver["case"] in html
    assert f"tờ {parcel['sheet']} – thửa {parcel['number']}" in html


def test_a_change_by_the_form_is_written_once_however_often_it_is_sent(client: TestClient) -> None:
    code = case_at(client, "S80")
    form = entered(page(client, f"/ho-so/{code}"), step="S85", document="12/BB")
    for _ in range(2):
        answer = client.post(f"/ho-so/{code}", data=form, headers=HTML, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/ho-so/{code}?da_ghi=2"
    after = client.get(f"/api/cases/{code}").json()
    assert (after["row"]["step"], after["row"]["version"]) == ("S85", 2)
    assert [event["kind"] for event in after["history"]].count("case.step") == 1
    assert "Đã ghi." in page(client, f"/ho-so/{code}?da_ghi=2")


def test_a_form_read_before_somebody_elses_change_shows_both_states(client: TestClient) -> None:
    code = case_at(client, "S80")
    stale = entered(page(client, f"/ho-so/{code}"), step="S85", document="5/BB", note="<b>ghi chú</b>")
    other = {"version": 1, "step": "S50", "effective_on": "2026-03-13", "reason": "lập lại"}
    assert client.patch(f"/api/cases/{code}", json=other).status_code == 200
    answer = client.post(f"/ho-so/{code}", data=stale, headers=HTML, follow_redirects=False)
    assert answer.status_code == 409
    for text in ("Đang lưu", "Bạn định ghi", STEPS["S50"].label_vi, STEPS["S85"].label_vi, 'value="5/BB"'):
        assert text in answer.text, text
    assert "&lt;b&gt;ghi chú&lt;/b&gt;" in answer.text
    assert field(answer.text, "version") == "2"
    assert field(answer.text, "key") != stale["key"]
    assert client.get(f"/api/cases/{code}").json()["row"]["version"] == 2


def test_an_illegal_step_is_refused_with_the_reason_at_its_field(client: TestClient) -> None:
    code = case_at(client, "S80")
    form = entered(page(client, f"/ho-so/{code}"), step="S90", effective_on="2045-01-01")
    answer = client.post(f"/ho-so/{code}", data=form, headers=HTML, follow_redirects=False)
    assert answer.status_code == 422
    assert 'aria-describedby="loi-document"' in answer.text
    assert 'aria-describedby="loi-effective_on"' in answer.text
    assert 'value="2045-01-01"' in answer.text
    assert client.get(f"/api/cases/{code}").json()["row"]["version"] == 1


@pytest.mark.parametrize(
    "broken", [{}, {"version": "x", "effective_on": "mai", "step": "S\x00", "promised_on": "0"}]
)
def test_a_form_without_sense_is_refused_and_nothing_is_written(
    client: TestClient, broken: dict[str, str]
) -> None:
    code = case_at(client, "S80")
    answer = client.post(f"/ho-so/{code}", data=broken, headers=HTML, follow_redirects=False)
    assert answer.status_code == 422
    assert "Chưa ghi" in answer.text
    assert client.get(f"/api/cases/{code}").json()["row"]["version"] == 1


def test_a_used_key_with_other_content_is_refused_as_a_conflict(client: TestClient) -> None:
    code = case_at(client, "S80")
    form = entered(page(client, f"/ho-so/{code}"), promised_on="2026-09-01")
    first = client.post(f"/ho-so/{code}", data=form, headers=HTML, follow_redirects=False)
    assert first.status_code == 303
    again = client.post(
        f"/ho-so/{code}", data=form | {"promised_on": "2026-10-01"}, headers=HTML, follow_redirects=False
    )
    assert again.status_code == 409
    assert client.get(f"/api/cases/{code}").json()["row"]["promised_on"] == "2026-09-01"


def test_the_count_of_a_blocked_stretch_opens_a_list_of_as_many_parcels(client: TestClient) -> None:
    blocked = client.get("/api/projects/TRANHUNGDAO").json()["blocked"]
    assert blocked
    for run in blocked:
        stretch = f"{run['from_m']:.1f}-{run['to_m']:.1f}"
        page = client.get(f"/du-an/TRANHUNGDAO/ho-so?mo=1&doan={stretch}", headers=HTML).text
        heading = re.search(r"hồ sơ, ([\d.]+) thửa", page)
        assert heading is not None, stretch
        assert int(heading[1].replace(".", "")) == run["parcels"], stretch


@pytest.mark.parametrize("stretch", ["a-b", "5", "-5-10", "1e9-2", "1-2-3"])
def test_a_stretch_that_is_none_is_refused(client: TestClient, stretch: str) -> None:
    assert client.get(f"/du-an/TULIEN/ho-so?doan={stretch}", headers=HTML).status_code == 422
