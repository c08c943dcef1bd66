"""`/thong-bao`: what happened that is for me, how I want to be told, my calendar; `/lich/…`: the calendar itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import ContextDep, LangDep, SessionDep
from api.guard import door_of
from api.pages.event_words import tell
from api.pages.forms import Faults, Many, Text, by_field, plain
from api.pages.rendering import render
from api.usecases.calendar_feed import entries, icalendar
from api.usecases.notices import KINDS, mark_read, notices, preference
from api.usecases.wishes import calendar_owner, new_calendar, set_wishes
from geo import scope
from projects.errors import InvalidInput, NotFound
from projects.periods import KINDS as PERIODS

router = APIRouter()
tell(
    "notice.wish",
    "Đổi cách nhận thông báo",
    "Wishes for notices changed",
    {"mailed": ("Nhận thư", "By mail")},
)
tell(
    "calendar.new", "Tạo địa chỉ lịch mới", "New address of the calendar", {"calendar": ("Lịch", "Calendar")}
)
tell("outgoing.again", "Gửi lại thư, tin", "Sending tried again")
tell("snapshot.make", "Lập số liệu kỳ", "Snapshot of a period made", {"whole": ("Cả danh mục", "Whole")})


@router.get("/thong-bao")
def notices_page(request: Request, session: SessionDep, ctx: ContextDep, xong: str = "") -> Response:
    """The reader's lines, newest first; what is shown counts as read from the next time on."""
    response = _page(request, session, ctx, done=xong == "1")
    if ctx.known is None:
        mark_read(session, ctx)
    return response


@router.post("/thong-bao")
def wishes(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep,
    nhan: Many = [],  # noqa: B006  # FastAPI copies it
    thu: Text = "",
    ky: Many = [],  # noqa: B006
) -> Response:  # fmt: skip
    """Keeps which kinds are wanted, the mail address and the reports by mail."""
    muted = [kind for kind in KINDS if kind not in nhan]
    try:
        set_wishes(session, ctx, muted=muted, mail_to=plain(thu)[:320], mailed=ky)
    except InvalidInput as error:
        return _page(request, session, ctx, faults=by_field(error, lang, {"mail_to": "thu"}), status=422)
    return RedirectResponse("/thong-bao?xong=1", 303)


@router.post("/thong-bao/lich")
def calendar_address(request: Request, session: SessionDep, ctx: ContextDep) -> Response:
    """Makes the secret address anew and shows it, this once."""
    secret = new_calendar(session, ctx)
    origin = request.app.state.settings.own_origin or str(request.base_url).rstrip("/")
    return _page(request, session, ctx, address=f"{origin}/lich/{secret}.ics")


@router.get("/lich/{secret}", response_class=Response)
def calendar(
    request: Request,
    secret: str = Path(max_length=100, description="Phần bí mật của địa chỉ lịch, đuôi .ics."),
) -> Response:
    """The calendar of whoever the secret belongs to, as they may see things today. Raises NotFound."""
    who = calendar_owner(door_of(request), secret.removesuffix(".ics"))
    if who is None:
        raise NotFound("page", "/lich")
    ctx = replace(cast(Context, request.app.state.context), principal=who)
    origin = request.app.state.settings.own_origin or str(request.base_url).rstrip("/")
    with request.app.state.sessions.begin() as session:
        scope.enter(session, who)
        found = entries(session, ctx)
    body = icalendar(found, origin=origin, now=datetime.now(UTC))
    return Response(body, media_type="text/calendar; charset=utf-8")


def _page(
    request: Request, session: Session, ctx: Context, *, faults: Faults | None = None, done: bool = False,
    address: str = "", status: int = 200,
) -> Response:  # fmt: skip
    return render(
        request,
        "notices.html.j2",
        status,
        page_path="/thong-bao",
        nav="thong-bao",
        rows=notices(session, ctx),
        wish=preference(session, ctx),
        kinds=KINDS,
        periods=PERIODS,
        faults=faults or {},
        done=done,
        address=address,
        mail_works=request.app.state.settings.smtp_host is not None,
    )
