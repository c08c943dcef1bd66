"""The holder of a case and what waits for a second person, as JSON."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import CaseCode, ContextDep, SessionDep
from api.schemas import plain
from api.usecases import deciding, holders, proposals
from api.usecases.may import require
from geo.access import access_case, project_code_of

router = APIRouter(prefix="/api/cases/{code}", tags=["holders"])
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=8, max_length=100, description="Gửi lại không ghi hai lần."),
]


class Opening(BaseModel):
    """Which masked fields to open, and why: the reason is kept in the history."""

    model_config = ConfigDict(extra="forbid")
    fields: list[str] = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=1, max_length=200)


class HolderPatch(BaseModel):
    """Protected fields to write; the amount alone, in whole đồng, becomes a proposal for a second person."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=0, description="Phiên bản đã đọc; 0 khi chưa có.")
    changes: dict[str, str | None] = Field(min_length=1, max_length=20)
    document: str | None = Field(default=None, max_length=200)
    reason: str | None = Field(default=None, max_length=200)


class Decision(BaseModel):
    """What the second person decides; a refusal needs a reason."""

    model_config = ConfigDict(extra="forbid")
    confirm: bool
    reason: str | None = Field(default=None, max_length=500)


@router.get("/holder", summary="Chủ sử dụng, che theo vai trò (holder, masked by role)")
def get_holder(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """The protected fields that the role may know of, masked where it may not see them."""
    case = access_case(session, code)
    require(ctx, "holder.read", ward=case.ward_code, project=project_code_of(session, case))
    return _answer(holders.holder_view(session, ctx, case)) | ctx.looking_back


@router.post("/holder/open", summary="Mở trường được che, có lý do (open masked fields)")
def open_holder(session: SessionDep, ctx: ContextDep, code: CaseCode, opening: Opening) -> dict[str, Any]:
    """The fields in clear, in this one answer; the opening is an event."""
    return _answer(holders.open_fields(session, ctx, code, opening.fields, opening.reason))


@router.patch("/holder", summary="Sửa chủ sử dụng; số tiền thành đề nghị (change the holder)")
def patch_holder(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    patch: HolderPatch,
    response: Response,
    key: Key = None,
) -> dict[str, Any]:
    """The new version; or 202 with the number of the proposal when the amount is changed."""
    if set(patch.changes) == {holders.AMOUNT}:
        number = proposals.propose_amount(
            session, ctx, code, patch.changes[holders.AMOUNT] or "", seen=patch.version, key=key,
            document=patch.document, reason=patch.reason,
        )  # fmt: skip
        response.status_code = 202
        return {"proposal": number}
    version = holders.change_holder(
        session, ctx, code, patch.changes, seen=patch.version, key=key,
        document=patch.document, reason=patch.reason,
    )  # fmt: skip
    return {"version": version}


@router.get("/proposals", summary="Đề nghị chờ người thứ hai (proposals that wait)")
def list_proposals(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """The open proposals of a case, and whether whoever asks may decide each."""
    rows = deciding.open_proposals(session, ctx, access_case(session, code))
    return {"rows": [plain(row) for row in rows]} | ctx.looking_back


@router.post("/proposals/{proposal_id}", summary="Xác nhận hoặc từ chối đề nghị (second person)")
def decide_proposal(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    proposal_id: Annotated[int, Path(ge=1, le=2**62, description="Số của đề nghị.")],
    decision: Decision,
) -> dict[str, str]:
    """confirmed, refused, or stale when the case has moved on."""
    state = deciding.decide(session, ctx, code, proposal_id, confirm=decision.confirm, reason=decision.reason)
    return {"state": state}


def _answer(view: holders.HolderView) -> dict[str, Any]:
    return {
        "version": view.version,
        "demo": view.is_demo,
        "fields": {
            f.name: {"value": f.shown, "masked": f.masked, "openable": f.openable} for f in view.fields
        },
    }
