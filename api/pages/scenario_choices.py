"""What a scenario can be made of on its page: groups with their counts, cases to tick, and the forms read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api import formatting as fmt
from api.language import Lang
from api.pages.forms import plain
from api.pages.scenario_words import day_or_none, group_words
from projects.errors import Fault, InvalidInput
from projects.scenarios.changes import CRITICAL, FRONT, OBSTACLE, WARD, Changes, read_changes
from projects.scenarios.resolve import members, soonest
from projects.scenarios.stand import Stand

MOST_OFFERED = 100
NOTHING = Fault("ho_so", "Chưa chọn hồ sơ nào.", "No case was chosen.")
NO_DAY = Fault(
    "ngay_bg", "Nêu ngày bàn giao, hoặc chọn sớm nhất theo luật.", "Say a day, or as soon as the law allows."
)


@dataclass(frozen=True, slots=True)
class Group:
    """A group that can be moved as a whole: "ward~00097", its words and its open cases."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Offered:
    """A case to tick: where it stands and the first lawful day."""

    code: str
    ward_code: str
    forecast: date
    lawful: date
    holds: bool


def choices_of(
    stand: Stand, lang: Lang, wards: Mapping[str, str], names: Mapping[str, str]
) -> dict[str, list[Group]]:
    """The groups by kind, those with most open cases first."""
    cases = [case for code, case in stand.cases.items() if stand.is_open(code)]
    counts = {
        CRITICAL: Counter({"": sum(stand.holds(case.code) for case in cases)}),
        WARD: Counter(case.ward_code for case in cases),
        OBSTACLE: Counter(case.obstacle for case in cases if case.obstacle),
        FRONT: Counter(front for case in cases for front in case.fronts),
    }

    def label(by: str, value: str, count: int) -> str:
        return f"{group_words(by, value, lang, wards, names)} ({fmt.counted(count, 'hồ sơ', 'case', 'cases', lang)})"

    return {
        by: [Group(f"{by}~{value}", label(by, value, count)) for value, count in found.most_common() if count]
        for by, found in counts.items()
    }  # fmt: skip


def offered(stand: Stand | None, hidden: Collection[str], group: str) -> tuple[list[Offered], int]:
    """The cases of a group that the reader may tick, critical ones first, and how many there are in their reach."""
    if stand is None:
        return [], 0
    by, _, value = (group or f"{CRITICAL}~").partition("~")
    codes = [code for code in members(by, value, stand) if code not in hidden]
    codes.sort(key=lambda code: (not stand.holds(code), stand.predicted[code].on, code))
    rows = [
        Offered(
            code,
            stand.cases[code].ward_code,
            stand.predicted[code].on,
            soonest(stand, code),
            stand.holds(code),
        )
        for code in codes[:MOST_OFFERED]
    ]
    return rows, len(codes)


def added_of(
    form: Mapping[str, str], ticked: Sequence[str], stand: Stand, hidden: Collection[str]
) -> Changes:
    """What one of the three forms adds. Raises InvalidInput."""
    made = {"nhom": _group, "viec": _work}.get(form.get("lam", ""))
    return read_changes(made(form) if made else _cases(form, ticked, stand, hidden))


def _group(form: Mapping[str, str]) -> dict[str, Any]:
    by, _, value = form.get("nhom", "").partition("~")
    group: dict[str, Any] = {"by": by, "value": value}
    days, on = form.get("so_ngay", "").strip(), day_or_none(form.get("ngay_bg", ""))
    if form.get("luat"):
        group["soonest"] = True
    elif on is not None:
        group["on"] = on
    elif days:
        group["days"] = _whole(days, "so_ngay")
    return {"groups": [group]}


def _cases(
    form: Mapping[str, str], ticked: Sequence[str], stand: Stand, hidden: Collection[str]
) -> dict[str, Any]:
    typed = [
        plain(part) for part in form.get("ho_so_them", "").replace(";", ",").replace("\n", ",").split(",")
    ]
    codes = list(dict.fromkeys(code for code in (*ticked, *typed) if code))
    if not codes:
        raise InvalidInput([NOTHING])
    on = day_or_none(form.get("ngay_bg", ""))
    if on is None and not form.get("luat"):
        raise InvalidInput([NO_DAY])
    known = [code for code in codes if code in stand.cases and code not in hidden]
    if len(known) < len(codes):
        odd = ", ".join(sorted(set(codes) - set(known)))[:200]
        raise InvalidInput([Fault("ho_so", f"Không có hồ sơ: {odd}.", f"There is no such case: {odd}.")])
    return {"cases": [{"code": code, "on": on or soonest(stand, code)} for code in codes]}


def _work(form: Mapping[str, str]) -> dict[str, Any]:
    move: dict[str, Any] = {"code": form.get("viec", ""), "start": day_or_none(form.get("tu", ""))}
    for name, field in (("to", "crew"), ("them_to", "added"), ("con_lai", "remaining"), ("dai", "duration")):
        if form.get(name, "").strip():
            move[field] = _whole(form[name], name)
    if move.get("added") is None:
        move.pop("crew", None)  # the field stands at 1 until hands are added
    return {"work": [move]}


def _whole(text: str, where: str) -> int:
    text = text.strip().replace("\u2212", "-").removeprefix("+")
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):
        raise InvalidInput([Fault(where, "Phải là số nguyên.", "This must be a whole number.")])
    return int(text)
