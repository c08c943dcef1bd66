"""`/cam-ket`: how promised handover dates went by ward and project, and every promise behind the numbers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ContextDep, DataDate, SessionDep
from api.pages.rendering import render
from api.usecases.commitments import commitments
from api.usecases.obstacle_list import choices
from projects.commitments import STATES

router = APIRouter(prefix="/cam-ket")
Code = Annotated[str, Query(max_length=40)]
LIMIT = 100


@router.get("")
def commitments_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    du_an: Code = "",
    phuong: Code = "",
    tinh_trang: Annotated[str, Query(max_length=20, description="open, kept, broken, moved.")] = "",
    xem: Annotated[bool, Query(description="Kèm từng mốc.")] = False,
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    ngay: DataDate = None,
) -> Response:
    """By ward and project: promises, changes, mean slip, kept and broken with their denominators."""
    state = tinh_trang if tinh_trang in STATES else None
    listed = xem or state is not None
    found = commitments(
        session, project=du_an or None, ward=phuong or None, state=state, listed=listed, limit=LIMIT, offset=tu,
        as_of=ngay,
    )  # fmt: skip
    return render(
        request,
        "commitments.html.j2",
        nav="cam-ket",
        found=found,
        data_date=found.data_date,
        chosen={"du_an": du_an, "phuong": phuong, "tinh_trang": state or "", "xem": xem},
        listed=listed,
        states=STATES,
        offered=choices(session),
    )
