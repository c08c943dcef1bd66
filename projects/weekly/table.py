"""Puts bundles together to the rows of the weekly table: one per place, one per project, one in total.

A figure is None where nothing is known, and that is never added as zero: a total of which a place is not known is
`partial` (shown with “*”), one of which no place is known is None.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from projects.weekly.columns import COLUMNS, Column, belongs, unit_of, weight
from projects.weekly.counting import INVESTOR, Bundle, standing
from projects.weekly.moved import Thing, graves, utilities, utilities_together

Level = Literal["place", "project", "total"]
Value = float | int | Decimal | date | str | None
By = Literal["ward", "district"]
BILLION = 10**9
VERDICTS: dict[str, tuple[str, str, str]] = {
    # code: light, Vietnamese, English
    "done": ("ok", "đã bàn giao hết", "all handed over"),
    "on_time": ("ok", "kịp", "on time"),
    "undated": ("risk", "còn hồ sơ chưa có ngày hẹn", "some have no date"),
    "late": ("late", "không kịp", "too late"),
    "overdue": ("late", "đã quá mốc", "past the date"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the table stands on besides the cases: `places` are (project, ward) pairs that a project crosses, also those
    without a case; `deadlines` the city's date for the land, per project; `day` the data date.
    `with_before`: the week before is known; `with_money`: the reader may see amounts."""

    day: date
    places: tuple[tuple[str, str], ...] = ()
    deadlines: Mapping[str, date] | None = None
    with_before: bool = True
    with_money: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell: its value (None: not known), and whether a place is missing from the sum."""

    value: Value = None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a place of a project, a project, or all. `place` is a ward code or the name of an old district."""

    level: Level
    project: str
    component: str
    place: str
    figures: Mapping[str, Figure]
    cases: int
    units: int  # in the unit of the table: what its figures are shares of
    demo: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The rows in order, each project before its places, the total last."""

    rows: tuple[Row, ...]
    unit: str
    by: By

    def row(self, project: str, place: str = "", component: str | None = None) -> Row:
        """The row of a project, or of a place in it. Raises KeyError."""
        for row in self.rows:
            if (row.project, row.place) == (project, place) and component in (None, row.component):
                return row
        raise KeyError((project, place))


def assemble(
    bundles: Iterable[Bundle], frame: Frame, *, unit: str, by: By = "ward", order: Sequence[str] = (),
    things: Iterable[Thing] = (),
) -> Table:  # fmt: skip
    """The table of the bundles; cases that left the boundary (X2) are in none of its figures.

    `things` stand in the row of their place; of several rows of it in that of their component, else in one without.
    `order`: project codes as they are shown; a project that is not named comes last, by its code.
    """
    kept = [bundle for bundle in bundles if bundle.step != "X2"]
    places: dict[str, dict[tuple[str, str], list[Bundle]]] = defaultdict(dict)
    for bundle in kept:
        key = (bundle.component, bundle.ward if by == "ward" else bundle.district)
        places[bundle.project].setdefault(key, []).append(bundle)
    if by == "ward":
        for project, ward in frame.places:
            if all(place != ward for _, place in places[project]):
                places[project][("", ward)] = []
    moved: dict[tuple[str, str, str], list[Thing]] = defaultdict(list)
    for thing in things:
        key = row_of(thing, places[thing.project], by)
        places[thing.project].setdefault(key, [])
        moved[thing.project, *key].append(thing)
    rank = {code: at for at, code in enumerate(order)}
    rows: list[Row] = []
    parts: list[Row] = []
    for project in sorted(places, key=lambda code: (rank.get(code, len(rank)), code)):
        below = [
            _place(project, component, place, found, frame, unit, moved[project, component, place])
            for (component, place), found in sorted(places[project].items(), key=_named_first)
        ]
        if not below:
            continue
        rows += [_total("project", project, below, frame), *below]
        parts += below
    if parts:
        rows.append(_total("total", "", parts, frame))
    return Table(tuple(rows), unit, by)


def row_of(thing: Thing, rows: Collection[tuple[str, str]], by: By) -> tuple[str, str]:
    """The row (component, place) of a thing among `rows`, those of its project; one without a component where its place
    has none, or several of other components."""
    place = thing.ward if by == "ward" else thing.district
    there = [key for key in rows if key[1] == place]
    if (thing.component, place) in there:
        return thing.component, place
    return there[0] if len(there) == 1 else ("", place)


def _named_first(item: tuple[tuple[str, str], list[Bundle]]) -> tuple[bool, str, str]:
    (component, place), _ = item
    return place == "", component, place


def _place(
    project: str, component: str, place: str, found: Sequence[Bundle], frame: Frame, unit: str,
    things: Sequence[Thing],
) -> Row:  # fmt: skip
    figures = {
        column.key: Figure(_value(column, project, found, frame, unit))
        for column in COLUMNS
        if column.kind != "label"
    }
    figures["30"] = Figure(figures["30"].value, partial=any(bundle.unpromised for bundle in found))
    figures["11"] = Figure(graves(things, moved=False))
    figures["25"] = Figure(graves(things, moved=True))
    figures["35"] = Figure(utilities(things))
    return Row(
        "place", project, component, place, figures, sum(bundle.cases for bundle in found),
        sum(weight(bundle, unit) for bundle in found),
        demo=any(bundle.demo for bundle in found) or any(thing.demo for thing in things),
    )  # fmt: skip


def _value(column: Column, project: str, found: Sequence[Bundle], frame: Frame, unit: str) -> Value:
    deadline = (frame.deadlines or {}).get(project)
    if column.kind == "date":
        if column.key == "29":
            return deadline
        return max((b.promised_on for b in found if b.promised_on is not None), default=None)
    if not found or column.kind in ("absent", "length") or column.moves:
        return None
    if column.kind == "verdict":
        return verdict(found, deadline, frame.day)
    if column.kind == "text":
        return obstacles(found)
    if column.from_before and not frame.with_before:
        return None
    if column.needs and all(column.needs.isdisjoint(bundle.facts) for bundle in found):
        return None
    chosen = [bundle for bundle in found if belongs(column, bundle, unit)]
    if column.kind == "money":
        paid = [bundle.paid_vnd for bundle in chosen if bundle.paid_vnd is not None]
        return sum(paid, Decimal()) / BILLION if paid and frame.with_money else None
    if column.kind == "m2":
        return sum(measured(bundle, column.measure) for bundle in chosen)
    return sum(weight(bundle, unit_of(column, unit)) for bundle in chosen)


def measured(bundle: Bundle, what: str) -> float:
    """m² of a bundle: of all its land, of housing, of farmland, or of the rest."""
    if what == "other_m2":
        return max(bundle.area_m2 - bundle.housing_m2 - bundle.farm_m2, 0.0)
    area: float = getattr(bundle, what)
    return area


def verdict(found: Sequence[Bundle], deadline: date | None, day: date) -> str | None:
    """How the promises of the open cases stand to the city's date; None without such a date.

    Open is what the investor does not hold yet. Promises are those of the clearance teams; the forecast of the network
    is in the delay report.
    """
    open_ones = [b for b in found if standing(b.step, b.marks) != INVESTOR]
    if not open_ones:
        return "done"
    if deadline is None:
        return None
    if day > deadline:
        return "overdue"
    if any(b.promised_on is not None and b.promised_on > deadline for b in open_ones):
        return "late"
    return "undated" if any(b.unpromised for b in open_ones) else "on_time"


def obstacles(found: Sequence[Bundle]) -> str | None:
    """The two obstacles that most cases have, as codes with counts: "NGUON_GOC 12, DON_GIA 3"; None without any."""
    counts: Counter[str] = Counter()
    for bundle in found:
        if bundle.obstacle is not None:
            counts[bundle.obstacle] += bundle.cases
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:2]
    return ", ".join(f"{code} {count}" for code, count in ranked) or None


def _total(level: Level, project: str, parts: Sequence[Row], frame: Frame) -> Row:
    figures = {
        column.key: _sum(column, [part.figures[column.key] for part in parts])
        for column in COLUMNS
        if column.kind != "label"
    }
    if level == "project":
        figures["29"] = Figure((frame.deadlines or {}).get(project))
    else:
        figures["29"] = Figure()
    return Row(
        level, project, "", "", figures, sum(part.cases for part in parts), sum(part.units for part in parts),
        any(part.demo for part in parts),
    )  # fmt: skip


def _sum(column: Column, parts: Sequence[Figure]) -> Figure:
    known = [part.value for part in parts if part.value is not None]
    partial = bool(known) and (len(known) < len(parts) or any(part.partial for part in parts))
    if not known:
        return Figure()
    if column.kind == "date":
        return Figure(max(v for v in known if isinstance(v, date)), partial)
    if column.kind == "verdict":
        return Figure(min((str(v) for v in known), key=_WORST.__getitem__), partial)
    if column.moves and column.kind == "text":
        return Figure(utilities_together(str(value) for value in known), partial)
    if column.kind == "text":
        return _most(known)
    if column.kind == "money":
        return Figure(sum((v for v in known if isinstance(v, Decimal)), Decimal()), partial)
    return Figure(sum(v for v in known if isinstance(v, int | float)), partial)


_WORST = {code: rank for rank, code in enumerate(("overdue", "late", "undated", "on_time", "done"))}


def _most(said: Sequence[Value]) -> Figure:
    """The obstacles that are most named in the places; counts are left out, for each place names two only."""
    counts: Counter[str] = Counter()
    for value in said:
        for part in str(value).split(", "):
            code, _, count = part.partition(" ")
            counts[code] += int(count)
    return Figure(", ".join(code for code, _ in counts.most_common(2)) or None)
