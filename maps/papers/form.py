"""A paper as a value: everything that stands on it, in its order, as plain text.

The form follows Decree 30/2020/NĐ-CP: national heading, number and symbol, place and date, title, basis, body,
recipients, signatures.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. `table`: heading, then rows, () for none; `signers`: (who signs, in what office) side by side.

    `marks` stand in a frame above the title (invented data, masked fields); `footer` at the foot of every page.
    """

    agency: tuple[str, ...]
    number: str
    place: str
    day: date
    title: str
    subject: str
    basis: tuple[str, ...]
    opening: str
    paragraphs: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    recipients: tuple[str, ...]
    signers: tuple[tuple[str, str], ...]
    marks: tuple[str, ...]
    footer: str

    @property
    def dated(self) -> str:
        """Hà Nội form of place and day; days below 10 and months 1 and 2 with a leading zero."""
        month = f"{self.day.month:02d}" if self.day.month < 3 else str(self.day.month)
        return f"{self.place}, ngày {self.day.day:02d} tháng {month} năm {self.day.year}"


def visible(paper: Paper) -> Paper:
    """The paper with every character that has no shape, or turns the direction of others, written as its code.

    So that a text reads on paper as it was entered, in the order it was entered.
    """
    return replace(paper, **{f.name: _shown(getattr(paper, f.name)) for f in fields(paper)})


def _shown(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_shown(part) for part in value)
    if not isinstance(value, str):
        return value
    return "".join(_letter(letter) for letter in value)


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if letter == "\n" or kind not in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return letter
    if letter in "\u200d\ufe0f":  # joins the parts of an emoji
        return letter
    return f"[U+{ord(letter):04X}]"
