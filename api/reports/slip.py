"""The movement in a period as tables: who caused each day; rounded so that it still adds up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api.reports.values import obstacle_words
from maps.reports.form import Column, Row, Section, Steps, Table
from maps.reports.words import signed
from projects.reporting.rounding import apportioned

BODIES = {
    "department": "Sở, ngành",
    "city": "UBND Thành phố",
    "board": "Ban QLDA",
    "": "–",
    "outside": "Ngoài phạm vi",
}
KINDS = {
    "activity": "Thi công",
    "plan": "Điều chỉnh kế hoạch",
    "days_off": "Ngày nghỉ theo",
    "outside": "Hồ sơ ngoài phạm vi của người xem",
}
GROUNDS = "nhịp quan sát, sự việc pháp lý, suất tái định cư cập nhật"


def slip_sections(content: Mapping[str, Any], *, most: int, chart: bool) -> list[Section]:
    """The causes (the `most` largest, the rest in one row), and with `chart` the forecast by day."""
    slip = content.get("slip")
    if not slip:
        return []
    before, after = (date.fromisoformat(slip[key]) for key in ("before", "after"))
    if not slip["causes"]:
        text = f"Mốc “{slip['name_vi']}” không dịch trong kỳ: {after:%d/%m/%Y}."
        return [Section("Nguyên nhân và số ngày", text=(text,))]
    wards = {w["key"]: w["name_vi"] for w in slip["wards"]}
    shown, rest = slip["causes"][:most], slip["causes"][most:]
    days = [Fraction(c["days"]) for c in shown]
    if rest:
        days.append(sum((Fraction(c["days"]) for c in rest), Fraction(0)))
    rounded = apportioned(days)
    rows = [
        Row(
            (_what(c), body_words(c["body"], wards), obstacle_words(c["obstacle"]), value),
            second=_where(c, wards),
        )
        for c, value in zip(shown, rounded, strict=False)
    ]
    if rest:
        rows.append(Row((f"{len(rest)} nguyên nhân khác", "–", "–", rounded[-1])))
    rows.append(Row((f"Cộng, khớp {before:%d/%m/%Y} – {after:%d/%m/%Y}", "", "", slip["days"]), total=True))
    columns = (
        Column("Nguyên nhân", width=36),
        Column("Đơn vị", width=20),
        Column("Nhóm vướng"),
        Column("Ngày", "days", 10),
    )
    hint = (
        "Ngày lịch, dương là chậm đi. Chia theo Shapley cho các nguyên nhân cùng ngày; làm tròn đến 0,1 mà tổng "
        "vẫn đúng; phân số chính xác ở tệp JSON."
    )
    found = [Section("Nguyên nhân và số ngày", table=Table(columns, rows, waterfall=3), hint=hint)]
    if chart:
        found.append(Section(f"“{slip['name_vi']}” dự báo theo từng ngày", steps=_steps(content, slip)))
    return found


def body_words(body: str, wards: Mapping[str, str]) -> str:
    """Who has to act: a ward by its name, or the department, the city, the board."""
    if body.startswith("ward:"):
        code = body.removeprefix("ward:")
        return wards.get(code, code)
    return BODIES.get(body, body)


def _what(cause: Mapping[str, Any]) -> str:
    if cause["kind"] == "case":
        return f"Hồ sơ {cause['key'].partition(':')[2]}"
    words = KINDS.get(cause["kind"], cause["kind"])
    return f"{words}: {cause['name_vi']}" if cause["name_vi"] else words


def _where(cause: Mapping[str, Any], wards: Mapping[str, str]) -> str:
    ward = wards.get(cause["ward"] or "", cause["ward"] or "")
    front = f"mũi {cause['front']}" if cause["front"] else ""
    return " · ".join(part for part in (ward, front) if part)


def _steps(content: Mapping[str, Any], slip: Mapping[str, Any]) -> Steps:
    points = [(date.fromisoformat(content["since"]), date.fromisoformat(slip["before"]))]
    notes = []
    opening = slip.get("opening")
    if opening and opening["before"] != opening["after"]:
        first, then = (date.fromisoformat(opening[key]) for key in ("before", "after"))
        points.append((date.fromisoformat(content["since"]), then))
        notes.append(f"Đầu kỳ: {signed_days((then - first).days)}, {GROUNDS}")
    for entry in slip["daily"]:
        day, before, after = (date.fromisoformat(entry[key]) for key in ("day", "before", "after"))
        points.append((day, after))
        if before != after:
            notes.append(
                f"{day:%d/%m}: {signed_days((after - before).days)}, {len(entry['causes'])} nguyên nhân"
            )
    last = date.fromisoformat(content["data_date"])
    if points[-1][0] != last:
        points.append((last, date.fromisoformat(slip["after"])))
    more = len(notes) - 8
    return Steps(points, [*notes[:8], *([f"và {more} ngày nữa"] if more > 0 else [])])


def signed_days(days: int) -> str:
    """+9 ngày · −5 ngày."""
    return f"{signed(Decimal(days))} ngày"


__all__: Sequence[str] = ["BODIES", "body_words", "slip_sections"]
