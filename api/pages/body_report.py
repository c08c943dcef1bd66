"""`/bao-cao-cham/don-vi/{body}`: the delay report of a ward, or of the level that obstacles have come up to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.deps import BodyCode, ContextDep, DataDate, LangDep, SessionDep
from api.language import Lang, pick
from api.pages.rendering import render
from api.reports.body_content import MOST_CAUSES, MOST_CLOCKS, MOST_PROMISES
from api.reports.body_document import NO_CASES
from api.usecases.bodies import LEVELS, BodyReport, body_report, since_of
from api.usecases.facts import all_ward_labels, case_wards
from geo.chain import short_head
from projects.codes import OBSTACLES
from projects.ledger.model import Cause
from projects.reporting.rounding import apportioned
from projects.tiers import TIERS

router = APIRouter(prefix="/bao-cao-cham/don-vi")
CASES = 40


@router.get("/{body}")
def body_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    body: BodyCode,
    ngay: DataDate = None,
    tu: Annotated[date | None, Query(description="So với ngày này.")] = None,
) -> HTMLResponse:
    """What of the delay is a ward's, the departments' or the city's: each number leads to its list."""
    found = body_report(session, ctx, body, as_of=ngay, since=since_of(session, body, ngay, tu))
    return render(
        request, "report_body.html.j2", nav="bao-cao-cham", report=found, data_date=found.data_date,
        said=_said(found, lang), causes=_causes(found), ward_names=all_ward_labels(session),
        case_wards=case_wards(session), obstacles=OBSTACLES,
        levels={code: TIERS[code] for code in LEVELS}, most=CASES, most_clocks=MOST_CLOCKS,
        most_promises=MOST_PROMISES, chain_head=short_head(session),
        **({"ward": found.body.code} if found.body.is_ward else {"ward": None}),
    )  # fmt: skip


def _said(found: BodyReport, lang: Lang) -> tuple[str, str]:
    """What to know first, and what a release brings."""
    if not found.projects and not found.done:
        return pick(lang, *NO_CASES[found.body.is_ward]), pick(
            lang, "Chưa có gì để đánh giá.", "Nothing to assess yet."
        )
    if not found.projects:
        return pick(lang, "Không còn hồ sơ nào chờ bàn giao.", "No case is waiting for handover."), pick(
            lang, f"Đã bàn giao {found.done} hồ sơ.", f"{found.done} cases are handed over."
        )
    most = found.projects[0]
    first = pick(
        lang,
        f"{found.driving} / {found.open} hồ sơ còn vướng đang giữ đường găng.",
        f"{found.driving} of {found.open} open cases hold a critical path.",
    )
    if not most.gain:
        return first, pick(
            lang,
            "Bàn giao riêng phần này chưa lấy lại ngày nào.",
            "Handing over this part alone brings no day back.",
        )
    name = pick(lang, most.summary.facts.short_vi, most.summary.facts.short_en)
    return first, pick(
        lang,
        f"Bàn giao hết {most.open} hồ sơ của {name} lấy lại {most.gain} ngày.",
        f"Handing over all {most.open} cases of {name} brings back {most.gain} days.",
    )


def _causes(found: BodyReport) -> list[tuple[str, Cause | None, Decimal]]:
    """The largest causes of the period with their days, then (without a cause) the body's other ones and what is not
    the body's: rounded so that all rows add up to the whole days of the projects."""
    moved = [(row.summary.facts.code, row.moved) for row in found.projects if row.moved is not None]
    rows = [(code, cause, total.days) for code, m in moved for cause, total in m.causes]
    rows.sort(key=lambda row: (-abs(row[2]), row[0], row[1].code))
    own = sum((days for *_, days in rows), Fraction(0))
    shown = [days for *_, days in rows[:MOST_CAUSES]]
    others = sum(m.days for _, m in moved) - own
    rounded = apportioned([*shown, own - sum(shown, Fraction(0)), others])
    named = [(code, cause, value) for (code, cause, _), value in zip(rows, rounded, strict=False)]
    return [*named[: len(shown)], ("", None, rounded[-2]), ("-", None, rounded[-1])] if rows else []
