"""Control points name the known mistakes of coordinates; each trap of the fact sheet has its test."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo.crs import TM3_ZONES, transform
from geo.importers.controls import check_controls, fit_helmert
from geo.importers.filecrs import identify
from geo.importers.options import ControlPoint
from tests.unit.importer_files import PASTED, wkt

EAST = np.array([586_513.385, 588_000.0, 590_250.5, 584_100.0])
NORTH = np.array([2_326_256.818, 2_328_000.0, 2_325_500.25, 2_330_010.0])
REVERSED = PASTED.replace("-0.00928836,0.01975479,-0.00427372", "0.00928836,-0.01975479,0.00427372")
OLDER = PASTED.replace(
    "-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278",
    "-192.873,-39.382,-111.202,-0.00205,-0.0005,0.00335,0.0188",
)
OLDER_PASTED = OLDER.replace("-0.00205,-0.0005,0.00335", "0.00205,0.0005,-0.00335")
BARE = "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m +no_defs"


def points(x: np.ndarray, y: np.ndarray) -> list[ControlPoint]:
    return [
        ControlPoint(f"P{i}", float(a), float(b), float(e), float(n))
        for i, (a, b, e, n) in enumerate(zip(x, y, EAST, NORTH, strict=True))
    ]


def made_by(proj: str) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates that somebody gets who converts the points from WGS 84 with this PROJ text."""
    lon, lat = transform(EAST, NORTH, 5897, 4326)
    x, y = Transformer.from_crs(4326, proj, always_xy=True).transform(lon, lat)
    return np.asarray(x), np.asarray(y)


def test_points_that_are_right_agree() -> None:
    report = check_controls(points(EAST, NORTH), 5897)
    assert report is not None
    assert (report.verdict, report.max_m, report.mean_m) == ("agrees", 0.0, 0.0)
    assert check_controls([], 5897) is None


@pytest.mark.parametrize(
    ("proj", "off", "words"),
    [
        (PASTED, 0.75, "copied from a web page"),
        (OLDER, 0.69, "older parameters (EPSG"),
        (OLDER_PASTED, 0.51, "older parameters as printed"),
        (BARE, 224.0, "without the datum shift"),
    ],
)
def test_a_wrong_conversion_is_named_with_its_distance(proj: str, off: float, words: str) -> None:
    report = check_controls(points(*made_by(proj)), 5897)
    assert report is not None
    assert report.verdict == "wrong"
    assert report.max_m == pytest.approx(off, rel=0.02)
    assert words in report.en


def test_the_right_seven_parameters_agree() -> None:
    report = check_controls(points(*made_by(REVERSED)), 5897)
    assert report is not None
    assert report.verdict == "agrees"
    assert report.max_m < 0.01


@pytest.mark.parametrize(("real", "off"), [(3405, 699.0), (9209, 52_000.0), (9208, 26_000.0)])
def test_a_wrong_zone_or_scale_is_named_with_the_right_one(real: int, off: float) -> None:
    x, y = transform(EAST, NORTH, 5897, real)
    report = check_controls(points(x, y), 5897)
    assert report is not None
    assert f"would agree if read in EPSG:{real}" in report.en
    assert report.max_m == pytest.approx(off, rel=0.02)


def test_exchanged_axes_millimetres_and_a_lost_dgn_origin_are_named() -> None:
    for x, y, words in (
        (NORTH, EAST, "the two axes exchanged"),
        (EAST * 1000, NORTH * 1000, "in millimetres"),
        (EAST - 500_000, NORTH - 1_000_000, "global origin of DGN files (500000, 1000000) added"),
        (EAST + 500_000, NORTH + 1_000_000, "global origin of DGN files (500000, 1000000) taken away"),
    ):
        report = check_controls(points(x, y), 5897)
        assert report is not None
        assert words in report.en
    swapped = check_controls(points(NORTH, EAST), 5897, swapped=True)
    assert swapped is not None
    assert swapped.verdict == "agrees"


@pytest.mark.parametrize("srid", sorted(TM3_ZONES))
def test_every_meridian_of_vn2000_can_be_checked(srid: int) -> None:
    x, y = transform(EAST, NORTH, 5897, srid)
    report = check_controls(points(x, y), srid)
    assert report is not None
    assert report.verdict == "agrees"


def test_one_point_typed_wrongly_is_seen_point_by_point() -> None:
    x = EAST.copy()
    x[2] += 0.3
    report = check_controls(points(x, NORTH), 5897)
    assert report is not None
    assert report.verdict == "small"
    assert [round(r.distance_m, 3) for r in report.residuals] == [0.0, 0.0, 0.3, 0.0]
    assert report.mean_m == pytest.approx(0.075)
    assert "Look at each point" in report.en


@given(
    st.floats(-1000, 1000),
    st.floats(-1000, 1000),
    st.floats(-0.01, 0.01),
    st.floats(0.999, 1.001),
    st.integers(2, 8),
)
def test_a_helmert_fit_finds_the_shift_turn_and_scale_that_were_made(
    de: float, dn: float, turn: float, scale: float, n: int
) -> None:
    chance = np.random.default_rng(n)
    x, y = chance.uniform(0, 5000, n), chance.uniform(0, 5000, n)
    east = scale * (math.cos(turn) * x - math.sin(turn) * y) + de
    north = scale * (math.sin(turn) * x + math.cos(turn) * y) + dn
    fit = fit_helmert(x, y, east, north)
    assert fit is not None
    assert fit.turn_seconds == pytest.approx(math.degrees(turn) * 3600, abs=1e-3)
    assert fit.scale_ppm == pytest.approx((scale - 1) * 1e6, abs=1e-3)
    assert fit.rms_m == pytest.approx(0.0, abs=1e-6)
    assert fit.proven == (n >= 4)


def test_points_in_one_place_have_no_fit() -> None:
    one = np.array([1.0, 1.0])
    assert fit_helmert(one, one, one, one) is None


@pytest.mark.parametrize(
    ("proj", "off"), [(PASTED, 0.75), (REVERSED, 0.0), (OLDER, 0.69), (OLDER_PASTED, 0.51), (BARE, 224.0)]
)
def test_a_definition_says_how_far_off_it_is(proj: str, off: float) -> None:
    """Measured for the definition's own numbers, against the EPSG pair (domain facts, section 4)."""
    found = identify(wkt(proj, "WKT2_2019"))
    assert found.srid == 5897
    assert found.off_m == pytest.approx(off, abs=0.01 if off < 1 else 1.0)
