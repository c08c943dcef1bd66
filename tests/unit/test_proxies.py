"""Where a request comes from is what the connection says, unless a proxy that was named says otherwise."""

from __future__ import annotations

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from api.commands.server import server_config
from api.settings import Settings

FORWARDED = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}


def seen(proxies: str, *, connection: str, headers: dict[str, str] = FORWARDED) -> tuple[str, str]:
    """The address and the scheme that the application sees behind uvicorn's own layers."""
    app = FastAPI()

    @app.get("/")
    def tell(request: Request) -> list[str]:
        return [request.client.host if request.client else "", request.url.scheme]

    config = server_config(app, Settings(_env_file=None, trusted_proxies=proxies))
    config.load()
    with TestClient(config.loaded_app, client=(connection, 1), base_url="http://127.0.0.1") as client:
        host, scheme = client.get("/", headers=headers).json()
    return host, scheme


@pytest.mark.parametrize("connection", ["127.0.0.1", "10.0.0.5"])
def test_without_a_named_proxy_nobody_is_believed(connection: str) -> None:
    assert seen("", connection=connection) == (connection, "http")


def test_a_named_proxy_is_believed() -> None:
    for named in ("10.0.0.5", "10.0.0.4, 10.0.0.5", "10.0.0.0/24"):
        assert seen(named, connection="10.0.0.5") == ("203.0.113.9", "https")


def test_another_address_is_not_believed_also_not_this_machine() -> None:
    assert seen("10.0.0.5", connection="10.0.0.6") == ("10.0.0.6", "http")
    assert seen("10.0.0.5", connection="127.0.0.1") == ("127.0.0.1", "http")


def test_what_a_client_puts_before_the_proxys_word_is_not_believed() -> None:
    spoofed = FORWARDED | {"x-forwarded-for": "192.0.2.66, 203.0.113.9"}
    assert seen("10.0.0.5", connection="10.0.0.5", headers=spoofed) == ("203.0.113.9", "https")
