"""The page with the drawing of the network and the float paths to a chosen milestone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.context import Context
from api.deps import ContextDep, DataDate, LangDep, ProjectCode, SessionDep
from api.pages.netmap import NetMap, Node, kept_edges, netmap
from api.pages.network_gantt import Wanted, WantedDep, fold
from api.pages.project import project_frame
from api.pages.rendering import render
from api.usecases.calculation import resolve_day
from api.usecases.dated_network import DatedNetwork, paths_network
from api.usecases.projects import project_view
from api.usecases.visible import hidden_cases
from geo.access import access_project
from projects.engine.model import Activity
from projects.engine.paths import drag, float_paths
from projects.engine.shifts import DAY
from projects.errors import NotFound

router = APIRouter(prefix="/du-an/{code}/duong-gang")
PATHS = 6
DRAWN_AT_MOST = 90
SHORT = 26


@dataclass(frozen=True, slots=True)
class PathItem:
    """One activity of a path. `code` is empty for land outside the reader's reach."""

    code: str
    name: str
    kind: str
    start: date
    finish: date


@dataclass(frozen=True, slots=True)
class Path:
    """A float path, first cause first: `slack_days` elapsed days that it could slip before it drives."""

    number: int
    slack_days: float
    items: tuple[PathItem, ...]


@router.get("/mang")
def map_page(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    lang: LangDep,
    code: ProjectCode,
    wanted: WantedDep,
    moc: Annotated[str, Query(max_length=500, description="Mã mốc mà các đường dự trữ dẫn tới.")] = "",
    duong: Annotated[int, Query(ge=1, le=PATHS, description="Đường được tô.")] = 1,
    ngay: DataDate = None,
) -> HTMLResponse:
    """What leads to a milestone: paths in order of their float, the drag of work, and the network drawn."""
    view = project_view(session, ctx, code, as_of=ngay)
    found = paths_network(session, ctx, access_project(session, code), resolve_day(session, ngay))
    shown: dict[str, Any] = {
        "drawing": None,
        "paths": (),
        "milestones": (),
        "target": "",
        "left_out": 0,
        "drags": (),
    }
    if found is not None:
        shown = _shown(session, ctx, found, code, wanted, moc, duong, lang)
    return render(
        request,
        "network_map.html.j2",
        wanted=wanted,
        number=duong,
        **shown,
        **project_frame(view, "duong-gang", lang_title=("Sơ đồ mạng", "Network drawing"), lang=lang),
    )


def _shown(
    session: Session,
    ctx: Context,
    found: DatedNetwork,
    code: str,
    wanted: Wanted,
    target: str,
    number: int,
    lang: str,
) -> dict[str, Any]:
    plan, result = found.plan, found.result
    own = {a.code: a for a in plan.net.activities}
    milestones = [a for a in plan.net.activities if a.kind == "milestone" and a.code not in plan.possessions]
    target = target or (
        plan.net.finishes[0] if plan.net.finishes else milestones[-1].code if milestones else ""
    )
    if target not in own:
        raise NotFound("activity", target)
    hidden = hidden_cases(ctx, code, found.calculation)
    raw = float_paths(result, target, limit=PATHS)
    paths = tuple(
        Path(p.number, round(p.slack / DAY, 1), tuple(_item(found, own, c, hidden, lang) for c in p.codes))
        for p in raw
    )
    on_path = set(next((p.codes for p in raw if p.number == number), ()))
    kept = _kept(found, wanted, on_path)
    nodes = [_node(found, own[c], lang, c in on_path) for c in own if c in kept]
    driving = {
        (k.pred, k.succ) for row in result.rows.values() if row.critical or row.driving for k in row.drivers
    }
    links = [(k.pred, k.succ, _label(k.type.value, k.lag, found)) for k in plan.net.links]
    drawing: NetMap | None = netmap(nodes, kept_edges(links, kept, driving))
    drags = sorted(
        (
            (c, round(m / result.rows[c].day_minutes, 1))
            for c, m in drag(result, target).items()
            if m and c in own
        ),
        key=lambda pair: (-pair[1], pair[0]),
    )
    return {
        "drawing": drawing,
        "paths": paths,
        "milestones": milestones,
        "target": target,
        "left_out": len(own) - len(nodes),
        "drags": [(c, _name(own[c], lang), days) for c, days in drags],
    }


def _kept(found: DatedNetwork, wanted: Wanted, on_path: set[str]) -> list[str]:
    own = found.plan.net.activities
    rows = found.result.rows

    def holds(a: Activity) -> bool:
        row = rows[a.code]
        if wanted.critical and not (row.critical or row.driving):
            return False
        if wanted.front and found.plan.fronts.get(a.code) != wanted.front:
            return False
        needle = fold(wanted.text)
        return not needle or any(needle in fold(t) for t in (a.code, a.name_vi, a.name_en))

    kept = [a.code for a in own if holds(a)]
    if wanted.filtered or wanted.every or len(kept) <= DRAWN_AT_MOST:
        return kept
    main = {a.code for a in own if a.kind == "milestone"} | on_path
    return [c for c in kept if c in main or rows[c].critical or rows[c].driving]


def _node(found: DatedNetwork, a: Activity, lang: str, on_path: bool) -> Node:
    row = found.result.rows[a.code]
    days = f"{fmt.date_text(row.early_start, lang)} – {fmt.date_text(row.early_finish, lang)}"
    name = _name(a, lang)
    kind = "possession" if a.code in found.plan.possessions else a.kind.value
    return Node(
        code=a.code,
        lines=(name if len(name) <= SHORT else f"{name[: SHORT - 1].rstrip()}…", days),
        title=f"{a.code} · {name} · {days}",
        href=f"?moc={a.code}" if kind == "milestone" else "",
        kind=kind,
        critical=row.critical or row.driving,
        on_path=on_path,
    )


def _item(
    found: DatedNetwork, own: dict[str, Activity], code: str, hidden: frozenset[str], lang: str
) -> PathItem:
    row = found.result.rows[code]
    if code in own:
        name = _name(own[code], lang)
        kind = "possession" if code in found.plan.possessions else own[code].kind.value
        return PathItem(code, name, kind, row.early_start, row.early_finish)
    seen = code not in hidden
    words = ("Hồ sơ đất", "Land case") if seen else ("Đất ngoài phạm vi của bạn", "Land outside your reach")
    return PathItem(code if seen else "", words[lang != "vi"], "case", row.early_start, row.early_finish)


def _name(a: Activity, lang: str) -> str:
    return (a.name_vi if lang == "vi" else a.name_en) or a.name_vi or a.code


def _label(kind: str, lag: int, found: DatedNetwork) -> str:
    if not lag:
        return kind
    amount = f"{lag // DAY:+d}" if found.plan.whole_days else f"{lag / 60:+.1f} h"
    return f"{kind} {amount}"
