"""How a file is to be read, as its sender's profile or the person at the preview says it; what is left out is guessed.

Kept with every import, so that the same bytes can be read the same way again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One point known in both systems: `x`, `y` as in the file, `east`, `north` in EPSG:5897 (m)."""

    name: str
    x: float
    y: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """`columns`: field → column of the file, over the guess; `fixed`: field → one value for every row (a map series
    that no column has). `crs`: EPSG code where the file states none; `encoding`: utf-8 | tcvn3 | vni | cp1258 (None:
    detected); `swapped`: x of the file is north.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    crs: int | None = None
    encoding: str | None = None
    swapped: bool = False
    control_points: tuple[ControlPoint, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, said: Mapping[str, Any]) -> ReadingOptions:
        """The inverse of `as_dict`. Raises TypeError for keys that it does not know."""
        points = tuple(ControlPoint(**point) for point in said.get("control_points", ()))
        return cls(**{**said, "control_points": points})
