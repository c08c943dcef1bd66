"""Whole cases made at random: the lawful days of the recovery decision, and what every clock keeps to."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from api.lawfiles import bans, rule_book
from projects.law.clock import LIGHTS, STATES
from projects.law.clocks import headline
from projects.law.facts import KINDS, STEP_FACTS, Fact
from projects.law.guards import Court, check_lawful, first_lawful_day
from projects.steps import STEPS
from tests.unit.law_cases import OFFICE, all_clocks, breaches, fact
from tests.unit.law_oracle import walk

ISSUED = date(2026, 2, 2)
LEAST = {"agri": 60, "non_agri": 120}
PEOPLE = ("A", "B", "C")


@settings(deadline=None)
@given(
    served=st.dictionaries(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(sorted(LEAST))), st.integers(0, 90), min_size=1
    ),
    consents=st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 200)),
    approved=st.integers(0, 200),
    day=st.integers(0, 400),
)
def test_the_recovery_may_be_decided_exactly_from_the_last_waiting_to_the_lapse(
    served: dict[tuple[str, str], int], consents: dict[str, int], approved: int, day: int
) -> None:
    def at(shift: int) -> date:
        return ISSUED + timedelta(days=shift)

    people = sorted({party for party, _ in served})
    case = [fact("notice.issued", ISSUED), fact("approval.decided", at(approved))]
    case += [fact("notice.served", at(n), party=party, land=land) for (party, land), n in served.items()]
    case += [fact("consent.early", at(n), party=party) for party, n in consents.items()]
    on = at(max(day, approved))

    known = {party for (party, _), n in served.items() if at(n) <= on}
    waited = set(people) <= known and all(
        walk(at(n), LEAST[land], "cal") <= on for (_, land), n in served.items() if at(n) <= on
    )
    agreed = all(party in consents and at(consents[party]) <= on for party in people)
    lawful = (waited or agreed) and on <= walk(ISSUED, 12, "mon")
    assert (breaches("S80", "S90", case, on, people=people) == []) == lawful


_ALL = sorted({*KINDS, *STEP_FACTS.values()})
_FACTS = st.lists(
    st.builds(
        Fact,
        kind=st.sampled_from(_ALL),
        on=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
        land=st.sampled_from(["", "agri", "non_agri"]),
        party=st.sampled_from(["", "A", "B"]),
        value=st.sampled_from(
            ["", "7/10", "10/10", "inventory", "recovery", "QD-08", "QD-09 9/10", "flat", "hard"]
        ),
        until=st.none() | st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(case=_FACTS, today=st.dates(date(2024, 1, 1), date(2028, 6, 30)))
def test_every_clock_of_any_facts_says_what_it_is_about(case: list[Fact], today: date) -> None:
    found = all_clocks(case, today)
    for clock in found:
        assert clock.state in STATES
        assert clock.light in LIGHTS
        assert clock.basis
        assert clock.started is None or clock.started <= max(today, clock.earliest or today)
        assert (clock.state == "no_date") == (
            clock.missing is not None and clock.started is None and not clock.waived
        )
        if clock.state == "running":
            assert clock.day is not None
            assert clock.days_left == (clock.day - today).days
            assert clock.days_left >= 0
        if clock.state in ("late", "lapsed") and clock.ended is None:
            assert clock.days_left is not None
            assert clock.days_left < 0
            assert clock.light == "late"
        if clock.state == "no_date":
            assert clock.light == "none"
    head = headline(found)
    assert set(head.greys) == {clock for clock in found if clock.state == "no_date"}
    if head.next_due:
        left = head.next_due.days_left or 0
        assert all((c.days_left or 0) >= left for c in found if c.open and (c.due or c.lapses))


@settings(deadline=None)
@given(
    case=_FACTS, today=st.dates(date(2024, 1, 1), date(2028, 6, 30)), seed=st.randoms(use_true_random=False)
)
def test_the_order_in_which_facts_of_different_days_are_given_does_not_matter(
    case: list[Fact], today: date, seed: object
) -> None:
    days = {fact.on: fact for fact in case}  # one a day: facts of one day keep their order
    rows = list(days.values())
    mixed = list(rows)
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    assert all_clocks(mixed, today) == all_clocks(rows, today)


@settings(deadline=None)
@given(case=_FACTS, today=st.dates(date(2024, 1, 1), date(2027, 6, 30)), later=_FACTS)
def test_what_happens_later_changes_nothing_today(case: list[Fact], today: date, later: list[Fact]) -> None:
    past = [fact for fact in case if fact.on <= today]
    future = [fact for fact in later if fact.on > today]
    assert all_clocks(past + future, today) == all_clocks(past, today)


_STEPS = st.sampled_from([code for code in STEPS if code != "X1"])


@settings(deadline=None)
@given(case=_FACTS, on=st.dates(date(2024, 1, 1), date(2027, 12, 31)), step=_STEPS, wanted=_STEPS)
def test_a_guard_answers_for_any_facts_and_any_move(
    case: list[Fact], on: date, step: str, wanted: str
) -> None:
    found = check_lawful(step, wanted, case, on=on, book=rule_book(), office=OFFICE, bans=bans())
    for breach in found:
        assert breach.basis
        assert breach.vi.count("(") == breach.vi.count(")")
        assert breach.where in ("facts", "effective_on", "step")


@settings(deadline=None)
@given(served=st.integers(0, 90), approved=st.integers(0, 300), asked=st.integers(0, 400))
def test_the_first_lawful_day_is_found_and_none_where_waiting_does_not_help(
    served: int, approved: int, asked: int
) -> None:
    start, service = ISSUED + timedelta(days=asked), ISSUED + timedelta(days=served)
    case = [fact("notice.issued", ISSUED), fact("notice.served", service, land="agri")]
    case.append(fact("approval.decided", ISSUED + timedelta(days=approved)))
    court = Court(rule_book(), OFFICE, bans())
    found = first_lawful_day("S80", "S90", case, start=start, court=court)
    day = max(start, walk(service, 60, "cal"), ISSUED + timedelta(days=approved))
    assert found == (day if day <= walk(ISSUED, 12, "mon") else None)
    assert first_lawful_day("S80", "S90", case[:1], start=start, court=court) is None
