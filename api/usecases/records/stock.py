"""The stock of a project's resettlement sites against the need of its cases, and how plots get into it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.entries import key_once
from api.usecases.may import require
from api.usecases.records.fields import Field, read
from api.usecases.records.resettlement import KINDS
from api.usecases.records.writing import Answer, Said, answer_before, fingerprint
from geo.access import access_project
from geo.history import own_key, record, touch
from geo.scope import calculating
from geo.tables import Allocation, CaseFact, ClearanceCase, Project, ResettlementPlot, ResettlementSite, Ward
from projects.errors import Fault, InvalidInput

CHANGE = "stock.change"
MOST_ROWS = 5_000
MOST_TEXT = 400_000
PLOT = (
    Field("code", "Mã lô, căn", "Plot", required=True),
    Field("kind", "Loại", "Kind", "choice", required=True, choices=KINDS),
    Field(
        "area_m2", "Diện tích, m²", "Area, m²", "decimal", required=True, low=Decimal(5), high=Decimal(100_000),
        places=2,
    ),
    Field("held", "Đang giữ lại", "Held back", "flag"),
    Field("note", "Ghi chú", "Note"),
)  # fmt: skip
HEADS = {
    "ma": "code", "mã": "code", "mã lô": "code", "lô": "code", "code": "code", "loại": "kind", "loai": "kind",
    "kind": "kind", "diện tích": "area_m2", "dien_tich": "area_m2", "area": "area_m2", "area_m2": "area_m2",
    "m2": "area_m2", "m²": "area_m2", "giữ": "held", "held": "held", "ghi chú": "note", "note": "note",
}  # fmt: skip
WORDS = {
    "đất": "land", "lô đất": "land", "lo dat": "land", "land": "land", "căn hộ": "flat", "căn": "flat", "nhà": "flat",
    "can ho": "flat", "flat": "flat",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Count:
    """Plots of one kind: `free` may be given out; `held` back; `drawn` and not handed over; `handed` over."""

    total: int = 0
    free: int = 0
    held: int = 0
    drawn: int = 0
    handed: int = 0
    area_m2: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Site:
    """A site with what a source published of it and what was entered, by kind."""

    code: str
    name_vi: str
    ward: str | None
    published: int | None
    area_ha: Decimal | None
    source: str
    note_vi: str | None
    ready_on: date | None  # from which day its plots can be handed over, None for now
    counts: Mapping[str, Count]
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Need:
    """Entitlements of one kind: `met` hold a plot, `waiting` do not; `short` of them find no free plot."""

    total: int
    met: int
    waiting: int
    free: int
    short: int


@dataclass(frozen=True, slots=True)
class Stock:
    """A project's sites and its need by kind."""

    sites: tuple[Site, ...]
    needs: Mapping[str, Need]


def stock_of(session: Session, project: Project) -> Stock:
    """Stock and need of a project, over all its cases whoever asks: counts only, no case is named."""
    with calculating(session):
        plots = session.execute(
            select(ResettlementPlot, Allocation.handed_on, Allocation.id)
            .outerjoin(
                Allocation,
                (Allocation.plot_id == ResettlementPlot.id) & Allocation.released_on.is_(None),
            )
            .where(ResettlementPlot.project_id == project.id)
        ).all()
        needs = session.execute(
            select(CaseFact.case_id, CaseFact.party, CaseFact.value)
            .join(ClearanceCase, ClearanceCase.id == CaseFact.case_id)
            .where(
                CaseFact.project_id == project.id,
                CaseFact.kind == "resettlement.needed",
                CaseFact.void_reason.is_(None),
                ClearanceCase.step != "X2",
            )
            .order_by(CaseFact.happened_on, CaseFact.id)
        ).all()
        given = select(Allocation.case_id, Allocation.party).where(
            Allocation.project_id == project.id, Allocation.released_on.is_(None)
        )
        holders = {(case, party) for case, party in session.execute(given)}
    counts: dict[str, dict[str, Count]] = {}
    demo: set[str] = set()
    for plot, handed_on, allocation in plots:
        state = (
            "handed" if handed_on else "drawn" if allocation is not None else "held" if plot.held else "free"
        )
        kinds = counts.setdefault(plot.site, {})
        was = kinds.get(plot.kind, Count())
        grown = {
            "total": was.total + 1,
            state: getattr(was, state) + 1,
            "area_m2": was.area_m2 + plot.area_m2,
        }
        kinds[plot.kind] = replace(was, **grown)
        if plot.is_demo:
            demo.add(plot.site)
    sites = session.execute(
        select(ResettlementSite, Ward.name)
        .outerjoin(Ward, Ward.code == ResettlementSite.ward_code)
        .where(ResettlementSite.project_id == project.id)
        .order_by(ResettlementSite.code)
    )
    wanted = {(case, party): value for case, party, value in needs if value in KINDS}
    return Stock(
        tuple(
            Site(
                row.code, row.name_vi, ward, row.plots, row.area_ha, row.source, row.note_vi,
                row.ready_on,
                counts.get(row.code, {}), row.code in demo,
            )
            for row, ward in sites
        ),
        {kind: _need(kind, wanted, holders, counts) for kind in KINDS},
    )  # fmt: skip


def plots_of(session: Session, project: Project, site: str) -> list[tuple[ResettlementPlot, str | None]]:
    """The plots of a site by code, each with the code of the case that holds it where the reader sees that case."""
    rows = session.execute(
        select(ResettlementPlot, ClearanceCase.code)
        .outerjoin(Allocation, (Allocation.plot_id == ResettlementPlot.id) & Allocation.released_on.is_(None))
        .outerjoin(ClearanceCase, ClearanceCase.id == Allocation.case_id)
        .where(ResettlementPlot.project_id == project.id, ResettlementPlot.site == site)
        .order_by(ResettlementPlot.code)
    )
    return [(plot, code) for plot, code in rows]


def load_plots(
    session: Session, ctx: Context, project_code: str, site: str, rows: Sequence[Mapping[str, Any]], said: Said
) -> Answer:  # fmt: skip
    """Adds plots to a site and changes those that are there and with nobody; all or nothing, the same twice is nothing.

    Raises NotFound, Forbidden, KeyReused and InvalidInput with a fault for every row that cannot be.
    """
    project = access_project(session, project_code)
    place = session.scalar(
        select(ResettlementSite).where(
            ResettlementSite.project_id == project.id, ResettlementSite.code == site
        )
    )
    if place is None:
        raise InvalidInput(
            [Fault("site", "Chọn khu tái định cư của dự án.", "Choose a site of the project.")]
        )
    require(ctx, CHANGE, ward=place.ward_code or "", project=project.code)
    request = fingerprint("stock.load", f"{project.code}/{site}", {"rows": [dict(row) for row in rows]})
    if (done := answer_before(session, ctx, said.key, request)) is not None:
        return done
    if not 1 <= len(rows) <= MOST_ROWS:
        raise InvalidInput([Fault("rows", f"Cần 1–{MOST_ROWS} dòng.", f"1–{MOST_ROWS} rows are needed.")])
    added, changed = _write(session, project, place, rows)
    if added or changed:
        session.flush()
        touch(session, project.id)  # forecasts stand on the plots that are left
        with key_once(session, said.key):
            record(
                session, kind="stock.load", object_type="project", object_code=project.code,
                project_code=project.code, actor=ctx.principal.account, effective_on=ctx.today(),
                after={"code": site, "version": 1, "added": added, "changed": changed}, document=said.document,
                reason=said.reason, idempotency_key=own_key(ctx.principal.account, said.key), request_hash=request,
            )  # fmt: skip
    return {"code": site, "added": added, "changed": changed, "unchanged": len(rows) - added - changed}


def read_sheet(text: str) -> list[dict[str, str]]:
    """The rows of a pasted table or a CSV file: a heading, then one plot a line, apart by tab, semicolon or comma.

    Raises InvalidInput. Whatever stands in a cell is text; nothing is computed.
    """
    if len(text) > MOST_TEXT:
        raise InvalidInput([Fault("rows", "Bảng quá dài.", "The table is too long.")])
    first = text.strip().partition("\n")[0]
    mark = next((mark for mark in ("\t", ";") if mark in first), ",")
    try:
        lines = [line for line in csv.reader(io.StringIO(text.strip()), delimiter=mark) if any(line)]
    except csv.Error:
        raise InvalidInput([Fault("rows", "Bảng không đọc được.", "The table cannot be read.")]) from None
    heads = [HEADS.get(" ".join(cell.strip().lower().split()), "") for cell in lines[0]] if lines else []
    if not {"code", "kind", "area_m2"} <= set(heads):
        vi = "Dòng đầu phải có các cột: mã, loại, diện tích."
        raise InvalidInput([Fault("rows", vi, "The first row must name the columns: code, kind, area.")])
    found = []
    for line in lines[1:]:
        row = {head: cell.strip() for head, cell in zip(heads, line, strict=False) if head}
        row["kind"] = WORDS.get(row.get("kind", "").lower(), row.get("kind", ""))
        found.append(row)
    return found


def _write(
    session: Session, project: Project, place: ResettlementSite, rows: Sequence[Mapping[str, Any]]
) -> tuple[int, int]:
    there = {
        plot.code: plot
        for plot in session.scalars(
            select(ResettlementPlot).where(
                ResettlementPlot.project_id == project.id, ResettlementPlot.site == place.code
            )
        )
    }
    with calculating(session):
        taken = set(session.scalars(select(Allocation.plot_id).where(Allocation.released_on.is_(None))))
    faults: list[Fault] = []
    seen: set[str] = set()
    added = changed = 0
    for number, row in enumerate(rows, 1):
        try:
            values = read(PLOT, row, whole=True)
        except InvalidInput as error:
            faults += [
                Fault(f"rows[{number}].{f.where}", f"Dòng {number}: {f.vi}", f"Row {number}: {f.en}")
                for f in error.faults
            ]
            continue
        code = values["code"]
        if code in seen:
            faults.append(
                Fault(
                    f"rows[{number}].code",
                    f"Dòng {number}: mã {code} lặp lại.",
                    f"Row {number}: {code} again.",
                )
            )
        seen.add(code)
        plot = there.get(code)
        if plot is None:
            session.add(
                ResettlementPlot(
                    project_id=project.id, site=place.code, ward_code=place.ward_code, is_demo=False, version=1,
                    **values,
                )
            )  # fmt: skip
            added += 1
        elif any(getattr(plot, name) != value for name, value in values.items()):
            if plot.id in taken:
                faults.append(
                    Fault(
                        f"rows[{number}].code",
                        f"Dòng {number}: {code} đã giao cho hồ sơ nên không đổi được.",
                        f"Row {number}: {code} is with a case and stays as it is.",
                    )
                )
                continue
            for name, value in values.items():
                setattr(plot, name, value)
            plot.version += 1
            changed += 1
    if faults:
        raise InvalidInput(faults)
    return added, changed


def _need(
    kind: str, wanted: Mapping[tuple[int, str], str], holders: set[Any], counts: Mapping[str, Any]
) -> Need:
    mine = [who for who, value in wanted.items() if value == kind]
    met = sum(who in holders for who in mine)
    free = sum(kinds[kind].free for kinds in counts.values() if kind in kinds)
    waiting = len(mine) - met
    return Need(len(mine), met, waiting, free, max(0, waiting - free))
