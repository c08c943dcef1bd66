"""Plots and flats given to cases: drawn, handed over, released. A plot is never with two, nobody holds two.

What races is decided by two unique indexes of the database and not by what was read before. Each act leaves its fact
in the case, so that clocks and guards of the law see it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.case_facts import add_rows, facts_of
from api.usecases.records.fields import Field, read
from api.usecases.records.inventory import ACTION, need_reason
from api.usecases.records.writing import Answer, Said, Write, begin, edit, finish
from geo.history import touch
from geo.scope import calculating
from geo.tables import Allocation, CaseFact, ClearanceCase, ResettlementPlot
from projects.errors import Fault, InvalidInput, MovedOn, NotFound
from projects.law.facts import Fact
from projects.payments import homes_needed

KINDS = {"land": ("lô đất", "plot of land"), "flat": ("căn hộ", "flat")}
PROOFS = {"land": "proof.land_handed", "flat": "proof.home_handed"}
DAY = Field("on", "Ngày", "Day", "day", required=True)
DOCUMENT = Field("document", "Số văn bản", "Document", required=True)
DRAW = (
    Field("party", "Cho ai (mã người; trống: cả hồ sơ)", "For whom (party; empty: the case)"),
    Field("site", "Khu (mã; trống: khu nào cũng được)", "Site (code; empty: any)"),
    Field("plot", "Lô, căn đã bốc (trống: máy bốc thăm)", "Plot drawn (empty: drawn here)"),
    DAY,
    DOCUMENT,
)
HAND = (Field("party", "Của ai", "Whose"), DAY, DOCUMENT)
RELEASE = (Field("party", "Của ai", "Whose"), DAY)
MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class Held:
    """A plot that a case holds or held."""

    party: str
    site: str
    plot: str
    kind: str
    area_m2: Any
    drawn_on: date
    document: str
    handed_on: date | None
    hand_document: str | None
    released_on: date | None
    release_reason: str | None
    version: int
    is_demo: bool


def held_by(session: Session, case: ClearanceCase) -> list[Held]:
    """The plots of a case: those it holds first, then those released."""
    rows = session.execute(
        select(Allocation, ResettlementPlot)
        .join(ResettlementPlot, ResettlementPlot.id == Allocation.plot_id)
        .where(Allocation.case_id == case.id)
        .order_by(Allocation.released_on.desc().nulls_first(), Allocation.id)
    )
    return [
        Held(
            row.party, plot.site, plot.code, plot.kind, plot.area_m2, row.drawn_on, row.document, row.handed_on,
            row.hand_document, row.released_on, row.release_reason, row.version, row.is_demo,
        )
        for row, plot in rows
    ]  # fmt: skip


def free_plots(
    session: Session, project_id: int, *, kind: str = "", site: str = "", code: str = ""
) -> Sequence[ResettlementPlot]:
    """The plots of a project that nobody holds and that may be given out, by site and code."""
    query = select(ResettlementPlot).where(ResettlementPlot.project_id == project_id, ~ResettlementPlot.held)
    for column, wanted in (
        (ResettlementPlot.kind, kind), (ResettlementPlot.site, site), (ResettlementPlot.code, code),
    ):  # fmt: skip
        if wanted:
            query = query.where(column == wanted)
    taken = select(Allocation.plot_id).where(Allocation.released_on.is_(None))
    with calculating(session):  # also what cases out of reach hold
        return session.scalars(
            query.where(ResettlementPlot.id.not_in(taken)).order_by(
                ResettlementPlot.site, ResettlementPlot.code
            )
        ).all()


def draw(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], said: Said, *,
    choose: Callable[[Sequence[ResettlementPlot]], ResettlementPlot] = secrets.choice,
) -> Answer:  # fmt: skip
    """Gives a free plot to somebody of the case who is entitled to one: the named one, or one by `choose`.

    Raises NotFound, Forbidden, InvalidInput (no need recorded, holds one already, no stock), MovedOn when the named
    plot is with somebody else, KeyReused.
    """
    write = begin(session, ctx, ACTION, "plot.draw", code, _texts(entered), said)
    if write.done is not None:
        return write.done
    values = read(DRAW, entered, whole=True)
    party, case = values["party"] or "", write.case
    kind = homes_needed(facts_of(session, ctx, [code]).get(code, ())).get(party)
    if kind is None:
        vi = "Chưa ghi căn cứ đủ điều kiện tái định cư cho người này (TDC-01, HN-08)."
        raise InvalidInput([Fault("party", vi, "No entitlement is recorded for this party (TDC-01, HN-08).")])
    _check_day(values["on"], ctx.today())
    mine = select(Allocation.id).where(
        Allocation.case_id == case.id, Allocation.party == party, Allocation.released_on.is_(None)
    )
    if session.scalar(mine) is not None:
        vi = "Người này đã có lô, căn; muốn đổi thì huỷ bố trí cũ."
        raise InvalidInput(
            [Fault("party", vi, "This party holds a plot already; release it to draw another.")]
        )
    plot = _take(session, write, values, party, kind, choose)
    after = {
        "code": f"{plot.site}/{plot.code}", "version": 1, "party": party, "kind": kind, "on": values["on"],
    }  # fmt: skip
    fact = Fact("resettlement.drawn", values["on"], party=party, value=f"{plot.site}/{plot.code}",
                document=values["document"])  # fmt: skip
    return _close(session, ctx, write, "plot.draw", said, [fact], after=after)


def hand_over(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], said: Said, *, seen: int
) -> Answer:
    """Puts down that the plot was handed over, with its proof for the recovery decision (QD-01c, QD-01d)."""
    write = begin(session, ctx, ACTION, f"plot.hand {seen}", code, _texts(entered), said)
    if write.done is not None:
        return write.done
    values = read(HAND, entered, whole=True)
    party = values["party"] or ""
    row, plot = _held(session, write.case, party)
    _check_day(values["on"], ctx.today())
    faults = []
    if row.version == seen and row.handed_on is not None:
        faults.append(Fault("party", "Đã bàn giao.", "Handed over already."))
    if values["on"] < row.drawn_on:
        faults.append(Fault("on", "Trước ngày bốc thăm.", "Before the draw."))
    if faults:
        raise InvalidInput(faults)
    changes = {"handed_on": values["on"], "hand_document": values["document"]}
    before, after = edit(row, changes, seen=seen, name=f"{code} {plot.site}/{plot.code}")
    facts = [
        Fact(kind, values["on"], party=party, value=f"{plot.site}/{plot.code}", document=values["document"])
        for kind in ("resettlement.handed", PROOFS[plot.kind])
    ]
    about = {"code": f"{plot.site}/{plot.code}", "version": row.version, "party": party}
    return _close(session, ctx, write, "plot.hand", said, facts, before=before, after=after | about)


def release(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], said: Said, *, seen: int
) -> Answer:
    """Takes a plot back that was not handed over yet, with a reason: it is free again, the draw counts no more."""
    write = begin(session, ctx, ACTION, f"plot.release {seen}", code, _texts(entered), said)
    if write.done is not None:
        return write.done
    values = read(RELEASE, entered, whole=True)
    party = values["party"] or ""
    row, plot = _held(session, write.case, party)
    need_reason(said)
    _check_day(values["on"], ctx.today())
    if row.version == seen and row.handed_on is not None:
        vi = "Đã bàn giao nên không huỷ bố trí ở đây được."
        raise InvalidInput([Fault("party", vi, "It was handed over and cannot be released here.")])
    changes = {"released_on": values["on"], "release_reason": (said.reason or "").strip()}
    before, after = edit(row, changes, seen=seen, name=f"{code} {plot.site}/{plot.code}")
    session.execute(
        update(CaseFact)
        .where(
            CaseFact.case_id == write.case.id, CaseFact.kind == "resettlement.drawn", CaseFact.party == party,
            CaseFact.value == f"{plot.site}/{plot.code}", CaseFact.void_reason.is_(None),
        )
        .values(void_reason=(said.reason or "").strip())
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    about = {"code": f"{plot.site}/{plot.code}", "version": row.version, "party": party}
    return _close(session, ctx, write, "plot.release", said, [], before=before, after=after | about)


def _take(
    session: Session, write: Write, values: Mapping[str, Any], party: str, kind: str,
    choose: Callable[[Sequence[ResettlementPlot]], ResettlementPlot],
) -> ResettlementPlot:  # fmt: skip
    """Writes the allocation of a plot that is still free when it is written: the index decides, nobody waits twice."""
    case, named = write.case, values["plot"] or ""
    for _ in range(MOST_TRIES):
        free = free_plots(session, case.project_id, kind=kind, site=values["site"] or "", code=named)
        if not free:
            break
        plot = choose(free)
        made = session.scalar(
            insert(Allocation)
            .values(
                plot_id=plot.id, case_id=case.id, project_id=case.project_id, ward_code=case.ward_code,
                party=party, drawn_on=values["on"], document=values["document"], is_demo=False, version=1,
            )
            .on_conflict_do_nothing()
            .returning(Allocation.id)
        )  # fmt: skip
        if made is not None:
            return plot
    if named:
        raise MovedOn(
            f"Lô, căn {named[:40]} không còn: đã giao cho hồ sơ khác, đang giữ lại, không đúng loại hoặc không có.",
            f"Plot {named[:40]} is not to be had: it is with another case, held back, of another kind or unknown.",
        )
    vi = f"Hết quỹ: không còn {KINDS[kind][0]} nào chưa giao."
    raise InvalidInput([Fault("site", vi, f"No stock: no {KINDS[kind][1]} is left.")])


def _held(session: Session, case: ClearanceCase, party: str) -> tuple[Allocation, ResettlementPlot]:
    row = session.scalar(
        select(Allocation)
        .where(
            Allocation.case_id == case.id, Allocation.party == party, Allocation.released_on.is_(None)
        )
        .with_for_update()
    )  # fmt: skip
    if row is None:
        raise NotFound("plot", party)
    return row, session.get_one(ResettlementPlot, row.plot_id)


def _close(
    session: Session, ctx: Context, write: Write, kind: str, said: Said, facts: list[Fact], *,
    after: Mapping[str, Any], before: Mapping[str, Any] | None = None,
) -> Answer:  # fmt: skip
    if facts:
        add_rows(session, write.case, facts)
    session.flush()
    touch(session, write.case.project_id)
    return finish(session, ctx, write, kind, said, before=before, after=after)


def _check_day(day: date, today: date) -> None:
    if day > today:
        raise InvalidInput([Fault("on", "Ngày ở tương lai.", "A day in the future.")])


def _texts(entered: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in entered.items() if value not in (None, "")}
