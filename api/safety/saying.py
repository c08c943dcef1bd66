"""How a check is said."""

from __future__ import annotations

from api.bootstrap.inspection import Finding


def say(ok: bool, name: str, vi: str, en: str, fix: str, *, stops: bool = False) -> Finding:
    """A check whose sentence says what must be so, and that it is not so when it is not; then with `fix`."""
    if ok:
        return Finding(True, vi, en, "", name, stops)
    return Finding(False, f"Chưa đúng: {vi}", f"not so: {en}", fix, name, stops)
