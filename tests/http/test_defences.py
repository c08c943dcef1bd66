from __future__ import annotations

import re

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

from api.middleware import content_policy
from api.routes import system
from api.settings import Settings

PAGES = ("/danh-muc", "/bao-cao-cham", "/du-an/TULIEN/ban-do", "/docs", "/khong-co-trang-nay")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_carries_a_policy_with_a_nonce_of_its_own(client: TestClient, path: str) -> None:
    nonces = set()
    for _ in range(2):
        answer = client.get(path, headers={"accept": "text/html"})
        policy = answer.headers["content-security-policy"]
        (nonce,) = set(re.findall(r"'nonce-([\w-]+)'", policy))
        nonces.add(nonce)
        scripts = re.search(r"script-src ([^;]+)", policy)
        assert scripts is not None
        assert "unsafe" not in scripts[1]
        for tag in re.findall(r"<(?:script|style)\b[^>]*>", answer.text):
            assert f'nonce="{nonce}"' in tag, tag
        assert not re.search(r"<[^>]+\son\w+=", answer.text), "an inline handler would need unsafe-inline"
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//(?!127\.0\.0\.1)""", answer.text)
    assert len(nonces) == 2


def test_a_basemap_opens_the_policy_for_its_images_only() -> None:
    closed = content_policy("n", None)
    opened = content_policy("n", "https://tiles.example")
    assert opened.replace(" https://tiles.example", "") == closed
    assert "img-src 'self' data: https://tiles.example" in opened


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_name_is_refused(client: TestClient, host: str) -> None:
    """A page of another site that resolves its own name to this machine must not read anything."""
    assert client.get("/api/projects", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_write_from_another_origin_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.patch("/api/cases/NGOCHOI-0001", json={"version": 999}, headers=headers)
    assert answer.status_code == 403


def test_the_same_write_from_the_own_origin_reaches_the_case(client: TestClient) -> None:
    """The control of the test above: without the foreign origin the case itself answers."""
    own = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin"}
    answer = client.patch("/api/cases/NGOCHOI-0001", json={"version": 999}, headers=own)
    assert answer.status_code == 409


def test_an_endless_body_is_refused_before_it_is_read(client: TestClient) -> None:
    address = "/api/cases/NGOCHOI-0001"
    assert client.patch(address, content=b" " * 1_000_001).status_code == 413
    assert client.patch(address, content=iter([b"{", b"}"])).status_code == 411
    assert client.patch(address, content=b" " * 1_000_000).status_code == 422  # read, and not a change


def test_the_server_refuses_to_listen_beyond_this_machine() -> None:
    with pytest.raises(ValidationError, match="loopback"):
        Settings(_env_file=None, host="0.0.0.0")


def test_a_basemap_without_attribution_is_refused() -> None:
    with pytest.raises(ValidationError, match="ATTRIBUTION"):
        Settings(_env_file=None, basemap_url="https://tiles.example/{z}/{x}/{y}.png")


def test_an_unexpected_error_shows_no_detail_but_the_number_of_the_request(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(system, "readiness", fails)
    for accept in ("application/json", "text/html"):
        answer = client.get("/san-sang", headers={"accept": accept})
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert answer.headers["x-request-id"] in answer.text
    assert client.get("/san-sang").json()["error"] == "Unexpected"


def test_packages_that_are_not_on_the_list_are_not_served(client: TestClient) -> None:
    assert client.get("/tinh/v/leaflet/dist/leaflet.js").status_code == 200
    assert client.get("/tinh/v/@scarf/scarf/package.json").status_code == 404
    assert client.get("/tinh/a/../settings.py").status_code == 404
    assert client.get("/tinh/v/leaflet/%2e%2e/package-lock.json").status_code == 404
