"""Baselines: a name for what was known of a project's network at an event, on a data date; a query, not a copy.

The schedule of a baseline is computed anew from the rows as they were known with its event, so nothing can be edited
into it afterwards. It is compared activity by activity with the schedule of now, or with another baseline.

A baseline that came with a schedule file (`api.usecases.sent_baselines`) is the sender's dates, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.dated_network import DatedNetwork, dated_network
from api.usecases.desk import request_of, text_faults
from api.usecases.entries import already_written, key_once
from api.usecases.may import require
from api.usecases.records.writing import Said
from api.usecases.sent_baselines import sent_stand
from geo.access import access_project
from geo.history import own_key, record
from geo.moment import look_back
from geo.tables import Baseline, Project
from projects.comparing import Compared, Stand, compare, stand_of
from projects.errors import CyclicDependency, Fault, InvalidInput, NotFound

CHANGE = "baseline.change"
OBJECT = "baseline"
MOST_NAME = 80


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """A baseline as it is listed."""

    id: int
    name: str
    data_date: date
    known_event: int
    reason: str
    document: str | None
    set_by: str
    set_at: datetime
    source: Mapping[str, Any] | None = None  # the schedule file that it came with


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` against `after` (None: as it is now), on their data dates."""

    project: str
    before: BaselineRow
    after: BaselineRow | None
    data_date: date
    compared: Compared


def baselines_of(session: Session, project: Project) -> tuple[BaselineRow, ...]:
    """The baselines of a project that stand, newest first."""
    rows = session.scalars(
        select(Baseline)
        .where(Baseline.project_id == project.id, ~Baseline.dropped)
        .order_by(Baseline.set_at.desc(), Baseline.id.desc())
    )
    return tuple(_row(row) for row in rows)


def set_baseline(session: Session, ctx: Context, code: str, name: str, said: Said) -> dict[str, Any]:
    """Names what is known now, on the data date of the portfolio. A reason is needed.

    Raises NotFound, Forbidden, InvalidInput (a name that is there already too), KeyReused.
    """
    project = access_project(session, code)
    require(ctx, CHANGE, ward="", project=code)
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    request = request_of("baseline.set", code, name, said.reason, said.document)
    if (done := already_written(session, ctx.principal.account, said.key, request)) is not None:
        return dict(done.after or {})
    values = {"name": name.strip(), "reason": said.reason, "document": said.document}
    faults = text_faults(values, "name", needed=("name",), most=MOST_NAME)
    faults += text_faults(values, "reason", "document", needed=("reason",))
    there = select(Baseline.id).where(Baseline.project_id == project.id, Baseline.name == values["name"])
    if session.scalar(there) is not None:
        faults.append(Fault("name", "Tên này đã dùng.", "This name is taken."))
    if dated_network(session, ctx, project, day := resolve_day(session, None)) is None:
        raise NotFound("network", code)
    if faults:
        raise InvalidInput(faults)
    with key_once(session, said.key):
        row = Baseline(
            project_id=project.id, name=values["name"], data_date=day, known_event=_newest(session),
            reason=(said.reason or "").strip(), document=said.document, set_by=ctx.principal.account, dropped=False,
        )  # fmt: skip
        session.add(row)
        session.flush()
        after = {
            "id": row.id, "name": row.name, "data_date": day.isoformat(), "known_event": row.known_event,
        }  # fmt: skip
        _tell(session, ctx, code, "baseline.set", after, said, request, day)
    return after


def drop_baseline(session: Session, ctx: Context, code: str, row_id: int, said: Said) -> dict[str, Any]:
    """Takes a baseline off the list, with a reason; the history keeps it. Raises as `set_baseline`."""
    project = access_project(session, code)
    require(ctx, CHANGE, ward="", project=code)
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())
    request = request_of("baseline.drop", code, row_id, said.reason)
    if (done := already_written(session, ctx.principal.account, said.key, request)) is not None:
        return dict(done.after or {})
    row = _standing(session, project, row_id)
    faults = text_faults({"reason": said.reason}, "reason", needed=("reason",))
    if faults:
        raise InvalidInput(faults)
    with key_once(session, said.key):
        row.dropped = True
        row.name = f"{row.name} #{row.id}"  # the name may be used again
        session.flush()
        after = {"id": row.id, "name": row.name, "dropped": True}
        _tell(session, ctx, code, "baseline.drop", after, said, request, resolve_day(session, None))
    return after


def compare_baseline(
    session: Session,
    ctx: Context,
    code: str,
    row_id: int,
    *,
    with_id: int | None = None,
    as_of: date | None = None,
) -> Comparison:
    """A baseline against now (or the day asked for), or against another baseline.

    Raises NotFound for a baseline that the project has not.
    """
    project = access_project(session, code)
    before = _row(_standing(session, project, row_id))
    after = None if with_id is None else _row(_standing(session, project, with_id))
    then = stand_then(session, ctx, project, before)
    if after is None:
        now = dated_network(session, ctx, project, resolve_day(session, as_of))
        to = None if now is None else stand_of(now.plan, now.result)
        day = None if now is None else now.data_date
    else:
        to, day = stand_then(session, ctx, project, after), after.data_date
    if then is None or to is None or day is None:
        raise NotFound("network", code)
    return Comparison(code, before, after, day, compare(then, to))


def stand_then(session: Session, ctx: Context, project: Project, baseline: BaselineRow) -> Stand | None:
    """What a baseline says of each activity: dated from its moment, or as its sender gave it."""
    if baseline.source is not None:
        return sent_stand(session, baseline.id, baseline.source)
    then = dated_then(session, ctx, project, baseline)
    return None if then is None else stand_of(then.plan, then.result)


def stand_if_it_can(session: Session, ctx: Context, project: Project, baseline: BaselineRow) -> Stand | None:
    """The same; None for a broken baseline too: one whose network was not there or cannot be dated any more."""
    try:
        return stand_then(session, ctx, project, baseline)
    except (InvalidInput, CyclicDependency, NotFound):
        return None


def dated_then(
    session: Session, ctx: Context, project: Project, baseline: BaselineRow
) -> DatedNetwork | None:
    """The dated network of a baseline set here: rows as known with its event, on its data date."""
    ctx = replace(ctx, known=baseline.known_event, known_at=None)
    with looking_back(session, baseline.known_event) as other:
        row = access_project(other, project.code)
        return dated_network(other, ctx, row, baseline.data_date)


def dated_if_it_can(
    session: Session, ctx: Context, project: Project, baseline: BaselineRow
) -> DatedNetwork | None:
    """The same; None for one that is broken, as in `stand_if_it_can`."""
    try:
        return dated_then(session, ctx, project, baseline)
    except (InvalidInput, CyclicDependency, NotFound):
        return None


@contextmanager
def looking_back(session: Session, event: int) -> Iterator[Session]:
    """Another session in the same transaction that reads what was known with an event.

    It works in a savepoint that is rolled back: with it go the settings of looking back.
    """
    with Session(session.connection(), join_transaction_mode="create_savepoint") as other:
        look_back(other, event)
        yield other
        other.rollback()


def _newest(session: Session) -> int:
    """The last event of all, also of those that are hidden from whoever asks."""
    return int(session.scalar(text("select id from history_head()")) or 0)


def _standing(session: Session, project: Project, row_id: int) -> Baseline:
    row = session.scalar(
        select(Baseline).where(Baseline.id == row_id, Baseline.project_id == project.id, ~Baseline.dropped)
    )
    if row is None:
        raise NotFound("baseline", str(row_id))
    return row


def _row(row: Baseline) -> BaselineRow:
    names = ("id", "name", "data_date", "known_event", "reason", "document", "set_by", "set_at", "source")
    return BaselineRow(**{name: getattr(row, name) for name in names})


def _tell(
    session: Session, ctx: Context, code: str, kind: str, after: Mapping[str, Any], said: Said, request: str, day: date
) -> None:  # fmt: skip
    actor = ctx.principal.account
    record(
        session, kind=kind, object_type=OBJECT, object_code=code, project_code=code, actor=actor,
        effective_on=min(day, ctx.today()), after=dict(after), document=said.document, reason=said.reason,
        idempotency_key=own_key(actor, said.key), request_hash=request if said.key else None,
    )  # fmt: skip
