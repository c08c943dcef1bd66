"""The slip ledger of networks as they come from files: minutes, constraints, own calendars, several finishes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from projects.engine.model import Constraint, Kind, Rule
from projects.engine.shifts import EPOCH
from projects.errors import InvalidInput
from projects.ledger.daily import day_entry, finish_of, half_step
from projects.ledger.states import COMPLETION, State, progressed, with_completion
from projects.plan import Plan
from projects.reckoning import reckon
from projects.works import day_plan, plan_works, works_later
from tests.unit.cpm_oracle import CALENDARS
from tests.unit.ledger_histories import histories
from tests.unit.ledger_imported import Mixed, Name, days_of_imported
from tests.unit.ledger_oracle import by_definition


def half_steps(count: int) -> Iterator[tuple[State, State, str, bool]]:
    for before, after, target in days_of_imported(count):
        middle = progressed(before, after)
        yield before, middle, target, True
        yield middle, after, target, False


def test_shares_of_random_imported_networks_equal_full_recomputation_of_every_subset() -> None:
    seen = {True: 0, False: 0}
    for before, after, target, landed in half_steps(120):
        mixed = Mixed(before, after, target, landed=landed)
        names, known = mixed.names(), dict[frozenset[Name], int | None]()

        def value(
            changed: frozenset[Name], mixed: Mixed = mixed, known: dict[frozenset[Name], int | None] = known
        ) -> int:
            if changed not in known:
                known[changed] = mixed.day(changed)
            return known[changed] or 0

        slow = {name: days for name, days in by_definition(names, value).items() if days}
        if None in known.values():
            continue
        parts = half_step(before, after, target, landed=landed)
        ends = [EPOCH + timedelta(value(frozenset(chosen))) for chosen in ((), names)]
        assert (parts.before, parts.after) == tuple(ends)
        assert parts.shares == slow
        assert sum(parts.shares.values(), Fraction(0)) == (parts.after - parts.before).days
        assert parts.exact
        seen[landed] += bool(slow)
    assert seen[True] > 40, "the days move too little to show anything"
    assert seen[False] > 8


def without_completion(plan: Plan) -> Plan:
    net = plan.net
    activities = tuple(a for a in net.activities if a.code != COMPLETION)
    links = tuple(k for k in net.links if k.succ != COMPLETION)
    return replace(plan, net=replace(net, activities=activities, links=links))


def test_completion_of_several_finishes_or_none_is_that_of_the_reckoning() -> None:
    asked = 0
    for before, _, target in days_of_imported(250):
        if target == COMPLETION:
            cases = list(before.cases.values())
            works = plan_works(without_completion(before.plan), before.day)
            found = reckon(works, before.fronts, cases, before.forecasts)
            row = found.row(found.prepared.codes[found.finish])
            assert row is not None
            assert finish_of(before, COMPLETION) == row.early_finish
            asked += 1
    assert asked > 30


def test_import_over_a_network_of_days_adds_up_from_the_old_completion_to_the_new_one() -> None:
    moved = 0
    for (_, after, target), told in zip(days_of_imported(60), histories(60, days=1), strict=True):
        old = with_completion(day_plan(told[0].network, CALENDARS))
        old = replace(old, net=replace(old.net, project=after.plan.net.project))
        new = after.plan if target == COMPLETION else with_completion(after.plan)
        days = (after.day - timedelta(1), after.day)
        before, then = (
            replace(told[0].state, plan=plan, works=plan_works(plan, day), day=day)
            for plan, day in zip((old, new), days, strict=True)
        )
        entry = day_entry(before, then, COMPLETION)
        assert (entry.before, entry.after) == (finish_of(before, COMPLETION), finish_of(then, COMPLETION))
        for half in (entry.progress, entry.plan):
            assert sum((share.days for share in half.shares), Fraction(0)) == half.moved
        moved += entry.plan.moved != 0
    assert moved > 30


def test_milestone_whose_day_other_work_decides_has_no_ledger() -> None:
    (before, after, _) = next(days_of_imported(1))
    code = before.plan.net.activities[0].code
    late = Constraint(Rule.ALAP)
    for how in ({"constraints": (late,)}, {"kind": Kind.EFFORT, "duration": 0}):
        changed = tuple(replace(a, **how) if a.code == code else a for a in before.plan.net.activities)
        plan = replace(before.plan, net=replace(before.plan.net, activities=changed))
        state = replace(before, plan=plan, works=plan_works(plan, before.day))
        with pytest.raises(InvalidInput):
            half_step(state, after, code, landed=True)


def test_works_of_a_later_day_are_those_made_anew() -> None:
    for before, _, _ in days_of_imported(60):
        first = plan_works(before.plan, before.day)
        for days in (1, 2, 9):
            day = before.day + timedelta(days)
            one, other = works_later(first, before.plan, day).prepared, plan_works(before.plan, day).prepared
            assert one.codes == other.codes
            assert one.now == other.now
            for parts in ((one.nodes, other.nodes), (one.edges, other.edges)):
                for a, b in zip(*parts, strict=True):
                    assert np.array_equal(np.asarray(a), np.asarray(b))
