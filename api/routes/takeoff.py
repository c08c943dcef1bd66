"""What the corridor takes of the land of a project."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.pages.takeoff import Threshold, Version
from api.schemas import plain
from api.usecases.takeoff import SMALL_M2, takeoff_view

router = APIRouter(prefix="/api/projects/{code}/land", tags=["land"])


@router.get("/takeoff", summary="Diện tích thu hồi theo ranh hiện hành (take-off)")
def get_takeoff(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, nguong: Threshold = SMALL_M2, so: Version = None,
    ngay: DataDate = None,
) -> dict[str, Any]:  # fmt: skip
    """Areas in m² (EPSG:5897) by ward and land code, the versions of the corridor, small rests and, with `so`, what
    changed since that version. Totals count all land, names are those within the reader's reach."""
    answer: dict[str, Any] = plain(takeoff_view(session, ctx, code, small_m2=nguong, against=so))
    return answer | ctx.looking_back
