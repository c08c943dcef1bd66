"""What all that is followed up on a case shares: checked texts and days, request hashes, conflicts by field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.entries import MAX_TEXT, plain
from geo.tables import Event
from projects.errors import Fault, StaleVersion

EARLIEST, LATEST = date(2015, 1, 1), date(2045, 12, 31)


def request_of(*parts: Any) -> str:
    """The hash of a request: what must be the same when an idempotency key comes again."""
    said = [
        {k: plain(v) for k, v in part.items()} if isinstance(part, Mapping) else plain(part) for part in parts
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def text_faults(
    values: Mapping[str, Any], *names: str, needed: tuple[str, ...] = (), most: int = MAX_TEXT
) -> list[Fault]:
    """Faults of texts that are too long, hold control characters, or are needed and missing."""
    faults: list[Fault] = []
    for name in names:
        value = values.get(name)
        if value is None or not value.strip():
            if name in needed:
                faults.append(Fault(name, "Chưa nhập.", "Not entered."))
            continue
        if len(value) > most:
            faults.append(Fault(name, f"Dài quá {most} ký tự.", f"Longer than {most} characters."))
        if any(ord(c) < 32 and c not in "\n\t\r" for c in value):
            faults.append(Fault(name, "Có ký tự điều khiển.", "Contains a control character."))
    return faults


def day_fault(name: str, value: date | None, *, first: date = EARLIEST, last: date = LATEST) -> list[Fault]:
    """A fault of a day outside the two, both included; none without a day."""
    if value is None or first <= value <= last:
        return []
    vi = f"Ngày phải từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}."
    return [Fault(name, vi, f"The day must lie between {first:%Y-%m-%d} and {last:%Y-%m-%d}.")]


def code_fault(name: str, value: Any, codes: Mapping[str, Any]) -> list[Fault]:
    """A fault of a code that is not in the list."""
    if value in codes:
        return []
    shown = str(value or "")[:40]
    return [Fault(name, f"Không có mã “{shown}”.", f"There is no code “{shown}”.")]


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with texts without surrounding blanks; an empty text is nothing."""
    return {k: (v.strip() or None) if isinstance(v, str) else v for k, v in values.items()}


def state_known(
    session: Session, object_type: str, code: str, row_id: int, version: int
) -> dict[str, Any] | None:
    """What a version of a row held, by the events of the case; None when no event made that version."""
    after = Event.after
    found = select(after).where(
        Event.object_type == object_type, Event.object_code == code,
        after["id"].as_integer() == row_id, after["version"].as_integer() == version,
    )  # fmt: skip
    return session.scalar(found.order_by(Event.id.desc()).limit(1))


def check_seen(
    session: Session,
    object_type: str,
    code: str,
    present: Mapping[str, Any],
    wanted: Mapping[str, Any],
    seen: int,
) -> None:
    """Lets through what touches only fields that nobody changed since the version `seen`.

    Raises StaleVersion with both states and the fields in conflict, all that are wanted where that version is unknown.
    """
    if seen == present["version"]:
        return
    past = state_known(session, object_type, code, int(present["id"]), seen)
    said = {name: plain(value) for name, value in wanted.items()}
    fields = [n for n, v in said.items() if v != present[n] and (past is None or past[n] != present[n])]
    if past is None or fields:
        raise StaleVersion(code, seen, dict(present), dict(present) | said, fields)
