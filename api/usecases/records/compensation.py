"""The plan of compensation of a case: versions, lines by rule, totals beside the approved amount.

Lines of an approved version stand: whoever corrects the plan begins a new version (PA-13), the old one stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.holders import AMOUNT
from api.usecases.may import is_command, require, sight
from api.usecases.records.fields import Field, read
from api.usecases.records.inventory import check_party, need_reason
from api.usecases.records.writing import Answer, Said, begin, edit, finish, next_code, row_of, state_of
from geo.access import access_case, project_code_of
from geo.history import record
from geo.tables import ClearanceCase, CompensationLine, CompensationPlan, Holder, InventoryItem
from projects.compensation import (
    KINDS,
    LEVELS,
    MOST_VND,
    RULES,
    Line,
    Totals,
    check_deductions,
    line_amount,
    totals,
)
from projects.errors import Fault, Forbidden, InvalidInput
from projects.steps import STEPS

CHANGE = "holder.change"
APPROVED = STEPS["S80"].order
FIELDS = (
    Field("kind", "Khoản", "Kind", "choice", required=True, choices=KINDS),
    Field("description", "Nội dung", "Description", required=True, wide=True),
    Field("quantity", "Khối lượng", "Quantity", "decimal", required=True, high=Decimal(10) ** 9),
    Field("unit", "Đơn vị", "Unit", required=True),
    Field("price_vnd", "Đơn giá (đồng)", "Price (VND)", "decimal", required=True, high=MOST_VND, places=0),
    Field("coefficient", "Hệ số", "Coefficient", "decimal", required=True, high=Decimal(100)),
    Field("basis", "Căn cứ", "Basis", required=True, hint=("Ví dụ QĐ 56/2024/QĐ-UBND.", "Such as QĐ 56/2024/QĐ-UBND.")),
    Field("level", "Mức kiểm chứng", "Verified", "choice", required=True, choices=LEVELS),
    Field("rule", "Mã quy tắc", "Rule", hint=("Thưởng: TH-01; khấu trừ: TT-07.", "Bonus: TH-01; deduction: TT-07.")),
    Field("party", "Của ai (mã người)", "Whose (party code)"),
    Field("item", "Mục kiểm kê (mã K…)", "Inventory item (K…)"),
)  # fmt: skip
NAMES = tuple(field.name for field in FIELDS)
MONEY = ("price_vnd", "amount_vnd")  # of a line; told in the history as protected


@dataclass(frozen=True, slots=True)
class PlanView:
    """A version of the plan as a reader sees it: money is None where it is masked.

    `frozen`: why no line of it may change (vi, en); `numbers`: the versions there are.
    """

    number: int
    numbers: tuple[int, ...]
    version: int
    reason: str | None
    document: str | None
    decided_on: date | None
    frozen: tuple[str, str] | None
    lines: tuple[CompensationLine, ...]
    totals: Totals | None
    masked: bool
    openable: bool


def plan_view(
    session: Session, ctx: Context, case: ClearanceCase, *, number: int | None = None, opened: bool = False
) -> PlanView | None:
    """The newest version of the plan, or version `number`; None where the role knows of no amounts."""
    how = sight(ctx, AMOUNT)
    if how == "." and not is_command(ctx):
        return None
    plans = _plans(session, case)
    plan = next((p for p in plans if p.number == number), plans[-1] if plans else None)
    clear = is_command(ctx) or how == "hiện" or (how == "mở" and opened)
    lines = _lines(session, case, plan.number) if plan else []
    approved = session.scalar(select(Holder.amount_vnd).where(Holder.case_id == case.id))
    return PlanView(
        number=plan.number if plan else 0,
        numbers=tuple(p.number for p in plans),
        version=plan.version if plan else 0,
        reason=plan.reason if plan else None,
        document=plan.document if plan else None,
        decided_on=plan.decided_on if plan else None,
        frozen=frozen_why(plan, case.step, newest=plan is plans[-1]) if plan else None,
        lines=tuple(lines),
        totals=totals(_sums(lines), approved) if clear else None,
        masked=not clear,
        openable=how == "mở" and not clear,
    )


def open_amounts(session: Session, ctx: Context, code: str, reason: str) -> PlanView | None:
    """Opens the amounts for this one answer and records it. Raises NotFound, Forbidden, InvalidInput."""
    case = access_case(session, code)
    project = project_code_of(session, case)
    require(ctx, "holder.open", ward=case.ward_code, project=project)
    if not reason.strip() or len(reason) > 200:
        raise InvalidInput([Fault("reason", "Nêu lý do (tới 200 ký tự).", "Give a reason (200 characters).")])
    if sight(ctx, AMOUNT) not in ("mở", "hiện"):
        raise Forbidden("holder.open")
    record(
        session, kind="compensation.open", object_type="compensation", object_code=code, project_code=project,
        actor=ctx.principal.account, effective_on=ctx.today(), after={"fields": [AMOUNT]}, reason=reason.strip(),
    )  # fmt: skip
    return plan_view(session, ctx, case, opened=True)


def frozen_why(plan: CompensationPlan, step: str, *, newest: bool = True) -> tuple[str, str] | None:
    """Why the lines of a version stand: it is approved, or an older one. None when they may change."""
    if plan.decided_on is not None:
        return (
            f"Phiên bản {plan.number} đã được phê duyệt ({plan.document}, {plan.decided_on:%d/%m/%Y}): muốn sửa "
            "thì lập phiên bản mới (PA-13).",
            f"Version {plan.number} was approved ({plan.document}, {plan.decided_on:%Y-%m-%d}): to correct it, "
            "begin a new version (PA-13).",
        )
    if _after_approval(step) and not _after_approval(plan.opened_step):
        return (
            f"Phương án đã được phê duyệt (hồ sơ ở bước {step}) nên các dòng của phiên bản {plan.number} không sửa "
            "được nữa: muốn sửa thì lập phiên bản mới (PA-13).",
            f"The plan is approved (the case stands at {step}), so the lines of version {plan.number} stand: to "
            "correct it, begin a new version (PA-13).",
        )
    if not newest:
        return (f"Đã có phiên bản sau phiên bản {plan.number}.", f"A version follows version {plan.number}.")
    return None


def add_line(session: Session, ctx: Context, code: str, entered: Mapping[str, Any], said: Said) -> Answer:
    """Adds a line to the newest version, which is begun with the first line. Raises like other writes of records."""
    write = begin(session, ctx, CHANGE, "compensation.add", code, _hashed(entered), said)
    if write.done is not None:
        return write.done
    case = write.case
    values = _checked(session, case, read(FIELDS, entered, whole=True))
    plans = _plans(session, case)
    plan = _open(plans, case) if plans else _begin_plan(session, case, 1, None)
    row = CompensationLine(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=False, version=1,
        plan=plan.number, code=_next_line(session, case, plan.number), **values,
    )  # fmt: skip
    session.add(row)
    _check_sums(session, case, plan.number)
    after = told(row) | {"code": row.code, "version": 1, "plan": plan.number}
    return finish(session, ctx, write, "compensation.add", said, after=after)


def change_line(
    session: Session, ctx: Context, code: str, line: str, entered: Mapping[str, Any], said: Said, *, seen: int
) -> Answer:
    """Changes fields of a line of the newest version. Raises like `add_line`, and StaleVersion with both values."""
    write = begin(session, ctx, CHANGE, f"compensation.change {line} {seen}", code, _hashed(entered), said)
    if write.done is not None:
        return write.done
    plan = _open(_plans(session, write.case), write.case)
    row = _line(session, write.case, plan, line)
    partial = read(FIELDS, entered, whole=False)
    values = _checked(session, write.case, state_of_typed(row) | partial)
    wanted = {name: values[name] for name in (*partial, "amount_vnd", "rule")}
    before = told(row)
    edit(row, wanted, seen=seen, name=f"{code} {line}")
    _check_sums(session, write.case, plan.number)
    after = told(row) | {"code": line, "version": row.version, "plan": plan.number}
    return finish(session, ctx, write, "compensation.change", said, before=before, after=after)


def drop_line(session: Session, ctx: Context, code: str, line: str, said: Said, *, seen: int) -> Answer:
    """Takes a line out of the newest version, with a reason. Raises like `change_line`."""
    write = begin(session, ctx, CHANGE, f"compensation.drop {line} {seen}", code, {}, said)
    if write.done is not None:
        return write.done
    plan = _open(_plans(session, write.case), write.case)
    row = _line(session, write.case, plan, line)
    need_reason(said)
    before = told(row)
    edit(row, {}, seen=seen, name=f"{code} {line}")
    session.delete(row)
    _check_sums(session, write.case, plan.number)
    after = {"code": line, "version": seen + 1, "plan": plan.number}
    return finish(session, ctx, write, "compensation.drop", said, before=before, after=after)


def new_version(session: Session, ctx: Context, code: str, said: Said) -> Answer:
    """Begins a version with the lines of the approved one, to be corrected; needs a reason. Raises InvalidInput, …"""
    write = begin(session, ctx, CHANGE, "compensation.version", code, {}, said)
    if write.done is not None:
        return write.done
    need_reason(said)
    case, plans = write.case, _plans(session, write.case)
    if not plans or frozen_why(plans[-1], case.step) is None:
        vi = "Phiên bản hiện hành chưa được phê duyệt: cứ sửa thẳng các dòng của nó."
        raise InvalidInput([Fault("plan", vi, "The current version is not approved: change its lines.")])
    number = plans[-1].number + 1
    lines = _lines(session, case, plans[-1].number)
    plan = _begin_plan(session, case, number, said.reason)
    session.flush()
    for line in lines:
        session.add(
            CompensationLine(
                case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=False, version=1,
                plan=number, code=line.code, amount_vnd=line.amount_vnd, **state_of_typed(line),
            )
        )  # fmt: skip
    after = {"code": str(number), "version": plan.version, "plan": number, "lines": len(lines)}
    return finish(session, ctx, write, "compensation.version", said, after=after)


def approve_version(session: Session, ctx: Context, code: str, on: Any, said: Said, *, number: int) -> Answer:
    """Puts down that a version was approved by a decision: from here on its lines stand. Raises InvalidInput, …"""
    write = begin(session, ctx, CHANGE, "compensation.approve", code, {"on": str(on), "number": number}, said)
    if write.done is not None:
        return write.done
    day = read((Field("on", "", "", "day", required=True),), {"on": on}, whole=True)["on"]
    case, plans = write.case, _plans(session, write.case)
    plan = plans[-1] if plans else None
    faults = []
    if plan is None or plan.number != number or not _lines(session, case, number):
        faults.append(
            Fault("plan", "Không phải phiên bản hiện hành có dòng.", "Not the current version with lines.")
        )
    elif plan.decided_on is not None:
        faults.append(Fault("plan", "Phiên bản này đã được phê duyệt.", "This version is approved."))
    if not _after_approval(case.step):
        vi = "Hồ sơ chưa qua bước S80 (phê duyệt phương án, cần hai người): ghi bước đó trước."
        faults.append(
            Fault("plan", vi, "The case is not past S80 (approval, two people): record that first.")
        )
    if not (said.document or "").strip():
        faults.append(Fault("document", "Thiếu số quyết định.", "The decision number is missing."))
    if day > ctx.today():
        faults.append(Fault("on", "Ngày ở tương lai.", "A day in the future."))
    if faults or plan is None:
        raise InvalidInput(faults)
    plan.document, plan.decided_on, plan.version = said.document, day, plan.version + 1
    after = {"code": str(number), "version": plan.version, "plan": number, "decided_on": day}
    return finish(session, ctx, write, "compensation.approve", said, after=after)


def told(row: CompensationLine) -> dict[str, Any]:
    """A line as an event keeps it: money stands under `protected`, shown masked wherever events are shown."""
    state = state_of(row, (*NAMES, "amount_vnd"))
    return {k: v for k, v in state.items() if k not in MONEY} | {"protected": {k: state[k] for k in MONEY}}


def state_of_typed(row: CompensationLine) -> dict[str, Any]:
    """The fields of a line that are entered, with their types."""
    return {name: getattr(row, name) for name in NAMES}


def _checked(session: Session, case: ClearanceCase, values: dict[str, Any]) -> dict[str, Any]:
    """The values with their amount and rule. Raises InvalidInput."""
    faults = []
    check_party(session, case, values)
    if values["item"]:
        query = select(InventoryItem.id).where(
            InventoryItem.case_id == case.id, InventoryItem.code == values["item"]
        )
        if session.scalar(query) is None:
            faults.append(Fault("item", "Hồ sơ không có mục này.", "The case has no such item."))
    needed = RULES.get(values["kind"])
    if needed and values["rule"] not in (None, needed):
        faults.append(Fault("rule", f"Khoản này theo {needed}.", f"This kind stands on {needed}."))
    amount = line_amount(values["quantity"], values["price_vnd"], values["coefficient"])
    if amount > MOST_VND:
        faults.append(Fault("price_vnd", "Thành tiền quá lớn.", "The amount is too large."))
    if faults:
        raise InvalidInput(faults)
    return values | {"amount_vnd": amount, "rule": values["rule"] or needed}


def _check_sums(session: Session, case: ClearanceCase, number: int) -> None:
    session.flush()
    if faults := check_deductions(_sums(_lines(session, case, number))):
        raise InvalidInput(faults)


def _plans(session: Session, case: ClearanceCase) -> list[CompensationPlan]:
    query = select(CompensationPlan).where(CompensationPlan.case_id == case.id)
    return list(session.scalars(query.order_by(CompensationPlan.number)))


def _lines(session: Session, case: ClearanceCase, number: int) -> list[CompensationLine]:
    query = select(CompensationLine).where(
        CompensationLine.case_id == case.id, CompensationLine.plan == number
    )
    order = tuple(KINDS)
    return sorted(session.scalars(query), key=lambda row: (order.index(row.kind), int(row.code[1:])))


def _sums(lines: list[CompensationLine]) -> list[Line]:
    return [Line(line.kind, line.amount_vnd) for line in lines]


def _line(session: Session, case: ClearanceCase, plan: CompensationPlan, line: str) -> Any:
    of_plan = (CompensationLine.case_id == case.id, CompensationLine.plan == plan.number)
    return row_of(session, CompensationLine, "line", line, *of_plan)


def _next_line(session: Session, case: ClearanceCase, number: int) -> str:
    return next_code(
        session, CompensationLine, "B", CompensationLine.case_id == case.id, CompensationLine.plan == number
    )


def _open(plans: list[CompensationPlan], case: ClearanceCase) -> CompensationPlan:
    """The newest version, if its lines may change. Raises InvalidInput with the reason."""
    if not plans:
        raise InvalidInput([Fault("plan", "Chưa có phương án.", "There is no plan.")])
    if why := frozen_why(plans[-1], case.step):
        raise InvalidInput([Fault("plan", *why)])
    return plans[-1]


def _begin_plan(session: Session, case: ClearanceCase, number: int, reason: str | None) -> CompensationPlan:
    plan = CompensationPlan(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=False, version=1,
        number=number, reason=reason, opened_step=case.step,
    )  # fmt: skip
    session.add(plan)
    return plan


def _after_approval(step: str) -> bool:
    return step in STEPS and not step.startswith("X") and STEPS[step].order >= APPROVED


def _hashed(entered: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in entered.items()}
