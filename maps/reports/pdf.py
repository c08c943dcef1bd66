"""A report as a PDF, printed by WeasyPrint with our fonts alone; its content lies in it, so that it can be checked.

The same document and content give the same bytes: no clock, no random identifier.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from weasyprint import HTML, Attachment

from maps.papers.form import MOTTO, NATION
from maps.papers.pdf import FONTS, SCHEME, drawn, fetch
from maps.reports import charts
from maps.reports.form import Document, Kind, Value
from maps.reports.words import said
from maps.timeloc import Chart, chart_svg

SIGNS = {"≤": "không quá ", "≥": "ít nhất ", "→": "đến ", "′": "’"}
SIGN = re.compile(f"([{''.join(SIGNS)}]) ?")
ATTACHED = "noi-dung.json"
TIME_HIGHEST = 500.0  # px of the days of a time–location chart, so that it stands on one page across


def make_pdf(document: Document, content: bytes) -> bytes:
    """The report as the bytes of a PDF file, with `content` (canonical JSON) attached as `noi-dung.json`."""
    html = page(document)
    day = datetime.combine(document.made_for, time(), UTC)
    made: Any = HTML(string=html, url_fetcher=fetch, base_url=SCHEME).write_pdf(
        pdf_identifier=hashlib.sha256(html.encode() + content).digest()[:16],
        attachments=[
            Attachment(string=content, name=ATTACHED, relationship="Source", created=day, modified=day)
        ],
    )
    return bytes(made)


def page(document: Document) -> str:
    """The HTML that is printed: every value as text, charts as SVG made from numbers."""
    return _environment().get_template("report.html.j2").render(doc=document)


def _shown(value: Value, kind: Kind) -> str:
    """What a cell says."""
    return str(_drawable(said(value, kind)))


def _drawable(value: object) -> object:
    """A text with words for the signs that our fonts do not draw, and codes for anything else that they do not.

    Marks that turn the reading direction are among the latter.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    value = SIGN.sub(lambda found: SIGNS[found[1]], value)
    return "".join(c if c.isspace() or ord(c) in drawn() else f"[U+{ord(c):04X}]" for c in value)


def _svg(make: Callable[[Any], str]) -> Callable[[Any], Markup]:
    return lambda value: Markup(make(value))  # an SVG that ElementTree wrote


def _time_chart(chart: Chart, number: int) -> Markup:
    """The time–location chart of a page across."""
    style = (Path(__file__).resolve().parent / "timechart.css").read_text()
    return Markup(chart_svg(chart, f"t{number}", highest=TIME_HIGHEST, style=style))


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(Path(__file__).resolve().parent),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_drawable,
    )
    env.globals |= {
        "fonts": FONTS, "scheme": SCHEME, "nation": NATION, "motto": MOTTO, "said": _shown, "fills": charts.FILLS,
        "waterfall": charts.waterfall, "step_line": _svg(charts.step_line), "band": _svg(charts.band),
        "plan": _svg(charts.plan), "time_chart": _time_chart,
    }  # fmt: skip
    env.filters["safe_svg"] = _svg(lambda text: text)
    return env
