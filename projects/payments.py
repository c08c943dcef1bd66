"""The money of a case and its resettlement, from facts alone: what was paid, what is left, where each stands.

Land Law 31/2024 Art. 94(3) (rules TT-01, TT-02, TT-06): payment within 30 days of the effect of the approval, extra
money from day 31, money that is refused goes on the deposit account and counts as paid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from projects.law.facts import Fact

Pair = tuple[str, str]
MONEY: dict[str, Pair] = {
    "none": ("chưa có phương án được duyệt", "no approved plan"),
    "approved": ("đã duyệt, chưa mời nhận tiền", "approved, not invited"),
    "invited": ("đã mời nhận tiền", "invited to be paid"),
    "part": ("đã chi trả một phần", "paid in part"),
    "refused": ("không nhận tiền", "money refused"),
    "deposited": ("đã gửi tài khoản tiền gửi", "put on deposit"),
    "paid": ("đã chi trả đủ", "paid in full"),
}
HOMES: dict[str, Pair] = {
    "none": ("không có nhu cầu", "no need"),
    "needed": ("đủ điều kiện, chờ quỹ", "entitled, waits for stock"),
    "stock": ("đã có quỹ", "stock found"),
    "posted": ("đang niêm yết bố trí", "allocation posted"),
    "drawn": ("đã bốc thăm", "drawn"),
    "temporary": ("đã bố trí tạm cư", "temporary housing"),
    "handed": ("đã bàn giao", "handed over"),
}
_APPROVED = {"approval.decided", "approval.effective"}
_PAYS = ("payment.part", "payment.full", "payment.deposited")


@dataclass(frozen=True, slots=True)
class Money:
    """Where the money stands; amounts in đồng, None where the reader does not see them or nothing is approved.

    `due`: the last day to pay without extra money; `late_days` since then on the given day, 0 when paid in time.
    """

    state: str
    approved: Decimal | None
    paid: Decimal | None
    deposited: Decimal | None
    left: Decimal | None
    due: date | None
    late_days: int


def money_track(
    facts: Iterable[Fact], approved: Decimal | None, *, today: date, due: date | None = None
) -> Money:
    """The money track on a day; `due` is the law's last day of payment (TT-01).

    Paid in full is what a paper says, or what adds up to the approved amount.
    """
    known = sorted((f for f in facts if f.on <= today), key=lambda f: (f.on, f.id))
    kinds = [f.kind for f in known]
    amounts = [f.amount for f in known if f.kind in _PAYS]
    clear = all(amount is not None for amount in amounts)
    deposited = sum((f.amount or Decimal(0) for f in known if f.kind == "payment.deposited"), Decimal(0))
    paid = sum((amount or Decimal(0) for amount in amounts), Decimal(0)) - deposited
    left = None if approved is None or not clear else approved - paid - deposited
    done = "payment.full" in kinds or (left is not None and left <= 0 and bool(amounts))
    state = "approved" if approved is not None or _APPROVED & set(kinds) else "none"
    for kind, becomes in (("payment.invited", "invited"), ("payment.part", "part")):
        if kind in kinds:
            state = becomes
    last = next((kind for kind in reversed(kinds) if kind.startswith("payment.")), "")
    if last == "payment.refused":
        state = "refused"
    if last == "payment.deposited" and not done:
        state = "part" if left else "deposited"
    elif done and "payment.deposited" in kinds:
        state = "deposited"
    elif done:
        state = "paid"
    settled = state in ("paid", "deposited")
    late = 0 if due is None or settled else max(0, (today - due).days)
    return Money(
        state,
        approved,
        paid if clear else None,
        deposited if clear else None,
        left if left is None else max(left, Decimal(0)),
        due,
        late,
    )


def homes_needed(facts: Iterable[Fact]) -> dict[str, str]:
    """Who of a case is entitled to what: land | flat, by party code ('' is the case); the newest fact counts."""
    found = {}
    for fact in sorted(facts, key=lambda f: (f.on, f.id)):
        if fact.kind == "resettlement.needed" and fact.value in ("land", "flat"):
            found[fact.party] = fact.value
    return found


def resettlement_track(facts: Iterable[Fact], *, today: date) -> str:
    """Where the resettlement of a case stands on a day: a key of `HOMES`."""
    kinds = {f.kind for f in facts if f.on <= today}
    if "resettlement.needed" not in kinds:
        return "none"
    for kind, state in (
        ("resettlement.handed", "handed"),
        ("resettlement.drawn", "drawn"),
        ("resettlement.temporary", "temporary"),
        ("resettlement.posted", "posted"),
        ("resettlement.stock", "stock"),
    ):
        if kind in kinds:
            return state
    return "needed"
