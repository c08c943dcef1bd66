"""The delay report in Vietnamese words, from its content alone: the same content gives the same document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from api import formatting as fmt
from api.option_words import reckoned
from api.pages.labels import FORECAST_BASIS
from api.reports.body_document import body_parts
from api.reports.pack import time_sections
from api.reports.portfolio_document import portfolio_parts
from api.reports.prospect_sections import (
    baseline_figure,
    baseline_section,
    chance_section,
    money_words,
    next_section,
    promise_section,
    season_section,
)  # fmt: skip
from api.reports.slip import slip_sections
from api.reports.values import date_of, day_words, obstacle_words
from maps.reports.form import Band, Column, Document, Figure, Picture, Piece, Row, Section, Table
from projects.reporting.canonical import digest, short
from projects.steps import STEPS

KINDS = (
    "bao-cao",
    "tom-tat",
    "tap",
)  # the report, the brief of one page, the pack of both with plan and charts
LEGEND = (
    ("free", "đã bàn giao"), ("blocked", "còn vướng"), ("critical", "vướng, giữ găng"), ("outside", "ngoài phạm vi"),
    ("unknown", "chưa có số liệu thửa"),
)  # fmt: skip
MOST_CASES, MOST_WARDS, MOST_SETS = 25, 12, 6


def document_of(content: Mapping[str, Any], kind: str = "bao-cao") -> Document:
    """The document of a kind (see `KINDS`). ValueError for another kind."""
    if kind not in KINDS:
        raise ValueError(kind)
    if content.get("body"):
        parts = body_parts(content, kind)
    else:
        parts = portfolio_parts(content, kind) if content["project"] is None else _project(content, kind)
    code = digest({**content, "document": kind})
    return Document(
        agency=("THÀNH PHỐ HÀ NỘI", "Đường Găng"),
        footer=f"Mã kiểm {short(code)} · số liệu đến {day_words(content['data_date'])}, như đã ghi đến sự kiện "
        f"{content['known_event']} · {reckoned(content['options'])} · Đường Găng {content['software']}",
        code=code,
        made_for=date.fromisoformat(content["data_date"]),
        marks=("Thửa, hồ sơ, ngày hẹn, thời lượng: dữ liệu minh hoạ.",) if content["demo"] else (),
        stamp="" if content.get("reliable", True) else "KHÔNG ĐỦ TIN CẬY",
        words=LEGEND,
        **parts,
    )


def _project(content: Mapping[str, Any], kind: str) -> dict[str, Any]:
    entry = content["entries"][0]
    slip = content["slip"]
    since = (
        f"Kỳ {day_words(content['since'])} – {day_words(content['data_date'])}"
        if content["since"]
        else "Toàn bộ đến nay"
    )
    figures = [
        Figure("Kế hoạch", day_words(entry["planned_finish"])),
        *baseline_figure(content),
        *([Figure("Dự báo kỳ trước", day_words(slip["before"]))] if slip else []),
        Figure("Dự báo kỳ này", day_words(entry["forecast_finish"])),
        Figure(
            "Dịch trong kỳ / tổng lệch" if slip else "Lệch so với kế hoạch",
            (f"{fmt.signed(slip['days'], 'vi')} / " if slip else "") + fmt.slip(entry["slip_days"], "vi"),
            strong=True,
        ),
    ]
    title = {"bao-cao": "BÁO CÁO CHẬM ĐƯỜNG GĂNG", "tom-tat": "TÓM TẮT MỘT TRANG", "tap": "TẬP BÁO CÁO"}[kind]
    lead, rest = _conclusion(content, entry)
    return {
        "title": title, "subtitle": f"DỰ ÁN {entry['name_vi'].upper()}",
        "period": f"{since} · số liệu đến hết {day_words(content['data_date'])}",
        "figures": figures, "lead": lead, "lead_rest": rest, "sections": _sections(content, entry, kind),
    }  # fmt: skip


def _sections(content: Mapping[str, Any], entry: Mapping[str, Any], kind: str) -> list[Section]:
    short_parts: list[Section | None] = [
        *slip_sections(content, most=5, chart=False), _release(content), _sets(entry, 3), _axis(content, entry),
        _wards(entry, 5), next_section(content, 4),
    ]  # fmt: skip
    whole: list[Section | None] = [
        *slip_sections(content, most=12, chart=True), _release(content), _sets(entry, MOST_SETS),
        _axis(content, entry), _chain(entry), _wards(entry, MOST_WARDS), _cases(entry),
        _milestones(content), *_prospects(content),
        promise_section(content), next_section(content, 8),
        _ages(content), *_quality(content),
    ]  # fmt: skip
    if kind == "tom-tat":
        found = short_parts
    elif kind == "bao-cao":
        found = whole
    else:
        charts = time_sections(content)
        rest: list[Section] = [part for part in whole if part is not None]
        if rest and not charts:  # after the charts a page begins anyhow
            rest[0] = _page(rest[0])
        found = [*short_parts, *_plan(content), *charts, *rest]
    return [part for part in found if part is not None]


def _conclusion(content: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[str, str]:
    if entry["forecast_finish"] is None:
        return "Chưa có mạng tiến độ: không đánh giá được.", "Không có mạng thì không gọi là đúng hạn."
    slip, held = content["slip"], len(entry["drivers"]) + entry["drivers_hidden"]
    if slip and slip["wards"] and slip["days"]:
        most = slip["wards"][0]
        share = fmt.signed(Decimal(str(round(float(Fraction(most["days"])), 1))), "vi")
        first = (
            f"{share} trong {fmt.slip(slip['days'], 'vi')} do {most['name_vi'] or 'thi công và kế hoạch'}."
        )
    elif slip:
        first = f"Mốc không dịch trong kỳ: {day_words(slip['after'])}."
    else:
        first = f"Dự báo hoàn thành {day_words(entry['forecast_finish'])}, "
        first += f"{fmt.slip(entry['slip_days'], 'vi')} so với kế hoạch."
    rest = f"{held} hồ sơ giữ đường găng."
    best = entry["releases"][0] if entry["releases"] else None
    if best and best["gains"]:
        rest += (
            f" Gỡ cả {best['size']} hồ sơ của mũi {best['front']} lấy lại {fmt.days(best['gains'], 'vi')}."
        )
    return first, rest


def _sets(entry: Mapping[str, Any], most: int) -> Section | None:
    if not entry["releases"]:
        return None
    rows = [
        Row((r["front"], r["size"], date.fromisoformat(r["last_forecast"]), r["gains"], r["alone"]))
        for r in entry["releases"][:most]
    ]
    columns = (
        Column("Mũi thi công", width=34), Column("Hồ sơ còn vướng", "int"), Column("Dự báo xong", "date"),
        Column("Gỡ cả bộ, ngày lấy lại", "int"), Column("Gỡ riêng một hồ sơ", "int"),
    )  # fmt: skip
    hint = (
        "Mũi chỉ mở khi xong hồ sơ cuối, nên gỡ riêng một hồ sơ thường được 0 ngày. Ngày lấy lại không cộng với nhau, "
        "không cộng với bảng nguyên nhân."
    )
    return Section("Bộ cần gỡ", table=Table(columns, rows), hint=hint)


def _release(content: Mapping[str, Any]) -> Section | None:
    found = content.get("release")
    if not found or not found["ladder"]:
        return None
    rows = [
        Row((f"{rung['cases']} hồ sơ", date_of(rung["finish"]), rung["days"]))
        for rung in found["ladder"][:MOST_SETS]
    ]
    columns = (
        Column("Gỡ ít nhất", width=50),
        Column("Hoàn thành dự báo", "date"),
        Column("Ngày lấy lại", "int"),
    )
    bound = "" if found["exact"] else " Số hồ sơ là cận trên có chứng minh cận dưới ở trang “Gỡ ở đâu trước”."
    hint = f"Trong {found['open']} hồ sơ còn vướng; đất lấy lại được nhiều nhất {fmt.days(found['most'], 'vi')}.{bound}"
    hint += money_words(found.get("money"), found["size"])
    return Section("Bộ nhỏ nhất cần gỡ", table=Table(columns, rows), hint=hint)


def _axis(content: Mapping[str, Any], entry: Mapping[str, Any]) -> Section | None:
    bands = [
        Band(
            f"{axis['name_vi']}{' (sơ hoạ)' if axis['schematic'] else ''}", axis["start_m"], axis["end_m"],
            [Piece(p["from_m"], p["to_m"], p["status"]) for p in axis["pieces"]],
            [(m, fmt.chainage(m, "vi")) for m in _ticks(axis["start_m"], axis["end_m"])],
        )
        for axis in content["band"] if axis["pieces"]
    ]  # fmt: skip
    if not bands:
        return None
    text = (
        f"Còn vướng {fmt.length(entry['blocked_m'], 'vi')} / {fmt.length(entry['axis_m'], 'vi')} trục; "
        f"đoạn liền dài nhất {fmt.length(content['longest_free_m'], 'vi')}; "
        f"đã bàn giao {fmt.number(entry['parcels_cleared'], 'vi')} / "
        f"{fmt.number(entry['parcels'], 'vi')} thửa, {fmt.area_ha(entry['area_cleared_m2'] / 10_000, 'vi')} / "
        f"{fmt.area_ha(entry['area_m2'] / 10_000, 'vi')}."
    )
    return Section("Mặt bằng theo lý trình", bands=bands, text=(text,))


def _plan(content: Mapping[str, Any]) -> list[Section]:
    lines = [(p["status"], [(x, y) for x, y in p["line"]]) for p in content["plan"]]
    caption = "Trục trên thực địa (VN-2000, kinh tuyến trục 105°00’), hướng bắc lên trên; không phải bản đồ địa chính."
    return [Section("Bản đồ trục", picture=Picture(lines, caption), new_page=True)] if lines else []


def _page(part: Section) -> Section:
    return replace(part, new_page=True)


def _chain(entry: Mapping[str, Any]) -> Section | None:
    if not entry["chain"]:
        return None
    rows = []
    for item in entry["chain"]:
        wait = entry["waits"].get(item["code"], 0) if item["code"] else 0
        second = f"chờ {wait} ngày nghỉ theo lịch (mùa lũ, lễ, Tết) hoặc độ trễ" if wait > 7 else ""
        rows.append(
            Row(
                (
                    item["name_vi"],
                    date.fromisoformat(item["start"]),
                    date.fromisoformat(item["finish"]),
                    item["days"],
                ),
                second=second,
            )
        )
    columns = (
        Column("Việc", width=56),
        Column("Bắt đầu", "date"),
        Column("Kết thúc", "date"),
        Column("Ngày", "int"),
    )
    return Section("Chuỗi giữ ngày hoàn thành", table=Table(columns, rows))


def _wards(entry: Mapping[str, Any], most: int) -> Section | None:
    rows = [
        Row((w["name"], w["cases_open"], w["cases_driving"], w["days_gained"]), total=False)
        for w in entry["wards"][:most]
    ]
    columns = (
        Column("Phường, xã", width=46), Column("Hồ sơ còn vướng", "int"), Column("Giữ găng", "int"),
        Column("Gỡ hết, ngày lấy lại", "int"),
    )  # fmt: skip
    left = len(entry["wards"]) - len(rows)
    hint = f"Còn {left} phường, xã nữa. " if left > 0 else ""
    return (
        Section("Theo phường, xã", table=Table(columns, rows), hint=f"{hint}Các dòng không cộng với nhau.")
        if rows
        else None
    )


def _cases(entry: Mapping[str, Any]) -> Section | None:
    rows = [
        Row(
            (
                d["case"], d["ward_name"], STEPS[d["step"]].label_vi,
                obstacle_words(d["obstacle"]),
                date.fromisoformat(d["forecast"]), FORECAST_BASIS[d["basis"]][0],
            ),
            second="; ".join(f"tờ {p['sheet']} – thửa {p['number']}" for p in d["parcels"][:3]),
        )
        for d in entry["drivers"][:MOST_CASES]
    ]  # fmt: skip
    columns = (
        Column("Hồ sơ, thửa", width=25), Column("Phường, xã", width=15), Column("Bước", width=20),
        Column("Vướng mắc", width=18), Column("Bàn giao dự báo", "date"), Column("Theo", width=10),
    )  # fmt: skip
    left = len(entry["drivers"]) - len(rows)
    words = [f"{left} hồ sơ nữa trong danh sách trên hệ thống."] if left > 0 else []
    if entry["drivers_hidden"]:
        words.append(f"{entry['drivers_hidden']} hồ sơ ngoài phạm vi của người xem.")
    return (
        Section("Hồ sơ và thửa giữ đường găng", table=Table(columns, rows), hint=" ".join(words))
        if rows
        else None
    )


def _milestones(content: Mapping[str, Any]) -> Section | None:
    rows = []
    for m in content["milestones"]:
        planned, forecast = date_of(m["planned"]), date_of(m["actual"] or m["forecast"])
        late = (forecast - planned).days if planned and forecast else None
        rows.append(Row((m["name_vi"], planned, forecast, late), second="đã đạt" if m["actual"] else ""))
    columns = (
        Column("Mốc", width=52), Column("Kế hoạch", "date"), Column("Dự báo, thực tế", "date"), Column("Lệch", "days"),
    )  # fmt: skip
    return Section("Mốc được giao", table=Table(columns, rows)) if rows else None


def _prospects(content: Mapping[str, Any]) -> list[Section | None]:
    if content.get("chance") is None:
        return []
    return [baseline_section(content), chance_section(content), season_section(content)]


def _ages(content: Mapping[str, Any]) -> Section | None:
    rows = [
        Row((a["ward_name"], date.fromisoformat(a["latest"]), a["days"], a["cases"]), light="")
        for a in sorted(content["ages"], key=lambda a: (-a["days"], a["ward_name"]))[:MOST_WARDS]
    ]
    columns = (
        Column("Phường, xã", width=46), Column("Cập nhật gần nhất", "date"), Column("Số cũ, ngày", "int"),
        Column("Hồ sơ", "int"),
    )  # fmt: skip
    return Section("Tuổi số liệu", table=Table(columns, rows), hint="Cũ nhất trước.") if rows else None


def _quality(content: Mapping[str, Any]) -> list[Section]:
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


def _ticks(start: float, end: float) -> list[float]:
    step = next((s for s in (200, 500, 1000, 2000, 5000, 10_000, 20_000) if (end - start) / s <= 7), 50_000)
    first = -(-start // step) * step
    return [first + step * k for k in range(int((end - first) // step) + 1)]


__all__: Sequence[str] = ["KINDS", "document_of"]
