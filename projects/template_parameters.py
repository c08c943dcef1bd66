"""Parameters of a network template: the few numbers that make its durations, with defaults and limits.

In the template (parsed TOML):

    [[parameter]]
    code = "subgrade_crews"
    name_vi, name_en, unit_vi, unit_en
    value = 1                        # the default
    least = 1, most = 6              # limits, both included

    [[activity]]                     # a number or the code of a parameter:
    duration = …                     # working days
    duration_per_km = …              # working days a kilometre, of one crew
    productivity = …                 # instead of it: metres a working day, of one crew
    quantity = …                     # with productivity in its unit a day, instead of the length of the front
    crews = …                        # crews that share the work: the duration is divided by it, rounded up

`resolved` puts the numbers in; what is left is a plain template (`projects.templates`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from projects.errors import Fault, InvalidInput

NUMBERS = ("duration", "duration_per_km", "productivity", "quantity", "crews")
_KEYS = {"code", "name_vi", "name_en", "unit_vi", "unit_en", "value", "least", "most"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter with its default and limits."""

    code: str
    name_vi: str
    name_en: str
    unit_vi: str
    unit_en: str
    value: float
    least: float
    most: float


def parameters_of(template: Mapping[str, Any]) -> tuple[Parameter, ...]:
    """The parameters that a template has. Raises InvalidInput with every fault of theirs."""
    faults: list[Fault] = []
    found: dict[str, Parameter] = {}
    listed = template.get("parameter", [])
    for place, row in enumerate(listed if isinstance(listed, list) else [None], start=1):
        where = f"parameter {place}"
        if not isinstance(row, Mapping):
            faults.append(Fault(where, "Phải là bảng [[parameter]].", "Must be a table [[parameter]]."))
            continue
        faults += [
            Fault(where, f"Không có trường {k!r}.", f"Unknown key {k!r}.") for k in row if k not in _KEYS
        ]
        faults += _texts(where, row)
        numbers = [row.get(name) for name in ("value", "least", "most")]
        if not all(_number(n) for n in numbers) or not 0 < numbers[1] <= numbers[0] <= numbers[2]:  # type: ignore[operator]
            faults.append(Fault(where, "Cần 0 < least ≤ value ≤ most.", "It needs 0 < least ≤ value ≤ most."))
            continue
        if row.get("code") in found:
            faults.append(Fault(where, "Mã trùng.", "The code appears twice."))
        code = str(row.get("code"))
        texts = [str(row.get(name, "")) for name in ("name_vi", "name_en", "unit_vi", "unit_en")]
        value, least, most = (float(n) for n in numbers if n is not None)
        found[code] = Parameter(code, texts[0], texts[1], texts[2], texts[3], value, least, most)
    if faults:
        raise InvalidInput(faults)
    return tuple(found.values())


def resolved(template: Mapping[str, Any], given: Mapping[str, float]) -> dict[str, Any]:
    """The template with numbers for parameters: those that are given, else their defaults.

    Raises InvalidInput with every fault: unknown parameters, values out of their limits, activities that name none.
    """
    known = {p.code: p for p in parameters_of(template)}
    faults: list[Fault] = []
    values = {p.code: p.value for p in known.values()}
    for code, value in given.items():
        if code not in known:
            faults.append(Fault(code, "Mẫu không có tham số này.", "The template has no such parameter."))
        elif not _number(value) or not known[code].least <= value <= known[code].most:
            low, high = known[code].least, known[code].most
            faults.append(
                Fault(code, f"Phải từ {low:g} đến {high:g}.", f"It must lie between {low:g} and {high:g}.")
            )
        else:
            values[code] = float(value)
    whole = {key: value for key, value in template.items() if key != "parameter"}
    if isinstance(whole.get("activity"), list):
        whole["activity"] = [
            _row(row, values, faults) if isinstance(row, Mapping) else row for row in whole["activity"]
        ]
    if faults:
        raise InvalidInput(faults)
    return whole


def _row(row: Mapping[str, Any], values: Mapping[str, float], faults: list[Fault]) -> dict[str, Any]:
    made = dict(row)
    where = f"activity {row.get('code')}"
    for name in NUMBERS:
        if isinstance(made.get(name), str):
            if made[name] not in values:
                vi, en = f"{name}: không có tham số {made[name]!r}.", f"{name}: no parameter {made[name]!r}."
                faults.append(Fault(where, vi, en))
                made[name] = 1
            else:
                made[name] = _whole(values[made[name]])
    shared = {name: made.pop(name) for name in ("productivity", "quantity", "crews") if name in made}
    if not shared:
        return made
    wrong = [name for name, n in shared.items() if not _number(n) or n <= 0]
    if wrong:
        listed = ", ".join(wrong)
        faults.append(Fault(where, f"{listed}: phải lớn hơn 0.", f"{listed}: must be above 0."))
        return made
    crews = shared.get("crews", 1)
    if "quantity" in shared and "productivity" not in shared:
        faults.append(Fault(where, "quantity cần productivity.", "quantity needs productivity."))
    elif "quantity" in shared:
        made["duration"] = math.ceil(round(shared["quantity"] / (shared["productivity"] * crews), 6))
    elif "productivity" in shared:
        made["duration_per_km"] = 1000 / (shared["productivity"] * crews)
    elif "duration_per_km" in made and _number(made["duration_per_km"]):
        made["duration_per_km"] = made["duration_per_km"] / crews
    elif _number(made.get("duration")):
        made["duration"] = math.ceil(round(made["duration"] / crews, 6))
    return made


def _texts(where: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    for name in ("code", "name_vi", "name_en"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            yield Fault(where, f"Thiếu {name}.", f"{name} is missing.")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value
