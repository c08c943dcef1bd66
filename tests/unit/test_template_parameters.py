"""Parameters of templates make durations; defaults change nothing, and every fault of parameters is named."""

from __future__ import annotations

import math
import tomllib
from typing import Any

import pytest

from projects.errors import InvalidInput
from projects.model import Network, WorkFront
from projects.template_parameters import parameters_of, resolved
from projects.templates import expand
from tests.conftest import ROOT

ROAD = tomllib.loads((ROOT / "data" / "templates" / "road.toml").read_text(encoding="utf-8"))
FRONTS = tuple(
    WorkFront(f"M{i}", f"M{i}", f"M{i}", "road_urban", "S", i * 1000.0, i * 1000.0 + length)
    for i, length in enumerate((800.0, 1230.0, 517.0))
)


def days(network: Network, code: str) -> dict[str, int]:
    return {a.code: a.duration for a in network.activities if a.code.startswith(f"{code}-")}


def test_defaults_are_the_durations_of_one_crew() -> None:
    network = expand(ROAD, FRONTS, project="T")
    for code, per_km in (("DRN", 110), ("SUB", 80), ("PAV", 40)):
        for i, front in enumerate(FRONTS):
            length = (front.to_m or 0) - (front.from_m or 0)
            assert days(network, code)[f"{code}-M{i}"] == max(math.ceil(round(per_km * length / 1000, 6)), 1)


def test_crews_and_productivity_change_the_work_they_are_of_and_nothing_else() -> None:
    one = expand(ROAD, FRONTS, project="T")
    more = expand(
        ROAD, FRONTS, project="T",
        parameters={"subgrade_crews": 3, "pavement_productivity": 50, "pavement_crews": 2},
    )  # fmt: skip
    for i, front in enumerate(FRONTS):
        length = (front.to_m or 0) - (front.from_m or 0)
        assert days(more, "SUB")[f"SUB-M{i}"] == math.ceil(round(80 * length / 3000, 6))
        assert days(more, "PAV")[f"PAV-M{i}"] == math.ceil(round(length / 100, 6))
    changed = {a.code for a, b in zip(one.activities, more.activities, strict=True) if a != b}
    assert changed == {f"{code}-M{i}" for code in ("SUB", "PAV") for i in range(3)}
    assert one.links == more.links


@pytest.mark.parametrize("name", sorted(p.stem for p in (ROOT / "data" / "templates").glob("*.toml")))
def test_every_work_type_has_parameters_that_move_the_work_naming_them_and_nothing_else(name: str) -> None:
    template = tomllib.loads((ROOT / "data" / "templates" / f"{name}.toml").read_text(encoding="utf-8"))
    fronts = [
        WorkFront(f"M{i}", f"M{i}", f"M{i}", kind["code"], "S", i * 1000.0, i * 1000.0 + 870.0)
        for i, kind in enumerate(template["front_kind"])
    ]
    usual = expand(template, fronts, project="T")
    parameters = parameters_of(template)
    assert len(parameters) >= 5
    for one in parameters:
        naming = {row["code"] for row in template["activity"] if one.code in row.values()}
        moved: set[str] = set()
        for end in (one.least, one.most):
            network = expand(template, fronts, project="T", parameters={one.code: end})
            assert network.links == usual.links
            moved |= {
                a.code.partition("-")[0]
                for a, b in zip(network.activities, usual.activities, strict=True)
                if a != b
            }
        assert moved == naming, one.code
        assert naming


def test_a_quantity_is_divided_by_productivity_and_crews() -> None:
    template: dict[str, Any] = {
        "parameter": [
            {"code": "piles", "name_vi": "Cọc", "name_en": "Piles", "value": 100, "least": 1, "most": 1000}
        ],
        "activity": [
            {"code": "A", "quantity": "piles", "productivity": 1.5, "crews": 2},
            {"code": "B", "duration": 9},
        ],
    }
    rows = {row["code"]: row for row in resolved(template, {"piles": 91})["activity"]}
    assert rows == {"A": {"code": "A", "duration": 31}, "B": {"code": "B", "duration": 9}}


def test_every_fault_of_parameters_is_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        expand(
            ROAD, FRONTS, project="T", parameters={"subgrade_crews": 99, "khong_co": 1, "drainage_crews": 0}
        )
    assert {f.where for f in refused.value.faults} == {"subgrade_crews", "khong_co", "drainage_crews"}
    bad: dict[str, Any] = {
        "parameter": [{"code": "a", "value": 5, "least": 6, "most": 7, "x": 1}, 3],
        "activity": [],
    }
    with pytest.raises(InvalidInput) as refused:
        parameters_of(bad)
    assert len(refused.value.faults) >= 4
    unknown = {"activity": [{"code": "A", "crews": "ai"}, {"code": "B", "quantity": -1, "productivity": 2}]}
    with pytest.raises(InvalidInput) as refused:
        resolved(unknown, {})
    assert [f.where for f in refused.value.faults] == ["activity A", "activity B"]
