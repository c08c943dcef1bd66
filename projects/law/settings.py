"""What the city sets about the law, dated: thresholds, internal targets, changed rules, delegations, regimes (TR-04).

A setting is a key, the day it counts from and a value; of one key and day the newest counts, and one without a value
takes back what stood there. Keys: `threshold.risk_share` {share}, `threshold.lapse_days` {days}, `target.<rule>`
{days}, `rule.<rule>` {amount or rate, basis}, `delegation.<name>` {acts, who_vi, who_en, until},
`regime.<project>` {code}, `holiday.<day>` {off} (a day off that was announced, or a day of rest that is worked).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from projects.errors import Fault, InvalidInput
from projects.law.clock import Thresholds
from projects.law.competence import Competences, Delegation
from projects.law.regime import Override
from projects.law.rules import RuleBook

SHARE, LAPSE = "threshold.risk_share", "threshold.lapse_days"
LAPSE_DAYS = 60
ACTS = ("collective", "chair", "lead")
MOST_DAYS = 3650
EARLIEST, LATEST = date(2010, 1, 1), date(2045, 12, 31)
NAME = re.compile(r"[A-Za-z0-9Đđ][A-Za-z0-9Đđ_-]{0,39}")
# What the value of a key holds, and whether a document must carry it.
FIELDS: dict[str, tuple[tuple[str, ...], bool]] = {
    "threshold": (("share", "days"), False),
    "target": (("days",), False),
    "rule": (("amount", "rate", "basis"), True),
    "delegation": (("acts", "who_vi", "who_en", "until"), True),
    "regime": (("code",), True),
    "holiday": (("off",), True),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it was made; `value` None takes back what stood under its key on its day."""

    key: str
    from_on: date
    value: Mapping[str, Any] | None
    document: str = ""
    id: int = 0

    @property
    def kind(self) -> str:
        """threshold, target, rule, delegation, regime or holiday."""
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        """What the key is about: a rule, a project, a name."""
        return self.key.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Law:
    """The law of this installation on a day: the files with what the city set. `overrides`: regime by project code."""

    book: RuleBook
    competences: Competences
    delegations: tuple[Delegation, ...] = ()
    thresholds: Thresholds = field(default_factory=Thresholds)
    lapse_days: int = LAPSE_DAYS
    overrides: Mapping[str, Override] | None = None
    holidays: tuple[
        tuple[date, bool], ...
    ] = ()  # changes of the list of holidays: day, whether it is a day off
    version: int = 0

    def override(self, project: str | None) -> Override | None:
        """The regime that the city chose for a project, with its day."""
        return (self.overrides or {}).get(project or "")


def standing(rows: Iterable[Setting]) -> tuple[Setting, ...]:
    """The settings that count, by key and day."""
    newest: dict[tuple[str, date], Setting] = {}
    for row in sorted(rows, key=lambda row: row.id):
        newest[row.key, row.from_on] = row
    kept = (row for row in newest.values() if row.value is not None)
    return tuple(sorted(kept, key=lambda row: (row.key, row.from_on)))


def law_with(
    rows: Iterable[Setting], *, book: RuleBook, competences: Competences, today: date, version: int = 0
) -> Law:
    """The law with the settings. Thresholds are those of `today`; rules, delegations and regimes carry their days.

    Raises `InvalidInput` when a changed rule does not fit the book.
    """
    found = standing(rows)
    now = {row.key: row.value or {} for row in found if row.from_on <= today}
    changes = [
        {"id": row.name, "since": row.from_on, **_rule_keys(row.value or {})}
        for row in found
        if row.kind == "rule"
    ]
    regimes = {
        row.name: Override(str((row.value or {}).get("code", "")), row.document, row.from_on)
        for row in found
        if row.kind == "regime" and row.from_on <= today
    }
    return Law(
        book=book.with_changes(changes) if changes else book,
        competences=competences,
        delegations=tuple(_delegation(row) for row in found if row.kind == "delegation"),
        thresholds=Thresholds(
            risk_share=Decimal(str(now.get(SHARE, {}).get("share", Thresholds().risk_share))),
            open_days={
                key[7:]: int(value["days"]) for key, value in now.items() if key.startswith("target.")
            },
        ),
        lapse_days=int(now.get(LAPSE, {}).get("days", LAPSE_DAYS)),
        overrides=regimes,
        holidays=holidays_of(now),
        version=version,
    )


def holidays_of(values: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[date, bool], ...]:
    """The changes of the list of holidays among values by key: day, whether it is a day off."""
    days = (
        (date.fromisoformat(key.removeprefix("holiday.")), bool(value["off"]))
        for key, value in values.items()
        if key.startswith("holiday.")
    )
    return tuple(sorted(days))


def check_setting(row: Setting, *, book: RuleBook, projects: Collection[str]) -> list[Fault]:
    """Everything that is wrong with a setting; places are key, from_on, document or the name of a value."""
    faults: list[Fault] = []
    fields, papered = FIELDS.get(row.kind, ((), False))
    if not fields or not NAME.fullmatch(row.name):
        return [Fault("key", "Không có loại thiết lập này.", "There is no such setting.")]
    if not EARLIEST <= row.from_on <= LATEST:
        faults.append(Fault("from_on", "Ngày phải từ 2010 đến 2045.", "The day must lie in 2010–2045."))
    if papered and not row.document.strip():
        faults.append(Fault("document", "Phải nêu số văn bản.", "A document number is needed."))
    if row.kind in ("rule", "target") and not book.has(row.name):
        faults.append(Fault("key", f"Không có quy tắc {row.name}.", f"There is no rule {row.name}."))
    if row.kind == "regime" and row.name not in projects:
        faults.append(Fault("key", f"Không có dự án {row.name}.", f"There is no project {row.name}."))
    if row.kind == "threshold" and row.key not in (SHARE, LAPSE):
        faults.append(Fault("key", "Không có ngưỡng này.", "There is no such threshold."))
    if row.kind == "holiday":
        faults += _day_faults(row.name)
    if row.value is None or faults:
        return faults
    faults += [
        Fault(name, "Không có mục này.", "There is no such field.")
        for name in row.value
        if name not in fields
    ]
    return faults or _value_faults(row, row.value, book)


def _value_faults(row: Setting, value: Mapping[str, Any], book: RuleBook) -> list[Fault]:
    if row.kind == "regime":
        good = value.get("code") in ("G24", "G26")
        return [] if good else [Fault("code", "Chọn G24 hoặc G26.", "Choose G24 or G26.")]
    if row.kind == "holiday":
        good = type(value.get("off")) is bool
        return [] if good else [Fault("off", "Chọn nghỉ hoặc làm việc.", "Choose off or worked.")]
    if row.kind == "target" or row.key == LAPSE:
        return [] if _whole(value.get("days")) else [_days("days")]
    if row.key == SHARE:
        share = _decimal(value.get("share"))
        good = share is not None and 0 <= share <= 1
        return (
            [] if good else [Fault("share", "Tỷ lệ phải từ 0 đến 1.", "The share must lie between 0 and 1.")]
        )
    if row.kind == "delegation":
        return _delegation_faults(row, value)
    return _rule_faults(row, value, book)


def _day_faults(name: str) -> list[Fault]:
    try:
        good = EARLIEST <= date.fromisoformat(name) <= LATEST and len(name) == 10
    except ValueError:
        good = False
    vi, en = "Ngày nghỉ phải là một ngày từ 2010 đến 2045.", "The holiday must be a day in 2010–2045."
    return [] if good else [Fault("key", vi, en)]


def _rule_faults(row: Setting, value: Mapping[str, Any], book: RuleBook) -> list[Fault]:
    old = book.get(row.name, on=row.from_on)
    if old.rate is not None:
        rate = _decimal(value.get("rate"))
        good = rate is not None and 0 <= rate < 1
        return (
            []
            if good
            else [Fault("rate", "Mức mỗi ngày phải từ 0 đến dưới 1.", "The daily rate must be 0 to 1.")]
        )
    if old.amount is None:
        vi, en = (
            "Quy tắc này không có một số ngày để đổi.",
            "This rule has no single number of days to change.",
        )
        return [Fault("amount", vi, en)]
    if not _whole(value.get("amount")):
        return [_days("amount")]
    try:
        book.with_changes([{"id": row.name, "since": row.from_on, **_rule_keys(value)}])
    except InvalidInput as error:
        return list(error.faults)
    return []


def _delegation_faults(row: Setting, value: Mapping[str, Any]) -> list[Fault]:
    faults = []
    acts = value.get("acts")
    if not isinstance(acts, list) or not acts or set(acts) - set(ACTS):
        faults.append(Fault("acts", "Chọn ít nhất một loại việc.", "Choose at least one kind of act."))
    who = str(value.get("who_vi", "")).strip()
    if not who or len(who) > 200:
        faults.append(Fault("who_vi", "Phải nêu người được giao.", "Name to whom it is delegated."))
    if (text := value.get("until")) is not None:
        try:
            if date.fromisoformat(str(text)) < row.from_on:
                faults.append(Fault("until", "Hết trước khi bắt đầu.", "It ends before it begins."))
        except ValueError:
            faults.append(Fault("until", "Không phải ngày.", "That is no day."))
    return faults


def _delegation(row: Setting) -> Delegation:
    value = row.value or {}
    until = value.get("until")
    who = str(value.get("who_vi", ""))
    return Delegation(
        row.document, tuple(value.get("acts", ())), who, str(value.get("who_en") or who), row.from_on,
        date.fromisoformat(str(until)) if until else None,
    )  # fmt: skip


def _rule_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    """The value of a changed rule as keys of the book."""
    return {
        key: each
        for key, each in value.items()
        if key in ("amount", "rate", "basis") and each not in (None, "")
    }


def _whole(value: object) -> bool:
    return type(value) is int and 0 <= value <= MOST_DAYS


def _decimal(value: object) -> Decimal | None:
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _days(where: str) -> Fault:
    return Fault(where, f"Số ngày nguyên từ 0 đến {MOST_DAYS}.", f"Whole days from 0 to {MOST_DAYS}.")
