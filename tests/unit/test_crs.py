"""The traps of the fact sheet, section 4, measured again at its reference point in Hanoi."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from pyproj import Transformer

from geo.crs import (
    MEASURE,
    TM3_ZONES,
    WGS84,
    Reading,
    check_hanoi,
    in_hanoi,
    is_usable,
    label,
    suggest,
    to_measure,
    to_wgs84,
    transform,
)

EAST, NORTH = 586_513.385, 2_326_256.818  # 21.0278 N, 105.8342 E
LON, LAT = 105.8342, 21.0278
TMERC = "+proj=tmerc +lat_0=0 +lon_0=105 +k={k} +x_0=500000 +ellps=WGS84 +units=m +no_defs"
SHIFT = " +towgs84=-191.90441429,-39.30318279,-111.45032835,{},0.252906278"
POSITION_VECTOR = TMERC.format(k=0.9999) + SHIFT.format("0.00928836,-0.01975479,0.00427372")
PASTED = TMERC.format(k=0.9999) + SHIFT.format("-0.00928836,0.01975479,-0.00427372")


def error_of(definition: str | int) -> tuple[float, float]:
    """Metres east and north by which the reference point is misplaced when it is read in `definition`."""
    lon, lat = Transformer.from_crs(definition, WGS84, always_xy=True).transform(EAST, NORTH)
    east, north = transform(np.array([lon]), np.array([lat]), WGS84, MEASURE)
    return float(east[0] - EAST), float(north[0] - NORTH)


def points(*pairs: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def test_the_epsg_pair_places_the_reference_point_to_a_millimetre() -> None:
    lon, lat = transform(*points((EAST, NORTH)), MEASURE, WGS84)
    assert (float(lon[0]), float(lat[0])) == pytest.approx((LON, LAT), abs=2e-8)
    assert np.hypot(*error_of(MEASURE)) < 0.002


def test_seven_parameters_with_reversed_rotation_signs_agree_with_the_epsg_pair() -> None:
    assert np.hypot(*error_of(POSITION_VECTOR)) < 0.002


def test_pasted_seven_parameters_are_three_quarters_of_a_metre_off() -> None:
    assert np.hypot(*error_of(PASTED)) == pytest.approx(0.75, abs=0.01)


def test_a_missing_datum_shift_is_224_metres_off() -> None:
    assert np.hypot(*error_of(TMERC.format(k=0.9999))) == pytest.approx(224, abs=1)


def test_the_scale_factor_of_utm_is_699_metres_off() -> None:
    assert np.hypot(*error_of(3405)) == pytest.approx(699, abs=1)


def test_the_zone_of_the_neighbour_province_is_52_kilometres_off() -> None:
    east, north = error_of(9209)
    assert east == pytest.approx(52_000, abs=100)
    assert abs(north) < 500


def test_a_conversion_never_leaves_out_the_datum_shift() -> None:
    # Control: a ballpark conversion exists for this pair, and is what PROJ gives when it is allowed to.
    vn2000, wgs84 = (transform(*points((LON, LAT)), srid, MEASURE) for srid in (4756, WGS84))
    assert np.hypot(vn2000[0] - wgs84[0], vn2000[1] - wgs84[1])[0] == pytest.approx(224, abs=1)


def test_geometry_goes_to_wgs84_and_back_within_a_millimetre() -> None:
    field = shapely.box(EAST, NORTH, EAST + 100, NORTH + 50)
    there = to_wgs84(np.array([field]))
    assert there[0].bounds[0] == pytest.approx(LON, abs=1e-6)
    back = to_measure(there)[0]
    # The shift's inverse is an approximation: 0.9 mm at this place.
    assert shapely.hausdorff_distance(back, field) < 1e-3
    assert back.area == pytest.approx(5_000, abs=0.01)
    assert to_measure(to_wgs84(field)).equals_exact(field, 1e-3)


def test_hanoi_is_recognised_by_its_box() -> None:
    assert check_hanoi(
        *points((EAST, NORTH), (NORTH, EAST), (EAST * 1000, NORTH * 1000)), MEASURE
    ).tolist() == [
        True,
        False,
        False,
    ]
    assert check_hanoi(*points((LON, LAT), (LAT, LON), (106.7, 10.8)), WGS84).tolist() == [True, False, False]
    assert not in_hanoi(np.array([np.inf, np.nan]), np.array([NORTH, NORTH])).any()


def near_the_reference_point(east: np.ndarray, north: np.ndarray) -> np.ndarray:
    return np.hypot(east - EAST, north - NORTH) < 15_000


@pytest.mark.parametrize(
    "reading",
    [
        *(Reading(srid) for srid in (9208, 9209, 9210, 9211, WGS84)),
        Reading(MEASURE, swapped=True),
        Reading(WGS84, swapped=True),
        Reading(MEASURE, millimetres=True),
        Reading(9209, swapped=True, millimetres=True),
    ],
)
def test_the_reading_that_puts_a_point_in_hanoi_is_found(reading: Reading) -> None:
    x, y = transform(*points((105.85, 21.04), (105.90, 21.10), (105.80, 20.98)), WGS84, reading.srid)
    if reading.swapped:
        x, y = y, x
    if reading.millimetres:
        x, y = x * 1000, y * 1000
    assert suggest(x, y, declared=MEASURE, inside=near_the_reference_point) == [reading] * 3
    for text in (reading.vi, reading.en):
        assert str(reading.srid) in text
    assert ("mi-li-mét" in reading.vi, "đổi chỗ" in reading.vi) == (reading.millimetres, reading.swapped)


def test_a_point_on_the_other_side_of_the_earth_has_no_reading() -> None:
    assert suggest(*points((-3.0, 52.0)), declared=MEASURE) == [None]


def test_the_declared_reading_is_not_suggested_again() -> None:
    found = suggest(*points((EAST, NORTH)), declared=MEASURE)
    assert found[0] is not None
    assert found[0] != Reading(MEASURE)
    assert suggest(*points((EAST, NORTH)), declared=None) == [Reading(MEASURE)]


def test_every_zone_is_what_its_code_says() -> None:
    for srid, meridian in TM3_ZONES.items():
        east, north = transform(*points((meridian, 21.0)), 4756, srid)
        assert float(east[0]) == pytest.approx(500_000, abs=0.001)
        assert float(north[0]) == pytest.approx(2_322_592 if meridian == 105 else float(north[0]), abs=2_000)
        assert "TM-3" in label(srid)


def test_codes_that_cannot_hold_a_map_of_hanoi_are_not_usable() -> None:
    usable = {srid: is_usable(srid) for srid in (5897, 4326, 3405, 32648, 3857, 4756)}
    assert all(usable.values())
    # Unknown, vertical, geocentric, and a grid of Hong Kong without an operation to here.
    assert not any(is_usable(srid) for srid in (0, -1, 123, 5773, 4978, 2326, 10**12))
