"""Debts of assignments against day-by-day counting, periods, what moved between snapshots, and the calendar's lines."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from api.usecases.calendar_feed import Entry, icalendar
from projects.duties import ACTS, COUNTS, STATES, Duty, lines, owed
from projects.periods import KINDS, Kind, Period, before, ended, latest, period_of
from projects.rhythm import backoff, moves

DAY = date(2026, 1, 1)


def random_duty(at: random.Random, number: int) -> Duty:
    given = DAY + timedelta(days=at.randrange(120))
    dues = [(given, given + timedelta(days=at.randrange(30)))]
    for _ in range(at.choice((0, 0, 1, 2))):
        dues.append(
            (
                dues[-1][0] + timedelta(days=at.randrange(25)),
                dues[-1][1] + timedelta(days=at.randrange(-3, 25)),
            )
        )
    done = given + timedelta(days=at.randrange(90)) if at.random() < 0.7 else None
    gone = given + timedelta(days=at.randrange(60)) if at.random() < 0.2 else None
    return Duty(number, at.choice("ABC"), given, tuple(dues), done, gone)


def brute(duty: Duty, day: date) -> bool:
    """Owed on a day, said anew: the story told day by day."""
    if day < duty.given_on:
        return False
    due = duty.dues[0][1]
    for at in (duty.given_on + timedelta(days=n) for n in range((day - duty.given_on).days + 1)):
        for set_on, new in duty.dues:
            due = new if set_on == at else due
        if duty.withdrawn_on == at or duty.done_on == at:
            return False
    return day > due


@pytest.mark.parametrize("seed", range(5))
def test_debts_equal_a_story_told_day_by_day(seed: int) -> None:
    at = random.Random(seed)
    duties = [random_duty(at, number) for number in range(60)]
    for duty in duties:
        for day in (DAY + timedelta(days=n) for n in range(0, 260, 7)):
            assert owed(duty, day) == brute(duty, day), (duty, day)
    for kind in KINDS:
        periods = latest(kind, date(2026, 6, 17), 5)
        for line in lines(duties, periods):
            mine = [duty for duty in duties if duty.body == line.body]
            assert line.trend == tuple(sum(brute(d, p.last) for d in mine) for p in periods)
            last = periods[-1]
            days = [last.first + timedelta(days=n) for n in range((last.last - last.first).days + 1)]
            became = [
                d for d in mine if any(brute(d, x) and not brute(d, x - timedelta(days=1)) for x in days)
            ]
            ceased = [
                d for d in mine if any(brute(d, x - timedelta(days=1)) and not brute(d, x) for x in days)
            ]
            assert (line.counts["moi"], line.counts["tra"]) == (len(became), len(ceased))


def test_a_later_extension_does_not_erase_what_was_owed() -> None:
    first, second = date(2026, 3, 10), date(2026, 4, 10)
    duty = Duty(1, "A", date(2026, 3, 1), ((date(2026, 3, 1), first), (date(2026, 3, 20), second)), None)
    assert [owed(duty, date(2026, 3, d)) for d in (10, 11, 19, 20, 31)] == [False, True, True, False, False]
    assert owed(duty, date(2026, 4, 11))
    assert COUNTS["tra"](duty, period_of("month", first))


@pytest.mark.parametrize("kind", list(KINDS))
def test_periods_lie_side_by_side_and_each_day_in_one(kind: Kind) -> None:
    period = period_of(kind, date(2023, 12, 15))
    for n in range(1, 1200):
        day = date(2023, 12, 15) + timedelta(days=n)
        found = period_of(kind, day)
        assert found.first <= day <= found.last
        if found != period:
            assert found.first == period.last + timedelta(days=1)
            assert before(found) == period
            period = found


def test_only_ended_periods_are_due_the_last_alone_at_first_and_all_missed_ones_after() -> None:
    day = date(2026, 5, 1)
    assert [p.last for p in ended("month", day, after=None)] == [date(2026, 4, 30)]
    assert [p.last for p in ended("month", day, after=date(2026, 1, 31))] == [
        date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30),
    ]  # fmt: skip
    assert ended("month", date(2026, 4, 30), after=date(2026, 3, 31)) == ()
    assert Period(date(2026, 4, 1), date(2026, 6, 30), "quarter").label == ("Quý 2/2026", "Q2/2026")


def test_acts_lead_to_known_states() -> None:
    assert {
        state for states, after in ACTS.values() for state in (*states, *([after] if after else []))
    } <= set(STATES)


def test_only_what_differs_between_snapshots_is_told() -> None:
    old = {"projects": {"A": {"slip_days": 3, "cases": 9}, "B": {"slip_days": 1}}, "whole": {"cases": 9}}
    new = {"projects": {"A": {"slip_days": 8, "cases": 9}, "B": {"slip_days": 1}}, "whole": {"cases": 9}}
    assert [(m.project, m.name, m.before, m.after) for m in moves(old, new)] == [("A", "slip_days", 3, 8)]
    assert moves(new, new) == ()
    assert len(moves(None, new)) == 4


def test_tries_come_slower_and_never_further_apart_than_six_hours() -> None:
    waits = [backoff(n) for n in range(1, 20)]
    assert waits[:4] == [60, 120, 240, 480]
    assert waits == sorted(waits)
    assert max(waits) == 6 * 3600


def test_the_calendar_is_folded_escaped_and_reads_back() -> None:
    nasty = "Gỡ; vướng, mắc\\ “đường găng” 😀\nEND:VEVENT\r\nBEGIN:VALARM " + "ờ" * 120
    body = icalendar(
        [Entry("gv-1", date(2026, 12, 31), nasty, "x", "/giao-viec/1")], origin="https://dg.example",
        now=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )  # fmt: skip
    rows = body.split(b"\r\n")
    assert all(len(row) <= 75 for row in rows)
    assert b"\n" not in b"".join(rows)
    joined = body.decode().replace("\r\n ", "")
    assert joined.count("BEGIN:VEVENT") == 1
    assert "DTEND;VALUE=DATE:20270101" in joined
    summary = next(row for row in joined.split("\r\n") if row.startswith("SUMMARY:"))
    plain = summary[8:].replace("\\n", "\n").replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\")
    assert plain == nasty.replace("\r\n", "\n")
