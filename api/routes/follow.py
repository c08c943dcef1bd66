"""What is followed up on cases, as JSON: obstacles, contacts, complaints, promised dates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import CaseCode, ContextDep, DataDate, SessionDep
from api.errors import ErrorOut
from api.routes.cases import IdempotencyKey
from api.schemas import plain
from api.usecases import complaints, contacts, obstacles
from api.usecases.calculation import resolve_day
from api.usecases.commitments import commitments, promises_of
from api.usecases.may import require
from api.usecases.obstacle_list import ObstacleFilter, open_obstacles
from geo.access import access_case, project_code_of

router = APIRouter(prefix="/api", tags=["follow-up"])
Number = Annotated[int, Path(ge=1, le=2**62, description="Số của dòng.")]
Limit = Annotated[int, Query(ge=1, le=500, description="Số dòng mỗi trang.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")]
Project = Annotated[str | None, Query(max_length=40, description="Mã dự án.")]
Ward = Annotated[str | None, Query(max_length=10, description="Mã phường, xã.")]
STALE: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Phiên bản cũ: trả cả hai giá trị · stale version"}
}


class ObstacleIn(BaseModel):
    """A new obstacle: its coded cause, and what is known of it."""

    model_config = ConfigDict(extra="forbid")
    cause: str = Field(max_length=40, description="Mã vướng mắc, ví dụ NGUON_GOC.")
    opened_on: date | None = Field(default=None, description="Ngày phát sinh; mặc định là ngày số liệu.")
    owner: str | None = Field(default=None, max_length=500, description="Người hoặc cơ quan phụ trách.")
    solution: str | None = Field(default=None, max_length=500, description="Giải pháp đề xuất.")
    due_on: date | None = Field(default=None, description="Hạn xử lý.")


class ObstaclePatch(BaseModel):
    """The fields that change, and the version that was read; `resolved_on` with `how` resolves it."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=2**31 - 1, description="Phiên bản đã đọc.")
    owner: str | None = Field(default=None, max_length=500)
    solution: str | None = Field(default=None, max_length=500)
    due_on: date | None = None
    resolved_on: date | None = None
    how: str | None = Field(default=None, max_length=500)


class ContactIn(BaseModel):
    """One contact with the holder; `corrects` names the row that this one replaces."""

    model_config = ConfigDict(extra="forbid")
    met_on: date
    way: Literal["meeting", "phone", "letter", "loudspeaker"]
    with_whom: str = Field(max_length=500)
    said: str = Field(max_length=contacts.LONGEST)
    next_on: date | None = None
    corrects: int | None = Field(default=None, ge=1, le=2**62)


class ComplaintIn(BaseModel):
    """A complaint as it came: about what, by whom (`party`, a code), and its words."""

    model_config = ConfigDict(extra="forbid")
    number: str = Field(max_length=80)
    received_on: date
    about: Literal["inventory", "plan", "recovery", "enforcement", "other"]
    content: str = Field(max_length=complaints.LONGEST)
    decision: str | None = Field(default=None, max_length=80, description="Số quyết định bị khiếu nại.")
    party: str | None = Field(default=None, max_length=40, description="Mã người khiếu nại, ví dụ P1.")


class ComplaintState(BaseModel):
    """The next state of a complaint, with its day and paper."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=2**31 - 1, description="Phiên bản đã đọc.")
    state: str = Field(max_length=40)
    on: date
    document: str = Field(max_length=80)


@router.get("/obstacles", summary="Vướng mắc đang mở (open obstacles)")
def list_obstacles(
    session: SessionDep,
    ctx: ContextDep,
    tier: Annotated[
        Literal["ward", "department", "city"] | None, Query(description="Cấp: ward, department, city.")
    ] = None,
    ward: Ward = None,
    project: Project = None,
    cause: Annotated[str | None, Query(max_length=40, description="Mã vướng mắc.")] = None,
    overdue: Annotated[bool, Query(description="Chỉ quá hạn.")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """Counts by tier, cause and ward of all that match, with denominators, and the rows of the page."""
    chosen = ObstacleFilter(tier=tier, ward=ward, project=project, cause=cause, overdue=overdue)
    answer: dict[str, Any] = plain(open_obstacles(session, chosen, limit=limit, offset=offset, as_of=ngay))
    return answer | ctx.looking_back


@router.get("/commitments", summary="Mốc cam kết theo phường, dự án (promised dates)")
def list_commitments(
    session: SessionDep,
    ctx: ContextDep,
    project: Project = None,
    ward: Ward = None,
    state: Annotated[
        Literal["open", "kept", "broken", "moved"] | None, Query(description="Chỉ mốc ở tình trạng này.")
    ] = None,
    listed: Annotated[bool, Query(description="Kèm từng mốc.")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """By ward and project: promises, changes, mean slip in days, kept and broken of those whose day has come."""
    answer: dict[str, Any] = plain(
        commitments(
            session, project=project, ward=ward, state=state, listed=listed, limit=limit, offset=offset, as_of=ngay
        )
    )  # fmt: skip
    return answer | ctx.looking_back


@router.get("/cases/{code}/obstacles", summary="Vướng mắc của hồ sơ (obstacles of a case)")
def get_obstacles(
    session: SessionDep, ctx: ContextDep, code: CaseCode, ngay: DataDate = None
) -> dict[str, Any]:
    """Open ones first, the main one before all; resolved ones after."""
    case = access_case(session, code)
    rows = obstacles.obstacles_of(session, ctx, case, day=resolve_day(session, ngay))
    return {"rows": [plain(row) for row in rows]} | ctx.looking_back


@router.post("/cases/{code}/obstacles", summary="Mở vướng mắc (open an obstacle)", status_code=201)
def post_obstacle(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: ObstacleIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The new obstacle; the first one of a case becomes the headline's."""
    return obstacles.open_obstacle(session, ctx, code, body.model_dump(exclude_unset=True), key=key)


@router.patch(
    "/cases/{code}/obstacles/{obstacle_id}", summary="Sửa, gỡ vướng mắc (change or resolve)", responses=STALE
)
def patch_obstacle(
    session: SessionDep, ctx: ContextDep, code: CaseCode, obstacle_id: Number, body: ObstaclePatch,
    key: IdempotencyKey = None,
) -> dict[str, Any]:  # fmt: skip
    """The new state. A field that somebody else changed since `version` answers 409 with both values."""
    changes = body.model_dump(exclude_unset=True, exclude={"version"})
    return obstacles.change_obstacle(session, ctx, code, obstacle_id, changes, seen=body.version, key=key)


@router.get("/cases/{code}/contacts", summary="Nhật ký tiếp xúc (contacts log)")
def get_contacts(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """All rows, corrected ones too, the newest day first; `persuasions` counts those that stand."""
    case = access_case(session, code)
    require(ctx, "contact.read", ward=case.ward_code, project=project_code_of(session, case))
    rows = [plain(row) for row in contacts.contacts_of(session, case)]
    return {
        "rows": rows,
        "persuasions": contacts.persuasions(session, [code]).get(code, 0),
    } | ctx.looking_back


@router.post("/cases/{code}/contacts", summary="Ghi một lần tiếp xúc (add a contact)", status_code=201)
def post_contact(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: ContactIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The new row, without what was said."""
    return contacts.add_contact(session, ctx, code, body.model_dump(exclude_unset=True), key=key)


@router.get("/cases/{code}/complaints", summary="Khiếu nại của hồ sơ (complaints)")
def get_complaints(
    session: SessionDep, ctx: ContextDep, code: CaseCode, ngay: DataDate = None
) -> dict[str, Any]:
    """The complaints with their state and the states that may follow."""
    case = access_case(session, code)
    require(ctx, "complaint.read", ward=case.ward_code, project=project_code_of(session, case))
    rows = complaints.complaints_of(session, case, day=resolve_day(session, ngay))
    return {"rows": [plain(row) for row in rows]} | ctx.looking_back


@router.post("/cases/{code}/complaints", summary="Nhận đơn khiếu nại (register a complaint)", status_code=201)
def post_complaint(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: ComplaintIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The complaint, without its words; the fact `complaint.received` is recorded with it."""
    return complaints.add_complaint(session, ctx, code, body.model_dump(exclude_unset=True), key=key)


@router.patch(
    "/cases/{code}/complaints/{complaint_id}",
    summary="Ghi bước giải quyết khiếu nại (next state)",
    responses=STALE,
)
def patch_complaint(
    session: SessionDep, ctx: ContextDep, code: CaseCode, complaint_id: Number, body: ComplaintState,
    key: IdempotencyKey = None,
) -> dict[str, Any]:  # fmt: skip
    """The new state; its fact is recorded with it."""
    entered = body.model_dump(exclude={"version"})
    return complaints.move_complaint(session, ctx, code, complaint_id, entered, seen=body.version, key=key)


@router.get("/cases/{code}/commitments", summary="Mọi mốc cam kết của hồ sơ (promises of a case)")
def get_commitments(
    session: SessionDep, ctx: ContextDep, code: CaseCode, ngay: DataDate = None
) -> dict[str, Any]:
    """Every promised date, the first one first: by whom, from which day it held, its slip, what became of it."""
    return {"rows": [plain(row) for row in promises_of(session, code, as_of=ngay)]} | ctx.looking_back
