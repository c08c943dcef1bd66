"""Sends what waits: mails by SMTP, calls of the webhook with their signature. What fails is tried again later.

Each is sent under its row's lock and marked in the same transaction, so two workers never send one twice; a worker
that dies between sending and marking sends it again, under the same Message-ID.
"""

from __future__ import annotations

import hashlib
import hmac
import smtplib
import ssl
import time
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from api.logs import log
from api.settings import Settings
from api.usecases.snapshots import attachments
from geo.tables import Outgoing
from projects.rhythm import backoff

MOST_TRIES = 14  # about two days
AT_ONCE = 200
PATIENCE_SECONDS = 10.0
FAILURES = (OSError, smtplib.SMTPException, ValueError)


def send_due(settings: Settings, sessions: sessionmaker[Session], enter: Callable[[Session], None]) -> int:
    """Sends everything whose time has come and gives how many went out. After a failure of a channel its rest waits.

    `enter` makes a session that of a command with oversight.
    """
    sent, down = 0, set[str]()
    for _ in range(AT_ONCE):
        with sessions.begin() as session:
            enter(session)
            row = _next(session, settings, down)
            if row is None:
                break
            if _try(session, settings, row):
                sent += 1
            else:
                down.add(row.channel)
    return sent


def _next(session: Session, settings: Settings, down: set[str]) -> Outgoing | None:
    ready = {"mail": settings.smtp_host, "webhook": settings.webhook_url}
    channels = [channel for channel, set_up in ready.items() if set_up and channel not in down]
    return session.scalar(
        select(Outgoing)
        .where(
            Outgoing.state == "queued",
            Outgoing.next_at <= func.clock_timestamp(),
            Outgoing.channel.in_(channels),
        )
        .order_by(Outgoing.next_at, Outgoing.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _try(session: Session, settings: Settings, row: Outgoing) -> bool:
    row.tries += 1
    try:
        if row.channel == "mail":
            _mail(session, settings, row)
        else:
            _call(settings, row)
    except FAILURES as error:
        # What the other side said, never an address or a secret of ours.
        row.error = f"{type(error).__name__}: {error}"[:300]
        row.state = "given_up" if row.tries >= MOST_TRIES else "queued"
        row.next_at = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, backoff(row.tries))
        log().warning("could not send", channel=row.channel, tries=row.tries, error=type(error).__name__)
        return False
    row.state, row.error, row.sent_at = "sent", None, func.clock_timestamp()
    return True


def _mail(session: Session, settings: Settings, row: Outgoing) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.smtp_from, row.target, row.subject
    domain = settings.smtp_from.partition("@")[2] or "duonggang"
    message["Message-ID"] = f"<{hashlib.sha256(row.about.encode()).hexdigest()[:32]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body, cte="quoted-printable")  # every server takes seven bits
    for name, kind, content in attachments(session, row.about):
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    host, port = settings.smtp_host or "", settings.smtp_port
    secure = ssl.create_default_context()
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=secure)
    else:
        server = smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=secure)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password or "")
        server.send_message(message)


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: what was signed for one address goes to no other."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """No further request."""
        return None


def _call(settings: Settings, row: Outgoing) -> None:
    body, at = row.body.encode(), str(int(time.time()))
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "duonggang",
        "X-DuongGang-Event": row.subject,
        "X-DuongGang-Delivery": row.about,
        "X-DuongGang-Timestamp": at,
        "X-DuongGang-Signature": signature(settings.webhook_secret or "", at, body),
    }
    # The address was set by the administration: https, or this machine.
    request = urllib.request.Request(row.target, data=body, headers=headers, method="POST")
    with urllib.request.build_opener(_Stay).open(request, timeout=PATIENCE_SECONDS) as answer:
        answer.read(1_000)


def signature(secret: str, at: str, body: bytes) -> str:
    """What the receiver computes as well: HMAC-SHA256 over the timestamp, a full stop and the body."""
    digest = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
