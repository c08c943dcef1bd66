"""A file of facts as parsed JSON → cases, with every fault of every case.

Shape: `{"today": "2026-03-01", "cases": [{"code": "HS-1", "people": ["A"], "lands": ["agri"], "owed": 120000000,
"investor_promised": false, "regime": {"code": "G24", "document": "12/QĐ", "on": "2026-02-01"},
"facts": [{"kind": "notice.issued", "on": "2026-02-02", "document": "3/TB"}]}]}`.
`today` may be left out; so may all keys of a case but `code` and `facts`. A fact has the fields of `Fact`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from projects.errors import Fault, InvalidInput
from projects.law.facts import KINDS, LANDS, STEP_FACTS, Fact
from projects.law.regime import Override
from projects.law.rules import REGIMES

MOST_CASES, MOST_FACTS = 5_000, 2_000
_FIRST, _LAST = date(2010, 1, 1), date(2059, 12, 31)
_TEXTS = ("land", "party", "value", "document", "signer", "body", "file")
_CASE_KEYS = {"code", "people", "lands", "owed", "investor_promised", "regime", "facts"}


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case of the file. `owed`: compensation in đồng for the late money, None when not asked for."""

    code: str
    facts: tuple[Fact, ...]
    people: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()
    owed: Decimal | None = None
    investor_promised: bool = False
    override: Override | None = None


def read_cases(content: object) -> tuple[date | None, tuple[CaseFacts, ...]]:
    """The day of the file, if it has one, and its cases. Raises `InvalidInput` with every fault and where it is."""
    faults: list[Fault] = []
    if not isinstance(content, Mapping) or not isinstance(content.get("cases"), list):
        raise InvalidInput([_fault("cases", "thiếu danh sách “cases”", "the list “cases” is missing")])
    faults += [_fault(str(key), "khóa lạ", "unknown key") for key in content if key not in ("today", "cases")]
    today = _day(content.get("today"), "today", faults) if content.get("today") is not None else None
    rows = content["cases"]
    if len(rows) > MOST_CASES:
        vi = f"nhiều hơn {MOST_CASES} hồ sơ"
        raise InvalidInput([_fault("cases", vi, f"more than {MOST_CASES} cases")])
    cases = tuple(_case(row, f"cases[{n}]", faults) for n, row in enumerate(rows))
    codes = [case.code for case in cases]
    for code in sorted({code for code in codes if code and codes.count(code) > 1}):
        faults.append(_fault("cases", f"trùng mã hồ sơ {code}", f"case {code} appears twice"))
    if faults:
        raise InvalidInput(faults)
    return today, cases


def _case(row: object, where: str, faults: list[Fault]) -> CaseFacts:
    if not isinstance(row, Mapping):
        faults.append(_fault(where, "phải là một đối tượng", "must be an object"))
        return CaseFacts("", ())
    faults += [_fault(f"{where}.{key}", "khóa lạ", "unknown key") for key in row if key not in _CASE_KEYS]
    code = row.get("code")
    if not isinstance(code, str) or not code.strip():
        faults.append(_fault(f"{where}.code", "thiếu mã hồ sơ", "the code of the case is missing"))
        code = ""
    given = row.get("facts")
    if not isinstance(given, list) or len(given) > MOST_FACTS:
        vi = f"cần danh sách, tối đa {MOST_FACTS} sự việc"
        faults.append(_fault(f"{where}.facts", vi, f"a list of at most {MOST_FACTS} facts is needed"))
        given = []
    facts = [_fact(item, f"{where}.facts[{n}]", faults) for n, item in enumerate(given)]
    lands = _names(row, "lands", where, faults)
    for land in lands:
        if land not in LANDS:
            faults.append(_fault(f"{where}.lands", f"loại đất lạ {land!r}", f"unknown land {land!r}"))
    promised = row.get("investor_promised", False)
    if not isinstance(promised, bool):
        faults.append(
            _fault(f"{where}.investor_promised", "phải là true hoặc false", "must be true or false")
        )
    return CaseFacts(
        code,
        tuple(fact for fact in facts if fact),
        people=_names(row, "people", where, faults),
        lands=lands,
        owed=_money(row.get("owed"), f"{where}.owed", faults),
        investor_promised=promised is True,
        override=_override(row.get("regime"), f"{where}.regime", faults),
    )


def _fact(row: object, where: str, faults: list[Fault]) -> Fact | None:
    if not isinstance(row, Mapping):
        faults.append(_fault(where, "phải là một đối tượng", "must be an object"))
        return None
    before = len(faults)
    allowed = {"kind", "on", "until", "amount", *_TEXTS}
    faults += [_fault(f"{where}.{key}", "khóa lạ", "unknown key") for key in row if key not in allowed]
    kind = row.get("kind")
    if not isinstance(kind, str) or (kind not in KINDS and kind not in STEP_FACTS.values()):
        faults.append(
            _fault(f"{where}.kind", f"không có loại sự việc {kind!r}", f"there is no kind {kind!r}")
        )
    on = _day(row.get("on"), f"{where}.on", faults)
    until = _day(row["until"], f"{where}.until", faults) if row.get("until") is not None else None
    texts = dict(_texts(row, where, faults))
    if texts.get("land", "") not in ("", *LANDS):
        faults.append(
            _fault(f"{where}.land", f"loại đất lạ {texts['land']!r}", f"unknown land {texts['land']!r}")
        )
    amount = _money(row.get("amount"), f"{where}.amount", faults)
    if len(faults) > before or on is None or not isinstance(kind, str):
        return None
    return Fact(
        kind, on, land=texts["land"], party=texts["party"], value=texts["value"], amount=amount, until=until,
        document=texts["document"], signer=texts["signer"], body=texts["body"], file=texts["file"],
    )  # fmt: skip


def _texts(row: Mapping[str, Any], where: str, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    for key in _TEXTS:
        text = row.get(key, "")
        if isinstance(text, str) and len(text) <= 2_000:
            yield key, text
        else:
            faults.append(
                _fault(f"{where}.{key}", "phải là chữ, tối đa 2 000 ký tự", "must be text, at most 2 000")
            )


def _names(row: Mapping[str, Any], key: str, where: str, faults: list[Fault]) -> tuple[str, ...]:
    names = row.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        faults.append(_fault(f"{where}.{key}", "phải là danh sách chữ", "must be a list of texts"))
        return ()
    return tuple(dict.fromkeys(names))


def _override(row: object, where: str, faults: list[Fault]) -> Override | None:
    if row is None:
        return None
    if not isinstance(row, Mapping) or row.get("code") not in REGIMES or not row.get("document"):
        vi = "cần “code” G13, G24 hoặc G26, “document” và “on” (TR-04)"
        faults.append(_fault(where, vi, "“code” G13, G24 or G26, “document” and “on” are needed (TR-04)"))
        return None
    on = _day(row.get("on"), f"{where}.on", faults)
    return Override(str(row["code"]), str(row["document"]), on) if on else None


def _day(text: object, where: str, faults: list[Fault]) -> date | None:
    try:
        if not isinstance(text, str) or len(text) != len("2026-01-01"):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        faults.append(
            _fault(where, f"ngày {text!r} phải là năm-tháng-ngày", f"day {text!r} must be year-month-day")
        )
        return None
    if not _FIRST <= day <= _LAST:
        faults.append(
            _fault(where, f"ngày {text} ngoài {_FIRST:%Y}–{_LAST:%Y}", f"day {text} is out of range")
        )
        return None
    return day


def _money(value: object, where: str, faults: list[Fault]) -> Decimal | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= 10**15:
        faults.append(
            _fault(where, "số đồng phải là số nguyên không âm", "đồng must be a whole number, not negative")
        )
        return None
    return Decimal(value)


def _fault(where: str, vi: str, en: str) -> Fault:
    return Fault(where, vi, en)
