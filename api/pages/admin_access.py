"""`/quan-tri/phien`, `/quan-tri/ma`, `/quan-tri/dang-nhap`: who is in, with what, and who tried."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.deps import ContextDep, RowId, SessionDep
from api.guard import door_of
from api.pages.forms import Text, plain
from api.pages.people_words import ENDED, OUTCOME_LIGHTS, OUTCOMES, TOKEN_SCOPES
from api.pages.rendering import render
from api.usecases import accounts, oversight
from api.usecases.oversight import SignInFilter
from projects.errors import Fault, InvalidInput

router = APIRouter(prefix="/quan-tri")
Name = Annotated[str, Query(alias="tai-khoan", max_length=60)]
Flag = Annotated[str, Query(pattern="^1?$")]
Before = Annotated[int | None, Query(ge=1, le=2**63 - 1)]


@router.get("/phien")
def sessions_page(
    request: Request, session: SessionDep, tai_khoan: Name = "", het: Flag = "", truoc: Before = None
) -> Response:
    """The sessions of everybody."""
    name = plain(tai_khoan).lower()
    limits = door_of(request).limits
    return render(
        request,
        "admin_sessions.html.j2",
        nav="quan-tri",
        tab="phien",
        found=oversight.sessions(session, limits, account=name, ended=bool(het), before=truoc),
        chosen={"tai-khoan": name, "het": het},
        ended=ENDED,
        limits=limits,
        first=truoc is None,
    )


@router.post("/phien/{session_id}/ket-thuc")
def end_session(session: SessionDep, ctx: ContextDep, session_id: RowId, ve: Text = "") -> Response:
    """Ends anybody's session."""
    accounts.end_session(session, ctx, session_id, own=False)
    return RedirectResponse(_back(ve, "/quan-tri/phien", "phien"), 303)


@router.get("/ma")
def tokens_page(
    request: Request, session: SessionDep, tai_khoan: Name = "", het: Flag = "", truoc: Before = None
) -> Response:
    """The API tokens of everybody."""
    name = plain(tai_khoan).lower()
    return render(
        request,
        "admin_tokens.html.j2",
        nav="quan-tri",
        tab="ma",
        found=oversight.tokens(session, account=name, ended=bool(het), before=truoc),
        chosen={"tai-khoan": name, "het": het},
        token_scopes=TOKEN_SCOPES,
        first=truoc is None,
    )


@router.post("/ma/{token_id}/thu-hoi")
def end_token(session: SessionDep, ctx: ContextDep, token_id: RowId, ve: Text = "") -> Response:
    """Revokes anybody's token."""
    accounts.end_token(session, ctx, token_id, own=False)
    return RedirectResponse(_back(ve, "/quan-tri/ma", "ma"), 303)


@router.get("/dang-nhap")
def sign_ins_page(
    request: Request,
    session: SessionDep,
    tai_khoan: Name = "",
    ket_qua: Annotated[str, Query(alias="ket-qua", max_length=20)] = "",
    mang: Annotated[str, Query(max_length=60)] = "",
    tu_ngay: Annotated[str, Query(alias="tu-ngay", max_length=20)] = "",
    den_ngay: Annotated[str, Query(alias="den-ngay", max_length=20)] = "",
    truoc: Before = None,
) -> Response:
    """The log of tries to sign in."""
    days = query_days({"tu-ngay": tu_ngay, "den-ngay": den_ngay})
    chosen = SignInFilter(
        account=plain(tai_khoan).lower(),
        outcome=plain(ket_qua),
        network=plain(mang),
        first_day=days["tu-ngay"],
        last_day=days["den-ngay"],
    )
    return render(
        request,
        "admin_signins.html.j2",
        nav="quan-tri",
        tab="dang-nhap",
        found=oversight.sign_ins(session, chosen, before=truoc),
        chosen=chosen,
        filtered=chosen != SignInFilter(),
        outcomes=OUTCOMES,
        outcome_lights=OUTCOME_LIGHTS,
        first=truoc is None,
    )


def query_days(texts: dict[str, str]) -> dict[str, date | None]:
    """The days of a filter, None where it is empty. Raises InvalidInput with every fault."""
    found: dict[str, date | None] = {}
    faults: list[Fault] = []
    for where, text in texts.items():
        try:
            found[where] = date.fromisoformat(text.strip()) if text.strip() else None
        except ValueError:
            faults.append(Fault(where, "Ngày phải có dạng năm-tháng-ngày.", "Expected a date as YYYY-MM-DD."))
    if faults:
        raise InvalidInput(faults)
    return found


def _back(wanted: str, otherwise: str, done: str) -> str:
    """The page of the administration that the button stood on, else the list."""
    inside = (
        wanted.startswith("/quan-tri/") and wanted.isprintable() and "\\" not in wanted and len(wanted) < 300
    )
    path = (wanted if inside else otherwise).partition("?")[0]
    return f"{path}?da={done}"
