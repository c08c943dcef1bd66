"""The cases of a project on every day of a period, read once: how they stood before it, and what changed when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.store import load_cases
from geo.tables import Project
from projects.history import Statement, fold
from projects.model import CaseState
from projects.tiers import TIERS

# All statements of the cases that say something of a day of the period.
STATEMENTS = text(
    """
    select e.object_code, e.id, e.effective_on, e.before, e.after, e.corrects
    from event e where e.object_type = 'case' and e.object_code in (
        select object_code from event
        where project_code = :code and object_type = 'case' and effective_on > :begin and effective_on <= :end
    ) order by e.id
    """
)
OBSTACLES = text(
    """
    select c.code, o.tier, o.opened_on, o.resolved_on
    from case_obstacle o join clearance_case c on c.id = o.case_id where o.project_id = :project
    """
)


@dataclass(frozen=True, slots=True)
class CaseDays:
    """`first`: all cases at the end of the day before the period; `changed`: those that look different, by day.

    `told`: the numbers of the events of a day, by day and case; `obstacles`: (case, tier, opened, resolved).
    """

    first: dict[str, CaseState]
    changed: Mapping[date, Mapping[str, CaseState]]
    told: Mapping[date, Mapping[str, tuple[int, ...]]]
    obstacles: tuple[tuple[str, str, date, date | None], ...]

    def tiers(self, day: date) -> dict[str, str]:
        """The highest tier that an open obstacle of each case has reached."""
        order = list(TIERS)
        found: dict[str, str] = {}
        for code, tier, opened, resolved in self.obstacles:
            if opened <= day and (resolved is None or resolved > day):
                found[code] = max(found.get(code, tier), tier, key=order.index)
        return found


def load_case_days(session: Session, project: Project, begin: date, end: date) -> CaseDays:
    """The cases from the end of `begin` to the end of `end`, by what is known."""
    first = {case.code: case for case in load_cases(session, project, as_of=begin)}
    told: dict[str, list[Statement]] = {}
    for code, *row in session.execute(STATEMENTS, {"code": project.code, "begin": begin, "end": end}):
        told.setdefault(code, []).append(Statement(*row))
    changed: dict[date, dict[str, CaseState]] = {}
    events: dict[date, dict[str, tuple[int, ...]]] = {}
    for code, statements in told.items():
        if code not in first:
            continue
        last = first[code]
        for day in sorted({s.effective_on for s in statements if begin < s.effective_on <= end}):
            now = _as_told(last, fold(statements, on=day))
            events.setdefault(day, {})[code] = tuple(s.id for s in statements if s.effective_on == day)
            if now != last:
                changed.setdefault(day, {})[code] = last = now
    rows = session.execute(OBSTACLES, {"project": project.id})
    return CaseDays(first, changed, events, tuple((*row,) for row in rows))


def _as_told(case: CaseState, state: Mapping[str, Any]) -> CaseState:
    return replace(
        case,
        step=state["step"],
        step_on=_day(state["step_on"]) or date.min,
        promised_on=_day(state["promised_on"]),
        obstacle=state["obstacle"],
    )


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
