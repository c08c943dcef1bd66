"""Network templates (data/templates/*.toml) seen from the catalogue: front kinds and activity codes.

The format and most of its checks belong to `projects.templates`; here only what ties a template to its
file and to the projects that name it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from projects.calendars import ALL, DYKE, VN5, VN6
from projects.catalog.facts import FrontFacts
from projects.errors import Fault, InvalidInput
from projects.templates import expand

CALENDARS = (ALL, VN6, DYKE, VN5)
# Supplied by the expansion when a template does not define them.
POSSESSION, LAND = "P", "LAND"


@dataclass(frozen=True, slots=True)
class TemplateActivity:
    """One activity of a template; `kinds` None means "on fronts of every kind"."""

    code: str
    scope: str
    kinds: tuple[str, ...] | None
    per_km: bool


@dataclass(frozen=True, slots=True)
class TemplateShape:
    """What the catalogue needs to know of a template: its front kinds and its activities."""

    front_kinds: tuple[str, ...]
    activities: tuple[TemplateActivity, ...]


def read_template(name: str, table: Mapping[str, Any], faults: list[Fault]) -> TemplateShape | None:
    """The shape of `table`; None if it is unsound, with all its faults under templates/<name>.toml."""
    where = f"templates/{name}.toml"
    own = [Fault(f"{where}: {fault.where}", fault.vi, fault.en) for fault in _unsound(name, table)]
    if table.get("code") != name:
        own.append(Fault(f"{where}: code", "mã mẫu phải trùng tên tệp", "the code must be the file's name"))
    for key in ("name_vi", "name_en", "note", "front_kind"):
        if not table.get(key):
            own.append(Fault(f"{where}: {key}", "thiếu", "missing"))
    for row in _rows(table, "activity"):
        calendar = row.get("calendar")
        if calendar is not None and calendar not in CALENDARS:
            path = f"{where}: activity[{row.get('code')}].calendar"
            own.append(Fault(path, f"không có lịch {calendar!r}", f"there is no calendar {calendar!r}"))
    faults.extend(own)
    return None if own else _shape(table)


def expanded_codes(shape: TemplateShape, fronts: Sequence[FrontFacts]) -> frozenset[str]:
    """Codes of the network's activities: project ones as they are, front ones as CODE-<front>."""
    codes = {LAND, *(f"{POSSESSION}-{front.code}" for front in fronts)}
    codes.update(activity.code for activity in shape.activities if activity.scope == "project")
    for activity in shape.activities:
        if activity.scope == "front":
            codes.update(f"{activity.code}-{front.code}" for front in fronts if covers(activity, front.kind))
    return frozenset(codes)


def covers(activity: TemplateActivity, kind: str) -> bool:
    """Whether the template builds `activity` on a front of `kind`."""
    return activity.scope == "front" and (activity.kinds is None or kind in activity.kinds)


def _unsound(name: str, table: Mapping[str, Any]) -> tuple[Fault, ...]:
    """What the expansion itself refuses, whatever the fronts."""
    try:
        expand(table, (), project=name)
    except InvalidInput as refused:
        return refused.faults
    return ()


def _shape(table: Mapping[str, Any]) -> TemplateShape:
    return TemplateShape(
        front_kinds=tuple(row["code"] for row in _rows(table, "front_kind")),
        activities=tuple(
            TemplateActivity(
                code=row["code"],
                scope=row["scope"],
                kinds=tuple(row["front_kinds"]) if "front_kinds" in row else None,
                per_km="duration_per_km" in row or ("productivity" in row and "quantity" not in row),
            )
            for row in _rows(table, "activity")
        ),
    )


def _rows(table: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    rows = table.get(key)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
