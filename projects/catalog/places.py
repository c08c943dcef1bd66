"""The rows of data/wards.csv as checked facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from projects.catalog.facts import WardFacts
from projects.catalog.routes import LAT_RANGE, LON_RANGE
from projects.errors import Fault

COLUMNS = ("code", "name", "unit_type", "area_km2", "lat", "lon")
UNIT_TYPES = ("phường", "xã")
WARD_CODE = re.compile(r"\d{5}")


def read_wards(rows: Sequence[Mapping[str, str]], faults: list[Fault]) -> tuple[WardFacts, ...]:
    """Wards from CSV rows (text values); row numbers count the header as row 1."""
    wards = []
    seen: set[str] = set()
    for place, row in enumerate(rows, start=2):
        before = len(faults)
        where = f"wards.csv: {place}"
        if set(row) != set(COLUMNS):
            faults.append(
                Fault(where, f"cần các cột {', '.join(COLUMNS)}", f"needs columns {', '.join(COLUMNS)}")
            )
            continue
        code = row["code"]
        if not WARD_CODE.fullmatch(code):
            faults.append(
                Fault(f"{where}.code", f"mã {code!r} không gồm 5 chữ số", f"code {code!r} is not 5 digits")
            )
        if code in seen:
            faults.append(Fault(f"{where}.code", f"mã {code} lặp lại", f"code {code} occurs twice"))
        seen.add(code)
        if not row["name"].strip():
            faults.append(Fault(f"{where}.name", "thiếu", "missing"))
        if row["unit_type"] not in UNIT_TYPES:
            faults.append(Fault(f"{where}.unit_type", "phải là phường hoặc xã", "must be phường or xã"))
        area = _number(row, "area_km2", (0, 400), where, faults)
        lat = _number(row, "lat", LAT_RANGE, where, faults)
        lon = _number(row, "lon", LON_RANGE, where, faults)
        if len(faults) == before:
            wards.append(WardFacts(code, row["name"].strip(), row["unit_type"], area, float(lat), float(lon)))
    return tuple(wards)


def _number(
    row: Mapping[str, str], key: str, bounds: tuple[float, float], where: str, faults: list[Fault]
) -> Decimal:
    try:
        value = Decimal(row[key])
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_finite() and bounds[0] < value < bounds[1]:
        return value
    faults.append(
        Fault(
            f"{where}.{key}",
            f"{row[key]!r} không phải số giữa {bounds[0]:g} và {bounds[1]:g}",
            f"{row[key]!r} is not a number between {bounds[0]:g} and {bounds[1]:g}",
        )
    )
    return Decimal(0)
