"""The structure of a Vietnamese syllable: onset, vowels, coda and at most one tone. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_STOP_TONES = frozenset("\u0301\u0323")
_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x|"
_VOWELS = (
    "iêu|yêu|oai|oay|oao|oeo|uây|uyê|uya|uyu|uôi|ươi|ươu|uêu|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|"
    "ua|uâ|uê|ui|uô|uơ|uy|ưa|ưi|ươ|ưu|yê|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
)
_SYLLABLE = re.compile(rf"(?:{_ONSETS})(?:{_VOWELS})(?:ch|ng|nh|c|m|n|p|t)?")
# What parts words in any of the old encodings: ASCII only, as every other character may be a letter there.
_APART = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f]+")


def is_syllable(word: str) -> bool:
    """Whether one word can be a Vietnamese syllable, in any case and either Unicode form."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in decomposed if c in _TONES]
    plain = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    if len(tones) > 1 or _SYLLABLE.fullmatch(plain) is None:
        return False
    # A syllable that ends in a stop is said with the acute or the dot below only.
    return not tones or tones[0] in _STOP_TONES or not plain.endswith(("c", "ch", "p", "t"))


def marked_words(text: str) -> list[str]:
    """The words of a text that have a character outside ASCII."""
    return [word for word in _APART.split(text) if word and not word.isascii()]


def share_of_syllables(texts: Iterable[str]) -> float:
    """Of all marked words the share that are Vietnamese syllables, 0–1; 1 when there is no marked word."""
    words = [word for text in texts for word in marked_words(text)]
    return sum(map(is_syllable, words)) / len(words) if words else 1.0
