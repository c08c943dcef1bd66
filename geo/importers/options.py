"""How a file is to be read, as its sender's profile or the person at the preview says it; what is left out is guessed.

Kept with every import, so that the same bytes can be read the same way again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from geo.importers.columns import FIELDS
from geo.importers.textcodes import ENCODINGS
from projects.errors import Fault, InvalidInput

MOST_POINTS = 200


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


AS_GUESSED = ReadingOptions()


def check_options(options: ReadingOptions, *, where: str) -> None:
    """Raises InvalidInput for a field, an encoding or a number of control points that do not exist."""
    known = {field for fields in FIELDS.values() for field in fields}
    faults = [
        Fault(where, f"Không có trường “{field}”.", f"There is no field “{field}”.")
        for field in (*options.columns, *options.fixed)
        if field not in known
    ]
    if options.encoding is not None and options.encoding not in ENCODINGS:
        listed = ", ".join(ENCODINGS)
        faults.append(
            Fault(
                where, f"Bảng mã chữ phải là một trong: {listed}.", f"The encoding must be one of: {listed}."
            )
        )
    if len(options.control_points) > MOST_POINTS:
        faults.append(
            Fault(
                where, f"Nhiều hơn {MOST_POINTS} điểm khống chế.", f"More than {MOST_POINTS} control points."
            )
        )
    if faults:
        raise InvalidInput(faults)
