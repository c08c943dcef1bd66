"""`/quan-tri/su-kien`: the history of everything, with filters and what each event changed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import ContextDep, LangDep, SessionDep
from api.pages.admin_access import Before, query_days
from api.pages.event_words import Words, field_changes
from api.pages.forms import plain
from api.pages.labels import EVENT_KINDS, OBJECT_TYPES
from api.pages.rendering import render
from api.usecases.eventlog import EventFilter, events
from api.usecases.facts import all_ward_labels, project_labels

router = APIRouter(prefix="/quan-tri/su-kien")
Word = Annotated[str, Query(max_length=80)]


@router.get("")
def events_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    viec: Word = "",
    loai: Word = "",
    ma: Word = "",
    nguoi: Word = "",
    du_an: Annotated[str, Query(alias="du-an", max_length=40)] = "",
    tu_ngay: Annotated[str, Query(alias="tu-ngay", max_length=20)] = "",
    den_ngay: Annotated[str, Query(alias="den-ngay", max_length=20)] = "",
    ghi_tu: Annotated[str, Query(alias="ghi-tu", max_length=20)] = "",
    ghi_den: Annotated[str, Query(alias="ghi-den", max_length=20)] = "",
    so: Annotated[str, Query(pattern=r"^\d{0,18}$")] = "",
    truoc: Before = None,
) -> Response:
    """The events that match, newest first, as known now or at `biet_den`."""
    days = query_days({"tu-ngay": tu_ngay, "den-ngay": den_ngay, "ghi-tu": ghi_tu, "ghi-den": ghi_den})
    chosen = EventFilter(
        number=int(so) if so else None,
        kind=plain(viec),
        object_type=plain(loai),
        object_code=plain(ma),
        actor=plain(nguoi),
        project=plain(du_an),
        first_day=days["tu-ngay"],
        last_day=days["den-ngay"],
        recorded_from=days["ghi-tu"],
        recorded_to=days["ghi-den"],
    )
    projects = project_labels(session)
    words = Words(lang, ctx.rights, all_ward_labels(session), projects)
    found = events(session, chosen, before=truoc)
    return render(
        request,
        "admin_events.html.j2",
        nav="quan-tri",
        tab="su-kien",
        shows="known",
        found=found,
        changes={event.id: field_changes(event.before, event.after, words) for event in found.rows},
        chosen=chosen,
        filtered=chosen != EventFilter(),
        kinds=EVENT_KINDS,
        types=OBJECT_TYPES,
        projects=projects,
        first=truoc is None,
        sees_cases=ctx.principal.reach != "none",
    )
