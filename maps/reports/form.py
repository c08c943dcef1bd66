"""A report as plain values: figures, tables, a step line, a band of the axis. Words are there; nothing is counted.

Values are drawn by the kind of their column: `days` are calendar days with a sign (positive = later), `metres`
lengths, `money` tỷ đồng. None is “–”: not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from maps.timeloc import Chart

Kind = Literal["text", "int", "days", "date", "money", "metres", "share"]
Value = str | int | Decimal | date | None
Light = Literal["", "ok", "risk", "late", "none"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A large number of the head, as text."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its words, what its cells hold, its share of the width in percent (0: what is left)."""

    text: str
    kind: Kind = "text"
    width: float = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row: values by column; `second` stands small under the first, `light` marks it, `total` makes it a sum."""

    values: Sequence[Value]
    second: str = ""
    light: Light = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; with `waterfall` (a column of days) a strip of bars runs from the sum before to the sum after."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    waterfall: int | None = None


@dataclass(frozen=True, slots=True)
class Steps:
    """A date by day: points (day, forecast), ascending; what moved is written beside."""

    points: Sequence[tuple[date, date]]
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the axis [from_m, to_m] with status free | blocked | critical | outside."""

    from_m: float
    to_m: float
    status: str


@dataclass(frozen=True, slots=True)
class Band:
    """The axis from end to end with the stakes at its ticks (metres, text)."""

    name: str
    start_m: float
    end_m: float
    pieces: Sequence[Piece]
    ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Picture:
    """A plan of the axis: lines (status, points in metres, y to the north) and where north and the scale bar belong."""

    lines: Sequence[tuple[str, Sequence[tuple[float, float]]]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part: words, a table, charts, and what to mind below. One with a `time` chart has a page across."""

    title: str
    text: Sequence[str] = ()
    table: Table | None = None
    steps: Steps | None = None
    bands: Sequence[Band] = ()
    picture: Picture | None = None
    hint: str = ""
    new_page: bool = False
    time: Chart | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A report. `stamp` is printed across the head when its figures are not to be relied on; `footer` on every page.

    `code` is the whole hash of the content, `made_for` the day of its data.
    """

    agency: Sequence[str]
    title: str
    subtitle: str
    period: str
    figures: Sequence[Figure]
    lead: str
    lead_rest: str
    sections: Sequence[Section]
    footer: str
    code: str
    made_for: date
    marks: Sequence[str] = ()
    stamp: str = ""
    words: Sequence[tuple[str, str]] = ()  # legend of the band: (status, words)
