"""The weekly table as a sheet: all columns of the form, A3 landscape, with what the figures stand on."""

from __future__ import annotations

from collections.abc import Mapping

from api import __version__
from api import formatting as fmt
from api.language import Lang, pick
from api.pages.weekly_rows import component_name, figure_text, name_of, notes, project_name
from api.usecases.weekly import Asked, Weekly
from maps.sheets import Heading, Kind, Sheet, Starred, Value
from projects.weekly.columns import COLUMNS, GROUPS, UNITS, Column
from projects.weekly.table import Figure, Row

DEMO = ("DỮ LIỆU MINH HOẠ, không phải đất thật", "INVENTED DATA, no real land")
_WIDTHS = {1: 5.0, 2: 24.0, 3: 20.0, 4: 22.0, 32: 14.0, 33: 12.0}
_KINDS: Mapping[str, Kind] = {
    "count": "int", "fixed": "int", "m2": "area", "length": "area", "date": "date", "absent": "int", "things": "int",
    "money": "money",
}  # fmt: skip


def weekly_sheet(weekly: Weekly, asked: Asked, labels: Mapping[str, str], lang: Lang, *, check: str) -> Sheet:
    """The sheet of a weekly table. Figures are numbers and dates; a sum that lacks a ward shows “*”."""
    unit = pick(lang, *UNITS[asked.unit])
    demo = any(row.demo for row in weekly.table.rows)
    title = pick(lang, "BIỂU TỔNG HỢP TIẾN ĐỘ GIẢI PHÓNG MẶT BẰNG", "WEEKLY TABLE OF LAND CLEARANCE")
    said = notes(weekly, asked, lang)
    stamp = pick(
        lang,
        f"Số liệu đến {fmt.date_text(weekly.day, lang)} · đơn vị đếm: {unit} · mã kiểm tra {check or '–'}"
        f" · Đường Găng {__version__}",
        f"Data as of {fmt.date_text(weekly.day, lang)} · counted in {unit} · check code {check or '–'}"
        f" · Đường Găng {__version__}",
    )
    marks = [pick(lang, *DEMO)] if demo else []
    return Sheet(
        name=f"{weekly.week}",
        title=title,
        headings=[_heading(column, asked, lang) for column in COLUMNS],
        rows=[_row(at, row, weekly, labels, lang) for at, row in enumerate(weekly.table.rows, start=1)],
        made_on=weekly.day,
        lines=[said[0], *marks],
        notes=[*said[1:], stamp],
        frozen=3,
        strong=frozenset(at for at, row in enumerate(weekly.table.rows) if row.level != "place"),
        paper="A3",
        footer=" · ".join([stamp, *marks]),
        filters=False,
    )


def _heading(column: Column, asked: Asked, lang: Lang) -> Heading:
    words = pick(lang, column.vi, column.en)
    if column.kind == "count":
        words = f"{words} ({pick(lang, *UNITS[asked.unit])})"
    if column.number == 3 and asked.by == "district":
        words = pick(lang, "Quận, huyện cũ", "Old district")
    return Heading(
        words,
        _KINDS.get(column.kind, "text") if column.number != 1 else "int",
        group=pick(lang, *GROUPS[column.group]),
        number=column.key,
        width=_WIDTHS.get(column.number, 11.0),
    )


def _row(at: int, row: Row, weekly: Weekly, labels: Mapping[str, str], lang: Lang) -> list[Value]:
    investors = {project.code: project.investor for project in weekly.projects}
    part = component_name(row, weekly, lang)
    project = project_name(row, weekly, lang) if row.project else name_of(row, weekly, labels, lang)
    heads: dict[str, Value] = {
        "1": at,
        "2": f"{project} – {part}" if part else project,
        "3": name_of(row, weekly, labels, lang).removesuffix(f" – {part}") if row.level == "place" else "",
        "4": investors.get(row.project) or "",
    }
    return [heads[c.key] if c.kind == "label" else _value(c, row.figures[c.key], lang) for c in COLUMNS]


def _value(column: Column, figure: Figure, lang: Lang) -> Value:
    if figure.value is None or isinstance(figure.value, str):
        return figure_text(column, figure, lang)
    return Starred(figure.value) if figure.partial else figure.value
