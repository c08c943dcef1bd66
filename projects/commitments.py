"""Promised handover dates: one promise of a case, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime

STATES: dict[str, tuple[str, str]] = {
    "open": ("chưa đến ngày", "day to come"),
    "kept": ("giữ đúng", "kept"),
    "broken": ("lỡ hẹn", "broken"),
    "moved": ("đã dời", "moved"),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """One promised date of a case: it held from `held_from` until another (or none) took its place.

    `slip_days` against the promise before it (positive: later), None for the first; `state`: see `STATES`.
    """

    code: str
    ward_code: str
    project: str
    number: int
    promised: date
    held_from: date
    held_until: date | None
    recorded_at: datetime
    actor: str
    event: int
    slip_days: int | None
    state: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How promises of some cases went. `slip_days` is the sum over `changes`; `cases` are those with a promise."""

    cases: int
    promises: int
    changes: int
    slip_days: int
    kept: int
    broken: int
    open: int
    moved: int

    @property
    def mean_slip(self) -> float | None:
        """Days by which a changed promise moved on average, None without a change."""
        return self.slip_days / self.changes if self.changes else None

    @property
    def due(self) -> int:
        """Promises whose day has come: the denominator of broken and kept."""
        return self.kept + self.broken


def added(tallies: Iterable[Tally]) -> Tally:
    """What several tallies of different cases add up to."""
    rows = [astuple(tally) for tally in tallies] or [(0,) * 8]
    return Tally(*(sum(column) for column in zip(*rows, strict=True)))
