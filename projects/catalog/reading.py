"""Typed access to one parsed TOML table that notes every fault instead of stopping at the first.

A missing or wrong value is noted and replaced by a harmless stand-in, so that the rest of the file is
still read; the caller refuses the whole input at the end if anything was noted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from projects.errors import Fault

CODE = re.compile(r"[A-Z0-9][A-Z0-9_]*")
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2060, 12, 31)


class Reader:
    """One table of one file: `where` is "file: key path"; `faults` is shared by the whole reading."""

    def __init__(self, where: str, table: Mapping[str, Any], faults: list[Fault]) -> None:
        self.where = where
        self._table = table
        self._faults = faults
        self._seen: set[str] = set()

    def note(self, key: str, vi: str, en: str) -> None:
        """Note a fault at `key` of this table ("" = the table itself)."""
        self._faults.append(Fault(self._at(key), vi, en))

    def has(self, key: str) -> bool:
        """Whether the table has the key at all, rightly typed or not."""
        return key in self._table

    def text(self, key: str) -> str:
        """Text that must be there; "" after a fault."""
        value = self.text_or_none(key)
        return "" if self._missing(key, value) else str(value)

    def text_or_none(self, key: str) -> str | None:
        """Text, or None if absent."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip():
            self.note(key, "phải là chữ, không rỗng", "must be non-empty text")
            return None
        return value

    def code(self, key: str = "code") -> str:
        """A code of this catalogue: capital letters, digits and underscores."""
        value = self.text(key)
        if value and not CODE.fullmatch(value):
            self.note(
                key,
                f"mã {value!r} chỉ được gồm A–Z, 0–9 và _",
                f"code {value!r} may have A–Z, 0–9 and _ only",
            )
        return value

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """Text that must be one of `allowed`."""
        value = self.text(key)
        if value and value not in allowed:
            self.note(key, unknown_vi(value, allowed), unknown_en(value, allowed))
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty if absent."""
        value = self._take(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.note(key, "phải là danh sách chữ", "must be a list of texts")
            return ()
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        """A boolean, `default` if absent."""
        value = self._take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.note(key, "phải là true hoặc false", "must be true or false")
            return default
        return value

    def decimal_or_none(self, key: str, least: int = 0) -> Decimal | None:
        """A number of at least `least` with its digits as typed."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            self.note(key, "phải là số", "must be a number")
            return None
        # str() keeps the digits as typed: 57.52 stays 57.52 and not its binary neighbour.
        number = Decimal(str(value))
        if not number.is_finite() or number < least:
            self.note(key, f"phải là số từ {least} trở lên", f"must be a number of at least {least}")
            return None
        return number

    def number(self, key: str) -> float:
        """A number of at least 0 that must be there; 0 after a fault."""
        value = self.number_or_none(key)
        return 0.0 if self._missing(key, value) or value is None else value

    def number_or_none(self, key: str) -> float | None:
        """A number of at least 0, or None if absent."""
        value = self.decimal_or_none(key)
        return None if value is None else float(value)

    def whole(self, key: str, default: int | None = None) -> int:
        """A count that must be there unless there is a `default`; 0 after a fault."""
        value = self.whole_or_none(key)
        if value is None and default is not None and key not in self._table:
            return default
        return 0 if self._missing(key, value) or value is None else value

    def whole_or_none(self, key: str) -> int | None:
        """A count, or None if absent."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.note(key, "phải là số nguyên không âm", "must be a whole number, not negative")
            return None
        return value

    def day_or_none(self, key: str) -> date | None:
        """A day, or None if absent."""
        return self.as_day(key, self._take(key))

    def as_day(self, key: str, value: object) -> date | None:
        """`value` as a day within the years that the product knows; a fault at `key` otherwise."""
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = date.fromisoformat(value)
            except ValueError:
                value = None
        if not isinstance(value, date) or isinstance(value, datetime):
            self.note(key, "phải là ngày dạng 2026-03-13", "must be a day such as 2026-03-13")
            return None
        if not FIRST_DAY <= value <= LAST_DAY:
            self.note(
                key,
                f"ngày {value} ngoài khoảng {FIRST_DAY.year}–{LAST_DAY.year}",
                f"day {value} lies outside {FIRST_DAY.year}–{LAST_DAY.year}",
            )
            return None
        return value

    def raw(self, key: str) -> Any:
        """The value as parsed, for shapes that the caller checks itself."""
        return self._take(key)

    def children(self, key: str) -> list[Reader]:
        """A reader per table of the array `key`; the path names the table's code where it has one."""
        value = self._take(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.note(key, "phải là danh sách bảng [[…]]", "must be an array of tables [[…]]")
            return []
        return [
            Reader(self._at(f"{key}[{item.get('code', place)}]"), item, self._faults)
            for place, item in enumerate(value)
        ]

    def child(self, key: str) -> Reader | None:
        """A reader of the table `key`, or None if absent."""
        value = self._take(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note(key, "phải là một bảng [...]", "must be a table [...]")
            return None
        return Reader(self._at(key), value, self._faults)

    def close(self) -> None:
        """Note every key that nobody asked for: a typing error must not pass as an absent fact."""
        for key in self._table:
            if key not in self._seen:
                near = get_close_matches(key, sorted(self._seen), n=1)
                hint_vi = f"; ý là {near[0]!r}?" if near else ""
                hint_en = f"; did you mean {near[0]!r}?" if near else ""
                self.note(key, f"khoá không có trong mẫu{hint_vi}", f"unknown key{hint_en}")

    def _take(self, key: str) -> Any:
        self._seen.add(key)
        return self._table.get(key)

    def _missing(self, key: str, value: object) -> bool:
        if value is None and key not in self._table:
            self.note(key, "thiếu", "missing")
        return value is None

    def _at(self, key: str) -> str:
        if not key:
            return self.where
        return f"{self.where}.{key}" if ": " in self.where else f"{self.where}: {key}"


def unknown_vi(value: str, allowed: Collection[str]) -> str:
    """'x' is not one of the allowed values, in Vietnamese; long lists are not spelled out."""
    return f"{value!r} không có trong danh sách{_listed(allowed)}"


def unknown_en(value: str, allowed: Collection[str]) -> str:
    """The same in English."""
    return f"{value!r} is not known{_listed(allowed)}"


def _listed(allowed: Collection[str]) -> str:
    return f" ({', '.join(sorted(allowed))})" if len(allowed) <= 12 else ""
