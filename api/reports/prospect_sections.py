"""The parts of a project's report on paper that say what may come: chance, baseline, seasons, promises, clocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api import formatting as fmt
from api.reports.values import date_of, day_words
from maps.reports.form import Column, Figure, Row, Section, Table
from projects.compensation import dong

SEASONS = {"flood": "Mùa lũ (đất đê, tháng 5 đến 11)", "tet": "Tết Nguyên đán"}


def baseline_figure(content: Mapping[str, Any]) -> list[Figure]:
    """The finish by the newest baseline, as a large number."""
    found = content.get("baseline")
    return [Figure("Đường cơ sở", fmt.date_text(date_of(found["finish"]), "vi"))] if found else []


def baseline_section(content: Mapping[str, Any]) -> Section:
    """What the baseline is, how far the forecast is from it, and what of it is no longer there."""
    return Section("Theo đường cơ sở", text=(baseline_words(content.get("baseline")),))


def baseline_words(found: Mapping[str, Any] | None) -> str:
    """A sentence in Vietnamese on a baseline of `prospects_of`."""
    if found is None:
        return "Dự án chưa chốt đường cơ sở nào."
    head = f"“{found['name']}”, số liệu đến {day_words(found['data_date'])}: "
    if found["finish"] is None:
        return head + found["fault_vi"]
    words = f"{head}hoàn thành {day_words(found['finish'])}"
    if found["days"] is not None:
        words += f"; dự báo này so với đó: {fmt.slip(found['days'], 'vi')}"
    if found["gone"]:
        words += f". {found['gone']} / {found['activities']} công việc của đường cơ sở không còn trong mạng"
    return words + "."


def chance_section(content: Mapping[str, Any]) -> Section | None:
    """The chance of each assigned date, and on what it rests."""
    found = content.get("chance")
    if found is None:
        return None
    rows = [Row(("Hoàn thành dự án", *_dates(found), _percent(found["chance"])))] if found["planned"] else []
    rows += [
        Row((m["name_vi"], *_dates(m), "đã đạt" if m["done"] else _percent(m["chance"])))
        for m in found["milestones"]
    ]
    columns = (
        Column("Mốc", width=44), Column("Được giao", "date"), Column("P50", "date"), Column("P80", "date"),
        Column("Xác suất đạt", width=14),
    )  # fmt: skip
    text = () if rows else ("Chưa có ngày nào được giao nên không có xác suất.",)
    table = Table(columns, rows) if rows else None
    return Section("Xác suất đạt ngày được giao", text=text, table=table, hint=chance_words(found))


def chance_words(found: Mapping[str, Any]) -> str:
    """How the chances were made, in Vietnamese."""
    basis, by = found["basis"], found["basis"]["by"]
    work, land = basis["work_percent"], basis["land_percent"]
    cases, passages = (fmt.number(basis[key], "vi") for key in ("cases", "passages"))
    return (
        f"{fmt.number(found['iterations'], 'vi')} lần mô phỏng, hạt giống {found['seed']}. Khoảng của "
        f"{cases} hồ sơ còn vướng: {by.get('promise', 0)} theo độ trễ của {basis['promises']} mốc hẹn đã qua, "
        f"{by.get('steps', 0)} theo {passages} lần chuyển bước đã ghi, {by.get('assumed', 0)} giả định "
        f"({_signed(land[0])} đến {_signed(land[1])}); {basis['works']} công việc: giả định "
        f"({_signed(work[0])} đến {_signed(work[1])}). Tương quan trong một phường "
        f"{fmt.number(basis['correlation'], 'vi')}."
    )


def season_section(content: Mapping[str, Any]) -> Section | None:
    """What the flood season and Tết cost, in days."""
    found = content.get("seasons")
    if found is None:
        return None
    rows = [Row((SEASONS[e["season"]], date_of(e["finish"]), e["days"])) for e in found]
    columns = (
        Column("Nếu không có", width=50), Column("Hoàn thành dự báo", "date"), Column("Ngày do mùa vụ", "int"),
    )  # fmt: skip
    return Section("Mùa lũ và Tết", table=Table(columns, rows), hint=SEASON_RULE[0])


SEASON_RULE = (
    "Mỗi dòng tính lại toàn mạng sau ngày số liệu mà không có đợt nghỉ đó: mùa lũ là đợt nghỉ liền ít nhất 30 ngày "
    "trong tháng 5 đến 11 của lịch thi công; Tết là ngày lễ từ 10/1 đến 10/3. Mặt bằng giữ nguyên dự báo. Hai dòng "
    "không cộng với nhau.",
    "Each row reckons the whole network after the data date without that rest: the flood season is a rest of at least "
    "30 days in one piece in May to November of a calendar of works; Tết the holidays of 10 January to 10 March. Land "
    "keeps its forecast. The rows do not add up.",
)


def money_words(money: Mapping[str, Any] | None, cases: int) -> str:
    """What the smallest set still costs; nothing where the reader sees no amounts."""
    if money is None:
        return ""
    known = f"còn phải trả {dong(money['due'])} đồng" if money["due"] is not None else "chưa biết số tiền"
    each = f", {dong(money['per_day'])} đồng cho mỗi ngày lấy lại" if money["per_day"] is not None else ""
    lacking = f"; chưa biết của {money['missing']} / {cases} hồ sơ" if money["missing"] else ""
    drafts = f"; {money['drafts']} hồ sơ theo phương án chưa duyệt" if money["drafts"] else ""
    return f" Bộ lấy lại hết: {known}{each}{lacking}{drafts}."


def promise_section(content: Mapping[str, Any], most: int | None = None) -> Section | None:
    """The broken promises, at most so many of them."""
    said = content["promises"]
    rows = [
        Row((p["case"], p["ward_name"], date.fromisoformat(p["promised"]), p["number"]))
        for p in said["listed"][:most]
    ]
    text = f"{said['broken']} / {said['due']} mốc hẹn đã đến ngày bị lỡ; {said['kept']} giữ đúng."
    columns = (
        Column("Hồ sơ", width=34), Column("Phường, xã"), Column("Hẹn bàn giao", "date"), Column("Lần hẹn thứ", "int"),
    )  # fmt: skip
    table = Table(columns, rows) if rows else None
    return Section("Mốc hẹn bị lỡ", text=(text,), table=table) if said["due"] else None


def next_section(content: Mapping[str, Any], most: int) -> Section | None:
    """The clocks that run out next."""
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


def _dates(row: Mapping[str, Any]) -> tuple[date | None, date | None, date | None]:
    return date_of(row["planned"]), date_of(row["p50"]), date_of(row["p80"])


def _percent(chance: float | None) -> str:
    return "–" if chance is None else fmt.percent(chance * 100, "vi")


def _signed(percent: float) -> str:
    return f"{'+' if percent > 0 else '−' if percent < 0 else ''}{fmt.number(abs(percent), 'vi')} %"
