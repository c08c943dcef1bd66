"""The repository's own data files: complete, sourced, marked, and consistent with the published counts."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import shapely

from geo.axis import section_corridor
from projects.calendars import standard_calendars
from projects.catalog import (
    Portfolio,
    Project,
    apply_progress,
    computed_percent,
    parse_portfolio,
    work_fronts,
)
from projects.network import build_graph
from projects.templates import expand
from tests.unit.day_cpm import schedule

DATA = Path(__file__).resolve().parents[2] / "data"
BRIDGES = ["TULIEN", "TRANHUNGDAO", "NGOCHOI", "THUONGCAT", "VANPHUC", "HONGHA", "MESO"]
ROADS = ["VD1", "VD25", "VD4", "QL1A", "QL6", "DLTL"]
PROGRAMMES = ["CCC", "DA712"]
WITH_WORKS = [*ROADS, *BRIDGES, "HOTAY", "YTE", "CVCNS"]


@cache
def portfolio() -> Portfolio:
    with (DATA / "wards.csv").open(encoding="utf-8", newline="") as file:
        wards = list(csv.DictReader(file))
    return parse_portfolio(parsed("portfolio"), wards, {n[:-5]: t for n, t in parsed("templates").items()})


def parsed(folder: str) -> dict[str, dict[str, Any]]:
    paths = sorted((DATA / folder).glob("*.toml"))
    return {p.name: tomllib.loads(p.read_text(encoding="utf-8"), parse_float=Decimal) for p in paths}


def project(code: str) -> Project:
    return next(item for item in portfolio().projects if item.code == code)


def parcels(code: str) -> dict[str, int]:
    demo = project(code).demo
    assert demo is not None
    return {ward.code: ward.parcels for ward in demo.wards}


def test_every_project_that_the_city_named_is_there() -> None:
    assert sorted(item.code for item in portfolio().projects) == sorted(WITH_WORKS + PROGRAMMES)
    assert portfolio().data_date == date(2026, 3, 13)
    assert len(portfolio().bottlenecks) == 5


def test_the_wards_are_the_126_of_2025() -> None:
    wards = portfolio().wards
    assert Counter(ward.unit_type for ward in wards) == {"phường": 51, "xã": 75}
    assert sum(ward.area_km2 for ward in wards) == Decimal("3358.95")
    assert len({ward.name for ward in wards}) == 126


def test_demo_parcels_equal_the_published_counts() -> None:
    assert parcels("TULIEN")["00097"] == 732
    assert parcels("QL6")["10030"] == 1440
    assert sum(parcels("QL6")[ward] for ward in ("10015", "10030", "10045")) == 3379
    assert parcels("DLTL")["09988"] == 688


def test_demo_cases_equal_the_published_counts() -> None:
    def cases(code: str) -> dict[str, int]:
        demo = project(code).demo
        assert demo is not None
        return {ward.code: ward.cases for ward in demo.wards}

    assert sum(cases("VD1").values()) == 1983
    assert cases("VD1")["00025"] == 795
    assert cases("VD4")["09022"] + cases("HONGHA")["09022"] == 1938
    assert cases("QL6")["09552"] == 39


def test_the_approved_plans_of_hong_ha_are_those_of_the_claim() -> None:
    demo = project("TULIEN").demo
    assert demo is not None
    counts = next(ward.step_counts for ward in demo.wards if ward.code == "00097")
    assert counts is not None
    recovered = sum(counts.get(step, 0) for step in ("S90", "S95", "S97", "S100", "S105"))
    claims = {claim.code: claim.value for claim in project("TULIEN").claims}
    assert recovered == claims["HH_THUHOI"] == 248
    assert recovered + counts["S80"] + counts["S85"] == claims["HH_PA"] == 486


def test_the_demo_land_is_a_city_wide_test() -> None:
    total = sum(item.demo.parcels for item in portfolio().projects if item.demo)
    assert 20_500 <= total <= 26_000


def test_programmes_carry_claims_and_no_land() -> None:
    for item in portfolio().projects:
        assert (item.kind == "programme") == (item.code in PROGRAMMES)
        assert (item.demo is None) == (item.code in PROGRAMMES)
        assert item.claims


def test_a_printed_percentage_that_the_arithmetic_contradicts_is_explained() -> None:
    for item in portfolio().projects:
        for claim in item.claims:
            computed = computed_percent(claim)
            if claim.quoted_percent is None or computed is None:
                continue
            printed = Decimal(claim.quoted_percent.rstrip("%"))
            exponent = printed.as_tuple().exponent
            assert isinstance(exponent, int)
            agrees = computed.quantize(Decimal(1).scaleb(exponent)) == printed
            assert agrees or claim.note_vi, (item.code, claim.code, computed)
    wrong = next(claim for claim in project("VD4").claims if claim.code == "KM_HN")
    assert (wrong.quoted_percent, computed_percent(wrong)) == ("98.84%", Decimal("98.97"))
    settled = next(claim for claim in project("DA712").claims if claim.code == "XONG")
    assert (settled.quoted_percent, computed_percent(settled)) == ("61.66%", Decimal("61.66"))


def test_printed_areas_that_do_not_add_up_are_all_kept() -> None:
    areas = {claim.code: claim.value for claim in project("HOTAY").claims}
    assert areas["HA"] == Decimal("575.6")
    assert (areas["HA_NUOC"], areas["HA_DAT"]) == (Decimal("520.9"), Decimal("49.7"))


def test_alignments_are_rounded_schematic_and_say_how_far_they_may_be_off() -> None:
    for item in portfolio().projects:
        for alignment in item.alignments:
            assert alignment.schematic
            assert 300 <= alignment.accuracy_m <= 800
            assert len(alignment.points) <= 24
            assert all(round(part, 4) == part for point in alignment.points for part in point), item.code


def test_a_planned_date_is_there_only_where_a_source_states_a_target() -> None:
    without = {item.code for item in portfolio().projects if item.planned_finish is None}
    assert without == {"HOTAY", "QL1A", "YTE", *PROGRAMMES}


def test_work_fronts_are_short_enough_to_open_one_by_one() -> None:
    for item in portfolio().projects:
        for front in item.fronts:
            if front.from_m is not None and front.to_m is not None:
                assert 50 <= front.to_m - front.from_m <= 3000, (item.code, front.code)


@pytest.mark.parametrize("code", WITH_WORKS)
def test_every_project_has_a_network_that_can_be_scheduled(code: str) -> None:
    item = project(code)
    assert item.template is not None
    network = expand(portfolio().templates[item.template], work_fronts(item), project=code)
    network = apply_progress(network, item.progress)
    names = {activity.code for activity in network.activities}
    assert {"LAND", "OPEN", *(f"P-{front.code}" for front in item.fronts)} <= names
    leads_on = {link.pred for link in network.links}
    assert names - leads_on == {"OPEN"}
    calendars = standard_calendars((), first=date(2018, 1, 1), last=date(2040, 12, 31))
    graph = build_graph(network, calendars)
    dated = schedule(graph, calendars, data_date=portfolio().data_date, finish=network.finish)
    assert date(2026, 5, 1) < dated.finish < date(2031, 12, 31)


def test_progress_is_invented_and_says_finished_or_what_remains() -> None:
    for item in portfolio().projects:
        for row in item.progress:
            assert row.demo
            assert row.actual_finish is not None or row.remaining is not None, (item.code, row.activity)


def test_templates_say_that_their_durations_are_assumptions() -> None:
    assert set(portfolio().templates) == {"road", "bridge", "lakeside", "park", "site"}
    assert all("giả định" in template["note"] for template in portfolio().templates.values())


def test_invented_files_say_so_in_their_first_line() -> None:
    for path in (DATA / "portfolio").glob("*.demo.toml"):
        assert path.read_text(encoding="utf-8").startswith("# DỮ LIỆU MINH HOẠ / INVENTED DATA")
    for path in (DATA / "portfolio").glob("*.toml"):
        assert ("MINH HOẠ /" in path.read_text(encoding="utf-8")) == path.name.endswith(".demo.toml")


def test_every_source_names_its_key_or_place() -> None:
    named = re.compile(r"P\d+ |P43,|\.(vn|com|top|net)|Hànộimới|cafef")
    for item in portfolio().projects:
        for claim in item.claims:
            assert named.search(claim.source) or claim.confidence == "U", (item.code, claim.code)
        assert all(named.search(source) for source in item.sources), item.code


def test_every_derived_corridor_is_a_valid_shape() -> None:
    """Also after the change to WGS 84: an invalid one cannot be cut with a parcel in the database."""
    for facts in portfolio().projects:
        if (shape := section_corridor(facts)) is not None:
            assert shapely.is_valid(shape), (facts.code, shapely.is_valid_reason(shape))
