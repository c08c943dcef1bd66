"""The Gantt of the "Đường găng" page: which rows are wanted, their land, the baseline beside them, and the links."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.pages.gantt import NARROW, Bar, Gantt, LinkOf, gantt
from api.pages.network import ActivityRow, bars, drawn
from api.usecases.baselines import BaselineRow, baselines_of, stand_then
from api.usecases.calculation import resolve_day
from api.usecases.dated_network import DatedNetwork, dated_network
from api.usecases.planned import Planned, planned_of
from api.usecases.visible import hidden_cases
from api.views import ProjectView
from geo.access import access_project
from geo.tables import Milestone
from projects.comparing import Stand
from projects.errors import NotFound
from projects.model import CaseState
from projects.plan import link_key

LAND_PER_FRONT = 3  # where the possession is critical, else the last one
MOST_ARROWS = 400


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the reader asked to see. `baseline` is its number, 0 for none."""

    every: bool = False
    critical: bool = False
    front: str = ""
    text: str = ""
    kind: str = ""
    baseline: int = 0
    links: bool = True
    land: bool = True

    @property
    def filtered(self) -> bool:
        """Whether rows are left out on purpose."""
        return self.critical or bool(self.front or self.text or self.kind)


def wanted_rows(
    tat_ca: Annotated[str, Query(pattern="^1?$", description="Vẽ mọi công việc.")] = "",
    gang: Annotated[str, Query(pattern="^1?$", description="Chỉ việc găng.")] = "",
    mui: Annotated[str, Query(max_length=40, description="Chỉ một mũi thi công.")] = "",
    tim: Annotated[str, Query(max_length=80, description="Tìm trong mã và tên.")] = "",
    loai: Annotated[str, Query(pattern="^(task|milestone|possession)?$", description="Loại.")] = "",
    co_so: Annotated[int, Query(ge=0, le=2**31 - 1, description="Số của đường cơ sở.")] = 0,
    an: Annotated[str, Query(pattern="^(quan-he|dat|ca-hai)?$", description="Ẩn mũi tên, đất.")] = "",
) -> Wanted:
    """The filters of the page from its address."""
    return Wanted(
        every=bool(tat_ca),
        critical=bool(gang),
        front=mui,
        text=tim.strip(),
        kind=loai,
        baseline=co_so,
        links=an not in ("quan-he", "ca-hai"),
        land=an not in ("dat", "ca-hai"),
    )


WantedDep = Annotated[Wanted, Depends(wanted_rows)]


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing, the rows that match, how many there are, and the baselines that may be chosen."""

    gantt: Gantt | None
    rows: tuple[ActivityRow, ...]
    shown: int
    baselines: tuple[BaselineRow, ...]
    baseline: BaselineRow | None
    gone: int  # activities of the baseline that are no more
    planned: Planned | None = None  # what the planned bars are
    narrow: Gantt | None = None  # the drawing for a phone


def chart_of(
    session: Session, ctx: Context, view: ProjectView, rows: Sequence[ActivityRow], wanted: Wanted, lang: str,
    *, as_of: date | None,
) -> Chart:  # fmt: skip
    """The Gantt of the rows that are wanted. Raises NotFound for a front or baseline that is not there."""
    project = access_project(session, view.summary.facts.code)
    fronts = {front["code"] for front in view.fronts}
    if wanted.front and wanted.front not in fronts:
        raise NotFound("front", wanted.front)
    found = dated_network(session, ctx, project, resolve_day(session, as_of))
    known = baselines_of(session, project)
    chosen = next((b for b in known if b.id == wanted.baseline), None)
    if wanted.baseline and chosen is None:
        raise NotFound("baseline", str(wanted.baseline))
    then = None if chosen is None else stand_then(session, ctx, project, chosen)
    matching = tuple(row for row in rows if _matches(row, wanted))
    shown = list(matching) if wanted.filtered else drawn(matching, all_of_them=wanted.every)
    drawing = narrow = None
    if found is not None and view.delay is not None:
        planned = _published(session, project.id)
        begun = {a.code for a in found.plan.net.activities if a.actual_start is not None}
        made = [_dressed(bar, found, then, planned, begun) for bar in bars(shown, lang)]
        links: list[LinkOf] = list(_links(found)) if wanted.links else []
        if wanted.land:
            made = list(_with_land(made, found, hidden_cases(ctx, project.code, found.calculation), lang))
            links += [
                (bar.code, bar.front, "FS", bar.critical) for bar in made if bar.kind == "case" and bar.front
            ]
        day, finish = view.data_date, view.delay.planned_finish
        drawing = gantt(made, data_date=day, planned=finish, links=links[:MOST_ARROWS])
        narrow = gantt(made, data_date=day, planned=finish, shape=NARROW)
    now = {a.code for a in found.plan.net.activities} if found else set()
    gone = len(then.told.keys() - now) if then else 0
    return Chart(
        drawing, matching, len(shown), known, chosen, gone, planned_of(session, ctx, project), narrow
    )


def _matches(row: ActivityRow, wanted: Wanted) -> bool:
    if wanted.critical and not (row.critical or row.driving):
        return False
    if (wanted.front and row.front != wanted.front) or (wanted.kind and row.kind != wanted.kind):
        return False
    needle = fold(wanted.text)
    return not needle or any(needle in fold(text) for text in (row.code, row.name_vi, row.name_en))


def fold(text: str) -> str:
    """Without tone marks and capitals, so that a search finds both spellings."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def _dressed(
    bar: Bar,
    found: DatedNetwork,
    then: Stand | None,
    planned: Mapping[str, date],
    begun: Collection[str],
) -> Bar:
    """The bar with what is done of it, its baseline and its published date."""
    row = found.result.rows.get(bar.code)
    done = None
    if row is not None and row.done:
        done = bar.finish
    elif bar.code in begun and bar.start <= found.data_date:
        done = found.data_date
    base = then.told.get(bar.code) if then is not None else None
    return replace(
        bar,
        done_until=done,
        baseline=None if base is None else (base.side.start, base.side.finish),
        planned=planned.get(bar.code),
    )


def _with_land(made: Sequence[Bar], found: DatedNetwork, hidden: frozenset[str], lang: str) -> Iterator[Bar]:
    """Under each possession the cases that open it last: those in the reader's reach by code, the others as land."""
    holds: dict[str, list[CaseState]] = {}
    calculation = found.calculation
    for link in found.result.prepared.net.links:
        if link.pred in calculation.cases and calculation.is_open(link.pred):
            holds.setdefault(link.succ, []).append(calculation.cases[link.pred])
    number = 0
    for bar in made:
        yield bar
        cases = sorted(
            holds.get(bar.code, ()),
            key=lambda c: (found.result.rows[c.code].early_finish, c.code),
            reverse=True,
        )
        for place, case in enumerate(cases[: LAND_PER_FRONT if bar.critical else 1]):
            number += 1
            row = found.result.rows[case.code]
            seen = case.code not in hidden
            name = (
                ("Hồ sơ đất", "Land case")
                if seen
                else ("Đất ngoài phạm vi của bạn", "Land outside your reach")
            )
            yield Bar(
                code=case.code if seen else f"#{number}",
                name=name[lang != "vi"] + _rest(place, len(cases), lang),
                kind="case",
                start=calculation.data_date,
                finish=row.early_finish,
                late_finish=row.late_finish,
                critical=row.critical or row.driving,
                front=bar.code,
            )


def _rest(place: int, count: int, lang: str) -> str:
    if place or count == 1:
        return ""
    return f", cuối trong {count}" if lang == "vi" else f", last of {count}"


def _links(found: DatedNetwork) -> Iterator[LinkOf]:
    rows = found.result.rows
    driving = {
        link_key(k.pred, k.succ, k.type)
        for row in rows.values()
        if row.critical or row.driving
        for k in row.drivers
    }
    for k in found.plan.net.links:
        yield k.pred, k.succ, k.type.value, link_key(k.pred, k.succ, k.type) in driving


def _published(session: Session, project_id: int) -> dict[str, date]:
    """The published date of an activity that a milestone is dated by."""
    rows = session.execute(
        select(Milestone.activity_code, Milestone.planned_on).where(
            Milestone.project_id == project_id,
            Milestone.activity_code.is_not(None),
            Milestone.planned_on.is_not(None),
        )
    )
    return {str(code): day for code, day in rows if day is not None}
