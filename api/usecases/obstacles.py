"""Obstacles of a case: opened, given an owner and a due date, handed a solution, resolved; several may be open.

The headline of the case names the main one. Opening the first and resolving the main one change it here, through
`change_case`; what a changed headline opens and closes, triggers do (`geo.migrations.obstacle_rules`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.cases import CaseChange, change_case
from api.usecases.desk import check_seen, cleaned, code_fault, day_fault, request_of, text_faults
from api.usecases.entries import already_written, key_once, plain
from api.usecases.may import require
from geo.access import access_case, portfolio_state, project_code_of
from geo.history import own_key, record, touch
from geo.tables import CaseObstacle, ClearanceCase
from projects.codes import OBSTACLES
from projects.errors import Fault, Forbidden, InvalidInput, NotFound
from projects.tiers import TIERS, reaches

FIELDS = ("cause", "opened_on", "owner", "tier", "solution", "due_on", "climbs", "resolved_on", "how")
EDITED = frozenset({"owner", "solution", "due_on", "resolved_on", "how"})
# Who takes over an obstacle only when it has come up to them, and what they may then write.
TAKEN_OVER = {"department": "department", "leadership": "city"}
BY_TAKING_OVER = frozenset({"solution", "due_on", "resolved_on", "how"})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One obstacle on a day: `days_left` to its due date (negative: overdue), None without one or when resolved."""

    id: int
    cause: str
    opened_on: date
    owner: str | None
    tier: str
    solution: str | None
    due_on: date | None
    climbs: int
    resolved_on: date | None
    how: str | None
    version: int
    is_demo: bool
    main: bool
    days_left: int | None
    mine: bool  # whoever asks may change it


def obstacles_of(session: Session, ctx: Context, case: ClearanceCase, *, day: date) -> tuple[Obstacle, ...]:
    """The obstacles of a case that were opened by `day`: open ones first, the main one before all, then by due date."""
    rows = session.scalars(
        select(CaseObstacle).where(CaseObstacle.case_id == case.id, CaseObstacle.opened_on <= day)
    )
    project = project_code_of(session, case)
    found = [_view(ctx, case, project, row, day) for row in rows]
    return tuple(
        sorted(
            found,
            key=lambda o: (
                o.resolved_on is not None,
                not o.main,
                -(o.resolved_on or date.min).toordinal(),
                o.due_on or date.max,
                o.id,
            ),
        )
    )


def open_obstacle(
    session: Session, ctx: Context, code: str, entered: Mapping[str, Any], *, key: str | None
) -> dict[str, Any]:
    """Opens an obstacle (`cause`, and if known `opened_on`, `owner`, `solution`, `due_on`) and gives its state.

    The first one becomes the headline's. Raises NotFound, Forbidden, InvalidInput, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "obstacle.open", ward=case.ward_code, project=project)
    values = cleaned(entered)
    request = request_of("obstacle.open", code, values)
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return dict(done.after or {})
    values["opened_on"] = values.get("opened_on") or min(portfolio_state(session).data_date, ctx.today())
    faults = _faults(values, ctx, opened_on=values["opened_on"]) + code_fault(
        "cause", values.get("cause"), OBSTACLES
    )
    open_now = _open(session, case)
    if any(row.cause == values.get("cause") for row in open_now):
        vi = "Hồ sơ đang có một vướng mắc mở với nguyên nhân này: sửa dòng đó."
        faults.append(Fault("cause", vi, "An obstacle with this cause is open already: change that one."))
    if faults:
        raise InvalidInput(faults)
    row = CaseObstacle(
        case_id=case.id, project_id=case.project_id, ward_code=case.ward_code, is_demo=case.is_demo, tier="ward",
        climbs=0, version=1, **{n: values.get(n) for n in ("cause", "opened_on", "owner", "solution", "due_on")},
    )  # fmt: skip
    with key_once(session, key):
        session.add(row)
        session.flush()
        _keep_headline(session, ctx, case, reason=None)
        _tell(session, ctx, code, project, row, "open", None, day=row.opened_on, key=key, request=request)
    return state_of(row)


def change_obstacle(
    session: Session,
    ctx: Context,
    code: str,
    obstacle_id: int,
    changes: Mapping[str, Any],
    *,
    seen: int,
    key: str | None,
) -> dict[str, Any]:
    """Writes fields of `EDITED`; a `resolved_on` resolves it and needs `how`. Gives the new state.

    A field that somebody else changed since the version `seen` to another value is a conflict; other fields merge. A
    new due date begins the count of climbs anew. Raises NotFound, Forbidden, InvalidInput, StaleVersion, KeyReused.
    """
    case = access_case(session, code, for_update=True)
    project = project_code_of(session, case)
    require(ctx, "obstacle.change", ward=case.ward_code, project=project)
    row = session.scalar(
        select(CaseObstacle)
        .where(CaseObstacle.id == obstacle_id, CaseObstacle.case_id == case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("obstacle", str(obstacle_id))
    values = cleaned(changes)
    request = request_of("obstacle.change", code, obstacle_id, seen, values)
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return dict(done.after or {})
    _check_reached(ctx, row, values)
    before = state_of(row)
    check_seen(session, "obstacle", code, before, values, seen)
    if row.resolved_on is not None:
        vi = "Vướng mắc này đã gỡ; nếu còn, hãy mở vướng mắc mới."
        raise InvalidInput([Fault("", vi, "This obstacle is resolved; open a new one if it is still there.")])
    faults = _faults(values, ctx, opened_on=row.opened_on)
    faults += [Fault(n, "Không sửa được mục này.", "This cannot be changed.") for n in values.keys() - EDITED]
    if values.get("resolved_on") and not values.get("how"):
        faults.append(Fault("how", "Ghi đã gỡ bằng cách nào.", "Say how it was resolved."))
    if values.get("how") and not values.get("resolved_on"):
        faults.append(Fault("resolved_on", "Ghi ngày đã gỡ.", "Say on which day it was resolved."))
    if faults:
        raise InvalidInput(faults)
    wanted = {name: value for name, value in values.items() if plain(value) != before[name]}
    if not wanted:
        return before
    with key_once(session, key):
        for name, value in wanted.items():
            setattr(row, name, value)
        if "due_on" in wanted:
            row.climbs = 0
        row.version += 1
        session.flush()
        day = wanted.get("resolved_on")
        if day is not None:
            _keep_headline(session, ctx, case, reason=row.how)
        else:
            day = min(max(row.opened_on, portfolio_state(session).data_date), ctx.today())
        kind = "resolve" if "resolved_on" in wanted else "change"
        _tell(session, ctx, code, project, row, kind, before, day=day, key=key, request=request)
    return state_of(row)


def state_of(row: CaseObstacle) -> dict[str, Any]:
    """What an event keeps of an obstacle."""
    return {"id": row.id, **{name: plain(getattr(row, name)) for name in FIELDS}, "version": row.version}


def open_on(day: date) -> Any:
    """The condition of an obstacle that is open at the end of the day."""
    return (CaseObstacle.opened_on <= day) & or_(
        CaseObstacle.resolved_on.is_(None), CaseObstacle.resolved_on > day
    )


def _view(ctx: Context, case: ClearanceCase, project: str, row: CaseObstacle, day: date) -> Obstacle:
    over = row.resolved_on if row.resolved_on and row.resolved_on <= day else None
    return Obstacle(
        id=row.id, cause=row.cause, opened_on=row.opened_on, owner=row.owner, tier=row.tier, solution=row.solution,
        due_on=row.due_on, climbs=row.climbs, resolved_on=over, how=row.how if over else None, version=row.version,
        is_demo=row.is_demo, main=over is None and row.resolved_on is None and row.cause == case.obstacle,
        days_left=(row.due_on - day).days if row.due_on and over is None else None,
        mine=row.resolved_on is None and _may(ctx, case, project, row),
    )  # fmt: skip


def _may(ctx: Context, case: ClearanceCase, project: str, row: CaseObstacle) -> bool:
    level = TAKEN_OVER.get(ctx.principal.role.code)
    return ctx.rights.may_on(ctx.principal, "obstacle.change", ward=case.ward_code, project=project) and (
        level is None or reaches(row.tier, level)
    )


def _check_reached(ctx: Context, row: CaseObstacle, values: Mapping[str, Any]) -> None:
    """Refuses a higher level what has not come up to it, or what stays with its owner. Raises Forbidden."""
    level = TAKEN_OVER.get(ctx.principal.role.code)
    if level is None:
        return
    if not reaches(row.tier, level):
        vi, en = TIERS[row.tier]
        raise Forbidden(
            "obstacle.change",
            f"Vướng mắc đang ở cấp {vi.lower()}.",
            f"The obstacle is with the {en.lower()}.",
        )
    if values.keys() - BY_TAKING_OVER:
        vi = "Cấp trên đề xuất giải pháp, đặt hạn và gỡ; người phụ trách do phường, xã hoặc Ban QLDA ghi."
        raise Forbidden(
            "obstacle.change",
            vi,
            "Higher levels propose, set the date and resolve; the owner is written below.",
        )


def _faults(values: Mapping[str, Any], ctx: Context, *, opened_on: date) -> list[Fault]:
    return [
        *text_faults(values, "owner", "solution", "how"),
        *day_fault("opened_on", values.get("opened_on"), last=ctx.today()),
        *day_fault("due_on", values.get("due_on")),
        *day_fault("resolved_on", values.get("resolved_on"), first=opened_on, last=ctx.today()),
    ]


def _open(session: Session, case: ClearanceCase) -> list[CaseObstacle]:
    """The open obstacles, the highest first, then the oldest."""
    rows = session.scalars(
        select(CaseObstacle).where(CaseObstacle.case_id == case.id, CaseObstacle.resolved_on.is_(None))
    )
    order = tuple(TIERS)
    return sorted(rows, key=lambda row: (-order.index(row.tier), row.opened_on, row.id))


def _keep_headline(session: Session, ctx: Context, case: ClearanceCase, *, reason: str | None) -> None:
    """Makes the headline name an open obstacle again: the one just opened, or the next one after the main one."""
    still = _open(session, case)
    if case.obstacle is not None and any(other.cause == case.obstacle for other in still):
        touch(session, case.project_id)  # what was computed of obstacles before is no longer used
        return
    main = still[0].cause if still else None
    change_case(
        session, ctx, case.code, CaseChange(obstacle=main, reason=reason, said=frozenset({"obstacle"})),
        seen=case.version, key=None,
    )  # fmt: skip


def _tell(
    session: Session, ctx: Context, code: str, project: str, row: CaseObstacle, verb: str,
    before: dict[str, Any] | None, *, day: date, key: str | None, request: str,
) -> None:  # fmt: skip
    actor = ctx.principal.account
    record(
        session, kind=f"obstacle.{verb}", object_type="obstacle", object_code=code, project_code=project, actor=actor,
        effective_on=day, before=before, after=state_of(row), idempotency_key=own_key(actor, key),
        request_hash=request if key else None,
    )  # fmt: skip
