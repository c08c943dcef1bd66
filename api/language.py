"""Vietnamese first, English beside it: which one a reader gets."""

from __future__ import annotations

from typing import Literal

Lang = Literal["vi", "en"]
COOKIE = "lang"


def pick(lang: Lang, vi: str, en: str) -> str:
    """The text in the reader's language."""
    return en if lang == "en" else vi


def choose(query: str | None, cookie: str | None) -> Lang:
    """The address wins over what the browser remembers; without either the screens are Vietnamese."""
    wanted = query or cookie
    return "en" if wanted == "en" else "vi"
