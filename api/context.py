"""What use cases need besides a session: who asks, calendars, the clock as a function, and the result cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import Lock, RLock
from typing import Any

from api.tilecache import ByteCache
from projects.calendars import Calendar
from projects.rights import Principal, Rights

TILE_BYTES = 96 * 1024 * 1024  # of map tiles kept in memory, in all


@dataclass(slots=True)
class ResultCache:
    """Keeps what was computed from a project as long as its revision stays the same.

    Keys hold the revision, so a stale value can never be read; the oldest entries are dropped.
    """

    size: int = 480
    _items: OrderedDict[tuple[Any, ...], Any] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    # Held by whoever makes something large that others may ask for at the same moment.
    making: AbstractContextManager[object] = field(default_factory=RLock)

    def peek(self, key: tuple[Any, ...]) -> Any:
        """The value of `key` if it is kept, else None."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def keep(self, key: tuple[Any, ...], value: Any) -> None:
        """Keeps a value that was made together with others."""
        self.get(key, lambda: value)

    def get(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """The value of `key`, made once."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        value = make()
        with self._lock:
            self._items[key] = value
            while len(self._items) > self.size:
                self._items.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to every use case: nothing below `api` reads a clock or an environment."""

    calendars: Mapping[str, Calendar]
    today: Callable[[], date]
    cache: ResultCache
    rights: Rights
    principal: Principal
    known: int | None = None  # the event up to which history is read; None is now
    known_at: datetime | None = None  # the moment that was asked for
    tiles: ByteCache = field(default_factory=lambda: ByteCache(TILE_BYTES))

    @property
    def looking_back(self) -> dict[str, object]:
        """What an answer says of itself when it looks back: the moment that was asked for, and its last event."""
        if self.known_at is None:
            return {}
        return {"known_at": self.known_at.isoformat(), "known_event": self.known}

    def seen_by(self, principal: Principal) -> Context:
        """The same for somebody else."""
        return replace(self, principal=principal)
