"""Scenarios under a name: kept, changed, shared by role, withdrawn; what each gave when kept and gives today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import calculation_key, resolve_day
from api.usecases.entries import already_written, key_once
from api.usecases.records.writing import fingerprint
from api.usecases.schedules import options_of
from api.usecases.trials import ACTION, hidden_of, shift_out, stand_of
from api.usecases.visible import Hidden
from geo.access import access_project
from geo.history import own_key, record
from geo.tables import Project, Scenario
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion
from projects.rights import PUBLIC
from projects.scenarios.changes import Changes, as_json, read_changes
from projects.scenarios.resolve import resolve
from projects.scenarios.stand import Stand
from projects.scenarios.trial import Trial, try_out

MOST, LONGEST = 30, 80
SHOWN = 40  # scenarios of a list
TAKEN = Fault("name", "Bạn đã có kịch bản tên này.", "You have a scenario of this name.")


def scenario_list(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> dict[str, Any]:
    """The reader's own scenarios of a project and those shared with their role, newest first. Raises NotFound."""
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    rows = session.scalars(
        select(Scenario)
        .where(Scenario.project_id == project.id, Scenario.active)
        .order_by(Scenario.id.desc())
        .limit(SHOWN)
    ).all()
    head = {
        "project": code, "data_date": day.isoformat(), "options": options_of(session, ctx, project, day),
        "revision": project.revision,
    }  # fmt: skip
    return head | {"rows": [_told(session, ctx, project, day, row) for row in rows]} | ctx.looking_back


def one_scenario(
    session: Session, ctx: Context, code: str, number: int, *, as_of: date | None = None
) -> dict[str, Any]:
    """One scenario that the reader may read. Raises NotFound."""
    project = access_project(session, code)
    row = session.scalar(
        select(Scenario).where(Scenario.id == number, Scenario.project_id == project.id, Scenario.active)
    )
    if row is None:
        raise NotFound("scenario", str(number))
    return _told(session, ctx, project, resolve_day(session, as_of), row) | ctx.looking_back


def keep_scenario(
    session: Session, ctx: Context, code: str, *, name: str, body: Mapping[str, Any],
    shared_with: Sequence[str] = (), key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Keeps a scenario with what it gives now. The same key again writes nothing and answers as before.

    Raises NotFound, KeyReused and InvalidInput: like `what_if`, and for a name, a role or too many.
    """
    project = access_project(session, code)
    request = fingerprint("scenario.keep", code, {"name": name, "body": body, "shared": sorted(shared_with)})
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return _answer(done.after or {})
    wanted, roles, changes = _name(name), _roles(ctx, shared_with), read_changes(body)
    mine = (Scenario.project_id == project.id, Scenario.account == ctx.principal.account, Scenario.active)
    if (session.scalar(select(func.count()).select_from(Scenario).where(*mine)) or 0) >= MOST:
        vi, en = f"Giữ tối đa {MOST} kịch bản mỗi dự án.", f"At most {MOST} scenarios of a project are kept."
        raise InvalidInput([Fault("name", vi, en)])
    row = Scenario(
        project_id=project.id, account=ctx.principal.account, name=wanted, changes=as_json(changes),
        shared_with=roles, version=1, **_given(session, ctx, project, changes),
    )  # fmt: skip
    _write(session, row, {})
    return _record(session, ctx, project, "scenario.keep", None, row, key, request)


def change_scenario(
    session: Session, ctx: Context, code: str, number: int, fields: Mapping[str, Any], *, seen: int,
    key: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Another name, other changes (computed anew) or other roles, on the version that was read.

    Raises NotFound for one that is not the reader's own, StaleVersion, KeyReused, InvalidInput.
    """
    project = access_project(session, code)
    request = fingerprint("scenario.change", str(number), dict(fields) | {"seen": seen})
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return _answer(done.after or {})
    row = _mine(session, ctx, project, number)
    faults = [
        Fault(name[:40], "Không có trường này.", "There is no such field.")
        for name in sorted(set(fields) - EDITED)
    ]
    if faults:
        raise InvalidInput(faults)
    wanted: dict[str, Any] = {}
    if "name" in fields:
        wanted["name"] = _name(fields["name"])
    if "shared_with" in fields:
        wanted["shared_with"] = _roles(ctx, fields["shared_with"])
    changes = read_changes(fields["changes"]) if "changes" in fields else None
    if changes is not None:
        wanted["changes"] = as_json(changes)
    _seen(row, seen, wanted)
    if all(getattr(row, field) == value for field, value in wanted.items()):
        return _answer(_state(row))
    before = _state(row)
    if changes is not None:
        wanted |= _given(session, ctx, project, changes) | {"saved_at": func.clock_timestamp()}
    _write(session, row, wanted | {"version": seen + 1})
    return _record(session, ctx, project, "scenario.change", before, row, key, request)


def withdraw_scenario(
    session: Session, ctx: Context, code: str, number: int, *, seen: int, key: str | None = None
) -> dict[str, Any]:
    """Takes a scenario out of every list; its row and history stay. Raises NotFound, StaleVersion, KeyReused."""
    project = access_project(session, code)
    request = fingerprint("scenario.withdraw", str(number), {"seen": seen})
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return _answer(done.after or {})
    row = _mine(session, ctx, project, number)
    _seen(row, seen, {"active": False})
    before = _state(row)
    _write(session, row, {"active": False, "version": seen + 1})
    return _record(session, ctx, project, "scenario.withdraw", before, row, key, request)


EDITED = {"name", "changes", "shared_with"}


def readers(ctx: Context) -> dict[str, tuple[str, str]]:
    """The roles that a scenario can be shared with, in both languages."""
    return {
        code: (role.vi, role.en)
        for code, role in ctx.rights.roles.items()
        if code != PUBLIC and ctx.rights.grant(code, ACTION) != "."
    }


def _told(session: Session, ctx: Context, project: Project, day: date, row: Scenario) -> dict[str, Any]:
    hidden = hidden_of(session, ctx, project, day)
    changes = row.changes
    cases = [c for c in changes.get("cases", ()) if c["code"] not in hidden]
    unnamed = len(changes.get("cases", ())) - len(cases)
    seen = {k: v for k, v in changes.items() if k != "cases"} | ({"cases": cases} if cases else {})
    now, faults = _today(session, ctx, project, day, row, hidden)
    return {
        "id": row.id,
        "name": row.name,
        "account": row.account,
        "mine": row.account == ctx.principal.account,
        "shared_with": list(row.shared_with),
        "version": row.version,
        "changes": seen,
        "cases_hidden": unnamed,
        "data_date": row.data_date.isoformat(),
        "revision": row.revision,
        "saved_at": row.saved_at.isoformat() if isinstance(row.saved_at, datetime) else None,
        "given": row.given,
        "now": now,
        "now_on": day.isoformat(),
        "options": options_of(session, ctx, project, day),
        "faults": [{"where": f.where, "vi": f.vi, "en": f.en} for f in faults],
    }


def _today(
    session: Session, ctx: Context, project: Project, day: date, row: Scenario, hidden: Hidden
) -> tuple[dict[str, Any] | None, Sequence[Fault]]:
    """What the scenario gives today, or why it no longer can."""

    def make() -> Trial | tuple[Fault, ...]:
        stand = stand_of(session, ctx, project, day)
        try:
            return try_out(stand, resolve(read_changes(row.changes), stand, again=True))
        except InvalidInput as error:
            return error.faults

    made = ctx.cache.get(
        ("scenario", row.id, row.version, *calculation_key(session, ctx, project, day)), make
    )
    if isinstance(made, Trial):
        return summary(made), ()
    named = [f for f in made if f.where not in hidden]
    if len(named) < len(made):
        rest = len(made) - len(named)
        vi, en = (
            f"Và {rest} lý do về hồ sơ ngoài phạm vi của bạn.",
            f"And {rest} about cases outside your reach.",
        )
        named.append(Fault("cases", vi, en))
    return None, named


def summary(trial: Trial) -> dict[str, Any]:
    """What is kept of a trial: dates and counts, no case by name."""
    return {
        "finish": shift_out(trial.finish),
        "milestones": [shift_out(s) for s in trial.milestones],
        "cases": len(trial.resolved.moved),
        "works": len(trial.resolved.worked),
        "over_since": trial.resolved.dropped,
    }


def _given(session: Session, ctx: Context, project: Project, changes: Changes) -> dict[str, Any]:
    day = resolve_day(session, None)
    stand: Stand = stand_of(session, ctx, project, day)
    trial = try_out(stand, resolve(changes, stand, hidden=hidden_of(session, ctx, project, day)))
    return {"data_date": day, "revision": project.revision, "given": summary(trial)}


def _mine(session: Session, ctx: Context, project: Project, number: int) -> Scenario:
    row = session.scalar(
        select(Scenario)
        .where(
            Scenario.id == number, Scenario.project_id == project.id, Scenario.active,
            Scenario.account == ctx.principal.account,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )  # fmt: skip
    if row is None:
        raise NotFound("scenario", str(number))
    return row


def _seen(row: Scenario, seen: int, wanted: Mapping[str, Any]) -> None:
    if row.version != seen:
        current = {field: getattr(row, field) for field in wanted} | {"version": row.version}
        differ = [field for field in wanted if current[field] != wanted[field]]
        raise StaleVersion(row.name, seen, current, dict(wanted), differ)


def _name(name: Any) -> str:
    wanted = " ".join(str(name).split())
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        vi, en = f"Tên kịch bản từ 1 đến {LONGEST} ký tự.", f"A name of 1 to {LONGEST} characters is needed."
        raise InvalidInput([Fault("name", vi, en)])
    return wanted


def _roles(ctx: Context, roles: Sequence[str]) -> list[str]:
    known = readers(ctx)
    faults = [
        Fault(
            "shared_with",
            f"Không chia sẻ được với “{role[:40]}”.",
            f"It cannot be shared with “{role[:40]}”.",
        )
        for role in sorted(set(roles) - set(known))
    ]
    if faults:
        raise InvalidInput(faults)
    return sorted(set(roles))


def _write(session: Session, row: Scenario, values: Mapping[str, Any]) -> None:
    """Puts values into a row, in a savepoint: a name that is taken undoes nothing else."""
    try:
        with session.begin_nested():
            for field, value in values.items():
                setattr(row, field, value)
            session.add(row)
            session.flush()
    except IntegrityError:
        raise InvalidInput([TAKEN]) from None


def _state(row: Scenario) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "changes": row.changes, "shared_with": list(row.shared_with),
        "data_date": row.data_date.isoformat(), "given": row.given, "active": row.active, "version": row.version,
    }  # fmt: skip


def _answer(after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: after[name] for name in ("id", "name", "version") if name in after}


def _record(
    session: Session, ctx: Context, project: Project, kind: str, before: dict[str, Any] | None, row: Scenario,
    key: str | None, request: str,
) -> dict[str, Any]:  # fmt: skip
    after = _state(row)
    with key_once(session, key):
        record(
            session, kind=kind, object_type="account", object_code=ctx.principal.account, project_code=project.code,
            actor=ctx.principal.account, effective_on=ctx.today(), before=before, after=after,
            idempotency_key=own_key(ctx.principal.account, key), request_hash=request,
        )  # fmt: skip
    return _answer(after)
