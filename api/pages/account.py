"""`/tai-khoan`: one's own account: password, sessions, API tokens."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.deps import ContextDep, LangDep, RowId, SessionDep
from api.guard import door_of
from api.language import pick
from api.pages.forms import Faults, Text, by_field, plain
from api.pages.labels import Pair
from api.pages.people_words import ROLE_WORK, TOKEN_SCOPES
from api.pages.rendering import render
from api.usecases import accounts, oversight
from api.usecases.facts import all_ward_labels, project_labels
from projects.errors import Fault, InvalidInput

router = APIRouter(prefix="/tai-khoan")

DONE: dict[str, Pair] = {
    "mat-khau": (
        "Đã đổi mật khẩu; các phiên khác đã kết thúc.",
        "Password changed; all other sessions have ended.",
    ),
    "phien": ("Đã kết thúc phiên.", "The session has ended."),
    "ma": ("Đã thu hồi mã.", "The token is revoked."),
}
# Places of faults → fields of the forms.
FIELDS = {
    "old": "cu",
    "password": "moi",
    "again": "lai",
    "name": "ten",
    "days": "ngay_han",
    "scopes": "quyen",
}
NEW_TOKEN = {"ten": "", "ngay_han": "90", "doc": "1", "ghi": ""}


@router.get("")
def account_page(request: Request, session: SessionDep, ctx: ContextDep, da: str = "") -> Response:
    """What I am, where I am signed in, and which programs act for me."""
    return _page(request, session, ctx, done=DONE.get(da))


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
    try:
        if moi != lai:
            raise InvalidInput([Fault("again", "Hai lần nhập không giống nhau.", "The two entries differ.")])
        accounts.change_own_password(session, ctx, cu, moi)
    except InvalidInput as error:
        return _page(request, session, ctx, faults=by_field(error, lang, FIELDS), status=422)
    return RedirectResponse("/tai-khoan?da=mat-khau", 303)


@router.post("/phien/{session_id}/ket-thuc")
def end_session(session: SessionDep, ctx: ContextDep, session_id: RowId) -> Response:
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
    ngay_han: Text = "",
) -> Response:
    """Makes an API token; its secret is on this one page and nowhere else."""
    scopes = [name for name, chosen in (("read", doc), ("write", ghi)) if chosen]
    days = int(ngay_han) if ngay_han.isdecimal() and len(ngay_han) < 6 else 0
    try:
        _, secret = accounts.make_token(session, ctx, name=plain(ten), scopes=scopes, days=days)
    except InvalidInput as error:
        entered = {"ten": ten, "ngay_han": ngay_han, "doc": doc, "ghi": ghi}
        faults = by_field(error, lang, FIELDS)
        return _page(request, session, ctx, faults=faults, entered=entered, status=422)
    return _page(request, session, ctx, fresh_token=secret)


@router.post("/ma/{token_id}/thu-hoi")
def end_token(session: SessionDep, ctx: ContextDep, token_id: RowId) -> Response:
    """Revokes one of my tokens."""
    accounts.end_token(session, ctx, token_id, own=True)
    return RedirectResponse("/tai-khoan?da=ma", 303)


def _page(
    request: Request,
    session: Session,
    ctx: ContextDep,
    *,
    faults: Faults | None = None,
    entered: dict[str, str] | None = None,
    done: Pair | None = None,
    fresh_token: str = "",
    status: int = 200,
) -> Response:
    me = ctx.principal
    session.flush()
    wards, projects = all_ward_labels(session), project_labels(session)
    return render(
        request,
        "account.html.j2",
        status,
        page_path="/tai-khoan",
        nav="tai-khoan",
        me=me,
        work=ROLE_WORK.get(me.role.code, ("", "")),
        wards=[wards.get(code, code) for code in sorted(me.wards)],
        projects=[
            pick(request.state.lang, *projects.get(code, (code, code))) for code in sorted(me.projects)
        ],
        sessions=oversight.sessions(session, door_of(request).limits, account=me.account).rows,
        tokens=oversight.tokens(session, account=me.account).rows,
        token_scopes=TOKEN_SCOPES,
        faults=faults or {},
        entered=entered or NEW_TOKEN,
        done=done,
        fresh_token=fresh_token,
    )
