"""Changing a network: what people ask for becomes new rows of the activities and links that it touches, no others.

A step is one wish: change, add or remove an activity, set or remove a link. Several steps are one change: it is
written as a whole or not at all, and taken back as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from projects.engine.model import LinkType
from projects.errors import Fault
from projects.plan import Plan, link_key
from projects.plan_rows import Row, Rows, rows_of

Verb = Literal["change", "add", "remove", "link", "unlink"]
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,39}")
FIELDS = (
    "name_vi", "name_en", "kind", "calendar", "duration", "remaining", "actual_start", "actual_finish", "constraints",
    "front",
)  # fmt: skip
AMOUNTS = ("duration", "remaining", "lag")


@dataclass(frozen=True, slots=True)
class Step:
    """One wish. `seen`: the version that its author saw, 0 for what is new.

    `fields` of an activity are those of `FIELDS`; of a link `lag` and `lag_calendar`. None takes a field away. Amounts
    are in the unit of the network: days of whole-day networks, else minutes.
    """

    verb: Verb
    code: str = ""  # of the activity, or the predecessor of a link
    succ: str = ""
    type: str = "FS"
    seen: int = 0
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What it is about: an activity's code, or the name of a link."""
        return (
            self.code
            if self.verb in ("change", "add", "remove")
            else link_key(self.code, self.succ, self.type)
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """New rows of what changes; None for what goes."""

    activities: Mapping[str, Row | None]
    links: Mapping[str, Row | None]

    @property
    def empty(self) -> bool:
        """Whether nothing changes."""
        return not self.activities and not self.links


def edit_of(plan: Plan, steps: Sequence[Step]) -> tuple[Edit, list[Fault]]:
    """The rows that the steps come to, put on one after the other, and every fault of the steps themselves."""
    before = rows_of(plan)
    activities: dict[str, Row | None] = dict(before.activities)
    links: dict[str, Row | None] = dict(before.links)
    faults: list[Fault] = []
    for step in steps:
        if step.verb in ("change", "add", "remove"):
            _activity(plan, step, activities, links, faults)
        else:
            _link(plan, step, links, faults)
    return Edit(_differences(before.activities, activities), _differences(before.links, links)), faults


def applied(plan: Plan, edit: Edit) -> Rows:
    """The rows of the plan after an edit."""
    rows = rows_of(plan)
    return Rows(_put(rows.activities, edit.activities), _put(rows.links, edit.links))


def before_of(plan: Plan, edit: Edit) -> Edit:
    """What takes an edit back: the present rows of what it touches."""
    rows = rows_of(plan)
    return Edit(
        {code: rows.activities.get(code) for code in edit.activities},
        {key: rows.links.get(key) for key in edit.links},
    )


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """A field of a row as a step gives it: amounts without their unit, None for what is not there."""
    for unit in ("days", "minutes"):
        if name in AMOUNTS and f"{name}_{unit}" in row:
            return row[f"{name}_{unit}"]
    if name == "constraints":
        return row.get(name, [])
    return row.get(name, "" if name.startswith("name") else None)


def without(step: Step, row: Mapping[str, Any]) -> Step:
    """The step without the fields that the row holds already."""
    return replace(step, fields={n: v for n, v in step.fields.items() if value_of(row, n) != v})


def _activity(
    plan: Plan,
    step: Step,
    activities: dict[str, Row | None],
    links: dict[str, Row | None],
    faults: list[Fault],
) -> None:
    row = activities.get(step.code)
    if step.verb == "add":
        if not CODE.fullmatch(step.code):
            vi = "Mã gồm chữ không dấu, số và _ . / - , tối đa 40 ký tự."
            faults.append(Fault(step.code, vi, "A code is letters, digits and _ . / - , at most 40."))
        elif row is not None:
            faults.append(
                Fault(step.code, "Mã này đã có trong mạng.", "This code is in the network already.")
            )
        row = {"code": step.code}
    elif row is None:
        vi = f"Không có công việc {step.code!r} trong mạng."
        faults.append(Fault(step.code, vi, f"There is no activity {step.code!r}."))
        return
    if step.verb == "remove":
        if step.code in plan.possessions:
            vi = "Mốc nhận mặt bằng không xoá được: đất sẽ không còn giữ tiến độ."
            faults.append(
                Fault(step.code, vi, "A possession cannot be removed: the land would hold nothing.")
            )
        activities[step.code] = None
        links.update(
            {k: None for k, link in links.items() if link and step.code in (link["pred"], link["succ"])}
        )
        return
    unknown = sorted(step.fields.keys() - set(FIELDS))
    faults += [
        Fault(f"{step.code}.{name}", "Không sửa được mục này.", "It cannot be changed.") for name in unknown
    ]
    activities[step.code] = _set(row, step.fields, plan)


def _link(plan: Plan, step: Step, links: dict[str, Row | None], faults: list[Fault]) -> None:
    row = links.get(step.key)
    if step.verb == "unlink":
        if row is None:
            faults.append(Fault(step.key, "Không có quan hệ này.", "There is no such link."))
        links[step.key] = None
        return
    if step.type not in set(LinkType):
        faults.append(Fault(step.key, "Quan hệ là FS, SS, FF hoặc SF.", "A link is FS, SS, FF or SF."))
        return
    if not step.seen and row is not None:
        faults.append(Fault(step.key, "Quan hệ này đã có.", "This link is there already."))
    row = row or {"pred": step.code, "succ": step.succ, "type": step.type}
    links[step.key] = _set(row, step.fields, plan)


def _set(row: Row, fields: Mapping[str, Any], plan: Plan) -> Row:
    unit = "days" if plan.whole_days else "minutes"
    made = dict(row)
    for name, value in fields.items():
        key = f"{name}_{unit}" if name in AMOUNTS else name
        if value is None or (name == "constraints" and not value):
            made.pop(key, None)
        else:
            made[key] = value
    if "type" in made and f"lag_{unit}" not in made:
        made[f"lag_{unit}"] = 0
    if made.get("kind", "task") == "task" and f"duration_{unit}" not in made and "type" not in made:
        made[f"duration_{unit}"] = 0
    return made


def _differences(before: Mapping[str, Row], after: Mapping[str, Row | None]) -> dict[str, Row | None]:
    return {key: row for key, row in after.items() if before.get(key) != row}


def _put(rows: Mapping[str, Row], changes: Mapping[str, Row | None]) -> dict[str, Row]:
    return {key: row for key, row in {**rows, **changes}.items() if row is not None}
