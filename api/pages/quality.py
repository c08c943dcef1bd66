"""The page "Chất lượng tiến độ": what each check found, by name, and whether the dates can be relied on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.project import project_frame
from api.pages.rendering import render
from api.usecases.projects import project_view
from api.usecases.quality import project_quality
from projects.quality.model import Finding
from projects.quality.words import WORDS

router = APIRouter(prefix="/du-an/{code}")
NAMED = 8  # offenders in sight; the rest opens
STATES = {
    "pass": ("Đạt", "Passed"),
    "fail": ("Không đạt", "Failed"),
    "unknown": ("Không đánh giá được", "Not assessed"),
}


@router.get("/chat-luong")
def quality_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    ngay: DataDate = None,
) -> HTMLResponse:
    """The findings of DCMA's 14 points and of GAO's good practice."""
    view = project_view(session, ctx, code, as_of=ngay)
    _, quality = project_quality(session, ctx, code, as_of=ngay)
    return render(
        request,
        "project_quality.html.j2",
        quality=quality,
        checks=WORDS,
        named=NAMED,
        states=STATES,
        found={f.code: found_text(f, lang) for f in quality.findings} if quality else {},
        **project_frame(view, "chat-luong", lang_title=("Chất lượng tiến độ", "Schedule quality"), lang=lang),
    )


def found_text(finding: Finding, lang: str) -> str:
    """What was found, with its denominator: "3 / 41 (7,3%)", "0,93", "254 ngày"."""
    if finding.value is None:
        return fmt.UNKNOWN
    if WORDS[finding.code].percent:
        count = finding.count or 0
        shown = (
            count if finding.upper else (finding.of or 0) - count
        )  # a share that must be high counts the good
        ratio = fmt.percent(finding.value * 100, lang)
        return f"{fmt.number(shown, lang)} / {fmt.number(finding.of, lang)} ({ratio})"
    if finding.code in ("dcma-13", "dcma-14"):
        return fmt.number(finding.value, lang, 2)
    if finding.code in ("dcma-12", "gao-age"):
        return fmt.days(int(finding.value), lang)
    if finding.of is None:
        return fmt.number(finding.count, lang)
    return f"{fmt.number(finding.count, lang)} / {fmt.number(finding.of, lang)}"
