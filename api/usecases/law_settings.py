"""Setting the law: dated thresholds, internal targets, changed rules, delegations, regimes of projects.

A setting is added and never changed: a new one for the same key and day takes its place, one without a value takes it
back. Each write is one event with what counted before and after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.lawfiles import competences, rule_book
from api.usecases.entries import already_written, key_once
from api.usecases.law_now import settings_of
from api.usecases.may import is_command
from geo.history import own_key, record
from geo.tables import LawSetting, Project
from projects.errors import Forbidden, InvalidInput
from projects.law.settings import Setting, check_setting, law_with, standing

OBJECT = "law"
LOCK = 7_205_140  # one setting at a time: what counted before is what the event says


@dataclass(frozen=True, slots=True)
class Made:
    """What a write came to: number of the setting, and whether anything was written."""

    id: int
    written: bool


def set_law(
    session: Session, ctx: Context, *, key: str, from_on: date, value: Mapping[str, Any] | None,
    document: str = "", idempotency_key: str | None = None,
) -> Made:  # fmt: skip
    """Makes a setting, or takes one back (`value` None). What counts already is not written again.

    Raises Forbidden, InvalidInput with every fault, KeyReused.
    """
    if not is_command(ctx) and not ctx.rights.may(ctx.principal, "law.change"):
        raise Forbidden("law.change")
    wanted = Setting(key.strip(), from_on, None if value is None else dict(value), document.strip())
    request = hashlib.sha256(
        json.dumps([wanted.key, from_on.isoformat(), wanted.value, wanted.document], sort_keys=True).encode()
    ).hexdigest()
    session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
    if (done := already_written(session, ctx.principal.account, idempotency_key, request)) is not None:
        return Made(int((done.after or {}).get("id", 0)), written=False)
    rows = settings_of(session)
    projects = set(session.scalars(select(Project.code)))
    faults = check_setting(wanted, book=rule_book(), projects=projects)
    if faults:
        raise InvalidInput(faults)
    before = next((row for row in standing(rows) if (row.key, row.from_on) == (wanted.key, from_on)), None)
    if _same(before, wanted):
        return Made(before.id if before else 0, written=False)
    # Nothing that could not be read afterwards gets in: the whole law is made once with it.
    trial = Setting(wanted.key, from_on, wanted.value, wanted.document, id=2**62)
    law_with([*rows, trial], book=rule_book(), competences=competences(), today=ctx.today())
    with key_once(session, idempotency_key):
        row = LawSetting(
            key=wanted.key, from_on=from_on, value=wanted.value, document=wanted.document,
            set_by=ctx.principal.account,
        )  # fmt: skip
        session.add(row)
        session.flush()
        record(
            session,
            kind="law.set" if wanted.value is not None else "law.take_back",
            object_type=OBJECT,
            object_code=wanted.key,
            actor=ctx.principal.account,
            effective_on=from_on,
            before=_told(before) if before else None,
            after=_told(wanted) | {"id": row.id},
            document=wanted.document or None,
            idempotency_key=own_key(ctx.principal.account, idempotency_key),
            request_hash=request if idempotency_key else None,
        )
    return Made(row.id, written=True)


def _same(before: Setting | None, wanted: Setting) -> bool:
    if before is None:
        return wanted.value is None
    return (before.value, before.document) == (wanted.value, wanted.document)


def _told(row: Setting) -> dict[str, Any]:
    value = dict(row.value) if row.value is not None else None
    return {"key": row.key, "from_on": row.from_on.isoformat(), "value": value, "document": row.document}
