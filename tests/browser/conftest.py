"""The whole product in a headless Chromium: a server on a loaded database, and pages that may not complain.

`page` fails its test when the browser logged an error (a policy violation is one) or asked another host. It is signed
in as a ward leader of every ward; `api` is a program of the same account.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import (
    APIRequestContext,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    StorageState,
    sync_playwright,
)

from api.app import create_app
from api.bootstrap.system import chromium
from api.settings import Settings
from geo.server.processes import pauses
from tests.conftest import skip_or_fail
from tests.people import Tester

ARGUMENTS = (
    "--no-sandbox",  # root in a container has no other way
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Drawing with WebGL where there is no graphics card.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)


@pytest.fixture(scope="session")
def live_server(portfolio_settings: Settings) -> Iterator[str]:
    """The address of a real server on the loaded portfolio, without a slash at its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(portfolio_settings), log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="live server")
    thread.start()
    try:
        for _ in pauses(30.0):
            if server.started or not thread.is_alive():
                break
        assert server.started
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=30)
        listener.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers and of programs that ask like them."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A headless Chromium: the installed one, or what CHROMIUM names."""
    program = chromium()
    if program is None:
        skip_or_fail(f"no Chromium (CHROMIUM={os.environ.get('CHROMIUM', '')})")
    browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, live_server: str, tester: Tester) -> StorageState:
    """What a browser keeps after signing in with the real form."""
    with desktop(browser, live_server) as context:
        return sign_in(context.new_page(), tester.name, tester.password)


@pytest.fixture
def api(playwright: Playwright, live_server: str, tester: Tester) -> Iterator[APIRequestContext]:
    """A program of the account that `page` is signed in as: its token needs no mark of a form."""
    context = playwright.request.new_context(base_url=live_server, extra_http_headers=tester.headers)
    yield context
    context.dispose()


@pytest.fixture
def problems() -> list[str]:
    """What the page complained of so far. A test that provokes a complaint (a 404 on purpose) clears it."""
    return []


@pytest.fixture
def page(browser: Browser, live_server: str, signed_in: StorageState, problems: list[str]) -> Iterator[Page]:
    """An empty page of a Vietnamese desktop browser, signed in; its complaints fail the test at the end."""
    with desktop(browser, live_server, signed_in) as context:
        page = context.new_page()
        watch(page, live_server, problems)
        yield page
    assert problems == []


def desktop(browser: Browser, server: str, state: StorageState | None = None) -> BrowserContext:
    """A browser of a Vietnamese desk, with what it kept from before."""
    return browser.new_context(
        base_url=server,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": 1440, "height": 900},
        storage_state=state,
    )


@contextmanager
def desk_of(browser: Browser, server: str, who: Tester, problems: list[str]) -> Iterator[Page]:
    """The page of somebody who has just signed in at a desk; what it complains of fails the test."""
    with desktop(browser, server) as context:
        page = context.new_page()
        watch(page, server, problems)
        sign_in(page, who.name, who.password)
        yield page
    assert problems == []


def sign_in(page: Page, name: str, password: str) -> StorageState:
    """Signs in with the form, as a person does; gives what the browser keeps."""
    page.goto("/dang-nhap?tiep=/danh-muc")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(password)
    # The first page after a start dates the whole portfolio.
    page.locator("#vao").click(timeout=120_000)
    page.wait_for_url("**/danh-muc", timeout=120_000)
    return page.context.storage_state()


def watch(page: Page, server: str, problems: list[str]) -> None:
    """Note in `problems` every error of the console, every uncaught one, and every request to another host."""
    ours = urlsplit(server).netloc

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(f"console: {message.text} ({message.location.get('url', '')})")

    def request(asked: Request) -> None:
        address = urlsplit(asked.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != ours:
            problems.append(f"foreign request: {asked.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
    page.on("request", request)
