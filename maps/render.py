"""A Folium map taken apart for embedding in one of our pages under a nonce policy."""

from __future__ import annotations

import re
from dataclasses import dataclass

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink
from markupsafe import Markup

from maps import styles


@dataclass(frozen=True, slots=True)
class MapParts:
    """`head_html` into `<head>`, `body_html` where the map stands, `script_html` last in `<body>`."""

    head_html: Markup
    body_html: Markup
    script_html: Markup


class ForeignAsset(ValueError):
    """A map that would load files from another host; `addresses` lists every one."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__("the map loads files that the app does not serve: " + ", ".join(addresses))
        self.addresses = addresses


# The response may only carry a nonce of these characters; anything else could leave the attribute.
_NONCE = re.compile(r"[A-Za-z0-9+/_=-]{8,}")
_LOCAL = re.compile(r"/(?!/)[A-Za-z0-9@._~/?=&%+-]*")
_META = re.compile(r"<meta\b[^>]*>")
_OPENING = re.compile(r"<(script|style)(?=[\s>])")


def parts(m: folium.Map, *, nonce: str) -> MapParts:
    """What Folium renders for `m`, in three pieces, with `nonce` on every script and style element.

    The same map gives the same bytes but for the nonce. Raises ForeignAsset when a stylesheet or script is
    not a local path, ValueError for a nonce that is not base64.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a nonce is at least 8 base64 characters")
    figure = m.get_root()
    assert isinstance(figure, Figure), "folium puts every map into a figure"
    for child in figure._children.values():
        child.render()
    header = list(figure.header._children.values())
    scripts = [piece.url for piece in header if isinstance(piece, JavascriptLink)]
    sheets = [piece.url for piece in header if isinstance(piece, CssLink)]
    foreign = [url for url in scripts + sheets if not _LOCAL.fullmatch(url)]
    if foreign:
        raise ForeignAsset(foreign)
    links = [f'<link rel="stylesheet" href="{url}">' for url in sheets]
    loads = [f'<script src="{url}"></script>' for url in scripts]
    tokens = f"<style>{styles.css_properties()}</style>"
    run = "<script>\n" + "\n".join(_rendered(figure.script)) + "\n</script>"
    return MapParts(
        head_html=_with_nonce([tokens, *links, *_styles(header)], nonce),
        body_html=Markup("\n".join(_rendered(figure.html))),
        script_html=_with_nonce([*loads, run], nonce),
    )


def _styles(header: list[Element]) -> list[str]:
    """The inline pieces of the header; the charset and viewport belong to the page, not to the map."""
    pieces = [piece.render() for piece in header if not isinstance(piece, (JavascriptLink, CssLink))]
    return [_META.sub("", piece) for piece in pieces]


def _rendered(block: Element) -> list[str]:
    return [piece.render() for piece in block._children.values()]


def _with_nonce(pieces: list[str], nonce: str) -> Markup:
    # Data in our scripts has no "<" (maps.scriptjson), so every match is an element that Python wrote.
    return Markup(_OPENING.sub(rf'<\1 nonce="{nonce}"', "\n".join(pieces)))
