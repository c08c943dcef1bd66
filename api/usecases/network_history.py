"""Who changed a network when, why, and which rows: from its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.usecases.network_edits import OBJECT
from geo.access import access_project
from geo.history import events_of


def changes_of(session: Session, code: str, *, limit: int = 50) -> list[dict[str, Any]]:
    """The changes of a project's network, newest first. Raises NotFound."""
    access_project(session, code)
    return [
        {
            "event": event.id,
            "kind": event.kind,
            "recorded_at": event.recorded_at.isoformat(),
            "actor": event.actor,
            "reason": event.reason,
            "document": event.document,
            "undoes": (event.after or {}).get("undoes"),
            "hash": (event.after or {}).get("hash"),
            "rows": list(_rows(event.before or {}, event.after or {})),
        }
        for event in events_of(session, OBJECT, code, limit=limit)
    ]


def _rows(before: Mapping[str, Any], after: Mapping[str, Any]) -> Any:
    for part in ("activities", "links"):
        was, now = before.get(part, {}), after.get(part, {})
        for key in {**was, **now}:
            one, other = was.get(key), now.get(key)
            fields = sorted(
                name
                for name in {**(one or {}), **(other or {})}
                if (one or {}).get(name) != (other or {}).get(name)
            )
            yield {
                "key": key,
                "what": "added" if one is None else "removed" if other is None else "changed",
                "fields": {name: [(one or {}).get(name), (other or {}).get(name)] for name in fields},
            }
