"""A paper as PDF: one HTML template, printed by WeasyPrint, which gets our fonts and nothing else.

An address that stands in a text is text; were one to become a link of the page all the same, the fetcher refuses it: no
file of the machine and no host is ever read.
"""

from __future__ import annotations

import hashlib
import io
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import HTML
from weasyprint.urls import URLFetcherResponse

import maps
from maps.papers.form import MOTTO, NATION, Paper, visible

SCHEME = "duonggang:"
_HERE = Path(__file__).resolve().parent
_PACKAGES = Path(maps.__file__).resolve().parent / "assets" / "node_modules" / "@fontsource"
# A family for each subset: letters that the first lacks come from the second.
FONTS = tuple(
    (family, weight, f"be-vietnam-pro/files/be-vietnam-pro-{subset}-{weight}-normal.woff")
    for family, subset in (("Paper", "latin"), ("Paper Vietnamese", "vietnamese"))
    for weight in (400, 700)
)


class Refused(ValueError):
    """The paper asked for something that is not ours."""


def make_pdf(paper: Paper) -> bytes:
    """The paper as the bytes of a PDF file; the same paper gives the same bytes."""
    html = page(paper)
    made: Any = HTML(string=html, url_fetcher=fetch, base_url=SCHEME).write_pdf(
        pdf_identifier=hashlib.sha256(html.encode()).digest()[:16]
    )
    return bytes(made)


def page(paper: Paper) -> str:
    """The HTML that is printed, every value as text."""
    return (
        _environment()
        .get_template("paper.html.j2")
        .render(paper=visible(paper, drawn()), nation=NATION, motto=MOTTO, fonts=FONTS, scheme=SCHEME)
    )


def fetch(address: str, *_: Any, **__: Any) -> URLFetcherResponse:
    """Gives our fonts by their names; raises Refused for everything else."""
    known = {f"{SCHEME}{file}": file for _, _, file in FONTS}
    if address not in known:
        raise Refused(f"not ours: {address[:80]}")
    return URLFetcherResponse(address, font_of(known[address]), headers={"Content-Type": "font/ttf"})


@cache
def drawn() -> frozenset[int]:
    """The characters that our fonts draw: others are printed as their codes, on every machine alike."""
    found: set[int] = set()
    for _, weight, file in FONTS:
        if weight == 400:
            with TTFont(_PACKAGES / file) as font:
                found |= set(font.getBestCmap())
    return frozenset(found)


@cache
def font_of(file: str) -> bytes:
    """A font unpacked without the time of unpacking in it, so that the same paper gives the same bytes."""
    with TTFont(_PACKAGES / file, recalcTimestamp=False) as font:
        font.flavor = None
        out = io.BytesIO()
        font.save(out)
    return out.getvalue()


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
