"""How old the data of each ward are: the latest day of which anything of its cases was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo import scope
from geo.tables import Project

STALE_DAYS = 7  # from here on a ward's figures are marked old

LATEST = text(
    """
    select c.ward_code, max(e.effective_on) as latest, count(distinct c.id) as cases
    from clearance_case c join event e on e.object_type = 'case' and e.object_code = c.code
    where c.project_id = :project and e.effective_on <= :day
    group by c.ward_code order by c.ward_code
    """
)


@dataclass(frozen=True, slots=True)
class Age:
    """A ward: its latest told day, calendar days from there to the data date, and its cases with any history."""

    ward: str
    latest: date
    days: int
    cases: int

    @property
    def stale(self) -> bool:
        """Whether the figures are old."""
        return self.days > STALE_DAYS


def ages_of(session: Session, project: Project, day: date) -> tuple[Age, ...]:
    """The ages of a project's wards, oldest first, over all cases whoever asks: days and counts only."""
    with scope.calculating(session):
        rows = session.execute(LATEST, {"project": project.id, "day": day}).all()
    found = [Age(ward, latest, (day - latest).days, cases) for ward, latest, cases in rows]
    return tuple(sorted(found, key=lambda age: (-age.days, age.ward)))
