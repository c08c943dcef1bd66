"""Days off that begin to count within a period: a half-step of their own, divided exactly over their documents."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from geo.plan_history import with_calendars
from projects.calendars import Calendar, make_calendar
from projects.impact import project_delay
from projects.ledger.book import make_ledger
from projects.ledger.model import Cause, Kind, Reason
from projects.ledger.states import DaysOff, State
from projects.plan import Plan
from projects.works import plan_works
from tests.unit.cpm_oracle import CALENDARS, FIRST, LAST, OPTIONS
from tests.unit.ledger_histories import Told, history


def rested(days: Collection[date]) -> Mapping[str, Calendar]:
    """The calendars with these days off for holidays; every day is worked on all the same."""
    made = dict(CALENDARS)
    for name, (rest, off, closed) in OPTIONS.items():
        if rest:
            made[name] = make_calendar(
                name,
                rest_weekdays=rest,
                holidays={*off, *days},
                closed_seasons=closed,
                first=FIRST,
                last=LAST,
            )
    return made


def test_days_off_of_two_documents_are_a_half_step_of_their_own_and_sums_stay_exact() -> None:
    seen = 0
    for seed in range(10):
        told = history(random.Random(seed), days=2)
        ends = [finish(t, CALENDARS) for t in told]
        spans = [{ends[1] - timedelta(n) for n in some} for some in (range(2, 9), range(6, 30))]

        def under(plan: Plan, chosen: Collection[int], spans: list[set[date]] = spans) -> Plan:
            return with_calendars(plan, rested({day for i in chosen for day in spans[i]}))

        documents = tuple((Cause(Kind.DAYS_OFF, code), (n,)) for n, code in enumerate(("A", "B")))
        off = DaysOff(documents, under)
        states = [told[0].state, *(turned(t.state, off, first=n == 0) for n, t in enumerate(told[1:]))]
        found = make_ledger(states, "OPEN", project="N", milestone="OPEN", name_vi="", name_en="")
        both = rested({*spans[0], *spans[1]})
        assert [found.before, *(entry.after for entry in found.days)] == [
            ends[0], finish(told[1], both), finish(told[2], both),
        ]  # fmt: skip
        first, second = found.days
        assert first.progress.after == first.days_off.before
        assert first.days_off.after == first.plan.before
        assert sum((s.days for s in first.days_off.shares), Fraction(0)) == first.days_off.moved
        assert {s.reason for s in first.days_off.shares} <= {Reason.DAYS_OFF}
        assert {(s.cause.code, s.events) for s in first.days_off.shares} <= {("A", (0,)), ("B", (1,))}
        assert second.days_off.shares == ()
        for table in (found.causes, found.wards, found.bodies, found.reasons, found.half_steps):
            assert sum((t.days for t in table), Fraction(0)) == found.slip
        seen += bool(first.days_off.moved)
    assert seen > 2, "the days off move too little to show anything"


def turned(state: State, off: DaysOff, *, first: bool) -> State:
    plan = off.under(state.plan, range(len(off.documents)))
    return replace(state, plan=plan, works=plan_works(plan, state.day), days_off=off if first else None)


def finish(told: Told, calendars: Mapping[str, Calendar]) -> date:
    found = project_delay(
        told.network, tuple(told.cases.values()), calendars,
        data_date=told.day, planned_finish=None, fronts=told.fronts,
    )  # fmt: skip
    return found.forecast_finish
