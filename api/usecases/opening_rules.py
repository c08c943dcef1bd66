"""Two settings that forecasts stand on: with how long a run of free land a front opens, and from when a resettlement
site gives plots. Each write names the value that was seen, and is one event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.entries import key_once
from api.usecases.may import require
from api.usecases.records.writing import Answer, Said, answer_before, fingerprint, jsonable
from geo.access import access_project
from geo.history import own_key, record, touch
from geo.tables import Project, ResettlementSite, Section, WorkFront
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion

ACTION = "opening.change"
MOST_M = 200_000.0
FIRST, LAST = date(2010, 1, 1), date(2045, 12, 31)


@dataclass(frozen=True, slots=True)
class _Setting:
    kind: str
    code: str
    name: str


def set_front_run(
    session: Session, ctx: Context, code: str, front: str, run_m: float | None, said: Said, *, was: float | None
) -> Answer:  # fmt: skip
    """The front opens when `run_m` metres in one piece are free; None: with all its land. `was`: the value seen.

    Raises NotFound, Forbidden, InvalidInput (no place on an alignment, not longer than 0, longer than the front),
    StaleVersion when somebody set another value meanwhile, KeyReused.
    """
    project = _project(session, ctx, code)
    row = session.scalar(
        select(WorkFront).where(WorkFront.project_id == project.id, WorkFront.code == front).with_for_update()
    )
    if row is None:
        raise NotFound("front", front)
    _check_run(session, row, run_m)
    setting = _Setting("front.opening", front, "run_m")
    return _write(session, ctx, project, row, setting, run_m, was, said)


def set_site_ready(
    session: Session, ctx: Context, code: str, site: str, ready_on: date | None, said: Said, *, was: date | None
) -> Answer:  # fmt: skip
    """The plots of the site can be handed over from `ready_on` on; None: now. Raises likewise."""
    project = _project(session, ctx, code)
    row = session.scalar(
        select(ResettlementSite)
        .where(ResettlementSite.project_id == project.id, ResettlementSite.code == site)
        .with_for_update()
    )
    if row is None:
        raise NotFound("site", site)
    if ready_on is not None and not FIRST <= ready_on <= LAST:
        raise InvalidInput(
            [Fault("ready_on", "Ngày phải từ 2010 đến 2045.", "The day must lie in 2010–2045.")]
        )
    setting = _Setting("site.ready", site, "ready_on")
    return _write(session, ctx, project, row, setting, ready_on, was, said)


def _project(session: Session, ctx: Context, code: str) -> Project:
    project = access_project(session, code)
    require(ctx, ACTION, ward="", project=project.code)
    return project


def _check_run(session: Session, row: WorkFront, run_m: float | None) -> None:
    if run_m is None:
        return
    section = session.get_one(Section, row.section_id)
    place = row if row.from_m is not None else section
    if section.alignment_id is None or row.area is not None or place.from_m is None or place.to_m is None:
        vi = "Mũi này là khu, không có lý trình: chỉ mở khi đủ toàn bộ mặt bằng."
        raise InvalidInput([Fault("run_m", vi, "This front has no chainage: it opens with all its land.")])
    longest = min(MOST_M, place.to_m - place.from_m)
    if not 0 < run_m <= longest:
        vi = f"Chiều dài phải lớn hơn 0 và không quá {longest:,.0f} m của mũi.".replace(",", ".")
        raise InvalidInput([Fault("run_m", vi, f"The length must be above 0 and at most {longest:,.0f} m.")])


def _write(
    session: Session, ctx: Context, project: Project, row: Any, setting: _Setting, value: Any, was: Any, said: Said
) -> Answer:  # fmt: skip
    target = f"{project.code}/{setting.code}"
    body = {setting.name: value, "was": was, "document": said.document, "reason": said.reason}
    request = fingerprint(setting.kind, target, body)
    if (done := answer_before(session, ctx, said.key, request)) is not None:
        return done
    now = getattr(row, setting.name)
    if now != was:
        raise StaleVersion(target, 0, {setting.name: now}, {setting.name: value}, [setting.name])
    if now == value:
        return {"code": setting.code}
    setattr(row, setting.name, value)
    session.flush()
    touch(session, project.id)
    with key_once(session, said.key):
        record(
            session, kind=setting.kind, object_type="project", object_code=project.code, project_code=project.code,
            actor=ctx.principal.account, effective_on=ctx.today(),
            before=jsonable({"code": setting.code, setting.name: now}),
            after=jsonable({"code": setting.code, setting.name: value}),
            document=said.document, reason=said.reason,
            idempotency_key=own_key(ctx.principal.account, said.key), request_hash=request,
        )  # fmt: skip
    return {"code": setting.code}
