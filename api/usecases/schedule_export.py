"""The network of a project as a file of another program, with the dates of its calculation and no case by name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.baselines import baselines_of, dated_if_it_can
from api.usecases.calculation import calculate, resolve_day
from api.usecases.law_now import calendars_on
from api.usecases.network_files import Form, Network, network_file
from api.usecases.sent_baselines import standing_numbers
from geo.access import access_project
from geo.networks import load_plan
from geo.tables import Project, ScheduleImport
from projects.engine.model import Constraint, Net, Rule
from projects.errors import NotFound
from projects.interchange.imported import Agreed, Imported, SentBaseline
from projects.interchange.package import unpacked
from projects.land import FrontLand
from projects.plan import IMPORTED


def project_file(
    session: Session, ctx: Context, code: str, form: Form, *, as_of: date | None = None
) -> tuple[bytes, date]:
    """The file and its data date. Raises NotFound for a project without a network, InvalidInput without Java."""
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    reckoning = calculate(session, ctx, project, day).reckoning
    plan = load_plan(session, project, calendars_on(session, ctx, day))
    if reckoning is None or plan is None:
        raise NotFound("network", code)
    works = reckoning.works
    net = _waiting(reckoning.bare.net, reckoning.ground)
    kept = _imported(session, project) if plan.source == IMPORTED else None
    known = {a.code for a in net.activities}
    sent = kept.baselines if kept else ()
    found = Network(
        net=net,
        options=works.options,
        calendars=plan.calendars,
        name=project.name_vi,
        beside={c: b for c, b in kept.beside.items() if c in known} if kept else {},
        percents=kept.percents if kept else {},
        baselines=(*sent, *_set_here(session, ctx, project, sent, known)),
    )
    return network_file(found, form)[0], day


def _set_here(
    session: Session, ctx: Context, project: Project, sent: Sequence[SentBaseline], known: Collection[str]
) -> tuple[SentBaseline, ...]:
    """The newest baseline that was set here, the one that reports compare with, by the lowest number that is free; none
    where it cannot be dated any more. `known`: the activities that the file has."""
    row = next((one for one in baselines_of(session, project) if one.source is None), None)
    then = None if row is None else dated_if_it_can(session, ctx, project, row)
    if row is None or then is None:
        return ()
    taken = {one.number for one in sent}
    number = next(n for n in count() if n not in taken)
    rows = then.result.rows
    dates = {
        a.code: Agreed(
            rows[a.code].start_at, rows[a.code].finish_at, round(a.duration / rows[a.code].day_minutes, 2)
        )
        for a in then.plan.net.activities
        if a.code in known
    }
    return (SentBaseline(number, row.name, datetime.combine(row.data_date, time()), dates),) if dates else ()


def _waiting(net: Net, ground: tuple[FrontLand, ...]) -> Net:
    """Each possession no earlier than its land, so that no case need be named."""
    opens = {land.possession: land.opens for land in ground if land.cases and not land.handed_over}
    return replace(
        net,
        activities=tuple(
            replace(
                a,
                constraints=(
                    *(c for c in a.constraints if c.rule is not Rule.SNET),
                    _no_earlier(a.constraints, opens[a.code]),
                ),
            )
            if a.code in opens
            else a
            for a in net.activities
        ),
    )


def _no_earlier(constraints: tuple[Constraint, ...], on: date) -> Constraint:
    """The later of its own earliest start and the day of its land."""
    own = next((c for c in constraints if c.rule is Rule.SNET and c.at is not None), None)
    if own is not None and own.at is not None and str(own.at)[:10] > on.isoformat():
        return own
    return Constraint(Rule.SNET, on)


def _imported(session: Session, project: Project) -> Imported | None:
    """What the accepted import kept beside the network: codes, summaries, lags in percent, baselines that stand."""
    row = session.scalar(
        select(ScheduleImport)
        .where(ScheduleImport.project_id == project.id, ScheduleImport.state == "accepted")
        .order_by(ScheduleImport.decided_at.desc())
        .limit(1)
    )
    if row is None:
        return None
    imported = unpacked(row.document)
    standing = standing_numbers(session, project, row.id)
    return replace(imported, baselines=tuple(b for b in imported.baselines if b.number in standing))
