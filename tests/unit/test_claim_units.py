"""Every unit of the published figures has an English word, so that no English page is half translated."""

from __future__ import annotations

import re
from pathlib import Path

from api.pages.labels import CONFIDENCE, UNITS_EN

PORTFOLIO = Path(__file__).resolve().parents[2] / "data" / "portfolio"


def values(key: str) -> set[str]:
    """All texts that the portfolio files give for `key`."""
    texts = [path.read_text(encoding="utf-8") for path in PORTFOLIO.glob("*.toml")]
    return {found for text in texts for found in re.findall(rf'^{key}\s*=\s*"([^"]*)"', text, re.MULTILINE)}


def test_every_unit_of_a_published_figure_has_an_english_word() -> None:
    units = values("unit")
    assert units
    assert units - set(UNITS_EN) == set()


def test_every_confidence_mark_is_explained_in_words() -> None:
    marks = values("confidence")
    assert marks
    assert marks - set(CONFIDENCE) == set()
