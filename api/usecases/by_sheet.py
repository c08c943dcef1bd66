"""A filled-in list of cases, judged row by row without writing, then written all together or not at all.

Each row goes through `api.usecases.bulk` and so through the rights, checks, versions and proposals of a single change.
A row that says what is there already changes nothing; a sheet that was written before changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.bulk import Kind, Outcome, Seen, Wanted, lock_cases, try_each, write_each
from api.usecases.cases import state_seen
from api.usecases.entries import CONTENT, CaseChange, plain
from geo.access import CODE, access_project, portfolio_state
from geo.history import case_state, event_with_key, record
from geo.importers.casesheet import CaseSheet, SheetRow
from geo.tables import ClearanceCase, Event
from projects.errors import DuongGangError, Fault, InvalidInput, NotFound

MOST_CHANGES = 500  # rows of one sheet that change something
EVENT = "sheet.apply"


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes, or would become, of one row. `changes`: field → (what is there, what is wanted)."""

    line: int
    code: str
    kind: Kind
    changes: dict[str, tuple[Any, Any]]
    error: DuongGangError | None = None
    proposal: int | None = None


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """The rows in the order of the file. `written`: now; `before`: the event that wrote this very sheet earlier."""

    rows: tuple[Judged, ...]
    written: bool = False
    before: Event | None = None

    def count(self, *kinds: Kind) -> int:
        """How many rows are of these kinds."""
        return sum(row.kind in kinds for row in self.rows)

    @property
    def refused(self) -> tuple[int, ...]:
        """The lines of the rows that are refused."""
        return tuple(row.line for row in self.rows if row.kind == "refused")


def try_sheet(session: Session, ctx: Context, project_code: str, sheet: CaseSheet) -> SheetAnswer:
    """What would become of each row, with nothing written.

    Raises NotFound for the project, InvalidInput for a sheet with too many changes.
    """
    before = _written(session, project_code, sheet, ())
    judged, wanted = _judge(session, project_code, sheet)
    if wanted:
        answer = try_each(session, ctx, project_code, list(wanted.values()), most=MOST_CHANGES)
        judged = _with(judged, answer.outcomes)
    return SheetAnswer(tuple(judged), before=before)


def write_sheet(
    session: Session, ctx: Context, project_code: str, sheet: CaseSheet, *, without: Collection[int] = ()
) -> SheetAnswer:
    """Writes every row but those of the lines `without`, or nothing when one of them is refused; one event tells of it.

    The same sheet again writes nothing. Raises as `try_sheet`.
    """
    project = access_project(session, project_code)
    skipped = tuple(sorted(set(without)))
    kept = replace(sheet, rows=tuple(row for row in sheet.rows if row.line not in skipped))
    if (before := _written(session, project_code, sheet, skipped)) is not None:
        return SheetAnswer(tuple(_unchanged(row) for row in kept.rows), before=before)
    codes = [row.code for row in kept.rows if CODE.fullmatch(row.code)]
    try:
        with session.begin_nested() as all_of_it:
            lock_cases(session, project.id, codes)
            judged, wanted = _judge(session, project_code, kept)
            if wanted and all(row.kind != "refused" for row in judged):
                key = f"bang:{sheet.sha256[:24]}"
                answer = write_each(
                    session, ctx, project_code, list(wanted.values()), key=key, most=MOST_CHANGES
                )
                judged = _with(judged, answer.outcomes)
            done = SheetAnswer(tuple(judged), written=all(row.kind != "refused" for row in judged))
            if not done.written or done.count("written", "proposed") == 0:
                all_of_it.rollback()
                return done
            _tell(session, ctx, project_code, sheet, done, skipped)
    except IntegrityError:
        # Somebody wrote this very sheet at the same time: theirs stands.
        return SheetAnswer(
            tuple(_unchanged(row) for row in kept.rows),
            before=_written(session, project_code, sheet, skipped),
        )
    return done


def _judge(session: Session, project_code: str, sheet: CaseSheet) -> tuple[list[Judged], dict[str, Wanted]]:
    """Each row without trying it, and what those want that change something, by case code."""
    project = access_project(session, project_code)
    lines: dict[str, list[int]] = defaultdict(list)
    for row in sheet.rows:
        lines[row.code].append(row.line)
    codes = [code for code in lines if CODE.fullmatch(code)]
    found = select(ClearanceCase).where(ClearanceCase.code.in_(codes), ClearanceCase.project_id == project.id)
    present = {
        case.code: case_state(case)
        for case in session.scalars(found.execution_options(populate_existing=True))
    }
    judged: list[Judged] = []
    wanted: dict[str, Wanted] = {}
    for row in sheet.rows:
        faults = list(row.faults)
        if row.code and len(lines[row.code]) > 1:
            others = ", ".join(str(line) for line in lines[row.code] if line != row.line)
            faults.append(
                Fault("case", f"Hồ sơ này còn ở dòng {others}.", f"This case is also in line {others}.")
            )
        if faults:
            judged.append(Judged(row.line, row.code, "refused", {}, InvalidInput(faults)))
            continue
        state = present.get(row.code)
        if state is None:
            judged.append(Judged(row.line, row.code, "refused", {}, NotFound("case", row.code)))
            continue
        changes = _changes(session, row, state)
        if changes:
            wanted[row.code] = (Seen(row.code, row.version), _change(row))
        judged.append(Judged(row.line, row.code, "unchanged", changes))
    if len(wanted) > MOST_CHANGES:
        vi = f"Mỗi bảng sửa nhiều nhất {MOST_CHANGES} hồ sơ; bảng này sửa {len(wanted)}. Hãy chia bảng."
        en = f"A sheet changes at most {MOST_CHANGES} cases; this one changes {len(wanted)}. Split it."
        raise InvalidInput([Fault("tep", vi, en)])
    return judged, wanted


def _changes(session: Session, row: SheetRow, present: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What the row changes of the version that it was downloaded as, against what is there now."""
    said = {name: plain(getattr(row, name)) for name in CONTENT}
    past = present
    if row.version != present["version"]:
        # No such version: everything differs from it, and the row is refused as out of date.
        past = state_seen(session, row.code, row.version) or {name: object() for name in CONTENT}
    changes = {
        name: (present[name], value)
        for name, value in said.items()
        if (value or None) != (_stripped(past[name]) or None)
    }
    if changes and row.version != present["version"] and all(
        (_stripped(now) or None) == wanted for now, wanted in changes.values()
    ):  # fmt: skip
        return {}  # somebody, or this sheet before, has written all of it
    if row.document and (changes or not _has_paper(session, row)):
        changes["document"] = (None, row.document)
    return changes


def _has_paper(session: Session, row: SheetRow) -> bool:
    """Whether a paper of this number was recorded for the case: naming it alone is nothing new then."""
    found = select(Event.id).where(
        Event.object_type == "case", Event.object_code == row.code, Event.document == row.document
    )
    return session.scalar(found.limit(1)) is not None


def _change(row: SheetRow) -> CaseChange:
    said = frozenset({*CONTENT, "document"} if row.document else CONTENT)
    return CaseChange(
        step=row.step or "",
        effective_on=row.effective_on,
        promised_on=row.promised_on,
        obstacle=row.obstacle,
        note=row.note,
        document=row.document,
        signer=row.signer,
        reason=row.reason,
        said=said,
    )


def _with(judged: Sequence[Judged], outcomes: Sequence[Outcome]) -> list[Judged]:
    by_code = {outcome.code: outcome for outcome in outcomes}
    return [
        replace(row, kind=found.kind, error=found.error, proposal=found.proposal)
        if row.changes and (found := by_code.get(row.code)) is not None
        else row
        for row in judged
    ]


def _unchanged(row: SheetRow) -> Judged:
    return Judged(row.line, row.code, "unchanged", {})


def _stripped(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _key(project_code: str, sheet: CaseSheet, skipped: Sequence[int]) -> str:
    """One per project, file and rows left out, whoever sends it."""
    left = hashlib.sha256(repr(tuple(skipped)).encode()).hexdigest()[:12] if skipped else "-"
    return f"{EVENT}:{project_code}:{sheet.sha256}:{left}"


def _written(session: Session, project_code: str, sheet: CaseSheet, skipped: Sequence[int]) -> Event | None:
    return event_with_key(session, _key(project_code, sheet, skipped)) or event_with_key(
        session, _key(project_code, sheet, ())
    )


def _tell(
    session: Session,
    ctx: Context,
    project_code: str,
    sheet: CaseSheet,
    done: SheetAnswer,
    skipped: Sequence[int],
) -> None:
    record(
        session,
        kind=EVENT,
        object_type="sheet",
        object_code=sheet.sha256[:16],
        project_code=project_code,
        actor=ctx.principal.account,
        effective_on=portfolio_state(session).data_date,
        after={
            "filename": sheet.filename,
            "rows": len(sheet.rows),
            "written": done.count("written"),
            "proposed": done.count("proposed"),
            "unchanged": done.count("unchanged"),
            "left_out": len(skipped),
        },
        document_hash=sheet.sha256,
        idempotency_key=_key(project_code, sheet, skipped),
    )
