"""The page "Lý trình – thời gian": where and when the works meet land that is not there yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.project import project_frame
from api.pages.rendering import carried, link, render
from api.pages.strips import Spans, apart, ward_spans
from api.usecases.projects import project_view
from api.usecases.timeloc import AxisTime, TimeLocation, time_location
from api.views import ProjectView
from maps.timeloc import Chart, Land, Mark, Rule, Season, Trace, chart_svg
from projects.choosing import run_text
from projects.stationing import round_measures

router = APIRouter(prefix="/du-an/{code}")
FLOOD = (
    (5, 1),
    (12, 1),
)  # of a year: closed from the first, open again from the second (works in the dyke corridor)
MARKS = 20  # clashes that are marked on the chart; the list below it has all
STEPS = (200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0)


@router.get("/ly-trinh")
def time_location_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    ngay: DataDate = None,
) -> HTMLResponse:
    """Chainage against time: land from its handover on, work lines, the flood season, and the clashes as a list."""
    view = project_view(session, ctx, code, as_of=ngay)
    found = time_location(session, ctx, code, as_of=ngay)
    charts = time_charts(request, session, view, found, lang)
    names = {line.code: line for axis in found.axes for line in axis.lines}
    return render(
        request, "project_time.html.j2", time=found, charts=charts, lines=names, day_of=date.fromordinal, fmt_run=_run,
        run_text=run_text,
        **project_frame(view, "ly-trinh", lang_title=("Lý trình – thời gian", "Time–location"), lang=lang),
    )  # fmt: skip


def time_charts(
    request: Request, session: Session, view: ProjectView, found: TimeLocation, lang: str
) -> dict[str, Markup]:
    """The chart of each alignment, by its code."""
    code, kept = view.summary.facts.code, carried(request.query_params)
    spans, labels = ward_spans(session, code), {ward["code"]: str(ward["label"]) for ward in view.wards}
    return {
        axis.code: Markup(chart_svg(chart_of(found, axis, spans, labels, code, kept, lang), _ident(axis)))
        for axis in found.axes
    }


def _run(axis: AxisTime, from_m: float, to_m: float, lang: str) -> str:
    return fmt.run(from_m, to_m, lang, axis.stations)


def chart_of(
    found: TimeLocation, axis: AxisTime, spans: Spans, labels: Mapping[str, str], code: str,
    kept: Mapping[str, object], lang: str,
) -> Chart:  # fmt: skip
    """The chart of an alignment with its words and links; `kept` goes along in every link."""
    vi = lang == "vi"
    cases, network = f"/du-an/{code}/ho-so", f"/du-an/{code}/duong-gang"
    every = next((s for s in STEPS if (axis.end_m - axis.start_m) / s <= 12), 20_000.0)
    wards = [(a, b, labels.get(w, w)) for w, a, b in apart(spans.get(axis.code, ()))]
    fronts = [(a, b, n_vi if vi else n_en) for _, n_vi, n_en, a, b in axis.fronts]
    land = [
        Land(
            s.from_m, s.to_m, s.opens, s.actual, _land_words(axis, s.from_m, s.to_m, s.opens, s.actual, lang),
            link(cases, {**kept, "doan": f"{s.from_m:.1f}-{s.to_m:.1f}"}),
            run_text(axis.code, s.from_m, s.to_m),
        )
        for s in axis.land
    ]  # fmt: skip
    traces = []
    for line in axis.lines:
        kind = "gang" if line.forecast.critical else "other"
        href = link(network, {**kept, "tat_ca": "1"}) + f"#cv-{line.code}"
        for work, sort in ((line.forecast, kind), (line.free, "free")):
            if work is not None:
                words = _work_words(
                    line.name_vi if vi else line.name_en, work.start, work.end, line.metres_a_day, sort, lang
                )
                traces.append(
                    Trace(
                        work.from_m, work.start, work.to_m, work.end, sort, words, href, f"viec:{line.code}"
                    )
                )
    rules = [
        Rule(
            found.data_date.toordinal() + 1,
            "today",
            _dated("Ngày số liệu", "Data date", found.data_date, lang),
        )
    ]
    if found.planned:
        rules.append(
            Rule(found.planned.toordinal() + 1, "plan", _dated("Kế hoạch", "Planned", found.planned, lang))
        )
    if found.forecast:
        rules.append(
            Rule(
                found.forecast.toordinal() + 1, "forecast", _dated("Dự báo", "Forecast", found.forecast, lang)
            )
        )
    return Chart(
        title=f"{'Lý trình – thời gian' if vi else 'Time–location'}: {axis.name_vi if vi else axis.name_en}",
        description=_description(axis, lang),
        start_m=axis.start_m, end_m=axis.end_m,
        ticks=[(m, fmt.chainage(m, lang, axis.stations)) for m in round_measures(axis.stations, every)],
        strips=[strip for strip in (wards, _apart(fronts)) if strip],
        land=land, seasons=_seasons(axis), traces=traces,
        marks=[Mark(n, (c.from_m + c.to_m) / 2, c.needed) for n, c in enumerate(axis.clashes[:MARKS], 1)],
        rules=rules,
        alignment=axis.code,
    )  # fmt: skip


def _ident(axis: AxisTime) -> str:
    return "t" + "".join(c for c in axis.code if c.isascii() and c.isalnum())


def _seasons(axis: AxisTime) -> list[Season]:
    """The flood seasons over the fronts whose works rest in them."""
    fronts = {line.front for line in axis.lines if line.rests_in_flood}
    if not fronts:
        return []
    years = {
        date.fromordinal(int(d)).year for line in axis.lines for d in (line.forecast.start, line.forecast.end)
    }
    return [
        Season(a, b, date(year, *FLOOD[0]).toordinal(), date(year, *FLOOD[1]).toordinal())
        for front, _, _, a, b in axis.fronts
        if front in fronts
        for year in range(min(years), max(years) + 1)
    ]


def _apart(fronts: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Fronts that lie over one another cannot share a row: the first keeps its place."""
    found: list[tuple[float, float, str]] = []
    for front in sorted(fronts):
        if not found or front[0] >= found[-1][1] - 0.5:
            found.append(front)
    return found


def _land_words(axis: AxisTime, from_m: float, to_m: float, opens: int, actual: bool, lang: str) -> str:
    day = fmt.date_text(date.fromordinal(opens - 1), lang)
    words = ("đã bàn giao", "handed over") if actual else ("dự báo bàn giao", "forecast handover")
    return f"{_run(axis, from_m, to_m, lang)}: {words[0] if lang == 'vi' else words[1]} {day}"


def _work_words(name: str, start: float, end: float, rate: float | None, kind: str, lang: str) -> str:
    a, b = (fmt.date_text(date.fromordinal(int(day)), lang) for day in (start, end - 1))
    extra = {
        "gang": (" · găng", " · critical"),
        "free": (" · nếu có đất ngay", " · if the land were there"),
    }.get(kind, ("", ""))
    pace = f" · {fmt.number(rate, lang)} m/{'ngày' if lang == 'vi' else 'day'}" if rate else ""
    return f"{name}: {a} – {b}{pace}{extra[0] if lang == 'vi' else extra[1]}"


def _dated(vi: str, en: str, day: date, lang: str) -> str:
    return f"{vi if lang == 'vi' else en} {fmt.date_text(day, lang)}"


def _description(axis: AxisTime, lang: str) -> str:
    there: Any = sum(s.to_m - s.from_m for s in axis.land if s.actual)
    land, works, clashes = fmt.length(there, lang), len(axis.lines), len(axis.clashes)
    if lang == "vi":
        return f"Đất đã bàn giao {land}; {works} công việc, {clashes} chỗ thi công đụng đất chưa có; danh sách ở dưới."
    return f"Land handed over {land}; {works} activities, {clashes} clashes, listed below."


__all__ = ["chart_of", "router", "time_charts"]
