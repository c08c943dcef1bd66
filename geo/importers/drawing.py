"""Parcels out of a drawing: closed outlines, the labels inside them, and a list of all that could not be tied.

Cadastral drawings in Vietnam write, inside each parcel, its number over its area and the land-use code, as one text
("ODT 12/345.6"), as several lines of one text or as separate texts. A label belongs to the smallest closed outline
that holds it. Nothing is closed, moved or chosen here: what is open, unlabelled or contradictory is listed with its
place. Pure (arrays in, values out); runs in the limited child process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.importers.labeltext import Label, join_labels, read_label, sheet_of_layer, sheet_title
from geo.importers.owndrawing import CUTS, join_parts, own_label, with_holes

Objects = npt.NDArray[np.object_]

# An open line whose ends are this close, relative to its length, was meant to be closed.
_NEAR_SHARE = 0.02
_NEAR_M = 1.0
_LISTED = 200


@dataclass(slots=True)
class Untied:
    """What a drawing holds beside its parcels: counts of everything, places (x, y, what) of the first 200 of each.

    `labels`: parcel labels in no outline, or in one that has other ones; `outlines`: closed shapes without a parcel
    number; `open_lines`: lines whose ends nearly meet (what = the gap); `twice`: outlines drawn twice.
    """

    counts: dict[str, int] = field(default_factory=dict)
    places: dict[str, list[tuple[float, float, str]]] = field(default_factory=dict)

    def add(self, kind: str, x: float, y: float, what: str) -> None:
        """Counts one and keeps its place."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        kept = self.places.setdefault(kind, [])
        if len(kept) < _LISTED:
            kept.append((float(x), float(y), what[:60]))

    def as_dict(self) -> dict[str, Any]:
        """For the child's answer."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Parcels of a drawing: `shapes` (Polygons, in ours also MultiPolygons) and as many cells in every column.

    Columns: number, land_use, area_stated_m2 and sheet from labels, Layer (the outline's layer, "sheet" also when its
    name holds one: TO_12).
    """

    shapes: Objects
    columns: dict[str, list[str | None]]
    untied: Untied


def assemble(
    shapes: Objects, texts: Sequence[str | None], layers: Sequence[str], *, land_codes: frozenset[str]
) -> Drawn:
    """Ties labels to outlines. The first three are aligned, one entry per element of the drawing."""
    untied = Untied()
    cut = np.array([layer.startswith(CUTS) for layer in layers], dtype=bool)
    land, holes = shapes.copy(), shapes.copy()
    land[cut], holes[~cut] = None, None
    outlines, owner = closed_outlines(land, untied)
    outlines = with_holes(outlines, closed_outlines(holes, untied)[0])
    at, labels, names = _labels(shapes, texts, layers, land_codes)
    inside: list[list[int]] = [[] for _ in outlines]
    for k, i in enumerate(_smallest(outlines, at)):
        if i >= 0:
            inside[i].append(k)
        elif labels[k].number is not None:
            untied.add("labels", *_xy(at[k]), names[k])
    title = sheet_title([t for t in texts if t])
    rows: list[int] = []
    found: list[Label] = []
    for i, members in enumerate(inside):
        joined = join_labels([labels[k] for k in members], float(shapely.area(outlines[i])))
        where = shapely.point_on_surface(outlines[i])
        if joined is None:
            for k in members:
                untied.add("labels", *_xy(at[k]), names[k])
            untied.add("outlines", *_xy(where), "?")
        elif joined.number is None:
            untied.add("outlines", *_xy(where), layers[owner[i]])
        else:
            rows.append(i)
            found.append(joined)
    firsts, parcels = join_parts(found, outlines[rows])
    rows, found = [rows[k] for k in firsts], [found[k] for k in firsts]
    of_layer = [layers[owner[i]] for i in rows]
    columns: dict[str, list[str | None]] = {
        "number": [label.number for label in found],
        "land_use": [label.land_use for label in found],
        "area_stated_m2": [label.area for label in found],
        "sheet": [
            label.sheet or sheet_of_layer(name) or title for label, name in zip(found, of_layer, strict=True)
        ],
        "Layer": list(of_layer),
    }
    return Drawn(parcels, columns, untied)


def closed_outlines(shapes: Objects, untied: Untied) -> tuple[Objects, list[int]]:
    """(closed shapes as polygons, the element of each); what is open but nearly closes, or drawn twice, is listed."""
    kinds = shapely.get_type_id(shapes)
    polygons: list[Any] = []
    owner: list[int] = []
    seen: set[bytes] = set()
    for i in np.flatnonzero(np.isin(kinds, (1, 2, 3, 5, 6))):
        for part in shapely.get_parts(shapes[i]):
            polygon = _closed(shapely.force_2d(part), untied)
            if polygon is None:
                continue
            key = shapely.to_wkb(shapely.normalize(polygon))
            if key in seen:
                untied.add("twice", *_xy(shapely.centroid(polygon)), "")
                continue
            seen.add(key)
            polygons.append(polygon)
            owner.append(int(i))
    result: Objects = np.empty(len(polygons), dtype=object)
    result[:] = polygons
    return result, owner


def _closed(part: Any, untied: Untied) -> Any:
    if part.geom_type == "Polygon":
        return None if part.is_empty else part
    points = shapely.get_coordinates(part)
    if len(points) < 3 or not np.isfinite(points).all():
        return None
    gap = float(np.hypot(*(points[0] - points[-1])))
    if gap == 0.0:
        return shapely.Polygon(points) if len(points) >= 4 else None
    if len(points) >= 4 and gap <= min(_NEAR_M, _NEAR_SHARE * float(shapely.length(part))):
        untied.add("open_lines", float(points[0][0]), float(points[0][1]), f"{gap:.3f} m")
    return None


def _labels(
    shapes: Objects, texts: Sequence[str | None], layers: Sequence[str], land_codes: frozenset[str]
) -> tuple[Objects, list[Label], list[str]]:
    kept = [
        i
        for i, text in enumerate(texts)
        if text and text.strip() and shapes[i] is not None and shapes[i].geom_type == "Point"
    ]
    kept = [
        i for i in kept if np.isfinite(shapely.get_coordinates(shapes[i])).all() and not shapes[i].is_empty
    ]
    words = [(texts[i] or "").strip() for i in kept]
    return (
        shapes[kept],
        [
            own_label(layers[i], word, land_codes) or read_label(word, land_codes)
            for i, word in zip(kept, words, strict=True)
        ],
        [word.replace("\n", " / ") for word in words],
    )


def _smallest(outlines: Objects, points: Objects) -> npt.NDArray[np.intp]:
    """For each point the smallest outline that holds it, -1 for none."""
    best = np.full(len(points), -1, dtype=np.intp)
    if not len(outlines) or not len(points):
        return best
    shapely.prepare(outlines)
    area = shapely.area(outlines)
    k, i = shapely.STRtree(outlines).query(points, predicate="intersects")
    for j in np.argsort(-area[i], kind="stable"):  # the smallest comes last and stays
        best[k[j]] = i[j]
    return best


def _xy(point: Any) -> tuple[float, float]:
    return float(shapely.get_x(point)), float(shapely.get_y(point))
