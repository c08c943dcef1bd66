"""Where `/` leads, whether the server lives, and whether it is ready."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse

from api import __version__
from api.deps import PrincipalDep
from api.errors import bring_back
from api.usecases.readiness import readiness

router = APIRouter()


class Alive(BaseModel):
    """The process answers."""

    status: str = Field(examples=["ok"])


class CheckOut(BaseModel):
    """One check: its name and whether it is right; the figure is for oversight only."""

    name: str = Field(examples=["database"])
    ok: bool
    figure: str | None = None


class Ready(BaseModel):
    """Whether the server can do its work."""

    status: str = Field(examples=["ready", "not ready"])
    checks: list[CheckOut]
    version: str | None = Field(default=None, description="Chỉ cho vai trò giám sát.")


@router.get("/", include_in_schema=False)
def root() -> RedirectResponse:
    """The portfolio is where everybody starts."""
    return RedirectResponse("/danh-muc", 302)


@router.get("/khoe", tags=["system"], summary="Máy chủ còn sống không (liveness)")
async def alive() -> Alive:
    """200 while the process answers; it asks neither the database nor who wants to know."""
    return Alive(status="ok")


@router.get(
    "/san-sang",
    tags=["system"],
    summary="Máy chủ sẵn sàng không (readiness)",
    response_model_exclude_none=True,
    responses={503: {"model": Ready, "description": "Có điều chưa ổn · something is not right"}},
)
def ready(request: Request, response: Response, who: PrincipalDep) -> Ready:
    """200 when every check is right, 503 otherwise; details of the installation are for oversight only."""
    settings = request.app.state.settings
    checks = readiness(request.app.state.sessions.begin, home=settings.home, anchor_file=settings.anchor_file)
    well = all(check.ok for check in checks)
    if not well:
        response.status_code = 503
        response.headers["Retry-After"] = "5"
        if not checks[0].ok:
            bring_back(request)
    told = who.role.oversight
    return Ready(
        status="ready" if well else "not ready",
        checks=[CheckOut(name=c.name, ok=c.ok, figure=c.figure if told else None) for c in checks],
        version=__version__ if told else None,
    )
