"""`/du-an/{code}/tien-do/tai-ve`: the network of a project as a file of another program."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.routes.schedules import get_file
from api.usecases.network_files import Form

router = APIRouter(prefix="/du-an/{code}/tien-do/tai-ve")


@router.get("")
def download(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    dang: Annotated[Form, Query()] = "mspdi",
    ngay: DataDate = None,
) -> Response:
    """MSPDI, XER, our JSON or GraphML."""
    return get_file(session, ctx, code, dang, ngay)
