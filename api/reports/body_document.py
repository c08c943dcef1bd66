"""The report of a ward, of the departments or of the city in Vietnamese words, from its content alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from api import formatting as fmt
from api.pages.labels import FORECAST_BASIS
from api.reports.prospect_sections import next_section, promise_section
from api.reports.values import date_of, day_words, obstacle_words, tenth
from api.usecases.bodies import LEVELS
from maps.reports.form import Column, Figure, Row, Section, Table
from projects.reporting.rounding import apportioned
from projects.steps import STEPS

# What a body without a case is told, by whether it is a ward.
NO_CASES = {
    True: ("Phường, xã này chưa có hồ sơ nào.", "This ward has no case yet."),
    False: ("Chưa có vướng mắc nào lên tới cấp này.", "No obstacle has come up to this level."),
}
TITLES = {
    "bao-cao": "BÁO CÁO CHẬM ĐƯỜNG GĂNG",
    "tom-tat": "TÓM TẮT MỘT TRANG",
    "tap": "BÁO CÁO CHẬM ĐƯỜNG GĂNG",
}
BRIEF = {
    "projects": 5,
    "moved": 3,
    "cases": 4,
    "obstacles": 3,
    "promises": 0,
    "clocks": 4,
    "causes": 3,
}  # one page
WHOLE = {"projects": 30, "moved": 30, "cases": 40, "obstacles": 8, "promises": 15, "clocks": 15, "causes": 12}
MEANS = (
    "Lệch: của cả dự án. Ngày lấy lại: khi mọi hồ sơ của đơn vị này trong dự án bàn giao hết, còn hồ sơ khác giữ "
    "nguyên; các dòng không cộng với nhau."
)


def body_parts(content: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Title, figures, words and sections of the document of a kind."""
    most = BRIEF if kind == "tom-tat" else WHOLE
    day, since = content["data_date"], content["since"]
    parts = [
        _projects(content, most["projects"], brief=kind == "tom-tat"), *_moved(content, most["moved"], most["causes"]),
        _cases(content, most["cases"]), _obstacles(content, most["obstacles"]),
        promise_section(content, most["promises"]), next_section(content, most["clocks"]),
    ]  # fmt: skip
    lead, rest = conclusion(content)
    period = f"Kỳ {day_words(since)} – {day_words(day)} · " if since else ""
    level = " (cấp xử lý)" if content["body"] in LEVELS else ""
    return {
        "title": TITLES[kind],
        "subtitle": f"{content['name_vi'].upper()}{level}",
        "period": f"{period}số liệu đến hết {day_words(day)}",
        "figures": _figures(content),
        "lead": lead,
        "lead_rest": rest,
        "sections": [part for part in parts if part is not None],
    }


def conclusion(content: Mapping[str, Any]) -> tuple[str, str]:
    """What to know first, and the rest of it."""
    if not content["projects"] and not content["done"]:
        return NO_CASES[content["body"] not in LEVELS][0], "Chưa có gì để đánh giá."
    if not content["projects"]:
        return "Không còn hồ sơ nào chờ bàn giao.", f"Đã bàn giao {fmt.number(content['done'], 'vi')} hồ sơ."
    most = content["projects"][0]
    held = fmt.number(content["driving"], "vi")
    first = f"{held} / {fmt.number(content['open'], 'vi')} hồ sơ còn vướng đang giữ đường găng."
    if most["gain"] > 0:
        gained = fmt.days(most["gain"], "vi")
        return first, f"Bàn giao hết {most['open']} hồ sơ của dự án {most['short_vi']} lấy lại {gained}."
    return first, "Bàn giao riêng phần này chưa lấy lại ngày nào."


def _figures(content: Mapping[str, Any]) -> list[Figure]:
    promises, every = content["promises"], content["open"] + content["done"]
    return [
        Figure("Còn vướng / tổng hồ sơ", f"{fmt.number(content['open'], 'vi')} / {fmt.number(every, 'vi')}"),
        Figure("Giữ đường găng", fmt.number(content["driving"], "vi"), strong=True),
        Figure("Lỡ hẹn / đã đến ngày", f"{promises['broken']} / {promises['due']}"),
        Figure("Hạn pháp lý quá, sắp hết", fmt.number(content["next_count"], "vi")),
    ]


def _projects(content: Mapping[str, Any], most: int, *, brief: bool) -> Section | None:
    rows = []
    for p in content["projects"][:most]:
        notes = []
        if p["set_size"]:
            notes.append(f"{p['set_own']} trong bộ nhỏ nhất {p['set_size']} hồ sơ của dự án")
        if p["gate"] and not p["gate"]["ok"]:
            notes.append("tiến độ KHÔNG ĐỦ TIN CẬY")
        if p["moved"] and brief:
            notes.append(f"trong kỳ {fmt.signed(p['moved']['days'], 'vi')} ngày")
        if p["age_days"] is not None:
            notes.append(f"số liệu cũ {p['age_days']} ngày")
        rows.append(
            Row(
                (
                    p["short_vi"], date_of(p["planned_finish"]), date_of(p["forecast_finish"]), p["slip_days"],
                    p["open"], p["driving"], p["gain"],
                ),
                second="; ".join(notes),
            )
        )  # fmt: skip
    columns = (
        Column("Dự án", width=30), Column("Kế hoạch", "date"), Column("Dự báo", "date"), Column("Lệch", "days"),
        Column("Còn vướng", "int"), Column("Giữ găng", "int"), Column("Bàn giao hết, ngày lấy lại", "int"),
    )  # fmt: skip
    left = len(content["projects"]) - len(rows)
    hint = MEANS if not brief else ""
    if left > 0:
        hint += f" Còn {left} dự án nữa."
    return Section("Theo dự án", table=Table(columns, rows), hint=hint) if rows else None


def _moved(content: Mapping[str, Any], projects: int, most: int) -> Iterator[Section]:
    """The movement of each project in the period, with the body's own share and its largest causes."""
    moved = [p for p in content["projects"] if p["moved"]]
    if not moved:
        return
    rows = []
    for p in moved[:projects]:
        m = p["moved"]
        share = None if m["share"] is None else tenth(Fraction(m["share"]))
        rows.append(Row((p["short_vi"], date_of(m["before"]), date_of(m["after"]), m["days"], share)))
    columns = (
        Column("Dự án", width=34), Column("Dự báo kỳ trước", "date"), Column("Dự báo kỳ này", "date"),
        Column("Dịch trong kỳ", "days"), Column("Phần của đơn vị", "days"),
    )  # fmt: skip
    hint = "Phần của đơn vị theo sổ trượt (Shapley), số âm là kéo lại; phân số chính xác ở tệp JSON."
    if len(moved) > len(rows):
        hint += f" Còn {len(moved) - len(rows)} dự án nữa."
    if rows:
        yield Section("Dịch chuyển trong kỳ", table=Table(columns, rows), hint=hint)
    causes = [(p["short_vi"], c) for p in moved for c in p["moved"]["causes"]]
    causes.sort(key=lambda pair: (-abs(Fraction(pair[1]["days"])), pair[1]["key"]))
    rest = sum((Fraction(c["days"]) for _, c in causes[most:]), Fraction(0))
    rest += sum((Fraction(p["moved"]["rest"]) for p in moved), Fraction(0))
    days = [Fraction(c["days"]) for _, c in causes[:most]]
    if not days:
        return
    # With what is not the body's the shares are whole days again, so rounding cannot lose any.
    whole = sum(p["moved"]["days"] for p in moved)
    rounded = apportioned([*days, rest, whole - sum(days, rest)])
    table = [
        Row((_what(c), name, obstacle_words(c["obstacle"]), value))
        for (name, c), value in zip(causes, rounded, strict=False)
    ]
    more = len(causes) - most + sum(p["moved"]["causes_more"] for p in moved)
    if more > 0:
        table.append(Row((f"{more} nguyên nhân khác của đơn vị", "–", "–", rounded[-2])))
    table.append(Row(("Của đơn vị khác, thi công, kế hoạch", "–", "–", rounded[-1])))
    table.append(Row(("Cộng, khớp dịch chuyển của các dự án trên", "", "", whole), total=True))
    heads = (
        Column("Nguyên nhân", width=36),
        Column("Dự án", width=22),
        Column("Nhóm vướng"),
        Column("Ngày", "days", 10),
    )
    yield Section("Nguyên nhân của đơn vị", table=Table(heads, table, waterfall=3))


def _cases(content: Mapping[str, Any], most: int) -> Section | None:
    shown = content["drivers"][:most]
    rows = [
        Row(
            (
                d["case"], d["ward_name"], STEPS[d["step"]].label_vi, obstacle_words(d["obstacle"]),
                date_of(d["forecast"]), d["group_days"],
            ),
            second="; ".join(
                [*(f"tờ {p['sheet']} – thửa {p['number']}" for p in d["parcels"][:2]), FORECAST_BASIS[d["basis"]][0]]
            ),
        )
        for d in shown
    ]  # fmt: skip
    columns = (
        Column("Hồ sơ, thửa", width=28), Column("Phường, xã", width=14), Column("Bước", width=20),
        Column("Vướng mắc", width=17), Column("Dự báo", "date", 11), Column("Mũi lấy lại", "int", 10),
    )  # fmt: skip
    left = len(content["drivers"]) - len(shown) + content["drivers_more"]
    words = [f"{left} hồ sơ nữa trong danh sách trên hệ thống."] if left else []
    if content["drivers_hidden"]:
        words.append(f"{content['drivers_hidden']} hồ sơ ngoài phạm vi của người xem.")
    hint = " ".join(["Mũi lấy lại: số ngày khi gỡ cả mũi của hồ sơ.", *words])
    if rows:
        return Section("Hồ sơ và thửa giữ đường găng", table=Table(columns, rows), hint=hint)
    return Section("Hồ sơ và thửa giữ đường găng", text=(" ".join(words),)) if words else None


def _obstacles(content: Mapping[str, Any], most: int) -> Section | None:
    found = content["obstacles"]
    rows = [
        Row((obstacle_words(g["cause"]), g["obstacles"], g["cases"], g["overdue"]))
        for g in found["causes"][:most]
    ]
    columns = (
        Column("Nhóm vướng", width=46),
        Column("Vướng mắc", "int"),
        Column("Hồ sơ", "int"),
        Column("Quá hạn", "int"),
    )
    text = f"{found['total']} vướng mắc đang mở của {found['cases']} hồ sơ; {found['overdue']} quá hạn, "
    text += f"{found['undated']} chưa có hạn."
    table = Table(columns, rows) if rows else None
    return Section("Vướng mắc theo nhóm", text=(text,), table=table) if found["total"] else None


def _what(cause: Mapping[str, Any]) -> str:
    if cause["kind"] == "case":
        return f"Hồ sơ {cause['key'].partition(':')[2]}"
    return str(cause["name_vi"] or cause["kind"])
