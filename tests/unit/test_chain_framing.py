"""The bytes that are hashed: no two rows share them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from geo.chain import FIELDS, FIRST, canonical, digest

Row = list[str | None]
texts = st.none() | st.text(alphabet=st.sampled_from("0123:Nđ€ 𝄞"), max_size=6) | st.text(max_size=12)
rows = st.lists(texts, min_size=len(FIELDS), max_size=len(FIELDS))


def read_back(raw: bytes) -> Row:
    """The fields that `canonical` wrote: what can be read back is shared by no other row."""
    found: Row = []
    while raw:
        if raw.startswith(b"N"):
            found.append(None)
            raw = raw[1:]
            continue
        length, _, rest = raw.partition(b":")
        found.append(rest[: int(length)].decode())
        raw = rest[int(length) :]
    return found


def joined(row: Row) -> bytes:
    """The framing that one would write without thinking: the control."""
    return "".join(value or "" for value in row).encode()


@given(rows)
def test_a_row_can_be_read_back_from_its_bytes(row: Row) -> None:
    assert read_back(canonical(row)) == row


@given(rows, st.integers(0, len(FIELDS) - 2), st.integers(1, 6))
def test_text_that_moves_to_the_next_field_changes_the_hash(row: Row, at: int, count: int) -> None:
    left, right = row[at], row[at + 1]
    if not left:
        return
    moved = [*row[:at], left[:-count], left[-count:] + (right or ""), *row[at + 2 :]]
    assert joined(moved) == joined(row)  # the control: without the lengths nobody would see it
    assert digest(FIRST, moved) != digest(FIRST, row)


@given(rows, st.integers(0, len(FIELDS) - 1))
def test_nothing_and_an_empty_text_are_not_the_same(row: Row, at: int) -> None:
    empty, nothing = [*row], [*row]
    empty[at], nothing[at] = "", None
    assert digest(FIRST, empty) != digest(FIRST, nothing)


def test_the_letter_of_nothing_is_not_nothing() -> None:
    assert canonical(["N"]) != canonical([None])
    assert canonical(["0:"]) != canonical([""])


def test_the_hash_depends_on_the_row_before() -> None:
    row = ["1"] * len(FIELDS)
    assert digest(FIRST, row) != digest(b"\1" * 32, row)
