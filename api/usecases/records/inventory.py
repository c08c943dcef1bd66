"""What stands on the land of a case: counted, corrected, taken off the list; nothing is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.records.fields import Field, read
from api.usecases.records.writing import Answer, Said, begin, edit, finish, next_code, row_of, state_of
from geo.tables import CaseParty, ClearanceCase, InventoryItem
from projects.belongings import CONDITIONS, ITEMS
from projects.errors import Fault, InvalidInput

ACTION = "records.change"
PARTY = Field("party", "Của ai (mã người, ví dụ P1)", "Whose (party code, such as P1)")
FIELDS = (
    Field("kind", "Loại", "Kind", "choice", required=True, choices=ITEMS),
    Field("description", "Mô tả", "Description", required=True, wide=True),
    Field("quantity", "Số lượng", "Quantity", "decimal", required=True, high=Decimal(10) ** 9, places=3),
    Field("unit", "Đơn vị", "Unit", required=True, hint=("m², cây, cái, ngôi…", "m², trees, pieces…")),
    Field("condition", "Tình trạng", "Condition", "choice", choices=CONDITIONS),
    PARTY,
    Field("measured_on", "Ngày đo đếm", "Measured on", "day", required=True),
    Field("document", "Biên bản kiểm kê", "Record of inventory"),
)
NAMES = tuple(field.name for field in FIELDS)


def items(session: Session, case: ClearanceCase) -> list[InventoryItem]:
    """The items that count, by number."""
    rows = session.scalars(
        select(InventoryItem).where(InventoryItem.case_id == case.id, InventoryItem.active)
    )
    return sorted(rows, key=lambda row: int(row.code[1:]))


def add_item(session: Session, ctx: Context, code: str, entered: Mapping[str, Any], said: Said) -> Answer:
    """Counts an item; gives its code and version. Raises NotFound, Forbidden, InvalidInput, KeyReused."""
    write = begin(session, ctx, ACTION, "inventory.add", code, entered, said)
    if write.done is not None:
        return write.done
    values = _checked(session, ctx, write.case, read(FIELDS, entered, whole=True))
    case = write.case
    row = InventoryItem(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, version=1, active=True,
        code=next_code(session, InventoryItem, "K", InventoryItem.case_id == case.id), **values,
    )  # fmt: skip
    session.add(row)
    after = state_of(row, NAMES) | {"code": row.code, "version": 1}
    return finish(session, ctx, write, "inventory.add", said, after=after)


def change_item(
    session: Session, ctx: Context, code: str, item: str, entered: Mapping[str, Any], said: Said, *, seen: int
) -> Answer:
    """Corrects fields of an item. Raises like `add_item`, and StaleVersion with both values."""
    write = begin(session, ctx, ACTION, f"inventory.change {item} {seen}", code, entered, said)
    if write.done is not None:
        return write.done
    row = row_of(session, InventoryItem, "item", item, InventoryItem.case_id == write.case.id)
    values = _checked(session, ctx, write.case, read(FIELDS, entered, whole=False))
    before, after = edit(row, values, seen=seen, name=f"{code} {item}")
    about = {"code": item, "version": row.version}
    return finish(session, ctx, write, "inventory.change", said, before=before, after=after | about)


def drop_item(session: Session, ctx: Context, code: str, item: str, said: Said, *, seen: int) -> Answer:
    """Takes an item off the list, with a reason. Raises like `change_item`."""
    write = begin(session, ctx, ACTION, f"inventory.drop {item} {seen}", code, {}, said)
    if write.done is not None:
        return write.done
    row = row_of(session, InventoryItem, "item", item, InventoryItem.case_id == write.case.id)
    need_reason(said)
    edit(row, {"active": False}, seen=seen, name=f"{code} {item}")
    before = state_of(row, NAMES)
    after = {"code": item, "version": row.version, "active": False}
    return finish(session, ctx, write, "inventory.drop", said, before=before, after=after)


def need_reason(said: Said) -> None:
    """Refuses a write without its reason."""
    if not (said.reason or "").strip():
        raise InvalidInput([Fault("reason", "Nêu lý do.", "Give the reason.")])


def check_party(
    session: Session, case: ClearanceCase, values: Mapping[str, Any], field: str = "party"
) -> None:
    """Refuses a party code that nobody in the case has."""
    wanted = values.get(field)
    if not wanted:
        return
    query = select(CaseParty.id).where(CaseParty.case_id == case.id, CaseParty.code == wanted)
    if session.scalar(query) is None:
        raise InvalidInput(
            [Fault(field, f"Hồ sơ không có người {wanted[:12]}.", f"The case has no party {wanted[:12]}.")]
        )


def _checked(session: Session, ctx: Context, case: ClearanceCase, values: dict[str, Any]) -> dict[str, Any]:
    check_party(session, case, values)
    if (day := values.get("measured_on")) is not None and day > ctx.today():
        raise InvalidInput([Fault("measured_on", "Ngày đo đếm ở tương lai.", "Measured in the future.")])
    return values
