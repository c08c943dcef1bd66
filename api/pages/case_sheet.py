"""A filtered list of cases as a sheet: to read and print, or to fill in and send back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.context import Context
from api.language import Lang, pick
from api.pages.rendering import step_label
from api.usecases.listing import CaseFilter, case_list
from api.views import CaseRow
from geo.access import access_project
from geo.chain import short_head
from geo.tables import ClearanceCase
from maps.sheets import Heading, Sheet, Value
from projects.codes import OBSTACLES
from projects.steps import STEPS

EVERY = 1_000_000
# The headings of what may be filled in are those that the reading knows them by (`geo.importers.columns`).


@dataclass(frozen=True, slots=True)
class Made:
    """A sheet and the name of its file."""

    sheet: Sheet
    name: str


@dataclass(frozen=True, slots=True)
class Fill:
    """What the cells of a case that may be changed hold."""

    step: str
    promised_on: date | None
    obstacle: str
    note: str


def case_sheet(
    session: Session,
    ctx: Context,
    code: str,
    chosen: CaseFilter,
    lang: Lang,
    *,
    as_of: date | None,
    read_only: bool,
) -> Made:
    """The cases of a filter as a sheet. `read_only`: a look at the past, which has no version to write on."""
    project = access_project(session, code)
    listing = case_list(session, ctx, code, chosen, limit=EVERY, as_of=as_of)
    # What may be changed is shown as it stands now, also where that took effect after the data date: the version that
    # the sheet is written on is that one.
    now = {row.code: Fill(row.step, row.promised_on, row.obstacle or "", "") for row in listing.rows}
    if not read_only:
        rows = select(
            ClearanceCase.code,
            ClearanceCase.step,
            ClearanceCase.promised_on,
            ClearanceCase.obstacle,
            ClearanceCase.note,
        ).where(ClearanceCase.project_id == project.id)
        now |= {
            c: Fill(step, hope, why or "", note or "") for c, step, hope, why, note in session.execute(rows)
        }
    demo = any(row.is_demo for row in listing.rows)
    day = fmt.date_text(listing.data_date, lang)
    lines = [
        pick(lang, f"{project.name_vi} ({code}). Số liệu đến {day}. {listing.total} hồ sơ, {listing.parcels} thửa.",
             f"{project.name_en} ({code}). Data as of {day}. {listing.total} cases, {listing.parcels} parcels."),
        pick(lang, "Xem lại quá khứ: chỉ đọc.", "A look at the past: read only.") if read_only else
        pick(lang, "Ô vàng sửa được: sửa rồi gửi lại ở trang “Ghi theo bảng”. Giữ mã hồ sơ và phiên bản; xoá mốc hẹn,"
             " vướng mắc hay ghi chú là bỏ giá trị đó. Công thức không được tính.",
             "Yellow cells may be changed: change them and send the sheet back on “Write by sheet”. Keep case and"
             " version; an emptied date, obstacle or note is cleared. Formulas are not computed."),
    ]  # fmt: skip
    if demo:
        lines.append(pick(lang, "DỮ LIỆU MINH HOẠ, không phải đất thật", "INVENTED DATA, no real land"))
    sheet = Sheet(
        name=pick(lang, "Hồ sơ", "Cases"),
        title=pick(lang, "DANH SÁCH HỒ SƠ GIẢI PHÓNG MẶT BẰNG", "LIST OF CLEARANCE CASES"),
        headings=_headings(lang, read_only=read_only),
        rows=[_row(row, now[row.code], lang, read_only=read_only) for row in listing.rows],
        made_on=listing.data_date,
        lines=lines,
        frozen=1,
        paper="A3",
        footer=pick(
            lang, f"{code} · số liệu đến {day} · mã kiểm tra ", f"{code} · data as of {day} · check code "
        )
        + (short_head(session) or "–"),
    )
    name = f"ho-so-{code.lower()}-{listing.data_date:%Y%m%d}{'-minh-hoa' if demo else ''}"
    return Made(sheet, name)


def _headings(lang: Lang, *, read_only: bool) -> list[Heading]:
    def head(vi: str, en: str, kind: str = "text", width: float = 12, **more: object) -> Heading:
        return Heading(pick(lang, vi, en), kind, width=width, **more)  # type: ignore[arg-type]

    version = [] if read_only else [head("Phiên bản", "Version", "int", 9)]
    entries = [
        head("Bước", "Step", width=8, choices=tuple(STEPS), entry=True),
        head("Ngày hiệu lực", "Effective date", "date", 12, entry=True),
        head("Mốc hẹn", "Promised date", "date", 12, entry=True),
        head("Vướng mắc", "Obstacle", width=18, choices=tuple(OBSTACLES), entry=True),
        head("Ghi chú", "Note", width=30, entry=True),
        head("Số văn bản", "Document number", width=16, entry=True),
        head("Người ký", "Signer", width=16, entry=True),
        head("Lý do", "Reason", width=24, entry=True),
    ]
    told = [
        head("Bước hiện tại", "Present step", width=26),
        head("Từ ngày", "Since", "date", 11),
        head("Mốc hẹn đã ghi", "Promised so far", "date", 11),
        head("Vướng mắc đã ghi", "Obstacle so far", width=24),
    ]
    return [
        head("Mã hồ sơ", "Case", width=18),
        *version,
        head("Phường, xã", "Ward", width=20),
        head("Tờ – thửa", "Sheet – parcel", width=20),
        *told,
        *([] if read_only else entries),
        head("Dự báo", "Forecast", "date", 11),
        head("Đối tượng", "Holder", width=12),
        head("Diện tích (m²)", "Area (m²)", "area", 12),
        head("Lý trình", "Chainage", width=22),
        head("Mũi", "Front", width=12),
        head("Giữ đường găng", "Critical", width=9),
    ]


def _row(row: CaseRow, now: Fill, lang: Lang, *, read_only: bool) -> list[Value]:
    obstacle = row.obstacle or ""
    holders = {
        "household": pick(lang, "hộ, cá nhân", "household"),
        "organisation": pick(lang, "tổ chức", "organisation"),
    }
    told: list[Value] = [
        step_label(row.step, lang), row.step_on, row.promised_on,
        pick(lang, *OBSTACLES[obstacle]) if obstacle in OBSTACLES else obstacle,
    ]  # fmt: skip
    entries: list[Value] = [now.step, None, now.promised_on, now.obstacle, now.note, "", "", ""]
    return [
        row.code,
        *([] if read_only else [row.version]),
        row.ward_label,
        ", ".join(f"{sheet} – {number}" for sheet, number in row.parcels),
        *told,
        *([] if read_only else entries),
        row.forecast_on,
        holders.get(row.holder_kind, row.holder_kind),
        round(row.area_m2, 1),
        fmt.run(row.from_m, row.to_m, lang) if row.from_m is not None else "",
        ", ".join(row.fronts),
        pick(lang, "có", "yes") if row.drives else "",
    ]
