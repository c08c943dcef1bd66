"""Two schedules of one project side by side: what moved, by how much, what was added and what was removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from projects.engine.model import Activity
from projects.engine.rows import Row
from projects.engine.schedule import Result
from projects.plan import Plan


@dataclass(frozen=True, slots=True)
class Side:
    """An activity in one of the two schedules. Duration and total float in usual days of its calendar; None where only
    dates are known."""

    start: date
    finish: date
    days: float | None
    float_days: float | None
    critical: bool
    calendar: str
    done: bool


@dataclass(frozen=True, slots=True)
class Told:
    """An activity of a schedule that is compared."""

    name_vi: str
    name_en: str
    kind: str  # task | milestone | possession | effort
    side: Side


@dataclass(frozen=True, slots=True)
class Stand:
    """A schedule to be compared: its activities (not their land) by code, when all is done, and its links by name with
    lag and calendar; None where only dates are known."""

    told: Mapping[str, Told]
    finish: date
    links: Mapping[str, tuple[int, str | None]] | None


@dataclass(frozen=True, slots=True)
class Pair:
    """An activity in both; None where it is not. Shifts in calendar days, later is positive; None without both."""

    code: str
    name_vi: str
    name_en: str
    kind: str  # task | milestone | possession | effort
    before: Side | None
    after: Side | None
    start_days: int | None
    finish_days: int | None
    duration_days: float | None
    float_days: float | None

    @property
    def moved(self) -> bool:
        """Whether anything that is compared differs."""
        return (
            self.before is None
            or self.after is None
            or any((self.start_days, self.finish_days, self.duration_days, self.float_days))
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """`milestones` first (milestones and possessions, by date), then `works`; links by what happened to them."""

    milestones: tuple[Pair, ...]
    works: tuple[Pair, ...]
    finish_before: date
    finish_after: date
    links_added: tuple[str, ...]
    links_removed: tuple[str, ...]
    links_changed: tuple[str, ...]
    links_known: bool = True  # not of a baseline that has only dates

    @property
    def added(self) -> tuple[Pair, ...]:
        """Activities that are only in the second."""
        return tuple(p for p in (*self.milestones, *self.works) if p.before is None)

    @property
    def removed(self) -> tuple[Pair, ...]:
        """Activities that are only in the first."""
        return tuple(p for p in (*self.milestones, *self.works) if p.after is None)

    @property
    def finish_days(self) -> int:
        """Calendar days by which completion moved; later is positive."""
        return (self.finish_after - self.finish_before).days


def stand_of(plan: Plan, result: Result) -> Stand:
    """The activities of a plan with the dates that a result gives them."""
    return Stand(
        {
            a.code: Told(
                a.name_vi,
                a.name_en,
                "possession" if a.code in plan.possessions else a.kind.value,
                _side(a, result.rows[a.code]),
            )
            for a in plan.net.activities
        },
        result.finish,
        {f"{k.pred} → {k.succ} ({k.type})": (k.lag, k.lag_calendar) for k in plan.net.links},
    )


def compare(before: Stand, after: Stand) -> Compared:
    """Two schedules of one project, activity by activity. Links are compared where both have them."""
    pairs = []
    for code in {**before.told, **after.told}:
        told = after.told.get(code) or before.told[code]
        was = before.told[code].side if code in before.told else None
        now = after.told[code].side if code in after.told else None
        both = was is not None and now is not None
        pairs.append(
            Pair(
                code=code,
                name_vi=told.name_vi,
                name_en=told.name_en,
                kind=told.kind,
                before=was,
                after=now,
                start_days=(now.start - was.start).days if both and was and now else None,
                finish_days=(now.finish - was.finish).days if both and was and now else None,
                duration_days=_apart(was.days, now.days) if both and was and now else None,
                float_days=_apart(was.float_days, now.float_days) if both and was and now else None,
            )
        )
    pairs.sort(key=_place)
    known = before.links is not None and after.links is not None
    links, others = (before.links or {}, after.links or {}) if known else ({}, {})
    return Compared(
        milestones=tuple(p for p in pairs if p.kind not in ("task", "effort")),
        works=tuple(p for p in pairs if p.kind in ("task", "effort")),
        finish_before=before.finish,
        finish_after=after.finish,
        links_added=tuple(sorted(others.keys() - links.keys())),
        links_removed=tuple(sorted(links.keys() - others.keys())),
        links_changed=tuple(sorted(k for k in links.keys() & others.keys() if links[k] != others[k])),
        links_known=known,
    )


def _apart(was: float | None, now: float | None) -> float | None:
    return None if was is None or now is None else round(now - was, 2)


def _side(a: Activity, row: Row) -> Side:
    return Side(
        start=row.early_start,
        finish=row.early_finish,
        days=round(a.duration / row.day_minutes, 2),
        float_days=round(row.total_days, 2),
        critical=row.critical or row.driving,
        calendar=a.calendar,
        done=row.done,
    )


def _place(pair: Pair) -> tuple[date, date, str]:
    side = pair.after or pair.before
    assert side is not None
    return side.start, side.finish, pair.code
