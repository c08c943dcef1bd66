"""The whole product in a headless Chromium: a server on a loaded database, and pages that may not complain.

`page` fails its test when the browser logged an error (a policy violation is one) or asked another host.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from api.app import create_app
from api.bootstrap.system import chromium
from api.settings import Settings
from geo.server.processes import pauses
from tests.conftest import skip_or_fail

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
def browser() -> Iterator[Browser]:
    """A headless Chromium: the installed one, or what CHROMIUM names."""
    program = chromium()
    if program is None:
        skip_or_fail(f"no Chromium (CHROMIUM={os.environ.get('CHROMIUM', '')})")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """What the page complained of so far. A test that provokes a complaint (a 404 on purpose) clears it."""
    return []


@pytest.fixture
def page(browser: Browser, live_server: str, problems: list[str]) -> Iterator[Page]:
    """An empty page of a Vietnamese desktop browser; its complaints fail the test at the end."""
    context = browser.new_context(
        base_url=live_server,
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": 1440, "height": 900},
    )
    page = context.new_page()
    watch(page, live_server, problems)
    yield page
    context.close()
    assert problems == []


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
