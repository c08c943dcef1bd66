"""Checks that shapes lie in Hanoi, and near their ward; names the reading that would put the others right.

"It parsed" proves nothing: with a zone of VN-2000 taken for another, exchanged axes or millimetres, a file opens well.
The box of Hanoi alone would miss some neighbouring zones (26 km per quarter degree in a box of 85 km), so each shape
is also held against the place of its own ward where that is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import MEASURE, WGS84, Floats, Inside, Mask, Reading, in_hanoi, label, suggest, transform
from geo.importers.faults import FaultList
from geo.importers.geometry import point_text

Rows = npt.NDArray[np.intp]

_SAMPLE = 2_000  # points on which all readings are tried; the others are tried with the readings found
_ONE_BY_ONE = 20  # more rows than this with the same fault are told in one sentence
_RANGES = 40
# A ward reaches at most 3.03 times the radius of a circle of its area from its centre (measured over the 126 wards).
_REACH = 3.3
_REACH_MARGIN_M = 1_000.0


@dataclass(frozen=True, slots=True)
class WardPlace:
    """Where a ward lies: its centre in WGS 84 and its area in km²."""

    lon: float
    lat: float
    area_km2: float


@dataclass(frozen=True, slots=True)
class _Expected:
    """Per shape the centre of its ward in EPSG:5897 and how far the ward reaches (m); NaN where unknown."""

    east: Floats
    north: Floats
    reach: Floats

    def away(self, east: Floats, north: Floats) -> Floats:
        return np.hypot(east - self.east, north - self.north)

    def holds(self, east: Floats, north: Floats) -> Mask:
        near: Mask = np.isnan(self.reach) | (self.away(east, north) <= self.reach)
        return in_hanoi(east, north) & near

    def only(self, index: Rows) -> _Expected:
        return _Expected(self.east[index], self.north[index], self.reach[index])


def check_places(
    polygons: npt.NDArray[np.object_],
    rows: Rows,
    srid: int,
    faults: FaultList,
    *,
    wards: Sequence[str | None] | None = None,
    places: Mapping[str, WardPlace] | None = None,
) -> None:
    """Notes every polygon (EPSG:`srid`) that lies outside the box of Hanoi or far from its ward.

    `rows` are the polygons' indices in the file, `wards` the ward code of every row of the file. Many rows with the
    same fault are told in one sentence with their row numbers.
    """
    if not len(polygons):
        return
    bounds = shapely.bounds(polygons)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    expected = _expected(rows, wards, places)
    east, north = transform(x, y, srid, MEASURE)
    inside = in_hanoi(*transform(bounds[:, 0], bounds[:, 1], srid, MEASURE)) & in_hanoi(
        *transform(bounds[:, 2], bounds[:, 3], srid, MEASURE)
    )
    wrong = np.flatnonzero(~(inside & expected.holds(east, north)))
    groups: dict[Reading | None, list[int]] = {}
    for j, reading in zip(wrong, _readings(x[wrong], y[wrong], srid, expected.only(wrong)), strict=True):
        groups.setdefault(reading, []).append(int(j))
    away = expected.away(east, north)
    for reading, members in groups.items():
        vi, en = _instead(reading)
        if len(members) > _ONE_BY_ONE:
            listed = _ranges([int(rows[j]) + 1 for j in members])
            faults.file(
                "place",
                f"{len(members)} trên {len(polygons)} hình nằm sai chỗ khi đọc theo {label(srid)}. {vi}"
                f" Các dòng: {listed}.",
                f"{len(members)} of {len(polygons)} shapes lie in the wrong place when read in {label(srid)}. {en}"
                f" Rows: {listed}.",
            )
            continue
        for k in members:
            at = point_text(x[k], y[k])
            where_vi, where_en = _where(bool(inside[k]), float(away[k]))
            faults.row(
                "place",
                int(rows[k]) + 1,
                f"Hình tại ({at}) {where_vi} khi đọc theo {label(srid)}. {vi}",
                f"The shape at ({at}) {where_en} when read in {label(srid)}. {en}",
            )


def inside_of(
    rows: Rows, wards: Sequence[str | None] | None, places: Mapping[str, WardPlace] | None
) -> Inside:
    """What `geo.crs.suggest` and `rank` ask of points: near the ward of their row, or in Hanoi."""
    return _expected(rows, wards, places).holds


def hint_without_crs(polygons: npt.NDArray[np.object_]) -> Reading | None:
    """The reading that would put most of some polygons in Hanoi, for a file that states no CRS."""
    if not len(polygons):
        return None
    bounds = shapely.bounds(polygons[:_SAMPLE])
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    found = [reading for reading in suggest(x, y, declared=None) if reading is not None]
    return max(set(found), key=found.count) if found else None


def _expected(
    rows: Rows, wards: Sequence[str | None] | None, places: Mapping[str, WardPlace] | None
) -> _Expected:
    east, north, reach = (np.full(len(rows), np.nan) for _ in range(3))
    if wards and places:
        codes = sorted({code for i in rows if (code := wards[i]) is not None and code in places})
        lon, lat = (np.array([getattr(places[code], axis) for code in codes]) for axis in ("lon", "lat"))
        e, n = transform(lon, lat, WGS84, MEASURE)
        known = {code: k for k, code in enumerate(codes)}
        for j, i in enumerate(rows):
            k = known.get(wards[i] or "")
            if k is not None:
                east[j], north[j] = e[k], n[k]
                reach[j] = _REACH * np.sqrt(places[codes[k]].area_km2 * 1e6 / np.pi) + _REACH_MARGIN_M
    return _Expected(east, north, reach)


def _readings(x: Floats, y: Floats, srid: int, expected: _Expected) -> list[Reading | None]:
    """For each misplaced point the reading that would put it right. All are tried on a sample only."""
    sample = np.arange(min(len(x), _SAMPLE))
    found = suggest(x[sample], y[sample], declared=srid, inside=expected.only(sample).holds)
    rest = np.arange(len(sample), len(x))
    remaining: list[Reading | None] = [None] * len(rest)
    seen = [reading for reading in dict.fromkeys(found) if reading is not None]
    for reading in sorted(seen, key=found.count):  # the most frequent one has the last word
        hits = expected.only(rest).holds(*reading.measured(x[rest], y[rest]))
        for k in np.flatnonzero(hits):
            remaining[k] = reading
    return [*found, *remaining]


def _where(inside: bool, away: float) -> tuple[str, str]:
    if not inside or not np.isfinite(away):
        return "nằm ngoài Hà Nội", "lies outside Hanoi"
    return (
        f"cách trung tâm phường, xã của nó {away / 1000:.1f} km",
        f"is {away / 1000:.1f} km from the centre of its ward",
    )


def _instead(reading: Reading | None) -> tuple[str, str]:
    if reading is None:
        return "Không cách đọc nào đưa về đúng chỗ.", "No other reading would put it right."
    return f"Sẽ đúng chỗ nếu đọc theo {reading.vi}.", f"It would be right if read in {reading.en}."


def _ranges(numbers: list[int]) -> str:
    """1, 2, 3, 7 → '1–3, 7'; cut after some ranges."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in spans[:_RANGES]]
    return ", ".join(shown) + (", …" if len(spans) > _RANGES else "")
