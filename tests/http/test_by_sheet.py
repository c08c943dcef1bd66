"""A list of cases goes out as a sheet and comes back edited: tried without a trace, written all or none, once."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from python_calamine import CalamineWorkbook
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from maps.sheets import Heading, Sheet, workbook
from tests.http.browsing import PAGE, enter, said, token_of
from tests.people import Tester, make_tester, owner_session
from tests.unit.test_sheets import LEADS, dangerous

PROJECT = "TRANHUNGDAO"
ADDRESS = f"/du-an/{PROJECT}/ghi-theo-bang"
DAY = "2026-03-13"
Table = list[list[Any]]
HEADS = (
    "Mã hồ sơ",
    "Phiên bản",
    "Bước",
    "Ngày hiệu lực",
    "Mốc hẹn",
    "Vướng mắc",
    "Ghi chú",
    "Số văn bản",
    "Người ký",
    "Lý do",
)


def downloaded(client: TestClient, query: str = "") -> tuple[Table, list[str]]:
    """The rows of the list of cases as it is downloaded, and its headings."""
    answer = client.get(f"/du-an/{PROJECT}/ho-so/tai-ve?{query}")
    assert answer.status_code == 200, answer.text[:500]
    assert dangerous(answer.content) == []
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    at = next(i for i, row in enumerate(rows) if row[0] in ("Mã hồ sơ", "Case"))
    return [row for row in rows[at + 1 :] if row[0]], [str(cell) for cell in rows[at]]


def edited(rows: Table, headings: list[str], change: Callable[[dict[str, Any]], None]) -> bytes:
    """The sheet of these rows with a change made in each, as somebody saves it."""
    made = []
    for row in rows:
        cells = dict(zip(headings, row, strict=True))
        change(cells)
        made.append([cells[name] if cells[name] != "" else None for name in HEADS])
    kinds: Any = {"Phiên bản": "int", "Ngày hiệu lực": "date", "Mốc hẹn": "date"}
    from datetime import date

    return workbook(
        Sheet(
            "Hồ sơ", "x", [Heading(name, kinds.get(name, "text")) for name in HEADS], made, date(2026, 3, 13)
        )
    )


def send(browser: TestClient, file: bytes, name: str = "ho-so.xlsx") -> Response:
    token = token_of(browser.get("/tai-khoan", headers=PAGE).text)
    return browser.post(ADDRESS, data={"csrf": token}, files={"tep": (name, file)}, headers=PAGE)


def accept(browser: TestClient, trial: Response) -> Response:
    form = {
        name: unescape(re.findall(rf'name="{name}" value="([^"]*)"', trial.text)[-1])
        for name in ("csrf", "viec", "bang", "ten", "bo")
    }
    return browser.post(ADDRESS, data=form, headers=PAGE)


def rows_of(app: FastAPI, codes: list[str]) -> list[tuple[Any, ...]]:
    """Version, promised day, note and number of events of each case."""
    with owner_session(app.state.settings) as session:
        found = session.execute(
            text(
                "select c.version, c.promised_on::text, c.note, (select count(*) from event e where e.object_type = "
                "'case' and e.object_code = c.code) from clearance_case c where c.code = any(:c) order by c.code"
            ),
            {"c": codes},
        )
        return [tuple(row) for row in found]


def sheet_events(app: FastAPI) -> int:
    with owner_session(app.state.settings) as session:
        return session.scalar(text("select count(*) from event where kind = 'sheet.apply'")) or 0


@pytest.fixture
def desk(visitor: TestClient, tester: Tester) -> TestClient:
    enter(visitor, tester)
    return visitor


def untouched(client: TestClient, count: int, step: str = "S80") -> tuple[Table, list[str]]:
    rows, headings = downloaded(client, f"buoc={step}")
    version = headings.index("Phiên bản")
    fresh = [row for row in rows if row[version] == 1.0][:count]
    assert len(fresh) == count
    return fresh, headings


def test_the_downloaded_list_holds_what_the_page_lists(client: TestClient) -> None:
    rows, headings = downloaded(client, "gang=1")
    total = client.get("/api/cases", params={"project": PROJECT, "gang": 1, "limit": 1}).json()["total"]
    assert len(rows) == total > 0
    assert set(HEADS) <= set(headings)
    assert {type(row[headings.index("Diện tích (m²)")]) for row in rows} == {float}


def test_a_sheet_that_is_sent_back_as_it_was_changes_nothing(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    answer = client.get(f"/du-an/{PROJECT}/ho-so/tai-ve?buoc=S90")
    rows, _ = downloaded(client, "buoc=S90")
    trial = send(desk, answer.content)
    assert trial.status_code == 200, said(trial.text)[:800]
    assert f"0 dòng được nhận, {len(rows)} không đổi, 0 bị từ chối" in said(trial.text)
    assert 'value="ghi"' not in trial.text


def test_a_trial_leaves_no_trace_and_the_writing_is_whole_once_and_tells_of_the_sheet(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    rows, headings = untouched(client, 5)
    codes = sorted(str(row[0]) for row in rows)
    note = 'Ghi chú "có <b>ngoặc</b>" \u202eABC 🏠 =1+1'

    def change(cells: dict[str, Any]) -> None:
        cells |= {
            "Mốc hẹn": "15/09/2026",
            "Ghi chú": note,
            "Ngày hiệu lực": "2026-03-13",
            "Lý do": "họp 13/03",
        }

    file, before, told = edited(rows, headings, change), rows_of(app, codes), sheet_events(app)
    trial = send(desk, file)
    assert "5 dòng được nhận" in said(trial.text), said(trial.text)[:1500]
    assert "<b>ngoặc</b>" not in trial.text
    assert rows_of(app, codes) == before
    wrote = accept(desk, trial)
    assert wrote.status_code == 200
    assert "Đã ghi 5 hồ sơ" in said(wrote.text)
    assert rows_of(app, codes) == [(was[0] + 1, "2026-09-15", note, was[3] + 1) for was in before]
    assert sheet_events(app) == told + 1
    for again in (accept(desk, trial), send(desk, file)):
        assert "đã được ghi trước đây" in said(again.text)
    # Saved anew by another program, the same rows are other bytes: still nothing changes.
    resaved = send(desk, edited(rows, headings, lambda cells: change(cells)) + b"")
    assert "không có gì đổi" in said(resaved.text)

    def otherwise(cells: dict[str, Any]) -> None:
        change(cells)
        cells["Lý do"] = "lý do khác"

    other = edited(rows, headings, otherwise)
    assert "0 dòng được nhận, 5 không đổi" in said(send(desk, other).text)
    assert rows_of(app, codes) == [(was[0] + 1, "2026-09-15", note, was[3] + 1) for was in before]


def test_each_bad_row_is_refused_with_its_line_and_reason_and_the_rest_is_written(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    rows, headings = untouched(client, 6)
    wrong: list[dict[str, Any]] = [
        {"Mốc hẹn": "31/02/2026"},
        {"Vướng mắc": "KHONG_CO"},
        {"Bước": "S10", "Số văn bản": "1/TB"},
        {"Phiên bản": None, "Mốc hẹn": "2026-09-16"},
        {"Mã hồ sơ": "TULIEN-0001", "Mốc hẹn": "2026-09-16"},
        {"Mốc hẹn": "2026-09-16"},
    ]
    each = iter(wrong)
    codes = sorted(str(row[0]) for row in rows)
    before = dict(zip(codes, rows_of(app, codes), strict=True))
    trial = send(desk, edited(rows, headings, lambda cells: cells.update(next(each))))
    shown = said(trial.text)
    assert "1 dòng được nhận, 0 không đổi, 5 bị từ chối" in shown, shown[:1500]
    for line, why in (
        (2, "không phải là ngày có thật"),
        (3, "KHONG_CO"),
        (5, "Phiên bản"),
        (6, "Không có hồ sơ này"),
    ):
        row = re.search(rf'data-kind="refused" data-line="{line + 1}".*?</tr>', trial.text, re.DOTALL)
        assert row, (line, shown[:2000])
        assert why in said(row[0])
    wrote = accept(desk, trial)
    assert "Đã ghi 1 hồ sơ" in said(wrote.text)
    after = dict(zip(codes, rows_of(app, codes), strict=True))
    assert {code for code in codes if after[code] != before[code]} == {str(rows[5][0])}


def test_a_stale_row_is_refused_with_both_values_and_another_field_merges(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    rows, headings = untouched(client, 2)
    clash, merges = (str(row[0]) for row in rows)
    for code, field in ((clash, {"promised_on": "2026-10-01"}), (merges, {"note": "ai đó ghi"})):
        wrote = client.patch(f"/api/cases/{code}", json={"version": 1, **field, "effective_on": DAY})
        assert wrote.status_code == 200, wrote.text
    trial = send(desk, edited(rows, headings, lambda cells: cells.update({"Mốc hẹn": "2026-10-02"})))
    assert "1 dòng được nhận, 0 không đổi, 1 bị từ chối" in said(trial.text), said(trial.text)[:1500]
    row = re.search(r'data-kind="refused".*?</table>', trial.text, re.DOTALL)
    assert row
    assert "01/10/2026" in row[0]
    assert "02/10/2026" in row[0]
    accept(desk, trial)
    assert [(r[1], r[2]) for r in rows_of(app, [merges])] == [("2026-10-02", "ai đó ghi")]
    assert [r[1] for r in rows_of(app, [clash])] == ["2026-10-01"]


def test_one_row_that_cannot_be_written_any_more_keeps_all_from_being_written(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    rows, headings = untouched(client, 3)
    codes = sorted(str(row[0]) for row in rows)
    trial = send(desk, edited(rows, headings, lambda cells: cells.update({"Mốc hẹn": "2026-11-02"})))
    assert "3 dòng được nhận" in said(trial.text)
    wrote = client.patch(
        f"/api/cases/{codes[1]}", json={"version": 1, "promised_on": "2026-11-05", "effective_on": DAY}
    )
    assert wrote.status_code == 200
    before = rows_of(app, codes)
    refused = accept(desk, trial)
    assert refused.status_code == 409
    assert "Không ghi gì" in said(refused.text)
    assert rows_of(app, codes) == before


def test_a_step_for_two_people_becomes_a_proposal(app: FastAPI, client: TestClient, desk: TestClient) -> None:
    rows, headings = downloaded(client, "buoc=S80")
    new = {"Bước": "S90", "Số văn bản": "77/QĐ-UBND", "Người ký": "Lê Văn A", "Ngày hiệu lực": DAY}
    tried = send(desk, edited(rows[:200], headings, lambda cells: cells.update(new)))
    # The law lets some of them go on to the decision that day; the others are told what is missing.
    lawful = set(
        re.findall(r'data-kind="proposed" data-line="\d+".*?<a href="/ho-so/([\w-]+)"', tried.text, re.DOTALL)
    )
    assert lawful, said(tried.text)[:1500]
    chosen = [row for row in rows if row[0] in lawful][:2]
    codes = sorted(str(row[0]) for row in chosen)
    before = rows_of(app, codes)
    trial = send(desk, edited(chosen, headings, lambda cells: cells.update(new)))
    assert "chờ người thứ hai" in said(trial.text), said(trial.text)[:1200]
    wrote = accept(desk, trial)
    assert f"{len(codes)} đề nghị chờ người thứ hai" in said(wrote.text)
    assert rows_of(app, codes) == before


def test_a_formula_counts_as_its_saved_result_and_without_one_is_a_fault(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    rows, headings = untouched(client, 2)
    file = edited(rows, headings, lambda cells: cells.update({"Mốc hẹn": "2026-12-01"}))
    parts: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    page = parts["xl/worksheets/sheet1.xml"].decode()
    first = re.search(r'<c r="G3"([^>]*?)(/>|>.*?</c>)', page)
    second = re.search(r'<c r="G4"([^>]*?)(/>|>.*?</c>)', page)
    assert first
    assert second
    page = page.replace(first[0], '<c r="G3" t="str"><f>HYPERLINK("http://a.b")</f><v>kết quả đã lưu</v></c>')
    page = page.replace(second[0], '<c r="G4"><f>1+1</f></c>')
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": page.encode()}).items():
            archive.writestr(name, content)
    trial = send(desk, out.getvalue())
    shown = said(trial.text)
    assert "1 dòng được nhận, 0 không đổi, 1 bị từ chối" in shown, shown[:1200]
    assert "G4 là công thức chưa có kết quả" in shown
    assert "kết quả đã lưu" in shown


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", b"PK\x03\x04rubbish"),
        ("a.xlsx", b"MZ\x90\x00" + b"0" * 64),
        ("a.csv", b"x,y\n1,2\n"),
        ("a.xlsx", b""),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused_with_a_sentence(
    desk: TestClient, name: str, content: bytes
) -> None:
    answer = send(desk, content, name)
    assert answer.status_code == 422
    assert "Chưa làm gì cả" in said(answer.text)


def test_a_look_at_the_past_has_no_version_and_cannot_be_written(
    client: TestClient, desk: TestClient
) -> None:
    answer = client.get(f"/du-an/{PROJECT}/ho-so/tai-ve?buoc=S90&ngay=2026-03-13")
    assert "thiếu cột “Phiên bản”" in said(send(desk, answer.content).text)


def test_lead_strings_in_every_text_field_leave_and_come_back_as_text(
    app: FastAPI, client: TestClient, desk: TestClient
) -> None:
    leads = [
        lead.strip() for lead in LEADS if not any(ord(c) < 32 for c in lead.strip()) and len(lead.strip()) > 1
    ]
    leads = [lead for lead in leads if "\ufeff" not in lead][:24]
    rows, headings = untouched(client, 1)
    code = str(rows[0][0])
    for at, lead in enumerate(leads):
        version = rows_of(app, [code])[0][0]
        wrote = client.patch(
            f"/api/cases/{code}",
            json={"version": version, "note": lead, "effective_on": DAY, "reason": lead, "document": lead},
        )  # fmt: skip
        assert wrote.status_code == 200, wrote.text
        if at % 8 == 0:
            now, _ = downloaded(client, "buoc=S80")
            (row,) = [row for row in now if row[0] == code]
            assert row[headings.index("Ghi chú")] == lead
            answer = client.get(f"/du-an/{PROJECT}/ho-so/tai-ve?buoc=S80")
            assert "0 dòng được nhận" in said(send(desk, answer.content).text)


def test_an_officer_of_another_ward_writes_nothing_here(
    app: FastAPI, client: TestClient, portfolio_settings: Settings, third: TestClient
) -> None:
    rows, headings = untouched(client, 2)
    with owner_session(portfolio_settings) as session:
        ward = session.scalar(
            text(
                "select w.code from ward w where not exists (select from clearance_case c join project p on "
                "p.id = c.project_id where p.code = :p and c.ward_code = w.code) order by w.code limit 1"
            ),
            {"p": PROJECT},
        )
    stranger = make_tester(portfolio_settings, "bang-la", "ward_officer", wards=(str(ward),))
    enter(third, stranger)
    trial = send(third, edited(rows, headings, lambda cells: cells.update({"Mốc hẹn": "2026-12-02"})))
    assert "0 dòng được nhận, 0 không đổi, 2 bị từ chối" in said(trial.text)
    assert "Không có hồ sơ này" in said(trial.text)
