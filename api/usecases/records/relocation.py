"""Graves and utilities in the way of the works: objects of a project, each with its own state and place.

They belong to a project and a ward; a case only where the land of a case holds them. Counts go by ward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.entries import key_once
from api.usecases.may import require
from api.usecases.records.fields import Field, plain, read
from api.usecases.records.inventory import ACTION, need_reason
from api.usecases.records.writing import (
    Answer,
    Said,
    answer_before,
    answer_of,
    edit,
    fingerprint,
    jsonable,
    next_code,
    row_of,
    state_of,
)
from geo.access import access_case, access_project
from geo.history import own_key, record
from geo.scope import calculating
from geo.tables import ClearanceCase, Project, ProjectWard, Relocation, Ward
from projects.belongings import MOVED_KINDS, STATES, move_faults
from projects.errors import Fault, InvalidInput

LONGEST_M = Decimal(1_000_000)
FIELDS = (
    Field("kind", "Loại", "Kind", "choice", required=True, choices=MOVED_KINDS),
    Field("description", "Mô tả", "Description", required=True, wide=True),
    Field("ward_code", "Phường, xã (mã)", "Ward (code)"),
    Field("owner", "Đơn vị quản lý, thân nhân", "Operator, relatives"),
    Field(
        "count",
        "Số lượng (mộ, cột, hố…)",
        "Number (graves, poles, …)",
        "count",
        required=True,
        high=Decimal(1_000_000),
        places=0,
    ),
    Field("length_m", "Chiều dài, m", "Length, m", "decimal", high=LONGEST_M, places=1),
    Field("from_m", "Từ lý trình, m", "From chainage, m", "decimal", high=LONGEST_M, places=1),
    Field("to_m", "Đến lý trình, m", "To chainage, m", "decimal", high=LONGEST_M, places=1),
    Field("state_on", "Ngày kiểm đếm", "Counted on", "day", required=True),
    Field("document", "Biên bản", "Record"),
    Field("note", "Ghi chú", "Note", wide=True),
)
NAMES = tuple(field.name for field in FIELDS)
MOVE = (
    Field("state", "Tình trạng mới", "New state", "choice", required=True, choices=STATES),
    Field("state_on", "Ngày", "Day", "day", required=True),
)


@dataclass(frozen=True, slots=True)
class Moved:
    """A count of one kind in one ward: `pieces` objects, `count` things, and how many of each stand where."""

    ward_code: str
    ward_name: str
    kind: str
    count: int
    by_state: Mapping[str, int]


def relocations(
    session: Session, project: Project, *, case: ClearanceCase | None = None
) -> list[tuple[Relocation, str | None]]:
    """The objects of a project (of a case) that the reader sees, by kind and number, each with the code of its case."""
    query = (
        select(Relocation, ClearanceCase.code)
        .outerjoin(ClearanceCase, ClearanceCase.id == Relocation.case_id)
        .where(Relocation.project_id == project.id)
    )
    if case is not None:
        query = query.where(Relocation.case_id == case.id)
    rows = [(row, code) for row, code in session.execute(query)]
    order = tuple(MOVED_KINDS)
    return sorted(rows, key=lambda found: (order.index(found[0].kind), int(found[0].code[1:])))


def moved_counts(session: Session, project: Project | None = None) -> list[Moved]:
    """How many graves and utilities stand in which state, by ward and kind, over all land whoever asks."""
    query = (
        select(Relocation.ward_code, Ward.name, Relocation.kind, Relocation.state, func.sum(Relocation.count))
        .join(Ward, Ward.code == Relocation.ward_code)
        .group_by(Relocation.ward_code, Ward.name, Relocation.kind, Relocation.state)
    )
    if project is not None:
        query = query.where(Relocation.project_id == project.id)
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    with calculating(session):
        for ward, name, kind, state, count in session.execute(query):
            found.setdefault((ward, name, kind), dict.fromkeys(STATES, 0))[state] += int(count)
    order = tuple(MOVED_KINDS)
    return [
        Moved(ward, name, kind, sum(states.values()), states)
        for (ward, name, kind), states in sorted(
            found.items(), key=lambda item: (item[0][1], order.index(item[0][2]))
        )
    ]


def add_relocation(
    session: Session, ctx: Context, project_code: str, entered: Mapping[str, Any], said: Said, *, case_code: str = ""
) -> Answer:  # fmt: skip
    """Counts graves or a utility; with a case its ward is the case's. Raises NotFound, Forbidden, InvalidInput, …"""
    case = access_case(session, case_code, for_update=True) if case_code else None
    project = session.get_one(Project, case.project_id) if case else access_project(session, project_code)
    values = read(FIELDS, entered, whole=True)
    ward = case.ward_code if case else values["ward_code"]
    _check_ward(session, project, ward)
    require(ctx, ACTION, ward=ward, project=project.code)
    request = fingerprint(
        "relocation.add", f"{project.code}/{case_code}", {k: str(v) for k, v in entered.items()}
    )
    if (done := answer_before(session, ctx, said.key, request)) is not None:
        return done
    _check_place(values, ctx.today())
    # Codes of a project are given one after the other, also where no case is locked.
    session.execute(text("select pg_advisory_xact_lock(7205141, :project)"), {"project": project.id})
    with calculating(session):
        letter = "M" if values["kind"] == "grave" else "H"
        code = next_code(
            session,
            Relocation,
            letter,
            Relocation.project_id == project.id,
            Relocation.code.like(f"{letter}%"),
        )
    row = Relocation(
        project_id=project.id, case_id=case.id if case else None, code=code, state="counted", is_demo=False,
        version=1, **values | {"ward_code": ward},
    )  # fmt: skip
    session.add(row)
    after = state_of(row, (*NAMES, "state")) | {"code": code, "version": 1}
    return _finish(session, ctx, project, case, "relocation.add", request, said, after=after)


def move_relocation(
    session: Session, ctx: Context, project_code: str, item: str, entered: Mapping[str, Any], said: Said, *, seen: int
) -> Answer:  # fmt: skip
    """Takes an object to its next state with the paper, or back with a reason. Raises StaleVersion too."""
    project = access_project(session, project_code)
    row: Relocation = row_of(session, Relocation, "relocation", item, Relocation.project_id == project.id)
    require(ctx, ACTION, ward=row.ward_code, project=project.code)
    body = {k: str(v) for k, v in entered.items()} | {"document": said.document, "reason": said.reason}
    request = fingerprint(f"relocation.move {seen}", f"{project.code}/{item}", body)
    if (done := answer_before(session, ctx, said.key, request)) is not None:
        return done
    values = read(MOVE, entered, whole=True)
    if row.version == seen:
        faults = move_faults(
            row.state, values["state"], since=row.state_on, on=values["state_on"],
            document=(said.document or "").strip(), reason=(said.reason or "").strip(),
        )  # fmt: skip
        if values["state_on"] > ctx.today():
            faults.append(Fault("state_on", "Ngày ở tương lai.", "A day in the future."))
        if faults:
            raise InvalidInput(faults)
    values["document"] = said.document or row.document
    before, after = edit(row, values, seen=seen, name=f"{project.code} {item}")
    case = session.get(ClearanceCase, row.case_id) if row.case_id else None
    about = {"code": item, "version": row.version}
    return _finish(
        session, ctx, project, case, "relocation.move", request, said, before=before, after=after | about
    )


def _finish(
    session: Session, ctx: Context, project: Project, case: ClearanceCase | None, kind: str, request: str, said: Said,
    *, after: Mapping[str, Any], before: Mapping[str, Any] | None = None,
) -> Answer:  # fmt: skip
    session.flush()
    with key_once(session, said.key):
        record(
            # In a case it is told with the inventory and seen like the case; else by whoever sees the project.
            session, kind=kind, object_type="inventory" if case else "relocation",
            object_code=case.code if case else project.code, project_code=project.code,
            actor=ctx.principal.account, effective_on=ctx.today(), before=jsonable(before) if before else None,
            after=jsonable(after), document=said.document, reason=said.reason,
            idempotency_key=own_key(ctx.principal.account, said.key), request_hash=request,
        )  # fmt: skip
    return answer_of(after)


def _check_ward(session: Session, project: Project, ward: str | None) -> None:
    crosses = select(ProjectWard.ward_code).where(ProjectWard.project_id == project.id)
    if not ward or ward not in set(session.scalars(crosses)):
        vi = "Chọn phường, xã mà dự án đi qua."
        raise InvalidInput([Fault("ward_code", vi, "Choose a ward that the project crosses.")])


def _check_place(values: Mapping[str, Any], today: date) -> None:
    faults = []
    if values["count"] < 1:
        faults.append(Fault("count", "Số lượng từ 1.", "At least one."))
    if values["from_m"] is not None and values["to_m"] is not None and values["to_m"] < values["from_m"]:
        faults.append(Fault("to_m", "Nhỏ hơn lý trình đầu.", "Before the first chainage."))
    if values["state_on"] > today:
        faults.append(Fault("state_on", "Ngày ở tương lai.", "A day in the future."))
    if faults:
        raise InvalidInput(faults)


__all__ = [
    "Moved", "add_relocation", "move_relocation", "moved_counts", "need_reason", "plain",
    "relocations",
]  # fmt: skip
