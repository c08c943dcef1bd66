"""The page of a project's fabric in the browser: what became of an old number, and the wards by location."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from geoalchemy2.shape import to_shape
from playwright.sync_api import Browser, expect
from shapely import MultiPolygon
from sqlalchemy import select

from api.settings import Settings
from geo.lineage import Key, Part, merge, split
from geo.tables import Parcel, Project
from tests.browser.conftest import desktop, sign_in, watch
from tests.people import make_tester, owner_session

PROJECT = "THUONGCAT"
DAY = date(2026, 3, 13)
HALVES = ("9001", "9101")
SHOTS = os.environ.get("DUONGGANG_SHOTS")


@pytest.fixture
def old_number(portfolio_settings: Settings) -> Iterator[tuple[str, str]]:
    """Sheet and number of the largest parcel of the project, split in two; merged again after the test."""
    key, whole = cut(portfolio_settings)
    yield key[1], key[2]
    with owner_session(portfolio_settings) as session:
        project = session.scalars(select(Project).where(Project.code == PROJECT)).one()
        halves = [(key[0], key[1], number, key[3]) for number in HALVES]
        merge(session, project, halves, Part(key[2], whole), actor="test", day=DAY)


def cut(settings: Settings) -> tuple[Key, MultiPolygon]:
    """Splits the largest parcel of the project in two; gives its key and shape."""
    with owner_session(settings) as session:
        project = session.scalars(select(Project).where(Project.code == PROJECT)).one()
        row = session.scalars(
            select(Parcel).where(Parcel.project_id == project.id).order_by(Parcel.area_m2.desc()).limit(1)
        ).one()
        whole: Any = to_shape(row.geom)
        west, south, east, north = whole.bounds
        middle = (west + east) / 2
        halves = [
            shapely.intersection(whole, shapely.box(a, south - 1, b, north + 1))
            for a, b in ((west - 1, middle), (middle, east + 1))
        ]
        parts = [
            Part(number, half if isinstance(half, MultiPolygon) else MultiPolygon([half]))
            for number, half in zip(HALVES, halves, strict=True)
        ]
        key = row.map_series, row.sheet, row.number, row.map_version
        split(session, project, key, parts, actor="test", day=DAY)
    return key, whole


def test_an_old_number_answers_on_the_page_and_in_the_search_of_the_map(
    browser: Browser,
    live_server: str,
    portfolio_settings: Settings,
    problems: list[str],
    old_number: tuple[str, str],
) -> None:
    sheet, number = old_number
    made = make_tester(portfolio_settings, "hinh-hoc-1", "board", projects=(PROJECT,))
    with desktop(browser, live_server) as context:
        page = context.new_page()
        sign_in(page, made.name, made.password)
        watch(page, live_server, problems)
        page.goto(f"/du-an/{PROJECT}/hinh-hoc")
        page.get_by_label("Tờ/thửa").fill(f"{sheet}/{number}")
        page.get_by_role("button", name="Xem").click()
        expect(page.get_by_text(f"tờ {sheet} thửa {number} → thửa 9001, 9101 (tách)")).to_be_visible()
        expect(page.get_by_role("heading", name="Phường, xã của thửa")).to_be_visible()
        if SHOTS:
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.wait_for_timeout(300)
                page.screenshot(path=str(Path(SHOTS) / f"hinh-hoc-{width}.png"), full_page=True)
            page.set_viewport_size({"width": 1280, "height": 900})
        answer = page.request.get(
            "/api/land-map/search", params={"q": f"{sheet}/{number}", "project": PROJECT}
        )
        # The number may be there in other map series too; those are found as themselves.
        old = [each for each in answer.json()["found"] if "said" in each]
        assert [each["label"].split(" · ")[0] for each in old] == [
            f"tờ {sheet} thửa {number} → thửa 9001, 9101 (tách)"
        ] * 2
