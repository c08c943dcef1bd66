"""How a record of a case is written: the case locked, the right asked, a repeated request answered, one event last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.entries import already_written, key_once
from api.usecases.may import require
from api.usecases.records.fields import plain
from geo.access import access_case, project_code_of
from geo.history import own_key, record
from geo.tables import ClearanceCase
from projects.errors import NotFound, StaleVersion

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What stands about a write besides its values: idempotency key, paper, reason."""

    key: str | None = None
    document: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """A write that may go on: its locked case, project and request, and the answer of before if it was done already."""

    case: ClearanceCase
    project: str
    request: str
    done: Answer | None


def begin(
    session: Session, ctx: Context, action: str, kind: str, code: str, body: Mapping[str, Any], said: Said
) -> Write:
    """Locks the case and asks for the right. Raises NotFound, Forbidden, KeyReused, InvalidInput (a bad key)."""
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, action, ward=case.ward_code, project=project)
    request = fingerprint(kind, code, dict(body) | {"document": said.document, "reason": said.reason})
    return Write(case, project, request, answer_before(session, ctx, said.key, request))


def answer_before(session: Session, ctx: Context, key: str | None, request: str) -> Answer | None:
    """The answer that this very request got before. Raises KeyReused, InvalidInput."""
    done = already_written(session, ctx.principal.account, key, request)
    return None if done is None else answer_of(done.after or {})


def answer_of(after: Mapping[str, Any]) -> Answer:
    """What is answered to a write, from its event."""
    return {name: after[name] for name in ("code", "version") if name in after}


def fingerprint(kind: str, target: str, body: Mapping[str, Any]) -> str:
    """The hash of a request: what must be the same when an idempotency key comes again."""
    text = json.dumps([kind, target, body], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def finish(
    session: Session, ctx: Context, write: Write, kind: str, said: Said, *,
    after: Mapping[str, Any], before: Mapping[str, Any] | None = None, object_type: str = "",
) -> Answer:  # fmt: skip
    """Flushes the rows and appends the event of the write; gives the answer. Raises KeyReused."""
    session.flush()
    with key_once(session, said.key):
        record(
            session, kind=kind, object_type=object_type or kind.partition(".")[0], object_code=write.case.code,
            project_code=write.project, actor=ctx.principal.account, effective_on=ctx.today(),
            before=None if before is None else jsonable(before), after=jsonable(after), document=said.document,
            reason=said.reason, idempotency_key=own_key(ctx.principal.account, said.key),
            request_hash=write.request,
        )  # fmt: skip
    return answer_of(after)


def jsonable(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as an event keeps them."""
    return {k: jsonable(v) if isinstance(v, Mapping) else plain(v) for k, v in values.items()}


def next_code(session: Session, table: type[Any], letter: str, *where: Any) -> str:
    """The next code of a record, K1, K2, …; the caller holds the lock under which they are given."""
    codes = session.scalars(select(table.code).where(*where))
    return f"{letter}{1 + max((int(code[1:]) for code in codes if code[1:].isdecimal()), default=0)}"


def row_of(session: Session, table: type[Any], kind: str, code: str, *where: Any) -> Any:
    """The record with this code, locked. Raises NotFound."""
    found = session.scalar(
        select(table)
        .where(table.code == code, *where)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(kind, code)
    return found


def edit(row: Any, values: Mapping[str, Any], *, seen: int, name: str) -> tuple[Answer, Answer]:
    """Puts values into a row of the version seen, which grows; gives (before, after) of the fields that differ.

    Raises StaleVersion with both values of every field that both sides hold differently.
    """
    if row.version != seen:
        current = {field: plain(getattr(row, field)) for field in values} | {"version": row.version}
        wanted = {field: plain(value) for field, value in values.items()}
        raise StaleVersion(name, seen, current, wanted, [f for f in wanted if wanted[f] != current[f]])
    before = state_of(row, values)
    for field, value in values.items():
        setattr(row, field, value)
    row.version = seen + 1
    after = state_of(row, values)
    changed = [field for field in values if before[field] != after[field]]
    return {f: before[f] for f in changed}, {f: after[f] for f in changed}


def state_of(row: Any, fields: Iterable[str]) -> Answer:
    """The fields of a row as an event keeps them."""
    return {field: plain(getattr(row, field)) for field in fields}
