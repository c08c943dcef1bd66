"""What is done to an assignment: accepted, reported done with its paper, confirmed, returned, explained, extended.

Each act names the version that it was decided on: of two people who close one assignment at once the second gets both
states (StaleVersion) and nothing of theirs is written. Whoever reported it done does not confirm it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.assigning import LONG
from api.usecases.assignments import access_assignment, acts_of, code_of, state_of
from api.usecases.desk import cleaned, day_fault, request_of, text_faults
from api.usecases.entries import already_written, key_once, plain
from api.usecases.may import is_command
from api.usecases.notices import notify
from geo.access import portfolio_state
from geo.history import own_key, record
from geo.tables import Assignment, CaseDocument, ClearanceCase, Project
from projects.duties import ACTS, BY_WORKER, OVER, STATES
from projects.errors import Fault, Forbidden, InvalidInput, NotFound, StaleVersion

ACT_WORDS: dict[str, tuple[str, str]] = {
    "accept": ("Nhận việc", "Accept"),
    "done": ("Báo xong", "Report done"),
    "confirm": ("Xác nhận xong", "Confirm"),
    "return": ("Trả lại", "Return"),
    "extend": ("Gia hạn", "Extend"),
    "ask": ("Yêu cầu giải trình", "Ask for an explanation"),
    "explain": ("Giải trình", "Explain"),
    "withdraw": ("Thu hồi việc", "Withdraw"),
}
NEEDS: dict[str, tuple[str, ...]] = {
    "return": ("said",),
    "withdraw": ("said",),
    "extend": ("said", "due_on"),
    "ask": ("asked",),
    "explain": ("answer",),
}


def act(
    session: Session, ctx: Context, number: int, verb: str, entered: Mapping[str, Any], *, seen: int, key: str | None
) -> dict[str, Any]:  # fmt: skip
    """Does one of `ACTS` and gives the new state. `entered` holds what the act needs: `done_on` and `evidence` or
    `document_id`; `said`; `due_on`; `asked`; `answer`.

    Raises NotFound, Forbidden, InvalidInput with every fault, StaleVersion with both states, KeyReused.
    """
    if verb not in ACTS:
        raise InvalidInput([Fault("act", "Không có thao tác này.", "There is no such act.")])
    who = ctx.principal
    row = access_assignment(session, number, for_update=True)
    values = cleaned(entered)
    request = request_of("assignment.act", number, verb, seen, values)
    if (done := already_written(session, who.account, key, request)) is not None:
        return dict(done.after or {})
    project = session.get(Project, row.project_id) if row.project_id is not None else None
    before = state_of(row)
    day = max(row.given_on, min(portfolio_state(session).data_date, ctx.today()))
    wanted = _wanted(session, ctx, row, verb, values, day)
    if seen != row.version:
        changed = [name for name, value in wanted.items() if plain(value) != before.get(name)]
        raise StaleVersion(code_of(number), seen, before, before | plain(wanted), changed)
    _check_may(ctx, row, verb, project.code if project else None)
    if faults := _faults(session, ctx, row, verb, values, wanted, day):
        raise InvalidInput(faults)
    with key_once(session, key):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.version += 1
        session.flush()
        _tell_other_side(session, row, verb)
        record(
            session, kind=f"assignment.{verb}", object_type="assignment", object_code=code_of(number),
            project_code=project.code if project else None, actor=who.account,
            effective_on=wanted.get("done_on") or day,
            before=before, after=state_of(row), document=row.evidence if verb == "done" else None,
            reason=values.get("said"), idempotency_key=own_key(who.account, key),
            request_hash=request if key else None,
        )  # fmt: skip
    return state_of(row)


def _wanted(
    session: Session, ctx: Context, row: Assignment, verb: str, values: Mapping[str, Any], day: date
) -> dict[str, Any]:
    """The fields that the act writes."""
    me = ctx.principal.account
    state = ACTS[verb][1]
    fields: dict[str, Any] = {} if state is None else {"state": state, "state_on": day}
    match verb:
        case "done":
            on = values.get("done_on") or day
            fields |= {
                "done_on": on,
                "done_by": me,
                "evidence": _evidence(session, row, values),
                "state_on": on,
            }
        case "confirm":
            fields |= {"confirmed_by": me}
        case "return":
            fields |= {"done_on": None, "done_by": None, "evidence": None, "said": values.get("said")}
        case "withdraw":
            fields |= {"said": values.get("said")}
        case "extend":
            due = values.get("due_on")
            dues = [*row.dues, [day.isoformat(), plain(due)]]
            fields |= {"due_on": due, "dues": dues, "climbs": 0, "said": values.get("said")}
        case "ask":
            fields |= {
                "asked": values.get("asked"), "asked_on": day, "asked_by": me, "answer": None, "answered_on": None,
                "answered_by": None,
            }  # fmt: skip
        case "explain":
            fields |= {"answer": values.get("answer"), "answered_on": day, "answered_by": me}
    return fields


def _evidence(session: Session, row: Assignment, values: Mapping[str, Any]) -> str | None:
    """The number of the paper, or the document of the case that the assignment is about. Raises NotFound."""
    number = values.get("document_id")
    if number is None:
        said: str | None = values.get("evidence")
        return said
    query = select(CaseDocument.id).join(ClearanceCase, ClearanceCase.id == CaseDocument.case_id)
    found = session.scalar(
        query.where(CaseDocument.id == number, ClearanceCase.code == row.source_code)
        if row.source_kind in ("case", "obstacle")
        else query.where(CaseDocument.id == number, CaseDocument.project_id == row.project_id)
    )
    if found is None:
        raise NotFound("document", str(number))
    return f"tài liệu {found}"


def _check_may(ctx: Context, row: Assignment, verb: str, project: str | None) -> None:
    states, _ = ACTS[verb]
    if row.state not in states:
        vi, en = STATES[row.state]
        raise InvalidInput([Fault("", f"Việc này {vi}.", f"This assignment is {en}.")])
    if verb not in acts_of(ctx, row, project) and not _question_fault(row, verb):
        side = verb in BY_WORKER
        raise Forbidden(
            "assignment.work",
            "Việc này do cơ quan nhận việc làm." if side else "Việc này do bên giao việc làm.",
            "This is for the body that has to do it." if side else "This is for whoever gave it.",
        )


def _faults(
    session: Session, ctx: Context, row: Assignment, verb: str, values: Mapping[str, Any], wanted: Mapping[str, Any],
    day: date,
) -> list[Fault]:  # fmt: skip
    faults = text_faults(values, "said", "asked", "answer", needed=NEEDS.get(verb, ()), most=LONG)
    faults += text_faults(values, "evidence")
    faults += _question_fault(row, verb)
    if verb == "done":
        if not wanted["evidence"]:
            vi = "Cần số văn bản hoặc tài liệu chứng minh mới báo xong."
            faults.append(Fault("evidence", vi, "A paper number or a document is needed to report it done."))
        faults += day_fault("done_on", wanted["done_on"], first=row.given_on, last=ctx.today())
        faults += _open_below(session, row)
    if verb == "extend":
        due = values.get("due_on")
        if due is None:
            faults.append(Fault("due_on", "Ghi hạn mới.", "Give the new date."))
        faults += day_fault("due_on", due, first=day)
        above = session.get(Assignment, row.parent_id) if row.parent_id is not None else None
        if above is not None and due is not None and due > above.due_on:
            vi = f"Hạn không được sau hạn của việc cấp trên ({above.due_on:%d/%m/%Y})."
            faults.append(Fault("due_on", vi, f"Not later than the assignment above ({above.due_on})."))
    if verb == "confirm" and not is_command(ctx) and _same_person(session, ctx, row):
        vi = "Người báo xong không tự xác nhận: cần người thứ hai."
        faults.append(
            Fault("", vi, "Whoever reported it done does not confirm it: a second person is needed.")
        )
    return faults


def _question_fault(row: Assignment, verb: str) -> list[Fault]:
    waiting = row.asked is not None and row.answer is None
    if verb == "ask" and waiting:
        return [Fault("asked", "Đang chờ giải trình lần trước.", "An explanation is still awaited.")]
    if verb == "explain" and not waiting:
        return [Fault("answer", "Không có yêu cầu giải trình nào đang chờ.", "Nothing has to be explained.")]
    return []


def _open_below(session: Session, row: Assignment) -> list[Fault]:
    below = session.scalars(
        select(Assignment.id).where(Assignment.parent_id == row.id, Assignment.state.not_in(OVER))
    ).all()
    if not below:
        return []
    codes = ", ".join(code_of(number) for number in sorted(below)[:8])
    vi = f"Còn {len(below)} việc giao tiếp chưa xong: {codes}."
    return [Fault("", vi, f"{len(below)} assignments that it was passed on as are not over: {codes}.")]


def _same_person(session: Session, ctx: Context, row: Assignment) -> bool:
    if row.done_by == ctx.principal.account:
        return True
    person = session.scalar(select(func.person_of(row.done_by)))
    return bool(person) and person == ctx.principal.person


def _tell_other_side(session: Session, row: Assignment, verb: str) -> None:
    """A notice for whoever gave it, or for whoever has to do it."""
    vi, en = ACT_WORDS[verb]
    name = code_of(row.id)
    to = row.given_by if verb in BY_WORKER else row.account
    notify(
        session, to, f"assignment.{verb}", f"/giao-viec/{row.id}", f"{name} · {vi}: {row.what}",
        f"{name} · {en}: {row.what}",
    )  # fmt: skip
