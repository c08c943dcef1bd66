"""The fields of a record: what they are called, what they take, and the one reader for forms and programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from projects.errors import Fault, InvalidInput

LONGEST = 500
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2060, 12, 31)
Pair = tuple[str, str]
WRONG: dict[str, Pair] = {
    "missing": ("Chưa nhập.", "Missing."),
    "text": (f"Dài quá {LONGEST} ký tự hoặc có ký tự điều khiển.", "Too long, or control characters."),
    "choice": ("Không có mã này.", "There is no such code."),
    "decimal": ("Cần một số trong khoảng cho phép.", "A number within the range is needed."),
    "count": ("Cần một số nguyên trong khoảng cho phép.", "A whole number within the range is needed."),
    "day": ("Ngày có dạng năm-tháng-ngày, từ 1990 đến 2060.", "A date as YYYY-MM-DD, 1990–2060."),
    "unknown": ("Không có trường này.", "There is no such field."),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` text | choice | decimal | count | day | flag; numbers from `low` to `high`.

    `places`: most decimals of a number. `hint` stands below the field of a form.
    """

    name: str
    vi: str
    en: str
    kind: str = "text"
    required: bool = False
    choices: Mapping[str, Pair] | None = None
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(10) ** 12
    places: int = 4
    wide: bool = False
    hint: Pair = ("", "")


def read(fields: Sequence[Field], entered: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    """The typed values of what was entered; `whole`: all fields, else only those that were sent.

    Numbers may be written with a decimal comma, or as JSON numbers. Raises InvalidInput with every fault.
    """
    known = {field.name: field for field in fields}
    faults = [Fault(name[:40], *WRONG["unknown"]) for name in entered if name not in known]
    values: dict[str, Any] = {}
    for field in fields:
        if field.name not in entered and not whole:
            continue
        value, wrong = _read_one(field, entered.get(field.name))
        if wrong:
            faults.append(Fault(field.name, *WRONG[wrong]))
        values[field.name] = value
    if faults:
        raise InvalidInput(faults)
    return values


def plain(value: Any) -> Any:
    """A value as JSON keeps it: dates and exact numbers as text."""
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else value


def number_text(value: Decimal | None) -> str:
    """A stored number without zeros at its end, as a form shows it: "12.5"."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_one(field: Field, given: Any) -> tuple[Any, str]:
    if field.kind == "flag":
        return given in (True, "1", "on", "true"), ""
    text = "" if given is None else str(given).strip()
    if not text:
        return None, "missing" if field.required else ""
    if len(text) > LONGEST or any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in text):
        return None, "text"
    if field.kind == "text":
        return text, ""
    if field.kind == "choice":
        return (text, "") if text in (field.choices or {}) else (None, "choice")
    if field.kind == "day":
        return _day(text)
    return _number(field, text)


def _day(text: str) -> tuple[date | None, str]:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, "day"
    return (day, "") if FIRST_DAY <= day <= LAST_DAY else (None, "day")


def _number(field: Field, text: str) -> tuple[Any, str]:
    if "," in text:  # as written in Vietnam: points between thousands, a comma before decimals
        text = text.replace(".", "").replace(",", ".")
    elif field.places == 0 or text.count(".") > 1:
        text = text.replace(".", "")
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None, field.kind
    if not found.is_finite() or not field.low <= found <= field.high:
        return None, field.kind
    exponent = found.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > field.places:
        return None, field.kind
    return (int(found) if field.kind == "count" else found), ""
