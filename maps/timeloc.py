"""The time–location chart as SVG: chainage to the right, time upwards; shapes carry what colour says as well.

All text is escaped by ElementTree; places and days are numbers. What may be clicked is a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

WIDTH, LEFT, TOP, ROW = 1200.0, 78.0, 76.0, 20.0
HIGHEST, A_DAY = 900.0, 0.9  # px: of the drawing, and at most of a day


@dataclass(frozen=True, slots=True)
class Land:
    """Land over [from_m, to_m] there from `opens` (ordinal of a morning); `href` leads to its cases.

    `choice`, here and below, is what a click selects in the page.
    """

    from_m: float
    to_m: float
    opens: int
    actual: bool
    label: str
    href: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """A work line; `kind` is gang (critical), other, or free (as it could go). `href` leads to its activity."""

    from_m: float
    start: float
    to_m: float
    end: float
    kind: str
    label: str
    href: str
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Season:
    """A closed season over [from_m, to_m] and days."""

    from_m: float
    to_m: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered clash."""

    number: int
    at_m: float
    on: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A day across the whole axis: kind today | plan | forecast."""

    on: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn. `ticks`: (m, text); `strips`: rows of (from_m, to_m, text), e.g. wards, structures.

    `alignment` is the code of the axis, for what is selected on it.
    """

    title: str
    description: str
    start_m: float
    end_m: float
    ticks: Sequence[tuple[float, str]]
    strips: Sequence[Sequence[tuple[float, float, str]]]
    land: Sequence[Land]
    seasons: Sequence[Season]
    traces: Sequence[Trace]
    marks: Sequence[Mark]
    rules: Sequence[Rule]
    alignment: str = ""


def chart_svg(chart: Chart, ident: str, *, highest: float = HIGHEST, style: str = "") -> str:
    """The chart; `ident` (letters and digits) keeps names of patterns apart on a page with several.

    `highest`: px that the days may take. On paper `style` is the sheet that the drawing carries with it.
    """
    days = [int(d) for t in chart.traces for d in (t.start, t.end)] + [rule.on for rule in chart.rules]
    first = min(days, default=0) - 20
    last = max(days, default=1) + 30
    scale = min(highest / max(last - first, 1), A_DAY)
    top = TOP + ROW * len(chart.strips)
    height = top + (last - first) * scale + 24
    length = max(chart.end_m - chart.start_m, 1.0)

    def x(metres: float) -> float:
        return LEFT + (min(max(metres, chart.start_m), chart.end_m) - chart.start_m) / length * (
            WIDTH - LEFT - 14
        )

    def y(day: float) -> float:
        return top + (last - min(max(day, first), last)) * scale

    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "class": "dg-time", "viewBox": f"0 0 {WIDTH:g} {height:.0f}",
            "role": "group", "aria-labelledby": f"{ident}-title {ident}-desc",
            "data-alignment": chart.alignment, "data-start": f"{chart.start_m:.3f}", "data-length": f"{length:.3f}",
        },
    )  # fmt: skip
    _text(svg, "title", chart.title, id=f"{ident}-title")
    _text(svg, "desc", chart.description, id=f"{ident}-desc")
    if style:
        ET.SubElement(svg, "style").text = style
    _patterns(svg, ident)
    _strips(svg, chart, x)
    box: dict[str, float | str] = {"x": x(chart.start_m), "width": x(chart.end_m) - x(chart.start_m)}
    _put(svg, "rect", {**box, "y": top, "height": height - top - 24, "class": "dg-time-none"})
    for part in chart.land:
        a, b = x(part.from_m), x(part.to_m)
        link = _link(svg, part.href, part.label, part.choice)
        wide, up = max(b - a, 0.8), y(part.opens)
        _put(
            link,
            "rect",
            {"x": a, "width": wide, "y": up, "height": height - 24 - up, "class": "dg-time-closed"},
        )
        there: dict[str, float | str] = {"x": a, "width": wide, "y": top, "height": max(up - top, 0.0)}
        _put(link, "rect", {**there, "class": "dg-time-there" if part.actual else "dg-time-later",
                            **({} if part.actual else {"fill": f"url(#{ident}-later)"})})  # fmt: skip
        if not part.actual:
            _put(link, "line", {"x1": a, "x2": a + wide, "y1": up, "y2": up, "class": "dg-time-edge"})
    for season in chart.seasons:
        if season.end <= first or season.start >= last:
            continue
        a, b, low, high = x(season.from_m), x(season.to_m), y(season.start), y(season.end)
        area: dict[str, float | str] = {
            "x": a,
            "width": b - a,
            "y": high,
            "height": low - high,
            "class": "dg-time-flood",
        }
        _put(svg, "rect", {**area, "fill": f"url(#{ident}-flood)"})
    _months(svg, first, last, y, x(chart.start_m), x(chart.end_m))
    for rule in chart.rules:
        at = y(rule.on)
        _put(
            svg,
            "line",
            {"x1": box["x"], "x2": x(chart.end_m), "y1": at, "y2": at, "class": f"dg-time-{rule.kind}"},
        )
    for trace in sorted(chart.traces, key=lambda t: ("free", "other", "gang").index(t.kind)):
        link = _link(svg, trace.href, trace.label, trace.choice)
        ends: dict[str, float | str] = {
            "x1": x(trace.from_m),
            "y1": y(trace.start),
            "x2": x(trace.to_m),
            "y2": y(trace.end),
        }
        if trace.href:
            _put(link, "line", {**ends, "class": "dg-time-hit"})
        _put(link, "line", {**ends, "class": f"dg-time-work dg-time-work-{trace.kind}"})
    for mark in chart.marks:
        cx, cy = x(mark.at_m), y(mark.on)
        d = f"M{cx:.1f} {cy - 12:.1f}L{cx + 12:.1f} {cy:.1f}L{cx:.1f} {cy + 12:.1f}L{cx - 12:.1f} {cy:.1f}Z"
        _put(svg, "path", {"d": d, "class": "dg-time-clash"})
        _text(
            svg,
            "text",
            str(mark.number),
            x=f"{cx:.1f}",
            y=f"{cy + 4:.1f}",
            **{"text-anchor": "middle", "class": "dg-time-number"},
        )
    spots = [(x(mark.at_m), y(mark.on)) for mark in chart.marks]
    for rule in chart.rules:  # last, on a ground of their own: they are read over hatching
        wide, at = 7.0 * len(rule.label) + 8, y(rule.on)
        left = _clear(float(box["x"]) + 4, x(chart.end_m) - 4, wide, at - 9, spots)
        _put(svg, "rect", {"x": left, "y": at - 17, "width": wide, "height": 16.0, "class": "dg-time-ground"})
        _text(
            svg,
            "text",
            rule.label,
            x=f"{left + 4:.1f}",
            y=f"{at - 5:.1f}",
            **{"class": f"dg-time-{rule.kind}-text"},
        )
    return ET.tostring(svg, encoding="unicode")


def _clear(low: float, high: float, wide: float, at: float, spots: Sequence[tuple[float, float]]) -> float:
    """Where a label of this width begins between `low` and `high`: as far right as it hides none of the marks."""
    near = [cx for cx, cy in spots if abs(cy - at) < 24]
    left = high - wide
    while left >= low:
        hit = max((cx for cx in near if left - 14 < cx < left + wide + 14), default=None)
        if hit is None:
            return left
        left = hit - 15 - wide
    return high - wide


def _patterns(svg: ET.Element, ident: str) -> None:
    defs = ET.SubElement(svg, "defs")
    for name, d in (("later", "M-2 2L2 -2M0 8L8 0M6 10L10 6"), ("flood", "M0 4H8")):
        pattern = ET.SubElement(
            defs, "pattern",
            {"id": f"{ident}-{name}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"},
        )  # fmt: skip
        ET.SubElement(pattern, "path", {"d": d, "class": f"dg-time-{name}-line"})


def _strips(svg: ET.Element, chart: Chart, x: object) -> None:
    for metres, stake in chart.ticks:
        at = x(metres)  # type: ignore[operator]
        _put(svg, "line", {"x1": at, "x2": at, "y1": 30, "y2": TOP - 22, "class": "dg-time-tick"})
        _text(
            svg, "text", stake, x=f"{at:.1f}", y="24", **{"text-anchor": "middle", "class": "dg-time-small"}
        )
    for number, strip in enumerate(chart.strips):
        y = TOP - 18 + number * ROW
        for from_m, to_m, words in strip:
            a, b = x(from_m), x(to_m)  # type: ignore[operator]
            _put(
                svg,
                "rect",
                {"x": a, "width": max(b - a, 0.5), "y": y, "height": ROW, "class": "dg-time-strip"},
            )
            if b - a > 7 * len(words):
                place = {"x": f"{(a + b) / 2:.1f}", "y": f"{y + 14:.1f}", "text-anchor": "middle"}
                _text(svg, "text", words, **place, **{"class": "dg-time-small"})
            else:
                svg[-1].append(title := ET.Element("title"))
                title.text = words


def _months(svg: ET.Element, first: int, last: int, y: object, left: float, right: float) -> None:
    """A line for each quarter, or each half of a year where the time is long."""
    step = 3 if last - first < 1600 else 6
    day = date.fromordinal(max(first, 1))
    month = date(day.year, 1, 1)
    while month.toordinal() <= last:
        if month.toordinal() >= first:
            at = y(month.toordinal())  # type: ignore[operator]
            _put(svg, "line", {"x1": left, "x2": right, "y1": at, "y2": at, "class": "dg-time-month"})
            _text(
                svg,
                "text",
                f"{month:%m/%Y}",
                x="70",
                y=f"{at + 4:.1f}",
                **{"text-anchor": "end", "class": "dg-time-small"},
            )
        ahead = month.month - 1 + step
        month = date(month.year + ahead // 12, ahead % 12 + 1, 1)


def _link(svg: ET.Element, href: str, label: str, choice: str) -> ET.Element:
    if not href:  # on paper nothing is clicked
        return ET.SubElement(svg, "g")
    chosen = {"data-chon": choice} if choice else {}
    link = ET.SubElement(svg, "a", {"href": href, "aria-label": label, **chosen})
    _text(link, "title", label)
    return link


def _put(parent: ET.Element, name: str, attributes: dict[str, float | str]) -> ET.Element:
    said = {key: value if isinstance(value, str) else f"{value:.1f}" for key, value in attributes.items()}
    return ET.SubElement(parent, name, said)


def _text(parent: ET.Element, name: str, words: str, /, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = words
