"""What cases wait for besides their steps, as of a day: open obstacles with their due days, and resettlement plots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Project
from projects.forecasting.model import Obstacle
from projects.forecasting.plots import Need, Plot

OBSTACLES = text(
    """
    select o.project_id, c.code, o.cause, o.due_on
    from case_obstacle o join clearance_case c on c.id = o.case_id
    where o.project_id = any(cast(:projects as smallint[])) and o.opened_on <= :day
      and (o.resolved_on is null or o.resolved_on > :day)
      and o.due_on > :day
    order by c.code, o.due_on, o.cause
    """
)
# Who is entitled (the newest statement counts) and has neither a plot, nor a temporary home, nor another proof yet.
NEEDS = text(
    """
    with entitled as (
        select distinct on (f.case_id, f.party) f.case_id, f.party, f.value as kind, f.happened_on
        from case_fact f
        where f.project_id = any(cast(:projects as smallint[]))
          and f.kind = 'resettlement.needed' and f.value in ('land', 'flat')
          and f.void_reason is null and f.happened_on <= :day
        order by f.case_id, f.party, f.happened_on desc, f.id desc
    )
    select c.project_id, c.code, e.party, e.kind, e.happened_on, c.ward_code, p.site, p.code as plot
    from entitled e
    join clearance_case c on c.id = e.case_id
    left join allocation a on a.case_id = e.case_id and a.party = e.party and a.drawn_on <= :day
         and (a.released_on is null or a.released_on > :day)
    left join resettlement_plot p on p.id = a.plot_id
    where (a.handed_on is null or a.handed_on > :day) and not exists (
        select from case_fact g where g.case_id = e.case_id and g.party in ('', e.party) and g.void_reason is null
          and g.happened_on <= :day and g.kind = any(cast(:housed as text[]))
    )
    order by c.code, e.party
    """
)
PLOTS = text(
    """
    select p.site, p.code, p.kind, coalesce(p.ward_code, '') as ward, s.ready_on
    from resettlement_plot p
    left join resettlement_site s on s.project_id = p.project_id and s.code = p.site
    where p.project_id = :project and not p.held and not exists (
        select from allocation a where a.plot_id = p.id and a.handed_on <= :day
          and (a.released_on is null or a.released_on > :day)
    )
    order by p.site, p.code
    """
)
HOUSED = (
    "resettlement.handed", "resettlement.temporary", "proof.on_site_temporary", "proof.land_handed",
    "proof.home_handed", "proof.land_with_home", "proof.money_for_home", "proof.free_handover",
)  # fmt: skip


def open_obstacles(
    session: Session, projects: Sequence[Project], *, day: date
) -> dict[int, dict[str, tuple[Obstacle, ...]]]:
    """The obstacles that are open at the end of `day` and due after it, by project id and case code."""
    found: dict[int, dict[str, tuple[Obstacle, ...]]] = {project.id: {} for project in projects}
    asked = {"projects": list(found), "day": day}
    for project, code, cause, due_on in session.execute(OBSTACLES, asked):
        of_case = found[project]
        of_case[code] = (*of_case.get(code, ()), Obstacle(cause, due_on))
    return found


def home_needs(session: Session, projects: Sequence[Project], *, day: date) -> dict[int, list[Need]]:
    """The households that wait for a plot at the end of `day`, whatever step their case is at, by project id."""
    found: dict[int, list[Need]] = {project.id: [] for project in projects}
    asked = {"projects": list(found), "day": day, "housed": list(HOUSED)}
    for row in session.execute(NEEDS, asked):
        plot = (row.site, row.plot) if row.plot else None
        need = Need(row.code, row.party, row.kind, row.happened_on, row.ward_code, plot)
        found[row.project_id].append(need)
    return found


def plots_left(session: Session, project: Project, *, day: date) -> list[Plot]:
    """The plots that may be handed over after `day`: not held back, not handed over yet."""
    rows = session.execute(PLOTS, {"project": project.id, "day": day})
    return [Plot(row.site, row.code, row.kind, row.ward, row.ready_on) for row in rows]
