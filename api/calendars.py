"""The working calendars of the portfolio, with Vietnamese public holidays from the `holidays` library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays

from projects.calendars import Calendar, standard_calendars

FIRST = date(2015, 1, 1)
LAST = date(2060, 12, 31)


@lru_cache(maxsize=1)
def working_calendars() -> Mapping[str, Calendar]:
    """The calendars by name (see `projects.calendars.standard_calendars`), 2015 to 2060.

    Public holidays include Tết and the compensation days that the library knows; days that the State
    announces later each year are not in it until the library is updated.
    """
    off = frozenset(holidays.country_holidays("VN", years=range(FIRST.year, LAST.year + 1)))
    return standard_calendars(off, first=FIRST, last=LAST)
