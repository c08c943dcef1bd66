"""The worklist as plain values for JSON: the same rows, counts and order as the page."""

from __future__ import annotations

from typing import Any

from api.usecases.worklist import Worklist, WorkRow
from projects.law.clock import Clock


def work_answer(found: Worklist) -> dict[str, Any]:
    """The page of a worklist as values; days as ISO text, sentences in both languages."""
    return {
        "data_date": found.data_date.isoformat(),
        "total": found.total,
        "open": found.open,
        "reach": found.reach,
        "limit": found.limit,
        "offset": found.offset,
        "counts": dict(found.counts),
        "groups": dict(found.groups),
        "resettlement_stock": [
            {
                "project": line.project,
                **_both(line.kind),
                "free": line.need.free,
                "waiting": line.need.waiting,
            }
            for line in found.stock
        ],
        "rows": [_row(row) for row in found.rows],
    }


def _row(row: WorkRow) -> dict[str, Any]:
    case, desk = row.row.case, row.row.desk
    starts = [p.from_m for p in case.parcels if p.from_m is not None]
    ends = [p.to_m for p in case.parcels if p.to_m is not None]
    said = (row.entry.text,) if row.entry else desk.why
    return {
        "code": case.code, "project": row.row.project, "ward": case.ward_code, "step": case.step,
        "group": desk.group, "light": desk.light, "days": row.days, "internal_target": desk.target,
        "act": {"kind": row.act.kind, "code": row.act.code, **_both(row.act.verb)},
        "clock": None if row.clock is None else _clock(row.clock),
        "other_clocks": desk.more, "drives": row.row.drives, "group_days": row.row.held, "group_size": row.row.size,
        "why": [_both(text) for text in said], "obstacle": case.obstacle,
        "missing": [_both(clock.missing) for clock in desk.greys if clock.missing],
        "lacking": [{"rule": each.rule, "vi": each.vi, "en": each.en} for each in row.lacking],
        "may_record": row.mine, "talks": row.talks, "is_demo": case.is_demo,
        "parcels": [[parcel.sheet, parcel.number] for parcel in case.parcels],
        "from_m": min(starts, default=None), "to_m": max(ends, default=None),
    }  # fmt: skip


def _clock(clock: Clock) -> dict[str, Any]:
    day = clock.day
    return {
        "rule": clock.rule, "basis": clock.basis, "level": clock.level, "nature": clock.nature,
        "label_vi": clock.label_vi, "label_en": clock.label_en, "state": clock.state,
        "day": day.isoformat() if day else None, "days_left": clock.days_left, "days_since": clock.days_since,
    }  # fmt: skip


def _both(pair: tuple[str, str]) -> dict[str, str]:
    return {"vi": pair[0], "en": pair[1]}
