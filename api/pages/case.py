"""`/ho-so/{code}`: where a case stands, what may follow, and the form that writes the next step."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from api.deps import CaseCode, ContextDep, DataDate, LangDep, SessionDep
from api.guard import door_of, principal_of
from api.pages import case_documents, case_history, case_parts, case_prefill, case_sections, people_cards
from api.pages.case_form import EnteredDep, Refusal, Text, fields_of, parse, refused, reused, stale
from api.pages.rendering import carried, link, render
from api.usecases.cases import state_seen
from api.usecases.listing import case_view
from api.usecases.proposals import submit_change
from api.views import CaseView
from projects.clearance import gives_possession
from projects.codes import OBSTACLES
from projects.errors import IllegalStep, InvalidInput, KeyReused, StaleVersion

router = APIRouter(
    prefix="/ho-so/{code}", dependencies=[Depends(people_cards.ready), Depends(case_sections.ready)]
)


@router.get("")
def case_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    da_ghi: Annotated[str, Query(max_length=12)] = "",
    buoc: Annotated[str, Query(max_length=8)] = "",
    su_viec: Annotated[str, Query(alias="su-viec", max_length=60)] = "",
    gop: Annotated[int, Query(ge=0, le=2**31, description="Phiên bản mà người ghi đã thấy.")] = 0,
    ngay: DataDate = None,
) -> HTMLResponse:
    """The case with its form, filled with what is stored."""
    view = case_view(session, ctx, code, as_of=ngay)
    saved = da_ghi == str(view.row.version)
    entered = case_prefill.prefilled(request, session, ctx, view, step=buoc, fact=su_viec)
    return render_case(
        request, view, lang, saved=case_history.saved(view, gop, lang) if saved else None, entered=entered
    )


@router.post("")
def record(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    entered: EnteredDep,
    version: Text = "",
    key: Text = "",
) -> Response:
    """Writes the change and returns to the case; a refusal shows why, with everything that was entered."""
    faults: dict[str, list[str]] = {}
    try:
        seen, change = parse(entered, version)
        case_documents.check_named(session, ctx, code, change.document_sha256)
        done = submit_change(session, ctx, code, change, seen=seen, key=key or None)
    except StaleVersion as error:
        refusal, status = stale(error, lang), 409
        # What others changed and the reader did not is now in the form; the rest is as the reader entered it.
        entered |= fields_of(error.wanted)
        version = ""
    except (IllegalStep, InvalidInput) as error:
        refusal, faults = refused(error.faults, lang)
        status = 422
    except KeyReused:
        refusal, status = reused(lang), 409
    else:
        if done.state is None:
            waiting = carried(request.query_params) | {"de_nghi": done.proposal_id}
            return _onward(request, link(f"/ho-so/{code}", waiting) + "#de-nghi")
        state = done.state
        query = carried(request.query_params) | {"da_ghi": state["version"]}
        return _onward(request, link(f"/ho-so/{code}", query | ({"gop": seen} if state["merged"] else {})))
    view = case_view(session, ctx, code)
    # The form goes on from the version that it was made on, so that it still tells what the reader changed.
    past = state_seen(session, code, int(version)) if version.isdecimal() and len(version) < 10 else None
    if status == 409 and entered["step"] not in view.allowed:
        entered["step"] = (past or view.present)["step"]  # what was wanted stands in the comparison
    return render_case(
        request,
        view,
        lang,
        based_on=view.present if past is None else past | {"version": int(version)},
        entered=entered,
        refusal=refusal,
        faults=faults,
        status=status,
    )


def _onward(request: Request, address: str) -> Response:
    """Leads to where the case is shown: a browser by redirection, the page's script (send.js) by the address."""
    if request.headers.get("x-send") == "1":
        return JSONResponse({"to": address})
    return RedirectResponse(address, 303)


def render_case(
    request: Request,
    view: CaseView,
    lang: str,
    *,
    saved: case_history.Saved | None = None,
    based_on: Mapping[str, Any] | None = None,
    entered: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    faults: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The case page. After a refusal the form keeps `entered`, with a fresh key, on the state it is `based_on`."""
    based_on = based_on or view.present
    allowed = case_parts.next_steps(view, door_of(request).rights, principal_of(request))
    cleared = gives_possession(view.row.step)
    form: dict[str, Any] = {
        **fields_of(based_on),
        "version": based_on["version"],
        "key": secrets.token_urlsafe(18),
        "effective_on": max(view.data_date, view.present_on).isoformat(),
        "document": "",
        "reason": "",
        "on_behalf_of": "",
        "signer": "",
        "body": "",
        "document_sha256": "",
    } | (entered or {})
    return render(
        request,
        "case.html.j2",
        status,
        page_path=f"/ho-so/{view.row.code}",
        nav="du-an",
        project=view.facts,
        data_date=view.data_date,
        view=view,
        allowed=allowed,
        choices=case_parts.choices(
            view,
            keep=based_on["step"],
            chosen=form["step"],
            lang=lang,
            recordable={step.code for step in allowed if step.mine},
        ),
        lane=case_parts.lane(view),
        cleared=cleared,
        days_left=None if cleared else (view.row.forecast_on - view.data_date).days,
        history=case_history.whole_history(view, "en" if lang == "en" else "vi", door_of(request).rights),
        obstacles=OBSTACLES,
        land_words=lambda code: case_parts.land_words(code, lang),
        form=form,
        faults=faults or {},
        refusal=refusal,
        quick=refusal is None and form["step"] != based_on["step"],
        saved=saved,
        # Looking at another data date is looking at the past or a what-if: nothing is written from there.
        read_only=bool(carried(request.query_params)) and refusal is None,
        sections=case_sections.sections(request, view),
        **people_cards.cards(request),
    )
