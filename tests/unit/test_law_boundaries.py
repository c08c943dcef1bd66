"""Every clock on the day before, the day of, and the day after: against an oracle that walks day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from projects.law.facts import Fact
from tests.unit.law_cases import all_clocks, fact
from tests.unit.law_oracle import colour, deadline, walk

# A fact beside the one that starts the clock: kind, days from the start, fields.
Beside = tuple[tuple[str, int, dict[str, str]], ...]
NEW, OLD = ("2026-02-02", "2029-06-30"), ("2024-08-01", "2025-05-20")
NOTICE: Beside = (("notice.issued", -3, {}),)
SERVED: Beside = (*NOTICE, ("notice.served", -1, {"land": "agri"}))
POSTED: Beside = (("posting.started", -15, {}), ("posting.ended", -1, {}))
LONG_AGO: Beside = (("notice.issued", -140, {}), ("notice.served", -130, {"land": "agri"}))
NEEDY: Beside = (*LONG_AGO, ("resettlement.needed", -20, {"value": "land"}), ("approval.decided", -9, {}))
REFUSED: Beside = (("approval.decided", -15, {}), ("refusal.persuasion", -10, {}))
DONE: Beside = (("recovery.decided", -30, {}),)

# rule: days as the law has them, unit, what starts it, facts around it (kind, days from the start, fields), years
Spec = tuple[int, str, str, dict[str, str], Beside, tuple[str, str]]
DEADLINES: dict[str, Spec] = {
    "KH-01": (10, "cal", "plan.asked", {}, (), NEW),
    "PA-05": (60, "cal", "opinions.held", {"value": "8/10"}, POSTED, ("2024-08-20", "2025-10-01")),
    "PA-06": (30, "cal", "opinions.held", {"value": "8/10"}, POSTED, NEW),
    "PA-07": (30, "cal", "appraisal.received", {}, (), NEW),
    "TT-01": (30, "cal", "approval.effective", {}, (("approval.decided", -2, {}),), NEW),
    "QD-01a": (10, "cal", "approval.decided", {}, LONG_AGO, NEW),
    "QD-01b": (10, "cal", "proof.on_site_temporary", {}, NEEDY, NEW),
    "QD-01c": (10, "cal", "proof.land_handed", {}, NEEDY, NEW),
    "QD-01d": (10, "cal", "proof.home_handed", {}, NEEDY, NEW),
    "QD-01đ": (10, "cal", "proof.land_with_home", {}, NEEDY, NEW),
    "QD-01e": (10, "cal", "proof.money_for_home", {}, NEEDY, NEW),
    "QD-01g": (10, "cal", "proof.free_handover", {}, NEEDY, NEW),
    "CC-05": (10, "cal", "enforcement.received", {}, (*DONE, ("enforcement.decided", -2, {})), NEW),
    "CC-07": (30, "cal", "enforcement.compliance", {}, (*DONE, ("enforcement.decided", -2, {})), NEW),
    "CC-10": (60, "cal", "assets.notified", {}, (), NEW),
    "KN-05": (90, "cal", "recovery.received", {}, DONE, NEW),
    "KN-06": (10, "cal", "complaint.received", {}, (), NEW),
    "KN-07": (30, "cal", "complaint.accepted", {}, (), NEW),
    "KN-08": (30, "cal", "complaint.settled_first", {}, (), NEW),
    "KN-09": (45, "cal", "complaint.second_accepted", {}, (), NEW),
    "KN-10": (12, "mon", "recovery.received", {}, DONE, NEW),
}  # fmt: skip
# The holder's own times end quietly: after the last day the clock is gone.
QUIET = ("KN-05", "KN-08", "KN-10")

# rule: days on which the next act becomes lawful (11 where the law says "more than 10")
EARLIEST: dict[str, Spec] = {
    "TB-04": (90, "cal", "notice.served", {"land": "agri"}, NOTICE, OLD),
    "TB-05": (180, "cal", "notice.served", {"land": "non_agri"}, NOTICE, OLD),
    "TB-06": (60, "cal", "notice.served", {"land": "agri"}, NOTICE, NEW),
    "TB-07": (120, "cal", "notice.served", {"land": "non_agri"}, NOTICE, NEW),
    "KD-05": (15, "cal", "inventory.persuasion", {}, SERVED, NEW),
    "KD-06": (11, "cal", "inventory.persuasion_ended", {}, (("inventory.persuasion", -15, {}),), NEW),
    "KD-10": (5, "wd", "inventory.board_persuasion", {}, (), NEW),
    "KD-12": (5, "wd", "police.asked", {"value": "inventory"}, (), NEW),
    "PA-02": (30, "cal", "posting.started", {}, (), OLD),
    "PA-03": (10, "cal", "posting.started", {}, (), NEW),
    "TDC-02": (15, "cal", "resettlement.posted", {}, (), NEW),
    "QD-02": (10, "cal", "refusal.persuasion", {}, (("approval.decided", -5, {}),), NEW),
    "QD-03": (11, "cal", "refusal.persuasion_ended", {}, REFUSED, NEW),
    "BG-02": (10, "cal", "handover.persuasion", {}, DONE, NEW),
    "BG-03": (11, "cal", "handover.persuasion_ended", {}, (*DONE, ("handover.persuasion", -10, {})), NEW),
}  # fmt: skip

LEAP, TET, BEFORE_LEAP = date(2028, 2, 29), date(2027, 1, 29), date(2028, 1, 30)


def days(span: tuple[str, str]) -> st.SearchStrategy[date]:
    """Start days; leap day, Tết and ends of months come often."""
    first, last = (date.fromisoformat(day) for day in span)
    special = [
        day for day in (LEAP, TET, BEFORE_LEAP, date(2026, 2, 2), date(2026, 12, 31)) if first <= day <= last
    ]
    return st.dates(first, last) | st.sampled_from([*special, first, last])


def around(start: date, spec: Beside, kind: str, fields: dict[str, str]) -> list[Fact]:
    """The facts around a start, and the start itself."""
    rows = [fact(name, start + timedelta(days=shift), **more) for name, shift, more in spec]
    return [*rows, fact(kind, start, **fields)]


@pytest.mark.parametrize("rule", DEADLINES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_deadline_is_kept_on_its_last_day_and_late_on_the_next(rule: str, data: st.DataObject) -> None:
    amount, unit, kind, fields, more, span = DEADLINES[rule]
    start = data.draw(days(span))
    due = deadline(start, amount, unit)
    given_facts = around(start, more, kind, fields)
    for shift, state in ((-1, "running"), (0, "running"), (1, "late")):
        today = due + timedelta(days=shift)
        found = [clock for clock in all_clocks(given_facts, today) if clock.rule == rule]
        if state == "late" and rule in QUIET:
            assert found == []
            continue
        (clock,) = found
        assert (clock.due, clock.state, clock.days_left) == (due, state, -shift)
        assert clock.light == colour(due, start, today)


@pytest.mark.parametrize("rule", EARLIEST)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_act_becomes_lawful_on_its_earliest_day_and_not_the_day_before(
    rule: str, data: st.DataObject
) -> None:
    amount, unit, kind, fields, more, span = EARLIEST[rule]
    start = data.draw(days(span))
    earliest = walk(start, amount, unit)
    given_facts = around(start, more, kind, fields)
    for shift in (-1, 0, 1):
        today = earliest + timedelta(days=shift)
        (clock,) = [clock for clock in all_clocks(given_facts, today) if clock.rule == rule]
        assert clock.earliest == earliest
        if shift < 0:
            assert (clock.state, clock.days_left, clock.light) == ("running", 1, "ok")
        else:
            assert (clock.state, clock.days_since, clock.light) == ("open_since", shift, "ok")


@settings(deadline=None)
@given(issued=days(("2024-08-01", "2029-06-30")))
@example(issued=date(2024, 2, 29).replace(year=2028))
@example(issued=date(2026, 2, 28))
@example(issued=date(2027, 2, 28))
def test_a_notice_is_valid_twelve_months_from_its_issue_to_the_day(issued: date) -> None:
    last = walk(issued, 12, "mon")
    assert (last.year, last.month) == (issued.year + 1, issued.month)
    for shift, state in ((-1, "running"), (0, "running"), (1, "lapsed")):
        today = last + timedelta(days=shift)
        (clock,) = [c for c in all_clocks([fact("notice.issued", issued)], today) if c.rule == "TB-09"]
        assert (clock.lapses, clock.state, clock.days_left) == (last, state, -shift)
        assert clock.light == ("late" if shift > 0 else "risk")


def test_a_notice_of_the_leap_day_lapses_after_the_last_of_february() -> None:
    given_facts = [fact("notice.issued", "2028-02-29")]
    (clock,) = [c for c in all_clocks(given_facts, "2028-03-01") if c.rule == "TB-09"]
    assert clock.lapses == date(2029, 2, 28)


def test_a_deadline_in_the_tet_break_moves_to_the_first_working_day() -> None:
    # 10 days from 6 February 2026 end on 16 February, inside the break that lasts to the 20th (a Friday).
    (clock,) = [c for c in all_clocks([fact("plan.asked", "2026-02-06")], "2026-02-10") if c.rule == "KH-01"]
    assert clock.due == date(2026, 2, 23)


@pytest.mark.parametrize(("case", "amount"), [("hard", 45), ("remote", 45), ("remote_hard", 60), ("", 30)])
def test_a_hard_or_remote_complaint_has_its_own_time(case: str, amount: int) -> None:
    start = date(2026, 3, 3)
    (clock,) = [
        c for c in all_clocks([fact("complaint.accepted", start, value=case)], start) if c.rule == "KN-07"
    ]
    assert clock.due == deadline(start, amount)
