"""Invented clearance cases: rows of a list and the page of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from api.views import CaseList, CaseRow, CaseView, EventView
from tests.unit.invented_delay import DAY
from tests.unit.invented_views import facts


def case_row(number: int = 302, **changed: Any) -> CaseRow:
    """A case of the invented project."""
    whole = CaseRow(
        code=f"HH-{number:04d}",
        project_code="TULIEN",
        ward_code="00097",
        ward_label="P. Hồng Hà",
        step="S80",
        step_on=date(2026, 3, 5),
        promised_on=date(2026, 4, 28),
        forecast_on=date(2026, 4, 28),
        obstacle="TAI_DINH_CU",
        holder_kind="household",
        parcels=(("42", "118"), ("42", "119"), ("42", "120")),
        area_m2=418.9,
        from_m=438.0,
        to_m=463.0,
        fronts=("T1", "T5"),
        drives=True,
        is_demo=True,
        version=3,
    )
    return replace(whole, **changed)


def case_list(total: int = 120) -> CaseList:
    """The first page of a longer list."""
    rows = tuple(case_row(302 + i, drives=i < 4, obstacle=None if i % 3 else "NGUON_GOC") for i in range(12))
    return CaseList(DAY, rows, total, parcels=3 * total, limit=50, offset=0)


def case(**changed: Any) -> CaseView:
    """The page of one case, with two events."""
    before = {
        "step": "S70",
        "step_on": "2026-02-06",
        "promised_on": "2026-03-31",
        "obstacle": None,
        "version": 2,
    }
    after = before | {"step": "S80", "step_on": "2026-03-05", "promised_on": "2026-04-28", "version": 3}
    whole = CaseView(
        data_date=DAY,
        facts=facts(),
        row=case_row(),
        parcels=(
            {
                "id": "p1",
                "map_series": "P. Tứ Liên (cũ)",
                "sheet": "42",
                "number": "118",
                "land_use": "ODT+CLN",
                "area_m2": 418.9,
                "area_stated_m2": 420.0,
                "from_m": 438.0,
                "to_m": 463.0,
                "side": "L",
                "places": [
                    {
                        "alignment": "TL",
                        "name_vi": "Tim cầu",
                        "name_en": "Bridge axis",
                        "from_m": 438.0,
                        "to_m": 463.0,
                        "stations": "Km0+438 – Km0+463",
                        "side": "L",
                    }
                ],
            },
        ),
        allowed=("S90", "S85", "S50", "S100", "X1", "X2"),
        note="Chờ lô B-27",
        forecast_why_vi="Ngày hẹn của phường: 28/04/2026.",
        forecast_why_en="Promised by the ward: 28/04/2026.",
        alone_days=0,
        group_days=8,
        group_size=14,
        history=(
            EventView(
                datetime(2026, 3, 5, 9, 10, tzinfo=UTC),
                date(2026, 3, 5),
                "máy này",
                "case.step",
                before,
                after,
                "412/QĐ-UBND",
                None,
                id=3,
            ),
            EventView(
                datetime(2026, 1, 5, 2, 0, tzinfo=UTC),
                date(2026, 1, 5),
                "nạp dữ liệu",
                "parcels.import",
                None,
                {"step": "S60"},
                None,
                None,
                id=1,
            ),
        ),
        present=after | {"obstacle": "TAI_DINH_CU", "note": "Chờ lô B-27"},
        present_on=date(2026, 3, 5),
    )
    return replace(whole, **changed)
