"""How far the invented clearance has come: exactly the configured counts, in stretches, with plausible dates."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import geopandas as gpd
import numpy as np
import pytest

from geo.demo import generate
from projects.catalog import DemoWard
from projects.steps import STEPS
from tests.unit.demo_land import DATA_DATE, project, ward

STEPS_OF_WARD = {"S105": 40, "S100": 5, "S90": 60, "S80": 30, "S60": 12, "S31": 8, "S20": 5}
PROMISES = ((date(2026, 3, 31), 0.3), (date(2026, 4, 30), 0.3), (date(2026, 6, 30), 0.2))
USUAL = ward(
    parcels=200,
    cases=160,
    steps=STEPS_OF_WARD,
    promised=PROMISES,
    obstacles={"NGUON_GOC": 0.3, "KHONG_PHOI_HOP": 0.05, "TO_CHUC": 0.01},
    organisations=6,
)


def land(block: DemoWard = USUAL, seed: int = 1) -> gpd.GeoDataFrame:
    return generate(project(block), seed=seed, data_date=DATA_DATE)


def cases(block: DemoWard = USUAL, seed: int = 1) -> gpd.GeoDataFrame:
    """One row per case: its first parcel."""
    return land(block, seed).drop_duplicates("ho_so")


def day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()


def test_cases_stand_at_exactly_the_configured_steps() -> None:
    assert cases()["buoc"].value_counts().to_dict() == STEPS_OF_WARD


def test_shares_of_steps_are_apportioned_to_the_cases() -> None:
    found = cases(ward(parcels=101, step_shares={"S105": 0.6, "S90": 0.3, "S20": 0.1}))
    assert found["buoc"].value_counts().to_dict() == {"S105": 61, "S90": 30, "S20": 10}


def test_parcels_of_one_case_are_few_agree_and_follow_each_other() -> None:
    all_land = land()
    grouped = all_land.groupby("ho_so")
    assert grouped.ngroups == 160
    assert grouped.size().max() <= 3
    for column in ("buoc", "ngay_buoc", "doi_tuong", "phuong"):
        assert (grouped[column].nunique() == 1).all()
    assert grouped["hen"].nunique(dropna=False).max() == 1
    places = all_land.reset_index().groupby("ho_so")["index"]
    assert (places.max() - places.min() + 1 == places.size()).all()
    touching = [part.geometry.union_all().geom_type == "Polygon" for _, part in grouped if len(part) > 1]
    assert np.mean(touching) > 0.9


def test_many_parcels_per_case_are_possible() -> None:
    assert land(ward(parcels=200, cases=60))["ho_so"].nunique() == 60


def test_case_codes_count_on_over_all_wards() -> None:
    both = generate(
        project(ward("00097", parcels=30, to_m=500), ward("00118", parcels=20, from_m=500)),
        seed=1,
        data_date=DATA_DATE,
    )
    assert list(both["ho_so"]) == [f"TEST-{i:04d}" for i in range(1, 51)]


def test_organisations_hold_exactly_their_number_of_cases_and_the_yards_first() -> None:
    found = cases()
    organisations = found[found["doi_tuong"] == "tổ chức"]
    assert len(organisations) == 6
    assert (organisations["loai_dat"] == "TSC").sum() >= 5


def test_step_dates_are_working_days_before_the_data_date() -> None:
    days = [day(text) for text in land()["ngay_buoc"]]
    assert max(days) < DATA_DATE
    assert min(days) > DATA_DATE - timedelta(days=410)
    assert {d.weekday() for d in days} <= {0, 1, 2, 3, 4}


def test_handovers_are_spread_over_the_past_year() -> None:
    found = cases(ward(parcels=300, steps={"S105": 300}))
    ago = np.array([(DATA_DATE - day(text)).days for text in found["ngay_buoc"]])
    assert ago.min() < 40
    assert ago.max() > 320
    assert np.histogram(ago, bins=6, range=(0, 370))[0].min() > 20


def test_plan_is_posted_for_no_longer_than_the_law_says() -> None:
    found = cases(ward(parcels=80, steps={"S60": 80}))
    assert max((DATA_DATE - day(text)).days for text in found["ngay_buoc"]) <= 11


def test_promises_cover_their_share_of_open_cases_and_none_of_the_others() -> None:
    found = cases()
    still_open = found[found["buoc"] != "S105"]
    assert found[found["buoc"] == "S105"]["hen"].isna().all()
    assert still_open["hen"].value_counts().to_dict() == {
        "31/03/2026": 36,
        "30/04/2026": 36,
        "30/06/2026": 24,
    }
    assert still_open["hen"].isna().sum() == 24


def test_advanced_cases_are_promised_earlier_than_the_others() -> None:
    found = cases().dropna(subset="hen")
    order = {code: step.order for code, step in STEPS.items()}
    mean = {hen: part["buoc"].map(order).mean() for hen, part in found.groupby("hen")}
    assert mean["31/03/2026"] > mean["30/04/2026"] > mean["30/06/2026"]


def test_obstacles_hit_their_share_of_open_cases_where_they_belong() -> None:
    found = cases()
    assert found["vuong_mac"].value_counts().to_dict() == {"NGUON_GOC": 36, "KHONG_PHOI_HOP": 6, "TO_CHUC": 1}
    assert found[found["vuong_mac"] == "KHONG_PHOI_HOP"]["buoc"].isin(["S31"]).all()
    assert (found[found["vuong_mac"] == "TO_CHUC"]["doi_tuong"] == "tổ chức").all()
    assert found[found["buoc"] == "S105"]["vuong_mac"].isna().all()


def test_land_outside_the_boundary_gets_no_promise() -> None:
    found = cases(ward(parcels=40, steps={"X2": 10, "S90": 30}, promised=[(date(2026, 4, 30), 1.0)]))
    assert found[found["buoc"] == "X2"]["hen"].isna().all()
    assert found["hen"].notna().sum() == 30


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cleared_land_lies_in_stretches_and_not_like_pepper(seed: int) -> None:
    block = ward(parcels=500, to_m=1900, width_m=80, land_use={"BHK": 1.0}, organisations=0)
    found = land(block, seed)
    cleared = (found["buoc"] == "S105").to_numpy()
    same = (cleared[1:] == cleared[:-1]).mean()
    assert same > 0.7  # half and half thrown at random would give 0.5
    assert np.abs(np.diff(cleared.astype(int))).sum() > 4  # but there are gaps
