"""The records of a case as JSON: parties, inventory, plan of compensation, money and resettlement."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import CaseCode, ContextDep, SessionDep
from api.routes.cases import IdempotencyKey
from api.schemas import plain
from api.usecases.may import require
from api.usecases.records import compensation, inventory, parties, relocation, resettlement, tracks
from api.usecases.records.writing import Answer, Said, state_of
from geo.access import access_case, portfolio_state, project_code_of
from geo.tables import Project

router = APIRouter(prefix="/api/cases/{code}", tags=["records"])
Item = Annotated[str, Path(max_length=12, description="Mã trong hồ sơ: P1 người, K1 kiểm kê, B1 dòng.")]
Value = str | int | float | bool | None


class RecordIn(BaseModel):
    """A record to add: its fields by name; numbers may be text ("12,5"), days are YYYY-MM-DD."""

    model_config = ConfigDict(extra="forbid")
    fields: dict[str, Value] = Field(default_factory=dict, max_length=40, description="Các trường.")
    document: str | None = Field(default=None, max_length=200, description="Số văn bản.")
    reason: str | None = Field(default=None, max_length=500, description="Lý do.")

    def said(self, key: str | None) -> Said:
        """What stands about the write."""
        return Said(key, (self.document or "").strip() or None, (self.reason or "").strip() or None)


class PartyIn(RecordIn):
    """A party to add; `person` names somebody who is known already."""

    person: int | None = Field(default=None, ge=1, le=2**31 - 1, description="Số của người đã có.")


class RecordEdit(RecordIn):
    """Fields to change on the version that was read."""

    version: int = Field(ge=1, description="Phiên bản đã đọc.")


class PartyEdit(RecordEdit):
    """Fields of a party; those of the person change for all cases, on the person's version."""

    person_version: int = Field(default=0, ge=0, description="Phiên bản của người đã đọc.")


class PartyOpening(BaseModel):
    """Which masked fields to open, and why."""

    model_config = ConfigDict(extra="forbid")
    fields: list[str] = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=1, max_length=200)


class Reason(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(min_length=1, max_length=500)


class Approval(BaseModel):
    """The decision that approved a version of the plan."""

    model_config = ConfigDict(extra="forbid")
    number: int = Field(ge=1, le=1000, description="Số của phiên bản.")
    on: str = Field(max_length=10, description="Ngày quyết định, YYYY-MM-DD.")
    document: str = Field(max_length=200, description="Số quyết định.")


@router.get("/parties", summary="Người liên quan, che theo vai trò (parties, masked by role)")
def get_parties(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """Who has a part in the case; `elsewhere`: other cases of the same person within reach."""
    case = access_case(session, code)
    require(ctx, parties.READ, ward=case.ward_code, project=project_code_of(session, case))
    return _parties(parties.parties_view(session, ctx, case)) | ctx.looking_back


@router.post("/parties", summary="Thêm người liên quan (add a party)", status_code=201)
def post_party(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: PartyIn, key: IdempotencyKey = None
) -> Answer:
    """The code that the party got."""
    return parties.add_party(session, ctx, code, body.fields, body.said(key), person_id=body.person)


@router.patch("/parties/{item_id}", summary="Sửa người liên quan (change a party)")
def patch_party(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    item_id: Item,
    body: PartyEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """The new version; 409 with both values when somebody else changed it."""
    return parties.change_party(
        session, ctx, code, item_id, body.fields, body.said(key), seen=body.version,
        person_seen=body.person_version,
    )  # fmt: skip


@router.post("/parties/{item_id}/open", summary="Mở trường được che, có lý do (open masked fields)")
def open_party(
    session: SessionDep, ctx: ContextDep, code: CaseCode, item_id: Item, body: PartyOpening
) -> dict[str, Any]:
    """The fields in clear, in this one answer; the opening is an event."""
    return _parties(parties.open_party(session, ctx, code, item_id, body.fields, body.reason))


@router.post("/parties/{item_id}/removal", summary="Đưa người ra khỏi hồ sơ (take a party out)")
def remove_party(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    item_id: Item,
    body: RecordEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """With a reason; the code stays theirs."""
    return parties.drop_party(session, ctx, code, item_id, body.said(key), seen=body.version)


@router.get("/inventory", summary="Kiểm kê, mồ mả và hạ tầng của hồ sơ (inventory)")
def get_inventory(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """What was counted on the land; `relocations` are graves and utilities with their state."""
    case = access_case(session, code)
    moved = relocation.relocations(session, session.get_one(Project, case.project_id), case=case)
    return {
        "rows": [_row(row, inventory.NAMES) for row in inventory.items(session, case)],
        "relocations": [_row(row, (*relocation.NAMES, "state")) for row, _ in moved],
    } | ctx.looking_back


@router.post("/inventory", summary="Thêm mục kiểm kê (add an item)", status_code=201)
def post_item(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordIn, key: IdempotencyKey = None
) -> Answer:
    """The code that the item got."""
    return inventory.add_item(session, ctx, code, body.fields, body.said(key))


@router.patch("/inventory/{item_id}", summary="Sửa mục kiểm kê (change an item)")
def patch_item(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    item_id: Item,
    body: RecordEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """The new version; 409 with both values when somebody else changed it."""
    return inventory.change_item(session, ctx, code, item_id, body.fields, body.said(key), seen=body.version)


@router.post("/inventory/{item_id}/removal", summary="Bỏ mục kiểm kê (take an item off)")
def remove_item(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    item_id: Item,
    body: RecordEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """With a reason."""
    return inventory.drop_item(session, ctx, code, item_id, body.said(key), seen=body.version)


@router.get("/compensation", summary="Phương án bồi thường theo dòng (plan of compensation)")
def get_compensation(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    phien_ban: Annotated[
        int | None, Query(ge=1, le=1000, description="Phiên bản; trống: mới nhất · version.")
    ] = None,
) -> dict[str, Any]:
    """Lines and totals in đồng beside the approved amount; money is null where the role sees it masked."""
    case = access_case(session, code)
    require(ctx, "holder.read", ward=case.ward_code, project=project_code_of(session, case))
    return plan_answer(compensation.plan_view(session, ctx, case, number=phien_ban)) | ctx.looking_back


@router.post("/compensation", summary="Thêm dòng bồi thường (add a line)", status_code=201)
def post_line(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordIn, key: IdempotencyKey = None
) -> Answer:
    """The code that the line got; the amount is computed."""
    return compensation.add_line(session, ctx, code, body.fields, body.said(key))


@router.patch("/compensation/{item_id}", summary="Sửa dòng bồi thường (change a line)")
def patch_line(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    item_id: Item,
    body: RecordEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """The new version; 409 with both values when somebody else changed it; 422 when the lines stand."""
    return compensation.change_line(
        session, ctx, code, item_id, body.fields, body.said(key), seen=body.version
    )


@router.post("/compensation/{item_id}/removal", summary="Bỏ dòng bồi thường (take a line out)")
def remove_line(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    item_id: Item,
    body: RecordEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """With a reason."""
    return compensation.drop_line(session, ctx, code, item_id, body.said(key), seen=body.version)


@router.post("/compensation-opening", summary="Mở số tiền, có lý do (open the amounts)")
def open_amounts(session: SessionDep, ctx: ContextDep, code: CaseCode, body: Reason) -> dict[str, Any]:
    """The amounts in clear, in this one answer; the opening is an event."""
    return plan_answer(compensation.open_amounts(session, ctx, code, body.reason))


@router.post("/compensation-versions", summary="Lập phiên bản phương án (new version)", status_code=201)
def post_version(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: Reason, key: IdempotencyKey = None
) -> Answer:
    """A version with the lines of the approved one, to be corrected (PA-13)."""
    return compensation.new_version(session, ctx, code, Said(key, None, body.reason))


@router.post("/compensation-approval", summary="Ghi quyết định phê duyệt phiên bản (approval)")
def post_approval(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: Approval, key: IdempotencyKey = None
) -> Answer:
    """From here on the lines of the version stand."""
    said = Said(key, body.document.strip() or None, None)
    return compensation.approve_version(session, ctx, code, body.on, said, number=body.number)


@router.get("/money", summary="Tiến trình tiền và tái định cư (money and resettlement)")
def get_money(session: SessionDep, ctx: ContextDep, code: CaseCode) -> dict[str, Any]:
    """Where both tracks stand on the data date, or on the day of what was recorded after it; `held`: plots."""
    case = access_case(session, code)
    found = tracks.tracks_of(session, ctx, case, data_date=portfolio_state(session).data_date)
    held = [plain(each) for each in resettlement.held_by(session, case)]
    return {**plain(found), "held": held} | ctx.looking_back


@router.post("/money", summary="Ghi mời, chi trả, không nhận, gửi tiền (payments)", status_code=201)
def post_payment(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The numbers of the facts; more than was approved is refused."""
    return {"ids": tracks.record_payment(session, ctx, code, body.fields, key=key)}


@router.post("/resettlement", summary="Ghi sự việc tái định cư (resettlement facts)", status_code=201)
def post_home(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The numbers of the facts."""
    return {"ids": tracks.record_home(session, ctx, code, body.fields, key=key)}


@router.post("/resettlement/draw", summary="Bốc thăm, giao lô (draw a plot)", status_code=201)
def post_draw(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordIn, key: IdempotencyKey = None
) -> Answer:
    """`code`: the plot; 409 when the named one is with somebody else, 422 when there is no stock."""
    return resettlement.draw(session, ctx, code, body.fields, body.said(key))


@router.post("/resettlement/handover", summary="Bàn giao lô, căn (hand a plot over)")
def post_hand_over(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordEdit, key: IdempotencyKey = None
) -> Answer:
    """Leaves the proof for the recovery decision too (QD-01c, QD-01d)."""
    return resettlement.hand_over(session, ctx, code, body.fields, body.said(key), seen=body.version)


@router.post("/resettlement/release", summary="Huỷ bố trí, có lý do (release a plot)")
def post_release(
    session: SessionDep, ctx: ContextDep, code: CaseCode, body: RecordEdit, key: IdempotencyKey = None
) -> Answer:
    """The plot is free again."""
    return resettlement.release(session, ctx, code, body.fields, body.said(key), seen=body.version)


def plan_answer(view: compensation.PlanView | None) -> dict[str, Any]:
    """A version of the plan as JSON."""
    if view is None:
        return {"number": 0, "numbers": [], "lines": [], "totals": None, "masked": True}
    names = [
        name
        for name in (*compensation.NAMES, "amount_vnd")
        if not (view.masked and name in compensation.MONEY)
    ]
    return plain(
        {
            "number": view.number, "numbers": view.numbers, "version": view.version, "reason": view.reason,
            "document": view.document, "decided_on": view.decided_on, "masked": view.masked,
            "openable": view.openable,
            "frozen": {"vi": view.frozen[0], "en": view.frozen[1]} if view.frozen else None,
            "lines": [_row(row, names) for row in view.lines], "totals": view.totals,
        }
    )  # fmt: skip


def _row(row: Any, names: Any) -> dict[str, Any]:
    return {"code": row.code, "version": row.version, "demo": row.is_demo} | state_of(row, names)


def _parties(views: list[parties.PartyView]) -> dict[str, Any]:
    rows = []
    for view in views:
        shown = {f.name: {"value": f.shown, "masked": f.masked, "openable": f.openable} for f in view.fields}
        rows.append(plain(view) | {"fields": shown})
    return {"rows": rows}
