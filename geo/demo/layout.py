"""Lays the plots of a ward on the ribbon of its strip: neighbourhoods, blocks, rows and lots.

Everything is rectangles with whole millimetres on the ribbon: neighbours share the very same numbers, so the outline
stage can find every common corner exactly. The number of lots is the number of plots, always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.demo.chance import Stream, apportion
from geo.demo.land import FIELD, HOUSE, WAY, Neighbourhood, Plot, gather, ordinary, room

Rect = tuple[int, int, int, int]  # along from, along to, across from, across to; mm on the ribbon

MM = 1000
# Plots may grow by this factor to fill a strip that is larger than they need; the rest stays empty land.
GROWTH = {HOUSE: 1.15, FIELD: 1.6}
# Fields and yards shrink down to this share of their size before houses shrink at all.
LEAST = 0.35
# Land without parcels comes in pieces of about this length (m) of the strip.
GAP_M = 60.0
# Land beside a yard that is narrower than this (m) is not built on.
NARROW_M = 9.0
# A lane smaller than this is nobody's parcel.
SMALLEST_WAY_M2 = 50.0
# Blocks longer than this (m) are divided by a lane.
BLOCK_M = {HOUSE: 58.0, FIELD: 150.0}


@dataclass(frozen=True, slots=True)
class Lot:
    """One laid-out plot; lots of one `row` follow each other side by side."""

    rect: Rect
    land_use: str
    family: str
    row: int


@dataclass(slots=True)
class _Sheet:
    """What is drawn so far: the lots, and the lanes between them that may become parcels of their own."""

    lots: list[Lot]
    lanes: list[Rect]
    rows: int = 0


def lay_out(length_m: float, width_m: float, plots: Sequence[Plot], stream_of: tuple[int, str]) -> list[Lot]:
    """The lots of a ribbon of `length_m` × `width_m`, one per plot, in their order along the ribbon.

    Road and canal plots lie where the drawing leaves lanes; what finds no lane becomes an ordinary lot.
    """
    ways = [plot for plot in plots if plot.family == WAY]
    others = [plot for plot in plots if plot.family != WAY]
    plain = 0
    while True:
        stream = Stream(stream_of[0], stream_of[1], "layout")
        turned = [ordinary(plot, others) for plot in ways[:plain]]
        sheet = _draw(length_m, width_m, others + turned, stream)
        sheet.lanes = [lane for lane in sheet.lanes if _size(lane) >= SMALLEST_WAY_M2]
        missing = len(ways) - plain - len(sheet.lanes)
        if missing <= 0:
            break
        plain += missing
    for plot, lane in zip(ways[plain:], stream.shuffled(sheet.lanes), strict=False):
        sheet.rows += 1
        sheet.lots.append(Lot(lane, plot.land_use, WAY, sheet.rows))
    # Row by row along the ribbon, as a surveyor numbers them.
    starts: dict[int, int] = {}
    for lot in sheet.lots:
        starts[lot.row] = min(starts.get(lot.row, lot.rect[0]), lot.rect[0])
    return sorted(sheet.lots, key=lambda lot: (starts[lot.row], lot.row, lot.rect[0], lot.rect[2]))


def _draw(length_m: float, width_m: float, plots: list[Plot], stream: Stream) -> _Sheet:
    sheet = _Sheet([], [])
    space = length_m * width_m
    grown = _fitted(plots, space)
    # Sparse land lies in small groups all along the strip, not in one heap.
    groups = gather(grown, stream, closeness=max(0.3, room(grown) / space))
    slabs = _slabs(_with_gaps(groups, length_m, width_m, stream), width_m, stream)
    ends = _cuts(0, round(length_m * MM), [_area(slab) for slab in slabs])
    for slab, start, end in zip(slabs, ends[:-1], ends[1:], strict=True):
        road = round(stream.between(2.5, 7.0) * MM) if stream.happens(0.6) else 0
        if road * 6 > end - start:
            road = 0
        if road:
            sheet.lanes.append((end - road, end, 0, round(width_m * MM)))
        _share_out((start, end - road, 0, round(width_m * MM)), slab, sheet, stream)
    return sheet


def _fitted(plots: Sequence[Plot], space: float) -> list[Plot]:
    """The plots as large as the space wants them: grown a little, or shrunk, houses later than all others."""
    wanted = room(plots)
    if wanted < space:
        return [replace(p, area_m2=p.area_m2 * min(GROWTH.get(p.family, 1.3), space / wanted)) for p in plots]
    houses = room(p for p in plots if p.family == HOUSE)
    rest = wanted - houses
    house = min(1.0, (space - LEAST * rest) / houses) if houses else 1.0
    if house < LEAST:
        return [replace(p, area_m2=p.area_m2 * space / wanted) for p in plots]
    other = (space - house * houses) / rest if rest else 1.0
    return [replace(p, area_m2=p.area_m2 * (house if p.family == HOUSE else other)) for p in plots]


def _with_gaps(
    groups: list[Neighbourhood], length_m: float, width_m: float, stream: Stream
) -> list[Neighbourhood]:
    """The neighbourhoods with what is left of the space spread between them as empty land (water, public land)."""
    left = length_m * width_m - _area(groups)
    if left < length_m * width_m * 0.005:
        return groups
    places = max(1 + len(groups) // 2, round(left / width_m / GAP_M))
    shares = stream.uniforms(places) ** 2 + 0.05
    empty = [Neighbourhood("", (), (), float(left * share / shares.sum())) for share in shares]
    spots = np.sort(stream.uniforms(places)) * len(groups)
    mixed = [*enumerate(groups), *zip(spots.tolist(), empty, strict=True)]
    return [group for _, group in sorted(mixed, key=lambda pair: pair[0])]


def _slabs(groups: list[Neighbourhood], width_m: float, stream: Stream) -> list[list[Neighbourhood]]:
    """Neighbourhoods in slabs across the strip, each about as long as the strip is wide."""
    slabs: list[list[Neighbourhood]] = [[]]
    enough = 0.0
    for group in groups:
        if slabs[-1] and _area(slabs[-1]) >= enough:
            slabs.append([])
        if not slabs[-1]:
            enough = width_m * max(width_m, 60.0) * stream.between(0.5, 1.1)
        slabs[-1].append(group)
    return slabs


def _share_out(rect: Rect, groups: list[Neighbourhood], sheet: _Sheet, stream: Stream) -> None:
    """Divides a slab between its neighbourhoods, with a road between the parts more often than not."""
    if len(groups) == 1:
        (group,) = groups
        if group.plots or group.yards:
            _with_yards(rect, list(group.plots), list(group.yards), group.family, sheet, stream)
        return
    sums = np.cumsum([group.area_m2 for group in groups])[:-1]
    first = 1 + int(np.argmin(np.abs(sums - _area(groups) / 2)))
    a, b, c, d = rect
    road = round(stream.between(2.0, 6.0) * MM) if stream.happens(0.7) else 0
    if road * 8 > max(b - a, d - c):
        road = 0
    one, other, between = _halves(rect, [_area(groups[:first]), _area(groups[first:])], road)
    if road:
        sheet.lanes.append(between)
    _share_out(one, groups[:first], sheet, stream)
    _share_out(other, groups[first:], sheet, stream)


def _with_yards(
    rect: Rect, plots: list[Plot], yards: list[Plot], family: str, sheet: _Sheet, stream: Stream
) -> None:
    """Sets the yards into the ends of the neighbourhood, about square, with plots beside them."""
    while yards and plots:
        yard = yards.pop()
        scale = _size(rect) / (room(plots) + room([*yards, yard]))
        area = room([yard]) * scale
        a, b, c, d = rect
        short = min(b - a, d - c) / MM
        depth = max(area / short, (area * stream.between(0.6, 1.1)) ** 0.5)
        front = area / depth
        beside: list[Plot] = []
        while (
            short - front > NARROW_M
            and plots
            and room([*beside, plots[0]]) * scale < depth * (short - front) * 1.15
        ):
            beside.append(plots.pop(0))
        if not beside or not plots:
            plots, beside = beside + plots, []
            depth, front = area / short, short
        lengthwise = b - a >= d - c
        parts = [depth * short, _size(rect) - depth * short]
        if stream.happens(0.5):
            band, rect, _ = _halves(rect, parts, 0, lengthwise)
        else:
            rect, band, _ = _halves(rect, parts[::-1], 0, lengthwise)
        sheet.rows += 1
        if beside:
            band, rest, _ = _halves(band, [front, short - front], 0, not lengthwise)
            _block(rest, beside, family, sheet, stream)
        sheet.lots.append(Lot(band, yard.land_use, yard.family, sheet.rows))
        sheet.rows += 1
    if plots:
        _block(rect, plots, family, sheet, stream)
    elif yards:
        sheet.rows += 1
        _pieces(rect, yards, sheet, stream)


def _block(rect: Rect, plots: list[Plot], family: str, sheet: _Sheet, stream: Stream) -> None:
    """Divides a neighbourhood by lanes until its blocks are short, then draws each block."""
    a, b, c, d = rect
    longest = max(b - a, d - c) / MM
    if len(plots) >= 10 and longest > BLOCK_M.get(family, 1e9):
        low, high = stream.between(2.2, 4.5), stream.between(1.3, 2.6)
        lane = round((low if family == HOUSE else high) * MM)
        first = max(1, min(len(plots) - 1, round(len(plots) * stream.between(0.38, 0.62))))
        parts = plots[:first], plots[first:]
        one, other, between = _halves(rect, [sum(p.area_m2 for p in part) for part in parts], lane)
        sheet.lanes.append(between)
        _block(one, parts[0], family, sheet, stream)
        _block(other, parts[1], family, sheet, stream)
    elif family == HOUSE or (family == FIELD and stream.happens(0.7)):
        _rows(rect, plots, family, sheet, stream)
    else:
        sheet.rows += 1
        _pieces(rect, plots, sheet, stream)


def _rows(rect: Rect, plots: list[Plot], family: str, sheet: _Sheet, stream: Stream) -> None:
    """Lots side by side in rows, houses back to back in pairs of rows with an alley between the pairs."""
    a, b, c, d = rect
    mean = sum(plot.area_m2 for plot in plots) / len(plots)
    # A town house is three to four times as deep as wide, a field about two and a half times.
    deep = (mean * (3.4 if mean < 150 else 2.2)) ** 0.5
    turned = (d - c > b - a) == stream.happens(0.8)  # rows mostly follow the longer side
    cross = ((b - a) if turned else (d - c)) / MM
    alley = stream.between(1.6, 3.2) if family == HOUSE else 0.0
    rows = max(1, min(len(plots), round(cross / (deep + alley / 2))))
    shares = [float(w) for w in 1.0 + 0.25 * (stream.uniforms(rows) - 0.5)]
    numbers = _split_evenly(len(plots), shares)
    alleys = (rows - 1) // 2 if alley else 0
    low, high = (a, b) if turned else (c, d)
    free = (high - low) - round(alley * MM) * alleys
    if free < rows * 3 * MM:
        alleys, free = 0, high - low
    edges = _cuts(0, free, shares)
    shift = 0
    for row in range(rows):
        if alleys and row and row % 2 == 0:
            step = round(alley * MM)
            near = low + edges[row] + shift
            sheet.lanes.append((near, near + step, c, d) if turned else (a, b, near, near + step))
            shift += step
        start, end = low + edges[row] + shift, low + edges[row + 1] + shift
        members, plots = plots[: numbers[row]], plots[numbers[row] :]
        weights = [plot.area_m2**0.7 for plot in members]
        marks = _cuts(*((c, d) if turned else (a, b)), weights)
        sheet.rows += 1
        for plot, near, far in zip(members, marks[:-1], marks[1:], strict=True):
            lot = (start, end, near, far) if turned else (near, far, start, end)
            sheet.lots.append(Lot(lot, plot.land_use, family, sheet.rows))


def _pieces(rect: Rect, plots: list[Plot], sheet: _Sheet, stream: Stream) -> None:
    """Divides a rectangle again and again across its longer side until each piece is one lot."""
    if len(plots) == 1:
        sheet.lots.append(Lot(rect, plots[0].land_use, plots[0].family, sheet.rows))
        return
    first = max(1, min(len(plots) - 1, round(len(plots) * stream.between(0.35, 0.65))))
    parts = plots[:first], plots[first:]
    one, other, _ = _halves(rect, [sum(p.area_m2 for p in part) for part in parts], 0)
    _pieces(one, parts[0], sheet, stream)
    _pieces(other, parts[1], sheet, stream)


def _halves(
    rect: Rect, weights: Sequence[float], lane: int, lengthwise: bool | None = None
) -> tuple[Rect, Rect, Rect]:
    """The rectangle cut in two in proportion, by default over its longer side, and the lane between."""
    a, b, c, d = rect
    if b - a >= d - c if lengthwise is None else lengthwise:
        cut = _cuts(a, b - lane, weights)[1]
        return (a, cut, c, d), (cut + lane, b, c, d), (cut, cut + lane, c, d)
    cut = _cuts(c, d - lane, weights)[1]
    return (a, b, c, cut), (a, b, cut + lane, d), (a, b, cut, cut + lane)


def _area(groups: Sequence[Neighbourhood]) -> float:
    return sum(group.area_m2 for group in groups)


def _size(rect: Rect) -> float:
    """m² of a rectangle."""
    a, b, c, d = rect
    return (b - a) / MM * ((d - c) / MM)


def _split_evenly(total: int, shares: Sequence[float]) -> list[int]:
    """`total` lots over rows: at least one in each, the rest in proportion."""
    counts = apportion(total - len(shares), list(shares))
    return [count + 1 for count in counts]


def _cuts(start: int, end: int, weights: Sequence[float]) -> list[int]:
    """Whole positions that divide [start, end] in proportion; each part is at least 1 mm."""
    total = sum(weights)
    marks = [start]
    reached = 0.0
    for i, weight in enumerate(weights[:-1]):
        reached += weight
        wanted = start + round((end - start) * reached / total)
        marks.append(max(marks[-1] + 1, min(wanted, end - (len(weights) - 1 - i))))
    return [*marks, end]
