"""The pieces that a page embeds: local files only, a nonce on every inline element, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import pytest

from maps.elements import Legend, Literal, WardLayer
from maps.page_map import Basemap
from maps.portfolio_map import ProjectPopup, portfolio_map
from maps.project_map import project_map
from maps.render import ForeignAsset, MapParts, parts

NONCE = "dGVzdC1ub25jZS0xMjM0"
STATIC = Path(__file__).resolve().parents[2] / "api" / "static"
VENDOR = Path(__file__).resolve().parents[2] / "maps" / "assets" / "node_modules"


def a_portfolio(**more: object) -> folium.Map:
    options: dict[str, Any] = {"projects_url": "/api/p", "wards_url": "/api/w", "lang": "vi", **more}
    return portfolio_map(**options)


def a_project() -> folium.Map:
    return project_map(code="TULIEN", parcels_url="/api/t", axis_url="/api/a", wards_url="/api/w", lang="en")


def whole(piece: MapParts) -> str:
    return piece.head_html + piece.body_html + piece.script_html


@pytest.mark.parametrize("make", [a_portfolio, a_project])
def test_nothing_comes_from_another_host(make: Callable[[], folium.Map]) -> None:
    assert "http" not in whole(parts(make(), nonce=NONCE))


@pytest.mark.parametrize("make", [a_portfolio, a_project])
def test_every_script_and_style_carries_the_nonce(make: Callable[[], folium.Map]) -> None:
    html = whole(parts(make(), nonce=NONCE))
    opened = re.findall(r"<(?:script|style)\b[^>]*>", html)
    assert len(opened) > 5
    assert all(f'nonce="{NONCE}"' in tag for tag in opened)
    assert not re.search(r"\son\w+=|style=", html)


@pytest.mark.parametrize("make", [a_portfolio, a_project])
def test_same_input_gives_the_same_bytes_and_rendering_twice_adds_nothing(
    make: Callable[[], folium.Map],
) -> None:
    first = make()
    assert parts(first, nonce=NONCE) == parts(first, nonce=NONCE) == parts(make(), nonce=NONCE)


@pytest.mark.parametrize("make", [a_portfolio, a_project])
def test_every_named_file_exists(make: Callable[[], folium.Map]) -> None:
    html = whole(parts(make(), nonce=NONCE))
    found = re.findall(r'(?:src|href)="/tinh/([av])/([^"]+)"', html)
    assert len(found) > 8
    assert [path for kind, path in found if not ((STATIC if kind == "a" else VENDOR) / path).is_file()] == []


def test_folium_alone_is_refused_with_every_foreign_address() -> None:
    with pytest.raises(ForeignAsset) as caught:
        parts(folium.Map(tiles=None), nonce=NONCE)
    assert len(caught.value.addresses) == len(folium.Map.default_js) + len(folium.Map.default_css)


@pytest.mark.parametrize("nonce", ["", "short", 'x"><script>alert(1)', "with space in it"])
def test_nonce_that_could_leave_its_attribute_is_refused(nonce: str) -> None:
    with pytest.raises(ValueError, match="nonce"):
        parts(a_portfolio(), nonce=nonce)


def test_text_cannot_close_the_script_or_run_as_a_template() -> None:
    evil = "</script><script>alert(1)</script>{{7*191}}{% raw %}<!--\u2028"
    popups = {"A": ProjectPopup(facts=[(evil, evil)], claims=[(evil, evil, evil)])}
    script = parts(a_portfolio(popups=popups, attribution=[evil]), nonce=NONCE).script_html
    assert "alert(1)\\u003c/script" in script
    assert "{{7*191}}" in script
    assert "1337" not in script
    assert "\u2028" not in script
    assert "<!--" not in script


def test_folium_itself_runs_text_as_a_template_which_is_why_ours_is_literal() -> None:
    m = folium.Map(tiles=None)
    folium.Marker([21, 105.8], tooltip="{{7*191}}").add_to(m)
    assert "1337" in m.get_root().render()
    assert Literal("{{7*191}}").render() == "{{7*191}}"


def test_own_header_lets_people_zoom_the_page() -> None:
    head = parts(a_portfolio(), nonce=NONCE).head_html
    assert "user-scalable" not in head
    assert "html, body" not in head


def test_basemap_is_only_there_when_the_installation_names_one() -> None:
    assert "basemapLayer" not in whole(parts(a_portfolio(), nonce=NONCE))
    tiles = Basemap("/nen/{z}/{x}/{y}.png", "© người vẽ bản đồ")
    html = whole(parts(a_portfolio(basemap=tiles), nonce=NONCE))
    assert "basemapLayer" in html
    assert "© người vẽ bản đồ" in html


def test_assets_may_be_a_table_with_hashed_addresses() -> None:
    layer = WardLayer({"url": "/w"}, assets={"a/js/map-wards.js": "/tinh/a/js/map-wards.js?v=1"})
    assert layer.default_js == [("map-wards.js", "/tinh/a/js/map-wards.js?v=1")]
    with pytest.raises(KeyError):
        Legend({"host": "x", "sections": []}, assets={})


def test_height_must_be_a_length() -> None:
    with pytest.raises(ValueError, match="CSS length"):
        a_portfolio(height="1px}</style>")
