"""Old Vietnamese text is recognised by its words, per column, and converted without loss."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.importers.syllables import is_syllable, share_of_syllables
from geo.importers.textcodes import ENCODINGS, convert, decode
from geo.importers.values import Cell
from tests.unit.format_files import MARKED, to_tcvn3

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    row["name"]
    for row in csv.DictReader((ROOT / "data" / "wards.csv").read_text(encoding="utf-8").splitlines())
]
# Written by another program's table than ours: the words of the VNI and TCVN3 fonts as pages quote them.
KNOWN = {
    "tcvn3": ("Céng hoµ x· héi chñ nghÜa ViÖt Nam", "Cộng hoà xã hội chủ nghĩa Việt Nam"),
    "vni": ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
}


@pytest.mark.parametrize("encoding", sorted(KNOWN))
def test_known_texts_of_the_old_fonts_are_recognised_and_read(encoding: str) -> None:
    before, after = KNOWN[encoding]
    columns, readings = convert({"ten": [before]})
    assert columns["ten"] == [after]
    assert (readings[0].encoding, readings[0].share, readings[0].after) == (encoding, 1.0, after)


def test_windows_1258_is_recognised() -> None:
    text = "Cộng hòa xã hội chủ nghĩa"
    columns, readings = convert({"a": [cp1258(text)] * 2})
    assert columns["a"][0] == text
    assert readings[0].encoding == "cp1258"


def cp1258(text: str) -> str:
    """As Windows types it, one character per byte: a letter with its hat, then its tone."""
    typed = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        base, marks = parts[0], parts[1:]
        tones = [m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323"]
        hats = [m for m in marks if m not in tones]
        typed += [unicodedata.normalize("NFC", base + "".join(hats)), *tones]
    return "".join(typed).encode("cp1258").decode("latin-1")


def test_every_ward_of_hanoi_is_read_back_from_tcvn3_and_left_alone_in_unicode() -> None:
    assert len(NAMES) == 126
    assert convert({"ten": list(NAMES)})[0]["ten"] == NAMES
    old = [to_tcvn3(name) for name in NAMES]
    columns, readings = convert({"ten": list(old)})
    assert [cell.lower() for cell in map(str, columns["ten"])] == [name.lower() for name in NAMES]
    assert readings[0].encoding == "tcvn3"


@given(st.lists(st.sampled_from(NAMES), min_size=4, max_size=30))
def test_any_few_names_are_enough_to_tell_tcvn3_from_the_others(names: list[str]) -> None:
    old = [to_tcvn3(name) for name in names]
    alone = [str(cell).lower() for cell in convert({"ten": list(old)})[0]["ten"]]
    # “Phú” in TCVN3 is “Phó” in Unicode: words that are right both ways need a second column to tell.
    assert alone == [name.lower() for name in names] or share_of_syllables(old) == 1.0
    beside = convert({"ten": list(old), "ghi_chu": [to_tcvn3("Cộng hoà xã hội chủ nghĩa Việt Nam")] * 20})[0][
        "ten"
    ]
    assert [str(cell).lower() for cell in beside] == [name.lower() for name in names]


@given(st.text(alphabet=MARKED + " abc,.", max_size=40), st.sampled_from(ENCODINGS))
def test_text_that_is_unicode_already_is_never_changed_by_force(text: str, encoding: str) -> None:
    if any(ord(c) > 0xFF for c in text) and not _in_cp1252(text):
        assert convert({"a": [text]}, forced=encoding)[0]["a"] == [text]


def _in_cp1252(text: str) -> bool:
    try:
        text.encode("cp1252")
        return True
    except UnicodeEncodeError:
        return False


@given(st.text(max_size=40))
def test_nothing_that_is_ascii_is_changed_and_nothing_raises(text: str) -> None:
    for encoding in ENCODINGS:
        decoded = decode(text, encoding)
        assert decoded == text or not text.isascii()


def test_columns_are_read_each_on_its_own_and_the_last_word_is_the_persons() -> None:
    mixed: dict[str, list[Cell]] = {
        "a": [to_tcvn3("Nguyễn Văn Tý và Trần Thị Hoà")],
        "b": ["Phường Yên Hoà, quận Cầu Giấy"],
        "c": [7, None],
    }
    columns, readings = convert(mixed)
    assert columns["a"] == ["Nguyễn Văn Tý và Trần Thị Hoà"]
    assert columns["b"] == mixed["b"]
    assert columns["c"] == [7, None]
    assert {r.column: r.before is None for r in readings} == {"a": False, "b": True}
    assert convert(mixed, forced="vni")[0]["a"] != columns["a"]
    with pytest.raises(ValueError, match="unknown encoding"):
        convert(mixed, forced="latin-1")


def test_a_letter_that_a_dbf_cut_in_half_is_forgiven_and_nothing_else() -> None:
    octets = "Phường Đống Đa, Hà Nội, Việt".encode()[:-2].decode("latin-1")
    assert decode(octets, "utf-8") == "Phường Đống Đa, Hà Nội, Vi"
    broken = "Phường".encode().replace(b"\xc6", b"\xff").decode("latin-1")
    assert decode(broken, "utf-8") == broken


def test_syllables_are_told_from_noise() -> None:
    assert all(
        is_syllable(word) for word in ["nghiêng", "Quỳnh", "khuỷu", "giếng", "ĐƯỜNG", "ý", "yêu", "oằn"]
    )
    assert not any(is_syllable(word) for word in ["Ph\xadêng", "Þ", "ññ", "xyz", "ệệ"])
    assert share_of_syllables(["no marks at all"]) == 1.0
