"""Papers of a case: numbered without gaps or doubles, kept as made, with no more of a person than the maker sees."""

from __future__ import annotations

import hashlib
import io
import re
import threading
from collections import Counter
from typing import Any

import pytest
from docx import Document
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from api.settings import Settings
from tests.http.browsing import PAGE, enter, page, said, token_of
from tests.people import Tester, make_tester, owner_session

PROJECT = "TRANHUNGDAO"
DAY = "2026-03-10"
KINDS = (
    "thong-bao-thu-hoi",
    "bien-ban-kiem-dem",
    "bien-ban-niem-yet",
    "giay-moi-nhan-tien",
    "bien-ban-ban-giao",
)
WRITERS = 16


@pytest.fixture(scope="module")
def cases(portfolio_settings: Settings) -> list[Any]:
    """(code, ward, holder's name) of cases of one ward with a named holder."""
    with owner_session(portfolio_settings) as session:
        rows = session.execute(
            text(
                "select c.code, c.ward_code, h.full_name, h.id_number from clearance_case c join project p on "
                "p.id = c.project_id join holder h on h.case_id = c.id where p.code = :p and h.full_name is not null "
                "and c.holder_kind = 'household' order by c.ward_code, c.code limit :n"
            ),
            {"p": PROJECT, "n": WRITERS},
        ).all()
    assert len(rows) == WRITERS
    return list(rows)


@pytest.fixture
def desk(visitor: TestClient, tester: Tester) -> TestClient:
    enter(visitor, tester)
    return visitor


def make(browser: TestClient, code: str, kind: str, *, day: str = DAY, key: str = "") -> Response:
    form = {"mau": kind, "ngay_van_ban": day, "key": key}
    if "authorization" not in browser.headers:  # a program's token needs no mark of a form
        form["csrf"] = token_of(page(browser, "/tai-khoan"))
    return browser.post(f"/ho-so/{code}/van-ban", data=form, headers=PAGE, follow_redirects=False)


def made(settings: Settings, code: str) -> list[Any]:
    """Rows of the papers of a case, oldest first."""
    with owner_session(settings) as session:
        found = text(
            "select p.* from case_paper p join clearance_case c on c.id = p.case_id where c.code = :c order by p.id"
        )
        return list(session.execute(found, {"c": code}).all())


def words(content: bytes) -> str:
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_made_kept_listed_and_downloaded_as_it_was_made(
    app: FastAPI, desk: TestClient, cases: list[Any], kind: str
) -> None:
    code, _, name, _ = cases[0]
    answer = make(desk, code, kind)
    assert answer.status_code == 303, said(answer.text)[:800]
    row = made(app.state.settings, code)[-1]
    shown = page(desk, f"/ho-so/{code}")
    assert f"{row.number}/{row.symbol}" in said(shown)
    for form, digest in (("pdf", row.pdf_sha256), ("docx", row.docx_sha256)):
        file = desk.get(f"/ho-so/{code}/van-ban/{row.id}/{form}")
        assert file.status_code == 200
        assert hashlib.sha256(file.content).hexdigest() == digest
        assert "attachment" in file.headers["content-disposition"]
        assert "minh-hoa" in file.headers["content-disposition"]
    written = words(file.content)
    assert name in written
    for part in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        f"Số: {row.number}/{row.symbol}",
        "Căn cứ",
        "Nơi nhận",
        "MINH HOẠ",
    ):
        assert part in written, part
    kept = app.state.settings.home / "papers" / row.pdf_sha256
    assert kept.stat().st_mode & 0o077 == 0


def test_sixteen_writers_get_the_numbers_in_a_row_each_once(
    client: TestClient, cases: list[Any], portfolio_settings: Settings
) -> None:
    kind, answers = "bien-ban-kiem-dem", []
    wards = {ward for _, ward, *_ in cases}
    before = {ward: _numbers(portfolio_settings, ward, kind) for ward in wards}

    def write(code: str) -> None:
        for _ in range(20):  # a server that is busy says so; the same form is sent again
            answer = make(client, code, kind, key=f"muoi-sau-{code}")
            if answer.status_code != 503:
                break
        answers.append(answer.status_code)

    threads = [threading.Thread(target=write, args=(code,)) for code, *_ in cases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * WRITERS
    for ward in wards:
        now = _numbers(portfolio_settings, ward, kind)
        assert sorted(now) == list(range(1, len(now) + 1))
        assert len(now) == len(before[ward]) + sum(w == ward for _, w, *_ in cases)


def _numbers(settings: Settings, ward: str, kind: str) -> list[int]:
    with owner_session(settings) as session:
        found = text("select number from case_paper where ward_code = :w and kind = :k and year = 2026")
        return list(session.scalars(found, {"w": ward, "k": kind}))


def test_the_table_itself_refuses_a_number_twice(
    portfolio_settings: Settings, desk: TestClient, cases: list[Any]
) -> None:
    code = cases[1][0]
    assert make(desk, code, KINDS[0]).status_code == 303
    row = made(portfolio_settings, code)[-1]
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), owner_session(portfolio_settings) as session:
        session.execute(
            text(
                "insert into case_paper (case_id, project_id, ward_code, kind, year, number, symbol, dated_on, "
                "data_date, "
                "shown, masked, docx_sha256, pdf_sha256, actor, is_demo) select case_id, project_id, ward_code, kind, "
                "year, number, symbol, dated_on, data_date, shown, masked, docx_sha256, pdf_sha256, actor, is_demo "
                "from case_paper where id = :id"
            ),
            {"id": row.id},
        )


def test_the_same_form_twice_makes_one_paper_and_other_content_with_its_key_none(
    portfolio_settings: Settings, desk: TestClient, cases: list[Any]
) -> None:
    code, key = cases[2][0], "van-ban-mot-lan"
    older = len(made(portfolio_settings, code))
    first = make(desk, code, KINDS[0], key=key)
    again = make(desk, code, KINDS[0], key=key)
    assert (first.status_code, again.headers["location"]) == (303, first.headers["location"])
    before = len(made(portfolio_settings, code))
    assert make(desk, code, KINDS[1], key=key).status_code == 409
    assert len(made(portfolio_settings, code)) == before == older + 1


def test_a_refused_paper_leaves_no_gap_in_the_numbers(
    portfolio_settings: Settings, desk: TestClient, cases: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, ward, *_ = cases[3]
    before = _numbers(portfolio_settings, ward, KINDS[3])

    def broken(*_: Any) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.usecases.papers.make_pdf", broken)
    assert make(desk, code, KINDS[3]).status_code >= 500
    monkeypatch.undo()
    assert _numbers(portfolio_settings, ward, KINDS[3]) == before
    assert make(desk, code, KINDS[3]).status_code == 303
    assert made(portfolio_settings, code)[-1].number == len(before) + 1


def test_what_the_maker_may_not_see_stays_dots_and_the_paper_says_so(
    app: FastAPI, desk: TestClient, third: TestClient, cases: list[Any], portfolio_settings: Settings
) -> None:
    code, _, name, id_number = cases[4]
    board = make_tester(portfolio_settings, "ban-van-ban", "board", projects=(PROJECT,))
    enter(third, board)
    assert make(third, code, KINDS[0]).status_code == 303
    row = made(portfolio_settings, code)[-1]
    assert set(row.masked) >= {"full_name", "id_number"}
    written = words(third.get(f"/ho-so/{code}/van-ban/{row.id}/docx").content)
    assert name not in written
    assert str(id_number) not in written
    assert "……" in written
    assert "Để trống theo quyền của người lập: họ và tên" in written
    # The leader's paper has the name; the board, which sees it masked, does not get that file.
    assert make(desk, code, KINDS[0]).status_code == 303
    theirs = made(portfolio_settings, code)[-1]
    assert "full_name" in theirs.shown
    assert name in words(desk.get(f"/ho-so/{code}/van-ban/{theirs.id}/docx").content)
    assert third.get(f"/ho-so/{code}/van-ban/{theirs.id}/docx").status_code == 404
    assert "ngoài quyền của bạn" in said(page(third, f"/ho-so/{code}"))


def test_a_department_makes_none_and_a_stranger_sees_none(
    app: FastAPI, client: TestClient, cases: list[Any], portfolio_settings: Settings
) -> None:
    code = cases[0][0]
    assert make(client, code, KINDS[0]).status_code == 303
    department = make_tester(portfolio_settings, "so-van-ban", "department", projects=(PROJECT,))
    with TestClient(app, base_url="http://127.0.0.1", headers=department.headers) as theirs:
        assert make(theirs, code, KINDS[0]).status_code == 403
    paper = made(portfolio_settings, code)[-1]
    with owner_session(portfolio_settings) as session:
        ward = session.scalar(
            text("select code from ward where code <> :w order by code desc limit 1"), {"w": cases[0][1]}
        )
    stranger = make_tester(portfolio_settings, "la-van-ban", "ward_officer", wards=(str(ward),))
    with TestClient(app, base_url="http://127.0.0.1", headers=stranger.headers) as theirs:
        assert theirs.get(f"/ho-so/{code}/van-ban/{paper.id}/pdf").status_code == 404


@pytest.mark.parametrize(
    ("kind", "day"), [("khong-co", DAY), (KINDS[0], "2031-01-01"), (KINDS[0], "hôm qua")]
)
def test_an_unknown_kind_or_a_day_to_come_is_refused_beside_its_field(
    portfolio_settings: Settings, desk: TestClient, cases: list[Any], kind: str, day: str
) -> None:
    code = cases[5][0]
    before = len(made(portfolio_settings, code))
    answer = make(desk, code, kind, day=day)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text
    assert len(made(portfolio_settings, code)) == before


def test_each_paper_is_one_event_with_the_hash_of_its_file_and_no_name(
    portfolio_settings: Settings, desk: TestClient, cases: list[Any]
) -> None:
    code, _, name, _ = cases[6]
    assert make(desk, code, KINDS[4]).status_code == 303
    row = made(portfolio_settings, code)[-1]
    with owner_session(portfolio_settings) as session:
        events = session.execute(
            text(
                "select after, document, document_hash from event where kind = 'paper.make' and object_code = :c"
            ),
            {"c": code},
        ).all()
    assert Counter(str(event.after["id"]) for event in events)[str(row.id)] == 1
    last = next(event for event in events if event.after["id"] == row.id)
    assert (last.document, last.document_hash) == (f"{row.number}/{row.symbol}", row.pdf_sha256)
    assert not re.search(re.escape(name), str(last.after))
