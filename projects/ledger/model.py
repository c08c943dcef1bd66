"""The result of the slip ledger as frozen values.

Days are calendar days of the milestone's forecast, positive = later. Shares are exact fractions: those of a half-step
add up to its whole days, the half-steps to the day, the days to the period. Nothing here is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property


class Kind(StrEnum):
    """What a cause is: a case of land, work that went on or did not, an edit of the plan, days off by a document."""

    CASE = "case"
    ACTIVITY = "activity"
    PLAN = "plan"
    DAYS_OFF = "days_off"
    OUTSIDE = "outside"  # the sum of all cases that the reader may not be told of


class Reason(StrEnum):
    """What happened to the cause on that day."""

    STEP = "step"  # the case took a step, or went back
    PROMISE = "promise"  # its promised handover was changed
    OBSTACLE = "obstacle"  # an obstacle came, went or changed
    PROGRESS = "progress"  # an actual date or remaining work of an activity
    TIME = "time"  # nothing: the day passed without progress
    GROUNDS = "grounds"  # observed paces, legal facts, plots, due dates as known at the end of the period
    FORECAST = "forecast"  # nothing of its own; its forecast moved by more or less than the day that passed
    EDIT = "edit"  # the plan was edited
    DAYS_OFF = "days_off"  # days off, or days worked instead, count from this day on
    OUTSIDE = "outside"  # whatever it was with cases that the reader may not be told of


@dataclass(frozen=True, slots=True)
class Cause:
    """Who or what moved the milestone. `code`: case or activity code, the document of days off, "" for `OUTSIDE`.

    `body` is who has to act: `ward:<code>`, `department`, `city` (the tier that an obstacle has reached), `board`
    for work and plan, "" for days off. `obstacle` is a code of `projects.codes.OBSTACLES`: the one on the case after
    the day, else the one that went. `front` is the first work front of a case, or that of the activity.
    """

    kind: Kind
    code: str
    name_vi: str = ""
    name_en: str = ""
    ward: str | None = None
    obstacle: str | None = None
    body: str = ""
    front: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The days of one cause within a half-step, and why. `events`: numbers of the events that told of it, ascending."""

    cause: Cause
    reason: Reason
    days: Fraction
    events: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HalfStep:
    """The movement from `before` to `after`; its `shares` (largest first) add up to `moved` exactly.

    Only causes with a share other than 0 are listed; `causes` counts all that changed. `exact`: the shares are Shapley
    values; else the mean over stated sample orders, which adds up exactly too.
    """

    before: date
    after: date
    shares: tuple[Share, ...] = ()
    causes: int = 0
    exact: bool = True

    @property
    def moved(self) -> int:
        """Calendar days, positive = later."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class DayEntry:
    """One day: from the forecast at the end of the day before to that at its end.

    Progress first, then the days off that count from this day on, plan edits last.
    """

    day: date
    progress: HalfStep
    days_off: HalfStep
    plan: HalfStep

    @property
    def before(self) -> date:
        """The forecast at the end of the day before."""
        return self.progress.before

    @property
    def after(self) -> date:
        """The forecast at the end of the day."""
        return self.plan.after

    @property
    def moved(self) -> int:
        """Calendar days, positive = later."""
        return (self.after - self.before).days

    @property
    def shares(self) -> tuple[Share, ...]:
        """Those of all half-steps."""
        return (*self.progress.shares, *self.days_off.shares, *self.plan.shares)


@dataclass(frozen=True, slots=True)
class Total:
    """The days of a group of causes over the whole period: `lost` ≥ 0, `gained` ≤ 0, `days` is their sum.

    `codes` are the cases or activities that have a share, by code.
    """

    key: str
    days: Fraction
    lost: Fraction
    gained: Fraction
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Ledger:
    """The movement of one milestone from the end of `from_day` to the end of `to_day`.

    `opening`: from the forecast of `from_day` under its own grounds (observed paces, legal facts, plots, due dates of
    obstacles) to that of the same day under the grounds of `to_day`, under which all days after it are reckoned; the
    calendars of works are those of each day. `days` holds every day after `from_day` up to `to_day`, ascending. Each
    table of totals (most days first) adds up to `slip`: `causes` by cause (`kind:code`), `wards`, `obstacles`,
    `bodies`, `reasons`; what has no ward or obstacle stands under "" there, what the reader may not be told of under
    "outside". `half_steps`: `grounds` (the opening), `progress`, `days_off` and `plan`.
    """

    project: str
    milestone: str
    name_vi: str
    name_en: str
    from_day: date
    to_day: date
    before: date
    after: date
    opening: HalfStep
    days: tuple[DayEntry, ...]
    causes: tuple[Total, ...]
    wards: tuple[Total, ...]
    obstacles: tuple[Total, ...]
    bodies: tuple[Total, ...]
    reasons: tuple[Total, ...]
    half_steps: tuple[Total, ...]

    @property
    def slip(self) -> int:
        """Calendar days that the milestone moved, positive = later."""
        return (self.after - self.before).days

    @property
    def shares(self) -> tuple[Share, ...]:
        """Those of the opening and of all days, in their order."""
        return (*self.opening.shares, *(share for entry in self.days for share in entry.shares))

    @property
    def exact(self) -> bool:
        """Whether all shares are Shapley values."""
        return self.opening.exact and all(
            h.exact for entry in self.days for h in (entry.progress, entry.days_off, entry.plan)
        )

    @cached_property
    def named(self) -> dict[str, Cause]:
        """Every cause with a share by its key in `causes`, as it was on its last day."""
        return {key_of(share.cause): share.cause for share in self.shares}

    def cause(self, key: str) -> Cause | None:
        """The cause behind a key of `causes`."""
        return self.named.get(key)


def key_of(cause: Cause) -> str:
    """How a cause is called in the totals."""
    return f"{cause.kind.value}:{cause.code}"
