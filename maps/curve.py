"""The S-curve of clearance as SVG: handed over (solid), expected (dashed), what the assigned day asks for (dotted).

The forecast's band lies behind the lines, with an outline, so that it is seen in grey as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from xml.etree import ElementTree as ET

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900.0, 320.0, 62.0, 20.0, 20.0, 40.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Points (day, cases up to its end) of each line, the whole, and the two days that are marked.

    `band`: points (day, low, high), ascending.
    """

    done: Sequence[tuple[date, float]]
    expected: Sequence[tuple[date, float]]
    planned: Sequence[tuple[date, float]]
    whole: int
    day: date
    assigned: date | None
    title: str
    band: Sequence[tuple[date, float, float]] = ()


def curve_svg(curve: Curve, lang: str) -> str:
    """The chart; text is escaped by ElementTree."""
    svg = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "class": "dg-curve", "role": "img",
            "viewBox": f"0 0 {WIDTH:g} {HEIGHT:g}", "aria-label": curve.title,
        },
    )  # fmt: skip
    days = [day for line in (curve.done, curve.expected, curve.planned) for day, _ in line]
    days += [day for day, _, _ in curve.band]
    first, last = min([curve.day, *days]), max([curve.day, *days])
    span = max((last - first).days, 1)

    def x(day: date) -> float:
        return LEFT + min(max((day - first).days / span, 0.0), 1.0) * (WIDTH - LEFT - RIGHT)

    def y(cases: float) -> float:
        return HEIGHT - BOTTOM - cases / max(curve.whole, 1) * (HEIGHT - TOP - BOTTOM)

    if len(curve.band) > 1:
        low = [f"{x(day):.1f} {y(cases):.1f}" for day, cases, _ in curve.band]
        high = [f"{x(day):.1f} {y(cases):.1f}" for day, _, cases in curve.band]
        ET.SubElement(svg, "path", {"d": f"M{'L'.join([*low, *reversed(high)])}Z", "class": "dg-curve-band"})
    for quarter in range(5):
        level = curve.whole * quarter / 4
        _line(svg, LEFT, y(level), WIDTH - RIGHT, y(level), "grid")
        _text(svg, LEFT - 8, y(level) + 4, f"{quarter * 25}%", "end")
    for at in range(7):
        tick = date.fromordinal(first.toordinal() + span * at // 6)
        _text(
            svg,
            x(tick),
            HEIGHT - 14,
            f"{tick:%d/%m/%Y}",
            "start" if at == 0 else "end" if at == 6 else "middle",
        )
    marks = [(curve.day, "today", ("ngày số liệu", "data date"))]
    if curve.assigned is not None:
        marks.append((curve.assigned, "assigned", ("mốc được giao", "assigned")))
    for at, (day, kind, words) in enumerate(marks):
        _line(svg, x(day), TOP - 4, x(day), HEIGHT - BOTTOM, kind)
        said = f"{words[0] if lang == 'vi' else words[1]} {day:%d/%m/%Y}"
        side = "end" if x(day) > WIDTH / 2 else "start"
        _text(svg, x(day) + (-5 if side == "end" else 5), TOP + 8 + 14 * at, said, side)
    for line, kind in ((curve.planned, "planned"), (curve.expected, "expected"), (curve.done, "done")):
        points = [(x(day), y(cases)) for day, cases in line]
        if len(points) > 1:
            path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
            ET.SubElement(svg, "path", {"d": path, "class": f"dg-curve-{kind}"})
    return ET.tostring(svg, encoding="unicode")


def _line(svg: ET.Element, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    ET.SubElement(svg, "line", {**ends, "class": f"dg-curve-{kind}"})


def _text(svg: ET.Element, x: float, y: float, words: str, anchor: str) -> None:
    ET.SubElement(svg, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}).text = words
