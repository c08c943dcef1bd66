"""The protected data of a case's holder: seen masked by role, opened on purpose, changed with a paper.

Nothing leaves here that the rights table does not let the role see; an opening is an event that names the fields and
the reason, never the values. The approved amount is not changed here: it needs a second person
(`api.usecases.proposals`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.may import require, sight
from geo.access import access_case, project_code_of
from geo.history import event_with_key, own_key, record
from geo.tables import ClearanceCase, Holder
from projects.errors import Fault, Forbidden, InvalidInput, KeyReused, StaleVersion
from projects.masking import mask
from projects.rights import Sight

AMOUNT = "amount_vnd"
LONGEST = 200
MOST_VND = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class HolderField:
    """One protected field as a person sees it: `shown` is the value or its mask; `openable` with a reason."""

    name: str
    vi: str
    en: str
    shown: str
    masked: bool
    openable: bool


@dataclass(frozen=True, slots=True)
class HolderView:
    """The holder of a case as a person sees them; no fields for roles that see none."""

    fields: tuple[HolderField, ...]
    version: int
    is_demo: bool


def holder_view(
    session: Session, ctx: Context, case: ClearanceCase, *, opened: Iterable[str] = ()
) -> HolderView:
    """The holder by the rights of whoever asks; `opened` are fields whose opening was just recorded."""
    row = session.get(Holder, case.id)
    fields: list[HolderField] = []
    for name, right in ctx.rights.fields.items():
        how: Sight = sight(ctx, name)
        if how == ".":
            continue
        value = getattr(row, name) if row is not None else None
        clear = how == "hiện" or (how == "mở" and name in opened)
        fields.append(
            HolderField(
                name, right.vi, right.en,
                shown=plain(value) if clear else mask(name, value),
                masked=not clear and value is not None,
                openable=how == "mở" and not clear and value is not None,
            )
        )  # fmt: skip
    return HolderView(tuple(fields), row.version if row else 0, row.is_demo if row else False)


def open_fields(session: Session, ctx: Context, code: str, names: Iterable[str], reason: str) -> HolderView:
    """Opens masked fields for this one answer and records it. Raises NotFound, Forbidden, InvalidInput."""
    case = access_case(session, code)
    project = project_code_of(session, case)
    require(ctx, "holder.open", ward=case.ward_code, project=project)
    wanted = sorted(set(names))
    if not wanted or not reason.strip() or len(reason) > LONGEST:
        raise InvalidInput(
            [
                Fault(
                    "reason",
                    "Chọn trường và nêu lý do (tới 200 ký tự).",
                    "Choose fields and give a reason (200 characters).",
                )
            ]
        )
    if unknown := [name for name in wanted if name not in ctx.rights.fields]:
        raise InvalidInput(
            [Fault(name[:40], "Không có trường này.", "There is no such field.") for name in unknown]
        )
    if any(sight(ctx, name) not in ("mở", "hiện") for name in wanted):
        raise Forbidden("holder.open")
    record(
        session, kind="holder.open", object_type="holder", object_code=code, project_code=project,
        actor=ctx.principal.account, effective_on=ctx.today(), after={"fields": wanted}, reason=reason.strip(),
    )  # fmt: skip
    return holder_view(session, ctx, case, opened=wanted)


def change_holder(
    session: Session, ctx: Context, code: str, changes: Mapping[str, str | None], *,
    seen: int, key: str | None, document: str | None, reason: str | None,
) -> int:  # fmt: skip
    """Writes protected fields, all but the amount, as one event, and gives the new version.

    Raises NotFound, Forbidden, InvalidInput, StaleVersion (with masked states), KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "holder.change", ward=case.ward_code, project=project)
    values = checked(ctx, changes)
    if AMOUNT in values:
        raise Forbidden(
            "holder.change",
            "Số tiền cần người thứ hai xác nhận: gửi thành đề nghị.",
            "The amount needs a second person: send it as a proposal.",
        )
    stored = own_key(ctx.principal.account, key)
    if stored is not None and (done := event_with_key(session, stored)) is not None:
        if (done.after or {}).get("fields") != sorted(values) or done.object_code != code:
            raise KeyReused(key or "")
        return int((done.after or {})["version"])
    return write(session, ctx, case, project, values, seen=seen, key=stored, document=document, reason=reason)


def write(
    session: Session, ctx: Context, case: ClearanceCase, project: str, values: Mapping[str, Any], *,
    seen: int, key: str | None = None, document: str | None = None, reason: str | None = None,
    seconds: int | None = None,
) -> int:  # fmt: skip
    """Writes checked values and their event; the caller has asked for the right. Raises StaleVersion."""
    row = session.scalar(select(Holder).where(Holder.case_id == case.id).with_for_update())
    version = row.version if row is not None else 0
    if version != seen:
        raise StaleVersion(case.code, seen, {"version": version}, {"fields": sorted(values)})
    if row is None:
        row = Holder(
            case_id=case.id,
            project_id=case.project_id,
            ward_code=case.ward_code,
            is_demo=case.is_demo,
            version=0,
        )
        session.add(row)
    before = {name: plain(getattr(row, name)) for name in values}
    for name, value in values.items():
        setattr(row, name, value)
    row.version = version + 1
    session.flush()
    # Values stand in the event under `protected`: shown masked wherever events are shown.
    record(
        session, kind="holder.change", object_type="holder", object_code=case.code, project_code=project,
        actor=ctx.principal.account, effective_on=ctx.today(), before={"protected": before},
        after={
            "fields": sorted(values), "version": row.version,
            "protected": {name: plain(value) for name, value in values.items()},
        },
        document=document, reason=reason, idempotency_key=key, seconds=seconds,
    )  # fmt: skip
    return row.version


def checked(ctx: Context, changes: Mapping[str, str | None]) -> dict[str, Any]:
    """The typed values of a change. Raises InvalidInput with every fault."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, text in changes.items():
        text = (text or "").strip()
        if name not in ctx.rights.fields:
            faults.append(Fault(name[:40], "Không có trường này.", "There is no such field."))
        elif len(text) > LONGEST or any(ord(c) < 32 for c in text):
            faults.append(
                Fault(name, "Dài quá hoặc có ký tự điều khiển.", "Too long, or control characters.")
            )
        elif not text:
            values[name] = None
        elif name == AMOUNT:
            values[name] = _amount(text, faults)
        elif name == "birth_date":
            values[name] = _day(text, faults)
        else:
            values[name] = text
    if not changes:
        faults.append(Fault("fields", "Không có gì để ghi.", "Nothing to write."))
    if faults:
        raise InvalidInput(faults)
    return values


def plain(value: Any) -> str:
    """A protected value as text; an empty text for none."""
    if value is None:
        return ""
    return (
        value.isoformat()
        if isinstance(value, date)
        else format(value, "f")
        if isinstance(value, Decimal)
        else str(value)
    )


def _amount(text: str, faults: list[Fault]) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found != found.to_integral_value() or not 0 <= found <= MOST_VND:
        faults.append(
            Fault(
                AMOUNT, "Số tiền là số đồng nguyên, chỉ gồm chữ số.", "The amount is whole đồng, digits only."
            )
        )
        return None
    return found


def _day(text: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Fault("birth_date", "Ngày có dạng năm-tháng-ngày.", "A date as YYYY-MM-DD."))
        return None
