"""Baselines in our own network format: dates by activity, written with a network and read back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from math import isfinite
from typing import Any

from projects.engine.docparts import Reader
from projects.errors import InvalidInput
from projects.interchange.imported import Agreed, SentBaseline

BASELINE = {"number", "name", "date", "activities"}
DATES = {"code", "start", "finish", "days"}
MOST, MOST_ROWS = 100, 1_000_000


def baseline_rows(baselines: Sequence[SentBaseline]) -> list[dict[str, Any]]:
    """The baselines as they stand in a document."""
    return [
        {"number": one.number, "name": one.name}
        | ({} if one.date is None else {"date": _written(one.date)})
        | {
            "activities": [
                {"code": code, "start": _written(said.start), "finish": _written(said.finish)}
                | ({} if said.days is None else {"days": said.days})
                for code, said in one.dates.items()
            ]
        }
        for one in baselines
    ]


def baselines_in(document: object, codes: Collection[str]) -> tuple[SentBaseline, ...]:
    """The baselines of a document that `projects.engine.document` reads; `codes`: its activities.

    Raises InvalidInput with every fault of theirs.
    """
    top = document if isinstance(document, dict) else {}
    r = Reader()
    found = [
        _baseline(r, f"baselines[{i}]", row, codes) for i, row in enumerate(r.rows(top, "baselines", MOST))
    ]
    numbers = [one.number for one in found]
    for number in sorted({n for n in numbers if numbers.count(n) > 1}):
        r.fault("baselines", f"Số {number} có hai lần.", f"Number {number} is there twice.")
    if r.faults:
        raise InvalidInput(r.faults)
    return tuple(found)


def _baseline(r: Reader, where: str, value: object, codes: Collection[str]) -> SentBaseline:
    row = r.mapping(where, value, BASELINE)
    number = r.whole(f"{where}.number", row.get("number"))
    if number < 0:
        r.fault(f"{where}.number", "Không được âm.", "It must not be negative.")
    said = r.moment(f"{where}.date", row.get("date"))
    dates: dict[str, Agreed] = {}
    for i, each in enumerate(r.rows(row, "activities", MOST_ROWS)):
        at = f"{where}.activities[{i}]"
        one = r.mapping(at, each, DATES)
        code = r.text(f"{at}.code", one.get("code"))
        if code and (code not in codes or code in dates):
            vi = f"Không có công việc {code[:60]}, hoặc có hai lần."
            r.fault(at, vi, f"There is no activity {code[:60]}, or it is there twice.")
        start, finish = (_moment(r, f"{at}.{end}", one.get(end)) for end in ("start", "finish"))
        if finish < start:
            r.fault(at, "Kết thúc trước khi bắt đầu.", "It ends before it begins.")
        dates[code] = Agreed(start, finish, _days(r, f"{at}.days", one.get("days")))
    name = r.text(f"{where}.name", row.get("name"))
    return SentBaseline(number, name, None if said is None else _whole(said), dates)


def _moment(r: Reader, where: str, value: object) -> datetime:
    found = r.moment(where, value)
    if isinstance(found, datetime):
        return found
    if found is not None or value is None:
        r.fault(where, "Phải có ngày và giờ.", "It must be a day with its time.")
    return datetime.min


def _days(r: Reader, where: str, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0:
        return float(value)
    r.fault(where, "Phải là số ngày.", "It must be a number of days.")
    return None


def _whole(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")
