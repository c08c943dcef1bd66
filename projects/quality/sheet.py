"""The schedule as the checks read it: who is judged, what is done, and which links count."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from projects.engine.model import Activity, Kind, Link
from projects.engine.rows import Row
from projects.engine.schedule import Result
from projects.quality.model import Limits, Offender


@dataclass(frozen=True)
class Sheet:
    """A schedule with what it is compared with.

    `land`: nodes that are forecasts of handovers; they and their links are not judged. `baseline`: planned finish by
    activity, None without a baseline. `planned_finish` of the project. `today`: the day on which it is read.
    """

    result: Result
    land: Collection[str]
    limits: Limits
    baseline: Mapping[str, date] | None
    planned_finish: date | None
    today: date | None
    later_facts: Collection[str] = ()
    unsupported: Collection[Offender] = ()

    @cached_property
    def judged(self) -> tuple[Activity, ...]:
        """Tasks and milestones of the plan."""
        net = self.result.prepared.net
        return tuple(a for a in net.activities if a.kind is not Kind.EFFORT and a.code not in self.land)

    @cached_property
    def efforts(self) -> tuple[Activity, ...]:
        """Levels of effort."""
        return tuple(a for a in self.result.prepared.net.activities if a.kind is Kind.EFFORT)

    @cached_property
    def unfinished(self) -> tuple[Activity, ...]:
        """What is judged and not done."""
        return tuple(a for a in self.judged if not self.row(a).done)

    @cached_property
    def tasks(self) -> tuple[Activity, ...]:
        """Unfinished work that takes time."""
        return tuple(a for a in self.unfinished if a.duration > 0)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The links of the plan that still mean something: their successor is not done."""
        codes = {a.code for a in self.judged}
        rows = self.result.rows
        return tuple(
            k
            for k in self.result.prepared.net.links
            if k.pred in codes and k.succ in codes and not rows[k.succ].done
        )

    @cached_property
    def into(self) -> dict[str, list[Link]]:
        """All links of an activity from predecessors, land among them."""
        found: dict[str, list[Link]] = {}
        for link in self.result.prepared.net.links:
            found.setdefault(link.succ, []).append(link)
        return found

    @cached_property
    def out(self) -> dict[str, list[Link]]:
        """All links of an activity to successors."""
        found: dict[str, list[Link]] = {}
        for link in self.result.prepared.net.links:
            found.setdefault(link.pred, []).append(link)
        return found

    def row(self, activity: Activity) -> Row:
        """Its dates."""
        return self.result.rows[activity.code]

    def days(self, minutes: int, activity: Activity) -> float:
        """Working minutes as usual days of its calendar."""
        return minutes / self.row(activity).day_minutes


def offender(activity: Activity, vi: str = "", en: str = "") -> Offender:
    """An activity with what is wrong with it."""
    return Offender((activity.code,), vi, en)


def of_link(link: Link, days: float) -> Offender:
    """A link, with its lag in days."""
    lag = f" {days:+.10g}" if link.lag else ""
    words = f"{link.pred} → {link.succ} ({link.type}{lag})"
    return Offender((link.pred, link.succ), words, words)
