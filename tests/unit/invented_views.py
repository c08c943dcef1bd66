"""Invented views for page tests: one project with everything, one without parcels, one programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from api.views import (
    BlockedRun,
    CaseList,
    CaseRow,
    CaseView,
    ClaimView,
    DelayReport,
    EventView,
    LandCount,
    MilestoneView,
    Overview,
    ProjectFacts,
    ProjectSummary,
    ProjectView,
)
from projects.cpm import Row, Schedule
from projects.impact import ChainItem, DrivingCase, FrontState, ProjectDelay, WardDays
from projects.model import NodeKind, ParcelRef

DAY = date(2026, 3, 13)
PLANNED = date(2027, 6, 30)
FORECAST = date(2027, 9, 23)
WARDS = {"00097": "P. Hồng Hà", "00145": "P. Bồ Đề", "00454": "X. Đông Anh"}


def facts(code: str = "TULIEN", **changed: Any) -> ProjectFacts:
    """The facts of a project; single fields by name."""
    whole = ProjectFacts(
        code=code,
        name_vi="Cầu Tứ Liên và đường hai đầu cầu",
        name_en="Tứ Liên bridge and its approaches",
        short_vi="Cầu Tứ Liên",
        short_en="Tứ Liên bridge",
        summary_vi="Cầu dây văng qua sông Hồng và sông Đuống.",
        summary_en="A cable-stayed bridge over the Red River and the Đuống.",
        kind="bridge",
        group_vi="Cầu qua sông Hồng",
        group_en="Red River bridges",
        parent_code=None,
        investor="Ban QLDA ĐTXD công trình giao thông",
        investment=Decimal(20200),
        length_m=5150.0,
        area_ha=Decimal("62.54"),
        started_on=date(2025, 5, 19),
        planned_finish=PLANNED,
        planned_label_vi="Quý II/2027",
        planned_source="nguồn A",
        bottlenecks=(("un_tac", "Ùn tắc giao thông", "Traffic congestion"),),
        sources=("nguồn A, 13/03/2026", "nguồn B"),
    )
    return replace(whole, **changed)


def milestone(code: str = "MB", planned_on: date | None = date(2026, 3, 31), **changed: Any) -> MilestoneView:
    """A milestone, by default the handover of all land."""
    whole = MilestoneView(
        code=code,
        name_vi="Bàn giao hết mặt bằng",
        name_en="All land handed over",
        planned_on=planned_on,
        planned_label_vi=None,
        actual_on=None,
        forecast_on=date(2026, 4, 28),
        days_left=(planned_on - DAY).days if planned_on else None,
        source="nguồn A",
    )
    return replace(whole, **changed)


LAND = LandCount(
    parcels=732,
    parcels_cleared=13,
    area_m2=293_000.0,
    area_cleared_m2=6_400.0,
    cases=640,
    cases_cleared=11,
    by_group=(0, 40, 59, 44, 288, 288, 13),
    demo_parcels=732,
)
NO_LAND = LandCount(0, 0, 0.0, 0.0, 0, 0, (0,) * 7, 0)


def summary(code: str = "TULIEN", slip_days: int | None = 85, **changed: Any) -> ProjectSummary:
    """A row of the portfolio, with the light that its slip gives."""
    light = "none" if slip_days is None else "late" if slip_days > 30 else "risk" if slip_days > 0 else "ok"
    whole = ProjectSummary(
        facts=facts(code),
        light=light,
        slip_days=slip_days,
        forecast_finish=PLANNED + timedelta(days=slip_days) if slip_days is not None else None,
        blocked_m=1224.0,
        axis_m=5150.0,
        land=LAND,
        next_milestone=milestone(),
        driving_cases=31,
    )
    return replace(whole, **changed)


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
    )
    return replace(whole, **changed)


def claim(**changed: Any) -> ClaimView:
    """A claim whose printed percentage does not follow from its own numbers."""
    whole = ClaimView(
        code="DT",
        subject_vi="Diện tích đã bàn giao",
        subject_en="Area handed over",
        ward_code="00097",
        ward_name="Hồng Hà",
        value=None,
        numerator=Decimal("57.52"),
        denominator=Decimal("58.12"),
        unit="km",
        quoted_percent="98,84%",
        computed_percent=Decimal("98.97"),
        as_of=date(2026, 2, 11),
        as_of_label=None,
        source="nguồn C",
        confidence="V",
        note_vi="Tỷ lệ in sai.",
    )
    return replace(whole, **changed)


def project(**changed: Any) -> ProjectView:
    """A project with axis, parcels, network, claims and parts."""
    whole = ProjectView(
        data_date=DAY,
        summary=summary(),
        delay=delay(),
        components=(
            {
                "code": "1.1",
                "name_vi": "GPMB phía Tây Hồ",
                "name_en": "Clearance, Tây Hồ side",
                "investor": None,
                "investment": Decimal(4332),
                "note_vi": None,
                "source": "nguồn A",
            },
        ),
        alignments=(
            {
                "code": "TL",
                "name_vi": "Tim cầu",
                "name_en": "Bridge axis",
                "start_m": 0.0,
                "length_m": 4200.0,
                "published_length_m": 5150.0,
                "is_ring": False,
                "schematic": True,
                "accuracy_m": 500.0,
                "source": "ước lượng",
            },
        ),
        sections=(
            {
                "code": "TAY",
                "name_vi": "Đường dẫn phía Tây",
                "name_en": "West approach",
                "alignment_code": "TL",
                "component_code": "1.1",
                "from_m": 0.0,
                "to_m": 1043.0,
                "width_m": 43.0,
                "status_vi": "đang GPMB",
                "source": "nguồn A",
            },
        ),
        fronts=tuple(
            {
                "code": code,
                "name_vi": f"Trụ {code}",
                "name_en": f"Pier {code}",
                "kind": "pier",
                "section_code": "TAY",
                "from_m": from_m,
                "to_m": to_m,
                "needs_land": True,
            }
            for code, from_m, to_m in (
                ("T1", 331.0, 523.0),
                ("T5", 848.0, 1043.0),
                ("T7", None, None),
                ("NUT", 4886.0, 4960.0),
            )
        ),
        milestones=(
            milestone(),
            milestone(
                "TX", PLANNED, name_vi="Thông xe kỹ thuật", name_en="Technical opening", forecast_on=FORECAST
            ),
            milestone(
                "KC", date(2025, 5, 19), name_vi="Khởi công", name_en="Start", actual_on=date(2025, 5, 19)
            ),
        ),
        claims=(
            claim(),
            claim(
                code="HO",
                subject_vi="Số hộ",
                subject_en="Households",
                ward_name=None,
                value=Decimal(1983),
                numerator=None,
                denominator=None,
                unit="hộ",
                quoted_percent=None,
                computed_percent=None,
                as_of=None,
                as_of_label="cuối 2025",
                confidence="V2",
                note_vi=None,
            ),
        ),
        wards=tuple(
            {"code": code, "name": label[3:], "unit_type": "phường", "label": label, "basis": basis}
            for (code, label), basis in zip(WARDS.items(), ("source", "source", "map"), strict=True)
        ),
        resettlement=(
            {
                "code": "TL1",
                "name_vi": "Khu Thư Lâm",
                "ward_code": None,
                "ward_name": None,
                "plots": 235,
                "area_ha": Decimal("5.7"),
                "note_vi": None,
                "source": "nguồn B",
            },
        ),
        blocked=(
            BlockedRun("TL", 0.0, 1043.0, 719, ("P. Hồng Hà",), True),
            BlockedRun("TL", 1760.0, 1805.0, 4, ("P. Bồ Đề",), False),
            BlockedRun("TL", 3310.0, 3372.0, 21, ("X. Đông Anh",), False),
            BlockedRun("TL", 4886.0, 4960.0, 3, ("X. Đông Anh",), True),
        ),
        longest_free_m=1514.0,
        longest_free=(3372.0, 4886.0),
    )
    return replace(whole, **changed)


def bare(**changed: Any) -> ProjectView:
    """A project of which nothing but the published facts is known."""
    nothing: dict[str, Any] = dict.fromkeys(
        ("components", "alignments", "sections", "fronts", "milestones", "wards", "resettlement", "blocked"),
        (),
    )
    row = summary(
        "DA712",
        None,
        facts=facts(
            "DA712",
            name_vi="712 dự án vốn ngoài ngân sách",
            name_en="712 off-budget projects",
            short_vi="712 dự án",
            short_en="712 projects",
            kind="programme",
            length_m=None,
            area_ha=None,
            investor=None,
            investment=None,
            planned_finish=None,
            planned_label_vi=None,
            planned_source=None,
            started_on=None,
            bottlenecks=(),
        ),
        blocked_m=None,
        axis_m=None,
        land=NO_LAND,
        next_milestone=None,
        driving_cases=0,
    )
    return project(
        summary=row,
        delay=None,
        longest_free=None,
        longest_free_m=None,
        **nothing,
        **({"claims": (claim(),)} | changed),
    )


def overview() -> Overview:
    """Five projects: late, at risk, on time, and two that cannot be assessed."""
    rows = (
        summary("QL6", 120, facts=facts("QL6", short_vi="Quốc lộ 6, Ba La – Xuân Mai", group_vi="Quốc lộ")),
        summary("TULIEN", 85),
        summary("THUONGCAT", 25, facts=facts("THUONGCAT", short_vi="Cầu Thượng Cát", investor=None)),
        summary("VD1", -3, facts=facts("VD1", short_vi="Vành đai 1, Hoàng Cầu–Voi Phục"), blocked_m=0.0),
        bare().summary,
        summary(
            "HOTAY", None, facts=facts("HOTAY", short_vi="Hồ Tây"), land=NO_LAND, blocked_m=None, axis_m=None
        ),
    )
    return Overview(DAY, rows, {"late": 2, "risk": 1, "ok": 1, "none": 2}, 3672.0, True)


def report(*views: ProjectView) -> DelayReport:
    """A delay report of the given projects, of the whole invented portfolio without any."""
    return DelayReport(DAY, views or (project(), bare()), overview())


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
    return CaseList(rows, total, parcels=3 * total, limit=50, offset=0)


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
            ),
        ),
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
            "early_start": row.early_start.isoformat(),
            "early_finish": row.early_finish.isoformat(),
            "late_start": row.late_start.isoformat(),
            "late_finish": row.late_finish.isoformat(),
            "total_float": row.total_float,
            "free_float": row.free_float,
            "critical": row.critical,
            "drivers": list(row.drivers),
        }
        for code, row in ROWS.items()
    ],
}
