"""`/ho-so/{code}`: where a case stands, what may follow, and the form that writes the next step."""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import CaseCode, ContextDep, DataDate, LangDep, SessionDep
from api.pages import case_parts
from api.pages.labels import Pair
from api.pages.rendering import carried, link, render
from api.usecases.cases import CaseChange, change_case
from api.usecases.listing import case_view
from api.views import CaseView
from projects.clearance import gives_possession
from projects.codes import OBSTACLES
from projects.errors import Fault, IllegalStep, InvalidInput, KeyReused, StaleVersion

router = APIRouter(prefix="/ho-so/{code}")

FIELDS = ("step", "effective_on", "promised_on", "document", "obstacle", "reason", "note")
Text = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a change was not written: title, sentence, both states (409), faults of no single field."""

    title: Pair
    detail: str
    both: list[case_parts.Compared]
    general: list[str]


@router.get("")
def case_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    da_ghi: Annotated[str, Query(max_length=12)] = "",
    ngay: DataDate = None,
) -> HTMLResponse:
    """The case with its form, filled with what is stored."""
    view = case_view(session, ctx, code, as_of=ngay)
    return render_case(request, view, lang, saved=da_ghi == str(view.row.version))


@router.post("")
def record(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: CaseCode,
    version: Text = "",
    key: Text = "",
    step: Text = "",
    effective_on: Text = "",
    promised_on: Text = "",
    document: Text = "",
    obstacle: Text = "",
    reason: Text = "",
    note: Text = "",
) -> Response:
    """Writes the change and returns to the case; a refusal shows why, with everything that was entered."""
    entered = {
        "step": step,
        "effective_on": effective_on,
        "promised_on": promised_on,
        "document": document,
        "obstacle": obstacle,
        "reason": reason,
        "note": note,
    }
    faults: dict[str, list[str]] = {}
    try:
        seen, change = parse(entered, version)
        state = change_case(session, ctx, code, change, seen=seen, key=key or None)
    except StaleVersion as error:
        current, wanted = jsonable_encoder(error.current), jsonable_encoder(error.wanted)
        refusal = Refusal(
            ("người khác vừa sửa hồ sơ này", "somebody else has just changed this case"),
            _say(
                lang,
                "So sánh hai trạng thái; chưa có gì của bạn được ghi.",
                "Compare both states; nothing of yours was written.",
            ),
            case_parts.compared(current, wanted, lang),
            [],
        )
        status = 409
    except (IllegalStep, InvalidInput) as error:
        refusal, faults = _refused(error.faults, lang)
        status = 422
    except KeyReused:
        refusal = Refusal(
            ("mẫu này đã được gửi với nội dung khác", "this form was already sent with other content"),
            _say(
                lang,
                "Lần gửi trước đã được ghi. Kiểm tra trạng thái rồi ghi tiếp nếu cần.",
                "The earlier submission was recorded. Check the state, then record again if needed.",
            ),
            [],
            [],
        )
        status = 409
    else:
        query = carried(request.query_params) | {"da_ghi": state.get("version", "")}
        return RedirectResponse(link(f"/ho-so/{code}", query), 303)
    view = case_view(session, ctx, code)
    if status == 409 and entered["step"] not in view.allowed:
        entered["step"] = view.row.step  # what was wanted stands in the comparison; from here it is no way
    return render_case(request, view, lang, entered=entered, refusal=refusal, faults=faults, status=status)


def parse(entered: dict[str, str], version: str) -> tuple[int, CaseChange]:
    """The version seen and the change that the form holds. Raises InvalidInput with every fault."""
    faults: list[Fault] = []
    if not version.isdigit():
        faults.append(
            Fault("version", "Thiếu phiên bản: tải lại trang.", "Version missing: reload the page.")
        )
    if not entered["step"]:
        faults.append(Fault("step", "Chưa chọn bước.", "No step chosen."))
    effective = _day(entered["effective_on"], "effective_on", faults)
    if not entered["effective_on"].strip():
        faults.append(Fault("effective_on", "Thiếu ngày hiệu lực.", "Effective date missing."))
    promised = _day(entered["promised_on"], "promised_on", faults)
    if faults or effective is None:
        raise InvalidInput(faults)
    return int(version), CaseChange(
        step=entered["step"],
        effective_on=effective,
        promised_on=promised,
        obstacle=entered["obstacle"] or None,
        # Browsers send line ends as CR LF; without this an untouched note would look changed.
        note=entered["note"].replace("\r\n", "\n").strip() or None,
        document=entered["document"].strip() or None,
        reason=entered["reason"].replace("\r\n", "\n").strip() or None,
    )


def render_case(
    request: Request,
    view: CaseView,
    lang: str,
    *,
    saved: bool = False,
    entered: dict[str, str] | None = None,
    refusal: Refusal | None = None,
    faults: dict[str, list[str]] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The case page; after a refusal the form keeps `entered`, with the present version and a fresh key."""
    allowed = case_parts.next_steps(view)
    cleared = gives_possession(view.row.step)
    form: dict[str, Any] = {
        "version": view.row.version,
        "key": secrets.token_urlsafe(18),
        "step": view.row.step,
        "effective_on": max(view.data_date, view.row.step_on).isoformat(),
        "promised_on": view.row.promised_on.isoformat() if view.row.promised_on else "",
        "document": "",
        "obstacle": view.row.obstacle or "",
        "reason": "",
        "note": view.note or "",
    }
    return render(
        request,
        "case.html.j2",
        status,
        nav="du-an",
        project=view.facts,
        data_date=view.data_date,
        view=view,
        allowed=allowed,
        selectable={view.row.step, *view.allowed},
        lane=case_parts.lane(view),
        cleared=cleared,
        days_left=None if cleared else (view.row.forecast_on - view.data_date).days,
        history=case_parts.history(view.history, lang),
        obstacles=OBSTACLES,
        land_words=lambda code: case_parts.land_words(code, lang),
        form=form | (entered or {}),
        faults=faults or {},
        refusal=refusal,
        saved=saved,
        # Looking at another data date is looking at the past or a what-if: nothing is written from there.
        read_only=bool(carried(request.query_params)) and refusal is None,
    )


def _refused(faults: tuple[Fault, ...], lang: str) -> tuple[Refusal, dict[str, list[str]]]:
    by_field: dict[str, list[str]] = defaultdict(list)
    general: list[str] = []
    for fault in faults:
        message = _say(lang, fault.vi, fault.en)
        if fault.where in FIELDS:
            by_field[fault.where].append(message)
        else:
            general.append(message)
    count = len(faults)
    detail = _say(
        lang,
        f"Có {count} điểm chưa đạt; lý do đứng cạnh từng mục bên dưới.",
        f"{count} point{'s' if count > 1 else ''} to mend; the reason stands beside each field below.",
    )
    return Refusal(("chưa đủ điều kiện", "conditions not met"), detail, [], general), dict(by_field)


def _day(value: str, where: str, faults: list[Fault]) -> date | None:
    if not value.strip():
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        faults.append(Fault(where, f"Không phải ngày: “{value[:40]}”.", f"Not a date: “{value[:40]}”."))
        return None


def _say(lang: str, vi: str, en: str) -> str:
    return vi if lang == "vi" else en
