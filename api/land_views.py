"""What the answers about land along the axis are made of: frozen values, lengths and measures in metres.

Measures run along an alignment without jumps; what its stakes read there comes from its `stations`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.band import Piece
from projects.stationing import Stationing
from projects.workable import Interval, Workable


@dataclass(frozen=True, slots=True)
class GapParcel:
    """A parcel that the reader may be told of."""

    map_series: str
    sheet: str
    number: str
    case: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch [from_m, to_m) where land is missing; on a ring one through the seam ends beyond the end.

    `parcels` and `cases` count all land; `named` and `case_codes` are those within the reader's reach. `sides` are of
    the held parcels, L, R, B. `since` is the day on which the longest waiting of the cases took its present step.
    """

    from_m: float
    to_m: float
    parcels: int
    cases: int
    named: tuple[GapParcel, ...]
    case_codes: tuple[str, ...]
    wards: tuple[str, ...]  # codes
    fronts: tuple[str, ...]
    sides: tuple[str, ...]
    since: date

    @property
    def length_m(self) -> float:
        """Metres without land."""
        return self.to_m - self.from_m

    @property
    def parcels_hidden(self) -> int:
        """Parcels outside the reader's reach."""
        return self.parcels - len(self.named)

    @property
    def cases_hidden(self) -> int:
        """Cases outside the reader's reach."""
        return self.cases - len(self.case_codes)


@dataclass(frozen=True, slots=True)
class FrontLand:
    """The figures of one work front, both sides together."""

    code: str
    name_vi: str
    name_en: str
    alignment: str
    from_m: float
    to_m: float
    figures: Workable


@dataclass(frozen=True, slots=True)
class AxisLand:
    """One alignment: figures of both sides together and of each, its gaps and its fronts.

    `required` are the stretches that the figures are of, `wanted_by` says what asks for them: fronts | sections | axis.
    `bands` cover the whole alignment, for drawing.
    `beyond_m` is blocked outside what is required; `parcels` counts the land data.
    """

    code: str
    name_vi: str
    name_en: str
    start_m: float
    end_m: float
    is_ring: bool
    schematic: bool
    accuracy_m: float
    stations: Stationing
    wanted_by: str
    required: tuple[Interval, ...]
    both: Workable
    left: Workable
    right: Workable
    gaps: tuple[Gap, ...]
    fronts: tuple[FrontLand, ...]
    bands: dict[str, tuple[Piece, ...]]  # both | left | right
    beyond_m: float
    parcels: int


@dataclass(frozen=True, slots=True)
class LandTotals:
    """All alignments of a project together; `longest` is (alignment code, from_m, to_m)."""

    required_m: float
    free_m: float
    blocked_m: float
    unknown_m: float
    in_runs_m: float
    gaps: int
    longest: tuple[str, float, float] | None

    @property
    def longest_m(self) -> float:
        """Length of the longest run, 0 without one."""
        return self.longest[2] - self.longest[1] if self.longest else 0.0

    @property
    def share(self) -> float | None:
        """The part of the required length in long runs, 0…1."""
        return self.in_runs_m / self.required_m if self.required_m else None


@dataclass(frozen=True, slots=True)
class LandView:
    """The land of a project along its axis as of a day. `off_axis` are fronts that are areas and have no chainage."""

    project: str
    data_date: date
    min_run_m: float
    front: str | None
    axes: tuple[AxisLand, ...]
    totals: LandTotals
    off_axis: tuple[str, ...]
