"""Old Vietnamese text: which of TCVN3 (ABC), VNI-Windows, Windows-1258 and UTF-8 a column is in, and its conversion.

A column is tried in every encoding and its words are held against the structure of a Vietnamese syllable
(`geo.importers.syllables`): the encoding in which most words with marks are syllables wins. Text that is right as it is
stays as it is. Pure; the tables follow TCVN 5712:1993 (VN3) and the VNI-Windows layout.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from geo.importers.syllables import marked_words, share_of_syllables
from geo.importers.values import Cell

Encoding = Literal["utf-8", "tcvn3", "vni", "cp1258"]
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "tcvn3", "vni", "cp1258")
_ENOUGH = 0.6  # share of syllables below which no encoding is believed
_OWN_WORDS = 3  # a column with fewer marked words follows the file as a whole
_SAMPLE = 2_000  # cells of a column that are looked at

_TCVN3_LETTERS = (
    "a1Ă a2Â a3Ê a4Ô a5Ơ a6Ư a7Đ a8ă a9â aaê abô acơ adư aeđ b5à b6ả b7ã b8á b9ạ bbằ bcẳ bdẵ beắ c6ặ c7ầ c8ẩ c9ẫ "
    "caấ cbậ ccè ceẻ cfẽ d0é d1ẹ d2ề d3ể d4ễ d5ế d6ệ d7ì d8ỉ dcĩ ddí deị dfò e1ỏ e2õ e3ó e4ọ e5ồ e6ổ e7ỗ e8ố e9ộ "
    "eaờ ebở ecỡ edớ eeợ efù f1ủ f2ũ f3ú f4ụ f5ừ f6ử f7ữ f8ứ f9ự faỳ fbỷ fcỹ fdý feỵ"
)
_TCVN3: Mapping[int, str] = MappingProxyType({int(p[:2], 16): p[2:] for p in _TCVN3_LETTERS.split()})
# VNI writes a letter and then its mark; the mark's case follows the letter's.
_VNI_ALONE: Mapping[str, str] = MappingProxyType(
    dict(zip("ñÑíÍìÌæÆóÓòÒôÔöÖîÎ", "đĐíÍìÌỉỈĩĨịỊơƠưƯỵỴ", strict=True))
)
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT, _HAT, _BREVE = (
    "\u0300", "\u0301", "\u0303", "\u0309", "\u0323", "\u0302", "\u0306",
)  # fmt: skip
_VNI_MARKS: Mapping[str, str] = MappingProxyType(
    {
        "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT, "â": _HAT, "ê": _BREVE,
        "á": _HAT + _ACUTE, "à": _HAT + _GRAVE, "å": _HAT + _HOOK, "ã": _HAT + _TILDE, "ä": _HAT + _DOT,
        "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
    }
)  # fmt: skip
_VNI_BASES = frozenset("aeouyAEOUY") | frozenset("ơƠưƯ")


@dataclass(frozen=True, slots=True)
class TextReading:
    """How one column was read: its encoding, the share of its marked words that are then Vietnamese syllables (0–1),
    and the first cell that the conversion changes, before and after (None: nothing was to be converted).
    """

    column: str
    encoding: Encoding
    share: float
    before: str | None
    after: str | None


def decode(text: str, encoding: Encoding) -> str:
    """Text whose characters stand for bytes (latin-1 or Windows-1252) read in `encoding`, in NFC.

    Text with letters outside those code pages is Unicode already and comes back as it is.
    """
    raw = _octets(text)
    if raw is None or raw.isascii():
        return text
    if encoding == "tcvn3":
        return _capitals(text, "".join(_TCVN3.get(byte, chr(byte)) for byte in raw))
    if encoding == "vni":
        return _from_vni(raw.decode("latin-1"))
    if encoding == "cp1258":
        return unicodedata.normalize("NFC", raw.decode("cp1258", "replace"))
    try:
        return unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError as bad:
        # A DBF column is cut after so many bytes, which may halve the last letter: only that is forgiven.
        cut = (
            bad.reason == "unexpected end of data" and bad.end == len(raw) and not raw[: bad.start].isascii()
        )
        return unicodedata.normalize("NFC", raw[: bad.start].decode("utf-8")) if cut else text


def convert(
    columns: Mapping[str, Sequence[Cell]], *, forced: str | None = None
) -> tuple[dict[str, list[Cell]], tuple[TextReading, ...]]:
    """(columns with their text converted, one reading per column that has marked text).

    `forced` is one of `ENCODINGS` for all columns; None: found per column, where a column with few marked words
    follows the file as a whole. Raises ValueError for another name.
    """
    if forced is not None and forced not in ENCODINGS:
        raise ValueError(f"unknown encoding {forced!r}")
    samples = {
        name: [c for c in cells[:_SAMPLE] if isinstance(c, str) and not c.isascii()]
        for name, cells in columns.items()
    }
    samples = {name: cells for name, cells in samples.items() if cells}
    whole = _best([cell for cells in samples.values() for cell in cells])[0]
    result: dict[str, list[Cell]] = {name: list(cells) for name, cells in columns.items()}
    readings: list[TextReading] = []
    for name, cells in samples.items():
        found = _named(forced) if forced is not None else _of_column(cells, whole)
        if found is not None:
            result[name] = [decode(c, found) if isinstance(c, str) else c for c in result[name]]
        changed = next((c for c in cells if found is not None and decode(c, found) != c), None)
        shown = found or "utf-8"
        readings.append(
            TextReading(
                name,
                shown,
                share_of_syllables([decode(c, shown) if found else c for c in cells]),
                changed,
                None if changed is None else decode(changed, shown),
            )
        )
    return result, tuple(readings)


def _best(cells: Sequence[str]) -> tuple[Encoding | None, float]:
    """(the encoding to convert from, its share); None when the text is right as it is or nothing makes sense."""
    as_is = share_of_syllables(cells)
    scored = [(share_of_syllables([decode(c, e) for c in cells]), e) for e in ENCODINGS]
    share, encoding = max(scored, key=lambda pair: pair[0])
    if as_is >= share or share < _ENOUGH:
        return None, as_is
    return encoding, share


def _of_column(cells: Sequence[str], whole: Encoding | None) -> Encoding | None:
    """A column's own encoding; the whole file's where the column has few words or makes as good sense in it."""
    own, share = _best(cells)
    few = sum(len(marked_words(cell)) for cell in cells) < _OWN_WORDS
    if whole is not None and (few or share_of_syllables([decode(c, whole) for c in cells]) >= share):
        return whole
    return None if few else own


def _named(name: str) -> Encoding:
    return next(encoding for encoding in ENCODINGS if encoding == name)


def _octets(text: str) -> bytes | None:
    for page in ("latin-1", "cp1252"):
        try:
            return text.encode(page)
        except UnicodeEncodeError:
            continue
    return None


def _capitals(before: str, after: str) -> str:
    """TCVN3 has no capitals with tones: its capital fonts draw small codes large. A word whose plain letters are all
    capitals (two or more) is meant so.
    """
    words = []
    for old, new in zip(before.split(" "), after.split(" "), strict=True):
        plain = [c for c in old if c.isascii() and c.isalpha()]
        words.append(new.upper() if len(plain) > 1 and all(c.isupper() for c in plain) else new)
    return " ".join(words)


def _from_vni(text: str) -> str:
    out: list[str] = []
    for char in text:
        mark = _VNI_MARKS.get(char.lower())
        if mark is not None and out and out[-1] in _VNI_BASES:
            out[-1] = unicodedata.normalize("NFC", out[-1] + mark)
        else:
            out.append(_VNI_ALONE.get(char, char))
    return "".join(out)
