"""Which wards of today old units became: only rows with a source, from a file, added to and never silently dropped."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.portfolio import add_ward_history
from geo.tables import Event, PortfolioState, Ward, WardHistory
from geo.ward_history import COLUMNS, histories, read_rows
from projects.errors import InvalidInput
from tests.postgis.land_rows import WARD, add_ward

OURS = Path(__file__).resolve().parents[2] / "data" / "ward_history.csv"
ROW = {
    "old_level": "xã", "old_name": "Cũ", "old_district": "Đông Anh", "old_code": "00400", "ward_code": WARD,
    "share": "part", "source": "nguồn A",
}  # fmt: skip


def file_of(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_our_own_rows_are_right_and_every_one_names_its_source() -> None:
    wards = OURS.with_name("wards.csv").read_text(encoding="utf-8").splitlines()
    codes = {row["code"] for row in csv.DictReader(wards)}
    rows = read_rows(OURS.read_bytes(), name="ward_history.csv", ward_codes=codes)
    assert {row.ward_code: row.old_name for row in rows} == {"09568": "Hà Đông", "00475": "Vân Hà"}
    assert all(row.source for row in rows)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (file_of(ROW | {"source": ""}), "source is missing"),
        (file_of(ROW | {"ward_code": "99999"}), "no such ward"),
        (file_of(ROW | {"share": "half"}), "share"),
        (file_of(ROW | {"old_level": "tổng"}), "level"),
        (file_of(ROW | {"old_name": " "}), "old name"),
        (file_of(ROW | {"old_name": "x" * 301}), "too long"),
        (b"old_name,ward_code\nA,00097\n", "exactly the columns"),
        (file_of(ROW).rstrip() + b",more\r\n", "exactly the columns"),
        (file_of(), "1 to 5000 rows"),
        (b"\xff\xfe\x00bad", "UTF-8"),
        (b"", "1 to 5000 rows"),
    ],
)
def test_a_row_that_is_not_right_refuses_the_whole_file(raw: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read_rows(raw, name="a.csv", ward_codes={WARD})


def test_a_second_file_adds_and_corrects_and_says_so_in_the_history(session: Session) -> None:
    state = PortfolioState(id=1, data_date=date(2026, 3, 13), files_sha256="test", demo_seed=1)
    session.add(state)
    add_ward(session)
    add_ward(session, "00103")
    add_ward_history(session, file_of(ROW), name="a.csv", actor="t")
    corrected = ROW | {"share": "whole", "source": "nguồn B"}
    add_ward_history(session, file_of(corrected, ROW | {"old_name": "Khác"}), name="b.csv", actor="t")
    told = histories(session, [WARD, "00103"])
    assert {code: [(b.old_name, b.share, b.source) for b in rows] for code, rows in told.items()} == {
        WARD: [("Cũ", "whole", "nguồn B"), ("Khác", "part", "nguồn A")]
    }
    events = session.scalars(select(Event.after).where(Event.kind == "wards.history")).all()
    assert [e["filename"] for e in events if e] == ["a.csv", "b.csv"]
    assert session.get(Ward, WARD) is not None
    assert len(session.scalars(select(WardHistory)).all()) == 2
