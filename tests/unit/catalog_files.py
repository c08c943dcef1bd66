"""A small sound portfolio as parsed files, for the catalogue's tests to spoil one thing at a time."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from projects.catalog import Portfolio, parse_portfolio
from projects.errors import InvalidInput

Files = dict[str, dict[str, Any]]

TOP = """
data_date = 2026-03-13
demo_seed = 1
group = [{ code = "roads", name_vi = "Đường", name_en = "Roads", sort = 1 }]
bottleneck = [{ code = "un_tac", name_vi = "Ùn tắc", name_en = "Congestion" }]
"""

ROAD = """
code = "R1"
kind = "road"
group = "roads"
sort = 1
template = "road"
name_vi = "Đường R1"
name_en = "Road R1"
short_vi = "R1"
short_en = "R1"
summary_vi = "Một con đường."
summary_en = "A road."
investment = 120.5
started_on = 2025-01-15
planned_finish = 2027-06-30
planned_label_vi = "Quý II/2027"
planned_source = "nguồn"
bottlenecks = ["un_tac"]
sources = ["nguồn"]
ward = [{ code = "00097", basis = "source" }]
front = [
  { code = "F1", name_vi = "Mũi 1", name_en = "Front 1", section = "S1", kind = "road", from_m = 0, to_m = 1000 },
  { code = "F2", name_vi = "Mũi 2", name_en = "Front 2", section = "S1", kind = "road", from_m = 1000, to_m = 2000 },
]
[[milestone]]
code = "M1"
name_vi = "Thông xe"
name_en = "Opening"
planned_on = 2027-06-30
activity = "OPEN"
source = "nguồn"
[[component]]
code = "C1"
name_vi = "Thành phần"
name_en = "Component"
source = "nguồn"
[[alignment]]
code = "TIM"
name_vi = "Tim"
name_en = "Centre line"
start_m = 0
published_length_m = 2000
accuracy_m = 500
source = "ước lượng"
points = [[21.06, 105.83], [21.07, 105.845]]
[[section]]
code = "S1"
name_vi = "Đoạn 1"
name_en = "Section 1"
component = "C1"
alignment = "TIM"
from_m = 0
to_m = 2000
source = "nguồn"
[[resettlement]]
code = "T1"
name_vi = "Khu tái định cư"
ward = "00103"
plots = 20
source = "nguồn"
"""

CLAIMS = """
[[claim]]
code = "KM"
subject_vi = "Đã bàn giao"
subject_en = "Handed over"
ward = "00097"
numerator = 57.52
denominator = 58.12
unit = "km"
quoted_percent = "98.84%"
as_of = 2026-02-11
source = "báo"
confidence = "V"
"""

DEMO = """
progress = [{ activity = "SUB-F1", actual_start = 2026-01-05, remaining = 12 }]
[demo]
parcels = 10
width_m = 50
[[demo.ward]]
code = "00097"
parcels = 10
cases = 8
from_m = 0
to_m = 1500
step_shares = { S105 = 0.5, S90 = 0.5 }
promised = [[2026-04-20, 0.75]]
obstacles = { NGUON_GOC = 0.25 }
land_use = { ODT = 0.6, "ONT+CLN" = 0.4 }
organisations = 1
parcel_count_source = "minh hoạ"
"""

TEMPLATE = """
code = "road"
name_vi = "Đường"
name_en = "Road"
note = "giả định"
finish = "OPEN"
link = [
  { pred = "P", succ = "SUB", type = "FS", lag = 0, pairs = "same_front" },
  { pred = "SUB", succ = "OPEN", type = "FS", lag = 0, pairs = "all_to_one" },
]
front_kind = [{ code = "road", name_vi = "Đường", name_en = "Road" }]
[[activity]]
code = "SUB"
scope = "front"
name_vi = "Nền"
name_en = "Subgrade"
kind = "task"
duration_per_km = 80
calendar = "VN6"
[[activity]]
code = "OPEN"
scope = "project"
name_vi = "Thông xe"
name_en = "Opening"
kind = "milestone"
duration = 0
calendar = "ALL"
"""


def ward_row(code: str, name: str, area_km2: str, lat: str, lon: str) -> dict[str, str]:
    """A row of wards.csv."""
    return {"code": code, "name": name, "unit_type": "phường", "area_km2": area_km2, "lat": lat, "lon": lon}


WARDS = [
    ward_row("00097", "Hồng Hà", "15.27", "21.0565", "105.8456"),
    ward_row("00103", "Tây Hồ", "10.56", "21.058", "105.8202"),
]


def sound_files() -> Files:
    """The parsed files of a portfolio of one road without any fault."""
    return {
        "portfolio.toml": tomllib.loads(TOP),
        "r1.toml": tomllib.loads(ROAD),
        "r1.claims.toml": tomllib.loads(CLAIMS),
        "r1.demo.toml": tomllib.loads(DEMO),
    }


def sound_template() -> dict[str, Any]:
    return tomllib.loads(TEMPLATE)


def parse(files: Files, **other: Any) -> Portfolio:
    """The portfolio of `files` with the builder's wards and template unless others are given."""
    wards = other.get("wards", WARDS)
    templates = other.get("templates", {"road": sound_template()})
    return parse_portfolio(files, wards, templates)


def faults_after(spoil: Callable[[Files], object]) -> dict[str, str]:
    """English texts of all faults by place, after `spoil` changed the sound files."""
    files = copy.deepcopy(sound_files())
    spoil(files)
    with pytest.raises(InvalidInput) as refused:
        parse(files)
    assert all(fault.vi and fault.en for fault in refused.value.faults)
    return {fault.where: fault.en for fault in refused.value.faults}
