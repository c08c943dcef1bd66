"""`/giao-ban`: the page for the meeting, red first: late projects, what is owed, what moved since the last figures."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.pages.rendering import render
from api.usecases.assignments import Filter, assigned
from api.usecases.conclusions import bottlenecks, conclusions
from api.usecases.facts import all_ward_labels, project_labels
from api.usecases.obstacle_list import ObstacleFilter, open_obstacles
from api.usecases.projects import overview
from api.usecases.snapshots import ended_before, figures, period_of_row
from projects.duties import BODY_KINDS, STATES
from projects.periods import KINDS, Kind
from projects.rhythm import TOLD, moves
from projects.tiers import TIERS

router = APIRouter(prefix="/giao-ban")
MOST_OBSTACLES, MOST_MOVES, MEETINGS = 20, 80, 3


@router.get("")
def review_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    ky: Annotated[Literal["week", "month", "quarter"], Query(description="So với số liệu kỳ nào.")] = "week",
    ngay: DataDate = None,
) -> Response:
    """Projects as urgent as they are, debts by project, obstacles that came up to the city, and what moved."""
    whole = overview(session, ctx, as_of=ngay)
    found, _ = assigned(session, ctx, Filter(), as_of=whole.data_date)
    debts: dict[str, int] = {}
    for view in found.rows:
        if view.owed and view.project is not None:
            debts[view.project] = debts.get(view.project, 0) + 1
    kind: Kind = ky
    base = ended_before(session, ctx, kind, whole.data_date)
    moved = moves(base.numbers, figures(session, ctx, whole.data_date)) if base is not None else ()
    obstacles = open_obstacles(
        session, ObstacleFilter(tier="city"), limit=MOST_OBSTACLES, as_of=whole.data_date
    )
    return render(
        request,
        "review.html.j2",
        nav="giao-ban",
        data_date=whole.data_date,
        whole=whole,
        debts=debts,
        found=found,
        owed=[view for view in found.rows if view.owed],
        meetings=conclusions(session, found.rows)[:MEETINGS],
        obstacles=obstacles,
        kind=kind,
        kinds=KINDS,
        base=None if base is None else period_of_row(base),
        moved=moved[:MOST_MOVES],
        more_moves=max(0, len(moved) - MOST_MOVES),
        told=TOLD,
        five=bottlenecks(session, ctx, found.rows, day=whole.data_date),
        projects=project_labels(session),
        wards=all_ward_labels(session),
        states=STATES,
        tiers=TIERS,
        body_kinds=BODY_KINDS,
    )
