"""`/vuong-mac`: the open obstacles of all cases in reach, with whom they lie and since when they are overdue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ContextDep, DataDate, SessionDep
from api.pages.rendering import render
from api.usecases.facts import all_ward_labels
from api.usecases.obstacle_list import ObstacleFilter, choices, open_obstacles
from projects.tiers import TIERS

router = APIRouter(prefix="/vuong-mac")
Code = Annotated[str, Query(max_length=40)]
LIMIT = 100


@router.get("")
def obstacles_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    cap: Annotated[str, Query(max_length=20, description="Cấp: ward, department, city.")] = "",
    phuong: Code = "",
    du_an: Code = "",
    vuong: Code = "",
    qua_han: Annotated[bool, Query(description="Chỉ quá hạn.")] = False,
    chua_han: Annotated[bool, Query(description="Chỉ vướng mắc chưa có hạn.")] = False,
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ngay: DataDate = None,
) -> Response:
    """Counts by tier, cause and ward, each opening its list; the rows, overdue first."""
    chosen = ObstacleFilter(
        tier=cap if cap in TIERS else None,
        ward=phuong or None,
        project=du_an or None,
        cause=vuong or None,
        overdue=qua_han,
        undated=chua_han,
    )
    return render(
        request,
        "obstacles.html.j2",
        nav="vuong-mac",
        found=(found := open_obstacles(session, chosen, limit=LIMIT, offset=tu, as_of=ngay)),
        data_date=found.data_date,
        chosen=chosen,
        filtered=chosen != ObstacleFilter(),
        wards=all_ward_labels(session),
        offered=choices(session),
    )
