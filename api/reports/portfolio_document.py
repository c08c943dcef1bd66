"""The report, the brief and the board pack of the whole portfolio in Vietnamese words, from their content alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from api import formatting as fmt
from api.reports.pack import time_sections
from api.reports.slip import body_words
from api.reports.values import date_of, day_words, obstacle_words, tenth
from maps.reports.form import Column, Figure, Picture, Row, Section, Table

LIGHTS = {"late": "chậm", "risk": "nguy cơ", "ok": "đúng hạn", "none": "không đánh giá được"}
TITLES = {"bao-cao": "BÁO CÁO CHẬM ĐƯỜNG GĂNG", "tom-tat": "TÓM TẮT MỘT TRANG", "tap": "TẬP BÁO CÁO"}
MOST_WARDS = 12
BRIEF_PROJECTS, BRIEF_WARDS, BRIEF_CLOCKS = 9, 5, 3  # so that the brief is one page


def portfolio_parts(content: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Title, figures, words and sections of the document of a kind."""
    entries = [e for e in content["entries"] if e["light"] != "none"]
    rest = [e for e in content["entries"] if e["light"] == "none"]
    late = sum((e["slip_days"] or 0) > 0 for e in entries)
    if kind == "bao-cao":
        sections: list[Section | None] = [_projects(entries), _wards(entries, MOST_WARDS), *_without(rest)]
    else:
        sections = [
            _brief(content, entries), _wards(entries, BRIEF_WARDS), _promises(content),
            _next(content, BRIEF_CLOCKS), *_without(rest),
        ]  # fmt: skip
    if kind == "tap":
        names = {e["code"]: e["short_vi"] for e in content["entries"]}
        sections += [
            *_plan(content),
            _projects(entries),
            _wards(entries, MOST_WARDS),
            *_causes(content, names),
        ]
        for code, time in content["times"].items():
            for part in time_sections({"time": time}):
                sections.append(_named(part, names[code]))
    since = (
        f"Kỳ {day_words(content['since'])} – {day_words(content['data_date'])} · " if content["since"] else ""
    )
    return {
        "title": TITLES[kind],
        "subtitle": "TOÀN DANH MỤC",
        "period": f"{since}{'s' if since else 'S'}ố liệu đến hết {day_words(content['data_date'])}",
        "figures": [
            Figure(LIGHTS[key].capitalize(), str(content["lights"][key]), key == "late") for key in LIGHTS
        ],
        "lead": f"{late} / {len(entries)} dự án có tiến độ dự báo chậm.",
        "lead_rest": "" if kind == "bao-cao" else _moved_words(content),
        "sections": [part for part in sections if part is not None],
    }


def _projects(entries: list[Mapping[str, Any]]) -> Section:
    rows = [
        Row(
            (
                e["short_vi"], date_of(e["planned_finish"]), date_of(e["forecast_finish"]), e["slip_days"],
                len(e["drivers"]) + e["drivers_hidden"], max((r["gains"] for r in e["releases"]), default=None),
            ),
            second=LIGHTS[e["light"]],
        )
        for e in entries
    ]  # fmt: skip
    columns = (
        Column("Dự án", width=34), Column("Kế hoạch", "date"), Column("Dự báo", "date"), Column("Lệch", "days"),
        Column("Hồ sơ giữ găng", "int"), Column("Bộ lấy lại nhiều nhất, ngày", "int"),
    )  # fmt: skip
    hint = "Ngày lấy lại không cộng với nhau."
    return Section("Dự án có tiến độ, chậm nhiều trước", table=Table(columns, rows), hint=hint)


def _brief(content: Mapping[str, Any], entries: list[Mapping[str, Any]]) -> Section:
    """The projects that are most late with their movement and smallest set, in a row each."""
    rows = []
    unsure = [e["short_vi"] for e in entries if content["gates"].get(e["code"]) is False]
    for e in entries[:BRIEF_PROJECTS]:
        found, moved = content["sets"].get(e["code"]), content["moved"].get(e["code"])
        rows.append(
            Row(
                (
                    e["short_vi"], date_of(e["planned_finish"]), date_of(moved["before"]) if moved else None,
                    date_of(e["forecast_finish"]), e["slip_days"], found["size"] if found else None,
                    found["days"] if found else None,
                )
            )
        )  # fmt: skip
    columns = (
        Column("Dự án", width=28), Column("Kế hoạch", "date"), Column("Dự báo kỳ trước", "date"),
        Column("Dự báo", "date"), Column("Lệch", "days"), Column("Bộ nhỏ nhất, hồ sơ", "int"),
        Column("Lấy lại, ngày", "int"),
    )  # fmt: skip
    left = len(entries) - len(rows)
    hint = "Bộ nhỏ nhất: ít hồ sơ nhất lấy lại hết số ngày mà đất của dự án lấy lại được; ngày không cộng với nhau."
    if left > 0:
        hint += f" Còn {left} dự án có tiến độ nữa."
    if unsure:
        hint += f" Tiến độ KHÔNG ĐỦ TIN CẬY: {', '.join(unsure)}."
    return Section("Dự án chậm nhiều nhất", table=Table(columns, rows), hint=hint)


def _wards(entries: list[Mapping[str, Any]], most: int) -> Section:
    wards: dict[str, tuple[int, int]] = {}
    for e in entries:
        for w in e["wards"]:
            cases, days = wards.get(w["name"], (0, 0))
            wards[w["name"]] = (cases + w["cases_driving"], max(days, w["days_gained"]))
    found = [(name, cases, days) for name, (cases, days) in wards.items() if cases]
    held = sorted(found, key=lambda w: (-w[2], -w[1], w[0]))[:most]
    columns = (
        Column("Phường, xã", width=46), Column("Hồ sơ giữ găng", "int"), Column("Ngày lấy lại nhiều nhất", "int"),
    )  # fmt: skip
    hint = f"{len(held)} / {len(found)} phường, xã có hồ sơ giữ găng." if len(found) > len(held) else ""
    rows = [Row(values) for values in held]
    return Section("Phường, xã giữ đường găng nhiều ngày nhất", table=Table(columns, rows), hint=hint)


def _promises(content: Mapping[str, Any]) -> Section | None:
    said = content["promises"]
    if not said["due"]:
        return None
    text = f"{said['broken']} / {said['due']} mốc hẹn đã đến ngày bị lỡ; {said['kept']} giữ đúng; "
    text += f"{said['moved']} lần dời hẹn."
    return Section("Mốc hẹn bị lỡ", text=(text,))


def _next(content: Mapping[str, Any], most: int) -> Section | None:
    rows = [
        Row((n["case"], n["ward_name"], n["act_vi"], n["rule"] or "–", n["days"]))
        for n in content["next"][:most]
    ]
    columns = (
        Column("Hồ sơ", width=24), Column("Phường, xã", width=18), Column("Việc phải làm"), Column("Quy tắc", width=10),
        Column("Ngày còn lại", "int", 12),
    )  # fmt: skip
    hint = (
        f"{len(rows)} / {fmt.number(content['next_count'], 'vi')} việc quá hạn hoặc đến hạn trong 30 ngày; "
    )
    return (
        Section("Thời hạn sắp hết", table=Table(columns, rows), hint=hint + "số âm là đã quá hạn.")
        if rows
        else None
    )


def _without(rest: list[Mapping[str, Any]]) -> list[Section]:
    names = ", ".join(e["short_vi"] for e in rest)
    return [Section(f"Không đánh giá được ({len(rest)})", text=(names,))] if rest else []


def _plan(content: Mapping[str, Any]) -> list[Section]:
    lines = [(p["status"], [(x, y) for x, y in p["line"]]) for p in content["plan"]]
    caption = (
        "Trục các dự án trên thực địa (VN-2000, kinh tuyến trục 105°), hướng bắc lên trên; tuyến sơ hoạ."
    )
    return [Section("Bản đồ trục các dự án", picture=Picture(lines, caption), new_page=True)] if lines else []


def _causes(content: Mapping[str, Any], names: Mapping[str, str]) -> list[Section]:
    """The largest causes over all projects; each project's own add up to its movement in its own report."""
    if not content["since"]:
        return []
    rows = []
    for c in content["causes"]:
        what = (
            f"Hồ sơ {c['key'].partition(':')[2]}" if c["kind"] == "case" else c["name_vi"] or "Ngoài phạm vi"
        )
        body = body_words(c["body"], {})
        cells = (what, names[c["project"]], obstacle_words(c["obstacle"]), tenth(Fraction(c["days"])))
        rows.append(Row(cells, second="" if body == "–" else body))
    if not rows:
        return [Section("Nguyên nhân lớn nhất trong kỳ", text=("Không mốc hoàn thành nào dịch trong kỳ.",))]
    columns = (
        Column("Nguyên nhân", width=36), Column("Dự án", width=24), Column("Nhóm vướng"), Column("Ngày", "days", 10),
    )  # fmt: skip
    hint = "Ngày của từng dự án, theo sổ trượt; không cộng giữa các dự án."
    if content["causes_more"]:
        hint += f" Còn {content['causes_more']} nguyên nhân nữa."
    return [Section("Nguyên nhân lớn nhất trong kỳ", table=Table(columns, rows), hint=hint)]


def _moved_words(content: Mapping[str, Any]) -> str:
    days = [m["days"] for m in content["moved"].values() if m]
    if not days:
        return ""
    later, sooner = sum(d > 0 for d in days), sum(d < 0 for d in days)
    return f"Trong kỳ {later} dự án lùi, {sooner} tiến lên, {len(days) - later - sooner} đứng yên."


def _named(part: Section, name: str) -> Section:
    return replace(part, title=f"{name}: {part.title}")
