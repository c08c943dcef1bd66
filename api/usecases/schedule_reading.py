"""The background part of a schedule import: from a waiting file to one that is ready or refused, however often begun.

The limited child reads, then the network is reckoned and put beside the sender's dates, then one transaction writes
what it came to. Killed in between, the next worker begins anew: nothing is written before the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from api.logs import log
from api.usecases.schedule_answer import import_answer, row_answer
from geo.db import rows_changed
from geo.proposing.work import BROKEN, Enter, Stopped
from geo.schedules.door import Read, read_schedule
from geo.store import load_fronts
from geo.tables import Milestone, Project, ScheduleImport
from projects.engine.model import Kind
from projects.engine.schedule import Result, schedule
from projects.errors import Fault, InvalidInput
from projects.interchange.comparing import compared
from projects.interchange.imported import Imported
from projects.interchange.package import packed
from projects.interchange.tying import by_front, suggested

# Held by a transaction that stays open: a worker that is killed lets go at once.
_ALONE = text("select pg_try_advisory_xact_lock(7205135, cast(:id as int))")
MOST_TRIES = 3
PHASES: Mapping[str, tuple[str, str]] = {
    "waiting": ("chờ đến lượt", "waiting for its turn"),
    "checking": ("xem qua tệp trong tiến trình cách ly", "looking through the file in the limited process"),
    "opening": ("bộ đọc MPXJ mở tệp", "the MPXJ reader opens the file"),
    "translating": ("chuyển sang mạng của Đường Găng", "turning it into a network"),
    "reckoning": ("tính lại mọi ngày", "reckoning every date"),
    "comparing": ("so với ngày của bên gửi", "comparing with the sender's dates"),
}
"""How far the reading is, in order."""


@dataclass(frozen=True, slots=True)
class _Place:
    sessions: sessionmaker[Session]
    number: int
    enter: Enter

    def tell(self, phase: str) -> None:
        """Progress, seen at once by everybody; raises Stopped when the import was cancelled meanwhile."""
        with self.sessions.begin() as session:
            self.enter(session)
            mine = update(ScheduleImport).where(
                ScheduleImport.id == self.number, ScheduleImport.state == "reading"
            )
            if rows_changed(session, mine.values(phase=phase)) == 0:
                raise Stopped


def read_waiting(
    sessions: sessionmaker[Session],
    folder: Path,
    number: int,
    begun: int = 0,
    *,
    enter: Enter,
    read: Callable[..., Read] = read_schedule,
) -> str | None:
    """Reads one import's file, kept in `folder`; gives its state, None when there was nothing to do.

    `enter` opens a transaction to what the worker may see; `begun`: how often workers died over it before, after three
    times it is not begun again. Two workers never read the same file. Raises only what is a fault of ours or of the
    database; the import is refused then, with that said.
    """
    with sessions.begin() as guard:
        enter(guard)
        if not guard.scalar(_ALONE, {"id": number}):
            return None
        return _read(_Place(sessions, number, enter), folder, read, begun)


def _read(at: _Place, folder: Path, read: Callable[..., Read], begun: int) -> str | None:
    with at.sessions.begin() as session:
        at.enter(session)
        row = session.get(ScheduleImport, at.number, with_for_update=True)
        if row is None or row.state not in ("waiting", "reading"):
            return None
        row.state, row.phase = "reading", "checking"
        stored_as, filename = row.stored_as, row.filename
    if begun >= MOST_TRIES:
        log().error("a schedule file ended every worker that read it", schedule_import=at.number)
        return _finish(at, _refused([BROKEN]))
    try:
        found = read(folder / stored_as, filename=filename, watch=at.tell)
        at.tell("reckoning")
        result = schedule(found.imported.net, found.imported.options)
        at.tell("comparing")
        rows = compared(found.imported, result)
        ready = {
            "state": "ready", "phase": "done", "format": found.imported.format, "document": packed(found.imported),
            "summary": import_answer(found.imported, rows), "rows": [row_answer(one) for one in rows], "faults": [],
        }  # fmt: skip
        return _finish(at, ready, lambda session, project: _ties(session, project, found.imported, result))
    except Stopped:
        return _finish(at, {})
    except InvalidInput as refused:
        return _finish(at, _refused(refused.faults))
    except Exception:
        log().error("a schedule file could not be read", exc_info=True)
        _finish(at, _refused([BROKEN]))
        raise


def _finish(
    at: _Place, end: dict[str, Any], ties: Callable[[Session, Project], dict[str, Any]] | None = None
) -> str | None:
    """Writes how it ended, unless it was cancelled first."""
    with at.sessions.begin() as session:
        at.enter(session)
        row = session.get(ScheduleImport, at.number, with_for_update=True)
        if row is None:
            return None
        if row.state == "reading":
            if ties is not None:
                end = {**end, "ties": ties(session, session.get_one(Project, row.project_id))}
            for name, value in {**end, "read_at": func.clock_timestamp()}.items():
                setattr(row, name, value)
            session.flush()
        state: str = row.state
        return state


def _refused(faults: Sequence[Fault]) -> dict[str, Any]:
    return {"state": "refused", "phase": "done", "faults": [asdict(fault) for fault in faults]}


def _ties(session: Session, project: Project, imported: Imported, result: Result) -> dict[str, Any]:
    """What the file's activities are tied to before anybody says so: fronts by code or chainage, same milestones."""
    codes = {a.code for a in imported.net.activities}
    rows = session.scalars(select(Milestone).where(Milestone.project_id == project.id))
    return {
        "fronts": by_front(
            suggested(imported.net.activities, imported.beside, load_fronts(session, project))
        ),
        "milestones": {m.code: m.activity_code for m in rows if m.activity_code in codes},
        "finish": last_milestone(result),
    }


def last_milestone(result: Result) -> str:
    """The activity that the project ends with: the last one that nothing waits for, a milestone before others."""
    net = result.prepared.net
    followed = {k.pred for k in net.links}
    ends = [a for a in net.activities if a.code not in followed and a.kind is not Kind.EFFORT]
    ends = ends or [a for a in net.activities if a.kind is not Kind.EFFORT]
    best = max(
        ends,
        key=lambda a: (result.rows[a.code].finish_at, a.kind is Kind.MILESTONE, a.code),
        default=None,
    )
    return "" if best is None else best.code
