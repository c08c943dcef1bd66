"""Plain changes of cases, several people's in one call: what the function `write_cases` takes and gives.

Every event waits for the one before it, because the history is a chain; whoever waits may as well be written together.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from geo.history import own_key
from projects.rights import Principal

_WRITE = text("select n, state from write_cases(cast(:items as jsonb), :today) where written")


@dataclass(frozen=True, slots=True)
class PlainChange:
    """New values (`wanted`, as an event keeps them) for fields of a case other than its step, on the version `seen`.

    `day` None means the data date, or the day of the present step if that is later.
    """

    who: Principal
    code: str
    seen: int
    wanted: dict[str, Any]
    day: date | None
    document: str | None
    document_hash: str | None
    reason: str | None
    key: str | None
    request: str

    def as_item(self) -> dict[str, Any]:
        """What `write_cases` reads."""
        key = own_key(self.who.account, self.key)
        return {
            "reach": self.who.reach,
            "wards": ",".join(sorted(self.who.wards)),
            "projects": ",".join(sorted(self.who.projects)),
            "account": self.who.account,
            "people": "on" if self.who.role.people else "",
            "code": self.code,
            "seen": self.seen,
            "wanted": self.wanted,
            "day": self.day.isoformat() if self.day else None,
            "document": self.document,
            "document_hash": self.document_hash,
            "reason": self.reason,
            "key": key,
            "request": self.request if key else None,
        }


def write_plain(
    connection: Connection, changes: Sequence[PlainChange], today: date
) -> list[dict[str, Any] | None]:
    """The new state of each case; None where nothing was written, because the change is not that plain.

    One transaction on a connection in autocommit. Raises what the database raises, and then nothing was written.
    """
    items = json.dumps([change.as_item() for change in changes], ensure_ascii=False)
    states: list[dict[str, Any] | None] = [None] * len(changes)
    for n, state in connection.execute(_WRITE, {"items": items, "today": today}):
        states[n - 1] = state
    return states
