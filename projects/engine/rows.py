"""What a schedule says of one activity."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from projects.engine.model import Activity, Kind, Link, Rule
from projects.engine.shifts import DAY, instant


class Row(NamedTuple):
    """Dates and floats of one activity towards the finishes of its schedule.

    A start is the first day worked, a finish the last one; `start_at` and `finish_at` are the early instants to the
    minute. Floats in working minutes of the activity's calendar, of which `day_minutes` make a usual day; total
    float may be negative. `critical`: it leads to a finish or a latest date and its total float is at most the
    option's. `driving`: it lies on the longest path. `drivers`: the links that set its early dates. `late_by`: days
    behind its deadline, None without one.
    """

    code: str
    kind: Kind
    early_start: date
    early_finish: date
    late_start: date
    late_finish: date
    start_at: datetime
    finish_at: datetime
    total_float: int
    free_float: int
    day_minutes: int
    critical: bool
    driving: bool
    drivers: tuple[Link, ...]
    done: bool
    late_by: int | None

    @property
    def total_days(self) -> float:
        """Total float in usual days of its calendar."""
        return self.total_float / self.day_minutes

    @property
    def free_days(self) -> float:
        """Free float in usual days of its calendar."""
        return self.free_float / self.day_minutes


def late_by(activity: Activity, finish: int) -> int | None:
    """Calendar days, rounded up, that a finish instant lies behind the activity's deadline; 0 if it does not."""
    limits = [c.at for c in activity.constraints if c.rule is Rule.DEADLINE and c.at is not None]
    if not limits:
        return None
    behind = finish - min(instant(at, evening=True) for at in limits)
    return max(-(-behind // DAY), 0)
