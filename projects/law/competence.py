"""Who may decide on a day, on what ground, and when the ground is missing (table J of the rules)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from projects.errors import Fault, InvalidInput

# Steps that the deciding authority (QD) signs, and in which of its two forms.
SIGNED = {
    "S20": "collective", "S80": "collective", "S90": "collective", "S32": "chair", "S33": "chair", "S97": "chair",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Competence:
    """Who decides from `start` to `end` (both included, None: open). `grounded` False: only with a delegation."""

    id: str
    acts: tuple[str, ...]
    who_vi: str
    who_en: str
    basis: str
    level: str
    locale: str
    start: date
    end: date | None
    grounded: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Competences:
    """The table; `locales`: whose rows count."""

    rows: tuple[Competence, ...]
    locales: tuple[str, ...] = ("VN", "HN")


@dataclass(frozen=True, slots=True)
class Delegation:
    """A recorded document by which the competent body hands acts to another, in force from `start` to `end`."""

    document: str
    acts: tuple[str, ...]
    who_vi: str
    who_en: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Competent:
    """The answer: who, by which article, how well verified; `warning` where the ground of the power is missing."""

    who_vi: str
    who_en: str
    basis: str
    level: str
    rule: str = ""
    warning: Fault | None = None


def read_competences(content: Mapping[str, Any], *, locales: tuple[str, ...] = ("VN", "HN")) -> Competences:
    """The table from parsed TOML (`[[competence]]`). Raises `InvalidInput` with all faults."""
    rows, faults = [], []
    for place, row in enumerate(content.get("competence", ()), 1):
        where = f"competence #{place} {row.get('id', '')}".strip()
        needed = {"id": str, "acts": list, "who_vi": str, "who_en": str, "basis": str, "level": str,
                  "locale": str, "from": date, "grounded": bool}  # fmt: skip
        wrong = [key for key, kind in needed.items() if type(row.get(key)) is not kind]
        faults += [Fault(where, f"“{key}” thiếu hoặc sai kiểu", f"“{key}” missing or wrong") for key in wrong]
        if not wrong and "to" in row and row["to"] < row["from"]:
            faults.append(Fault(where, "ngày bắt đầu sau ngày hết", "begins after it ends"))
        if not wrong:
            rows.append(
                Competence(row["id"], tuple(row["acts"]), row["who_vi"], row["who_en"], row["basis"],
                           row["level"], row["locale"], row["from"], row.get("to"), row["grounded"],
                           row.get("note", ""))
            )  # fmt: skip
    if faults:
        raise InvalidInput(faults)
    return Competences(tuple(rows), locales)


def competent(table: Competences, act: str, *, on: date, delegations: Sequence[Delegation] = ()) -> Competent:
    """Who may do `act` (collective, chair, lead) on a day.

    Where the table asks for a delegation and none is recorded for that day, the answer carries the warning "thiếu căn
    cứ thẩm quyền" and level U: who acts in practice is not thereby competent. Also a day outside the table is warned.
    """
    rows = [r for r in table.rows if r.locale in table.locales and act in r.acts and _in(on, r.start, r.end)]
    day = on.strftime("%d/%m/%Y")
    if not rows:
        return Competent("", "", "", "U", warning=Fault(
            "signer", f"Bảng thẩm quyền chưa có quy định cho ngày {day}.",
            f"The table of competence has no rule for {day}."))  # fmt: skip
    row = rows[-1]
    if row.grounded:
        return Competent(row.who_vi, row.who_en, row.basis, row.level, row.id)
    found = [d for d in delegations if act in d.acts and _in(on, d.start, d.end)]
    if found:
        last = max(found, key=lambda d: d.start)
        return Competent(last.who_vi, last.who_en, f"{last.document} ({row.basis})", row.level, row.id)
    return Competent(row.who_vi, row.who_en, row.basis, "U", row.id, Fault(
        "signer", f"Thiếu căn cứ thẩm quyền: chưa ghi văn bản phân cấp, ủy quyền cho ngày {day} ({row.basis}).",
        f"Ground of competence missing: no delegation is recorded for {day} ({row.id}).",
    ))  # fmt: skip


def _in(day: date, start: date, end: date | None) -> bool:
    return start <= day and (end is None or day <= end)
