"""How our own drawings say what a drawing has no columns for: written by `geo.exporting`, understood by the reader.

A label lies on the layer `NHAN_<sheet>` and reads `<number> <land code> <area>`, with ` [1/3]` behind it where the
parcel has several parts; the ring of a hole lies on a layer `KHOET_…`. An office's drawing has neither, so its shapes
are never cut or joined.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

import numpy as np
import numpy.typing as npt
import shapely

from geo.importers.labeltext import Label

LABELS, CUTS = "NHAN_", "KHOET_"
_TEXT = re.compile(r"(\S.*) (\S+) (\d+\.\d)(?: \[(\d{1,4})/(\d{1,4})\])?$")
_LEAST = 1e-9  # share of its area by which a shape that holds a hole is larger than the hole
Objects = npt.NDArray[np.object_]


def label_layer(sheet: str) -> str:
    """The layer of a sheet's labels; what a layer's name may not hold is written as %2F."""
    return LABELS + quote(sheet, safe="-.+,_ ")


def own_label(layer: str, text: str, land_codes: frozenset[str]) -> Label | None:
    """What a label of ours says; None for any other text."""
    found = _TEXT.match(text)
    if not layer.startswith(LABELS) or found is None:
        return None
    number, land_use, area, part, parts = found.groups()
    if not all(part in land_codes for part in land_use.split("+")):
        return None
    return Label(
        number=number,
        area=area,
        land_use=land_use,
        sheet=unquote(layer.removeprefix(LABELS)),
        part=None if part is None else (int(part), int(parts)),
    )


def with_holes(outlines: Objects, cuts: Objects) -> Objects:
    """The outlines with each hole taken out of the smallest one that holds it."""
    if not len(outlines) or not len(cuts):
        return outlines
    area = shapely.area(outlines)
    cut, outline = shapely.STRtree(outlines).query(cuts, predicate="covered_by")
    larger = area[outline] > shapely.area(cuts[cut]) * (1 + _LEAST)  # not the parcel that fills the hole
    holder: dict[int, int] = {}
    for k, i in zip(cut[larger].tolist(), outline[larger].tolist(), strict=True):
        if k not in holder or area[i] < area[holder[k]]:
            holder[k] = i
    rings: dict[int, list[Any]] = {}
    for k, i in holder.items():
        rings.setdefault(i, []).append(cuts[k].exterior)
    result = outlines.copy()
    for i, holes in rings.items():
        result[i] = shapely.Polygon(outlines[i].exterior, holes)
    return result


def join_parts(labels: Sequence[Label], shapes: Objects) -> tuple[list[int], Objects]:
    """(the first place of each parcel, the parcels): parts of which each is there just once become one MultiPolygon.

    What does not add up (the same sheet and number of two map series) stays apart, and is a fault of the rows later.
    """
    groups: dict[object, list[int]] = {}
    for i, label in enumerate(labels):
        key = i if label.part is None else (label.sheet, label.number, label.area, label.part[1])
        groups.setdefault(key, []).append(i)
    firsts: list[int] = []
    joined: list[Any] = []
    for members in groups.values():
        parts = sorted(part for i in members if (part := labels[i].part) is not None)
        whole = len(members) > 1 and parts == [(n + 1, len(members)) for n in range(len(members))]
        firsts += members[:1] if whole else members
        joined += (
            [shapely.MultiPolygon([shapes[i] for i in members])] if whole else [shapes[i] for i in members]
        )
    result: Objects = np.empty(len(joined), dtype=object)
    result[:] = joined
    return firsts, result
