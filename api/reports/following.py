"""The parts of a report about what is followed: promises, clocks, the age of the figures, the schedule's quality."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from maps.reports.form import Column, Row, Section, Table

MOST_WARDS = 12


def promises_part(content: Mapping[str, Any]) -> Section | None:
    """Broken promises; None where none was due."""
    said = content["promises"]
    rows = [
        Row((p["case"], p["ward_name"], date.fromisoformat(p["promised"]), p["number"]))
        for p in said["listed"]
    ]
    text = f"{said['broken']} / {said['due']} mốc hẹn đã đến ngày bị lỡ; {said['kept']} giữ đúng."
    columns = (
        Column("Hồ sơ", width=34), Column("Phường, xã"), Column("Hẹn bàn giao", "date"), Column("Lần hẹn thứ", "int"),
    )  # fmt: skip
    table = Table(columns, rows) if rows else None
    return Section("Mốc hẹn bị lỡ", text=(text,), table=table) if said["due"] else None


def next_part(content: Mapping[str, Any], most: int) -> Section | None:
    """The clocks that run out next, the `most` first."""
    rows = [
        Row((n["case"], n["ward_name"], n["act_vi"], n["rule"] or "–", n["days"]))
        for n in content["next"][:most]
    ]
    columns = (
        Column("Hồ sơ", width=22), Column("Phường, xã", width=18), Column("Việc phải làm"), Column("Quy tắc", width=10),
        Column("Ngày còn lại", "int", 12),
    )  # fmt: skip
    hint = (
        f"{len(rows)} / {content['next_count']} việc quá hạn hoặc đến hạn trong 30 ngày; số âm là đã quá hạn."
    )
    return Section("Thời hạn sắp hết", table=Table(columns, rows), hint=hint) if rows else None


def ages_part(content: Mapping[str, Any]) -> Section | None:
    """How old the figures of each ward are."""
    rows = [
        Row((a["ward_name"], date.fromisoformat(a["latest"]), a["days"], a["cases"]), light="")
        for a in sorted(content["ages"], key=lambda a: (-a["days"], a["ward_name"]))[:MOST_WARDS]
    ]
    columns = (
        Column("Phường, xã", width=46), Column("Cập nhật gần nhất", "date"), Column("Số cũ, ngày", "int"),
        Column("Hồ sơ", "int"),
    )  # fmt: skip
    return Section("Tuổi số liệu", table=Table(columns, rows), hint="Cũ nhất trước.") if rows else None


def quality_part(content: Mapping[str, Any]) -> list[Section]:
    """The checks of the schedule's quality; none where it was not checked."""
    found = content.get("quality")
    if not found:
        return []
    rows = [Row((q["name_vi"], q["value"], q["threshold"], q["verdict_vi"])) for q in found["checks"]]
    columns = (
        Column("Kiểm tra", width=40),
        Column("Kết quả"),
        Column("Ngưỡng"),
        Column("Kết luận", width=18),
    )
    hint = f"{found['gate']}: {found['passed']} đạt, {found['failing']} không đạt, "
    hint += f"{found['unknown']} không đánh giá được."
    return [Section("Kiểm tra chất lượng tiến độ", table=Table(columns, rows), hint=hint)]
