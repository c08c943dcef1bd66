"""Invented views for page tests: one project with everything, one without parcels, one programme."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from api.usecases.visible import driving_land
from api.views import (
    BandPiece,
    BlockedRun,
    ClaimView,
    DelayReport,
    LandCount,
    MilestoneView,
    Overview,
    ProjectFacts,
    ProjectSummary,
    ProjectView,
    SeenCount,
    SeenLand,
)
from tests.unit.invented_delay import DAY, FORECAST, PLANNED, delay

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
                "equations": [],
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
                "run_m": None,
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
        band=(
            BandPiece("TL", 0.0, 1043.0, "critical", 719),
            BandPiece("TL", 1043.0, 1760.0, "outside", None),
            BandPiece("TL", 1760.0, 1805.0, "blocked", 4),
            BandPiece("TL", 1805.0, 3310.0, "free", None),
            BandPiece("TL", 3310.0, 3372.0, "blocked", 21),
            BandPiece("TL", 3372.0, 4886.0, "free", None),
            BandPiece("TL", 4886.0, 4960.0, "critical", 3),
            BandPiece("TL", 4960.0, 5150.0, "free", None),
        ),
        longest_free_m=1514.0,
        longest_free=(3372.0, 4886.0),
        driving=driving_land(delay()),
        driving_seen=seen().land.driving,
        seen=seen(),
    )
    if "delay" in changed:
        changed = {"driving": driving_land(changed["delay"])} | changed
    return replace(whole, **changed)


def seen(**changed: Any) -> SeenLand:
    """Everything of the invented project's land."""
    whole = SeenLand(
        whole=True,
        land=SeenCount(640, 636, 31),
        by_group=LAND.by_group,
        fronts={"T5": SeenCount(120, 11, 11), "T1": SeenCount(200, 14, 14), "NUT": SeenCount(3, 1, 1)},
        wards={"00097": SeenCount(630, 629, 25), "00454": SeenCount(5, 3, 1), "00145": SeenCount(5, 4, 0)},
        runs=(719, 4, 21, 3),
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
