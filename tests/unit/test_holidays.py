"""Days off that were announced, and days of compensation, count in the calendars and are named by every result."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from api.calendars import holiday_list, working_calendars
from api.lawfiles import competences, rule_book
from projects.calendars import ALL, DYKE, VN5, VN6
from projects.law.settings import Law, Setting, check_setting, law_with

ANNOUNCED = date(2026, 11, 1)
EXTRA, MADE_UP = date(2027, 1, 4), date(2027, 1, 9)  # a Monday off, the Saturday worked for it
FLOOD = date(2027, 6, 5)  # a Saturday in the closed season of the dyke corridor


def setting(day: str, value: dict[str, Any] | None, number: int = 1, document: str = "TB 1") -> Setting:
    return Setting(f"holiday.{day}", ANNOUNCED, value, document, number)


def law(*rows: Setting, today: date = ANNOUNCED) -> Law:
    return law_with(rows, book=rule_book(), competences=competences(), today=today)


def works(name: str, day: date, changes: tuple[tuple[date, bool], ...] = ()) -> bool:
    return day.toordinal() in working_calendars(changes)[name].worked


def test_a_day_off_is_no_work_and_a_day_of_compensation_is() -> None:
    changes = ((EXTRA, False), (MADE_UP, True))
    assert [works(name, EXTRA) for name in (VN5, VN6)] == [True, True]
    changes = ((EXTRA, True), (MADE_UP, False))
    assert [works(name, EXTRA, changes) for name in (VN5, VN6, DYKE)] == [False, False, False]
    assert [works(VN5, MADE_UP), works(VN5, MADE_UP, changes)] == [False, True]
    assert works(ALL, EXTRA, changes)  # land and legal clocks count every day


def test_a_day_of_compensation_does_not_open_the_closed_season() -> None:
    assert works(VN5, FLOOD, ((FLOOD, False),))
    assert not works(DYKE, FLOOD, ((FLOOD, False),))


def test_all_other_days_stay_as_they_are() -> None:
    for name in (ALL, VN5, VN6, DYKE):
        usual = set(working_calendars()[name].worked)
        changed = set(working_calendars(((EXTRA, True), (MADE_UP, False)))[name].worked)
        assert usual ^ changed <= {EXTRA.toordinal(), MADE_UP.toordinal()}


def test_a_change_counts_from_the_day_it_was_announced_and_can_be_taken_back() -> None:
    rows = (setting("2027-01-04", {"off": True}), setting("2027-01-09", {"off": False}, 2))
    assert law(*rows, today=ANNOUNCED - timedelta(days=1)).holidays == ()
    assert law(*rows).holidays == ((EXTRA, True), (MADE_UP, False))
    assert law(*rows, setting("2027-01-04", None, 3)).holidays == ((MADE_UP, False),)


@pytest.mark.parametrize(
    ("day", "value", "document", "wrong"),
    [
        ("2027-02-30", {"off": True}, "TB 1", "key"),
        ("tet", {"off": True}, "TB 1", "key"),
        ("2027-01-04", {"off": "yes"}, "TB 1", "off"),
        ("2027-01-04", {"off": True, "on": 1}, "TB 1", "on"),
        ("2027-01-04", {"off": True}, "", "document"),
        ("2027-01-04", {"off": True}, "TB 1", None),
    ],
)
def test_a_wrong_day_is_refused_with_its_place(
    day: str, value: dict[str, Any], document: str, wrong: str | None
) -> None:
    found = check_setting(setting(day, value, document=document), book=rule_book(), projects=())
    assert [fault.where for fault in found] == ([wrong] if wrong else [])


def test_the_list_names_the_library_and_every_change() -> None:
    assert holiday_list().startswith("holidays ")
    assert holiday_list(((EXTRA, True), (MADE_UP, False))).endswith(" +2027-01-04 -2027-01-09")
