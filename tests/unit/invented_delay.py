"""An invented delay: three fronts hold the completion of the invented bridge, one is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from projects.daily import Row, Schedule
from projects.engine.model import Options
from projects.impact import ChainItem, DrivingCase, FrontState, ProjectDelay, WardDays
from projects.model import NodeKind, ParcelRef

DAY = date(2026, 3, 13)
PLANNED = date(2027, 6, 30)
FORECAST = date(2027, 9, 23)


def driver(number: int, front: str, group: int, alone: int, size: int) -> DrivingCase:
    """A driving case of a front."""
    return DrivingCase(
        code=f"HH-{number:04d}",
        ward_code="00097",
        front=front,
        forecast=date(2026, 4, 28),
        basis="promised" if number % 2 else "pace",
        why_vi="Ngày hẹn của phường: 28/04/2026.",
        why_en="Promised by the ward: 28/04/2026.",
        step="S80",
        obstacle="TAI_DINH_CU",
        parcels=(ParcelRef("42", str(number), 418.9, 438.0, 463.0),),
        alone_days=alone,
        group_days=group,
        group_size=size,
        total_float=0,
        is_demo=True,
    )


def _item(code: str, kind: NodeKind, vi: str, en: str, days: int, **where: Any) -> ChainItem:
    start = where.pop("start", date(2026, 4, 28))
    return ChainItem(
        code=code,
        kind=kind,
        name_vi=vi,
        name_en=en,
        start=start,
        finish=start + timedelta(days=max(days - 1, 0)),
        front=where.get("front"),
        ward_code=where.get("ward"),
        days=days,
    )


def _row(code: str, start: date, finish: date, slack: int, *drivers: str) -> Row:
    later = timedelta(days=slack)
    return Row(
        code,
        start,
        finish,
        start + later,
        finish + later,
        slack,
        slack,
        slack == 0,
        drivers,
        slack == 0,
        False,
    )


CHAIN = (
    _item("HH-0302", NodeKind.CASE, "Hồ sơ HH-0302", "Case HH-0302", 46, ward="00097", start=DAY),
    _item("P-T5", NodeKind.POSSESSION, "Bàn giao mặt bằng trụ T5", "Possession of pier T5", 0, front="T5"),
    _item("PIL-T5", NodeKind.TASK, "Cọc khoan nhồi trụ T5", "Bored piles of pier T5", 190, front="T5"),
    _item("DECK", NodeKind.TASK, "Lao lắp dầm", "Deck erection", 260, start=date(2026, 12, 1)),
    _item("OPEN", NodeKind.MILESTONE, "Thông xe", "Opening", 0, start=FORECAST),
)
ROWS = {
    "P-T5": _row("P-T5", date(2026, 4, 28), date(2026, 4, 28), 0, "HH-0302", "HH-0303", "HH-0304", "HH-0305"),
    "PIL-T5": _row("PIL-T5", date(2026, 4, 29), date(2026, 12, 14), 0, "P-T5"),
    "APP": _row("APP", date(2026, 4, 2), date(2026, 11, 20), 120),
    "DECK": _row("DECK", date(2026, 12, 15), date(2027, 9, 22), 0, "PIL-T5"),
    "OPEN": _row("OPEN", FORECAST, FORECAST, 0, "DECK"),
}


def delay(**changed: Any) -> ProjectDelay:
    """The delay of the invented project: three fronts, two of them critical."""
    whole = ProjectDelay(
        data_date=DAY,
        options=Options(DAY, whole_days=True),
        forecast_finish=FORECAST,
        planned_finish=PLANNED,
        slip_days=85,
        chain=CHAIN,
        drivers=(
            *(driver(302 + i, "T5", 21, 0, 11) for i in range(11)),
            *(driver(402 + i, "T1", 8, 0, 14) for i in range(14)),
            driver(502, "NUT", 4, 4, 1),
        ),
        wards=(WardDays("00097", 629, 25, 38), WardDays("00454", 3, 1, 4), WardDays("00145", 4, 0, 0)),
        fronts=(
            FrontState("NUT", 3, 1, 74.0, date(2026, 4, 10), 0, True, False),
            FrontState("T1", 200, 14, 192.0, date(2026, 4, 28), 0, True, False),
            FrontState("T5", 120, 11, 195.0, date(2026, 4, 28), 0, True, False),
            FrontState("T7", 12, 0, None, date(2026, 1, 10), 0, False, True),
        ),
        schedule=Schedule(DAY, "OPEN", FORECAST, ROWS),
        critical_cases=frozenset(f"HH-{n:04d}" for n in range(302, 328)),
        driving_days=42,
        land_days=45,
    )
    return replace(whole, **changed)


SCHEDULE: dict[str, Any] = {
    "project": "TULIEN",
    "activities": [
        {
            "code": code,
            "name_vi": f"Công việc {code}",
            "name_en": f"Activity {code}",
            "kind": "possession" if code.startswith("P-") else "milestone" if code == "OPEN" else "task",
            "front": None,
            "calendar": "DYKE" if code.startswith("PIL") else "VN6",
            "duration": (row.early_finish - row.early_start).days,
            "planned_start": None,
            "planned_finish": None,
            "early_start": row.early_start.isoformat(),
            "early_finish": row.early_finish.isoformat(),
            "late_start": row.late_start.isoformat(),
            "late_finish": row.late_finish.isoformat(),
            "total_float": row.total_float,
            "free_float": row.free_float,
            "critical": row.critical,
            "drivers": list(row.drivers),
            "drivers_hidden": 0,
        }
        for code, row in ROWS.items()
    ],
}
