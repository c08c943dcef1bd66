"""What tiles are kept in memory: the newest used, up to so many bytes in all, whatever their number."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar, cast

V = TypeVar("V")
OVERHEAD = 400  # bytes of an entry besides what is kept in it: key, links, object


@dataclass(slots=True)
class ByteCache:
    """Values by key with their size; the least recently used go when the sum passes `limit` bytes.

    Keys say everything that a value depends on, so nothing in it is ever wrong, only unused.
    """

    limit: int
    held: int = 0
    _items: OrderedDict[Hashable, tuple[object, int]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def find(self, key: Hashable) -> object | None:
        """The value of `key`, None when it is not kept."""
        with self._lock:
            found = self._items.get(key)
            if found is None:
                return None
            self._items.move_to_end(key)
            return found[0]

    def keep(self, key: Hashable, value: object, size: int) -> None:
        """Keeps a value of `size` bytes; one that alone passes the limit is not kept."""
        size += OVERHEAD
        if size > self.limit:
            return
        with self._lock:
            before = self._items.pop(key, None)
            self.held += size - (before[1] if before else 0)
            self._items[key] = (value, size)
            while self.held > self.limit:
                _, (_, gone) = self._items.popitem(last=False)
                self.held -= gone

    def get(self, key: Hashable, make: Callable[[], V], size: Callable[[V], int]) -> V:
        """The value of `key`, made when it is not kept."""
        found = self.find(key)
        if found is not None:
            return cast(V, found)
        made = make()
        self.keep(key, made, size(made))
        return made
