"""What is different in a scenario: handovers of cases, of groups of cases, and works. Values, and their JSON form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from projects.errors import Fault, InvalidInput

WARD, OBSTACLE, FRONT, CRITICAL = "ward", "obstacle", "front", "critical"
GROUPS = (WARD, OBSTACLE, FRONT, CRITICAL)
FIRST, LAST = date(2015, 1, 1), date(2060, 12, 31)
MOST_CASES, MOST_GROUPS, MOST_WORK = 500, 20, 100
MOST_DAYS = 3650  # of a postponement, a duration
MOST_CREWS = 1000


@dataclass(frozen=True, slots=True)
class CaseMove:
    """A case is handed over on `on`."""

    code: str
    on: date


@dataclass(frozen=True, slots=True)
class GroupMove:
    """All open cases of a ward, an obstacle code, a work front, or that hold the date (`critical`, no value).

    Exactly one of: `days` later than forecast (negative: earlier), `on` that day, or as `soonest` as the law allows.
    """

    by: str
    value: str = ""
    days: int | None = None
    on: date | None = None
    soonest: bool = False


@dataclass(frozen=True, slots=True)
class WorkMove:
    """Another earliest `start`, `duration` or `remaining` (working days of its calendar), or more hands.

    `crew` works on it now and `added` join: what remains is divided by (crew + added) / crew and rounded up.
    """

    code: str
    start: date | None = None
    duration: int | None = None
    remaining: int | None = None
    crew: int | None = None
    added: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """All that is different. A case that is named wins over groups; of two groups the later one."""

    cases: tuple[CaseMove, ...] = ()
    groups: tuple[GroupMove, ...] = ()
    work: tuple[WorkMove, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cases or self.groups or self.work)


def read_changes(body: Mapping[str, Any]) -> Changes:
    """Changes from their JSON form. Raises `InvalidInput` with every fault, also when nothing is different."""
    faults: list[Fault] = []
    parts = {"cases": MOST_CASES, "groups": MOST_GROUPS, "work": MOST_WORK}
    for name in sorted(set(body) - set(parts)):
        faults.append(Fault(name[:40], "Không có mục này.", "There is no such part."))
    lists: dict[str, Sequence[Mapping[str, Any]]] = {}
    for name, most in parts.items():
        given = body.get(name) or []
        if not isinstance(given, list | tuple) or not all(isinstance(each, Mapping) for each in given):
            faults.append(Fault(name, "Phải là danh sách.", "This must be a list."))
            given = []
        if len(given) > most:
            faults.append(Fault(name, f"Nhiều nhất {most} mục.", f"At most {most} entries."))
            given = given[:most]
        lists[name] = given
    made = Changes(
        tuple(_case(each, faults, f"cases.{i}") for i, each in enumerate(lists["cases"])),
        tuple(_group(each, faults, f"groups.{i}") for i, each in enumerate(lists["groups"])),
        tuple(_work(each, faults, f"work.{i}") for i, each in enumerate(lists["work"])),
    )
    faults += _twice(made)
    if not made and not faults:
        faults.append(
            Fault(
                "changes",
                "Chưa nêu điều gì khác đi để tính thử.",
                "Nothing is different: there is nothing to try.",
            )
        )
    if faults:
        raise InvalidInput(faults)
    return made


def as_json(changes: Changes) -> dict[str, Any]:
    """The JSON form of changes; what `read_changes` gives back."""
    return {
        name: [
            {
                field: value.isoformat() if isinstance(value, date) else value
                for field, value in asdict(each).items()
                if value is not None and value != "" and value is not False
            }
            for each in getattr(changes, name)
        ]
        for name in ("cases", "groups", "work")
        if getattr(changes, name)
    }


def _case(given: Mapping[str, Any], faults: list[Fault], at: str) -> CaseMove:
    _only(given, ("code", "on"), faults, at)
    on = _day(given, "on", faults, at)
    if on is None and given.get("on") in (None, ""):
        faults.append(Fault(f"{at}.on", "Thiếu ngày bàn giao.", "The day of handover is missing."))
    return CaseMove(_text(given, "code", faults, at), on or FIRST)


def _group(given: Mapping[str, Any], faults: list[Fault], at: str) -> GroupMove:
    _only(given, ("by", "value", "days", "on", "soonest"), faults, at)
    by = given.get("by")
    if by not in GROUPS:
        said = ", ".join(GROUPS)
        faults.append(Fault(f"{at}.by", f"Nhóm phải là một trong: {said}.", f"A group is one of: {said}."))
        by = CRITICAL
    value = "" if by == CRITICAL else _text(given, "value", faults, at)
    days = _whole(given, "days", faults, at, -MOST_DAYS, MOST_DAYS)
    on = _day(given, "on", faults, at)
    soonest = given.get("soonest", False) is True
    if [_said(given, "days"), _said(given, "on"), soonest].count(True) != 1:
        vi = "Nêu đúng một trong ba: số ngày muộn hơn, ngày bàn giao, hoặc sớm nhất theo luật."
        faults.append(Fault(at, vi, "Say exactly one of: days later, a day, or as soon as the law allows."))
    return GroupMove(str(by), value, days, on, soonest)


def _work(given: Mapping[str, Any], faults: list[Fault], at: str) -> WorkMove:
    _only(given, ("code", "start", "duration", "remaining", "crew", "added"), faults, at)
    move = WorkMove(
        _text(given, "code", faults, at),
        _day(given, "start", faults, at),
        _whole(given, "duration", faults, at, 0, MOST_DAYS),
        _whole(given, "remaining", faults, at, 0, MOST_DAYS),
        _whole(given, "crew", faults, at, 1, MOST_CREWS),
        _whole(given, "added", faults, at, 1 - MOST_CREWS, MOST_CREWS),
    )
    hands = (move.crew is None) + (move.added is None)
    if hands == 1 or (hands == 0 and (move.crew or 0) + (move.added or 0) < 1):
        vi = "Nêu cả số tổ (người) đang làm và số thêm vào; còn lại ít nhất một."
        faults.append(Fault(at, vi, "Say how many work on it and how many join; at least one must remain."))
    lengths = [move.duration is not None, move.remaining is not None, hands == 0].count(True)
    if lengths > 1:
        vi = "Chỉ nêu một trong: thời lượng, phần còn lại, thêm tổ (người)."
        faults.append(Fault(at, vi, "Say only one of: duration, remaining, added hands."))
    if not any(_said(given, name) for name in ("start", "duration", "remaining", "crew", "added")):
        faults.append(Fault(at, "Chưa nêu điều gì khác đi.", "Nothing is different here."))
    return move


def _twice(changes: Changes) -> Iterator[Fault]:
    for name in ("cases", "work"):
        codes = [each.code for each in getattr(changes, name)]
        for code in sorted({c for c in codes if codes.count(c) > 1} - {""}) if len(codes) > 1 else ():
            yield Fault(code, "Nêu hai lần.", "Named twice.")


def _only(given: Mapping[str, Any], names: Sequence[str], faults: list[Fault], at: str) -> None:
    for name in sorted(set(map(str, given)) - set(names)):
        faults.append(Fault(f"{at}.{name[:40]}", "Không có trường này.", "There is no such field."))


def _text(given: Mapping[str, Any], name: str, faults: list[Fault], at: str) -> str:
    value = given.get(name)
    if isinstance(value, str) and value.strip() and len(value) <= 64 and value.isprintable():
        return value.strip()
    faults.append(
        Fault(f"{at}.{name}", "Thiếu mã, hoặc mã không hợp lệ.", "The code is missing or not valid.")
    )
    return ""


def _said(given: Mapping[str, Any], name: str) -> bool:
    """Whether something stands there, be it right or wrong: what is wrong has a sentence of its own."""
    return given.get(name) not in (None, "")


def _day(given: Mapping[str, Any], name: str, faults: list[Fault], at: str) -> date | None:
    value = given.get(name)
    if value in (None, ""):
        return None
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except ValueError:
        day = None
    if day is None or not FIRST <= day <= LAST:
        vi, en = (
            f"Ngày phải từ {FIRST.year} đến {LAST.year}.",
            f"The day must be within {FIRST.year}–{LAST.year}.",
        )
        faults.append(Fault(f"{at}.{name}", vi, en))
        return None
    return day


def _whole(
    given: Mapping[str, Any], name: str, faults: list[Fault], at: str, low: int, high: int
) -> int | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return value
    vi, en = f"Phải là số nguyên từ {low} đến {high}.", f"This must be a whole number from {low} to {high}."
    faults.append(Fault(f"{at}.{name}", vi, en))
    return None
