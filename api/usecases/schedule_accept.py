"""Accepting an imported schedule makes it the project's network and keeps its baselines, in one transaction with one
event; undo puts the earlier network back, unless the network was changed since, and drops those baselines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.schedule_imports import OBJECT, access_schedule, refused
from api.usecases.sent_baselines import drop_sent, keep_sent
from geo.history import record, touch
from geo.networks import known_times, load_plan, save_net, save_plan
from geo.scope import calculating
from geo.tables import Activity, ClearanceCase, Link, Milestone, Project, ScheduleImport
from projects.engine.document import read
from projects.errors import Fault, InvalidInput
from projects.interchange.package import unpacked
from projects.plan import EDITED, IMPORTED, TEMPLATE, Plan
from projects.plan_rows import document_of, plan_hash


def accept(session: Session, ctx: Context, code: str, number: int) -> dict[str, Any]:
    """Writes a waiting import as the network; gives what its event says. Accepting it again changes nothing.

    Raises Forbidden, and InvalidInput with every fault of the network on the portfolio's data date; nothing is written
    then.
    """
    project = _locked(session, ctx, code, number)
    found = access_schedule(session, ctx, code, number, for_update=True)
    row = found.row
    if row.state == "accepted":
        return {"unchanged": True}
    if not found.may_accept:
        raise refused("import.decide", found)
    day = resolve_day(session, None)
    before = load_plan(session, project, ctx.calendars)
    imported = unpacked(row.document)
    _refuse_case_codes(session, {a.code for a in imported.net.activities})
    finish = row.ties.get("finish")
    net = replace(imported.net, project=project.code, finishes=(finish,) if finish else ())
    save_net(
        session,
        project,
        net,
        options=replace(imported.options, data_date=day),
        known=ctx.calendars,
        calendars=imported.calendars,
        fronts={activity: front for front, codes in row.ties["fronts"].items() for activity in codes},
        source=IMPORTED,
    )
    milestones = _tie_milestones(session, project, row.ties["milestones"])
    after = load_plan(session, project, ctx.calendars)
    assert after is not None
    row.before = {
        "network": None if before is None else document_of(before),
        "whole_days": before is not None and before.whole_days,
        "source": TEMPLATE if before is None else before.source,
        "milestones": milestones,
    }
    row.after_hash = plan_hash(after)
    row.state, row.decided_by = "accepted", ctx.principal.account
    row.decided_at = session.scalar(select(func.clock_timestamp()))
    session.flush()
    counts = {
        "filename": row.filename, "sha256": row.sha256, "activities": len(net.activities), "links": len(net.links),
        "fronts": len(row.ties["fronts"]), "hash": row.after_hash, "baselines": len(imported.baselines),
    }  # fmt: skip
    touch(session, project.id)
    event = record(
        session, kind="schedule.accept", object_type=OBJECT, object_code=str(row.id), actor=ctx.principal.account,
        effective_on=day, project_code=project.code, after=counts,
        before={"activities": 0 if before is None else len(before.net.activities)} if before else None,
        seconds=row.event_id if ctx.principal.account != row.proposed_by else None,
    )  # fmt: skip
    keep_sent(session, project, row, imported, account=ctx.principal.account, event=event.id)
    return counts


def undo(session: Session, ctx: Context, code: str, number: int, *, reason: str) -> None:
    """Puts the network back that this import replaced. Raises Forbidden, and InvalidInput when it was changed since."""
    project = _locked(session, ctx, code, number)
    found = access_schedule(session, ctx, code, number, for_update=True)
    row = found.row
    if row.state == "undone":
        return
    if not found.may_undo or row.before is None:
        raise refused("import.decide", found)
    if not reason.strip():
        raise InvalidInput([Fault("ly_do", "Hoàn tác phải nêu lý do.", "Undoing needs a reason.")])
    now = load_plan(session, project, ctx.calendars)
    if now is None or plan_hash(now) != row.after_hash:
        raise InvalidInput(
            [
                Fault(
                    "mang",
                    "Mạng đã được sửa hoặc nạp lại sau lần nạp này: hoàn tác các thay đổi ấy trước.",
                    "The network was changed or imported again since: undo those changes first.",
                )
            ]
        )
    day = resolve_day(session, None)
    if row.before["network"] is None:
        session.execute(delete(Link).where(Link.project_id == project.id))
        session.execute(delete(Activity).where(Activity.project_id == project.id))
    else:
        plan = _earlier(ctx, row, day)
        save_plan(session, project, plan, options=plan.options(day))
    _tie_milestones(session, project, row.before["milestones"])
    drop_sent(session, project, row.id)
    row.state, row.undone_by = "undone", ctx.principal.account
    row.undone_at = session.scalar(select(func.clock_timestamp()))
    session.flush()
    touch(session, project.id)
    record(
        session, kind="schedule.undo", object_type=OBJECT, object_code=str(row.id), actor=ctx.principal.account,
        effective_on=day, project_code=project.code, before={"hash": row.after_hash}, reason=reason.strip(),
    )  # fmt: skip


def _locked(session: Session, ctx: Context, code: str, number: int) -> Project:
    """The project, locked: two writers of one network go one after the other, and projects come before the rest."""
    project = access_schedule(session, ctx, code, number).project
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    return project


def _earlier(ctx: Context, row: ScheduleImport, day: date) -> Plan:
    """The plan that the import replaced, as it was kept."""
    kept = row.before or {}
    whole = bool(kept["whole_days"])
    times = known_times(ctx.calendars, whole_days=whole)
    found = read(kept["network"], data_date=day, known=times)
    return Plan(
        net=found.net,
        whole_days=whole,
        progress=found.options.progress,
        lag_calendar=found.options.lag_calendar,
        critical_float=found.options.critical_float,
        calendars=found.calendars,
        fronts=found.fronts,
        possessions=found.possessions,
        sender_codes=found.sender_codes,
        source=IMPORTED if kept["source"] == IMPORTED else EDITED,
    )


def _tie_milestones(
    session: Session, project: Project, wanted: dict[str, str | None]
) -> dict[str, str | None]:
    """Ties published milestones to activities; gives what they were tied to. Those not named are left as they are."""
    before: dict[str, str | None] = {}
    rows = session.scalars(select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.id))
    for milestone in rows:
        if milestone.code in wanted and milestone.activity_code != wanted[milestone.code]:
            before[milestone.code] = milestone.activity_code
            milestone.activity_code = wanted[milestone.code]
    return before


def _refuse_case_codes(session: Session, codes: set[str]) -> None:
    with calculating(session):
        taken = session.scalars(select(ClearanceCase.code).where(ClearanceCase.code.in_(codes))).all()
    if taken:
        vi, en = "Mã này là của một hồ sơ GPMB.", "This is the code of a clearance case."
        raise InvalidInput([Fault(str(code), vi, en) for code in sorted(taken)])
