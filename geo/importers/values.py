"""Turns the cells of a foreign table into clean text, numbers and dates, or says why it cannot."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date

Cell = str | int | float | bool | None

# Tone marks of Vietnamese in decomposed form: grave, acute, tilde, hook above, dot below.
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_UNIT_PREFIX = re.compile(r"^(phường|xã|thị trấn|đặc khu|p\.|x\.)\s*", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?$")
_VIETNAMESE = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$")
_YEARS = range(1950, 2101)
# A dot or comma followed by exactly three digits may group thousands or start a fraction.
_PLAIN = re.compile(r"\d+(?:[.,]\d{1,2}|[.,]\d{4,})?$")
_GROUPED = re.compile(
    r"\d{1,3}(?:\.\d{3})+,\d+$|\d{1,3}(?:,\d{3})+\.\d+$|\d{1,3}(?:\.\d{3}){2,}$|\d{1,3}(?:,\d{3}){2,}$"
)


class BadCell(ValueError):
    """A cell that cannot be taken as it is, with the reason in both languages."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def clean_text(cell: Cell, max_length: int) -> str | None:
    """Text in NFC without blanks around it; None for an empty cell. Whole numbers lose a trailing '.0'.

    Raises BadCell for control and invisible direction characters, which could hide what a reader sees.
    """
    if cell is None or isinstance(cell, bool):
        return None if cell is None else str(cell)
    if isinstance(cell, float):
        if math.isnan(cell):
            return None
        cell = int(cell) if cell.is_integer() else cell
    text = unicodedata.normalize("NFC", str(cell)).strip(" \u00a0")
    if not text:
        return None
    for char in text:
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
            code = f"U+{ord(char):04X}"
            raise BadCell(f"có ký tự điều khiển {code}", f"contains the control character {code}")
    if len(text) > max_length:
        raise BadCell(f"dài quá {max_length} ký tự", f"is longer than {max_length} characters")
    return text


def shorten(text: str, length: int = 40) -> str:
    """Foreign text for use inside a message: printable, on one line, not long."""
    safe = "".join(c if c.isprintable() else "\ufffd" for c in unicodedata.normalize("NFC", text))
    return safe if len(safe) <= length else safe[: length - 1] + "…"


def parse_number(cell: Cell) -> float | None:
    """A non-negative decimal; '1.234,5' and '1234.5' are read, '1.234' is refused because it has two meanings."""
    if cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)):
        number = math.nan if cell is None else float(cell)
        if math.isinf(number):
            raise BadCell("không phải là số hữu hạn", "is not a finite number")
        return None if math.isnan(number) else number
    text = str(cell).strip()
    if not text:
        return None
    if not text.isascii():
        raise BadCell(f"“{shorten(text)}” không phải là số", f"“{shorten(text)}” is not a number")
    if _PLAIN.match(text):
        return float(text.replace(",", "."))
    if _GROUPED.match(text):
        decimal = max(text.rfind("."), text.rfind(","))
        if len({c for c in text if c in ".,"}) == 1:
            return float(re.sub(r"[.,]", "", text))
        return float(re.sub(r"[.,]", "", text[:decimal]) + "." + text[decimal + 1 :])
    if re.match(r"\d{1,3}[.,]\d{3}$", text):
        raise BadCell(f"“{text}” có thể đọc theo hai cách", f"“{text}” can be read in two ways")
    raise BadCell(f"“{shorten(text)}” không phải là số", f"“{shorten(text)}” is not a number")


def parse_date(cell: Cell) -> date | None:
    """A day written 2026-03-31 or 31/03/2026. Raises BadCell for anything else, also for impossible days."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return None
    text = str(cell).strip()
    if not text:
        return None
    if iso := _ISO.match(text):
        year, month, day = (int(part) for part in iso.groups())
    elif written := _VIETNAMESE.match(text):
        day, month, year = (int(part) for part in written.groups())
    else:
        raise BadCell(
            f"“{shorten(text)}” không phải ngày (viết 2026-03-31 hoặc 31/03/2026)",
            f"“{shorten(text)}” is not a date (write 2026-03-31 or 31/03/2026)",
        )
    try:
        if year not in _YEARS:
            raise ValueError
        return date(year, month, day)
    except ValueError:
        shown = shorten(text)
        raise BadCell(
            f"“{shown}” không phải là ngày có thật", f"“{shown}” is not a day that exists"
        ) from None


def name_key(name: str) -> str:
    """A place name as compared: 'Phường Yên Hòa' and 'yên hoà' are equal, 'Hoa' and 'Hòa' are not.

    The tone mark of each syllable is moved to its end, so the two spellings of its place do not matter.
    """
    plain = unicodedata.normalize("NFC", name).strip().casefold()
    plain = _UNIT_PREFIX.sub("", plain)
    syllables = re.split(r"[\s\-_]+", unicodedata.normalize("NFD", plain))
    return " ".join(_tone_last(syllable) for syllable in syllables if syllable)


def _tone_last(syllable: str) -> str:
    return "".join(c for c in syllable if c not in _TONES) + "".join(
        sorted(c for c in syllable if c in _TONES)
    )
