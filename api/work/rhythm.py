"""The worker's part of the rhythm: snapshots of ended periods, calls of the webhook, and sending what waits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.calendars import working_calendars
from api.context import Context, ResultCache
from api.logs import log
from api.rightsfile import rights, system
from api.settings import Settings
from api.usecases.snapshots import queue, snapshots_due, take
from api.work.sending import send_due
from geo import scope
from geo.tables import Event, Outgoing
from projects.errors import DuongGangError

ACTOR = "máy chủ"
TOLD = ("assignment.%", "snapshot.make")
AT_ONCE = 500


def worker_enter(session: Session) -> None:
    """The worker sees all cases, and accounts and what waits to be sent; no people's data."""
    who = system(ACTOR)
    scope.enter(session, replace(who, role=replace(who.role, oversight=True)))


def make_snapshots(settings: Settings, sessions: sessionmaker[Session], *, only_catch_up: bool) -> int:
    """Makes what is due, each in a transaction of its own, and gives how many; a failure is logged and tried again."""
    made = 0
    try:
        with sessions.begin() as session:
            worker_enter(session)
            periods = snapshots_due(session, only_catch_up=only_catch_up)
        ctx = Context(
            calendars=working_calendars(), today=date.today, cache=ResultCache(), rights=rights(),
            principal=system(ACTOR),
        )  # fmt: skip
        for period in periods:
            with sessions.begin() as session:
                worker_enter(session)
                made += take(session, ctx, period, origin=settings.own_origin) is not None
    except (SQLAlchemyError, DuongGangError) as error:
        log().warning("could not make the snapshots", exc_info=error)
    if made:
        log().info("snapshots made", snapshots=made)
    return made


def tell_webhook(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Queues a call for every event since the last one that was told; from now on at the first time.

    Events are numbered in the order in which they are committed, so none is passed over.
    """
    if settings.webhook_url is None:
        return 0
    with sessions.begin() as session:
        worker_enter(session)
        about = func.split_part(Outgoing.about, ":", 2)
        last = session.scalar(select(func.max(cast(about, BigInteger))).where(Outgoing.channel == "webhook"))
        if last is None:
            newest = session.scalar(select(func.max(Event.id))) or 0
            body = json.dumps({"event": "ready", "id": newest})
            queue(session, "webhook", settings.webhook_url, f"event:{newest}", "ready", body)
            return 0
        told = [Event.kind.like(kind) for kind in TOLD]
        events = session.scalars(
            select(Event).where(Event.id > last, told[0] | told[1]).order_by(Event.id).limit(AT_ONCE)
        ).all()
        for event in events:
            queue(
                session,
                "webhook",
                settings.webhook_url,
                f"event:{event.id}",
                event.kind,
                message(event, settings.own_origin),
            )
        return len(events)


def message(event: Event, origin: str | None) -> str:
    """What the webhook is told of an event: what happened to what, and where to look; no words of people."""
    after = event.after or {}
    told = {name: after[name] for name in ("state", "body", "due_on", "tier", "version") if name in after}
    number = event.object_code.removeprefix("GV-")
    where = f"/giao-viec/{number}" if event.object_type == "assignment" else "/giao-ban"
    return json.dumps(
        {
            "id": event.id, "event": event.kind, "object": event.object_code, "project": event.project_code,
            "recorded_at": event.recorded_at.isoformat(), "effective_on": event.effective_on.isoformat(),
            "now": told, "link": f"{origin or ''}{where}",
        },
        ensure_ascii=False,
    )  # fmt: skip


def send(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Once a minute: queues what the webhook has to be told, sends what waits. Failures are logged, not raised."""
    try:
        tell_webhook(settings, sessions)
        if settings.smtp_host is not None or settings.webhook_url is not None:
            send_due(settings, sessions, worker_enter)
    except SQLAlchemyError as error:
        log().warning("could not send what waits", exc_info=error)
