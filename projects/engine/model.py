"""The network that the engine schedules, as frozen values: working minutes inside, dates outside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from projects.engine.shifts import Moment, WorkTime
from projects.model import LinkType

__all__ = [
    "Activity",
    "Constraint",
    "Kind",
    "LagCalendar",
    "Link",
    "LinkType",
    "Net",
    "Options",
    "Progress",
    "Rule",
]


class Kind(StrEnum):
    """What an activity is. A milestone has no duration; a level of effort spans what it is tied to."""

    TASK = "task"
    MILESTONE = "milestone"
    EFFORT = "effort"


class Rule(StrEnum):
    """Constraints. Must: no earlier and no later, logic holds. Mandatory: the date wins over logic, both ways.

    A deadline and the "no later" rules never move early dates: they bound the late ones, so float may be negative.
    """

    SNET = "start_no_earlier"
    SNLT = "start_no_later"
    FNET = "finish_no_earlier"
    FNLT = "finish_no_later"
    MUST_START = "must_start_on"
    MUST_FINISH = "must_finish_on"
    MANDATORY_START = "mandatory_start"
    MANDATORY_FINISH = "mandatory_finish"
    ALAP = "as_late_as_possible"
    DEADLINE = "deadline"


class Progress(StrEnum):
    """Whether the rest of a started activity still waits for its unfinished predecessors."""

    RETAINED = "retained_logic"
    OVERRIDE = "progress_override"


class LagCalendar(StrEnum):
    """In whose time a lag without a calendar of its own is counted."""

    PREDECESSOR = "predecessor"
    SUCCESSOR = "successor"
    ELAPSED = "elapsed"


@dataclass(frozen=True, slots=True)
class Constraint:
    """A rule and its date; only `as_late_as_possible` has none."""

    rule: Rule
    at: Moment | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """`duration` and `remaining` in working minutes of `calendar`; actual dates are facts and win over logic.

    `remaining` of None: the duration while it waits, what planned progress would leave once it has started (one
    usual day at least).
    """

    code: str
    duration: int
    calendar: str
    kind: Kind = Kind.TASK
    name_vi: str = ""
    name_en: str = ""
    constraints: tuple[Constraint, ...] = ()
    actual_start: Moment | None = None
    actual_finish: Moment | None = None
    remaining: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """`succ` depends on `pred`; `lag` in minutes of `lag_calendar`, else of the one that the options choose."""

    pred: str
    succ: str
    type: LinkType = LinkType.FS
    lag: int = 0
    lag_calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """Activities, links and calendars of one network. `finishes` are its finish milestones: each keeps its own
    early date in the backward pass; without any, every activity may run until the last finish of all."""

    project: str
    activities: tuple[Activity, ...]
    links: tuple[Link, ...]
    calendars: tuple[WorkTime, ...]
    finishes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How to schedule; part of every result. `critical_float`: working minutes up to which work is critical.

    `whole_days`: every time is whole days of 1,440 minutes. A finish bound on a rest day is then met on the next day
    worked; in minutes, by the work that ends before the rest.
    """

    data_date: Moment
    progress: Progress = Progress.RETAINED
    lag_calendar: LagCalendar = LagCalendar.PREDECESSOR
    critical_float: int = 0
    whole_days: bool = False
    holidays: str = ""  # which list of holidays the calendars were made with; nothing is reckoned from it
