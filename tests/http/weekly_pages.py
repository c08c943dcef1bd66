"""Reads the pages of the weekly table: its rows with the addresses behind their figures, and the lists there."""

from __future__ import annotations

import re
from html import unescape

from starlette.testclient import TestClient

from tests.http.browsing import PAGE, said

PROJECT = "TRANHUNGDAO"  # tests of sheets change cases of this project only
WEEK = "2026-11"
ROW = re.compile(r'<tr class="weekly-(place|project|total)">(.*?)</tr>', re.DOTALL)
CELL = re.compile(r'<td class="[^"]*" data-column="(\w+)">(.*?)</td>', re.DOTALL)
LINK = re.compile(r'<a href="([^"]+)">')
COUNT = re.compile(r"<h2>([\d.]+) hồ sơ, ([\d.]+) thửa")
Rows = list[tuple[str, str, dict[str, tuple[str, str]]]]


def table(client: TestClient, query: str = "") -> Rows:
    """(level, name, column → (text, address)) of each row of the page."""
    answer = client.get(f"/bieu-tong-hop?tuan={WEEK}&bang=day-du{query}", headers=PAGE)
    assert answer.status_code == 200, answer.text[:800]
    found: Rows = []
    for level, row in ROW.findall(answer.text):
        name = said(re.search(r"<th[^>]*>(.*?)</th>", row, re.DOTALL)[1])  # type: ignore[index]
        cells = {}
        for key, cell in CELL.findall(row):
            link = LINK.search(cell)
            cells[key] = (
                said(re.sub(r"<svg.*?</svg>", "", cell, flags=re.DOTALL)),
                unescape(link[1]) if link else "",
            )
        found.append((level, name, cells))
    return found


def number(shown: str) -> int | None:
    """A figure as a number; None for “not known”."""
    return None if shown.startswith("–") else int(re.sub(r"[.*+]", "", shown))


def listed(client: TestClient, address: str) -> tuple[int, int]:
    """Cases and parcels that the list at this address counts."""
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 200, (address, answer.text[:600])
    if "Không hồ sơ nào khớp" in answer.text:
        return 0, 0
    found = COUNT.search(answer.text)
    assert found, answer.text[:2000]
    return int(found[1].replace(".", "")), int(found[2].replace(".", ""))


def add_up(rows: Rows, keys: tuple[str, ...]) -> None:
    """Every column: the places of a project add up to the project, the projects to the total."""
    for key in keys:
        total, project, places = None, None, 0
        projects = 0
        for level, _, cells in [*rows, ("end", "", {})]:
            if level != "place" and project is not None:
                assert project == places, key
                projects += project
                project, places = None, 0
            if level == "project":
                project, places = number(cells[key][0]) or 0, 0
            elif level == "place":
                places += number(cells[key][0]) or 0
            elif level == "total":
                total = number(cells[key][0])
        assert (total or 0) == projects, key
