"""`/tai-khoan`: one's own account: password, sessions, API tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.deps import ContextDep, LangDep, SessionDep
from api.language import Lang, pick
from api.pages.rendering import render
from api.usecases import accounts
from api.usecases.facts import all_ward_labels
from geo.tables import ApiToken, LoginSession
from projects.errors import InvalidInput

router = APIRouter(prefix="/tai-khoan")
Text = Annotated[str, Form(max_length=200)]
MOST = 50


@router.get("")
def account_page(request: Request, session: SessionDep, ctx: ContextDep, da: str = "") -> Response:
    """What I am, where I am signed in, and which programs act for me."""
    return _page(request, session, ctx, done=da if da in ("mat-khau", "phien", "ma") else "")


@router.post("/mat-khau")
def change_password(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    cu: Text = "",
    moi: Text = "",
    lai: Text = "",
) -> Response:
    """A new password; all other sessions end."""
    faults: dict[str, str] = {}
    if moi != lai:
        faults["lai"] = pick(lang, "Hai lần nhập không giống nhau.", "The two entries differ.")
    else:
        try:
            accounts.change_own_password(session, ctx, cu, moi)
        except InvalidInput as error:
            faults = _by_field(error, lang)
    if faults:
        return _page(request, session, ctx, faults=faults, status=422)
    return RedirectResponse("/tai-khoan?da=mat-khau", 303)


@router.post("/phien/{session_id}/ket-thuc")
def end_session(session: SessionDep, ctx: ContextDep, session_id: int) -> Response:
    """Ends one of my sessions."""
    accounts.end_session(session, ctx, session_id, own=True)
    return RedirectResponse("/tai-khoan?da=phien", 303)


@router.post("/ma")
def make_token(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    ten: Text = "",
    doc: Text = "",
    ghi: Text = "",
    ngay_han: Annotated[int, Form()] = 90,
) -> Response:
    """Makes an API token; its secret is on this one page and nowhere else."""
    scopes = [name for name, chosen in (("read", doc), ("write", ghi)) if chosen]
    try:
        _, secret = accounts.make_token(session, ctx, name=ten, scopes=scopes, days=ngay_han)
    except InvalidInput as error:
        return _page(request, session, ctx, faults=_by_field(error, lang), status=422)
    return _page(request, session, ctx, fresh_token=secret)


@router.post("/ma/{token_id}/thu-hoi")
def end_token(session: SessionDep, ctx: ContextDep, token_id: int) -> Response:
    """Revokes one of my tokens."""
    accounts.end_token(session, ctx, token_id, own=True)
    return RedirectResponse("/tai-khoan?da=ma", 303)


def _page(
    request: Request,
    session: Session,
    ctx: ContextDep,
    *,
    faults: dict[str, str] | None = None,
    done: str = "",
    fresh_token: str = "",
    status: int = 200,
) -> Response:
    me = ctx.principal
    session.flush()
    labels = all_ward_labels(session)
    return render(
        request,
        "account.html.j2",
        status,
        nav="tai-khoan",
        me=me,
        ward_labels=[labels.get(code, code) for code in sorted(me.wards)],
        sessions=session.scalars(
            select(LoginSession)
            .where(LoginSession.account == me.account, LoginSession.ended_at.is_(None))
            .order_by(LoginSession.last_seen_at.desc())
            .limit(MOST)
        ).all(),
        tokens=session.scalars(
            select(ApiToken)
            .where(ApiToken.account == me.account, ApiToken.ended_at.is_(None))
            .order_by(ApiToken.created_at.desc())
            .limit(MOST)
        ).all(),
        faults=faults or {},
        done=done,
        fresh_token=fresh_token,
    )


def _by_field(error: InvalidInput, lang: Lang) -> dict[str, str]:
    return {fault.where: pick(lang, fault.vi, fault.en) for fault in error.faults}
