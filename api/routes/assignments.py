"""Assignments as JSON: listed, given, acted on; the debts of bodies; conclusions; the five bottlenecks."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, DataDate, SessionDep
from api.errors import ErrorOut
from api.pages.assignments import ChosenDep, filter_on
from api.routes.cases import IdempotencyKey
from api.usecases.assigning import LONG, give
from api.usecases.assignment_acts import act
from api.usecases.assignments import (
    Filter,
    access_assignment,
    answer,
    assigned,
    chain_of,
    code_of,
    debts,
    project_codes,
    seen,
)
from api.usecases.calculation import resolve_day
from api.usecases.conclusions import bottlenecks, conclusions
from api.usecases.entries import plain

router = APIRouter(prefix="/api", tags=["assignments"])
Number = Annotated[int, Path(ge=1, le=2**62, description="Số của việc, ví dụ 12 của GV-12.")]
STALE: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Phiên bản cũ: trả cả hai trạng thái · stale version"}
}


class AssignmentIn(BaseModel):
    """The six clear things, what it is about, and where it comes from."""

    model_config = ConfigDict(extra="forbid")
    body_kind: str = Field(max_length=20, description="ward, board, department, city.")
    body: str | None = Field(
        default=None, max_length=500, description="Cơ quan; với phường, xã thì tự ghi theo ward_code."
    )
    person: str | None = Field(default=None, max_length=500, description="Người chịu trách nhiệm.")
    what: str | None = Field(default=None, max_length=LONG, description="Việc.")
    due_on: date | None = Field(default=None, description="Hạn xong.")
    lead: str | None = Field(
        default=None, max_length=500, description="Chủ trì; mặc định là cơ quan nhận việc."
    )
    joint: list[str] = Field(default_factory=list, max_length=50, description="Các cơ quan phối hợp.")
    product: str | None = Field(default=None, max_length=LONG, description="Sản phẩm.")
    authority: str | None = Field(default=None, max_length=500, description="Ai quyết định.")
    account: str | None = Field(default=None, max_length=40, description="Tài khoản của người ấy.")
    project: str | None = Field(default=None, max_length=40)
    ward_code: str | None = Field(default=None, max_length=10)
    case: str | None = Field(default=None, max_length=64, description="Hồ sơ mà việc này về.")
    parent_id: int | None = Field(default=None, ge=1, le=2**62, description="Việc cấp trên được giao tiếp.")
    conclusion_id: int | None = Field(default=None, ge=1, le=2**62)
    source_kind: str | None = Field(default=None, max_length=20)
    source_code: str | None = Field(default=None, max_length=80)


class ActIn(BaseModel):
    """One act on the version that was read."""

    model_config = ConfigDict(extra="forbid")
    act: Literal["accept", "done", "confirm", "return", "extend", "ask", "explain", "withdraw"]
    version: int = Field(ge=1, le=2**31 - 1, description="Phiên bản đã đọc.")
    said: str | None = Field(default=None, max_length=LONG, description="Lý do trả lại, gia hạn, thu hồi.")
    due_on: date | None = Field(default=None, description="Hạn mới khi gia hạn.")
    done_on: date | None = Field(default=None, description="Ngày xong; mặc định là ngày số liệu.")
    evidence: str | None = Field(default=None, max_length=500, description="Số văn bản chứng minh.")
    document_id: int | None = Field(default=None, ge=1, le=2**62, description="Hoặc số tài liệu của hồ sơ.")
    asked: str | None = Field(default=None, max_length=LONG, description="Điều phải giải trình.")
    answer: str | None = Field(default=None, max_length=LONG, description="Lời giải trình.")


@router.get("/assignments", summary="Việc đã giao (assignments)")
def list_assignments(
    session: SessionDep,
    ctx: ContextDep,
    chosen: ChosenDep,
    limit: Annotated[int, Query(ge=1, le=500, description="Số dòng mỗi trang.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")] = 0,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """The rows that match, debts first; `all` counts what is in the reader's reach."""
    day = resolve_day(session, ngay)
    found, _ = assigned(session, ctx, filter_on(chosen, day), as_of=day)
    return {
        "data_date": day.isoformat(), "total": len(found.rows), "all": found.all_rows, "open": found.open,
        "owed": found.owed, "demo": found.demo, "rows": answer(found.rows[offset : offset + limit]),
    } | ctx.looking_back  # fmt: skip


@router.post("/assignments", summary="Giao việc 6 rõ (give an assignment)", status_code=201)
def post_assignment(
    session: SessionDep, ctx: ContextDep, body: AssignmentIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The new assignment. What of the six is missing is refused, each by name."""
    return give(session, ctx, body.model_dump(exclude_none=True), key=key)


@router.get("/assignments/debts", summary="Nợ việc theo cơ quan (debts by body)")
def get_debts(
    session: SessionDep,
    ctx: ContextDep,
    kind: Annotated[Literal["week", "month", "quarter"], Query(description="Kỳ.")] = "week",
    ngay: DataDate = None,
) -> dict[str, Any]:
    """Per body: given, done in time, newly owed, paid in the last period, and owed at the end of each."""
    day = resolve_day(session, ngay)
    _, duties = assigned(session, ctx, Filter(), as_of=day)
    periods, lines = debts(duties, kind, day)
    return {
        "data_date": day.isoformat(),
        "unit": "assignments",
        "periods": [
            {"first": p.first.isoformat(), "last": p.last.isoformat(), "label": p.label[0]} for p in periods
        ],
        "bodies": [
            {
                "body": line.body, "given": line.counts["giao"], "done_in_time": line.counts["kip"],
                "newly_owed": line.counts["moi"], "paid": line.counts["tra"], "owed": line.counts["no"],
                "trend": list(line.trend),
            }
            for line in lines
        ],
    } | ctx.looking_back  # fmt: skip


@router.get("/assignments/{assignment_id}", summary="Một việc (an assignment)")
def get_assignment(
    session: SessionDep, ctx: ContextDep, assignment_id: Number, ngay: DataDate = None
) -> dict[str, Any]:
    """The assignment with the codes of its chain, what lies above and what it was passed on as."""
    row = access_assignment(session, assignment_id)
    above, below = chain_of(session, row)
    view = seen(ctx, row, project_codes(session), resolve_day(session, ngay))
    chain = {"above": [code_of(r.id) for r in above], "below": [code_of(r.id) for r in below]}
    return answer([view])[0] | chain | ctx.looking_back


@router.post(
    "/assignments/{assignment_id}/acts", summary="Nhận, báo xong, xác nhận… (act on it)", responses=STALE
)
def post_act(
    session: SessionDep, ctx: ContextDep, assignment_id: Number, body: ActIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The new state; on an older version 409 with both states."""
    entered = body.model_dump(exclude_none=True, exclude={"act", "version"})
    return act(session, ctx, assignment_id, body.act, entered, seen=body.version, key=key)


@router.get("/conclusions", summary="Kết luận và việc đã giao (conclusions)")
def list_conclusions(session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> dict[str, Any]:
    """Each conclusion, the last one first, with the stand of its assignments in the reader's reach."""
    found, _ = assigned(session, ctx, Filter(), as_of=ngay)
    return {
        "rows": [
            {
                "id": c.row.id, "number": c.row.number, "held_on": c.row.held_on.isoformat(), "title": c.row.title,
                "chair": c.row.chair, "stand": _stand(c.stand),
            }
            for c in conclusions(session, found.rows)
        ]
    } | ctx.looking_back  # fmt: skip


@router.get("/bottlenecks", summary="Năm điểm nghẽn (five bottlenecks)")
def list_bottlenecks(session: SessionDep, ctx: ContextDep, ngay: DataDate = None) -> dict[str, Any]:
    """Each with its entries (numerator, denominator, unit, day, source), tagged projects and assignments."""
    found, _ = assigned(session, ctx, Filter(), as_of=ngay)
    names = ("day", "part", "whole", "unit", "said", "document")
    return {
        "rows": [
            {
                "code": b.code, "name_vi": b.names[0], "name_en": b.names[1],
                "projects": [code for code, _ in b.projects],
                "entries": [{name: plain(getattr(e, name)) for name in names} for e in b.entries],
                "stand": _stand(b.stand),
            }
            for b in bottlenecks(session, ctx, found.rows, day=found.data_date)
        ]
    } | ctx.looking_back  # fmt: skip


def _stand(stand: Any) -> dict[str, int]:
    return {
        name: getattr(stand, name) for name in ("total", "confirmed", "done", "open", "owed", "withdrawn")
    }
