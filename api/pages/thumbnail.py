"""The thumbnail of a preview as SVG: shapes over ward outlines and the corridor, made of numbers only.

Coordinates are EPSG:5897, drawn with north up in whole units of a 1000-wide picture. No text of the file enters it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ring = npt.NDArray[np.float64]

_WIDTH = 1000
_HIGHEST = 900
_MARGIN = 0.06


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """Path data of each kind, and the picture's size; `metres` is the length of the scale bar of `bar` units."""

    width: int
    height: int
    shapes: str
    wards: str
    corridor: str
    bar: int
    metres: int


def thumbnail(shapes: Sequence[Ring], wards: Sequence[Ring], corridor: Sequence[Ring]) -> Thumbnail | None:
    """The picture of these rings, fitted to `shapes`; None without any."""
    if not shapes:
        return None
    points = np.concatenate(shapes)
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    size = max(float(east - west), float(north - south), 20.0) * (1 + 2 * _MARGIN)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    span_y = min(size, max(float(north - south) * (1 + 2 * _MARGIN), size * 0.4))
    height = min(_HIGHEST, round(_WIDTH * span_y / size))
    scale = _WIDTH / size

    def path(rings: Sequence[Ring]) -> str:
        found = []
        for ring in rings:
            x = np.clip(np.round((ring[:, 0] - middle_x) * scale + _WIDTH / 2), -_WIDTH, 2 * _WIDTH).astype(
                int
            )
            y = np.clip(np.round((middle_y - ring[:, 1]) * scale + height / 2), -_WIDTH, 2 * _WIDTH).astype(
                int
            )
            pairs = " ".join(f"{a} {b}" for a, b in zip(x.tolist(), y.tolist(), strict=True))
            found.append(f"M{pairs}Z")
        return "".join(found)

    metres = next(
        (m for m in (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5) if m * scale <= _WIDTH / 4), 5
    )
    return Thumbnail(_WIDTH, height, path(shapes), path(wards), path(corridor), round(metres * scale), metres)
