"""Reading the parts of a network document: what is not as it must be becomes a fault, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from projects.calendars import ClosedSeason
from projects.engine.shifts import EPOCH, LAST, Shifts, WorkCalendar, WorkTime
from projects.errors import Fault

E = TypeVar("E", bound=StrEnum)
LONGEST = 500


class Reader:
    """Collects the faults; every method gives something usable, so that one pass finds them all."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, where: str, vi: str, en: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(where, vi, en))

    def mapping(self, where: str, value: object, allowed: Collection[str]) -> Mapping[str, Any]:
        """An object with none but the allowed keys."""
        if not isinstance(value, dict):
            self.fault(where, "Phải là đối tượng JSON.", "It must be a JSON object.")
            return {}
        for key in value:
            if key not in allowed:
                self.fault(where, f"Không có trường {str(key)[:60]!r}.", f"Unknown key {str(key)[:60]!r}.")
        return value

    def rows(self, row: Mapping[str, Any], key: str, most: int) -> Sequence[Any]:
        """A list, empty where there is none."""
        value = row.get(key, [])
        if not isinstance(value, list) or len(value) > most:
            self.fault(
                key, f"Phải là danh sách không quá {most} mục.", f"It must be a list of at most {most}."
            )
            return []
        return value

    def text(self, where: str, value: object, *, empty: bool = False) -> str:
        """A text of at most 500 characters."""
        if isinstance(value, str) and (empty or value.strip()) and len(value) <= LONGEST:
            return value
        self.fault(where, "Thiếu chữ hoặc quá dài.", "A text is missing or too long.")
        return ""

    def choice(self, where: str, value: object, kind: type[E]) -> E:
        """One of the values of an enumeration."""
        try:
            return kind(str(value))
        except ValueError:
            listed = ", ".join(kind)
            self.fault(where, f"Phải là một trong: {listed}.", f"It must be one of: {listed}.")
            return next(iter(kind))

    def whole(self, where: str, value: object) -> int:
        """A whole number of reasonable size."""
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LAST:
            return value
        self.fault(where, "Phải là số nguyên.", "It must be a whole number.")
        return 0

    def amount(
        self, where: str, row: Mapping[str, Any], key: str, time: WorkTime | None, *, signed: bool = False
    ) -> int | None:
        """Minutes from `…_minutes` or `…_days`; None where neither is given. Its sign is left to the checks."""
        minutes, days = row.get(f"{key}_minutes"), row.get(f"{key}_days")
        if minutes is not None and days is not None:
            self.fault(where, f"{key}: chỉ một trong phút và ngày.", f"{key}: minutes or days, not both.")
        if minutes is not None:
            return self.whole(f"{where}.{key}_minutes", minutes)
        if days is None:
            return None
        if isinstance(days, bool) or not isinstance(days, int | float) or not abs(days) <= 50_000:
            self.fault(f"{where}.{key}_days", "Phải là số ngày.", "It must be a number of days.")
            return 0
        return round(days * (1440 if time is None else time.day_minutes))

    def moment(self, where: str, value: object) -> date | datetime | None:
        """A day, or a local moment to the minute."""
        if value is None:
            return None
        try:
            text = str(value)
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                return date.fromisoformat(text)
            if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", text):
                return datetime.fromisoformat(text)
        except ValueError:
            pass
        self.fault(
            where,
            "Ngày phải là năm-tháng-ngày, có thể thêm Tgiờ:phút.",
            "A date is YYYY-MM-DD or YYYY-MM-DDTHH:MM.",
        )
        return None

    def day(self, where: str, value: object) -> date:
        """A day."""
        found = self.moment(where, value)
        if isinstance(found, date) and not isinstance(found, datetime):
            return found
        if found is not None or value is None:
            self.fault(where, "Thiếu ngày.", "A day is missing.")
        return EPOCH


def calendar_of(r: Reader, where: str, value: object) -> WorkCalendar | None:
    """A calendar row; None if its form is wrong."""
    before = len(r.faults)
    row = r.mapping(where, value, {"code", "week", "exceptions", "seasons", "blackouts", "note"})
    week = tuple(_shifts(r, f"{where}.week", day) for day in r.rows(row, "week", 7))
    exceptions = []
    for i, one in enumerate(r.rows(row, "exceptions", 60_000)):
        part = r.mapping(f"{where}.exceptions[{i}]", one, {"date", "shifts"})
        exceptions.append(
            (
                r.day(f"{where}.exceptions[{i}].date", part.get("date")),
                _shifts(r, where, part.get("shifts", [])),
            )
        )
    seasons = [_season(r, f"{where}.seasons[{i}]", s) for i, s in enumerate(r.rows(row, "seasons", 100))]
    blackouts = []
    for i, one in enumerate(r.rows(row, "blackouts", 10_000)):
        part = r.mapping(f"{where}.blackouts[{i}]", one, {"from", "to"})
        ends = [r.day(f"{where}.blackouts[{i}].{key}", part.get(key)) for key in ("from", "to")]
        blackouts.append((ends[0], ends[1]))
    code = r.text(f"{where}.code", row.get("code"))
    if len(r.faults) > before:
        return None
    return WorkCalendar(code, week, tuple(exceptions), tuple(s for s in seasons if s), tuple(blackouts))


def _shifts(r: Reader, where: str, value: object) -> Shifts:
    found = []
    for pair in value if isinstance(value, list) else [None]:
        ends = pair if isinstance(pair, list) and len(pair) == 2 else ["", ""]
        times = [re.fullmatch(r"(\d\d):(\d\d)", str(end)) for end in ends]
        if times[0] is None or times[1] is None:
            r.fault(where, 'Ca phải là ["07:30", "11:30"].', 'A shift is ["07:30", "11:30"].')
            return ()
        begin, end = (int(t[1]) * 60 + int(t[2]) for t in (times[0], times[1]))
        found.append((begin, end))
    return tuple(found)


def _season(r: Reader, where: str, value: object) -> ClosedSeason | None:
    row = r.mapping(where, value, {"from", "to"})
    days = []
    for key in ("from", "to"):
        try:
            days.append(date.fromisoformat(f"2024-{row.get(key)}"))  # a leap year: 29 February is a day
        except ValueError:
            r.fault(f"{where}.{key}", "Phải là tháng-ngày.", "It must be MM-DD.")
    return ClosedSeason(days[0].month, days[0].day, days[1].month, days[1].day) if len(days) == 2 else None
