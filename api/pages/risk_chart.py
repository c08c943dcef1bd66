"""The geometry of the S-curve: days and chances in, a path and marks in user units out; the template draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from api.risk_views import RiskView

WIDTH, HEIGHT = 860, 330
LEFT, RIGHT, TOP, BOTTOM = 52, 18, 66, 30
APART = 128  # units that two labels need


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line at a day: what it is, where, at which level of labels, and where on the curve it stands."""

    kind: str  # p50 | p80 | planned | forecast
    day: date
    x: float
    y: float
    row: int


@dataclass(frozen=True, slots=True)
class Curve:
    """The drawing. `levels` are (y, percent), `ticks` (x, label)."""

    width: int
    height: int
    path: str
    floor: float
    levels: tuple[tuple[float, int], ...]
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[Mark, ...]


def s_curve(view: RiskView) -> Curve:
    """The part of the iterations that finish by each day, with P50, P80 and the assigned finish marked."""
    wanted = [("p50", view.p50), ("p80", view.p80), ("forecast", view.forecast_finish)]
    if view.planned_finish is not None:
        wanted.append(("planned", view.planned_finish))
    days = [day for day, _ in view.curve] + [day for _, day in wanted]
    first, last = min(days) - timedelta(days=7), max(days) + timedelta(days=14)
    scale = (WIDTH - LEFT - RIGHT) / max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LEFT + (day - first).days * scale, 1)

    def y(share: float) -> float:
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    points = [(first, 0.0), *view.curve, (last, 1.0)]
    path = f"M{x(points[0][0])} {y(points[0][1])}"
    for day, share in points[1:]:
        path += f"L{x(day)} {y(share)}"
    return Curve(
        width=WIDTH,
        height=HEIGHT,
        path=path,
        floor=y(0),
        levels=tuple((y(p / 100), p) for p in (0, 20, 50, 80, 100)),
        ticks=tuple((x(day), f"{day:%m/%Y}") for day in _months(first, last)),
        marks=_marks([(kind, day, x(day), y(_share(view.curve, day))) for kind, day in wanted]),
    )


def _marks(found: Sequence[tuple[str, date, float, float]]) -> tuple[Mark, ...]:
    """Labels that would touch stand one above the other."""
    marks: list[Mark] = []
    for kind, day, at, level in sorted(found, key=lambda mark: mark[2]):
        taken = {mark.row for mark in marks if at - mark.x < APART}
        row = next(r for r in range(len(found)) if r not in taken)
        marks.append(Mark(kind, day, at, level, row))
    return tuple(marks)


def _share(curve: Sequence[tuple[date, float]], day: date) -> float:
    """The height of the drawn curve at a day."""
    before = [(d, s) for d, s in curve if d <= day]
    after = [(d, s) for d, s in curve if d > day]
    if not before or not after:
        return 1.0 if before else 0.0
    (a, low), (b, high) = before[-1], after[0]
    return low + (high - low) * (day - a).days / (b - a).days


def _months(first: date, last: date) -> list[date]:
    """Month starts, only as many as can stand side by side."""
    months: list[date] = []
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    for step in (1, 2, 3, 6, 12):
        chosen = [m for m in months if (m.month - 1) % step == 0]
        if len(chosen) <= 12:
            break
    return chosen
