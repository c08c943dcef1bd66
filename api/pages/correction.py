"""`/ho-so/{code}/dinh-chinh/{event_id}`: what an event of the history should have said, and why."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import CaseCode, ContextDep, EventId, LangDep, SessionDep
from api.pages import case_history, case_parts
from api.pages.case_form import EnteredDep, Refusal, Text, fields_of, parse, refused, reused, stale
from api.pages.rendering import carried, link, render
from api.usecases.corrections import Correctable, correctable
from api.usecases.listing import case_view
from api.usecases.proposals import submit_correction
from api.views import CaseView
from projects.codes import OBSTACLES
from projects.errors import InvalidInput, KeyReused, StaleVersion

router = APIRouter(prefix="/ho-so/{code}/dinh-chinh/{event_id}")


@router.get("")
def correction_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: CaseCode, event_id: EventId
) -> HTMLResponse:
    """The form, filled with what the event says. An event that was corrected shows its newest correction."""
    said = correctable(session, code, event_id)
    return _render(request, case_view(session, ctx, code), said, lang)


@router.post("")
def record_correction(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    event_id: EventId,
    entered: EnteredDep,
    version: Text = "",
    key: Text = "",
) -> Response:
    """Writes the correction and returns to the history; a refusal shows why, with everything that was entered."""
    faults: dict[str, list[str]] = {}
    said = correctable(session, code, event_id)  # what cannot be corrected has no form to come back to
    try:
        seen, correction = parse(entered, version)
        done = submit_correction(session, ctx, code, event_id, correction, seen=seen, key=key or None)
    except StaleVersion as error:
        refusal, status = stale(error, lang), 409
        entered |= fields_of(error.wanted)
    except InvalidInput as error:
        refusal, faults = refused(error.faults, lang)
        status = 422
    except KeyReused:
        refusal, status = reused(lang), 409
    else:
        if done.state is None:
            waiting = carried(request.query_params) | {"de_nghi": done.proposal_id}
            return RedirectResponse(link(f"/ho-so/{code}", waiting) + "#de-nghi", 303)
        query = carried(request.query_params) | {"da_ghi": done.state["version"]}
        return RedirectResponse(link(f"/ho-so/{code}", query) + "#lich-su", 303)
    view = case_view(session, ctx, code)
    return _render(request, view, said, lang, entered=entered, refusal=refusal, faults=faults, status=status)


def _render(
    request: Request,
    view: CaseView,
    said: Correctable,
    lang: str,
    *,
    entered: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    faults: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The page of a correction. Nothing but this event is changed here, so the form always goes by what it says now."""
    form = {
        **fields_of(said.state),
        "version": said.version,
        "key": secrets.token_urlsafe(18),
        "effective_on": said.effective_on.isoformat(),
        "document": said.document or "",
        "reason": "",
        "on_behalf_of": "",
    } | (entered or {})
    steps = dict.fromkeys((*said.steps, str(form["step"])))
    history = case_history.history(view.history, lang)
    return render(
        request,
        "correction.html.j2",
        status,
        nav="du-an",
        project=view.facts,
        data_date=view.data_date,
        view=view,
        event=next((entry for entry in history if entry.id == said.event.id), None),
        choices=[(code, case_parts.say_value("step", code, lang)) for code in steps],
        obstacles=OBSTACLES,
        form=form,
        faults=faults or {},
        refusal=refusal,
    )
