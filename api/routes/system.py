"""Where `/` leads, and whether the server is well."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import text
from starlette.responses import RedirectResponse

from api import __version__
from api.deps import SessionDep
from geo.access import portfolio_state

router = APIRouter()


class Health(BaseModel):
    """The server answers and reads its database."""

    status: str = Field(examples=["ok"])
    version: str
    postgis: str
    data_date: str = Field(description="Ngày số liệu của danh mục.")


@router.get("/", include_in_schema=False)
def root() -> RedirectResponse:
    """The portfolio is where everybody starts."""
    return RedirectResponse("/danh-muc", 302)


@router.get("/khoe", tags=["system"], summary="Máy chủ có khoẻ không (health)")
def health(session: SessionDep) -> Health:
    """200 when the database answers and a portfolio is loaded; 503 or 404 with a sentence otherwise."""
    postgis = session.scalar(text("select postgis_lib_version()"))
    return Health(
        status="ok",
        version=__version__,
        postgis=str(postgis),
        data_date=portfolio_state(session).data_date.isoformat(),
    )
