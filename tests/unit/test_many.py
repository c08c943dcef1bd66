"""Many frozen values at once are the values that they would be one by one."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace
from datetime import date
from itertools import repeat

import pytest

from projects.engine.model import Activity, Kind, Link, LinkType
from projects.many import many
from projects.model import CaseState

CODES = ["A", "B", "C"]


def test_many_are_equal_to_one_by_one() -> None:
    links = many(
        Link, CODES, ["B", "C", "D"], [LinkType.FS, LinkType.SS, LinkType.FF], [0, 1440, -60], repeat(None)
    )
    assert links == [
        Link("A", "B"),
        Link("B", "C", LinkType.SS, 1440),
        Link("C", "D", LinkType.FF, -60),
    ]
    assert [hash(link) for link in links] == [hash(replace(link)) for link in links]
    assert repr(links[0]) == repr(Link("A", "B"))
    assert pickle.loads(pickle.dumps(links)) == links


def test_fields_without_a_column_have_their_defaults() -> None:
    assert many(Activity, CODES, [1, 2, 3], repeat("ALL")) == [
        Activity(code, n, "ALL", Kind.TASK) for n, code in enumerate(CODES, 1)
    ]


def test_each_has_its_own_of_what_a_factory_makes() -> None:
    @dataclass(frozen=True, slots=True)
    class Shelf:
        name: str
        things: list[str] = field(default_factory=list)

    one, two = many(Shelf, ["1", "2"])
    one.things.append("x")
    assert (one.things, two.things) == (["x"], [])


def test_they_are_frozen_and_of_their_own_class() -> None:
    before = fields(CaseState)
    (case,) = many(
        CaseState, ["HS-1"], ["W"], ["S100"], [date(2026, 3, 2)], repeat(None), repeat(None), repeat(())
    )
    assert type(case) is CaseState
    assert fields(CaseState) == before
    with pytest.raises(FrozenInstanceError):
        case.step = "S105"  # type: ignore[misc]


def test_nothing_and_too_little() -> None:
    assert many(Link, [], []) == []
    with pytest.raises(TypeError, match="succ"):
        many(Link, CODES)
