"""The invented land looks like a cadastral map: exact counts, no overlaps, inside its corridor, repeatable."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Polygon

from geo.demo import generate
from geo.demo.chance import Stream, apportion
from geo.demo.fabric import COLUMNS
from tests.unit.demo_land import DATA_DATE, EAST, NORTH, measured, project, ward

BENT = ((0, 0), (700, 120), (1300, -80), (2000, 300))
AREA = ((0, 0), (420, -60), (560, 240), (330, 520), (-40, 300))
CASES = {
    "dense town": ward(parcels=650, to_m=800, width_m=50, land_use={"ODT": 0.9, "TMD": 0.1}),
    "wide fields": ward(parcels=420, to_m=1900, width_m=220, land_use={"LUC": 0.7, "NTS": 0.2, "NTD": 0.1}),
    "mixed": ward(parcels=300, cases=240, to_m=1500, width_m=90),
    "sparse": ward(parcels=40, to_m=1900, width_m=120),
    "more roads than lanes": ward(parcels=60, to_m=900, land_use={"DGT": 0.9, "ODT": 0.1}),
    "yards only": ward(parcels=9, to_m=700, width_m=80, land_use={"TSC": 1.0}, organisations=9),
    "one parcel": ward(parcels=1, to_m=300, organisations=0),
    "lakeside ribbon": ward(parcels=200, to_m=1900, width_m=24, land_use={"ODT": 0.8, "CLN": 0.2}),
    "area": ward(parcels=260, cases=200, section="KHU", land_use={"BHK": 0.6, "ONT": 0.4}),
}


@pytest.mark.parametrize("name", CASES)
def test_fabric_has_the_count_and_its_parcels_are_sound_and_apart(name: str) -> None:
    area = AREA if CASES[name].section else None
    land = generate(project(CASES[name], line=BENT, area=area), seed=1, data_date=DATA_DATE)
    shapes = np.array(land.geometry, dtype=object)
    assert len(land) == CASES[name].parcels
    assert shapely.is_valid(shapes).all()
    assert (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON).all()
    total = shapely.area(shapes).sum()
    assert shapely.union_all(shapes).area == pytest.approx(total, rel=1e-6)
    assert shapely.area(shapes).min() > 5


@pytest.mark.parametrize("name", [name for name, w in CASES.items() if not w.section])
def test_parcels_lie_in_the_corridor(name: str) -> None:
    block = CASES[name]
    land = generate(project(block, line=BENT), seed=1, data_date=DATA_DATE)
    assert block.width_m is not None
    strip = measured(BENT).buffer(block.width_m / 2, cap_style="flat", join_style="mitre", mitre_limit=5)
    corridor = strip.buffer(0.01)  # coordinates are whole millimetres
    assert shapely.covered_by(np.array(land.geometry, dtype=object), corridor).all()


def test_parcels_of_an_area_lie_in_it() -> None:
    land = generate(project(CASES["area"], area=AREA), seed=1, data_date=DATA_DATE)
    outline = Polygon([(EAST + x, NORTH + y) for x, y in AREA]).buffer(0.01)
    assert shapely.covered_by(np.array(land.geometry, dtype=object), outline).all()


def test_neighbouring_wards_do_not_overlap_at_their_border_even_in_a_bend() -> None:
    wards = [
        ward("00097", from_m=0, to_m=705, width_m=90, parcels=150),
        ward("00118", from_m=705, to_m=1500, width_m=140, parcels=180),
    ]
    land = generate(project(*wards, line=BENT), seed=1, data_date=DATA_DATE)
    shapes = np.array(land.geometry, dtype=object)
    assert shapely.union_all(shapes).area == pytest.approx(shapely.area(shapes).sum(), rel=1e-6)


def test_bends_too_near_for_the_width_are_smoothed() -> None:
    zigzag = ((0, 0), (300, 0), (320, 60), (340, 0), (900, 0))
    land = generate(project(ward(to_m=1000, width_m=120), line=zigzag), seed=1, data_date=DATA_DATE)
    assert shapely.is_valid(np.array(land.geometry, dtype=object)).all()


def test_same_seed_gives_the_same_bytes_and_another_seed_other_land() -> None:
    def image(seed: int) -> tuple[bytes, str]:
        land = generate(project(CASES["mixed"], line=BENT), seed=seed, data_date=DATA_DATE)
        table = land[list(COLUMNS)].to_csv(index=False)
        return b"".join(shapely.to_wkb(np.array(land.geometry, dtype=object))), table

    assert image(7) == image(7)
    assert image(7) != image(8)


def test_one_ward_does_not_change_the_land_of_another() -> None:
    first, second = ward("00097", to_m=700), ward("00118", from_m=700, to_m=1400)
    alone = generate(project(first, line=BENT), seed=1, data_date=DATA_DATE)
    both = generate(project(first, second, line=BENT), seed=1, data_date=DATA_DATE)
    assert alone.equals(both[both["phuong"] == "00097"])


def test_coordinates_are_whole_millimetres() -> None:
    land = generate(project(CASES["mixed"], line=BENT), seed=1, data_date=DATA_DATE)
    points = shapely.get_coordinates(np.array(land.geometry, dtype=object))
    assert (points == np.round(points, 3)).all()


def test_sizes_are_those_of_the_city() -> None:
    houses = ward(parcels=300, to_m=600, width_m=60, land_use={"ODT": 1.0})
    town = generate(project(houses), seed=1, data_date=DATA_DATE)
    fields = generate(
        project(ward(parcels=300, to_m=1800, width_m=120, land_use={"LUC": 1.0})), seed=1, data_date=DATA_DATE
    )
    assert 60 < np.median(town.geometry.area) < 120
    assert 450 < np.median(fields.geometry.area) < 900


def test_land_use_has_the_configured_shares() -> None:
    shares = {"ODT": 0.5, "BHK": 0.25, "CLN": 0.15, "DGT": 0.06, "TSC": 0.04}
    land = generate(project(ward(parcels=400, land_use=shares)), seed=1, data_date=DATA_DATE)
    counts = land["loai_dat"].value_counts().to_dict()
    assert counts == {code: round(400 * share) for code, share in shares.items()}


def test_parcel_numbers_are_unique_only_with_their_map_series() -> None:
    land = generate(
        project(ward(parcels=700, to_m=1900, width_m=120), line=BENT), seed=1, data_date=DATA_DATE
    )
    assert not land.duplicated(["ban_do", "to", "thua"]).any()
    assert land["ban_do"].nunique() > 1
    assert land.duplicated(["to", "thua"]).any()


def test_stated_areas_are_measured_ones_with_few_exceptions() -> None:
    land = generate(project(ward(parcels=600, to_m=1500), line=BENT), seed=1, data_date=DATA_DATE)
    off = np.abs(land["dien_tich"] - land.geometry.area) > 0.051
    assert 0 < off.sum() < 0.08 * len(land)


def test_project_without_a_demo_block_has_no_land() -> None:
    assert len(generate(project(), seed=1, data_date=DATA_DATE)) == 0


def test_apportion_adds_up_and_keeps_proportions() -> None:
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [0.5, 0.3, 0.2]) == [4, 2, 1]
    assert apportion(0, [1, 2]) == [0, 0]
    assert apportion(5, []) == []


def test_streams_of_different_names_differ_and_repeat() -> None:
    assert Stream(1, "a").uniforms(3).tolist() == Stream(1, "a").uniforms(3).tolist()
    assert Stream(1, "a").uniforms(3).tolist() != Stream(1, "b").uniforms(3).tolist()
    # These very numbers are what makes the land the same on every machine.
    assert Stream(20260313, "TULIEN").uniforms(2).tolist() == [0.9099533664820058, 0.4253676629041343]
