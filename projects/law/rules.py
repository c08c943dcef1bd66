"""The rule book: every rule of land recovery with its days, article, dates and level of verification.

Rows are dicts as `tomllib` gives them (`data/law/*.toml`); reading the files is the caller's. A rule may be changed
from a date on (`RuleBook.with_changes`): the older version stays for clocks that started before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from projects.errors import Fault, InvalidInput, NotFound

NATURES = {
    "min": ("sớm nhất", "not before"),
    "max": ("hạn", "deadline"),
    "dur": ("phải kéo dài", "must last"),
    "valid": ("hiệu lực", "valid for"),
    "ban": ("cấm", "ban"),
    "cond": ("điều kiện", "condition"),
}
UNITS = {"cal": ("ngày", "days"), "wd": ("ngày làm việc", "working days"), "mon": ("tháng", "months")}
LEVELS = {
    "A": ("đã đọc văn bản luật", "read in the text of the law"),
    "B": ("sổ tay, công văn chính thức", "official handbook or letter"),
    "C": ("báo chí, trích dẫn", "press or quotation"),
    "U": ("chưa kiểm chứng", "not verified"),
}
REGIMES = ("G13", "G24", "G26")
LOCALES = ("VN", "HN", "LC")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in one version. Empty text or None: the law does not say.

    `trigger` and `then`: kinds of fact (see `projects.law.facts`); `amounts`: days by case where the rule has several
    (land kind, "hard", "remote"); `more_than`: the amount must be over, not only reached; `rate`: share a day;
    `start`/`end`: days on which it is in force, both included; `since`: the day from which this version counts, None
    for the first one; `basis`: the article in Vietnamese, '' for a mark of a handbook, which is never shown as law.
    """

    id: str
    label_vi: str
    label_en: str
    nature: str
    basis: str
    level: str
    regimes: tuple[str, ...]
    locale: str
    trigger: str = ""
    per: str = ""
    land: str = ""
    amount: int | None = None
    amounts: tuple[tuple[str, int], ...] = ()
    unit: str = ""
    more_than: bool = False
    rate: Decimal | None = None
    then: str = ""
    who: str = ""
    start: date | None = None
    end: date | None = None
    waived_by: tuple[str, ...] = ()
    note: str = ""
    since: date | None = None

    @property
    def is_law(self) -> bool:
        """Whether it may refuse an act: it names an article and the article was read or officially quoted."""
        return bool(self.basis) and self.level in ("A", "B")

    def days(self, case: str = "") -> int:
        """The amount for `case` (land kind, hard, remote …); the general one where the rule knows no such case."""
        amount = dict(self.amounts).get(case, self.amount)
        if amount is None:
            raise NotFound("amount of rule", self.id)
        return amount


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Rules in all their versions. `locales`: whose rules count (Lào Cai's are off by default)."""

    rules: tuple[Rule, ...]
    locales: tuple[str, ...] = ("VN", "HN")
    _by_id: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index: dict[str, tuple[Rule, ...]] = {}
        for rule in self.rules:
            index[rule.id] = (*index.get(rule.id, ()), rule)
        object.__setattr__(self, "_by_id", index)

    def get(self, code: str, *, on: date | None = None) -> Rule:
        """The version of a rule that counts on a day (the first one without a day). `NotFound` without such a rule."""
        versions = self._by_id.get(code)
        if not versions:
            raise NotFound("rule", code)
        if len(versions) == 1 and versions[0].since is None:
            return versions[0]
        known = [r for r in versions if r.since is None or (on is not None and r.since <= on)]
        if not known:  # a rule that a change brought in, asked for before its day
            return min(versions, key=lambda r: r.since or date.min)
        return max(known, key=lambda r: r.since or date.min)

    def has(self, code: str) -> bool:
        """Whether the rule is in the book and counts here."""
        return any(rule.id == code and rule.locale in self.locales for rule in self.rules)

    def counted(self) -> tuple[Rule, ...]:
        """Every version of the rules that count here, by id and day."""
        rows = [rule for rule in self.rules if rule.locale in self.locales]
        return tuple(sorted(rows, key=lambda r: (r.id, r.since or date.min)))

    def with_changes(self, rows: Iterable[Mapping[str, Any]]) -> RuleBook:
        """The book with dated changes: each row names `id`, `since` (the day it counts from) and the keys that change.

        A rule that is new to the book needs all keys. Raises `InvalidInput` with all faults.
        """
        rules, faults = list(self.rules), []
        for place, row in enumerate(rows, 1):
            where = f"#{place} {row.get('id', '')}".strip()
            since = row.get("since")
            if type(since) is not date:
                faults.append(_fault(where, "thiếu ngày áp dụng “since”", "the day “since” is missing"))
                continue
            old = [rule for rule in rules if rule.id == row.get("id")]
            keys = {key: value for key, value in row.items() if key != "since"}
            base = _row(max(old, key=lambda r: r.since or date.min)) if old else {}
            rule, found = _rule(base | keys, where)
            faults += found
            if any(r.since == since for r in old):
                faults.append(_fault(where, f"hai thay đổi cùng ngày {since}", f"two changes on {since}"))
            if rule:
                rules.append(replace(rule, since=since))
        if faults:
            raise InvalidInput(faults)
        return replace(self, rules=tuple(rules))


def read_rules(
    files: Mapping[str, Mapping[str, Any]], *, locales: tuple[str, ...] = ("VN", "HN")
) -> RuleBook:
    """The book from parsed TOML by file name, each with `[[rule]]`. Raises `InvalidInput` with every fault."""
    rules: list[Rule] = []
    faults: list[Fault] = []
    for name, content in files.items():
        for place, row in enumerate(content.get("rule", ()), 1):
            where = f"{name} #{place} {row.get('id', '')}".strip()
            rule, found = _rule(row, where)
            faults += found
            if rule and any(rule.id == other.id for other in rules):
                faults.append(_fault(where, f"trùng mã {rule.id}", f"id {rule.id} appears twice"))
            if rule:
                rules.append(rule)
    known = {rule.id for rule in rules}
    for rule in rules:
        for other in rule.waived_by:
            if other not in known:
                faults.append(_fault(rule.id, f"không có quy tắc {other}", f"there is no rule {other}"))
    if faults:
        raise InvalidInput(faults)
    return RuleBook(tuple(rules), locales)


_KEYS = {
    "id": str, "label_vi": str, "label_en": str, "trigger": str, "per": str, "land": str, "nature": str,
    "amount": int, "amounts": dict, "unit": str, "more_than": bool, "rate": str, "then": str, "who": str,
    "basis": str, "from": date, "to": date, "regime": str, "level": str, "waived_by": list, "locale": str, "note": str,
}  # fmt: skip
_NEEDED = ("id", "label_vi", "label_en", "nature", "basis", "regime", "level", "locale")


def _rule(row: Mapping[str, Any], where: str) -> tuple[Rule | None, list[Fault]]:
    faults = [
        _fault(where, f"không có khóa “{key}”", f"there is no key “{key}”") for key in row if key not in _KEYS
    ]
    for key in _NEEDED:
        if key not in row:
            faults.append(_fault(where, f"thiếu “{key}”", f"“{key}” is missing"))
    for key, kind in _KEYS.items():
        if key in row and type(row[key]) is not kind:
            faults.append(
                _fault(where, f"“{key}” phải là {kind.__name__}", f"“{key}” must be {kind.__name__}")
            )
    if faults:
        return None, faults
    faults = _content_faults(row, where)
    if faults:
        return None, faults
    return Rule(
        row["id"], row["label_vi"], row["label_en"], row["nature"], row["basis"], row["level"],
        _regimes(row), row["locale"],
        trigger=row.get("trigger", ""), per=row.get("per", ""), land=row.get("land", ""),
        amount=row.get("amount"), amounts=tuple(sorted(row.get("amounts", {}).items())), unit=row.get("unit", ""),
        more_than=row.get("more_than", False), rate=_rate(row), then=row.get("then", ""), who=row.get("who", ""),
        start=row.get("from"), end=row.get("to"), waived_by=tuple(row.get("waived_by", ())), note=row.get("note", ""),
    ), []  # fmt: skip


def _content_faults(row: Mapping[str, Any], where: str) -> list[Fault]:
    faults = []
    words = (
        ("nature", tuple(NATURES)), ("level", tuple(LEVELS)), ("locale", LOCALES), ("unit", ("", *UNITS)),
        ("land", ("", "agri", "non_agri")), ("per", ("", "holder", "case", "ward", "project")),
    )  # fmt: skip
    for key, allowed in words:
        if row.get(key, "") not in allowed:
            text = f"“{key}” = {row.get(key)!r}"
            faults.append(_fault(where, f"{text} không hợp lệ", f"{text} is none of {', '.join(allowed)}"))
    for key in ("id", "label_vi", "label_en"):
        if not row[key].strip():
            faults.append(_fault(where, f"“{key}” trống", f"“{key}” is empty"))
    if not _regimes(row) or set(_regimes(row)) - set(REGIMES):
        faults.append(_fault(where, f"chế độ {row['regime']!r} lạ", f"regime {row['regime']!r} is unknown"))
    amounts = [row["amount"]] if "amount" in row else []
    amounts += row.get("amounts", {}).values()
    if any(type(n) is not int or not 0 <= n <= 3650 for n in amounts):
        faults.append(_fault(where, "số ngày phải từ 0 đến 3650", "amounts must be whole, 0 to 3650"))
    if amounts and not row.get("unit"):
        faults.append(_fault(where, "có số ngày mà thiếu “unit”", "an amount without a unit"))
    if row["nature"] in ("min", "dur", "valid") and not amounts:
        faults.append(_fault(where, "thiếu số ngày “amount”", "“amount” is missing"))
    if "from" in row and "to" in row and row["from"] > row["to"]:
        faults.append(_fault(where, "ngày bắt đầu sau ngày hết", "begins after it ends"))
    if not row["basis"] and row["level"] == "A":
        faults.append(_fault(where, "mức A phải nêu điều luật", "level A needs an article"))
    if "rate" in row:
        try:
            if not 0 <= Decimal(row["rate"]) < 1:
                raise InvalidOperation
        except InvalidOperation:
            faults.append(
                _fault(where, f"mức {row['rate']!r} không phải số", f"rate {row['rate']!r} is no share")
            )
    return faults


def _row(rule: Rule) -> dict[str, Any]:
    """A rule as the row that it was read from."""
    row: dict[str, Any] = {
        "id": rule.id, "label_vi": rule.label_vi, "label_en": rule.label_en, "nature": rule.nature,
        "basis": rule.basis, "level": rule.level, "regime": ", ".join(rule.regimes), "locale": rule.locale,
        "trigger": rule.trigger, "per": rule.per, "land": rule.land, "unit": rule.unit, "more_than": rule.more_than,
        "then": rule.then, "who": rule.who, "note": rule.note,
        "amounts": dict(rule.amounts), "waived_by": list(rule.waived_by),
    }  # fmt: skip
    extra = {
        "amount": rule.amount,
        "from": rule.start,
        "to": rule.end,
        "rate": None if rule.rate is None else str(rule.rate),
    }
    return row | {key: value for key, value in extra.items() if value is not None}


def _regimes(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(part.strip() for part in row["regime"].split(",") if part.strip())


def _rate(row: Mapping[str, Any]) -> Decimal | None:
    return Decimal(row["rate"]) if "rate" in row else None


def _fault(where: str, vi: str, en: str) -> Fault:
    return Fault(where, vi, en)
