"""The charts of a report as SVG of plain numbers and escaped words: readable in grey, always the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

from maps.reports.form import Band, Picture, Steps, Table
from maps.reports.words import signed

INK, HINT, LATE, OK, LINE = "#1A2430", "#5F6C7B", "#A3182B", "#1F8093", "#D5DBE2"
FILLS = {"free": OK, "blocked": "#FFFFFF", "critical": "#111820", "outside": "#CFE0EA", "unknown": "#EEF1F4"}
WIDTH = 1000.0


def waterfall(table: Table) -> list[str]:
    """A bar for each row of the table that is no sum: from the sum of the rows above to that with its own."""
    column = table.waterfall
    if column is None:
        return []
    moves = [
        Decimal(str(value))
        if isinstance(value := row.values[column], int | Decimal) and not row.total
        else None
        for row in table.rows
    ]
    sums = [Decimal(0)]
    for move in moves:
        sums.append(sums[-1] + (move or 0))
    low, high = min(sums), max(sums)
    span = max(high - low, Decimal(1))
    bars = []
    for at, move in enumerate(moves):
        svg = _svg(160, 16)
        if move is not None:
            a, b = sorted((sums[at], sums[at + 1]))
            x, width = float((a - low) / span) * 150 + 4, max(float((b - a) / span) * 150, 1.0)
            style = {"fill": LATE} if move > 0 else {"fill": "#FFFFFF", "stroke": OK, "stroke-width": "1.5"}
            _put(svg, "rect", x=x, y=2, width=width, height=11, **style)
        bars.append(_text(svg))
    return bars


def step_line(steps: Steps) -> str:
    """The forecast by day as a line of steps, with the days by which it moved."""
    points = steps.points
    svg = _svg(WIDTH, 240)
    if len(points) < 2:
        return _text(svg)
    first, last = points[0][0], points[-1][0]
    forecasts = [forecast for _, forecast in points]
    low, high = min(forecasts), max(forecasts)

    def x(day: date) -> float:
        return 120 + (day - first).days / max((last - first).days, 1) * 800

    def y(forecast: date) -> float:
        return 190 - ((forecast - low).days / max((high - low).days, 1)) * 150

    for level in dict.fromkeys((low, high)):
        _put(svg, "line", x1=120, y1=y(level), x2=920, y2=y(level), stroke=LINE)
        _label(svg, 112, y(level) + 5, level.strftime("%d/%m/%Y"), anchor="end")
    for at in range(5):
        day = date.fromordinal(first.toordinal() + (last - first).days * at // 4)
        _label(svg, x(day), 222, day.strftime("%d/%m"), anchor="middle")
    path = f"M{x(first):.1f} {y(points[0][1]):.1f}"
    for (_, before), (day, after) in pairwise(points):
        path += f"H{x(day):.1f}"
        if after != before:
            path += f"V{y(after):.1f}"
            moved = (after - before).days
            colour = LATE if moved > 0 else OK
            _label(
                svg,
                x(day) - 6,
                min(y(before), y(after)) - 4,
                signed(Decimal(moved)),
                colour=colour,
                anchor="end",
            )
    _put(svg, "path", d=path, fill="none", stroke=INK, **{"stroke-width": "3"})
    _put(svg, "circle", cx=x(last), cy=y(points[-1][1]), r=6, fill=INK)
    return _text(svg)


def band(axis: Band) -> str:
    """The axis straightened: filled = handed over, hollow = blocked, black = blocked and critical."""
    svg = _svg(WIDTH, 64)
    length = max(axis.end_m - axis.start_m, 1.0)

    def x(metres: float) -> float:
        return 20 + (metres - axis.start_m) / length * 950

    for metres, stake in axis.ticks:
        _put(svg, "line", x1=x(metres), y1=20, x2=x(metres), y2=30, stroke=INK)
        place = min(max(x(metres), 50.0), WIDTH - 60)
        _label(svg, place, 15, stake, anchor="middle")
    _put(svg, "rect", x=20, y=30, width=950, height=24, fill=FILLS["unknown"], stroke=HINT)
    for piece in axis.pieces:
        style = {"fill": FILLS.get(piece.status, FILLS["unknown"])}
        if piece.status == "blocked":
            style |= {"stroke": LATE, "stroke-width": "2"}
        a, b = x(piece.from_m), x(piece.to_m)
        _put(svg, "rect", x=a, y=30, width=max(b - a, 0.6), height=24, **style)
    return _text(svg)


def plan(picture: Picture) -> str:
    """The axis on the ground, north up, with a scale bar."""
    points = [point for _, line in picture.lines for point in line]
    if not points:
        return ""
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    size = max(east - west, north - south, 50.0)
    scale = 900 / size
    height = max((north - south) * scale, 120) + 100
    svg = _svg(WIDTH, height)

    def place(point: tuple[float, float]) -> str:
        x = 50 + (point[0] - (west + east) / 2) * scale + 450
        y = height / 2 - (point[1] - (south + north) / 2) * scale
        return f"{x:.1f} {y:.1f}"

    for status, line in picture.lines:
        d = "M" + "L".join(map(place, line))
        wide = {"outside": 4, "free": 10}.get(status, 12)
        _put(
            svg,
            "path",
            d=d,
            fill="none",
            stroke=INK if status != "outside" else HINT,
            **{"stroke-width": str(wide + 3)},
        )
        _put(svg, "path", d=d, fill="none", stroke=FILLS.get(status, HINT), **{"stroke-width": str(wide)})
    metres = next((m for m in (5000, 2000, 1000, 500, 200, 100, 50) if m <= size / 4), 20)
    _put(
        svg,
        "line",
        x1=40,
        y1=height - 20,
        x2=40 + metres * scale,
        y2=height - 20,
        stroke=INK,
        **{"stroke-width": "4"},
    )
    _label(
        svg, 40, height - 30, f"{metres / 1000:g} km".replace(".", ",") if metres >= 1000 else f"{metres} m"
    )
    _put(svg, "path", d="M960 50L950 78L960 70L970 78Z", fill=INK)
    _label(svg, 960, 42, "B", anchor="middle")
    return _text(svg)


def _svg(width: float, height: float) -> ET.Element:
    return ET.Element(
        "svg",
        {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:g} {height:g}", "width": "100%"},
    )


def _put(svg: ET.Element, name: str, **attributes: float | str) -> ET.Element:
    said = {
        key: f"{value:.2f}" if isinstance(value, float) else str(value) for key, value in attributes.items()
    }
    return ET.SubElement(svg, name, said)


def _label(
    svg: ET.Element, x: float, y: float, text: str, *, anchor: str = "start", colour: str = INK
) -> None:
    made = _put(svg, "text", x=x, y=y, fill=colour, **{"text-anchor": anchor, "font-size": "18"})
    # Without a space: WeasyPrint would look for a family that begins with one, and draw with a font of the machine.
    made.set("font-family", "Paper,Paper Vietnamese")
    made.text = text


def _text(svg: ET.Element) -> str:
    return ET.tostring(svg, encoding="unicode")


__all__: Sequence[str] = ["band", "plan", "step_line", "waterfall"]
