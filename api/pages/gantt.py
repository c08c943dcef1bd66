"""The geometry of the Gantt chart: dates in, rectangles and lines in user units out; the template draws them.

One row per activity, time to the right. An activity occupies its days including the last one, so a bar ends
at the morning after its finish.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ROW = 20
HEAD = 26
CODES = 92
LABELS = 340
TIMELINE = 800
BAR = 10
LABEL_CHARACTERS = 38
# Works in the dyke corridor rest in the flood season, 1 May–30 November (the calendar named DYKE).
FLOOD_FROM, FLOOD_TO = (5, 1), (11, 30)

_X = Callable[[date], float]


@dataclass(frozen=True, slots=True)
class Bar:
    """What one row shows: early dates, the last date without harm, and its kind (task, milestone, possession).

    `critical` draws it black: it is critical, or lies on the chain that sets the completion date.
    """

    code: str
    name: str
    kind: str
    start: date
    finish: date
    late_finish: date
    critical: bool
    rests_in_flood: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A drawn row: `y` of its middle; bar from `x` over `width`; float from the bar's end to `float_x`."""

    bar: Bar
    label: str
    y: float
    x: float
    width: float
    float_x: float
    closed: tuple[tuple[float, float], ...]  # flood seasons as (x, width), only where the row rests in them


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


def gantt(bars: Sequence[Bar], *, data_date: date, planned: date | None) -> Gantt | None:
    """Lays out `bars` in their order; None when there is nothing to draw."""
    if not bars:
        return None
    first = min([data_date, *(bar.start for bar in bars)])
    last = max([data_date, *(bar.finish for bar in bars), *([planned] if planned else [])])
    first, last = first.replace(day=1), last + timedelta(days=20)
    scale = TIMELINE / max((last - first).days, 1)

    def x(day: date) -> float:
        return round(LABELS + (day - first).days * scale, 1)

    rows = tuple(_row(bar, index, x, first, last) for index, bar in enumerate(bars))
    return Gantt(
        width=LABELS + TIMELINE,
        codes=CODES,
        height=HEAD + ROW * len(rows) + 6,
        rows=rows,
        ticks=tuple(Tick(x(day), label) for day, label in _ticks(first, last)),
        today_x=x(data_date + timedelta(days=1)),
        planned_x=x(planned + timedelta(days=1)) if planned else None,
    )


def _row(bar: Bar, index: int, x: _X, first: date, last: date) -> Row:
    left, right = x(bar.start), x(bar.finish + timedelta(days=1))
    late = min(x(bar.late_finish + timedelta(days=1)), float(LABELS + TIMELINE))
    return Row(
        bar=bar,
        label=_short(bar.name),
        y=HEAD + ROW * index + ROW / 2,
        x=left,
        width=max(round(right - left, 1), 1.5),
        float_x=max(late, right),
        closed=tuple(_seasons(x, first, last)) if bar.rests_in_flood else (),
    )


def _seasons(x: _X, first: date, last: date) -> list[tuple[float, float]]:
    found = []
    for year in range(first.year, last.year + 1):
        a = max(date(year, *FLOOD_FROM), first)
        b = min(date(year, *FLOOD_TO) + timedelta(days=1), last)
        if a < b:
            found.append((x(a), round(x(b) - x(a), 1)))
    return found


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """Month starts; only as many as can stand side by side: every month, quarter, half-year or year."""
    months: list[date] = []
    day = first
    while day <= last:
        months.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    for step in (1, 3, 6, 12):
        chosen = [m for m in months if (m.month - 1) % step == 0]
        if len(chosen) <= TIMELINE // 66:
            break
    return [(m, f"{m:%m/%Y}") for m in chosen]


def _short(name: str) -> str:
    if len(name) <= LABEL_CHARACTERS:
        return name
    return name[: LABEL_CHARACTERS - 1].rstrip() + "…"
