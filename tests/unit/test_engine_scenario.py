"""What-if on dates: equal to the edited copy scheduled in full, and the live result stays as it was."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from projects.engine.model import Options
from projects.engine.scenario import Change, changed, finishes_with, try_changes
from projects.engine.schedule import schedule
from projects.errors import InvalidInput
from tests.unit.engine_invented import random_net
from tests.unit.engine_oracle import Oracle


def some_changes(rng: random.Random, codes: list[str]) -> list[Change]:
    return [
        Change(
            code,
            duration=rng.choice([None, 60, 480, 1440]),
            remaining=rng.choice([None, None, 30, 700]),
            not_before=rng.choice([None, date(2026, 3, 20) + timedelta(rng.randint(0, 20))]),
        )
        for code in rng.sample(codes, 2)
    ]


def test_a_scenario_equals_the_reference_on_the_edited_copy_and_leaves_the_live_result_alone() -> None:
    for seed in range(400):
        rng = random.Random(seed)
        net, options = random_net(rng)
        live = schedule(net, options)
        before = [part.copy() for part in (*live.early, *live.late, live.total)]
        changes = some_changes(rng, [a.code for a in net.activities])
        try:
            scenario = try_changes(live, changes)
        except InvalidInput:
            continue  # the change contradicts another constraint of the activity
        slow = Oracle(changed(net, changes), options)
        quick = finishes_with(live, changes)
        for shift in scenario.shifts:
            assert shift.after == slow.at[shift.code].finish, seed
            assert shift.before == before[2][live.prepared.index[shift.code]], seed
        for code in net.finishes:
            assert quick[code] == slow.at[code].finish, seed
        assert all((a == b).all() for a, b in zip(before, (*live.early, *live.late, live.total), strict=True))


def test_a_change_of_something_unknown_is_refused() -> None:
    net, options = random_net(random.Random(1))
    live = schedule(net, Options(options.data_date))
    with pytest.raises(InvalidInput, match="Unknown activity 'NO'"):
        try_changes(live, [Change("NO", duration=1)])
