"""The geometry of the Gantt chart: dates in, rectangles and lines in user units out; the template draws them.

One row per activity, time to the right. An activity occupies its days including the last one, so a bar ends
at the morning after its finish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

HEAD = 26
CODES = 92
LABELS = 340
TIMELINE = 800
LABEL_CHARACTERS = 38
# Works in the dyke corridor rest in the flood season, 1 May–30 November (the calendar named DYKE).
FLOOD_FROM, FLOOD_TO = (5, 1), (11, 30)

_X = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class Shape:
    """The measures of a drawing in user units: height of a row, where names begin behind the codes, width of both and
    of the timeline, the width that a label of the timeline takes. `above`: names stand over their bars."""

    row: int
    codes: int
    labels: int
    timeline: int
    tick: int = 66
    above: bool = False


WIDE = Shape(20, CODES, LABELS, TIMELINE)
NARROW = Shape(40, 78, 4, 326, above=True)  # fits the card of a page on a phone


@dataclass(frozen=True, slots=True)
class Bar:
    """What one row shows: early dates, the last date without harm, and its kind (task, milestone, possession).

    `critical` draws it black: it is critical, or lies on the chain that sets the completion date. `kind` "case" is a
    land case that leads to the possession above it. `baseline` are its dates in the baseline that is compared with,
    `planned` its published date, `plan` its dates in the plan as first agreed,
    `done_until` the last day of what is done of it.
    """

    code: str
    name: str
    kind: str
    start: date
    finish: date
    late_finish: date
    critical: bool
    rests_in_flood: bool = False
    baseline: tuple[date, date] | None = None
    planned: date | None = None
    plan: tuple[date, date] | None = None
    done_until: date | None = None
    front: str = ""  # of a land case: the possession that it leads to


@dataclass(frozen=True, slots=True)
class Row:
    """A drawn row: `y` of its middle; bar from `x` over `width`, `done` of it done; float from its end to `float_x`.

    `base` is the bar of the baseline (x, width), `plan` that of the plan first agreed, `planned_x` the published date.
    """

    bar: Bar
    label: str
    y: float
    x: float
    width: float
    float_x: float
    closed: tuple[tuple[float, float], ...]  # flood seasons as (x, width), only where the row rests in them
    base: tuple[float, float] | None = None
    plan: tuple[float, float] | None = None
    planned_x: float | None = None
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link between two drawn rows as an SVG path; `critical` when it drives critical work."""

    path: str
    pred: str
    succ: str
    type: str
    critical: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A month or year line with its label."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Gantt:
    """The whole drawing; `today_x` is the morning after the data date, `planned_x` None without a plan."""

    width: float
    height: float
    codes: float  # where the names start, after the codes
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    today_x: float
    planned_x: float | None
    shape: Shape
    arrows: tuple[Arrow, ...] = ()


LinkOf = tuple[str, str, str, bool]
"""Predecessor, successor, type, whether it drives critical work."""


def gantt(
    bars: Sequence[Bar],
    *,
    data_date: date,
    planned: date | None,
    links: Sequence[LinkOf] = (),
    shape: Shape = WIDE,
) -> Gantt | None:
    """Lays out `bars` in their order, with arrows for `links` between them; None when there is nothing to draw."""
    if not bars:
        return None
    based = [
        day
        for bar in bars
        for day in (*(bar.baseline or ()), *(bar.plan or ()), *([bar.planned] if bar.planned else []))
    ]
    first = min([data_date, *(bar.start for bar in bars), *based])
    last = max([data_date, *(bar.finish for bar in bars), *([planned] if planned else []), *based])
    first, last = first.replace(day=1), last + timedelta(days=20)
    scale = shape.timeline / max((last - first).days, 1)

    def x(day: date) -> float:
        return round(shape.labels + (day - first).days * scale, 1)

    rows = tuple(_row(bar, index, x, first, last, shape) for index, bar in enumerate(bars))
    return Gantt(
        width=shape.labels + shape.timeline,
        codes=shape.codes,
        height=HEAD + shape.row * len(rows) + 6,
        rows=rows,
        ticks=tuple(Tick(x(day), label) for day, label in _ticks(first, last, shape.timeline // shape.tick)),
        today_x=x(data_date + timedelta(days=1)),
        planned_x=x(planned + timedelta(days=1)) if planned else None,
        shape=shape,
        arrows=tuple(_arrows(rows, links, shape)),
    )


def _arrows(rows: Sequence[Row], links: Sequence[LinkOf], shape: Shape) -> Iterator[Arrow]:
    """Elbows: out of one bar's end, down or up between the rows, into the other's."""
    at = {row.bar.code: row for row in rows}
    for pred, succ, kind, critical in links:
        one, other = at.get(pred), at.get(succ)
        if one is None or other is None:
            continue
        out = one.x + one.width if kind[0] == "F" else one.x
        into = other.x + other.width if kind[1] == "F" else other.x
        out, into = (round(max(value, float(shape.labels)), 1) for value in (out, into))
        if one.bar.kind != "task":
            out = one.x + one.width
        if other.bar.kind != "task":
            into = other.x + other.width
        side = 5 if kind[0] == "F" else -5
        gap = -6 if kind[1] == "S" else 6
        turn = other.y + (-shape.row / 2 if other.y > one.y else shape.row / 2)
        path = f"M{out} {one.y}h{side}V{turn}H{round(into + gap, 1)}V{other.y}H{into}"
        yield Arrow(path, pred, succ, kind, critical)


def _row(bar: Bar, index: int, x: _X, first: date, last: date, shape: Shape) -> Row:
    left, right = x(bar.start), x(bar.finish + timedelta(days=1))
    late = min(x(bar.late_finish + timedelta(days=1)), float(shape.labels + shape.timeline))
    return Row(
        bar=bar,
        label=_short(bar.name),
        y=HEAD + shape.row * (index + 1) - 10,
        x=left,
        width=max(round(right - left, 1), 1.5),
        float_x=max(late, right),
        closed=tuple(_seasons(x, first, last)) if bar.rests_in_flood else (),
        base=_thin(bar.baseline, x),
        plan=_thin(bar.plan, x),
        planned_x=x(bar.planned + timedelta(days=1)) if bar.planned else None,
        done=_done(bar, x, left, right),
    )


def _thin(days: tuple[date, date] | None, x: _X) -> tuple[float, float] | None:
    if days is None:
        return None
    begin, end = x(days[0]), x(days[1] + timedelta(days=1))
    return begin, max(round(end - begin, 1), 1.5)


def _done(bar: Bar, x: _X, left: float, right: float) -> float:
    if bar.done_until is None:
        return 0.0
    return round(max(min(x(bar.done_until + timedelta(days=1)), right) - left, 0.0), 1)


def _seasons(x: _X, first: date, last: date) -> list[tuple[float, float]]:
    found = []
    for year in range(first.year, last.year + 1):
        a = max(date(year, *FLOOD_FROM), first)
        b = min(date(year, *FLOOD_TO) + timedelta(days=1), last)
        if a < b:
            found.append((x(a), round(x(b) - x(a), 1)))
    return found


def _ticks(first: date, last: date, most: int) -> list[tuple[date, str]]:
    """Month starts; only as many as can stand side by side: every month, quarter, half-year or year."""
    months: list[date] = []
    day = first
    while day <= last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    for step in (1, 3, 6, 12):
        chosen = [m for m in months if (m.month - 1) % step == 0]
        if len(chosen) <= most:
            break
    return [(m, f"{m:%m/%Y}") for m in chosen]


def _short(name: str) -> str:
    if len(name) <= LABEL_CHARACTERS:
        return name
    return name[: LABEL_CHARACTERS - 1].rstrip() + "…"
