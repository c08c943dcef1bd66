"""Snapshots once each and caught up after a pause; mail through a real server, retried; a signed webhook."""

from __future__ import annotations

import email
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from datetime import date
from email import policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from api.app import app_engine
from api.reports.files import content_in
from api.settings import Settings
from api.work import rhythm
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from geo.tables import Account, Event, NoticePreference, Outgoing, PortfolioState, Project, Snapshot
from tests.people import app_url
from tests.postgis.case_rows import add_cases
from tests.postgis.mail_server import smtp, webhook

SECRET = "for tests only 0123456789abcdefghij"
HOOK_SECRET = "hook secret of tests 0123456789abcdef"


@pytest.fixture
def url(make_database: Callable[[], str]) -> str:
    """A database with a project, two cases, its first data in January, and a reader who wants mails of every kind."""
    made = make_database()
    engine = make_engine(made, maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        session.add(PortfolioState(id=1, data_date=date(2026, 5, 4), files_sha256="x", demo_seed=1))
        session.add(
            Event(
                effective_on=date(2026, 1, 2),
                actor="t",
                kind="portfolio.load",
                object_type="portfolio",
                object_code="-",
            )
        )
        add_cases(session, ("VD1-0001", "VD1-0002"), project="VD1")
        for project in session.scalars(select(Project)):
            project.facts = {
                "short_vi": "Vành đai 1", "short_en": "Ring 1", "summary_vi": "", "summary_en": "", **project.facts,
            }  # fmt: skip
        session.add(
            Account(
                name="lanh.dao", display_name="Lãnh đạo", role="leadership", person="lanh.dao", password_hash="x",
                must_change=False, created_by="t",
            )
        )  # fmt: skip
        session.flush()
        session.add(
            NoticePreference(
                account="lanh.dao",
                muted=[],
                mail_to="lanh.dao@thu.invalid",
                mailed=["month", "quarter", "week"],
            )
        )
    engine.dispose()
    return made


@pytest.fixture
def settings(url: str, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None, home=tmp_path, database_url=None if app_url(url) else url, app_database_url=app_url(url),
        secret=SECRET, origin="https://dg.example", smtp_host="127.0.0.1", smtp_security="none",
    )  # fmt: skip


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    """Sessions of the application's role, as the worker has them."""
    engine = app_engine(settings)
    yield make_sessions(engine)
    engine.dispose()


def as_owner(url: str, work: Callable[[Session], Any]) -> Any:
    engine = make_engine(url, maintenance=True)
    try:
        with make_sessions(engine).begin() as session:
            return work(session)
    finally:
        engine.dispose()


def move_to(url: str, day: date) -> None:
    def move(session: Session) -> None:
        session.get_one(PortfolioState, 1).data_date = day
        session.add(Event(effective_on=day, actor="t", kind="test", object_type="test", object_code="-"))

    as_owner(url, move)


def made(url: str) -> list[tuple[str, str]]:
    query = select(Snapshot.kind, Snapshot.last).order_by(Snapshot.last, Snapshot.kind)
    return [(kind, last.isoformat()) for kind, last in as_owner(url, lambda s: s.execute(query).all())]


def test_each_period_gets_one_snapshot_and_a_pause_over_month_ends_is_caught_up_once(
    url: str, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    assert rhythm.make_snapshots(settings, sessions, only_catch_up=True) == 0  # nothing to catch up with yet
    assert rhythm.make_snapshots(settings, sessions, only_catch_up=False) == 3
    first = [("quarter", "2026-03-31"), ("month", "2026-04-30"), ("week", "2026-05-03")]
    assert made(url) == first
    assert rhythm.make_snapshots(settings, sessions, only_catch_up=False) == 0
    move_to(url, date(2026, 7, 1))
    assert rhythm.make_snapshots(settings, sessions, only_catch_up=True) == 8 + 2 + 1
    assert len(made(url)) == len(set(made(url))) == 14
    assert [last for kind, last in made(url) if kind == "month"] == ["2026-04-30", "2026-05-31", "2026-06-30"]
    assert rhythm.make_snapshots(settings, sessions, only_catch_up=True) == 0
    told = as_owner(url, lambda s: s.scalar(select(func.count()).where(Event.kind == "snapshot.make")))
    assert told == 14
    notices = as_owner(
        url, lambda s: s.scalar(text("select count(*) from notice where account = 'lanh.dao'"))
    )
    assert notices == 14


def test_two_workers_that_make_the_same_snapshot_make_one(
    url: str, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    from threading import Thread

    workers = [
        Thread(target=rhythm.make_snapshots, args=(settings, sessions), kwargs={"only_catch_up": False})
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rhythm.make_snapshots(settings, sessions, only_catch_up=False)
    assert len(made(url)) == 3
    assert as_owner(url, lambda s: s.scalar(select(func.count()).select_from(Outgoing))) == 3


def test_mail_waits_while_the_server_is_away_and_goes_out_once_when_it_is_back(
    url: str, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    rhythm.make_snapshots(settings, sessions, only_catch_up=False)
    with socket.socket() as taken:  # a port on which nobody listens
        taken.bind(("127.0.0.1", 0))
        closed = settings.model_copy(update={"smtp_port": taken.getsockname()[1]})
        rhythm.send(closed, sessions)
    rows = as_owner(url, lambda s: s.scalars(select(Outgoing).order_by(Outgoing.id)).all())
    assert sorted((row.state, row.tries) for row in rows) == [("queued", 0), ("queued", 0), ("queued", 1)]
    failed = next(row for row in rows if row.tries)
    assert "ConnectionRefusedError" in (failed.error or "")
    assert failed.next_at > failed.made_at
    with smtp() as server:
        ready = settings.model_copy(update={"smtp_port": server.port})
        rhythm.send(ready, sessions)
        assert len(server.mails) == 2  # the one that failed waits for its time
        as_owner(url, lambda s: s.execute(text("update outgoing set next_at = now() - interval '1 second'")))
        rhythm.send(ready, sessions)
        rhythm.send(ready, sessions)
        mails = [email.message_from_bytes(mail, policy=policy.default) for mail in server.mails]
    assert len(mails) == 3
    assert len({mail["Message-ID"] for mail in mails}) == 3
    month = next(mail for mail in mails if "Tháng 4/2026" in mail["Subject"])
    body = month.get_body(("plain",))
    assert body is not None
    words = body.get_content()
    picture, brief = month.iter_attachments()
    assert picture.get_filename() == "ban-do-thay-doi-2026-04-30.png"
    drawing = picture.get_payload(decode=True)
    assert isinstance(drawing, bytes)
    assert drawing.startswith(b"\x89PNG")
    assert brief.get_filename() == "bao-cao-cham-2026-04-30.pdf"
    paper = brief.get_payload(decode=True)
    assert isinstance(paper, bytes)
    inside = content_in(paper)
    assert inside["data_date"] == "2026-04-30"
    assert not any(entry["drivers"] for entry in inside["entries"])  # no case is named in a mail
    assert month["To"] == "lanh.dao@thu.invalid"
    assert "https://dg.example/giao-ban?ngay=2026-04-30" in words
    assert "tổng hồ sơ chưa có → 2" in words
    assert set(as_owner(url, lambda s: s.scalars(select(Outgoing.state)).all())) == {"sent"}


def test_the_next_mail_holds_only_what_changed(
    url: str, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    rhythm.make_snapshots(settings, sessions, only_catch_up=False)
    move_to(url, date(2026, 5, 11))
    rhythm.make_snapshots(settings, sessions, only_catch_up=False)
    bodies = as_owner(url, lambda s: s.scalars(select(Outgoing.body).order_by(Outgoing.id)).all())
    assert len(bodies) == 4
    assert "so với Tuần 18/2026" in bodies[-1]
    assert "tổng hồ sơ" not in bodies[-1]


def test_a_mail_that_fails_too_often_is_given_up_and_stays_to_be_seen(
    url: str, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    rhythm.make_snapshots(settings, sessions, only_catch_up=False)
    as_owner(url, lambda s: s.execute(text("update outgoing set tries = 13")))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        rhythm.send(settings.model_copy(update={"smtp_port": taken.getsockname()[1]}), sessions)
    states = as_owner(url, lambda s: s.scalars(select(Outgoing.state)).all())
    assert sorted(states) == ["given_up", "queued", "queued"]


def test_the_webhook_is_told_of_each_event_once_with_a_signature_that_fits(
    url: str, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    with webhook() as server:
        hook = {
            "webhook_url": f"http://127.0.0.1:{server.port}/x",
            "webhook_secret": HOOK_SECRET,
            "smtp_host": None,
        }
        hooked = settings.model_copy(update=hook)
        rhythm.send(hooked, sessions)
        rhythm.make_snapshots(hooked, sessions, only_catch_up=False)
        rhythm.send(hooked, sessions)
        rhythm.send(hooked, sessions)
    kinds = [json.loads(body)["event"] for _, body in server.calls]
    assert kinds == ["ready", *["snapshot.make"] * 3]
    for headers, body in server.calls:
        said = headers["x-duonggang-timestamp"].encode() + b"." + body
        right = hmac.new(HOOK_SECRET.encode(), said, hashlib.sha256).hexdigest()
        assert headers["x-duonggang-signature"] == f"sha256={right}"
        assert (
            headers["x-duonggang-signature"] != f"sha256={hmac.new(b'x', said, hashlib.sha256).hexdigest()}"
        )
