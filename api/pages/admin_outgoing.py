"""`/quan-tri/thu-gui`: mails and webhook calls that wait, went out or were given up, with what the other side said."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, select, update

from api.deps import ContextDep, RowId, SessionDep
from api.pages.rendering import render
from geo.history import record
from geo.tables import Outgoing
from projects.errors import NotFound

router = APIRouter(prefix="/quan-tri/thu-gui")
STATES = {"queued": ("đang chờ", "queued"), "sent": ("đã gửi", "sent"), "given_up": ("thôi gửi", "given up")}
LIMIT = 200


@router.get("")
def outgoing_page(request: Request, session: SessionDep) -> Response:
    """What waits first, those that failed before all; addresses in short."""
    rows = session.scalars(
        select(Outgoing)
        .order_by((Outgoing.state == "sent"), Outgoing.error.is_(None), Outgoing.id.desc())
        .limit(LIMIT)
    ).all()
    counts = dict(session.execute(select(Outgoing.state, func.count()).group_by(Outgoing.state)).all())
    settings = request.app.state.settings
    return render(
        request,
        "admin_outgoing.html.j2",
        nav="quan-tri",
        tab="thu-gui",
        rows=rows,
        counts=counts,
        states=STATES,
        mail_works=settings.smtp_host is not None,
        hook_works=settings.webhook_url is not None,
    )


@router.post("/{row_id}")
def try_again(session: SessionDep, ctx: ContextDep, row_id: RowId) -> Response:
    """Puts one that failed at the head of the queue. Raises NotFound for none, or one that went out."""
    done = session.execute(
        update(Outgoing)
        .where(Outgoing.id == row_id, Outgoing.state != "sent")
        .values(state="queued", next_at=func.clock_timestamp(), tries=0)
        .returning(Outgoing.about)
    ).scalar()
    if done is None:
        raise NotFound("item", str(row_id))
    me = ctx.principal.account
    record(
        session, kind="outgoing.again", object_type="outgoing", object_code=done, actor=me, effective_on=ctx.today(),
        after={"id": row_id},
    )  # fmt: skip
    return RedirectResponse("/quan-tri/thu-gui", 303)
