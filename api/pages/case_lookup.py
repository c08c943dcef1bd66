"""The part “Mã tra cứu” of a case: the secret that the household is given, and what it said of the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from api.deps import CaseCode, ContextDep, SessionDep
from api.pages.event_words import tell
from api.usecases.lookup import code_of_case, renew
from api.usecases.may import may_on
from geo.access import access_case
from geo.tables import Satisfaction

if TYPE_CHECKING:
    from api.pages.case_sections import Asked

NAME = "tra-cuu"
router = APIRouter(prefix="/ho-so/{code}/ma-tra-cuu")
tell("lookup.renew", "Cấp mã tra cứu mới", "Look-up code made anew", {"times": ("Lần thứ", "Times")})
tell(
    "satisfaction.say",
    "Người dân đánh giá",
    "A household's judgement",
    {"score": ("Điểm (1–5)", "Score (1–5)")},
)


def load(asked: Asked) -> Mapping[str, Any] | None:
    """The code for those who deal with the household, where the public page is on; and the answers."""
    settings = asked.request.app.state.settings
    place = {"ward": asked.view.row.ward_code, "project": asked.view.row.project_code}
    if not may_on(asked.ctx, "paper.make", **place) or asked.ctx.known is not None:
        return None
    if not settings.shows_public_page:
        return None
    case = access_case(asked.session, asked.view.row.code)
    said = asked.session.scalars(
        select(Satisfaction).where(Satisfaction.case_id == case.id).order_by(Satisfaction.id.desc())
    ).all()
    return {
        "code": code_of_case(asked.session, settings.secret_key, case),
        "renews": may_on(asked.ctx, "holder.change", **place),
        "said": said,
        "done": asked.request.query_params.get("xong") == NAME,
    }


@router.post("")
def make_anew(request: Request, session: SessionDep, ctx: ContextDep, code: CaseCode) -> Response:
    """Gives the case another code: what was given before opens nothing more."""
    renew(session, ctx, request.app.state.settings.secret_key, code)
    return RedirectResponse(f"/ho-so/{code}?xong={NAME}#{NAME}", 303)
