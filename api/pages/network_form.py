"""Forms of a network into steps: what was entered, in the units and words of the form; nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from projects.editing import Step, value_of
from projects.engine.model import Rule
from projects.errors import Fault, InvalidInput
from projects.plan_rows import Row

RULES: dict[str, tuple[str, str]] = {
    Rule.SNET: ("bắt đầu không sớm hơn", "start no earlier than"),
    Rule.SNLT: ("bắt đầu không muộn hơn", "start no later than"),
    Rule.FNET: ("kết thúc không sớm hơn", "finish no earlier than"),
    Rule.FNLT: ("kết thúc không muộn hơn", "finish no later than"),
    Rule.MUST_START: ("phải bắt đầu vào", "must start on"),
    Rule.MUST_FINISH: ("phải kết thúc vào", "must finish on"),
    Rule.MANDATORY_START: ("bắt buộc bắt đầu vào (thắng quan hệ)", "mandatory start (over logic)"),
    Rule.MANDATORY_FINISH: ("bắt buộc kết thúc vào (thắng quan hệ)", "mandatory finish (over logic)"),
    Rule.ALAP: ("càng muộn càng tốt", "as late as possible"),
    Rule.DEADLINE: ("hạn chót (không dời ngày)", "deadline (moves nothing)"),
}
TEXTS = ("name_vi", "name_en", "calendar", "front", "actual_start", "actual_finish")
NUMBERS = ("duration", "remaining")
SLOTS = 3  # constraints in a form
Form = Mapping[str, str]


def activity_step(form: Form, row: Row | None) -> Step:
    """A change of an activity, or a new one where there is no row. Raises InvalidInput for what is no number."""
    faults: list[Fault] = []
    fields: dict[str, Any] = {}
    for name in TEXTS:
        if name in form:
            fields[name] = form[name].strip() or ("" if name.startswith("name") else None)
    for name in NUMBERS:
        if name in form:
            fields[name] = _whole(form[name], name, faults)
    if "rule1" in form:
        fields["constraints"] = _constraints(form)
    if row is None:
        fields["kind"] = form.get("kind", "task")
        if fields["kind"] == "milestone":
            fields["duration"] = 0
        fields.pop("remaining", None)
    if faults:
        raise InvalidInput(faults)
    seen = form.get("version", "")
    if row is None:
        return Step("add", form.get("ma", "").strip(), fields=fields)
    return Step("change", form.get("ma", "").strip(), seen=_seen(seen), fields=fields)


def link_step(form: Form) -> Step:
    """A link that is new or whose lag changes. Raises InvalidInput for a lag that is no number."""
    faults: list[Fault] = []
    lag = _whole(form.get("lag", "0") or "0", "lag", faults)
    if faults:
        raise InvalidInput(faults)
    return Step(
        "link", form.get("pred", "").strip(), form.get("succ", "").strip(), form.get("type", "FS"),
        _seen(form.get("version", "0")), {"lag": lag},
    )  # fmt: skip


def unlink_step(form: Form) -> Step:
    """A link that goes."""
    return Step(
        "unlink", form.get("pred", ""), form.get("succ", ""), form.get("type", "FS"),
        _seen(form.get("version", "0")),
    )  # fmt: skip


def parameter_values(form: Form) -> dict[str, float]:
    """The parameters of a template, fields that begin with `p-`. Raises InvalidInput for what is no number."""
    faults: list[Fault] = []
    found = {}
    for name, text in form.items():
        if not name.startswith("p-") or not text.strip():
            continue
        try:
            found[name.removeprefix("p-")] = float(text.strip().replace(",", "."))
        except ValueError:
            vi, en = f"{text[:20]!r} không phải số.", f"{text[:20]!r} is no number."
            faults.append(Fault(name.removeprefix("p-"), vi, en))
    if faults:
        raise InvalidInput(faults)
    return found


def progress_steps(form: Form, rows: Mapping[str, Row]) -> list[Step]:
    """A change for each line of the table that differs from what the page showed.

    Raises InvalidInput with every line whose remaining is no number.
    """
    faults: list[Fault] = []
    steps = []
    for number in range(int(form.get("so", "0") or 0) if form.get("so", "0").isdecimal() else 0):
        code = form.get(f"ma-{number}", "")
        row = rows.get(code)
        if row is None:
            continue
        fields: dict[str, Any] = {}
        for name in ("actual_start", "actual_finish"):
            fields[name] = form.get(f"{name}-{number}", "").strip() or None
        if f"remaining-{number}" in form:
            fields["remaining"] = _whole(form[f"remaining-{number}"], f"{code} remaining", faults)
        if any(form.get(f"{name}-{number}", "") != form.get(f"cu-{name}-{number}", "") for name in fields):
            steps.append(Step("change", code, seen=_seen(form.get(f"v-{number}", "0")), fields=fields))
    if faults:
        raise InvalidInput(faults)
    return steps


def shown(row: Row) -> dict[str, Any]:
    """What the form of an activity holds."""
    held: dict[str, Any] = {name: value_of(row, name) for name in (*TEXTS, *NUMBERS)}
    held = {name: "" if value is None else value for name, value in held.items()}
    constraints: Sequence[Mapping[str, str]] = row.get("constraints", [])
    for i in range(SLOTS):
        of = constraints[i] if i < len(constraints) else {}
        held[f"rule{i + 1}"], held[f"date{i + 1}"] = of.get("rule", ""), of.get("date", "")
    return held


def _constraints(form: Form) -> list[dict[str, str]]:
    found = []
    for i in range(1, SLOTS + 1):
        rule, day = form.get(f"rule{i}", "").strip(), form.get(f"date{i}", "").strip()
        if rule or day:
            found.append({"rule": rule} | ({"date": day} if day else {}))
    return found


def _whole(text: str, name: str, faults: list[Fault]) -> int | None:
    text = text.strip().replace("−", "-").replace(" ", "")
    if not text:
        return None
    if text.removeprefix("-").isascii() and text.removeprefix("-").isdecimal() and len(text) < 10:
        return int(text)
    faults.append(Fault(name, f"{text[:20]!r} không phải số nguyên.", f"{text[:20]!r} is no whole number."))
    return None


def _seen(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
