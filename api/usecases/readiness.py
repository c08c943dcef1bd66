"""Whether the server can do its work now: named checks, each yes or no, with a figure for whoever looks after it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from geo.anchor import read_anchors
from geo.migrate import head_revision
from geo.posture import clock_offset
from projects.errors import DuongGangError

ANCHOR_MINUTES = 15
CLOCK_SECONDS = 2.0
FREE_SHARE = 0.10
_PATIENCE_MS = 3_000  # whoever asks wants to know soon, also when the answer is no
# What was recorded long enough ago to be in the anchor file. Through functions of migration 0007, which tell the
# numbers of the history whatever rows the asker sees.
_LAST = text("select history_known('infinity', 0)")
_DUE = text("select history_known(clock_timestamp() - make_interval(mins => :minutes), 0)")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be right; `figure` is for oversight only."""

    name: str
    ok: bool
    figure: str = ""


def readiness(
    begin: Callable[[], AbstractContextManager[Session]],
    *,
    home: Path,
    anchor_file: Path,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> list[Check]:
    """Every check, in a fixed order; those that need the database are not ok when it does not answer."""
    return [*_of_database(begin, anchor_file, now), disk(home)]


def disk(folder: Path) -> Check:
    """Whether the disk of the data directory has room."""
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return Check("disk", usage.free >= FREE_SHARE * usage.total, f"{usage.free / usage.total:.0%}")


def anchored(session: Session, anchor_file: Path) -> Check:
    """Whether every event older than 15 minutes is in the anchor file. Raises OSError, InvalidInput."""
    anchors = read_anchors(anchor_file).anchors
    last = max((anchor.event_id for anchor in anchors), default=0)
    due = session.scalar(_DUE, {"minutes": ANCHOR_MINUTES}) or 0
    return Check("anchor", last >= due, f"{last}/{session.scalar(_LAST) or 0}")


def _of_database(
    begin: Callable[[], AbstractContextManager[Session]], anchor_file: Path, now: Callable[[], datetime]
) -> Iterator[Check]:
    names = ("database", "migrations", "portfolio", "chain", "anchor", "clock")
    done = 0
    try:
        with begin() as session:
            session.execute(text(f"set local statement_timeout = {_PATIENCE_MS}"))
            yield Check("database", True, str(session.scalar(text("show server_version"))))
            done = 1
            have = session.scalar(text("select version_num from alembic_version"))
            yield Check("migrations", have == head_revision(), str(have))
            done = 2
            day = session.scalar(text("select data_date from portfolio_state"))
            yield Check("portfolio", day is not None, str(day or ""))
            done = 3
            head = session.scalar(text("select history_short()"))
            yield Check("chain", head is not None, str(head or "")[:12])
            done = 4
            yield _anchor(session, anchor_file)
            done = 5
            offset = clock_offset(session.connection(), now)
            yield Check("clock", abs(offset) <= CLOCK_SECONDS, f"{offset:+.2f} s")
            done = 6
    except SQLAlchemyError as error:
        for name in names[done:]:
            yield Check(name, False, type(error).__name__)


def _anchor(session: Session, anchor_file: Path) -> Check:
    try:
        return anchored(session, anchor_file)
    except (OSError, DuongGangError) as error:
        return Check("anchor", False, type(error).__name__)
