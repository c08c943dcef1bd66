"""Giving an assignment "6 rõ": all six are mandatory, and what is passed on down the chain stays within it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.assignments import access_assignment, code_of, rank, state_of, works
from api.usecases.desk import cleaned, day_fault, request_of, text_faults
from api.usecases.entries import already_written, key_once
from api.usecases.may import is_command
from api.usecases.notices import notify
from geo.access import access_case, access_project, access_ward, portfolio_state, project_code_of
from geo.history import own_key, record
from geo.tables import Assignment, Conclusion, Project, Ward
from projects.duties import BODY_KINDS
from projects.errors import Fault, Forbidden, InvalidInput, NotFound

LONG = 1_000
MOST_JOINT = 12
SOURCES: dict[str, tuple[str, str]] = {
    "case": ("hồ sơ", "case"),
    "obstacle": ("vướng mắc", "obstacle"),
    "report": ("báo cáo chậm", "delay report"),
    "conclusion": ("kết luận", "conclusion"),
    "bottleneck": ("điểm nghẽn", "bottleneck"),
    "parent": ("việc cấp trên giao", "assignment from above"),
    "free": ("không từ dòng nào", "no line"),
}
# Which bodies each role may give work to.
GIVES: dict[str, frozenset[str]] = {
    "leadership": frozenset(BODY_KINDS),
    "department": frozenset({"department", "board", "ward"}),
    "board": frozenset({"board"}),
    "ward_leader": frozenset({"ward"}),
}
SIX = ("body", "person", "what", "due_on", "lead", "product", "authority")
MISSING: dict[str, tuple[str, str]] = {
    "body": ("Rõ người: ghi cơ quan nhận việc.", "Who: name the body."),
    "person": ("Rõ người: ghi người chịu trách nhiệm.", "Who: name the person."),
    "what": ("Rõ việc: ghi việc phải làm.", "What: say what has to be done."),
    "due_on": ("Rõ thời gian: ghi hạn xong.", "When: give the due date."),
    "lead": ("Rõ trách nhiệm: ghi cơ quan chủ trì.", "Responsibility: name the lead body."),
    "product": ("Rõ sản phẩm: ghi kết quả phải có.", "Product: say what must come out."),
    "authority": ("Rõ thẩm quyền: ghi ai quyết định.", "Authority: say who decides."),
}


def give(session: Session, ctx: Context, entered: Mapping[str, Any], *, key: str | None) -> dict[str, Any]:
    """Gives an assignment and its state. `entered`: the fields of `SIX`, `body_kind`, `ward_code`, `project`, `case`,
    `joint`, `account`, `parent_id`, `conclusion_id`, `source_kind`, `source_code`.

    Raises Forbidden, NotFound, InvalidInput with every fault, KeyReused.
    """
    who = ctx.principal
    if not (is_command(ctx) or ctx.rights.may(who, "assignment.give")):
        raise Forbidden("assignment.give")
    values = cleaned(entered)
    request = request_of("assignment.give", values)
    if (done := already_written(session, who.account, key, request)) is not None:
        return dict(done.after or {})
    day = min(portfolio_state(session).data_date, ctx.today())
    project, ward = _place(session, values)
    parent = _parent(session, ctx, values)
    if parent is not None and project is None and parent.project_id is not None:
        project = session.get(Project, parent.project_id)
    kind = str(values.get("body_kind") or "")
    if kind == "ward" and ward is not None:
        values["body"] = f"UBND {ward.unit_type} {ward.name}"
    values["lead"] = values.get("lead") or values.get("body")
    faults = _faults(session, values, day, parent, ward)
    if faults:
        raise InvalidInput(faults)
    _check_may(ctx, kind, project, ward, passed_on=parent is not None)
    row = Assignment(
        parent_id=None if parent is None else parent.id,
        conclusion_id=values.get("conclusion_id"),
        source_kind=values.get("source_kind") or ("parent" if parent is not None else "free"),
        source_code=values.get("source_code") or (code_of(parent.id) if parent is not None else ""),
        project_id=None if project is None else project.id,
        ward_code=None if ward is None else ward.code,
        body_kind=kind,
        account=values.get("account"),
        due_on=values["due_on"],
        dues=[[day.isoformat(), values["due_on"].isoformat()]],
        joint=list(values.get("joint") or ()),
        tier=BODY_KINDS[kind][2],
        climbs=0,
        given_on=day,
        given_by=who.account,
        state="given",
        state_on=day,
        is_demo=bool(values.get("is_demo")),
        version=1,
        **{name: values[name] for name in ("body", "person", "what", "lead", "product", "authority")},
    )
    with key_once(session, key):
        session.add(row)
        session.flush()
        notify(
            session, row.account, "assignment.give", f"/giao-viec/{row.id}",
            f"Bạn được giao việc {code_of(row.id)}: {row.what}", f"You were given {code_of(row.id)}: {row.what}",
        )  # fmt: skip
        record(
            session, kind="assignment.give", object_type="assignment", object_code=code_of(row.id),
            project_code=None if project is None else project.code, actor=who.account, effective_on=day,
            after=state_of(row), idempotency_key=own_key(who.account, key), request_hash=request if key else None,
        )  # fmt: skip
    return state_of(row)


def _place(session: Session, values: dict[str, Any]) -> tuple[Project | None, Ward | None]:
    """The project and ward that it is about, from the case where one is named. Raises NotFound."""
    if values.get("case"):
        case = access_case(session, values["case"])
        values["project"] = project_code_of(session, case)
        values["ward_code"] = values.get("ward_code") or case.ward_code
        values["is_demo"] = case.is_demo
        values.setdefault("source_kind", "case")
        values["source_code"] = values.get("source_code") or case.code
    project = access_project(session, values["project"]) if values.get("project") else None
    ward = access_ward(session, values["ward_code"]) if values.get("ward_code") else None
    return project, ward


def _parent(session: Session, ctx: Context, values: Mapping[str, Any]) -> Assignment | None:
    """The assignment that is passed on. Raises NotFound; Forbidden for one that is somebody else's work."""
    if values.get("parent_id") is None:
        return None
    # Held: it cannot be reported done while a part of it is being given.
    parent = access_assignment(session, int(values["parent_id"]), for_update=True)
    project = session.get(Project, parent.project_id) if parent.project_id is not None else None
    if not works(ctx, parent, project.code if project else None) and ctx.principal.role.code != "leadership":
        raise Forbidden(
            "assignment.give",
            "Chỉ cơ quan nhận việc mới giao tiếp xuống dưới.",
            "Only the body that has to do it passes it on.",
        )
    return parent


def _check_may(
    ctx: Context, kind: str, project: Project | None, ward: Ward | None, *, passed_on: bool
) -> None:
    who = ctx.principal
    if is_command(ctx):
        return
    if kind not in GIVES.get(who.role.code, frozenset()):
        vi = f"Vai trò “{who.role.vi}” không giao việc cho {BODY_KINDS[kind][0].lower()}."
        raise Forbidden(
            "assignment.give", vi, f"The role “{who.role.en}” does not give work to this kind of body."
        )
    in_scope = who.in_scope(ward=ward.code if ward else "", project=project.code if project else "")
    if ctx.rights.grant(who.role.code, "assignment.give") == "S" and not (in_scope or passed_on):
        raise Forbidden(
            "assignment.give",
            "Chỉ giao việc về phường, xã hoặc dự án trong phạm vi của mình.",
            "Work is given about one's own wards and projects only.",
        )


def _faults(
    session: Session, values: Mapping[str, Any], day: date, parent: Assignment | None, ward: Ward | None
) -> list[Fault]:
    faults = [Fault(name, *MISSING[name]) for name in SIX if not values.get(name)]
    faults += text_faults(values, "body", "person", "lead", "authority", "source_code")
    faults += text_faults(values, "what", "product", most=LONG)
    kind = values.get("body_kind")
    if kind not in BODY_KINDS:
        faults.append(Fault("body_kind", "Chọn loại cơ quan nhận việc.", "Choose the kind of body."))
    elif kind == "ward" and ward is None:
        faults.append(Fault("ward_code", "Chọn phường, xã.", "Choose the ward."))
    due = values.get("due_on")
    faults += day_fault("due_on", due, first=day)
    joint = list(values.get("joint") or ())
    if len(joint) > MOST_JOINT or any(len(body) > 200 or not body.isprintable() for body in joint):
        vi = f"Tối đa {MOST_JOINT} cơ quan phối hợp, mỗi tên 200 ký tự."
        faults.append(Fault("joint", vi, f"At most {MOST_JOINT} joint bodies of 200 characters."))
    if values.get("source_kind") is not None and values["source_kind"] not in SOURCES:
        faults.append(Fault("source_kind", "Không có loại nguồn này.", "There is no such source."))
    number = values.get("conclusion_id")
    if number is not None and session.get(Conclusion, number) is None:
        raise NotFound("conclusion", str(number))
    account = values.get("account")
    if account is not None and session.scalar(select(func.person_of(account))) is None:
        faults.append(Fault("account", "Không có tài khoản này.", "There is no such account."))
    if parent is not None:
        faults += _chain_faults(parent, kind, due)
    return faults


def _chain_faults(parent: Assignment, kind: Any, due: date | None) -> list[Fault]:
    """What is passed on goes no higher, is due no later, and comes from work that is still open."""
    faults: list[Fault] = []
    if parent.state not in ("given", "accepted", "returned"):
        faults.append(
            Fault("parent_id", "Việc cấp trên không còn mở.", "The assignment above is not open any more.")
        )
    if kind in BODY_KINDS and rank(kind) > rank(parent.body_kind):
        faults.append(Fault("body_kind", "Không giao ngược lên cấp trên.", "Work is not passed on upwards."))
    if due is not None and due > parent.due_on:
        vi = f"Hạn không được sau hạn của việc cấp trên ({parent.due_on:%d/%m/%Y})."
        faults.append(Fault("due_on", vi, f"It is due no later than the assignment above ({parent.due_on})."))
    return faults
