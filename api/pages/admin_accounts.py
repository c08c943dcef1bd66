"""`/quan-tri/tai-khoan`: who has an account, with which role and scope; and the form that makes one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, SessionDep
from api.guard import door_of
from api.language import Lang, pick
from api.pages.admin_form import Choices, Entry, EntryDep, choices, wanted
from api.pages.forms import Faults, plain
from api.pages.people_words import STATES, role_words
from api.pages.rendering import render
from api.usecases import accounts, oversight
from api.usecases.oversight import AccountFilter

router = APIRouter(prefix="/quan-tri/tai-khoan")
Words = Annotated[str, Query(max_length=120)]


@router.get("")
def accounts_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    tim: Words = "",
    vai_tro: Annotated[str, Query(alias="vai-tro", max_length=40)] = "",
    trang_thai: Annotated[str, Query(alias="trang-thai", max_length=20)] = "",
    pham_vi: Annotated[str, Query(alias="pham-vi", max_length=40)] = "",
    tu: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    """The accounts that match the filter."""
    found = AccountFilter(plain(tim), plain(vai_tro), plain(trang_thai), plain(pham_vi))
    return _page(request, session, ctx, lang, found, offset=tu)


@router.post("")
def add_account(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, entry: EntryDep
) -> Response:
    """Makes an account; its first password is on this one page and nowhere else."""
    offered = choices(session, ctx.rights, lang)
    change, faults = wanted(session, ctx, entry, offered, lang, new=True)
    if faults:
        return _page(
            request,
            session,
            ctx,
            lang,
            offered=offered,
            entry=entry,
            faults=faults,
            open_form=True,
            status=422,
        )
    first = accounts.add_account(session, ctx, entry.name, change)
    return _page(request, session, ctx, lang, offered=offered, made=(entry.name, first))


def _page(
    request: Request,
    session: Session,
    ctx: Context,
    lang: Lang,
    found: AccountFilter = AccountFilter(),  # noqa: B008  # frozen
    *,
    offset: int = 0,
    offered: Choices | None = None,
    entry: Entry = Entry(),  # noqa: B008  # frozen
    faults: Faults | None = None,
    open_form: bool = False,
    made: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    rows, total = oversight.accounts(session, found, door_of(request).limits, offset=offset)
    return render(
        request,
        "admin_accounts.html.j2",
        status,
        nav="quan-tri",
        tab="tai-khoan",
        rows=rows,
        total=total,
        limit=oversight.SHOWN,
        offset=offset,
        found=found,
        filtered=found != AccountFilter(),
        states=STATES,
        role_names={code: pick(lang, r.vi, r.en) for code, r in ctx.rights.roles.items() if code != "public"},
        role_words=lambda code: role_words(ctx.rights, code, lang),
        reaches={code: role.reach for code, role in ctx.rights.roles.items()},
        offered=offered or choices(session, ctx.rights, lang),
        entry=entry,
        faults=faults or {},
        open_form=open_form or "moi" in request.query_params,
        made=made,
    )
