"""Networks from templates: who is linked to whom, how long works last, and all faults of a template."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest

from projects.errors import InvalidInput
from projects.model import Link, LinkType, Network, NodeKind, WorkFront
from projects.network import build_graph
from projects.templates import expand, possession_code
from tests.unit.cpm_oracle import CALENDARS

ROAD = tomllib.loads("""
finish = "OPEN"
link = [
  { pred = "P", succ = "SUB", pairs = "same_front" },
  { pred = "SUB", succ = "SUB", type = "SS", lag = 10, pairs = "next_front" },
  { pred = "SUB", succ = "PAV", type = "FF", lag = -3 },
  { pred = "DES", succ = "SUB", pairs = "one_to_all" },
  { pred = "PAV", succ = "SIGN", pairs = "all_to_one" },
  { pred = "SIGN", succ = "OPEN", pairs = "one_to_one" },
  { pred = "LAND", succ = "OPEN" },
]

[[activity]]
code = "SUB"
scope = "front"
name_vi = "Nền đường"
name_en = "Subgrade"
kind = "task"
duration_per_km = 90
calendar = "VN6"

[[activity]]
code = "PAV"
scope = "front"
front_kinds = ["road"]
name_vi = "Mặt đường"
name_en = "Pavement"
kind = "task"
duration = 40
calendar = "VN6"

[[activity]]
code = "DES"
scope = "project"
name_vi = "Thiết kế"
name_en = "Design"
kind = "task"
duration = 30
calendar = "VN6"

[[activity]]
code = "SIGN"
scope = "project"
name_vi = "Biển báo"
name_en = "Signs"
kind = "task"
duration = 10
calendar = "VN6"

[[activity]]
code = "OPEN"
scope = "project"
name_vi = "Thông xe"
name_en = "Opening"
kind = "milestone"
calendar = "ALL"
""")


def front(
    code: str, from_m: float | None, to_m: float | None, section: str = "D1", kind: str = "road"
) -> WorkFront:
    return WorkFront(code, f"Mũi {code}", f"Front {code}", kind, section, from_m, to_m)


# Neither in order of chainage nor in order of code.
FRONTS = (
    front("M2", 500, 1000),
    front("M1", 1000, 1500),
    front("M3", 0, 500),
    front("N1", 0, 250, "D2", "ramp"),
)


def network() -> Network:
    return expand(ROAD, FRONTS, project="QL6")


def pairs(net: Network, kind: LinkType = LinkType.FS) -> set[tuple[str, str]]:
    return {(link.pred, link.succ) for link in net.links if link.type is kind}


def faults(**change: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        expand(copy.deepcopy(ROAD) | change, FRONTS, project="QL6")
    return [(fault.where, fault.en) for fault in refused.value.faults]


def edited(row: int, **change: Any) -> dict[str, Any]:
    """The activities with some keys of one of them changed; None removes a key."""
    rows = copy.deepcopy(ROAD["activity"])
    rows[row] = {key: value for key, value in (rows[row] | change).items() if value is not None}
    return {"activity": rows}


def linked(**change: Any) -> dict[str, Any]:
    return {"link": [*ROAD["link"], change]}


def test_front_activities_stand_on_every_front_of_their_kinds_and_project_ones_once() -> None:
    codes = [a.code for a in network().activities]
    assert sorted(c for c in codes if c.startswith("SUB")) == ["SUB-M1", "SUB-M2", "SUB-M3", "SUB-N1"]
    assert sorted(c for c in codes if c.startswith("PAV")) == ["PAV-M1", "PAV-M2", "PAV-M3"]
    assert codes.count("DES") == 1
    built = {a.code: a for a in network().activities}
    assert built["SUB-M1"].name_vi == "Nền đường – Mũi M1"
    assert built["SUB-M1"].front == "M1"
    assert built["DES"].front is None
    assert network().finish == "OPEN"


def test_possession_of_every_front_and_the_land_milestone_are_supplied() -> None:
    net = network()
    possessions = [a for a in net.activities if a.kind is NodeKind.POSSESSION]
    assert {a.code for a in possessions} == {possession_code(f.code) for f in FRONTS}
    assert all(a.duration == 0 and a.calendar == "ALL" for a in possessions)
    assert {("P-M1", "LAND"), ("P-N1", "LAND"), ("LAND", "OPEN")} <= pairs(net)


def test_template_with_its_own_possession_and_land_gets_no_second_ones() -> None:
    own = copy.deepcopy(ROAD)
    base = {"duration": 0, "calendar": "ALL", "name_vi": "Mốc", "name_en": "Mark"}
    own["activity"] += [
        {"code": "P", "scope": "front", "kind": "possession", **base},
        {"code": "LAND", "scope": "project", "kind": "milestone", **base},
    ]
    own["link"].append({"pred": "P", "succ": "LAND", "type": "FS", "lag": 0, "pairs": "all_to_one"})
    net = expand(own, FRONTS, project="QL6")
    assert sorted(a.code for a in net.activities) == sorted(a.code for a in network().activities)
    assert sorted(map(str, net.links)) == sorted(map(str, network().links))


def test_next_front_follows_the_chainage_inside_one_section() -> None:
    assert pairs(network(), LinkType.SS) == {("SUB-M3", "SUB-M2"), ("SUB-M2", "SUB-M1")}
    assert Link("SUB-M3", "SUB-M2", LinkType.SS, 10) in network().links


def test_next_front_passes_over_fronts_that_lack_the_successor() -> None:
    mixed = (front("A", 0, 100), front("B", 100, 200, kind="ramp"), front("C", 200, 300))
    template = copy.deepcopy(ROAD)
    template["link"][1] = {"pred": "PAV", "succ": "PAV", "type": "SS", "pairs": "next_front"}
    assert pairs(expand(template, mixed, project="X"), LinkType.SS) == {("PAV-A", "PAV-C")}


def test_same_front_links_only_fronts_that_carry_both_ends() -> None:
    assert pairs(network(), LinkType.FF) == {(f"SUB-{m}", f"PAV-{m}") for m in ("M1", "M2", "M3")}


def test_links_between_scopes_reach_all_fronts() -> None:
    assert {(f"PAV-{m}", "SIGN") for m in ("M1", "M2", "M3")} <= pairs(network())
    assert {("DES", f"SUB-{m}") for m in ("M1", "M2", "M3", "N1")} <= pairs(network())


@pytest.mark.parametrize(
    ("rate", "metres", "days"), [(90, 500, 45), (90, 501, 46), (1, 10, 1), (100, 30, 3), (0.1, 30_000, 3)]
)
def test_duration_per_km_is_rounded_up_to_whole_days_and_at_least_one(
    rate: float, metres: float, days: int
) -> None:
    template = copy.deepcopy(ROAD) | edited(0, duration_per_km=rate)
    net = expand(template, (front("M", 1000, 1000 + metres),), project="X")
    assert next(a.duration for a in net.activities if a.code == "SUB-M") == days


def test_expanded_network_is_sound() -> None:
    graph = build_graph(network(), CALENDARS)
    assert graph.graph["finish"] == "OPEN"


def test_expand_leaves_the_template_alone() -> None:
    before = copy.deepcopy(ROAD)
    network()
    assert before == ROAD


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"finish": ""}, "finish", "finish is missing"),
        ({"finish": "END"}, "finish", "'END' is not an activity"),
        ({"finish": "SUB"}, "finish", "scope project"),
        ({"colour": "red"}, "template", "Unknown key 'colour'"),
        ({"link": {}}, "link", "list of tables"),
        ({"front_kind": [{"code": "ramp"}]}, "activity 2 (PAV)", "'road' is not declared"),
        (edited(0, duration_per_km=0), "activity 1 (SUB)", "must be above 0"),
        (edited(0, duration_per_km=None), "activity 1 (SUB)", "needs a duration"),
        (edited(0, duration=3), "activity 1 (SUB)", "not both"),
        (edited(0, kind="land"), "activity 1 (SUB)", "kind 'land' must be one of"),
        (edited(0, scope=None), "activity 1 (SUB)", "scope None must be one of"),
        (edited(0, name_vi=" "), "activity 1 (SUB)", "name_vi is missing"),
        (edited(0, days=3), "activity 1 (SUB)", "Unknown key 'days'"),
        (edited(1, duration=-1), "activity 2 (PAV)", "whole days"),
        (edited(1, duration=2.5), "activity 2 (PAV)", "whole days"),
        (edited(1, front_kinds="road"), "activity 2 (PAV)", "list of codes"),
        (edited(2, front_kinds=["road"]), "activity 3 (DES)", "only for activities of a front"),
        (edited(2, duration=None, duration_per_km=3), "activity 3 (DES)", "needs an activity of a front"),
        (edited(4, duration=3), "activity 5 (OPEN)", "lasts 0 days"),
        (edited(4, code="DES"), "activity DES", "appears 2 times"),
        (linked(pred="SUB", succ="NONE"), "link 8 (SUB → NONE)", "unknown activity 'NONE'"),
        (linked(pred="SUB"), "link 8 (SUB → None)", "unknown activity None"),
        (linked(pred="SUB", succ="PAV", type="XX"), "link 8 (SUB → PAV)", "type 'XX' must be one of"),
        (linked(pred="SUB", succ="PAV", lag=1.5), "link 8 (SUB → PAV)", "whole number"),
        (linked(pred="SUB", succ="PAV", pairs="some"), "link 8 (SUB → PAV)", "pairs 'some' must be one of"),
        (linked(pred="SUB", succ="SIGN", pairs="same_front"), "link 8 (SUB → SIGN)", "does not fit its ends"),
        (linked(pred="PAV", succ="PAV"), "link 8 (PAV → PAV)", "linked to itself"),
        (linked(pred=["SUB"], succ={}), "link 8 (['SUB'] → {})", "unknown activity"),
    ],
)
def test_fault_of_a_template_is_named_with_its_place(change: dict[str, Any], where: str, words: str) -> None:
    assert any(place == where and words in text for place, text in faults(**change)), faults(**change)


def test_all_faults_come_at_once() -> None:
    change = edited(0, duration_per_km=0, calendar="") | linked(pred="A", succ="B") | {"finish": "END"}
    assert len(faults(**change)) == 5


def test_fronts_that_the_template_cannot_build_on_are_named() -> None:
    strange = (front("M1", 0, 500), front("M1", 500, 900), front("M2", None, None))
    with pytest.raises(InvalidInput) as refused:
        expand(ROAD, strange, project="X")
    assert [(f.where, f.en.split()[0]) for f in refused.value.faults] == [
        ("front M1", "Front"),
        ("front M2", "A"),
    ]
    only_roads = copy.deepcopy(ROAD) | edited(0, front_kinds=["road"])
    with pytest.raises(InvalidInput, match="no works for front kind 'ramp'"):
        expand(only_roads, FRONTS, project="X")
