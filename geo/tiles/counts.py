"""The land of one project counted in one statement, as the asker sees it: no row per case ever leaves the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tiles.land import Moved, then_sql, then_values

COUNT = """
with land as (
    select case_id, count(*) as parcels, sum(area_m2) as area from parcel where project_id = :project group by case_id
)
select {step} as step, {obstacle} as obstacle, left(c.holder_kind, 1) as owner, c.ward_code as ward, c.is_demo as demo,
       count(*) as cases, coalesce(sum(land.parcels), 0)::bigint as parcels, coalesce(sum(land.area), 0) as area
from clearance_case c left join land on land.case_id = c.id {moved}
where c.project_id = :project group by 1, 2, 3, 4, 5
"""


@dataclass(frozen=True, slots=True)
class LandCount:
    """Cases and parcels that are alike in everything that a map counts by.

    `owner` h household, o organisation; `area` m² in EPSG:5897.
    """

    step: str
    obstacle: str | None
    owner: str
    ward: str
    demo: bool
    cases: int
    parcels: int
    area: float


def count_land(
    session: Session, project_id: int, *, moved: Moved, unwanted: Collection[str]
) -> tuple[LandCount, ...]:
    """The counts of a project, cases at one of the steps `unwanted` left out."""
    step, obstacle, join = then_sql(moved)
    statement = COUNT.format(step=step, obstacle=obstacle, moved=join).replace("::", r"\:\:")
    rows = session.execute(text(statement), {"project": project_id} | then_values(moved))
    return tuple(LandCount(*row) for row in rows if row.step not in unwanted)
