"""`/du-an/{code}/ghi-theo-bang`: a filled-in list of cases comes back: what each row would do, then writing it."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from api.context import Context
from api.deps import ContextDep, LangDep, ProjectCode, SessionDep
from api.errors import describe
from api.language import Lang
from api.pages.case_parts import compared
from api.pages.forms import plain
from api.pages.rendering import render
from api.usecases.by_sheet import MOST_CHANGES, Judged, SheetAnswer, try_sheet, write_sheet
from api.usecases.calculation import resolve_day
from api.usecases.facts import project_facts
from geo.access import access_project
from geo.importers.casesheet import LIMITS, CaseSheet, read_case_sheet
from geo.uploads import safe_name, store, sweep, under_its_name
from projects.errors import Fault, InvalidInput, StaleVersion

router = APIRouter(prefix="/du-an/{code}/ghi-theo-bang")
FOLDER = "sheets"
KEPT_SECONDS = 24 * 3600.0  # between the trial and the writing
HASH = re.compile(r"[0-9a-f]{64}")
MOST_SHOWN = 300
GONE = Fault(
    "tep",
    "Bảng không còn trên máy chủ: gửi lại tệp.",
    "The sheet is not on the server any more: send it again.",
)
LABELS = {
    "step": ("Bước", "Step"), "promised_on": ("Mốc hẹn", "Promised"), "obstacle": ("Vướng mắc", "Obstacle"),
    "note": ("Ghi chú", "Note"), "document": ("Số văn bản", "Document number"),
}  # fmt: skip


async def sent(request: Request) -> AsyncIterator[FormData]:
    """The form, which the guard has read already: a file lies on the disk by now."""
    async with request.form() as form:
        yield form


Sent = Annotated[FormData, Depends(sent)]


@router.get("")
def sheet_page(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode
) -> Response:
    """The form, and how it goes."""
    return _page(request, session, ctx, code, lang)


@router.post("")
def send(
    request: Request, session: SessionDep, ctx: ContextDep, lang: LangDep, code: ProjectCode, form: Sent
) -> Response:
    """Tries a file (`tep`), or writes (`viec=ghi`) the one that was tried: all its rows but those that were refused."""
    writes = form.get("viec") == "ghi"
    try:
        sheet, name = _kept(request, form) if writes else _received(request, form)
        if writes:
            without = [int(line) for line in str(form.get("bo", "")).split(",") if line.isdecimal()]
            answer = write_sheet(session, ctx, code, sheet, without=without[: LIMITS.rows])
        else:
            answer = try_sheet(session, ctx, code, sheet)
    except InvalidInput as error:
        faults = [fault.vi if lang == "vi" else fault.en for fault in error.faults]
        return _page(request, session, ctx, code, lang, faults=faults, status=422)
    refused = writes and not answer.written and answer.before is None
    return _page(
        request, session, ctx, code, lang, answer=answer, sheet=sheet, name=name, wrote=writes,
        status=409 if refused else 200,
    )  # fmt: skip


def _received(request: Request, form: FormData) -> tuple[CaseSheet, str]:
    file = form.get("tep")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidInput([Fault("tep", "Chưa chọn tệp.", "No file was chosen.")])
    folder = _folder(request)
    sweep(folder, (), now=time.time(), age=KEPT_SECONDS)
    kept = store(file.file, folder, most_bytes=LIMITS.file_bytes, room_bytes=LIMITS.file_bytes)
    name = safe_name(file.filename)
    return _read(folder, kept.name, name), name


def _kept(request: Request, form: FormData) -> tuple[CaseSheet, str]:
    wanted, folder = str(form.get("bang", "")), _folder(request)
    if not HASH.fullmatch(wanted) or not (folder / wanted).is_file():
        raise InvalidInput([GONE])
    name = safe_name(plain(str(form.get("ten", ""))))
    return _read(folder, wanted, name), name


def _read(folder: Path, stored: str, name: str) -> CaseSheet:
    with under_its_name(folder, stored, name) as path:
        return read_case_sheet(path, filename=name)


def _folder(request: Request) -> Path:
    folder = Path(request.app.state.settings.home) / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _page(
    request: Request,
    session: Session,
    ctx: Context,
    code: str,
    lang: Lang,
    *,
    answer: SheetAnswer | None = None,
    sheet: CaseSheet | None = None,
    name: str = "",
    wrote: bool = False,
    faults: list[str] | None = None,
    status: int = 200,
) -> Response:
    rows = [row for row in answer.rows if row.kind != "unchanged"] if answer else []
    rows.sort(key=lambda row: (row.kind != "refused", row.line))
    return render(
        request,
        "by_sheet.html.j2",
        status,
        nav="du-an",
        project=project_facts(access_project(session, code)),
        data_date=resolve_day(session, None),
        answer=answer,
        sheet=sheet,
        filename=name,
        wrote=wrote,
        rows=[_said(row, lang) for row in rows[:MOST_SHOWN]],
        more=max(len(rows) - MOST_SHOWN, 0),
        faults=faults or [],
        most=MOST_CHANGES,
        most_mb=LIMITS.file_bytes // 2**20,
        labels=LABELS,
    )


def _said(row: Judged, lang: Lang) -> dict[str, Any]:
    error = row.error
    both = []
    reasons: list[str] = []
    if isinstance(error, StaleVersion):
        both = [
            line for line in compared(error.current, error.wanted, lang, clash=error.fields) if line.clash
        ]
    if error is not None:
        told = describe(error, lang)
        reasons = [fault.message for fault in told.faults or []] or [told.detail]
    return {
        "line": row.line, "code": row.code, "kind": row.kind, "changes": row.changes, "reasons": reasons, "both": both,
        "proposal": row.proposal,
    }  # fmt: skip
