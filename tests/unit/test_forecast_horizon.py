"""Where the law need not be asked, its answer would have been: no minimum beyond the promise."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from projects.forecasting import horizon, lawful
from projects.forecasting.chain import forecast_handover, kept_promise
from projects.forecasting.horizon import none_beyond
from projects.forecasting.lawful import LawGround, lawful_earliest
from projects.forecasting.model import Grounds
from projects.law.facts import Fact
from projects.model import CaseState
from tests.unit.test_forecast_lawful import OFFICE
from tests.unit.test_forecast_lawful import ground as of_facts

STEPS = ("S00", "S10", "S20", "S30", "S31", "S40", "S50", "S60", "S70", "S80", "S85", "S90", "S95", "X1")
DAYS = (date(2024, 5, 10), date(2025, 12, 20), date(2026, 1, 15), date(2026, 2, 12), date(2026, 9, 18))
BEFORE = timedelta(days=1)


def worlds() -> Iterator[tuple[CaseState, date, LawGround]]:
    """Cases with a ground of the law, their promise on the very day of the minimum, around it, or anywhere."""
    for seed in range(4000):
        rng = random.Random(seed)
        day = rng.choice(DAYS)
        step, land = rng.choice(STEPS), rng.choice(("agri", "non_agri"))
        kinds = [("notice.issued", 400), ("notice.served", 300), ("notice.reissued", 60), ("approval.decided", 500),
                 ("posting.started", 30), ("refusal.persuasion", 30), ("refusal.persuasion_ended", 15),
                 ("draft.made", 200), ("consent.early", 100), ("notice.newspaper", 200)]  # fmt: skip
        facts = [
            Fact(kind, day - timedelta(rng.randint(0, most)), land=land if kind == "notice.served" else "")
            for kind, most in kinds
            if rng.random() < 0.35
        ]
        ground = of_facts(*facts)
        case = CaseState(
            "H-1", "00097", step, day - timedelta(rng.randint(0, 200)), None, None, (), land=land
        )
        least = lawful_earliest(case, day, ground)
        on = day + timedelta(rng.randint(-20, 300))
        if least is not None and rng.random() < 0.6:
            on = least.on + timedelta(rng.choice((-1, 0, 1)))
        yield replace(case, promised_on=on), day, ground


def test_a_promise_is_dated_as_if_the_law_had_been_asked_every_time() -> None:
    seen: Counter[object] = Counter()
    for case, day, ground in worlds():
        assert case.promised_on is not None
        least = lawful_earliest(case, day, ground)
        expected = kept_promise(case.promised_on, day, least)
        found = forecast_handover(case, data_date=day, grounds=Grounds(ground))
        assert (found.on, found.lawful) == expected, (case, day)
        spared = none_beyond(max(case.promised_on, day + BEFORE), case, day, ground)
        seen[spared, expected[1] is not None] += 1
        seen["spared by its notice"] += spared and case.promised_on < day + timedelta(180)
    assert seen[True, True] == 0
    assert seen[True, False] > 1000  # spared
    assert seen[False, True] > 400  # moved by the law
    assert seen["spared by its notice"] > 200


def test_control_a_horizon_one_day_too_near_dates_promises_before_the_law_allows_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = lawful.last_end
    for module in (horizon, lawful):
        monkeypatch.setattr(module, "last_end", lambda *asked: whole(*asked) - BEFORE)
    wrong = 0
    for case, day, ground in worlds():
        assert case.promised_on is not None
        expected = kept_promise(case.promised_on, day, lawful_earliest(case, day, ground))
        wrong += forecast_handover(case, data_date=day, grounds=Grounds(ground)).on != expected[0]
    assert wrong > 10


def test_on_the_last_day_that_can_be_asked_for_the_horizon_lies_within_the_calendar() -> None:
    last = date(2045, 12, 31)
    case = CaseState("H-1", "00097", "S00", last, None, None, (), land="agri")
    assert none_beyond(last + timedelta(1000), case, last, LawGround(of_facts().book, OFFICE))
    assert not none_beyond(last + BEFORE, case, last, LawGround(of_facts().book, OFFICE))
