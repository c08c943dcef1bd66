"""Anchors the history's head while a server runs: at the start, every five minutes, at the end."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from api.usecases.audit import anchor_history
from geo.db import make_engine, make_sessions

EVERY_SECONDS = 300.0
_PATIENCE_SECONDS = 10.0


@contextmanager
def anchoring(url: str, anchor_file: Path, *, every: float = EVERY_SECONDS) -> Iterator[None]:
    """Keeps anchoring for the length of a `with`. What goes wrong is logged and tried again, never raised."""
    stop = Event()
    thread = Thread(target=_keep, args=(url, anchor_file, stop, every), name="anchoring", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE_SECONDS)


def _keep(url: str, anchor_file: Path, stop: Event, every: float) -> None:
    engine = make_engine(url)
    sessions = make_sessions(engine)
    try:
        last = False
        while True:
            try:
                with sessions() as session:
                    anchor_history(session, anchor_file, now=datetime.now(UTC))
            except (OSError, SQLAlchemyError) as error:
                logging.getLogger("duonggang").warning("could not anchor the history: %s", error)
            if last:
                return
            last = stop.wait(every)
    finally:
        engine.dispose()
