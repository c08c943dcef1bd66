"""Collects what an import has that we cannot do."""

from __future__ import annotations

from collections import defaultdict

from projects.interchange.words import Note


class Notes:
    """Notes by key and detail; the activities of each in the order in which they came, once."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)

    def add(self, key: str, code: str = "", *, detail: str = "") -> None:
        """Note it, for one activity or for the whole."""
        codes = self._codes[key, detail]
        if code:
            codes[code] = None

    def found(self) -> tuple[Note, ...]:
        """All of them, those about the whole first."""
        every = [Note(key, tuple(codes), detail) for (key, detail), codes in self._codes.items()]
        return tuple(sorted(every, key=lambda note: bool(note.codes)))
