"""A dated network as an answer in plain values: options, dates, floats, drivers, float paths, drag."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from projects.engine.model import Link
from projects.engine.paths import drag, float_paths
from projects.engine.rows import Row
from projects.engine.schedule import Result

PATHS = 10


def network_answer(result: Result) -> dict[str, Any]:
    """Everything that `duonggang schedule compute` says; floats and drag in working minutes and usual days."""
    net, options = result.prepared.net, result.options
    names = {a.code: (a.name_vi, a.name_en) for a in net.activities}
    return {
        "project": net.project,
        "options": {
            "data_date": _shown(options.data_date),
            "progress": options.progress.value,
            "lag_calendar": options.lag_calendar.value,
            "critical_float_minutes": options.critical_float,
        },
        "finish": result.finish.isoformat() if result.rows else None,
        "finishes": [_finish(result, code) for code in net.finishes],
        "activities": [_activity(row, *names[row.code]) for row in result.rows.values()],
        "out_of_sequence": [_link(k) for k in result.out_of_sequence],
    }


def _finish(result: Result, code: str) -> dict[str, Any]:
    paths = [
        {"number": p.number, "slack_minutes": p.slack, "codes": list(p.codes)}
        for p in float_paths(result, code, limit=PATHS)
    ]
    return {
        "code": code,
        "early_finish": result.rows[code].early_finish.isoformat(),
        "float_paths": paths,
        "drag_minutes": drag(result, code),
    }


def _activity(row: Row, name_vi: str, name_en: str) -> dict[str, Any]:
    return {
        "code": row.code,
        "name_vi": name_vi,
        "name_en": name_en,
        "kind": row.kind.value,
        "early_start": row.early_start.isoformat(),
        "early_finish": row.early_finish.isoformat(),
        "late_start": row.late_start.isoformat(),
        "late_finish": row.late_finish.isoformat(),
        "starts_at": _shown(row.start_at),
        "finishes_at": _shown(row.finish_at),
        "total_float_minutes": row.total_float,
        "total_float_days": round(row.total_days, 2),
        "free_float_minutes": row.free_float,
        "free_float_days": round(row.free_days, 2),
        "critical": row.critical,
        "longest_path": row.driving,
        "drivers": [_link(k) for k in row.drivers],
        "done": row.done,
        "days_behind_deadline": row.late_by,
    }


def _link(k: Link) -> dict[str, Any]:
    return {"pred": k.pred, "succ": k.succ, "type": k.type.value, "lag_minutes": k.lag}


def _shown(moment: date | datetime) -> str:
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()
