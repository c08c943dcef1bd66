"""The background part of an import: from a waiting proposal to one that is ready or refused, however often it is begun.

Three transactions: it is being read; its rows are there; it is ready. Killed in between, the next worker begins anew
and the first statement of staging clears what was left. Nothing of the land is touched here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, text, update
from sqlalchemy.orm import Session, sessionmaker

from geo.db import rows_changed
from geo.importers.faults import FaultList
from geo.importers.options import ReadingOptions
from geo.proposing.casecodes import name_cases
from geo.proposing.diff import compare, second_why, seen_land
from geo.proposing.gate import judge_attributes
from geo.proposing.reading import lay, read_kept, ward_places
from geo.proposing.staging import Rows, stage
from geo.tables import ImportProposal, ImportUpload, Project
from projects.errors import Fault, InvalidInput

_log = logging.getLogger(__name__)
# Held by a transaction that stays open: a worker that is killed lets go at once.
_ALONE = text("select pg_try_advisory_xact_lock(7205134, cast(:id as int))")
_NEW_CASES = text(
    "select count(distinct case_code) from proposal_parcel where proposal_id = :id and case_id is null "
    "and kind not in ('dropped', 'unchanged')"
)
BROKEN = Fault(
    "tệp",
    "Việc đọc tệp dừng vì lỗi của máy chủ; đã vào nhật ký. Có thể đọc lại.",
    "Reading stopped because of a fault of the server; it is in the log. It can be read again.",
)
Enter = Callable[[Session], None]
Watch = Callable[[str, int, int], None]
"""Phase, rows done, rows in all."""


@dataclass(frozen=True, slots=True)
class Place:
    """The proposal that is worked on, and how the database is reached."""

    sessions: sessionmaker[Session]
    proposal: int
    enter: Enter
    watch: Watch

    @contextmanager
    def opened(self) -> Iterator[Session]:
        """A transaction that sees what the worker may see."""
        with self.sessions.begin() as session:
            self.enter(session)
            yield session


class Stopped(Exception):
    """Somebody cancelled the proposal while it was read."""


def carry_out(
    sessions: sessionmaker[Session],
    folder: Path,
    proposal: int,
    *,
    enter: Enter,
    second_person: bool,
    watch: Watch = lambda phase, done, total: None,
) -> str | None:
    """Reads, stages and compares one proposal; gives its state, None when there was nothing to do.

    `enter` opens a transaction to what the worker may see; `second_person` is the setting, `watch` hears of
    progress besides the row. Two workers never read the
    same proposal. Raises only what the database raises when it is gone.
    """
    with sessions.begin() as guard:
        enter(guard)
        if not guard.scalar(_ALONE, {"id": proposal}):
            return None
        return _carry_out(Place(sessions, proposal, enter, watch), folder, second_person)


def _carry_out(at: Place, folder: Path, second_person: bool) -> str | None:
    proposal = at.proposal
    with at.opened() as session:
        row = session.get(ImportProposal, proposal, with_for_update=True)
        if row is None or row.state not in ("waiting", "reading"):
            return None
        row.state, row.phase, row.done, row.total = "reading", "reading", 0, 0
        upload = session.get_one(ImportUpload, proposal)
        wards = ward_places(session)
        full_fabric, project_id = row.full_fabric, row.project_id
    try:
        table = read_kept(
            folder, upload.stored_as, upload.filename, ReadingOptions.from_dict(upload.options), wards
        )
        _tell(at, "placing", 0, len(table.frame))
        faults = FaultList(table.filename)
        with at.opened() as session:
            rows = lay(session, session.get_one(Project, project_id), table, faults)
        judge_attributes(rows.frame, wards, faults)
        faults.raise_if_any()
        found, land = _stage(at, project_id, rows, full_fabric, faults)
        why = second_why(found, setting=second_person)
        ready = {
            "state": "ready", "phase": "ready", "summary": found, "seen_land": land, "second_why": why,
            "needs_second": bool(why), "warnings": [asdict(w) for w in table.warnings], "faults": [],
            "read_at": func.clock_timestamp(),
        }  # fmt: skip
        return _finish(at, ready)
    except Stopped:
        return _finish(at, {})
    except InvalidInput as refused:
        return _finish(at, _refused(refused.faults))
    except Exception:
        _log.exception("an import could not be read")
        _finish(at, _refused([BROKEN]))
        raise


def _stage(
    at: Place, project_id: int, rows: Rows, full: bool, faults: FaultList
) -> tuple[dict[str, Any], str]:
    """Rows and diff in one transaction that sees one state of the land; gives the summary and that state."""
    total, proposal = len(rows.frame), at.proposal
    with at.sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        at.enter(session)
        session.execute(text("set local statement_timeout = 0"))
        driver = session.connection().connection.driver_connection
        assert driver is not None
        land = seen_land(session, project_id)
        stage(
            driver, proposal, project_id, rows, faults=faults,
            told=lambda done: _tell(at, "staging", done, total),
        )  # fmt: skip
        faults.raise_if_any()
        _tell(at, "comparing", total, total)
        code = session.get_one(Project, project_id).code
        found = compare(session, proposal, project_id, full_fabric=full, faults=faults)
        faults.raise_if_any()
        name_cases(session, proposal, code)
        session.commit()
    found["new_cases"] = _new_cases(at)
    return found, land


def _new_cases(at: Place) -> int:
    with at.opened() as session:
        return session.scalar(_NEW_CASES, {"id": at.proposal}) or 0


def _tell(at: Place, phase: str, done: int, total: int) -> None:
    """Progress, seen at once by everybody; raises Stopped when the proposal was cancelled meanwhile."""
    at.watch(phase, done, total)
    with at.opened() as session:
        mine = update(ImportProposal).where(
            ImportProposal.id == at.proposal, ImportProposal.state == "reading"
        )
        if rows_changed(session, mine.values(phase=phase, done=done, total=total)) == 0:
            raise Stopped


def _finish(at: Place, end: dict[str, Any]) -> str | None:
    """Writes how it ended, unless it was cancelled first; rows of what is not ready go."""
    with at.opened() as session:
        row = session.get(ImportProposal, at.proposal, with_for_update=True)
        if row is None:
            return None
        if row.state == "reading":
            for name, value in end.items():
                setattr(row, name, value)
            session.flush()
        if row.state != "ready":
            session.execute(text("select stage_drop(:id)"), {"id": at.proposal})
        state: str = row.state
        return state


def _refused(faults: Sequence[Fault]) -> dict[str, Any]:
    return {"state": "refused", "phase": "refused", "faults": [asdict(f) for f in faults],
            "read_at": func.clock_timestamp()}  # fmt: skip
