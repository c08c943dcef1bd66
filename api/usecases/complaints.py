"""Complaints of a case: received, taken up, settled, withdrawn; each state is a fact from which the clocks run.

A complaint blocks no step. Only the finding that the decision was unlawful (`complaint.unlawful`) opens the way back,
and the law judges that from the facts. Contents are people's data: seen and written by those who may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.lawfiles import VN5, rule_book
from api.usecases.case_facts import add_rows, check_facts
from api.usecases.desk import check_seen, cleaned, code_fault, day_fault, request_of, text_faults
from api.usecases.entries import already_written, key_once, plain
from api.usecases.may import require
from geo.access import access_case, project_code_of
from geo.history import own_key, record, touch
from geo.tables import CaseComplaint, ClearanceCase
from projects.errors import Fault, InvalidInput, NotFound
from projects.law.clocks import clocks
from projects.law.facts import KINDS, Fact

ABOUT: dict[str, tuple[str, str]] = {
    "inventory": ("Kiểm đếm", "Inventory"),
    "plan": ("Phương án, giá", "Plan, prices"),
    "recovery": ("Quyết định thu hồi", "Recovery decision"),
    "enforcement": ("Cưỡng chế", "Enforcement"),
    "other": ("Việc khác", "Other"),
}
# Which state may follow which; the fact of a state is `complaint.<state>`, of a suit `suit.filed`.
NEXT: dict[str, tuple[str, ...]] = {
    "received": ("accepted", "declined", "withdrawn"),
    "accepted": ("settled_first", "withdrawn"),
    "declined": ("suit",),
    "settled_first": ("second_accepted", "unlawful", "suit", "withdrawn"),
    "second_accepted": ("settled_second", "withdrawn"),
    "settled_second": ("unlawful", "suit"),
    "withdrawn": (),
    "suit": ("unlawful",),
    "unlawful": (),
}
CLOSED = ("withdrawn", "declined", "settled_second", "unlawful")
FIELDS = ("number", "received_on", "about", "decision", "party", "state", "state_on")
LONGEST = 2000


def fact_kind(state: str) -> str:
    """The kind of fact that a state of a complaint is."""
    return "suit.filed" if state == "suit" else f"complaint.{state}"


def state_words(state: str) -> tuple[str, str]:
    """What a state is called on screen."""
    kind = KINDS[fact_kind(state)]
    return kind.label_vi, kind.label_en


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock of the law that runs for a complaint: its rule and article, how far verified, the day, days left."""

    rule: str
    basis: str
    level: str
    vi: str
    en: str
    on: date
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint; `next` are the states that may follow, `days` since its last state, `deadlines` what runs."""

    id: int
    number: str
    received_on: date
    about: str
    decision: str | None
    party: str
    content: str
    state: str
    state_on: date
    version: int
    is_demo: bool
    next: tuple[str, ...]
    days: int
    deadlines: tuple[Deadline, ...] = ()


def complaints_of(session: Session, case: ClearanceCase, *, day: date) -> tuple[Complaint, ...]:
    """The complaints of a case that the reader may see and that came by `day`, the newest first."""
    rows = session.scalars(
        select(CaseComplaint)
        .where(CaseComplaint.case_id == case.id, CaseComplaint.received_on <= day)
        .order_by(CaseComplaint.received_on.desc(), CaseComplaint.id.desc())
    )
    return tuple(
        Complaint(
            id=row.id, number=row.number, received_on=row.received_on, about=row.about, decision=row.decision,
            party=row.party, content=row.content, state=row.state, state_on=row.state_on, version=row.version,
            is_demo=row.is_demo, next=NEXT[row.state], days=(day - row.state_on).days,
            deadlines=_deadlines(row, day),
        )
        for row in rows
    )  # fmt: skip


def add_complaint(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], *, key: str | None
) -> dict[str, Any]:
    """Registers a complaint (`number`, `received_on`, `about`, `content`, maybe `decision`, `party`): its state.

    Raises NotFound, Forbidden, InvalidInput, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "complaint.change", ward=case.ward_code, project=project)
    values = cleaned(entered)
    request = request_of("complaint.add", code, values)
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return {k: v for k, v in (done.after or {}).items() if k != "protected"}
    faults = [
        *text_faults(values, "number", "decision", "party", needed=("number",), most=80),
        *text_faults(values, "content", needed=("content",), most=LONGEST),
        *code_fault("about", values.get("about"), ABOUT),
        *day_fault("received_on", values.get("received_on"), last=ctx.today()),
    ]
    if values.get("received_on") is None:
        faults.append(Fault("received_on", "Chưa nhập ngày.", "The day is missing."))
    same = select(CaseComplaint.id).where(
        CaseComplaint.case_id == case.id, CaseComplaint.number == (values.get("number") or "")
    )
    if session.scalar(same) is not None:
        faults.append(Fault("number", "Số đơn này đã có trong hồ sơ.", "This number is registered already."))
    if faults:
        raise InvalidInput(faults)
    row = CaseComplaint(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=False, version=1,
        number=values["number"], received_on=values["received_on"], about=values["about"],
        decision=values.get("decision"), party=values.get("party") or "", content=values["content"],
        state="received", state_on=values["received_on"],
    )  # fmt: skip
    fact = _fact(row, document=row.number)
    if faults := check_facts([fact], today=ctx.today()):
        raise InvalidInput([Fault("number", fault.vi, fault.en) for fault in faults])
    touch(session, case.project_id)
    with key_once(session, key):
        session.add(row)
        add_rows(session, case, [fact])
        _tell(
            session, ctx, code, project, row, "add", None, document=row.number, key=key, request=request,
            protected={"content": row.content},
        )  # fmt: skip
    return state_of(row)


def move_complaint(
    session: Session,
    ctx: Context,
    code: str,
    complaint_id: int,
    entered: Mapping[str, Any],
    *,
    seen: int,
    key: str | None,
) -> dict[str, Any]:
    """Records the next `state` with its day (`on`) and `document` as a fact, and gives the new state.

    Raises NotFound, Forbidden, InvalidInput, StaleVersion, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "complaint.change", ward=case.ward_code, project=project)
    row = session.scalar(
        select(CaseComplaint)
        .where(CaseComplaint.id == complaint_id, CaseComplaint.case_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("complaint", str(complaint_id))
    values = cleaned(entered)
    request = request_of("complaint.state", code, complaint_id, seen, values)
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return dict(done.after or {})
    before = state_of(row)
    check_seen(session, "complaint", code, before, {"state": values.get("state")}, seen)
    faults: list[Fault] = []
    state, on = values.get("state"), values.get("on")
    if state not in NEXT[row.state]:
        allowed = ", ".join(state_words(s)[0].lower() for s in NEXT[row.state]) or "không còn bước nào"
        vi = f"Sau “{state_words(row.state)[0].lower()}” chỉ có: {allowed}."
        faults.append(Fault("state", vi, "This state does not follow the present one."))
    faults += day_fault("on", on, first=row.state_on, last=ctx.today())
    if on is None:
        faults.append(Fault("on", "Chưa nhập ngày.", "The day is missing."))
    faults += text_faults(values, "document", needed=("document",), most=80)
    if faults:
        raise InvalidInput(faults)
    touch(session, case.project_id)
    with key_once(session, key):
        row.state, row.state_on, row.version = str(state), on or row.state_on, row.version + 1
        session.flush()
        add_rows(session, case, [_fact(row, document=values["document"])])
        _tell(
            session,
            ctx,
            code,
            project,
            row,
            "state",
            before,
            document=values["document"],
            key=key,
            request=request,
        )
    return state_of(row)


def state_of(row: CaseComplaint) -> dict[str, Any]:
    """What an event keeps of a complaint: not its content."""
    return {"id": row.id, **{name: plain(getattr(row, name)) for name in FIELDS}, "version": row.version}


def _fact(row: CaseComplaint, *, document: str) -> Fact:
    return Fact(fact_kind(row.state), row.state_on, party=row.party, document=document)


def _deadlines(row: CaseComplaint, day: date) -> tuple[Deadline, ...]:
    """The clocks that the present state of a complaint has started. A complaint has its own, whatever others run."""
    if row.state_on > day:
        return ()
    found = clocks(
        [_fact(row, document=row.number)], book=rule_book(), today=day, office=working_calendars()[VN5]
    )
    return tuple(
        Deadline(c.rule, c.basis, c.level, c.label_vi, c.label_en, c.day, c.days_left)
        for c in found
        if c.rule.startswith("KN-") and c.open and c.day is not None
    )


def _tell(
    session: Session, ctx: Context, code: str, project: str, row: CaseComplaint, verb: str,
    before: dict[str, Any] | None, *, document: str, key: str | None, request: str,
    protected: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    actor = ctx.principal.account
    record(
        session, kind=f"complaint.{verb}", object_type="complaint", object_code=code, project_code=project,
        actor=actor, effective_on=row.state_on, before=before,
        after=state_of(row) | ({"protected": protected} if protected else {}), document=document,
        idempotency_key=own_key(actor, key), request_hash=request if key else None,
    )  # fmt: skip
