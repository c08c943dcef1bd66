"""Lists as sheets: worklist, open obstacles, promised dates; filtered as the page is, with typed cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, SessionDep
from api.language import Lang, pick
from api.pages.rendering import step_label
from api.pages.sheet_answer import xlsx
from api.usecases.commitments import commitments
from api.usecases.obstacle_list import ObstacleFilter, open_obstacles
from api.usecases.worklist import WorkFilter, WorkRow, worklist
from geo.chain import short_head
from maps.sheets import Heading, Kind, Sheet, Value
from projects.codes import OBSTACLES
from projects.commitments import STATES
from projects.steps import basis_en
from projects.tiers import TIERS

router = APIRouter()
Code = Annotated[str, Query(max_length=40)]
EVERY = 1_000_000
MOST_WORK = 5_000  # rows of a worklist: each is judged for what its next step lacks
Column = tuple[str, str, Kind, float]


@router.get("/viec-hom-nay/tai-ve", response_class=Response)
def worklist_sheet(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    ds: Annotated[str, Query(max_length=40, description="Danh sách.")] = "",
    phuong: Annotated[str, Query(max_length=10, description="Mã phường/xã.")] = "",
    du_an: Annotated[str, Query(alias="du-an", max_length=40, description="Mã dự án.")] = "",
    q: Annotated[str, Query(max_length=60, description="Mã hồ sơ, tờ/thửa.")] = "",
    ngay: DataDate = None,
) -> Response:
    """Every row of the worklist in its order."""
    found = worklist(session, ctx, WorkFilter(ds, phuong, du_an, q), limit=MOST_WORK, as_of=ngay)
    columns: Sequence[Column] = (
        ("Hồ sơ", "Case", "text", 16), ("Dự án", "Project", "text", 12), ("Phường, xã", "Ward code", "text", 10),
        ("Tờ – thửa", "Sheet – parcel", "text", 16), ("Bước", "Step", "text", 26), ("Việc", "Act", "text", 28),
        ("Quy tắc", "Rule", "text", 9), ("Căn cứ", "Basis", "text", 40), ("Mức", "Level", "text", 6),
        ("Ngày", "Day", "date", 11), ("Còn (ngày)", "Days left", "int", 9),
        ("Giữ đường găng", "Critical", "text", 9), ("Bộ giữ (ngày)", "Days held by the set", "int", 9),
    )  # fmt: skip
    rows = [_work(row, lang) for row in found.rows]
    demo = any(row.row.case.is_demo for row in found.rows)
    title = ("VIỆC HÔM NAY", "TODAY'S WORK")
    return _answer(
        session, lang, title, "viec-hom-nay", columns, rows, found.data_date, demo=demo, total=found.total
    )


@router.get("/vuong-mac/tai-ve", response_class=Response)
def obstacles_sheet(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    cap: Annotated[str, Query(max_length=20, description="Cấp: ward, department, city.")] = "",
    phuong: Code = "",
    du_an: Code = "",
    vuong: Code = "",
    qua_han: Annotated[bool, Query(description="Chỉ quá hạn.")] = False,
    chua_han: Annotated[bool, Query(description="Chỉ vướng mắc chưa có hạn.")] = False,
    ngay: DataDate = None,
) -> Response:
    """Every open obstacle that matches, overdue ones first."""
    chosen = ObstacleFilter(
        cap if cap in TIERS else None, phuong or None, du_an or None, vuong or None, qua_han, chua_han
    )
    found = open_obstacles(session, chosen, limit=EVERY, as_of=ngay)
    columns: Sequence[Column] = (
        ("Hồ sơ", "Case", "text", 16), ("Dự án", "Project", "text", 12), ("Phường, xã", "Ward", "text", 20),
        ("Nguyên nhân", "Cause", "text", 30), ("Chính", "Main", "text", 7), ("Cấp", "Tier", "text", 14),
        ("Số lần lên cấp", "Climbs", "int", 8), ("Phát sinh", "Opened on", "date", 11), ("Hạn", "Due", "date", 11),
        ("Còn (ngày)", "Days left", "int", 9), ("Phụ trách", "Owner", "text", 26),
        ("Giải pháp", "Solution", "text", 40),
    )  # fmt: skip
    side = 0 if lang == "vi" else 1
    rows: list[list[Value]] = [
        [
            row.case, row.project, row.ward, OBSTACLES[row.cause][side] if row.cause in OBSTACLES else row.cause,
            pick(lang, "chính", "main") if row.main else "", TIERS[row.tier][side], row.climbs, row.opened_on,
            row.due_on, row.days_left, row.owner or "", row.solution or "",
        ]
        for row in found.rows
    ]  # fmt: skip
    title = ("VƯỚNG MẮC ĐANG MỞ", "OPEN OBSTACLES")
    return _answer(session, lang, title, "vuong-mac", columns, rows, found.data_date, demo=found.demo)


@router.get("/cam-ket/tai-ve", response_class=Response)
def commitments_sheet(
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    du_an: Code = "",
    phuong: Code = "",
    ngay: DataDate = None,
) -> Response:
    """The promises by ward and project with their denominators."""
    found = commitments(session, project=du_an or None, ward=phuong or None, as_of=ngay)
    columns: Sequence[Column] = (
        ("Dự án", "Project", "text", 12), ("Phường, xã", "Ward", "text", 22), ("Số hồ sơ", "Cases", "int", 9),
        ("Mốc đã hứa", "Promises", "int", 9), ("Số lần lùi, đổi", "Changes", "int", 9),
        ("Lùi bình quân (ngày)", "Mean slip (days)", "area", 11), ("Đến hạn", "Fell due", "int", 9),
        (*STATES["kept"], "int", 9), (*STATES["broken"], "int", 9),
    )  # fmt: skip
    rows: list[list[Value]] = [
        [
            line.project, line.ward, line.all_cases, line.tally.promises, line.tally.changes, line.mean_slip, line.due,
            line.tally.kept, line.tally.broken,
        ]
        for line in found.lines
    ]  # fmt: skip
    title = ("MỐC CAM KẾT THEO PHƯỜNG, XÃ", "PROMISED DATES BY WARD")
    return _answer(session, lang, title, "cam-ket", columns, rows, found.data_date, demo=found.demo)


def _work(row: WorkRow, lang: Lang) -> list[Value]:
    case, clock = row.row.case, row.clock
    basis = "" if clock is None else clock.basis
    return [
        case.code, row.row.project, case.ward_code,
        ", ".join(f"{parcel.sheet} – {parcel.number}" for parcel in case.parcels), step_label(case.step, lang),
        pick(lang, *row.act.verb), "" if clock is None else clock.rule, pick(lang, basis, basis_en(basis)),
        "" if clock is None else clock.level, None if clock is None else clock.day, row.days,
        pick(lang, "có", "yes") if row.row.drives else "", row.row.held if row.row.drives else None,
    ]  # fmt: skip


def _answer(
    session: Session,
    lang: Lang,
    title: tuple[str, str],
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Value]],
    day: date,
    *,
    demo: bool,
    total: int | None = None,
) -> Response:
    """The workbook of a list: what it is, its data date, how many rows, the check code and the demo mark."""
    text = fmt.date_text(day, lang)
    lines = [
        pick(
            lang,
            f"Số liệu đến {text}. {len(rows)} / {len(rows) if total is None else total} dòng trong phạm vi của bạn.",
            f"Data as of {text}. {len(rows)} / {len(rows) if total is None else total} rows in your reach.",
        )
    ]
    if demo:
        lines.append(pick(lang, "DỮ LIỆU MINH HOẠ, không phải đất thật", "INVENTED DATA, no real land"))
    code = short_head(session) or "–"
    sheet = Sheet(
        name=pick(lang, "Danh sách", "List"),
        title=pick(lang, *title),
        headings=[Heading(pick(lang, vi, en), kind, width=width) for vi, en, kind, width in columns],
        rows=rows,
        made_on=day,
        lines=lines,
        paper="A3",
        footer=pick(lang, f"số liệu đến {text} · mã kiểm tra {code}", f"as of {text} · check code {code}"),
    )
    return xlsx(sheet, f"{name}-{day:%Y%m%d}{'-minh-hoa' if demo else ''}")
