"""A paper as a value: everything that stands on it, in its order, as plain text.

The form follows Decree 30/2020/NĐ-CP: national heading, number and symbol, place and date, title, basis, body,
recipients, signatures.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
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


def visible(paper: Paper, drawn: Collection[int] | None = None) -> Paper:
    """The paper with every character that has no shape, or turns the direction of others, written as its code.

    So that a text reads on paper as it was entered, in the order it was entered. `drawn`: the only characters that the
    fonts can draw, where that is known.
    """
    return replace(paper, **{f.name: _shown(getattr(paper, f.name), drawn) for f in fields(paper)})


def _shown(value: Any, drawn: Collection[int] | None) -> Any:
    if isinstance(value, tuple):
        return tuple(_shown(part, drawn) for part in value)
    if not isinstance(value, str):
        return value
    return "".join(_letter(letter, drawn) for letter in unicodedata.normalize("NFC", value))


def _letter(letter: str, drawn: Collection[int] | None) -> str:
    if letter == "\n" or (drawn is not None and ord(letter) in drawn and letter.isprintable()):
        return letter
    kind = unicodedata.category(letter)
    # Two of the characters without a shape join the parts of an emoji.
    if drawn is None and (letter in "\u200d\ufe0f" or kind not in ("Cc", "Cf", "Cs", "Co", "Cn")):
        return letter
    return f"[U+{ord(letter):04X}]"
