"""Working calendars against counting day by day, at their edges and with faulty input."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from projects.calendars import (
    ALL,
    DYKE,
    FLOOD_SEASON,
    VN5,
    VN6,
    Calendar,
    ClosedSeason,
    make_calendar,
    standard_calendars,
)
from projects.errors import InvalidInput
from tests.unit.cpm_oracle import CALENDARS, WORK_DAYS, shifted, worked_between

FRIDAY = date(2026, 3, 13).toordinal()


def weekdays(first: date, last: date) -> Calendar:
    return make_calendar("W", rest_weekdays=frozenset({5, 6}), holidays=(), first=first, last=last)


@pytest.mark.parametrize("name", list(CALENDARS))
def test_arithmetic_equals_walking_day_by_day(name: str) -> None:
    calendar, work = CALENDARS[name], WORK_DAYS[name]
    rng = random.Random(name)
    for _ in range(300):
        at = FRIDAY + rng.randint(-200, 600)
        days = rng.randint(-40, 40)
        assert calendar.add(at, days) == shifted(work, at, days)
        assert calendar.subtract(at, days) == shifted(work, at, -days)
        other = at + rng.randint(-300, 300)
        assert calendar.count(at, other) == worked_between(work, at, other)
        nearest = next(day for day in range(at, at + 400) if day in work)
        assert calendar.next_work(at) == nearest
        assert calendar.last_work(at) == next(day for day in range(at, at - 400, -1) if day in work)


@pytest.mark.parametrize("name", list(CALENDARS))
def test_latest_for_is_the_last_instant_whose_forward_image_stays_within_the_limit(name: str) -> None:
    calendar = CALENDARS[name]
    rng = random.Random(name)
    for _ in range(300):
        limit, lag = FRIDAY + rng.randint(-200, 600), rng.randint(-30, 30)
        found = calendar.latest_for(limit, lag)
        assert calendar.add(found, lag) <= limit < calendar.add(found + 1, lag)


@pytest.mark.parametrize("name", list(CALENDARS))
def test_earliest_and_latest_start_bracket_a_given_finish(name: str) -> None:
    calendar = CALENDARS[name]
    rng = random.Random(name)
    for _ in range(300):
        limit, days = FRIDAY + rng.randint(0, 600), rng.randint(1, 30)
        first, last = calendar.earliest_start(limit, days), calendar.latest_start(limit, days)
        assert calendar.next_work(first) == first
        assert calendar.next_work(last) == last
        assert calendar.add(first, days) >= limit > calendar.add(calendar.subtract(first, 1), days)
        assert calendar.add(last, days) <= limit < calendar.add(calendar.next_work(last + 1), days)


def test_friday_plus_one_worked_day_ends_on_friday_evening() -> None:
    five = weekdays(date(2026, 1, 1), date(2026, 12, 31))
    assert five.add(FRIDAY, 1) == FRIDAY + 1
    assert five.add(FRIDAY, 2) == FRIDAY + 4  # Saturday and Sunday rest, Monday is worked
    assert five.add(FRIDAY + 1, 0) == FRIDAY + 1  # no lag leaves an instant where it is
    assert five.subtract(FRIDAY + 3, 1) == FRIDAY


def test_every_instant_of_the_range_can_be_asked_and_none_outside() -> None:
    first, last = date(2026, 3, 2), date(2026, 3, 31)
    five = weekdays(first, last)
    begin, end = first.toordinal(), last.toordinal()
    assert five.count(begin, end + 1) == 22
    assert five.add(begin, 22) == end + 1
    assert five.subtract(end + 1, 22) == begin
    for ask in (
        lambda: five.count(begin - 1, end),
        lambda: five.count(begin, end + 2),
        lambda: five.add(begin, 23),
        lambda: five.subtract(end + 1, 23),
        lambda: five.next_work(end + 1),
        lambda: five.next_work(-5),
        lambda: five.add(10**9, 1),
        lambda: five.latest_for(begin, 1),
        lambda: five.latest_for(end + 1, -1),
        lambda: five.last_work(begin - 1),
    ):
        with pytest.raises(InvalidInput, match="runs out of calendar W"):
            ask()


def test_closed_season_may_run_over_the_new_year() -> None:
    winter = ClosedSeason(11, 15, 2, 10)
    assert winter.covers(date(2026, 12, 31))
    assert winter.covers(date(2026, 2, 10))
    assert not winter.covers(date(2026, 2, 11))
    assert FLOOD_SEASON.covers(date(2026, 5, 1))
    assert FLOOD_SEASON.covers(date(2026, 11, 30))
    assert not FLOOD_SEASON.covers(date(2026, 12, 1))


def test_standard_calendars_rest_as_their_names_say() -> None:
    reunification = date(2026, 4, 30)
    made = standard_calendars([reunification], first=date(2026, 1, 1), last=date(2026, 12, 31))
    worked = {name: {date.fromordinal(day) for day in calendar.worked} for name, calendar in made.items()}
    assert len(worked[ALL]) == 365
    assert reunification not in worked[VN6] | worked[DYKE] | worked[VN5]
    assert date(2026, 3, 14) in worked[VN6] - worked[VN5]  # a Saturday
    assert date(2026, 3, 15) not in worked[VN6]
    assert max(day for day in worked[DYKE] if day.month < 9) == date(2026, 4, 29)
    assert min(day for day in worked[DYKE] if day.month > 5) == date(2026, 12, 1)


def test_every_fault_of_a_calendar_is_listed() -> None:
    with pytest.raises(InvalidInput) as refused:
        make_calendar(
            "BAD",
            rest_weekdays={6, 7, 9},
            holidays=(),
            closed_seasons=(ClosedSeason(2, 30, 13, 1),),
            first=date(2026, 2, 1),
            last=date(2026, 1, 1),
        )
    assert len(refused.value.faults) == 5
    assert all(fault.where == "BAD" for fault in refused.value.faults)


def test_calendar_without_working_days_is_refused() -> None:
    day = date(2026, 3, 13)
    with pytest.raises(InvalidInput, match="no working day"):
        make_calendar(
            "NONE", rest_weekdays=(), holidays=[day, day + timedelta(1)], first=day, last=day + timedelta(1)
        )
