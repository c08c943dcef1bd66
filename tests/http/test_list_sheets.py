"""A list as a sheet has the rows of the list, in its order, and no cell that computes."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

PROJECT = "QL6"


def table(answer: Any) -> list[list[Any]]:
    """The rows below the headings of a downloaded sheet."""
    assert answer.status_code == 200, answer.text[:300]
    assert "spreadsheetml" in answer.headers["content-type"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        assert all(b"<f>" not in book.read(name) for name in book.namelist() if "sheet" in name)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    head = next(n for n, row in enumerate(rows) if row and row[0] in ("Hồ sơ", "Dự án"))
    return [row for row in rows[head + 1 :] if row and row[0]]


def test_the_worklist_as_a_sheet_has_its_cases_in_its_order(client: TestClient) -> None:
    asked: dict[str, str | int] = {"du-an": PROJECT, "limit": 500}
    listed = client.get("/api/worklist", params=asked).json()
    rows = table(client.get("/viec-hom-nay/tai-ve", params={"du-an": PROJECT}))
    assert [row[0] for row in rows][:500] == [row["code"] for row in listed["rows"]]
    assert len(rows) == listed["total"]


@pytest.mark.parametrize("query", [{}, {"qua_han": "1"}, {"vuong": "NGUON_GOC"}])
def test_open_obstacles_as_a_sheet_are_those_of_the_list(client: TestClient, query: dict[str, str]) -> None:
    names = {"qua_han": "overdue", "vuong": "cause"}
    asked = {names[name]: value for name, value in query.items()} | {"project": PROJECT, "limit": "500"}
    listed = client.get("/api/obstacles", params=asked).json()
    rows = table(client.get("/vuong-mac/tai-ve", params=query | {"du_an": PROJECT}))
    assert len(rows) == listed["total"] > 0
    assert [row[0] for row in rows][:500] == [row["case"] for row in listed["rows"]]


def test_promises_by_ward_as_a_sheet_add_up_to_the_list(client: TestClient) -> None:
    listed = client.get("/api/commitments", params={"project": PROJECT}).json()
    rows = table(client.get("/cam-ket/tai-ve", params={"du_an": PROJECT}))
    assert sum(int(row[3]) for row in rows) == listed["whole"]["promises"]
    assert sum(int(row[2]) for row in rows) == listed["all_cases"]
