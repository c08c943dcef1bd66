"""What moved between two snapshots: only what differs, project by project, the worst first. Pure.

A snapshot is a mapping of figures that JSON holds: `{"projects": {code: figures}, "whole": figures}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
# Figures of a project in the order in which they are told, with what they are called and their unit.
TOLD: dict[str, tuple[str, str]] = {
    "planned_finish": ("hoàn thành kế hoạch", "planned completion"),
    "forecast_finish": ("hoàn thành dự báo", "forecast completion"),
    "slip_days": ("lệch (ngày)", "slip (days)"),
    "cases_cleared": ("hồ sơ đã bàn giao", "cases handed over"),
    "cases": ("tổng hồ sơ", "cases in all"),
    "driving": ("hồ sơ giữ đường găng", "critical cases"),
    "owed": ("nợ việc", "assignments owed"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One figure of one project ("" for the whole) that is another one now."""

    project: str
    name: str
    before: Any
    after: Any


def moves(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> tuple[Move, ...]:
    """Every figure that differs; all of them where there was no snapshot before. Later projects before earlier ones."""
    old: Mapping[str, Figures] = before["projects"] if before is not None else {}
    new: Mapping[str, Figures] = after["projects"]
    found = [
        Move(code, name, old.get(code, {}).get(name), new.get(code, {}).get(name))
        for code in sorted(
            {*old, *new}, key=lambda code: (-(new.get(code, {}).get("slip_days") or -9999), code)
        )
        for name in TOLD
        if old.get(code, {}).get(name) != new.get(code, {}).get(name)
    ]
    was = before["whole"] if before is not None else {}
    whole = [
        Move("", name, was.get(name), after["whole"].get(name))
        for name in TOLD
        if was.get(name) != after["whole"].get(name)
    ]
    return (*whole, *found)


def backoff(tries: int) -> int:
    """Seconds until the next try after so many failed ones: a minute, doubled each time, six hours at most."""
    return int(min(60 * 2 ** max(0, min(tries, 20) - 1), 6 * 3600))


def line(move: Move, names: Mapping[str, str]) -> str:
    """A move as a line of a mail in Vietnamese."""
    vi = TOLD[move.name][0]
    where = names.get(move.project, move.project) if move.project else "Cả danh mục"
    was = "chưa có" if move.before is None else move.before
    now = "chưa có" if move.after is None else move.after
    return f"- {where}: {vi} {was} → {now}"
