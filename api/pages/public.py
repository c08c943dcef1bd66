"""`/cong-khai`: for everybody, without signing in and without JavaScript: progress per project, one's own case.

These pages open a session that sees nothing of people; they take no data date and no moment of knowledge, so that
nobody outside can ask for calculations of any day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api import guard
from api.context import Context
from api.deps import LangDep
from api.errors import describe
from api.language import Lang, pick
from api.pages.public_words import ASK_WARD, MEANS, SCORES
from api.pages.rendering import render
from api.usecases import lookup
from api.usecases.law_now import law_of
from api.usecases.projects import overview
from geo.scope import enter
from projects.errors import InvalidInput, NotFound, TooMany
from projects.law.rules import LEVELS

router = APIRouter(prefix="/cong-khai")
Text = Annotated[str, Form(max_length=2_000)]
COMPLAIN = "KN-05"


@router.get("")
def public_page(request: Request, lang: LangDep) -> Response:
    """Progress of every project, and the form that looks up one's own case."""
    return _front(request, lang)


@router.post("/tra-cuu")
def look_up(request: Request, lang: LangDep, ho_so: Text = "", ma: Text = "") -> Response:
    """One's own case by its two codes; every wrong pair gets the same answer."""
    with _as_nobody(request) as (session, ctx):
        try:
            found = lookup.look_up(
                session, ctx, guard.door_of(request), _secret(request), case=ho_so, code=ma,
                network=guard.caller_of(request).network,
            )  # fmt: skip
        except (InvalidInput, TooMany) as error:
            refused, error_ = describe(error, lang), error
        else:
            return _case(request, session, ctx, lang, found)
    if isinstance(error_, InvalidInput):
        return _front(request, lang, said=pick(lang, lookup.WRONG.vi, lookup.WRONG.en), status=422)
    response = _front(request, lang, said=refused.detail, status=429)
    response.headers["Retry-After"] = str(error_.retry_after)
    return response


@router.post("/hai-long")
def say_satisfied(
    request: Request, lang: LangDep, ho_so: Text = "", chung: Text = "", diem: Text = "", loi: Text = ""
) -> Response:
    """Keeps the answer to the question of satisfaction and thanks; a refusal says why."""
    entered = {"case": ho_so, "proof": chung, "score": diem, "said": loi}
    with _as_nobody(request) as (session, ctx):
        try:
            found = lookup.say_satisfied(
                session, ctx, guard.door_of(request), _secret(request), entered,
                network=guard.caller_of(request).network,
            )  # fmt: skip
        except (InvalidInput, TooMany) as error:
            wrong = isinstance(error, InvalidInput)
            faults = [pick(lang, f.vi, f.en) for f in error.faults] if isinstance(error, InvalidInput) else []
            said, status = " ".join(faults) or describe(error, lang).detail, 422 if wrong else 429
        else:
            return _case(request, session, ctx, lang, found, thanks=True)
    return _front(request, lang, said=said, status=status)


def _front(request: Request, lang: Lang, *, said: str = "", status: int = 200) -> Response:
    with _as_nobody(request) as (session, ctx):
        whole = overview(session, ctx)
    rows = sorted((row for row in whole.rows if row.land.cases), key=lambda row: row.facts.name_vi)
    return render(
        request, "public.html.j2", status, page_path="/cong-khai", rows=rows, day=whole.data_date,
        without=len(whole.rows) - len(rows), has_demo=whole.has_demo, said=said,
    )  # fmt: skip


def _case(
    request: Request, session: Session, ctx: Context, lang: Lang, found: lookup.Found, *, thanks: bool = False
) -> Response:
    means, then = MEANS.get(found.step, ASK_WARD)
    rule = law_of(session, ctx, today=found.data_date).book.get(COMPLAIN, on=found.data_date)
    return render(
        request, "public_case.html.j2", page_path="/cong-khai", found=found, means=means, then=then, rule=rule,
        levels=LEVELS, scores=SCORES, proof=lookup.proof_of(_secret(request), found), thanks=thanks,
        day=found.data_date,
    )  # fmt: skip


@contextmanager
def _as_nobody(request: Request) -> Iterator[tuple[Session, Context]]:
    """A session that sees what everybody may, whoever asks. Raises NotFound where the public page is switched off."""
    if not request.app.state.settings.shows_public_page:
        raise NotFound("page", "/cong-khai")
    ctx = cast(Context, request.app.state.context)
    with request.app.state.sessions.begin() as session:
        enter(session, ctx.principal)
        yield session, ctx


def _secret(request: Request) -> str:
    return cast(str, request.app.state.settings.secret_key)
