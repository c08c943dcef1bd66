"""What the flood season and Tết cost equals the project reckoned anew on calendars that never had them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from projects.calendars import ClosedSeason, make_calendar
from projects.engine.shifts import OFFICE, WorkCalendar, work_time
from projects.impact import delay_of
from projects.model import Network
from projects.scenarios.stand import Stand
from projects.seasons import FLOOD, TET, closed_days, days_off, reopened, season_effects
from tests.unit.cpm_oracle import CALENDARS, FIRST, LAST, OPTIONS
from tests.unit.invented_projects import DAY, land_case, random_project, reckoning_of, road, stand_of

HOLIDAYS = frozenset(OPTIONS["VN6"][1])
FLOODED = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
FLOODED = [day for day in FLOODED if 5 <= day.month <= 11]


def brute(stand: Stand, network: Network, *, flood: bool, tet: bool) -> date:
    """The completion on calendars written down anew: without the season after the data date, all else as it was."""
    calendars = dict(CALENDARS)
    for name in ("VN6", "DYKE"):
        off = {day for day in HOLIDAYS if not (tet and day > DAY)}
        if name == "DYKE":
            off |= {day for day in FLOODED if not (flood and day > DAY)}
        calendars[name] = make_calendar(name, rest_weekdays={6}, holidays=off, first=FIRST, last=LAST)
    again = reckoning_of(
        network, stand.reckoning.cases, calendars, data_date=DAY, predicted=stand.predicted, rules=stand.rules
    )
    return delay_of(again, planned_finish=None).forecast_finish


def test_the_effects_of_random_projects_equal_a_brute_recomputation() -> None:
    rng, seen = random.Random(11), {FLOOD: 0, TET: 0}
    for _ in range(60):
        network, cases = random_project(rng)
        longer = [replace(a, duration=a.duration * 8) for a in network.activities]
        network = replace(network, activities=tuple(longer))  # long enough to meet the next Tết
        stand = stand_of(network, cases, law=False)
        for effect in season_effects(stand, HOLIDAYS):
            wanted = brute(stand, network, flood=effect.season == FLOOD, tet=effect.season == TET)
            assert effect.finish == wanted
            assert effect.days == (stand.delay.forecast_finish - wanted).days
            seen[effect.season] += effect.days > 0
    assert min(seen.values()) > 3  # the control: both seasons cost something somewhere


def test_a_season_that_is_past_and_a_calendar_without_rest_cost_nothing() -> None:
    stand = stand_of(road("A", days=400, calendar="ALL"), [land_case("H-01", "A")], law=False)
    for effect in season_effects(stand, HOLIDAYS):
        assert (effect.days, effect.finish, effect.calendars) == (0, stand.delay.forecast_finish, ())


def test_only_rest_to_come_is_opened_and_holidays_in_the_flood_season_stay() -> None:
    off = {date(2026, 9, 2), date(2027, 9, 2)}
    dyke = WorkCalendar(
        "X", (OFFICE,) * 6 + ((),), tuple((day, ()) for day in off), (ClosedSeason(5, 1, 11, 30),)
    )
    today = date(2026, 7, 1)
    past = [(date(year, 5, 1), date(year, 11, 30)) for year in range(1970, 2026)]
    plain = work_time(replace(dyke, seasons=(), blackouts=(*past, (date(2026, 5, 1), today))))
    found = reopened(work_time(dyke), closed_days(work_time(dyke), today) - off, today)
    near = slice(
        0, int(plain.day_at[(date(2099, 12, 1) - date(1970, 1, 1)).days])
    )  # no work follows the last season
    assert found.begin[near].tolist() == plain.begin[near].tolist()
    assert found.end[near].tolist() == plain.end[near].tolist()
    assert found.before[near].tolist() == plain.before[near].tolist()


@pytest.mark.parametrize("name", ["ALL", "VN6"])
def test_a_calendar_without_a_closed_season_has_no_closed_days(name: str) -> None:
    week: tuple[tuple[tuple[int, int], ...], ...] = (OFFICE,) * (7 if name == "ALL" else 6)
    time = work_time(WorkCalendar(name, week if name == "ALL" else (*week, ())))
    assert not closed_days(time, DAY)
    assert reopened(time, (), DAY) is time


def test_days_off_are_the_holidays_that_a_calendar_of_six_days_rests() -> None:
    assert days_off(CALENDARS["VN6"]) == {
        day for day in HOLIDAYS if day.weekday() != 6 and FIRST <= day <= LAST
    }
