"""Two schedules of one project side by side: what moved, by how much, what was added and what was removed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.engine.model import Activity
from projects.engine.rows import Row
from projects.engine.schedule import Result
from projects.plan import Plan


@dataclass(frozen=True, slots=True)
class Side:
    """An activity in one of the two schedules. Duration and total float in usual days of its calendar."""

    start: date
    finish: date
    days: float
    float_days: float
    critical: bool
    calendar: str
    done: bool


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


def compare(plan: Plan, before: Result, other: Plan, after: Result) -> Compared:
    """The activities of the two plans (not their land), with the dates that the results give them."""
    one = {a.code: a for a in plan.net.activities}
    two = {a.code: a for a in other.net.activities}
    pairs = []
    for code in {**one, **two}:
        told, of = (two[code], other) if code in two else (one[code], plan)
        was = _side(one[code], before.rows[code]) if code in one else None
        now = _side(two[code], after.rows[code]) if code in two else None
        both = was is not None and now is not None
        pairs.append(
            Pair(
                code=code,
                name_vi=told.name_vi,
                name_en=told.name_en,
                kind="possession" if code in of.possessions else told.kind.value,
                before=was,
                after=now,
                start_days=(now.start - was.start).days if both and was and now else None,
                finish_days=(now.finish - was.finish).days if both and was and now else None,
                duration_days=round(now.days - was.days, 2) if both and was and now else None,
                float_days=round(now.float_days - was.float_days, 2) if both and was and now else None,
            )
        )
    pairs.sort(key=_place)
    links, others = _links(plan), _links(other)
    return Compared(
        milestones=tuple(p for p in pairs if p.kind not in ("task", "effort")),
        works=tuple(p for p in pairs if p.kind in ("task", "effort")),
        finish_before=before.finish,
        finish_after=after.finish,
        links_added=tuple(sorted(others.keys() - links.keys())),
        links_removed=tuple(sorted(links.keys() - others.keys())),
        links_changed=tuple(sorted(k for k in links.keys() & others.keys() if links[k] != others[k])),
    )


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


def _links(plan: Plan) -> dict[str, tuple[int, str | None]]:
    return {f"{k.pred} → {k.succ} ({k.type})": (k.lag, k.lag_calendar) for k in plan.net.links}
