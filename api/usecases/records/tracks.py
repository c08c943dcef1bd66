"""The money and the resettlement of a case as tracks, read from its facts; and the facts that move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.lawfiles import rule_book
from api.usecases.case_facts import facts_of, record_facts
from api.usecases.holders import AMOUNT
from api.usecases.may import is_command, sight
from api.usecases.records.fields import Field, read
from api.usecases.records.inventory import check_party
from api.usecases.records.resettlement import DAY, DOCUMENT, KINDS
from geo.access import access_case
from geo.tables import ClearanceCase, Holder
from projects.calendars import VN5
from projects.compensation import dong
from projects.errors import Fault, InvalidInput
from projects.law.clocks import make_frame
from projects.law.facts import KINDS as FACT_KINDS
from projects.law.facts import Fact
from projects.law.interest import LateMoney, late_money
from projects.law.money_clocks import money_clocks
from projects.payments import Money, homes_needed, money_track, resettlement_track

Pair = tuple[str, str]
PAYMENTS: dict[str, Pair] = {
    code: (kind.label_vi, kind.label_en) for code, kind in FACT_KINDS.items() if kind.track == "money"
}
PAYS = ("payment.part", "payment.full", "payment.deposited")
# Drawing and handing over write their facts themselves (`api.usecases.records.resettlement`).
HOME_FACTS: dict[str, Pair] = {
    code: (kind.label_vi, kind.label_en)
    for code, kind in FACT_KINDS.items()
    if kind.track == "resettlement" and code not in ("resettlement.drawn", "resettlement.handed")
}
PAYMENT = (
    Field("kind", "Việc", "What", "choice", required=True, choices=PAYMENTS),
    DAY,
    Field("amount", "Số tiền (đồng)", "Amount (VND)", "decimal", low=Decimal(1), high=Decimal(10) ** 13, places=0),
    Field("party", "Của ai (mã người)", "Whose (party code)"),
    DOCUMENT,
)  # fmt: skip
HOME = (
    Field("kind", "Việc", "What", "choice", required=True, choices=HOME_FACTS),
    DAY,
    Field("party", "Của ai (mã người)", "Whose (party code)"),
    Field("value", "Loại (land, flat) hoặc khu", "Kind (land, flat) or site"),
    DOCUMENT,
)


@dataclass(frozen=True, slots=True)
class Tracks:
    """Where money and resettlement of a case stand on `day`; `shown` whether the reader sees amounts."""

    day: date
    money: Money
    payments: tuple[Fact, ...]
    shown: bool
    home: str
    home_facts: tuple[Fact, ...]
    needs: Mapping[str, str]
    extra: LateMoney | None


def tracks_of(
    session: Session, ctx: Context, case: ClearanceCase, *, data_date: date, exactly: bool = False
) -> Tracks:
    """Both tracks from the facts of the case. Amounts are None where the reader's role does not see them.

    On the data date, or on the day of what was recorded after it, unless `exactly` that day is asked for.
    """
    facts = facts_of(session, ctx, [case.code]).get(case.code, ())
    later = [f.on for f in facts if f.kind.startswith(("payment.", "resettlement.")) and not exactly]
    today = max([data_date, *later])
    shown = is_command(ctx) or sight(ctx, AMOUNT) == "hiện"
    approved = session.scalar(select(Holder.amount_vnd).where(Holder.case_id == case.id)) if shown else None
    due = _due(ctx, facts, today)
    late = due is not None and today > due and approved is not None
    return Tracks(
        day=today,
        money=money_track(facts, approved, today=today, due=due),
        extra=late_money(approved, due=due, payments=facts, until=today, book=rule_book()) if late else None,  # type: ignore[arg-type]
        payments=tuple(fact for fact in facts if fact.kind.startswith("payment.") and fact.on <= today),
        shown=shown,
        home=resettlement_track(facts, today=today),
        home_facts=tuple(fact for fact in facts if fact.kind.startswith("resettlement.") and fact.on <= today),
        needs=homes_needed(facts),
    )  # fmt: skip


def _due(ctx: Context, facts: Sequence[Fact], today: date) -> date | None:
    """The last lawful day of payment (TT-01) as the law's clocks have it; for several people the first."""
    frame = make_frame(facts, book=rule_book(), today=today, office=ctx.calendars[VN5])
    return min((clock.due for clock in money_clocks(frame) if clock.due is not None), default=None)


def record_payment(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], *, key: str | None
) -> list[int]:
    """Records an invitation, a payment, a refusal or a deposit. Raises like `record_facts`.

    What is paid in all may not be more than what was approved; paid in full brings it to that amount.
    """
    case = access_case(session, code, for_update=True)
    values = read(PAYMENT, entered, whole=True)
    check_party(session, case, values)
    fact = Fact(values["kind"], values["on"], party=values["party"] or "", amount=values["amount"],
                document=values["document"])  # fmt: skip
    if fact.kind in PAYS:
        before = facts_of(session, ctx, [code]).get(code, ())
        _check_sum(session, case, fact, before, key)
    return record_facts(session, ctx, code, [fact], key=key)


def record_home(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], *, key: str | None
) -> list[int]:
    """Records an entitlement, a posting, stock found or temporary housing. Raises like `record_facts`."""
    case = access_case(session, code, for_update=True)
    values = read(HOME, entered, whole=True)
    check_party(session, case, values)
    if values["kind"] == "resettlement.needed" and values["value"] not in KINDS:
        raise InvalidInput([Fault("value", "Chọn land (đất) hoặc flat (căn hộ).", "Choose land or flat.")])
    fact = Fact(values["kind"], values["on"], party=values["party"] or "", value=values["value"] or "",
                document=values["document"])  # fmt: skip
    return record_facts(session, ctx, code, [fact], key=key)


def _check_sum(
    session: Session, case: ClearanceCase, fact: Fact, before: Sequence[Fact], key: str | None
) -> None:
    if fact.amount is None:
        raise InvalidInput([Fault("amount", "Chưa nhập số tiền.", "The amount is missing.")])
    approved = session.scalar(select(Holder.amount_vnd).where(Holder.case_id == case.id))
    if approved is None:
        vi = "Hồ sơ chưa có số tiền được phê duyệt, nên chưa chi trả được."
        raise InvalidInput([Fault("amount", vi, "The case has no approved amount to pay.")])
    said = (fact.kind, fact.on, fact.document, fact.amount)
    same = [f for f in before if (f.kind, f.on, f.document, f.amount) == said]
    if key is not None and same:
        return  # perhaps sent again: `record_facts` knows the key
    paid = sum((f.amount or Decimal(0) for f in before if f.kind in PAYS), Decimal(0))
    left = approved - paid
    if fact.amount > left:
        raise InvalidInput(
            [
                Fault(
                    "amount",
                    f"Vượt số được duyệt: đã chi {dong(paid)} / {dong(approved)} đồng, còn {dong(left)} đồng.",
                    f"More than approved: {dong(paid)} of {dong(approved)} VND are paid, {dong(left)} VND are left.",
                )
            ]
        )
    if fact.kind == "payment.full" and fact.amount < left:
        raise InvalidInput(
            [
                Fault(
                    "amount",
                    f"Chưa đủ: còn {dong(left)} đồng; ghi là chi trả một phần.",
                    f"Not in full: {dong(left)} VND are left; record a payment in part.",
                )
            ]
        )
