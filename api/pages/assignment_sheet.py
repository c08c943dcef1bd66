"""The list of assignments as XLSX and CSV, filtered as the page is; no cell of either can compute."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.language import pick
from api.pages.assignments import ChosenDep, filter_on
from api.pages.sheet_answer import xlsx
from api.usecases.assignments import assigned
from api.usecases.calculation import resolve_day
from geo.chain import short_head
from maps.sheets import Heading, Kind, Sheet, Value
from projects.duties import STATES
from projects.tiers import TIERS

router = APIRouter(prefix="/giao-viec")
COLUMNS: tuple[tuple[str, str, Kind, float], ...] = (
    ("Mã", "Code", "text", 9), ("Cơ quan", "Body", "text", 26), ("Người chịu trách nhiệm", "Person", "text", 24),
    ("Việc", "What", "text", 46), ("Hạn", "Due", "date", 11), ("Còn (ngày)", "Days left", "int", 9),
    ("Chủ trì", "Lead", "text", 22), ("Phối hợp", "Joint", "text", 22), ("Sản phẩm", "Product", "text", 34),
    ("Thẩm quyền", "Authority", "text", 18), ("Cấp đang xử lý", "Tier", "text", 12),
    ("Tình trạng", "State", "text", 18),
    ("Nợ việc", "Owed", "text", 8), ("Giao ngày", "Given on", "date", 11), ("Xong ngày", "Done on", "date", 11),
    ("Văn bản chứng minh", "Evidence", "text", 22), ("Dự án", "Project", "text", 11),
    ("Từ dòng", "Made from", "text", 18),
)  # fmt: skip
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


@router.get("/tai-ve", response_class=Response)
def assignments_sheet(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    chosen: ChosenDep,
    dang: Annotated[str, Query(max_length=4, description="xlsx hoặc csv.")] = "xlsx",
    ngay: DataDate = None,
) -> Response:
    """Every row that matches, in the order of the page."""
    day = resolve_day(session, ngay)
    found, _ = assigned(session, ctx, filter_on(chosen, day), as_of=day)
    side = 0 if lang == "vi" else 1
    rows: list[list[Value]] = [
        [
            view.code, view.row.body, view.row.person, view.row.what, view.row.due_on, view.days_left, view.row.lead,
            ", ".join(view.row.joint), view.row.product, view.row.authority, TIERS[view.row.tier][side],
            STATES[view.row.state][side], pick(lang, "nợ", "owed") if view.owed else "", view.row.given_on,
            view.row.done_on, view.row.evidence, view.project, view.row.source_code,
        ]
        for view in found.rows
    ]  # fmt: skip
    name = f"giao-viec-{day:%Y%m%d}{'-minh-hoa' if found.demo else ''}"
    heads = [pick(lang, vi, en) for vi, en, _, _ in COLUMNS]
    if dang == "csv":
        return _csv(heads, rows, name)
    text = fmt.date_text(day, lang)
    lines = [
        pick(
            lang,
            f"Số liệu đến {text}. {len(rows)} / {found.all_rows} việc trong phạm vi của bạn.",
            f"Data as of {text}. {len(rows)} / {found.all_rows} assignments in your reach.",
        )
    ]
    if found.demo:
        lines.append(pick(lang, "CÓ DỮ LIỆU MINH HOẠ", "HOLDS INVENTED DATA"))
    code = short_head(session) or "–"
    sheet = Sheet(
        name=pick(lang, "Giao việc", "Assignments"),
        title=pick(lang, "GIAO VIỆC “6 RÕ”", "ASSIGNMENTS"),
        headings=[
            Heading(head, kind, width=width) for head, (_, _, kind, width) in zip(heads, COLUMNS, strict=True)
        ],
        rows=rows,
        made_on=day,
        lines=lines,
        paper="A3",
        footer=pick(lang, f"số liệu đến {text} · mã kiểm tra {code}", f"as of {text} · check code {code}"),
    )
    return xlsx(sheet, name)


def _csv(heads: list[str], rows: list[list[Value]], name: str) -> Response:
    """UTF-8 with a mark, as Excel wants it; a text that a sheet could take for a formula gets an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(
        ("\ufeff" + out.getvalue()).encode(), media_type="text/csv; charset=utf-8", headers=headers
    )


def _cell(value: Value) -> str:
    if value is None:
        return ""
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULAS) else text
