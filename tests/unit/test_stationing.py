"""Chainage equations: measures to stations and back, gaps and overlaps of the stakes."""

from __future__ import annotations

import random

import pytest

from projects.chainage import format_chainage
from projects.errors import InvalidInput
from projects.stationing import (
    PLAIN,
    Equation,
    Stationing,
    format_equation,
    format_station,
    measures_at,
    parse_equations,
    parse_station,
    station_at,
    stationing,
)

GAP = Stationing((Equation(5200, 5450),), 0, 10_000)  # Km5+201 … Km5+449 are nowhere
OVERLAP = Stationing((Equation(5500, 5250),), 0, 10_000)  # Km5+250 … Km5+500 are twice


def test_without_equations_a_station_is_its_measure() -> None:
    assert station_at(PLAIN, 12_345.0) == 12_345.0
    assert format_station(PLAIN, 12_345.0) == "Km12+345"
    assert parse_station(PLAIN, "Km12+345") == 12_345.0


def test_behind_an_equation_the_stakes_have_jumped() -> None:
    assert station_at(GAP, 5199) == 5199
    assert (station_at(GAP, 5200, back=True), station_at(GAP, 5200)) == (5200, 5450)
    assert station_at(GAP, 5300) == 5550
    assert parse_station(GAP, "Km5+550") == 5300
    assert parse_station(GAP, "Km5+200") == parse_station(GAP, "Km5+450") == 5200


def test_a_station_in_a_gap_is_refused_and_the_jump_is_named() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_station(GAP, "Km5+300")
    assert "Km5+200 = Km5+450" in refused.value.faults[0].vi


def test_a_station_beyond_the_ends_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_station(GAP, "Km10+300")
    assert "Km0+000 – Km10+250" in refused.value.faults[0].vi


def test_a_station_that_is_twice_is_named_with_both_readings() -> None:
    assert measures_at(OVERLAP, 5300) == (5300, 5550)
    with pytest.raises(InvalidInput) as refused:
        parse_station(OVERLAP, "Km5+300")
    said = refused.value.faults[0].vi
    assert "Km5+300 (1/2)" in said
    assert "Km5+300 (2/2)" in said
    assert parse_station(OVERLAP, "Km5+300 (1/2)") == 5300
    assert parse_station(OVERLAP, "Km5+300 (2/2)") == 5550
    for wrong in ("Km5+300 (3/2)", "Km5+300 (0/2)", "Km5+300 (1/3)", "Km1+000 (2/2)"):
        with pytest.raises(InvalidInput):
            parse_station(OVERLAP, wrong)


def test_what_is_printed_is_read_back_as_the_same_place() -> None:
    rng = random.Random(3)
    for _ in range(300):
        line = random_line(rng)
        for _ in range(20):
            measure = rng.uniform(line.start_m, line.end_m)
            if any(abs(measure - jump) < 1.0 for jump in line.jumps):
                continue  # rounding to the metre may pass the jump
            assert abs(parse_station(line, format_station(line, measure)) - measure) <= 0.501


def test_stations_equal_walking_metre_by_metre() -> None:
    rng = random.Random(4)
    for _ in range(60):
        line = random_line(rng, whole=True)
        stake, station = {}, line.start_m
        jumps = dict(zip(line.jumps, (e.ahead_m for e in line.equations), strict=True))
        for metre in range(int(line.start_m), int(line.end_m)):
            station = jumps.get(metre, station)
            stake[metre] = station
            station += 1
        for metre, expected in stake.items():
            assert station_at(line, metre) == expected
        wanted = rng.choice(list(stake.values()))
        places = {m for m, s in stake.items() if s == wanted}
        assert places <= set(measures_at(line, wanted))


def random_line(rng: random.Random, *, whole: bool = False) -> Stationing:
    start = rng.randrange(0, 3000)
    end, at, shift = start + rng.randrange(2000, 9000), start, 0.0
    equations = []
    for _ in range(rng.randrange(0, 4)):
        at += rng.randrange(100, 1500)
        if at >= end - 100:
            break
        jump = rng.randrange(-90, 600) if whole else rng.uniform(-90, 600)
        equations.append((at + shift, at + shift + jump))
        shift += jump
    return stationing(equations, start_m=start, end_m=end)


def test_equations_out_of_order_or_off_the_line_are_refused() -> None:
    for wrong in ([(5200, 5450), (5300, 5400)], [(12_000, 12_100)], [(0, 100)]):
        with pytest.raises(InvalidInput):
            stationing(wrong, start_m=0, end_m=10_000)


def test_equations_are_written_and_read_as_people_write_them() -> None:
    text = "Km5+200 = Km5+450; Km8+000=Km7+900"
    assert parse_equations(text) == (Equation(5200, 5450), Equation(8000, 7900))
    assert (
        "; ".join(format_equation(e) for e in parse_equations(text)) == "Km5+200 = Km5+450; Km8+000 = Km7+900"
    )
    assert parse_equations("  ") == ()
    for wrong in ("Km5+200", "Km5+200 = ", "5200 = 5450", "Km1+000=Km2+000=Km3+000"):
        with pytest.raises(InvalidInput):
            parse_equations(wrong)


def test_negative_measures_print_as_the_first_stake() -> None:
    assert format_station(PLAIN, -0.2) == format_chainage(0)
