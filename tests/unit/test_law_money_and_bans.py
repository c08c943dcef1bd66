"""Late money to the đồng, and the days on which nothing may be enforced, against walks of one day at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.lawfiles import bans, rule_book
from projects.errors import InvalidInput
from projects.law.blackouts import (
    INVENTORY,
    Bans,
    day_bans,
    legal_days,
    moment_bans,
    next_legal_day,
    read_tet,
)
from projects.law.facts import Fact
from projects.law.interest import late_money
from tests.unit.law_cases import OFFICE, fact, facts, one
from tests.unit.law_oracle import banned, is_rest

DUE = date(2026, 5, 29)
TET = [
    (date(2024, 2, 8), date(2024, 2, 14)),
    (date(2025, 1, 25), date(2025, 2, 2)),
    (date(2026, 2, 14), date(2026, 2, 22)),
    (date(2027, 2, 4), date(2027, 2, 10)),
]


def paid(on: date, amount: int, kind: str = "payment.part") -> Fact:
    return fact(kind, on, amount=Decimal(amount))


@settings(deadline=None)
@given(
    total=st.integers(0, 10**12),
    shifts=st.lists(st.tuples(st.integers(-40, 300), st.integers(0, 10**11)), max_size=5),
    days=st.integers(-5, 400),
)
@example(total=100, shifts=[(1, 50), (2, 10)], days=5)
@example(total=100, shifts=[(0, 50), (-1, 10)], days=5)
def test_late_money_is_the_sum_of_what_was_owed_each_day(
    total: int, shifts: list[tuple[int, int]], days: int
) -> None:
    until = DUE + timedelta(days=days)
    payments = [paid(DUE + timedelta(days=shift), amount) for shift, amount in shifts]
    walked, late, day = Fraction(0), 0, DUE + timedelta(days=1)
    while day <= until:
        owed = total - sum(amount for shift, amount in shifts if DUE + timedelta(days=shift) < day)
        if owed > 0:
            walked, late = walked + Fraction(owed * 3, 10_000), late + 1
        day += timedelta(days=1)
    found = late_money(Decimal(total), due=DUE, payments=payments, until=until, book=rule_book())
    assert Fraction(found.extra) == walked
    assert found.late_days == late


def test_extra_money_begins_on_day_31_where_day_30_is_a_working_day() -> None:
    case = facts("approval.decided 2026-04-28\napproval.effective 2026-04-29")
    clock = one(case, "2026-05-30", "TT-01")
    assert (clock.due, clock.state) == (DUE, "late")
    for day, extra in ((DUE, 0), (DUE + timedelta(days=1), 300_000)):
        assert late_money(Decimal(10**9), due=DUE, payments=[], until=day, book=rule_book()).extra == extra


def test_a_deposit_counts_as_paid_and_its_own_day_is_still_late() -> None:
    deposit = [paid(DUE + timedelta(days=2), 10**9, "payment.deposited")]
    found = late_money(
        Decimal(10**9), due=DUE, payments=deposit, until=DUE + timedelta(days=90), book=rule_book()
    )
    assert (found.late_days, found.rounded) == (2, Decimal(600_000))


def test_a_new_rate_counts_from_its_day_and_the_turn_of_the_law_is_named() -> None:
    book = rule_book().with_changes([{"id": "TT-04", "since": date(2026, 8, 1), "rate": "0.0005"}])
    found = late_money(Decimal(10**6), due=DUE, payments=[], until=date(2026, 8, 10), book=book)
    assert [(s.rule, s.days, s.rate) for s in found.stretches] == [
        ("TT-03", 32, Decimal("0.0003")),
        ("TT-04", 31, Decimal("0.0003")),
        ("TT-04", 10, Decimal("0.0005")),
    ]
    assert found.stretches[0].level == "C"
    assert found.extra == Decimal(32 * 300 + 31 * 300 + 10 * 500)


def test_an_investor_who_promised_the_money_bears_the_extra_from_2026_01_31() -> None:
    for until, bearer in ((date(2026, 1, 30), "QD"), (date(2026, 1, 31), "CDT")):
        found = late_money(
            Decimal(1),
            due=date(2026, 1, 5),
            payments=[],
            until=until,
            book=rule_book(),
            investor_promised=True,
        )
        assert found.bearer == bearer


def test_a_day_without_a_rate_and_a_negative_sum_are_refused() -> None:
    with pytest.raises(InvalidInput):
        late_money(Decimal(1), due=date(2019, 1, 1), payments=[], until=date(2019, 2, 1), book=rule_book())
    with pytest.raises(InvalidInput):
        late_money(Decimal(-1), due=DUE, payments=[], until=DUE, book=rule_book())


@settings(deadline=None)
@given(day=st.dates(date(2024, 1, 1), date(2027, 12, 31)))
def test_enforcement_is_banned_on_days_off_and_15_days_around_the_tet_break(day: date) -> None:
    assert bool(day_bans(day, bans=bans())) == banned(day, TET)
    assert bool(day_bans(day, bans=bans(), kind=INVENTORY)) == is_rest(day)


@pytest.mark.parametrize(("first", "last"), TET)
def test_the_16th_day_from_the_break_is_free_again(first: date, last: date) -> None:
    def tet(day: date) -> bool:
        return any("Tết" in ban.vi for ban in day_bans(day, bans=bans()))

    assert [tet(first - timedelta(days=n)) for n in (16, 15, 1)] == [False, True, True]
    assert [tet(last + timedelta(days=n)) for n in (1, 15, 16)] == [True, True, False]


@pytest.mark.parametrize(
    ("clock", "free"),
    [("05:59", False), ("06:00", False), ("08:00", True), ("11:59", True), ("12:30", False), ("16:59", True),
     ("17:00", False), ("22:00", False)],
)  # fmt: skip
def test_enforcement_starts_in_office_hours(clock: str, free: bool) -> None:
    moment = datetime.fromisoformat(f"2026-05-20T{clock}")
    found = moment_bans(moment, bans=bans())
    assert (found == ()) == free
    night = clock < "06:00" or clock >= "22:00"
    assert any(ban.rule == "CC-08" for ban in found) == night
    assert any(ban.rule == "CC-08" for ban in moment_bans(moment, bans=bans(), kind=INVENTORY)) is False


def test_a_year_without_its_tet_break_is_told_and_not_guessed() -> None:
    found = day_bans(date(2029, 2, 7), bans=bans())
    assert [(ban.rule, ban.level) for ban in found] == [("CC-08", "U")]
    assert day_bans(date(2029, 5, 9), bans=bans()) == ()


def test_a_feast_of_the_place_is_a_ban_once_it_is_entered() -> None:
    day = date(2026, 5, 20)
    here = Bans(OFFICE, bans().tet, rule_book(), feasts=((day, day, "hội làng"),))
    assert [ban.vi for ban in day_bans(day, bans=here)] == ["lễ truyền thống: hội làng"]
    assert next_legal_day(day, bans=here) == date(2026, 5, 21)


def test_no_legal_day_inside_the_ten_days_is_told_when_the_decision_is_received() -> None:
    base = "recovery.decided 2026-01-05\nenforcement.decided 2026-01-26\n"
    stuck = one(facts(base + "enforcement.received 2026-01-28"), "2026-01-28", "CC-05")
    assert legal_days(date(2026, 2, 4), date(2026, 2, 9), bans=bans()) == ()
    assert "thời hạn dài hơn" in stuck.notes[0][0]
    longer = one(facts(base + "enforcement.received 2026-01-28 until=2026-03-20"), "2026-01-28", "CC-05")
    assert (longer.due, "10/03" in longer.notes[0][0]) == (date(2026, 3, 20), True)
    early = one(
        facts(base + "police.asked 2026-01-20 value=recovery\nenforcement.received 2026-01-27"),
        "2026-01-27",
        "CC-05",
    )
    assert "28/01" in early.notes[0][0]


def test_a_wrong_tet_file_tells_all_its_faults() -> None:
    rows = [
        {"year": 2026},
        {"year": 2027, "first": date(2027, 2, 9), "last": date(2027, 2, 1), "level": "C", "source": "x"},
    ]
    with pytest.raises(InvalidInput) as caught:
        read_tet({"tet": rows})
    assert len(caught.value.faults) == 5
