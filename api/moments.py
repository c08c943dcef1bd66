"""The two times of an answer as they stand in an address: the effective day, and what was known when.

`ngay` (or `as_of`) is a day: the state at its end. `biet_den` (or `known_at`) is a moment: only what was recorded by
then counts. A bare date means its end in Hanoi; a time without a zone is Hanoi's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from fastapi import Request

from api.formatting import HANOI_TIME
from projects.errors import Fault, InvalidInput

AS_OF = ("ngay", "as_of")
KNOWN_AT = ("biet_den", "known_at")
END_OF_DAY = time(23, 59, 59, 999999)


@dataclass(frozen=True, slots=True)
class Moment:
    """What was asked for; None means the portfolio's data date and what is known now."""

    as_of: date | None = None
    known_at: datetime | None = None


def asked_for(request: Request) -> Moment:
    """The two times of a request, read once. Raises InvalidInput with every fault."""
    found: Moment | None = getattr(request.state, "moment", None)
    if found is None:
        found = request.state.moment = read(request.query_params)
    return found


def read(query: Mapping[str, str]) -> Moment:
    """The two times of a query. Raises InvalidInput with every fault."""
    faults: list[Fault] = []
    day = _one(query, AS_OF, faults)
    moment = _one(query, KNOWN_AT, faults)
    as_of = _day(day, faults) if day else None
    known_at = _moment(moment, faults) if moment else None
    if faults:
        raise InvalidInput(faults)
    return Moment(as_of, known_at)


def _one(query: Mapping[str, str], names: tuple[str, str], faults: list[Fault]) -> str:
    said = {query[name].strip() for name in names if query.get(name, "").strip()}
    if len(said) > 1:
        both = " ≠ ".join(names)
        faults.append(Fault(names[0], f"Hai giá trị khác nhau: {both}.", f"Two different values: {both}."))
    return next(iter(said), "") if len(said) == 1 else ""


def _day(text: str, faults: list[Fault]) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        faults.append(Fault(AS_OF[0], "Ngày phải có dạng năm-tháng-ngày.", "Expected a date as YYYY-MM-DD."))
        return None


def _moment(text: str, faults: list[Fault]) -> datetime | None:
    # A plus in an address that was not escaped arrives as a blank.
    text = text.replace(" ", "+") if "T" in text else text
    try:
        if "T" not in text:
            return datetime.combine(date.fromisoformat(text), END_OF_DAY, HANOI_TIME)
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=HANOI_TIME)
    except (ValueError, OverflowError):
        faults.append(
            Fault(
                KNOWN_AT[0],
                "Thời điểm phải là ngày (năm-tháng-ngày) hoặc ngày giờ (năm-tháng-ngàyTgiờ:phút).",
                "Expected a date (YYYY-MM-DD) or a moment (YYYY-MM-DDThh:mm).",
            )
        )
        return None
