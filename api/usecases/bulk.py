"""Many cases at once: tried one by one without writing, or written all together in one transaction.

Each case goes through `submit_change` like a change of its own: its rights, its checks, its version, its event or
proposal. Nothing here may be easier than doing it a hundred times by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.cases import CaseChange
from api.usecases.proposals import submit_change
from geo.access import CODE, access_project
from geo.history import touch
from geo.tables import ClearanceCase
from projects.errors import DuongGangError, Fault, InvalidInput, NotFound

MOST_CASES = 300
LONGEST_KEY = 60

Kind = Literal["written", "proposed", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as somebody chose it: its code and the version that they saw."""

    code: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes, or would become, of one case; `error` says why it is refused, with both states at a conflict."""

    code: str
    kind: Kind
    version: int
    state: dict[str, Any] | None = None
    proposal: int | None = None
    error: DuongGangError | None = None


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    """What becomes of every case, in the order of their codes; `written` only when all of them could be."""

    outcomes: tuple[Outcome, ...]
    written: bool

    @property
    def refused(self) -> int:
        """How many cases are refused."""
        return sum(outcome.kind == "refused" for outcome in self.outcomes)


Wanted = tuple[Seen, CaseChange]


def try_changes(
    session: Session, ctx: Context, project_code: str, chosen: Sequence[Seen], change: CaseChange
) -> BulkAnswer:
    """`try_each` with the same change for all."""
    return try_each(session, ctx, project_code, [(seen, change) for seen in chosen])


def write_changes(
    session: Session,
    ctx: Context,
    project_code: str,
    chosen: Sequence[Seen],
    change: CaseChange,
    *,
    key: str | None,
) -> BulkAnswer:
    """`write_each` with the same change for all."""
    return write_each(session, ctx, project_code, [(seen, change) for seen in chosen], key=key)


def try_each(
    session: Session, ctx: Context, project_code: str, wanted: Sequence[Wanted], *, most: int = MOST_CASES
) -> BulkAnswer:
    """What would become of each case, every one by itself, with nothing written.

    Raises NotFound for the project, InvalidInput for more than `most` cases, none, or one that is named twice.
    """
    _check(session, project_code, [seen for seen, _ in wanted], most)
    outcomes = []
    for seen, change in sorted(wanted, key=lambda one: one[0].code):
        # Undone one by one, so that the lock on the history is held for one case and not for all of them.
        with session.begin_nested() as trial:
            outcomes.append(_one(session, ctx, project_code, seen, change, key=None))
            trial.rollback()
    return BulkAnswer(tuple(outcomes), written=False)


def write_each(
    session: Session,
    ctx: Context,
    project_code: str,
    wanted: Sequence[Wanted],
    *,
    key: str | None,
    most: int = MOST_CASES,
) -> BulkAnswer:
    """Writes all cases, or none when one of them is refused; each is an event or a proposal of its own.

    The same `key` of this actor with the same change answers as the first time and writes nothing again. Raises as
    `try_each`, KeyReused inside the outcome of a case that another request with this key wrote.
    """
    project_id = _check(session, project_code, [seen for seen, _ in wanted], most)
    if key is not None and not (8 <= len(key) <= LONGEST_KEY and key.isprintable()):
        vi, en = "Khoá chống ghi trùng không hợp lệ.", "The idempotency key is not valid."
        raise InvalidInput([Fault("key", vi, en)])
    with session.begin_nested() as all_of_them:
        # All rows, then the project, then the history: the order of every writer, so that none waits in a circle.
        lock_cases(session, project_id, [seen.code for seen, _ in wanted])
        touch(session, project_id)
        outcomes = []
        for seen, change in sorted(wanted, key=lambda one: one[0].code):
            with session.begin_nested() as one:
                own = None if key is None else f"{key}:{seen.code}"
                outcomes.append(_one(session, ctx, project_code, seen, change, key=own))
                if outcomes[-1].kind == "refused":
                    one.rollback()
        answer = BulkAnswer(tuple(outcomes), written=all(o.kind != "refused" for o in outcomes))
        if not answer.written or all(o.kind == "unchanged" for o in outcomes):
            all_of_them.rollback()
    return answer


def lock_cases(session: Session, project_id: int, codes: Sequence[str]) -> None:
    """Holds the rows of these cases until the transaction ends, in the order of every writer."""
    rows = select(ClearanceCase.id).where(
        ClearanceCase.code.in_(codes), ClearanceCase.project_id == project_id
    )
    session.execute(rows.order_by(ClearanceCase.code).with_for_update()).all()


def _one(
    session: Session, ctx: Context, project_code: str, seen: Seen, change: CaseChange, *, key: str | None
) -> Outcome:
    try:
        if not CODE.fullmatch(seen.code):
            raise NotFound("case", seen.code)
        before = session.execute(
            select(ClearanceCase.version, ClearanceCase.project_id).where(ClearanceCase.code == seen.code)
        ).one_or_none()
        if before is None or before.project_id != access_project(session, project_code).id:
            raise NotFound("case", seen.code)
        done = submit_change(session, ctx, seen.code, change, seen=seen.version, key=key)
    except DuongGangError as error:
        return Outcome(seen.code, "refused", seen.version, error=error)
    if done.state is None:
        return Outcome(seen.code, "proposed", seen.version, proposal=done.proposal_id)
    kind: Kind = "unchanged" if done.state["version"] == seen.version == before.version else "written"
    return Outcome(seen.code, kind, int(done.state["version"]), state=done.state)


def _check(session: Session, project_code: str, chosen: Sequence[Seen], most: int) -> int:
    project = access_project(session, project_code)
    codes = [one.code for one in chosen]
    faults: list[Fault] = []
    if not codes:
        faults.append(Fault("cases", "Chưa chọn hồ sơ nào.", "No case was chosen."))
    if len(codes) > most:
        vi = f"Mỗi lần nhiều nhất {most} hồ sơ; đang chọn {len(codes)}."
        faults.append(Fault("cases", vi, f"At most {most} cases at a time; {len(codes)} were chosen."))
    if len(set(codes)) < len(codes):
        faults.append(Fault("cases", "Có hồ sơ được nêu hai lần.", "A case is named twice."))
    if faults:
        raise InvalidInput(faults)
    return project.id
