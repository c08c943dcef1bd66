"""When nothing may be enforced: nights, days off, holidays, the Tết break and the days around it (CC-08, CC-09, KD-11).

The bans of days off, holidays, Tết and night are those of the recovery of land; for the inventory the law has office
hours only. Hours of the offices are not in the law: they are a setting.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from projects.calendars import Calendar
from projects.errors import Fault, InvalidInput
from projects.law.days import is_worked
from projects.law.rules import RuleBook

INVENTORY, RECOVERY = "inventory", "recovery"
NIGHT_FROM, NIGHT_TO = time(22), time(6)
OFFICE_HOURS = ((time(8), time(12)), (time(13), time(17)))
# The Lunar New Year lies between 21 January and 20 February; with the break and 15 days on both sides:
_TET_SEASON = ((1, 1), (3, 20))


@dataclass(frozen=True, slots=True)
class Tet:
    """The unbroken Tết break of a year, both days included, as the State announced it."""

    year: int
    first: date
    last: date
    level: str
    source: str


@dataclass(frozen=True, slots=True)
class Bans:
    """What the bans are computed from: the calendar of the offices, the yearly Tết breaks, the rules, and the
    traditional feasts of the place as (first, last, name), which somebody has to enter."""

    office: Calendar
    tet: tuple[Tet, ...]
    book: RuleBook
    feasts: tuple[tuple[date, date, str], ...] = ()
    office_hours: tuple[tuple[time, time], ...] = OFFICE_HOURS


@dataclass(frozen=True, slots=True)
class Banned:
    """A ban that hits a day or a moment: the rule, its article and the reason; `level` U where a fact is not known."""

    rule: str
    basis: str
    level: str
    vi: str
    en: str


def read_tet(content: Mapping[str, Any]) -> tuple[Tet, ...]:
    """The breaks from parsed TOML (`[[tet]]`). Raises `InvalidInput` with all faults."""
    rows, faults = [], []
    for place, row in enumerate(content.get("tet", ()), 1):
        kinds = {"year": int, "first": date, "last": date, "level": str, "source": str}
        wrong = [key for key, kind in kinds.items() if type(row.get(key)) is not kind]
        faults += [
            Fault(f"tet #{place}", f"“{key}” thiếu hoặc sai", f"“{key}” missing or wrong") for key in wrong
        ]
        if not wrong and not row["first"] <= row["last"] <= row["first"] + timedelta(days=20):
            faults.append(Fault(f"tet #{place}", "dịp nghỉ không hợp lý", "the break cannot be right"))
        elif not wrong:
            rows.append(Tet(row["year"], row["first"], row["last"], row["level"], row["source"]))
    if faults:
        raise InvalidInput(faults)
    return tuple(rows)


def day_bans(day: date, *, bans: Bans, kind: str = RECOVERY) -> tuple[Banned, ...]:
    """Every ban that hits the whole day; none: enforcement may start on it, in office hours."""
    worked = is_worked(day, office=bans.office)
    if kind == INVENTORY:
        return (
            () if worked else (_banned(bans, "KD-11", "ngày cơ quan không làm việc", "offices are closed"),)
        )
    found = []
    if not worked:
        found.append(_banned(bans, "CC-08", "ngày nghỉ, ngày lễ", "day off or public holiday"))
    around = timedelta(days=bans.book.get("CC-08", on=day).days())
    for tet in bans.tet:
        if tet.first - around <= day <= tet.last + around:
            vi = f"trong dịp Tết {tet.year} và {around.days} ngày trước, sau dịp nghỉ {_days(tet.first, tet.last)}"
            en = f"within {around.days} days of the Tết break {_days(tet.first, tet.last)}"
            found.append(_banned(bans, "CC-08", vi, en, level=tet.level))
    found += [
        _banned(bans, "CC-08", f"lễ truyền thống: {name}", f"traditional feast: {name}")
        for first, last, name in bans.feasts
        if first <= day <= last
    ]
    if _TET_SEASON[0] <= (day.month, day.day) <= _TET_SEASON[1] and not any(
        t.year == day.year for t in bans.tet
    ):
        vi = f"chưa có ngày nghỉ Tết năm {day.year}"
        found.append(_banned(bans, "CC-08", vi, f"the Tết break of {day.year} is not recorded", level="U"))
    return tuple(found)


def moment_bans(moment: datetime, *, bans: Bans, kind: str = RECOVERY) -> tuple[Banned, ...]:
    """Every ban that hits the start of an enforcement at a moment, in local time."""
    found = list(day_bans(moment.date(), bans=bans, kind=kind))
    clock = moment.time()
    if kind == RECOVERY and (clock >= NIGHT_FROM or clock < NIGHT_TO):
        found.append(_banned(bans, "CC-08", "từ 22 giờ đến 6 giờ", "between 22:00 and 06:00"))
    if not any(begin <= clock < end for begin, end in bans.office_hours):
        rule = "CC-09" if kind == RECOVERY else "KD-11"
        found.append(_banned(bans, rule, "ngoài giờ hành chính", "outside office hours"))
    return tuple(found)


def legal_days(first: date, last: date, *, bans: Bans, kind: str = RECOVERY) -> tuple[date, ...]:
    """The days from `first` to `last`, both included, on which enforcement may start."""
    span = range((last - first).days + 1)
    days = (first + timedelta(days=n) for n in span)
    return tuple(day for day in days if not day_bans(day, bans=bans, kind=kind))


def next_legal_day(start: date, *, bans: Bans, kind: str = RECOVERY) -> date | None:
    """The first such day at or after `start` within 120 days; None when there is none."""
    return next(iter(legal_days(start, start + timedelta(days=120), bans=bans, kind=kind)), None)


def sentence(found: Sequence[Banned]) -> tuple[str, str]:
    """The bans in words, with their articles, in both languages."""
    vi = "; ".join(f"{ban.vi} ({ban.rule}, {ban.basis})" for ban in found)
    return vi, "; ".join(f"{ban.en} ({ban.rule})" for ban in found)


def _banned(bans: Bans, code: str, vi: str, en: str, *, level: str = "") -> Banned:
    rule = bans.book.get(code)
    return Banned(rule.id, rule.basis, level or rule.level, vi, en)


def _days(first: date, last: date) -> str:
    return f"{first:%d/%m}–{last:%d/%m/%Y}"
