"""The units that a published figure may be counted in: as written in Vietnamese, and in English.

A percentage without its unit says nothing (fact sheet 0.3): parcels, households, plans and cases are four
different counts.
"""

from __future__ import annotations

UNITS: dict[str, str] = {
    "%": "%",
    "căn hộ": "apartments",
    "cọc": "piles",
    "công trình": "buildings",
    "cặp trụ": "pier pairs",
    "dự án": "projects",
    "giường": "beds",
    "gói thầu": "packages",
    "ha": "ha",
    "hộ": "households",
    "khu": "areas",
    "km": "km",
    "lô": "plots",
    "m": "m",
    "m²": "m²",
    "mộ": "graves",
    "nhà chung cư": "apartment blocks",
    "phương án": "plans",
    "phường, xã": "wards and communes",
    "thông báo": "notices",
    "thửa": "parcels",
    "trường hợp": "cases",
    "trụ": "piers",
    "tỷ đồng": "billion VND",
    "tổ chức": "organisations",
    "vị trí": "positions",
    "đoạn": "sections",
}


def unit_en(unit: str) -> str:
    """English wording of a claim's unit; raises KeyError for a unit that no claim may have."""
    return UNITS[unit]
