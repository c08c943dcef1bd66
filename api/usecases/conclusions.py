"""Meeting conclusions and what became of what they assigned; the register of the five bottlenecks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.assignments import Seen
from api.usecases.desk import cleaned, code_fault, day_fault, request_of, text_faults
from api.usecases.entries import already_written, key_once, plain
from api.usecases.facts import project_labels
from api.usecases.may import is_command
from geo.history import own_key, record
from geo.tables import BottleneckEntry, Conclusion, Project
from projects.bottlenecks import BOTTLENECKS
from projects.duties import OPEN
from projects.errors import Fault, Forbidden, InvalidInput


@dataclass(frozen=True, slots=True)
class Stand:
    """How far assignments have come: all of them in reach, confirmed, reported done, open, owed, withdrawn."""

    total: int
    confirmed: int
    done: int
    open: int
    owed: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Concluded:
    """A conclusion with the stand of what it assigned."""

    row: Conclusion
    stand: Stand


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """One of the five: tagged projects (code, names), entries newest first, and the stand of its assignments."""

    code: str
    names: tuple[str, str]
    projects: tuple[tuple[str, tuple[str, str]], ...]
    entries: tuple[BottleneckEntry, ...]
    stand: Stand


def stand_of(views: Sequence[Seen]) -> Stand:
    """The stand of some assignments."""
    by_state = Counter(view.row.state for view in views)
    return Stand(
        total=len(views),
        confirmed=by_state["confirmed"],
        done=by_state["done"],
        open=sum(by_state[state] for state in OPEN),
        owed=sum(view.owed for view in views),
        withdrawn=by_state["withdrawn"],
    )


def conclusions(session: Session, views: Sequence[Seen]) -> tuple[Concluded, ...]:
    """Every conclusion, the last meeting first; `views` are the assignments in the reader's reach."""
    by_number: dict[int | None, list[Seen]] = {}
    for view in views:
        by_number.setdefault(view.row.conclusion_id, []).append(view)
    rows = session.scalars(select(Conclusion).order_by(Conclusion.held_on.desc(), Conclusion.id.desc()))
    return tuple(Concluded(row, stand_of(by_number.get(row.id, []))) for row in rows)


def add_conclusion(
    session: Session, ctx: Context, entered: Mapping[str, Any], *, key: str | None
) -> dict[str, Any]:
    """Enters a conclusion (`number`, `held_on`, `title`, `chair`). Raises Forbidden, InvalidInput, KeyReused."""
    _check(ctx)
    values = cleaned(entered)
    request = request_of("conclusion.add", values)
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return dict(done.after or {})
    names = ("number", "title", "chair")
    faults = text_faults(values, *names, needed=names)
    held = values.get("held_on")
    if held is None:
        faults.append(Fault("held_on", "Ghi ngày họp.", "Give the day of the meeting."))
    faults += day_fault("held_on", held, last=ctx.today())
    number = values.get("number")
    if number and session.scalar(select(Conclusion.id).where(Conclusion.number == number)) is not None:
        faults.append(Fault("number", "Đã có kết luận số này.", "There is a conclusion with this number."))
    if faults:
        raise InvalidInput(faults)
    with key_once(session, key):
        row = Conclusion(
            **{n: values[n] for n in names}, held_on=held, entered_by=ctx.principal.account, is_demo=False
        )
        session.add(row)
        session.flush()
        told = {"id": row.id, **{name: plain(getattr(row, name)) for name in (*names, "held_on")}}
        _record(session, ctx, "conclusion.add", "conclusion", row.number, row.held_on, told, key, request)
    return told


def bottlenecks(
    session: Session, ctx: Context, views: Sequence[Seen], *, day: date
) -> tuple[Bottleneck, ...]:
    """The five with their tagged projects, entries until the day, and what was assigned about them."""
    labels = project_labels(session)
    tagged = session.execute(select(Project.code, Project.bottlenecks).order_by(Project.sort)).all()
    entries: dict[str, list[BottleneckEntry]] = {}
    newest = BottleneckEntry.day.desc(), BottleneckEntry.id.desc()
    query = select(BottleneckEntry).where(BottleneckEntry.day <= day)
    if ctx.known_at is not None:
        query = query.where(BottleneckEntry.entered_at <= ctx.known_at)
    for entry in session.scalars(query.order_by(*newest)):
        entries.setdefault(entry.code, []).append(entry)
    return tuple(
        Bottleneck(
            code,
            names,
            tuple((project, labels[project]) for project, codes in tagged if code in codes),
            tuple(entries.get(code, ())),
            stand_of([v for v in views if (v.row.source_kind, v.row.source_code) == ("bottleneck", code)]),
        )
        for code, names in BOTTLENECKS.items()
    )


def add_entry(
    session: Session, ctx: Context, entered: Mapping[str, Any], *, key: str | None
) -> dict[str, Any]:
    """Enters how far a bottleneck has come on a day: `code`, `day`, `said`, `document`, and `part`, `whole`, `unit`.

    Raises Forbidden, InvalidInput with every fault, KeyReused.
    """
    _check(ctx)
    values = cleaned(entered)
    request = request_of("bottleneck.enter", values)
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return dict(done.after or {})
    faults = code_fault("code", values.get("code"), BOTTLENECKS)
    faults += text_faults(values, "said", "document", "unit", needed=("said", "document"))
    if values.get("day") is None:
        faults.append(Fault("day", "Ghi ngày của số liệu.", "Give the day of the figures."))
    faults += day_fault("day", values.get("day"), last=ctx.today())
    part, whole = values.get("part"), values.get("whole")
    faults += _count_faults(part, whole, values.get("unit"))
    if faults:
        raise InvalidInput(faults)
    with key_once(session, key):
        row = BottleneckEntry(
            code=values["code"], day=values["day"], part=part, whole=whole, unit=values.get("unit") or "",
            said=values["said"], document=values["document"], entered_by=ctx.principal.account,
        )  # fmt: skip
        session.add(row)
        session.flush()
        names = ("code", "day", "part", "whole", "unit", "said", "document")
        told = {"id": row.id, **{name: plain(getattr(row, name)) for name in names}}
        _record(session, ctx, "bottleneck.enter", "bottleneck", row.code, row.day, told, key, request)
    return told


def _count_faults(part: Decimal | None, whole: Decimal | None, unit: str | None) -> list[Fault]:
    if part is None and whole is None:
        return []
    if part is None or whole is None:
        return [Fault("whole", "Ghi cả đạt được và tổng số.", "Give both the part and the whole.")]
    faults = []
    if not (part.is_finite() and whole.is_finite()) or not 0 <= part <= whole or whole == 0:
        vi = "Số đạt được phải từ 0 đến tổng số, tổng số lớn hơn 0."
        faults.append(Fault("part", vi, "The part lies between 0 and the whole, which is above 0."))
    if not unit:
        faults.append(Fault("unit", "Ghi đơn vị đếm.", "Give the unit."))
    return faults


def _check(ctx: Context) -> None:
    if not (is_command(ctx) or ctx.rights.may(ctx.principal, "conclusion.add")):
        raise Forbidden("conclusion.add")


def _record(
    session: Session, ctx: Context, kind: str, object_type: str, code: str, day: date, told: dict[str, Any],
    key: str | None, request: str,
) -> None:  # fmt: skip
    actor = ctx.principal.account
    record(
        session, kind=kind, object_type=object_type, object_code=code, actor=actor, effective_on=day, after=told,
        idempotency_key=own_key(actor, key), request_hash=request if key else None,
    )  # fmt: skip
