"""Amounts, totals and deductions of a plan; money and resettlement tracks; moving graves: against oracles."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.belongings import STATES, move_faults
from projects.compensation import KINDS, Line, check_deductions, dong, line_amount, totals
from projects.law.facts import Fact
from projects.payments import homes_needed, money_track, resettlement_track

NUMBERS = st.decimals(0, 10**9, allow_nan=False, allow_infinity=False, places=4)
PRICES = st.integers(0, 10**13).map(Decimal)
LINES = st.lists(st.builds(Line, st.sampled_from(list(KINDS)), PRICES), max_size=30)


@given(NUMBERS, PRICES, NUMBERS)
def test_an_amount_is_the_exact_product_rounded_once(quantity: Decimal, price: Decimal, by: Decimal) -> None:
    exact = Fraction(quantity) * Fraction(price) * Fraction(by)
    assert line_amount(quantity, price, by) == floor(exact + Fraction(1, 2))


def test_rounding_every_factor_would_be_another_amount() -> None:
    """The control: what a sheet with rounded steps would show."""
    amount = line_amount(Decimal("33.335"), Decimal("29999999"), Decimal("1.15"))
    assert amount != round(round(33.335 * 29999999) * 1.15, -3)
    assert amount == 1_150_057_462


@given(LINES, PRICES)
def test_a_total_is_what_is_added_less_what_is_deducted(lines: list[Line], approved: Decimal) -> None:
    found = totals(lines, approved)
    signed = [-int(line.amount) if line.kind == "deduction" else int(line.amount) for line in lines]
    assert found.total == sum(signed)
    assert found.difference == sum(signed) - approved
    assert sum(found.by_kind.values()) == sum(int(line.amount) for line in lines)


@given(LINES)
def test_deductions_are_taken_from_land_money_only(lines: list[Line]) -> None:
    land = sum(line.amount for line in lines if line.kind == "land")
    taken = sum(line.amount for line in lines if line.kind == "deduction")
    assert bool(check_deductions(lines)) == (taken > land)


def test_dong_are_written_as_in_vietnam() -> None:
    assert [dong(None), dong(0), dong(Decimal("9842300000")), dong(-1500)] == [
        "–",
        "0",
        "9.842.300.000",
        "-1.500",
    ]


DAY, TODAY = date(2026, 3, 1), date(2026, 3, 20)
PAYS = ("payment.part", "payment.full", "payment.deposited")


@given(st.lists(st.tuples(st.sampled_from(PAYS), st.integers(1, 10**9)), max_size=8), st.integers(0, 10**10))
def test_paid_deposited_and_left_add_up_to_what_was_approved(
    pays: list[tuple[str, int]], approved: int
) -> None:
    facts = [Fact(kind, DAY, amount=Decimal(amount), id=n) for n, (kind, amount) in enumerate(pays)]
    found = money_track(facts, Decimal(approved), today=TODAY)
    assert found.paid is not None
    assert found.deposited is not None
    assert found.paid + found.deposited == sum(amount for _, amount in pays)
    assert found.left == max(0, approved - sum(amount for _, amount in pays))


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ("", "approved"), ("invited", "invited"), ("invited part", "part"), ("invited full", "paid"),
        ("invited refused", "refused"), ("refused deposited", "deposited"), ("refused full", "paid"),
        ("part refused", "refused"),
    ],
)  # fmt: skip
def test_the_money_track_stands_where_its_facts_say(kinds: str, state: str) -> None:
    amounts = {"part": Decimal(40), "full": Decimal(100), "deposited": Decimal(100)}
    facts = [
        Fact(f"payment.{kind}", DAY.replace(day=1 + n), amount=amounts.get(kind), id=n)
        for n, kind in enumerate(kinds.split())
    ]
    assert money_track(facts, Decimal(100), today=TODAY).state == state
    assert money_track([], None, today=TODAY).state == "none"


def test_days_are_late_after_the_last_lawful_day_until_all_is_paid() -> None:
    due = date(2026, 3, 10)
    for today, days in ((9, 0), (10, 0), (11, 1), (20, 10)):
        assert money_track([], Decimal(1), today=date(2026, 3, today), due=due).late_days == days
    paid = [Fact("payment.full", DAY, amount=Decimal(1))]
    assert money_track(paid, Decimal(1), today=TODAY, due=due).late_days == 0


def test_the_resettlement_track_needs_an_entitlement_first() -> None:
    drawn = Fact("resettlement.drawn", DAY)
    need = Fact("resettlement.needed", DAY, value="land", party="P2")
    assert resettlement_track([drawn], today=TODAY) == "none"
    assert resettlement_track([need], today=TODAY) == "needed"
    assert resettlement_track([need, drawn], today=TODAY) == "drawn"
    assert homes_needed([need, Fact("resettlement.needed", TODAY, value="flat", party="P2")]) == {
        "P2": "flat"
    }


def test_of_all_pairs_of_states_only_the_next_goes_without_a_reason() -> None:
    order = list(STATES)
    for one, other in product(order, order):
        faults = move_faults(one, other, since=DAY, on=TODAY, document="QĐ 1", reason="")
        assert (not faults) == (order.index(other) == order.index(one) + 1), (one, other)
        back = move_faults(one, other, since=DAY, on=TODAY, document="", reason="đếm lại")
        assert (not back) == (order.index(other) < order.index(one)), (one, other)
    assert move_faults("counted", "planned", since=TODAY, on=DAY, document="QĐ 1", reason="")
