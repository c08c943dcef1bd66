"""The working calendars: Vietnamese public holidays from the `holidays` library, and what was announced since.

The library knows the holidays, Tết and the compensation days of the years behind; what the State announces later is
set under the law (`holiday.<day>`, see `projects.law.settings`) with its document, and counts from its day on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from projects.calendars import Calendar, standard_calendars

FIRST = date(2015, 1, 1)
LAST = date(2060, 12, 31)
Changes = tuple[tuple[date, bool], ...]  # (day, whether it is a day off), by day


@lru_cache(maxsize=32)
def working_calendars(changes: Changes = ()) -> Mapping[str, Calendar]:
    """The calendars by name (see `projects.calendars.standard_calendars`), 2015 to 2060, with the `changes`."""
    off = set(holidays.country_holidays("VN", years=range(FIRST.year, LAST.year + 1)))
    off |= {day for day, rests in changes if rests}
    worked = [day for day, rests in changes if not rests]
    return standard_calendars(off, worked=worked, first=FIRST, last=LAST)


def holiday_list(changes: Changes = ()) -> str:
    """Which list of holidays the calendars were made with: the library's version, and each change ("+" off)."""
    said = "".join(f" {'+' if rests else '-'}{day.isoformat()}" for day, rests in changes)
    return f"holidays {holidays.__version__}{said}"
