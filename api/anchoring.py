"""What a running server does beside its requests: anchors the history's head, sweeps away counts that are over.

At the start, every five minutes, and at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.app import app_engine
from api.logs import log
from api.settings import Settings
from api.usecases.audit import anchor_history
from geo.db import make_sessions
from geo.throttle import PostgresStorage

EVERY_SECONDS = 300.0
_PATIENCE_SECONDS = 10.0


@contextmanager
def anchoring(settings: Settings, anchor_file: Path, *, every: float = EVERY_SECONDS) -> Iterator[None]:
    """Keeps at it for the length of a `with`, as the application's role.

    What goes wrong is logged and tried again, never raised.
    """
    stop = Event()
    thread = Thread(target=_keep, args=(settings, anchor_file, stop, every), name="anchoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE_SECONDS)


def _keep(settings: Settings, anchor_file: Path, stop: Event, every: float) -> None:
    engine = app_engine(settings)
    sessions = make_sessions(engine)
    try:
        last = False
        while True:
            _anchor(sessions, anchor_file)
            _sweep(sessions)
            if last:
                return
            last = stop.wait(every)
    finally:
        engine.dispose()


def _anchor(sessions: sessionmaker[Session], anchor_file: Path) -> None:
    try:
        with sessions() as session:
            anchor_history(session, anchor_file, now=datetime.now(UTC))
    except (OSError, SQLAlchemyError) as error:
        log().warning("could not anchor the history", exc_info=error)


def _sweep(sessions: sessionmaker[Session]) -> None:
    try:
        PostgresStorage(sessions.begin).reset()
    except SQLAlchemyError as error:
        log().warning("could not sweep the counts of requests", exc_info=error)
