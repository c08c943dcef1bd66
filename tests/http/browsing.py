"""A person at a browser, over HTTP: signing in with the form, opening pages, sending forms with their token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC
from html import unescape
from typing import Any

from httpx2 import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.settings import Settings
from geo.tables import Event
from tests.people import Tester, owner_session

PAGE = {"accept": "text/html"}
TOKEN = re.compile(r'name="csrf" value="(\w+)"')


def enter(browser: TestClient, who: Tester, *, onward: str = "") -> Response:
    """Signs in with the form; the answer to it."""
    form = {
        "csrf": token_of(browser.get("/dang-nhap", headers=PAGE).text),
        "ten": who.name,
        "mat_khau": who.password,
        "tiep": onward,
    }
    answer = browser.post("/dang-nhap", data=form, headers=PAGE)
    assert answer.status_code == 303, answer.text[:500]
    return answer


def page(browser: TestClient, path: str, status: int = 200) -> str:
    """The text of a page."""
    answer = browser.get(path, headers=PAGE)
    assert answer.status_code == status, (path, answer.status_code, answer.text[:500])
    return answer.text


def send(
    browser: TestClient, path: str, data: Mapping[str, Any] | None = None, *, token: bool = True
) -> Response:
    """Sends a form as the signed-in browser would, with its token unless that is what is tried."""
    extra = {"csrf": token_of(page(browser, "/tai-khoan"))} if token else {"x": "1"}
    return browser.post(path, data={**(data or {}), **extra}, headers=PAGE)


def token_of(html: str) -> str:
    """The token that the forms of a page carry."""
    found = TOKEN.search(html)
    assert found
    return found[1]


def said(html: str) -> str:
    """The words of a page without its tags, blanks made one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def last_recorded(settings: Settings) -> str:
    """The moment of the newest event, as an address holds it."""
    with owner_session(settings) as session:
        moment = session.scalar(select(func.max(Event.recorded_at)))
    assert moment is not None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
