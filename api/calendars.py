"""The working calendars of the portfolio, with Vietnamese public holidays from the `holidays` library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from projects.calendars import Calendar, ClosedSeason, make_calendar

FIRST = date(2015, 1, 1)
LAST = date(2060, 12, 31)
SUNDAY, SATURDAY = 6, 5

# Works in the dyke corridor stop in the flood season, about May–November (fact sheet section 0, point 6).
FLOOD_SEASON = ClosedSeason(from_month=5, from_day=1, to_month=11, to_day=30)


@lru_cache(maxsize=1)
def working_calendars() -> Mapping[str, Calendar]:
    """The calendars by name: ALL (every day), VN6 (Mon–Sat), VN5 (Mon–Fri), DYKE (VN6 less flood season).

    Public holidays include Tết and the compensation days that the library knows; days that the State
    announces later each year are not in it until the library is updated.
    """
    off = frozenset(holidays.country_holidays("VN", years=range(FIRST.year, LAST.year + 1)))
    none: frozenset[date] = frozenset()
    return {
        "ALL": make_calendar("ALL", rest_weekdays=frozenset(), holidays=none, first=FIRST, last=LAST),
        "VN6": make_calendar("VN6", rest_weekdays=frozenset({SUNDAY}), holidays=off, first=FIRST, last=LAST),
        "VN5": make_calendar(
            "VN5", rest_weekdays=frozenset({SATURDAY, SUNDAY}), holidays=off, first=FIRST, last=LAST
        ),
        "DYKE": make_calendar(
            "DYKE",
            rest_weekdays=frozenset({SUNDAY}),
            holidays=off,
            closed_seasons=(FLOOD_SEASON,),
            first=FIRST,
            last=LAST,
        ),
    }
