"""What-if: a project's dates under other handovers and works, on a copy. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import calculate, calculation_key, resolve_day
from api.usecases.facts import all_ward_labels
from api.usecases.forecast_answer import earliest_of
from api.usecases.grounds import rules_of
from api.usecases.schedules import options_answer
from api.usecases.visible import Hidden, hidden_cases, seen_chain
from geo.access import access_project
from geo.tables import Project
from projects.errors import Fault, InvalidInput
from projects.impact import ChainItem
from projects.scenarios.changes import read_changes
from projects.scenarios.resolve import Worked, resolve
from projects.scenarios.stand import Stand
from projects.scenarios.trial import Shift, Trial, try_out

ACTION = "whatif.read"
MOST_NAMED = 200  # moved cases that an answer names one by one
NO_NETWORK = Fault(
    "project",
    "Dự án chưa có mạng tiến độ nên chưa tính thử được.",
    "The project has no schedule network, so nothing can be tried.",
)
OTHERS = (
    "Mọi hồ sơ và công việc khác giữ nguyên ngày dự báo, lịch và quan hệ; số liệu thật không đổi.",
    "All other cases and activities keep their forecasts, calendars and links; live data stay as they are.",
)


def what_if(
    session: Session, ctx: Context, code: str, body: Mapping[str, Any], *, as_of: date | None = None
) -> dict[str, Any]:
    """The shift of each milestone under the changes of `body`, and the chain that drives afterwards.

    Raises NotFound, CyclicDependency, and InvalidInput with every fault: a handover before the lawful earliest day is
    refused with its article.
    """
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    stand, hidden, trial = try_body(session, ctx, project, day, body)
    head = {"project": code, "data_date": day.isoformat(), "revision": project.revision}
    return head | told(trial, stand, hidden, all_ward_labels(session)) | ctx.looking_back


def try_body(
    session: Session, ctx: Context, project: Project, day: date, body: Mapping[str, Any]
) -> tuple[Stand, Hidden, Trial]:
    """The trial of changes in their JSON form, what it stands on, and the cases that the reader may not be told of."""
    stand = stand_of(session, ctx, project, day)
    hidden = hidden_of(session, ctx, project, day)
    return stand, hidden, try_out(stand, resolve(read_changes(body), stand, hidden=hidden))


def stand_of(session: Session, ctx: Context, project: Project, day: date) -> Stand:
    """What scenarios of a project stand on, made once per revision. Raises InvalidInput without a network."""

    def make() -> Stand | None:
        known = calculate(session, ctx, project, day)
        if known.reckoning is None or known.delay is None:
            return None
        rules = rules_of(session, project)
        return Stand(known.reckoning, known.delay, partial(earliest_of, known), known.fronts, rules)

    stand: Stand | None = ctx.cache.get(("stand", *calculation_key(session, ctx, project, day)), make)
    if stand is None:
        raise InvalidInput([NO_NETWORK])
    return stand


def hidden_of(session: Session, ctx: Context, project: Project, day: date) -> Hidden:
    """The cases of the project that whoever asks may not be told of."""
    return hidden_cases(ctx, project.code, calculate(session, ctx, project, day))


def told(trial: Trial, stand: Stand, hidden: Hidden, wards: Mapping[str, str]) -> dict[str, Any]:
    """A trial as JSON values for one reader: land out of their reach is counted, not named."""
    moved = [m for m in trial.resolved.moved if m.code not in hidden]
    return {
        "finish": shift_out(trial.finish),
        "milestones": [shift_out(s) for s in trial.milestones],
        "fronts": [shift_out(s) for s in trial.fronts],
        "chain": [_item(i) for i in seen_chain(trial.chain, hidden, wards)],
        "chain_before": [_item(i) for i in seen_chain(trial.chain_before, hidden, wards)],
        "moved": {
            "cases": len(trial.resolved.moved),
            "hidden": len(trial.resolved.moved) - len(moved),
            "named": [
                {
                    "code": m.code,
                    "ward_code": stand.cases[m.code].ward_code,
                    "before": m.before.isoformat(),
                    "after": m.after.isoformat(),
                }
                for m in moved[:MOST_NAMED]
            ],
        },
        "worked": [_work(w, stand) for w in trial.resolved.worked],
        "over_since": trial.resolved.dropped,
        "assumptions": [{"vi": vi, "en": en} for vi, en in assumptions(trial, stand)],
        "options": options_answer(stand.reckoning.works.options),
    }


def shift_out(shift: Shift) -> dict[str, Any]:
    """A shift as JSON values; `days` gained, negative lost."""
    return {
        "code": shift.code,
        "name_vi": shift.name_vi,
        "name_en": shift.name_en,
        "front": shift.front,
        "before": shift.before.isoformat(),
        "after": shift.after.isoformat(),
        "days": shift.days,
    }


def assumptions(trial: Trial, stand: Stand) -> Iterator[tuple[str, str]]:
    """What the result rests on, in both languages."""
    yield OTHERS
    for w in trial.resolved.worked:
        if w.crew is not None and w.added is not None:
            whole = w.crew + w.added
            yield (
                f"{w.code}: còn {w.before} ngày làm việc × {w.crew}/{whole} tổ (người), làm tròn lên = "
                f"{w.after} ngày; "
                "giả định mỗi tổ làm như nhau và đủ chỗ để làm cùng lúc.",
                f"{w.code}: {w.before} working days left × {w.crew}/{whole} crews (people), rounded up = "
                f"{w.after} days; "
                "assumed: each does as much, and there is room to work at the same time.",
            )


def _work(worked: Worked, stand: Stand) -> dict[str, Any]:
    activity = next(a for a in stand.reckoning.works.net.activities if a.code == worked.code)
    return {
        "code": worked.code,
        "name_vi": activity.name_vi,
        "name_en": activity.name_en,
        "before": worked.before,
        "after": worked.after,
        "crew": worked.crew,
        "added": worked.added,
        "start": worked.start.isoformat() if worked.start else None,
    }


def _item(item: ChainItem) -> dict[str, Any]:
    return {
        "code": item.code,
        "kind": item.kind.value,
        "name_vi": item.name_vi,
        "name_en": item.name_en,
        "start": item.start.isoformat(),
        "finish": item.finish.isoformat(),
        "front": item.front,
        "ward_code": item.ward_code,
        "days": item.days,
    }
