"""What is selected is one text: said and read again it is the same, and anything else is refused."""

from __future__ import annotations

import random
import uuid

import pytest

from projects.choosing import LONGEST, MOST, Choice, Kind, parse_choice, run_text
from projects.errors import InvalidInput


def invented(chance: random.Random) -> Choice:
    kind = chance.choice(list(Kind))
    if kind is Kind.RUN:
        low = chance.randrange(10_000_000)
        run = (low / 1000, (low + chance.randrange(1, 5_000_000)) / 1000)
        return Choice(kind, (chance.choice(["T1", "A-B.2", "TIM:2"]),), run)
    if kind is Kind.ACTIVITY:
        return Choice(kind, (chance.choice(["P-T2", "A:1,2", "Cọc khoan #3", "doan:T1:1-2"]),))
    many = chance.randrange(1, 6)
    if kind is Kind.PARCELS:
        return Choice(kind, tuple(str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(many)))
    return Choice(kind, tuple(f"QL6-{n:04d}" for n in chance.sample(range(9999), many)))


@pytest.mark.parametrize("seed", range(200))
def test_a_selection_said_and_read_is_the_same(seed: int) -> None:
    choice = invented(random.Random(seed))
    assert parse_choice(choice.text) == choice


@pytest.mark.parametrize(
    "text",
    ["", "viec:", "ho-so:", "ho-so:A,,B", "thua:12", "cay:1", "doan:T1:5-5", "doan:T1:9-2", "doan:T1:-4-9",
     "doan:T1", "doan:T1:1e3-2e3", "ho-so:" + ",".join(f"A{n}" for n in range(MOST + 1)), "viec:" + "x" * LONGEST],
)  # fmt: skip
def test_what_is_no_selection_is_refused_with_a_sentence_of_bounded_length(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_choice(text)
    assert len(refused.value.faults[0].vi) < 250


def test_a_stretch_keeps_its_millimetres() -> None:
    assert run_text("T1", 12345.678, 112345.5) == "doan:T1:12345.678-112345.5"
