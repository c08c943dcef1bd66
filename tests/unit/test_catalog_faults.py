"""What the catalogue refuses: each case spoils one thing and expects one fault at its file and key path."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from projects.errors import InvalidInput
from tests.unit.catalog_files import WARDS, Files, faults_after, parse, sound_files, sound_template


def test_all_faults_of_all_files_come_at_once() -> None:
    def spoil(files: Files) -> None:
        files["r1.toml"]["kind"] = "tunnel"
        files["r1.claims.toml"]["claim"][0]["unit"] = "dặm"
        files["r1.demo.toml"]["demo"]["parcels"] = 11
        del files["portfolio.toml"]["data_date"]

    assert set(faults_after(spoil)) == {
        "r1.toml: kind",
        "r1.claims.toml: claim[KM].unit",
        "r1.demo.toml: demo.parcels",
        "portfolio.toml: data_date",
    }


def put(name: str, *path: str | int, value: object) -> Callable[[Files], None]:
    """A change of one value of one file."""

    def spoil(files: Files) -> None:
        table: Any = files[name]
        for key in path[:-1]:
            table = table[key]
        table[path[-1]] = value

    return spoil


def drop(name: str, *path: str | int) -> Callable[[Files], None]:
    def spoil(files: Files) -> None:
        table: Any = files[name]
        for key in path[:-1]:
            table = table[key]
        del table[path[-1]]

    return spoil


R, K, D = "r1.toml", "r1.claims.toml", "r1.demo.toml"
WARD = ("demo", "ward", 0)
CASES: dict[str, tuple[Callable[[Files], None], str, str]] = {
    "unknown key": (put(R, "investmnt", value=1), "r1.toml: investmnt", "did you mean 'investment'"),
    "missing text": (drop(R, "name_en"), "r1.toml: name_en", "missing"),
    "empty text": (put(R, "name_en", value=" "), "r1.toml: name_en", "non-empty"),
    "number as text": (put(R, "investment", value="120"), "r1.toml: investment", "number"),
    "negative money": (put(R, "investment", value=-1), "r1.toml: investment", "at least 0"),
    "flag as text": (put(R, "alignment", 0, "ring", value="no"), "r1.toml: alignment[TIM].ring", "true"),
    "year out of range": (put(R, "started_on", value=date(1889, 1, 1)), "r1.toml: started_on", "outside"),
    "time instead of day": (
        put(R, "started_on", value=datetime(2025, 1, 1, 8)),
        "r1.toml: started_on",
        "day",
    ),
    "plan before start": (
        put(R, "planned_finish", value=date(2024, 1, 1)),
        "r1.toml: planned_finish",
        "before",
    ),
    "plan without source": (drop(R, "planned_source"), "r1.toml: planned_source", "source"),
    "source without plan": (drop(R, "planned_finish"), "r1.toml: planned_finish", "missing"),
    "no source at all": (drop(R, "sources"), "r1.toml: sources", "no source"),
    "unknown group": (put(R, "group", value="air"), "r1.toml: group", "not known"),
    "unknown template": (put(R, "template", value="air"), "r1.toml: template", "not known"),
    "unknown bottleneck": (put(R, "bottlenecks", value=["ồn"]), "r1.toml: bottlenecks", "no bottleneck"),
    "unknown parent": (put(R, "parent", value="R9"), "r1.toml: parent", "no parent"),
    "unknown ward": (
        put(R, "ward", value=[{"code": "00097", "basis": "map"}, {"code": "99999", "basis": "map"}]),
        "r1.toml: ward[99999]",
        "not known",
    ),
    "unknown basis": (put(R, "ward", 0, "basis", value="guess"), "r1.toml: ward[00097].basis", "not known"),
    "claim in a ward not listed": (
        put(K, "claim", 0, "ward", value="00103"),
        f"{K}: claim[KM].ward",
        "not listed",
    ),
    "resettlement in no ward": (
        put(R, "resettlement", 0, "ward", value="1"),
        "r1.toml: resettlement[T1].ward",
        "not known",
    ),
    "file name": (put(R, "code", value="R7"), "r1.toml: code", "r7.toml"),
    "code with a hyphen": (
        put(R, "milestone", 0, "code", value="M-1"),
        "r1.toml: milestone[M-1].code",
        "A–Z",
    ),
    "front code twice": (put(R, "front", 1, "code", value="F1"), "r1.toml: front[F1]", "2 times"),
    "section beyond the alignment": (
        put(R, "section", 0, "to_m", value=2001),
        "r1.toml: section[S1].to_m",
        "outside",
    ),
    "section backwards": (put(R, "section", 0, "from_m", value=2000), "r1.toml: section[S1].to_m", "above"),
    "section on no alignment": (
        put(R, "section", 0, "alignment", value="TIM2"),
        "r1.toml: section[S1].alignment",
        "not known",
    ),
    "section on line and area": (
        put(R, "section", 0, "area", value=[[21.0, 105.8], [21.1, 105.8], [21.1, 105.9]]),
        "r1.toml: section[S1].alignment",
        "exactly one",
    ),
    "section of no component": (
        put(R, "section", 0, "component", value="C9"),
        "r1.toml: section[S1].component",
        "not known",
    ),
    "front outside its section": (
        put(R, "front", 1, "to_m", value=2100),
        "r1.toml: front[F2].to_m",
        "outside",
    ),
    "front over another": (
        put(R, "front", 1, "from_m", value=900),
        "r1.toml: front[F2].from_m",
        "overlaps front F1",
    ),
    "front in no section": (
        put(R, "front", 1, "section", value="S9"),
        "r1.toml: front[F2].section",
        "no section",
    ),
    "front kind not of the template": (
        put(R, "front", 1, "kind", value="quay"),
        "r1.toml: front[F2].kind",
        "not known",
    ),
    "one end of the front": (drop(R, "front", 1, "to_m"), "r1.toml: front[F2].to_m", "missing"),
    "swapped axes": (
        put(R, "alignment", 0, "points", value=[[105.83, 21.06], [21.07, 105.84]]),
        "r1.toml: alignment[TIM].points[0]",
        "swapped",
    ),
    "point far away": (
        put(R, "alignment", 0, "points", value=[[10.8, 106.7], [21.07, 105.84]]),
        "r1.toml: alignment[TIM].points[0]",
        "not in Hanoi",
    ),
    "open ring": (put(R, "alignment", 0, "ring", value=True), "r1.toml: alignment[TIM].points", "repeat"),
    "milestone of no activity": (
        put(R, "milestone", 0, "activity", value="FLY"),
        "r1.toml: milestone[M1].activity",
        "no activity",
    ),
    "milestone without day": (
        drop(R, "milestone", 0, "planned_on"),
        "r1.toml: milestone[M1].planned_on",
        "no date",
    ),
    "numerator alone": (
        drop(K, "claim", 0, "denominator"),
        f"{K}: claim[KM].denominator",
        "without a denominator",
    ),
    "denominator 0": (put(K, "claim", 0, "denominator", value=0), f"{K}: claim[KM].denominator", "is 0"),
    "value and numerator": (put(K, "claim", 0, "value", value=1), f"{K}: claim[KM].value", "exactly one"),
    "unreadable percentage": (
        put(K, "claim", 0, "quoted_percent", value="gần hết"),
        f"{K}: claim[KM].quoted_percent",
        "percentage",
    ),
    "confidence": (put(K, "claim", 0, "confidence", value="sure"), f"{K}: claim[KM].confidence", "not known"),
    "two dates of a claim": (
        put(K, "claim", 0, "as_of_label", value="2026"),
        f"{K}: claim[KM].as_of_label",
        "one of",
    ),
    "demo shares": (
        put(D, *WARD, "step_shares", value={"S105": 0.5, "S90": 0.4}),
        f"{D}: demo.ward[00097].step_shares",
        "0.9",
    ),
    "demo step": (
        put(D, *WARD, "step_shares", value={"S11": 1}),
        f"{D}: demo.ward[00097].step_shares.S11",
        "not known",
    ),
    "demo counts": (
        lambda files: (
            drop(D, *WARD, "step_shares")(files),
            put(D, *WARD, "step_counts", value={"S90": 7})(files),
        )[0],
        f"{D}: demo.ward[00097].step_counts",
        "8 cases",
    ),
    "demo obstacle": (
        put(D, *WARD, "obstacles", value={"MUA": 0.1}),
        f"{D}: demo.ward[00097].obstacles.MUA",
        "not known",
    ),
    "demo land code": (
        put(D, *WARD, "land_use", value={"ODT": 0.5, "ONT+XYZ": 0.5}),
        f"{D}: demo.ward[00097].land_use.ONT+XYZ",
        "not known",
    ),
    "demo promises above 1": (
        put(D, *WARD, "promised", value=[["2026-04-01", 0.7], ["2026-05-01", 0.4]]),
        f"{D}: demo.ward[00097].promised",
        "above 1",
    ),
    "demo promise without day": (
        put(D, *WARD, "promised", value=[["soon", 0.7]]),
        f"{D}: demo.ward[00097].promised[0]",
        "day",
    ),
    "demo ward not listed": (put(D, *WARD, "code", value="00103"), f"{D}: demo.ward[00103]", "not listed"),
    "demo ward beyond the line": (
        put(D, *WARD, "to_m", value=2500),
        f"{D}: demo.ward[00097].to_m",
        "outside",
    ),
    "more cases than parcels": (put(D, *WARD, "cases", value=11), f"{D}: demo.ward[00097].cases", "one case"),
    "progress of no activity": (
        put(D, "progress", 0, "activity", value="SUB-F9"),
        f"{D}: progress[SUB-F9]",
        "no activity",
    ),
    "progress after the data date": (
        put(D, "progress", 0, "actual_start", value=date(2026, 3, 14)),
        f"{D}: progress[SUB-F1]",
        "after the data date",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_fault_is_named_with_its_file_and_key_path(name: str) -> None:
    spoil, where, words = CASES[name]
    faults = faults_after(spoil)
    assert set(faults) == {where}
    assert words in faults[where]


def test_two_files_cannot_hold_the_same_project() -> None:
    faults = faults_after(lambda files: files.update({"r2.toml": files["r1.toml"]}))
    assert "already in r1.toml" in faults["r2.toml: code"]


def test_claims_without_a_project_are_refused() -> None:
    faults = faults_after(lambda files: files.update({"r9.claims.toml": {"claim": []}}))
    assert set(faults) == {"r9.claims.toml"}


def test_a_programme_has_no_route_land_or_template() -> None:
    faults = faults_after(put(R, "kind", value="programme"))
    assert {"r1.toml: front", "r1.toml: alignment", "r1.toml: template", f"{D}: demo.ward"} <= set(faults)


def test_a_front_in_an_area_cannot_have_durations_per_km() -> None:
    def spoil(files: Files) -> None:
        square = [[21.06, 105.83], [21.06, 105.84], [21.07, 105.84]]
        road = files["r1.toml"]
        road["section"].append(
            {"code": "A", "name_vi": "Vùng", "name_en": "Area", "area": square, "source": "s"}
        )
        road["front"].append(
            {"code": "F3", "name_vi": "Lô", "name_en": "Plot", "section": "A", "kind": "road", "area": square}
        )

    faults = faults_after(spoil)
    assert set(faults) == {"r1.toml: front[F3].kind"}


def test_a_faulty_template_is_named_by_its_file() -> None:
    template = sound_template()
    template["activity"][0]["calendar"] = "MOON"
    template["link"][0]["succ"] = "FLY"
    del template["note"]
    with pytest.raises(InvalidInput) as refused:
        parse(sound_files(), templates={"road": template})
    places = {fault.where for fault in refused.value.faults}
    assert {"templates/road.toml: note", "templates/road.toml: activity[SUB].calendar"} <= places
    assert any(
        "FLY" in fault.en and fault.where.startswith("templates/road.toml") for fault in refused.value.faults
    )


def test_every_wrong_ward_row_is_named_by_its_line() -> None:
    wards = [
        WARDS[0],
        WARDS[1] | {"lat": "105.8"},
        WARDS[0],
        WARDS[0] | {"code": "97", "unit_type": "quận", "area_km2": "x"},
        {"code": "00001"},
    ]
    with pytest.raises(InvalidInput) as refused:
        parse(sound_files(), wards=wards)
    places = {fault.where for fault in refused.value.faults if fault.where.startswith("wards.csv")}
    assert places == {
        "wards.csv: 3.lat",
        "wards.csv: 4.code",
        "wards.csv: 5.code",
        "wards.csv: 5.unit_type",
        "wards.csv: 5.area_km2",
        "wards.csv: 6",
    }
