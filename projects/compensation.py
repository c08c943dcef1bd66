"""Compensation of a case, line by line: amounts in whole đồng, totals by kind, what may be taken off.

Kinds and rules: Land Law 31/2024 Arts. 94(6) and 111(7); rule ids TT-07 and TH-01.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from projects.errors import Fault

Pair = tuple[str, str]
KINDS: dict[str, Pair] = {
    "land": ("Đất", "Land"),
    "structure": ("Nhà, công trình", "Structures"),
    "crop": ("Cây trồng, vật nuôi", "Crops and livestock"),
    "moving": ("Di chuyển, mồ mả, hạ tầng", "Moving, graves, utilities"),
    "support": ("Hỗ trợ", "Supports"),
    "bonus": ("Thưởng bàn giao sớm", "Bonus for early handover"),
    "deduction": ("Khấu trừ", "Deductions"),
}
LEVELS: dict[str, Pair] = {
    "A": ("đã đọc văn bản", "text of the law read"),
    "B": ("hướng dẫn, quyết định địa phương", "handbook, local decision"),
    "C": ("báo chí, trích dẫn", "press, quotation"),
    "U": ("chưa kiểm chứng", "not verified"),
}
# What a line of such a kind stands on; a bonus and a deduction name their rule in any case.
RULES: dict[str, str] = {"bonus": "TH-01", "deduction": "TT-07"}
MOST_VND = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a plan: its kind and its amount in đồng (never negative; a deduction is taken off)."""

    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in đồng: `by_kind` as entered, `total` with deductions taken off, `difference` total − approved."""

    by_kind: dict[str, Decimal]
    total: Decimal
    approved: Decimal | None
    difference: Decimal | None


def line_amount(quantity: Decimal, price_vnd: Decimal, coefficient: Decimal) -> Decimal:
    """quantity × price × coefficient, exact, then rounded once to whole đồng (half away from zero)."""
    with localcontext() as exact:
        exact.prec = 80
        return (quantity * price_vnd * coefficient).quantize(Decimal(1), ROUND_HALF_UP)


def totals(lines: Iterable[Line], approved: Decimal | None = None) -> Totals:
    """The sums of a version of the plan beside the approved amount."""
    by_kind = dict.fromkeys(KINDS, Decimal(0))
    for line in lines:
        by_kind[line.kind] += line.amount
    total = sum((-v if k == "deduction" else v for k, v in by_kind.items()), Decimal(0))
    return Totals(by_kind, total, approved, None if approved is None else total - approved)


def check_deductions(lines: Iterable[Line]) -> list[Fault]:
    """TT-07: unpaid duties are taken from the money for land only, so they cannot be more than it."""
    by_kind = totals(lines).by_kind
    land, taken = by_kind["land"], by_kind["deduction"]
    if taken <= land:
        return []
    return [
        Fault(
            "kind",
            f"Khấu trừ {dong(taken)} đồng lớn hơn tiền đất {dong(land)} đồng: nghĩa vụ tài chính chỉ trừ vào tiền "
            "bồi thường về đất (TT-07, Luật Đất đai Điều 94 khoản 6).",
            f"Deductions of {dong(taken)} VND exceed the land money of {dong(land)} VND: duties are taken from land "
            "money only (TT-07, Land Law Art. 94(6)).",
        )
    ]


def dong(amount: Decimal | int | None) -> str:
    """Whole đồng with points between thousands, "9.842.300.000"; "–" for none."""
    return "–" if amount is None else f"{int(amount):,}".replace(",", ".")
