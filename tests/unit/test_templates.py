"""Every page, rendered from invented views without a database: structure, safety, language."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi import FastAPI, Request

from api.errors import ErrorOut, FaultOut
from api.pages import case, docs, portfolio, problems, project, report
from api.pages.wanted_cases import Wanted
from api.rightsfile import rights
from api.settings import Settings
from api.usecases.signin import Door
from projects.rights import Principal
from tests.unit import invented_cases as ic
from tests.unit import invented_delay as idl
from tests.unit import invented_views as iv

NONCE = "nonce-for-tests"
VOID = {"meta", "link", "input", "br", "img", "hr"}
WARDS = {"TULIEN": list(iv.WARDS.items())}
SPANS = {"TL": [("00097", 0.0, 1100.0), ("00145", 1000.0, 2100.0), ("00454", 2090.0, 5150.0)]}
DAYS = (date(2026, 3, 1), date(2026, 6, 1))
NO_FILTER = {"nhom": "", "chu-dau-tu": "", "phuong": "", "den": ""}


LEADER = Principal("lan", "Lê Thị Lan", rights().roles["ward_leader"], wards=frozenset(iv.WARDS))


def no_database() -> AbstractContextManager[Any]:
    """These pages are made without a database."""
    raise AssertionError("a page asked for the database")


def request(path: str, lang: str, query: str = "") -> Request:
    """A request as the middleware leaves it."""
    app = FastAPI()
    app.state.settings = Settings(_env_file=None, secret="for tests only 0123456789abcdefghij")
    app.state.door = Door(begin=no_database, connect=no_database, rights=rights(), demo=False)
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "path": path,
        "query_string": query.encode(),
        "headers": [],
        "app": app,
        "state": {"lang": lang, "nonce": NONCE, "principal": LEADER},
    }
    return Request(scope)


def page_portfolio(lang: str, **chosen: str) -> str:
    answer = portfolio.portfolio_page(
        request("/danh-muc", lang),
        iv.overview(),
        WARDS,
        NO_FILTER | {k.replace("_", "-"): v for k, v in chosen.items()},
        lang,
    )
    return bytes(answer.body).decode()


def page_case(lang: str, **changed: Any) -> str:
    return bytes(case.render_case(request("/ho-so/HH-0302", lang), ic.case(**changed), lang).body).decode()


def body(answer: Any) -> str:
    return bytes(answer.body).decode()


REFUSAL = case.Refusal(
    ("người khác vừa sửa", "somebody else was faster"),
    "…",
    case.case_parts.compared(
        {"step": "S80", "step_on": "2026-03-05"}, {"step": "S90", "effective_on": "2026-03-13"}, "en"
    ),
    [],
)
PAGES: dict[str, Callable[[str], str]] = {
    "portfolio": page_portfolio,
    "map": lambda lang: body(
        project.render_map(request("/du-an/TULIEN/ban-do", lang), iv.project(), SPANS, lang, days=DAYS)
    ),
    "map of a programme": lambda lang: body(
        project.render_map(request("/du-an/DA712/ban-do", lang), iv.bare(), {}, lang, days=DAYS)
    ),
    "network": lambda lang: body(
        project.render_network(request("/x", lang), iv.project(), idl.SCHEDULE, lang, all_of_them=False)
    ),
    "network of a programme": lambda lang: body(
        project.render_network(request("/x", lang), iv.bare(), {"activities": []}, lang, all_of_them=False)
    ),
    "cases": lambda lang: body(
        project.render_cases(request("/x", lang), iv.project(), ic.case_list(), Wanted())
    ),
    "no cases": lambda lang: body(
        project.render_cases(request("/x", lang), iv.bare(), ic.case_list(0), Wanted())
    ),
    "facts": lambda lang: body(project.render_facts(request("/x", lang), iv.project())),
    "facts of a programme": lambda lang: body(project.render_facts(request("/x", lang), iv.bare())),
    "case": page_case,
    "case handed over": lambda lang: page_case(
        lang, row=ic.case_row(step="S105", drives=False), allowed=("S101",), history=(), note=None
    ),
    "case paused": lambda lang: page_case(lang, row=ic.case_row(step="X1", obstacle=None), allowed=()),
    "refused case": lambda lang: body(
        case.render_case(
            request("/ho-so/HH-0302", lang),
            ic.case(),
            lang,
            entered={"step": "S90", "document": "12/QĐ"},
            refusal=REFUSAL,
            faults={"document": ["…"]},
            status=409,
        )
    ),
    "portfolio report": lambda lang: body(
        report.render_portfolio_report(request("/bao-cao-cham", lang), iv.report(), iv.WARDS, lang)
    ),
    "report": lambda lang: body(
        report.render_project_report(
            request("/bao-cao-cham/TULIEN", lang), iv.project(), iv.WARDS, lang, chain_head="ab12"
        )
    ),
    "report of a programme": lambda lang: body(
        report.render_project_report(request("/x", lang), iv.bare(), iv.WARDS, lang)
    ),
    "problem": lambda lang: body(
        problems.render_problem(
            request("/x", lang),
            422,
            ErrorOut(error="InvalidInput", detail="…", faults=[FaultOut(where="ngay", message="…")]),
        )
    ),
    "docs": lambda lang: body(docs.docs(request("/docs", lang))),
}
EVERY = [(name, lang) for name in PAGES for lang in ("vi", "en")]


class Reader(HTMLParser):
    """Collects what the rules below look at, and complains about tags that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.english: list[str] = []
        self.broken: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if tag not in VOID:
            self.open.append((tag, found.get("lang") or (self.open[-1][1] if self.open else None)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1][0] != tag:
            self.broken.append(f"</{tag}> closes {self.open[-1:]} at line {self.getpos()[0]}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][0] not in ("script", "style") and self.open[-1][1] == "en":
            self.english.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_page_nests_its_tags_and_names_its_language(name: str, lang: str) -> None:
    found = read(PAGES[name](lang))
    assert found.broken == []
    assert found.open == []
    assert ("html", {"lang": lang}) in found.tags
    assert [tag for tag, _ in found.tags].count("h1") == 1
    assert [tag for tag, _ in found.tags].count("main") == 1


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_page_keeps_to_the_content_policy(name: str, lang: str) -> None:
    for tag, attributes in read(PAGES[name](lang)).tags:
        assert not [key for key in attributes if key.startswith("on")], (tag, attributes)
        if tag in ("script", "style"):
            assert attributes.get("nonce") == NONCE, attributes
        for key in ("src", "href", "action"):
            address = attributes.get(key) or "/"
            assert address.startswith(("/", "#")), (tag, address)
            assert not address.startswith("//"), (tag, address)


@pytest.mark.parametrize(("name", "lang"), EVERY)
def test_page_has_no_double_ids_and_every_label_finds_its_field(name: str, lang: str) -> None:
    tags = read(PAGES[name](lang)).tags
    ids = [str(attributes["id"]) for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids)), sorted(i for i in ids if ids.count(i) > 1)
    assert {a["for"] for tag, a in tags if tag == "label" and "for" in a} <= set(ids)


# Names stay Vietnamese in English text, and so do the places that the invented views name.
NAMES = "Tứ Liên Đuống Đường Găng P. Hồng Hà Bồ Đề Đông Anh Tây Hồ QĐ Quốc lộ Ba La Xuân Mai"
LETTERS = re.compile(r"[^\W\d_]+")


@pytest.mark.parametrize("name", PAGES)
def test_english_page_has_no_vietnamese_words_outside_elements_that_say_so(name: str) -> None:
    words = {word for text in read(PAGES[name]("en")).english for word in LETTERS.findall(text)}
    foreign = {word for word in words if not word.isascii() and word not in NAMES.split()}
    assert foreign - {"…", "m²", "²"} == set()


def test_late_projects_stand_first_and_those_that_cannot_be_assessed_last() -> None:
    html = page_portfolio("vi")
    names = ["Quốc lộ 6, Ba La – Xuân Mai", "Cầu Tứ Liên", "Cầu Thượng Cát", "Vành đai 1, Hoàng Cầu–Voi Phục"]
    order = [html.index(name + "</a>") for name in [*names, "712 dự án", "Hồ Tây"]]
    assert order == sorted(order)
    assert "Chưa có tiến độ – không đánh giá được (2)" in html


def test_status_is_a_word_and_a_shape_not_only_a_colour() -> None:
    html = page_portfolio("vi")
    assert 'class="light light-late"' in html
    assert "chậm trên 30 ngày" in html


def test_a_light_count_is_a_filter_that_shows_as_many_rows() -> None:
    html = page_portfolio("vi", den="late")
    assert html.count("<tr data-code=") == 2
    assert 'aria-current="true"' in html
    assert 'data-shown="QL6 TULIEN"' in html


def test_no_match_names_the_filter_that_excludes_most() -> None:
    html = page_portfolio("vi", chu_dau_tu="Ban QLDA ĐTXD công trình giao thông", phuong="khong-co")
    assert "Bộ lọc “phường, xã” loại nhiều nhất; bỏ nó thì còn 4 dự án." in html
    assert "phuong=khong-co" not in html[html.index("Bộ lọc “") :].split("</p>")[1]


def test_demo_data_is_marked_wherever_it_shows_and_nowhere_else() -> None:
    for name in ("portfolio", "map", "network", "cases", "facts", "case", "report", "portfolio report"):
        assert '<span class="demo">dữ liệu minh hoạ</span>' in PAGES[name]("vi"), name
    for name in ("map of a programme", "facts of a programme", "report of a programme"):
        assert '<span class="demo">' not in PAGES[name]("vi"), name


def test_a_claim_shows_its_numbers_the_computed_and_the_quoted_percentage_and_its_source() -> None:
    html = PAGES["facts"]("vi")
    for text in ("57,52 / 58,12", "98,97%", ">98,84%</q>", "khác số tính lại", "11/02/2026", "nguồn C"):
        assert text in html, text


@pytest.mark.parametrize(
    ("printed", "computed", "differs"),
    [
        ("98,84%", "98.97", True),
        ("62%", "61.91", False),
        ("61.66%", "61.66", False),
        ("98,8 %", "98.81", False),
        ("khoảng 60%", "61.66", False),
    ],
)
def test_a_printed_percentage_is_compared_at_the_precision_it_was_printed_in(
    printed: str, computed: str, differs: bool
) -> None:
    claim = iv.claim(quoted_percent=printed, computed_percent=iv.Decimal(computed))
    assert project.quoted_differs(claim) is differs


def test_user_text_leaves_as_text() -> None:
    evil = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    html = page_case("vi", note=evil, row=ic.case_row(obstacle=evil, ward_label=evil))
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "{{7*7}}" in html


def test_the_form_carries_the_version_and_a_key_that_is_new_each_time() -> None:
    first, second = (re.search(r'name="key" value="([^"]{20,})"', page_case("vi")) for _ in range(2))
    assert first
    assert second
    assert first[1] != second[1]
    assert 'name="version" value="3"' in page_case("vi")


def test_a_case_offers_exactly_its_lawful_next_steps() -> None:
    html = page_case("vi")
    select = html[html.index('<select id="step"') : html.index("</select>", html.index('<select id="step"'))]
    assert re.findall(r'<option value="(\w+)"', select) == ["S80", "S90", "S85", "S50", "S100", "X1", "X2"]


def test_a_refused_change_keeps_what_was_entered_beside_both_states() -> None:
    html = PAGES["refused case"]("vi")
    assert 'value="12/QĐ"' in html
    assert '<option value="S90" selected>' in html
    assert "Đang lưu" in html
    assert "Bạn định ghi" in html
    assert 'aria-invalid="true" aria-describedby="loi-document"' in html


def test_looking_at_another_data_date_is_read_only() -> None:
    asked = request("/ho-so/HH-0302", "vi", "ngay=2026-02-13")
    html = body(case.render_case(asked, ic.case(), "vi"))
    assert 'id="ghi"' not in html
    assert 'method="post" action="/ho-so' not in html
    assert 'class="asof asof-past"' in html
    assert 'href="/du-an/TULIEN/ho-so?ngay=2026-02-13"' in html


def test_a_blocked_run_without_parcels_is_not_drawn_as_free() -> None:
    nothing = iv.project(summary=iv.summary(land=iv.NO_LAND, blocked_m=None), blocked=())
    html = body(project.render_map(request("/x", "vi"), nothing, {}, "vi", days=DAYS))
    assert "dg-strip" not in html.replace("dg-strip-", "")
    assert "Chưa nhập thửa nên chưa biết đoạn nào vướng." in html


def test_a_paused_case_stands_where_it_was_paused() -> None:
    row = ic.case_row(step="X1")
    pause = ic.case().history[0]
    changed = {"before": {"step": "S60"}, "after": {"step": "X1"}}
    event = type(pause)(**{f: getattr(pause, f) for f in pause.__dataclass_fields__} | changed)
    stages = case.case_parts.lane(ic.case(row=row, history=(event,)))
    assert [stage.state for stage in stages] == ["done", "done", "now", "todo", "todo", "todo"]
