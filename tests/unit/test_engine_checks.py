"""The checks look closely only at what could be wrong: they must find what looking closely at everything finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from projects.engine import checks
from projects.engine.columns import columns_of
from projects.engine.model import Activity, Constraint, Kind, Link, Net, Options, Rule
from projects.engine.shifts import LAST
from projects.errors import Fault
from tests.unit.engine_invented import random_net

AGES_AGO, IN_AGES, SOME_DAY = date(1969, 12, 31), date(2101, 1, 1), date(2026, 4, 1)
ACTIVITY: list[Callable[[Activity], dict[str, Any]]] = [
    lambda a: {"duration": -5},
    lambda a: {"duration": LAST + 1},
    lambda a: {"remaining": -1},
    lambda a: {"remaining": LAST + 1},
    lambda a: {"calendar": "?"},
    lambda a: {"kind": Kind.MILESTONE, "duration": 60},
    lambda a: {"actual_start": IN_AGES},
    lambda a: {"actual_finish": AGES_AGO},
    lambda a: {"actual_start": date(2026, 3, 8), "actual_finish": date(2026, 3, 2)},
    lambda a: {"constraints": (Constraint(Rule.SNET, AGES_AGO),)},
    lambda a: {"constraints": (Constraint(Rule.FNLT, IN_AGES),)},
    lambda a: {"constraints": (Constraint(Rule.SNET),)},
    lambda a: {"constraints": (Constraint(Rule.ALAP, SOME_DAY),)},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY),) * 2},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY), Constraint(Rule.FNLT, date(2026, 3, 1)))},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY),), "duration": -1},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY),), "calendar": "?"},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY),), "remaining": -1},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY),), "actual_finish": IN_AGES},
    lambda a: {"constraints": (Constraint(Rule.SNET, SOME_DAY),), "kind": Kind.MILESTONE, "duration": 9},
]
LINK: list[Callable[[Link], dict[str, Any]]] = [
    lambda k: {"pred": "?"},
    lambda k: {"succ": "?"},
    lambda k: {"pred": k.succ},
    lambda k: {"lag": LAST + 1},
    lambda k: {"lag": -(1 << 70)},
    lambda k: {"lag_calendar": "?"},
]


def closely(net: Net, options: Options) -> list[Fault]:
    """What each activity and each link says when it is looked at by itself."""
    known = {time.name for time in net.calendars}
    found = [fault for a in net.activities for fault in checks._activity(a, known, options.data_date)]
    return [*found, *checks._links(net, {a.code: a for a in net.activities}, known)]


@pytest.mark.parametrize("n", range(len(ACTIVITY)))
def test_what_is_wrong_with_an_activity_is_found(n: int) -> None:
    rng = random.Random(n)
    for _ in range(5):
        net, options = random_net(rng)
        i = rng.randrange(len(net.activities))
        clean = replace(
            net.activities[i], constraints=(), actual_start=None, actual_finish=None, remaining=None
        )
        broken = replace(clean, **ACTIVITY[n](clean))
        net = replace(net, activities=(*net.activities[:i], broken, *net.activities[i + 1 :]))
        expected = closely(net, options)
        assert any(fault.where == broken.code for fault in expected)  # the fault is one
        assert set(expected) <= set(checks.faults_of(net, options))


@pytest.mark.parametrize("n", range(len(LINK)))
def test_what_is_wrong_with_a_link_is_found(n: int) -> None:
    rng = random.Random(n)
    for _ in range(5):
        net, options = random_net(rng)
        j = rng.randrange(len(net.links))
        broken = replace(net.links[j], **LINK[n](net.links[j]))
        net = replace(net, links=(*net.links[:j], broken, *net.links[j + 1 :]))
        expected = closely(net, options)
        assert expected
        assert set(expected) <= set(checks.faults_of(net, options))


def test_twins_and_ties_of_two_levels_of_effort_are_found() -> None:
    net, options = random_net(random.Random(1))
    twice = replace(net, links=(*net.links, net.links[0]))
    assert set(closely(twice, options)) <= set(checks.faults_of(twice, options)) != set()
    tied = {net.links[0].pred, net.links[0].succ}
    efforts = tuple(replace(a, kind=Kind.EFFORT) if a.code in tied else a for a in net.activities)
    both = replace(net, activities=efforts)
    assert set(closely(both, options)) <= set(checks.faults_of(both, options)) != set()


def test_columns_of_a_network_with_nothing_in_it() -> None:
    columns = columns_of(Net("N", (), (), ()))
    assert (columns.codes, columns.place, columns.pred.size, columns.lags) == ([], {}, 0, [])
