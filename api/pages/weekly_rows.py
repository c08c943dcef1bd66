"""The rows of the weekly table as pages and sheets show them: words, links to the cases behind each figure, notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from api import formatting as fmt
from api.language import Lang, pick
from api.usecases.weekly import UNKNOWN, Asked, Weekly
from projects.belongings import MOVED_KINDS
from projects.codes import OBSTACLES
from projects.weekly.columns import COLUMNS, UNITS, Column, unit_of
from projects.weekly.table import VERDICTS, Figure, Row

NO_DISTRICT = ("Chưa rõ quận, huyện cũ", "Old district not known")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the page: text, path and query of the list behind it, its part of the row (0–1), its light."""

    column: Column
    text: str
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    share: float | None = None
    light: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the page."""

    level: str
    name: str
    cells: tuple[Cell, ...]
    demo: bool


def shown_columns(whole: bool) -> tuple[Column, ...]:
    """The columns with figures that a page has: all of the form, or the short form."""
    return tuple(c for c in COLUMNS if c.kind != "label" and (whole or c.short))


def lines(
    weekly: Weekly, asked: Asked, labels: Mapping[str, str], lang: Lang, *, whole: bool
) -> tuple[Line, ...]:
    """All rows of the page; `labels`: ward names by code."""
    columns = shown_columns(whole)
    return tuple(
        Line(
            row.level,
            name_of(row, weekly, labels, lang),
            tuple(_cell(row, column, weekly, asked, lang) for column in columns),
            row.demo,
        )
        for row in weekly.table.rows
    )


def name_of(row: Row, weekly: Weekly, labels: Mapping[str, str], lang: Lang) -> str:
    """What a row is called."""
    if row.level == "total":
        return pick(lang, "Tổng cộng", "Total")
    if row.level == "project":
        return project_name(row, weekly, lang)
    by_district = weekly.table.by == "district"
    name = row.place or pick(lang, *NO_DISTRICT) if by_district else labels.get(row.place, row.place)
    part = component_name(row, weekly, lang)
    return f"{name} – {part}" if part else name


def project_name(row: Row, weekly: Weekly, lang: Lang) -> str:
    """The short name of the project of a row."""
    for project in weekly.projects:
        if project.code == row.project:
            return str(project.facts.get(f"short_{lang}") or pick(lang, project.name_vi, project.name_en))
    return row.project


def component_name(row: Row, weekly: Weekly, lang: Lang) -> str:
    """The component of a row, '' where it belongs to none."""
    found = weekly.components.get((row.project, row.component))
    return row.component if found is None else pick(lang, found.name_vi, found.name_en)


def _cell(row: Row, column: Column, weekly: Weekly, asked: Asked, lang: Lang) -> Cell:
    figure = row.figures[column.key]
    text = figure_text(column, figure, lang)
    light = VERDICTS[str(figure.value)][0] if column.kind == "verdict" and figure.value is not None else ""
    share = None
    if column.share and isinstance(figure.value, int) and row.units:
        share = figure.value / row.units
    path, query = _address(row, column, figure, weekly, asked)
    return Cell(column, text, path, query, share, light)


def figure_text(column: Column, figure: Figure, lang: Lang) -> str:
    """A figure in words: “–” not known, “*” a total that lacks a place."""
    value = figure.value
    if value is None:
        return fmt.UNKNOWN
    if isinstance(value, date):
        said = fmt.date_text(value, lang)
    elif column.kind == "verdict":
        said = pick(lang, *VERDICTS[str(value)][1:])
    elif isinstance(value, str):
        said = utility_words(value, lang) if column.moves else obstacle_words(value, lang)
    else:
        said = fmt.number(value, lang, 3 if column.kind == "money" else 0)
        if column.from_before and value and column.key != "31c":
            said = f"+{said}"
    return f"{said}*" if figure.partial else said


def obstacle_words(codes: str, lang: Lang) -> str:
    """`NGUON_GOC 12, DON_GIA 3` in words."""
    said = []
    for part in codes.split(", "):
        code, _, count = part.partition(" ")
        said.append(f"{pick(lang, *OBSTACLES[code]) if code in OBSTACLES else code} {count}".strip())
    return "; ".join(said)


def utility_words(said: str, lang: Lang) -> str:
    """`power 2/5, water 0/1` in words."""
    parts = (part.rpartition(" ") for part in said.split(", "))
    return "; ".join(f"{pick(lang, *MOVED_KINDS[kind]).lower()} {count}" for kind, _, count in parts)


def _address(
    row: Row, column: Column, figure: Figure, weekly: Weekly, asked: Asked
) -> tuple[str, dict[str, str]]:
    """Path and query of the list behind a figure, without the times of the visit; '' where there is no list."""
    project = row.project or asked.project
    if not (column.opens or column.moves) or figure.value is None:
        return "", {}
    query: dict[str, str] = {"cot": column.key, "tuan": str(weekly.week)}
    if column.opens:
        query["dem"] = unit_of(column, asked.unit)
    elif project:
        query["du-an"] = project
    if column.kind in ("m2", "money"):
        query["dem"] = "ho-so"
    if row.level == "place":
        if weekly.table.by == "district":
            query["quan"] = row.place or UNKNOWN
        else:
            query["phuong"] = row.place
        query["thanh-phan"] = row.component or UNKNOWN
    if asked.ward:
        query["phuong"] = asked.ward
    return f"/du-an/{project}/ho-so" if project and column.opens else "/bieu-tong-hop/ho-so", query


def notes(weekly: Weekly, asked: Asked, lang: Lang) -> list[str]:
    """What must be known to read the figures, as sentences."""
    unit = pick(lang, *UNITS[asked.unit])
    day, week = fmt.date_text(weekly.day, lang), weekly.week
    said = [
        pick(
            lang,
            f"Tuần {week.number}/{week.year}, {week.first:%d/%m} – {week.last:%d/%m/%Y}; số liệu đến hết ngày {day}. "
            f"Đơn vị đếm: {unit}. Một hồ sơ là phương án của một chủ sử dụng.",
            f"Week {week.number}/{week.year}, {week.first:%d/%m} – {week.last:%d/%m/%Y}; data to the end of {day}. "
            f"Counted in {unit}. A case is the plan of one holder.",
        ),
        pick(
            lang,
            "“–”: chưa có số, khác 0. “*”: chưa đủ phường, xã (ở cột 30: còn hồ sơ chưa có ngày hẹn).",
            "“–”: not known, which is not 0. “*”: a ward is missing (column 30: some cases have no date).",
        ),
        pick(
            lang,
            "Số cột theo biểu 35 cột. Chỉ đếm dòng thật trong hệ thống, không trộn số công bố.",
            "Column numbers of the 35-column form. Counted rows only, never published figures.",
        ),
    ]
    if weekly.before is None:
        said.append(
            pick(lang, "Chưa có số liệu của tuần trước nên cột 31 chưa tính được.",
                 "Nothing is known of the week before, so column 31 cannot be told.")
        )  # fmt: skip
    if weekly.hidden_cases:
        count = fmt.number(weekly.hidden_cases, lang, 0)
        said.append(
            pick(lang, f"Chỉ đếm hồ sơ trong phạm vi của bạn; {count} hồ sơ khác không nằm trong biểu này.",
                 f"Only cases within your reach are counted; {count} others are not in this table.")
        )  # fmt: skip
    return said


def head(columns: Sequence[Column]) -> list[tuple[str, tuple[Column, ...]]]:
    """The grouped heading: (group, its columns) in order; a column without a group stands alone."""
    found: list[tuple[str, tuple[Column, ...]]] = []
    for column in columns:
        if column.group and found and found[-1][0] == column.group:
            found[-1] = (column.group, (*found[-1][1], column))
        else:
            found.append((column.group, (column,)))
    return found
