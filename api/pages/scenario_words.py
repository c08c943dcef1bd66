"""Changes of a scenario in an address and in words: `ward~+15~00097;hs~2026-05-01~TULIEN-0042;viec~to=2+1~W-T5`.

A part is what, how and which, with `~` between; codes are percent-encoded, so any code may stand there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import quote, unquote

from api import formatting as fmt
from api.language import Lang, pick
from api.usecases.releases import obstacle_words
from projects.errors import Fault, InvalidInput
from projects.scenarios.changes import (
    CRITICAL,
    GROUPS,
    OBSTACLE,
    WARD,
    Changes,
    GroupMove,
    WorkMove,
    read_changes,
)

BY_LAW = "luat"
BAD = Fault("thay", "Địa chỉ tính thử không đọc được.", "The address of this trial cannot be read.")


@dataclass(frozen=True, slots=True)
class Line:
    """One change in words, and the address of the trial without it."""

    words: str
    without: str


def read_address(text: str) -> Changes:
    """The changes that an address holds; none for an empty one. Raises InvalidInput."""
    body: dict[str, list[dict[str, Any]]] = {"cases": [], "groups": [], "work": []}
    for part in filter(None, text.split(";")):
        what, _, rest = part.partition("~")
        how, _, which = rest.rpartition("~")
        if what == "hs":
            body["cases"] += [{"code": unquote(code), "on": how} for code in which.split(",")]
        elif what in GROUPS:
            body["groups"].append({"by": what, "value": unquote(which)} | _how(how))
        elif what == "viec":
            body["work"].append({"code": unquote(which)} | _work(how))
        else:
            raise InvalidInput([BAD])
    return read_changes(body) if any(body.values()) else Changes()


def write_address(changes: Changes) -> str:
    """The address of changes, as `read_address` reads it."""
    parts = []
    days = dict.fromkeys(move.on for move in changes.cases)
    for on in days:
        codes = ",".join(quote(move.code, safe="") for move in changes.cases if move.on == on)
        parts.append(f"hs~{on.isoformat()}~{codes}")
    for group in changes.groups:
        how = BY_LAW if group.soonest else group.on.isoformat() if group.on else f"{group.days:+d}"
        parts.append(f"{group.by}~{how}~{quote(group.value, safe='')}")
    for move in changes.work:
        said = {
            "tu": move.start and move.start.isoformat(),
            "dai": move.duration,
            "con": move.remaining,
            "to": None if move.crew is None else f"{move.crew}{move.added:+d}",
        }
        how = ",".join(f"{name}={value}" for name, value in said.items() if value is not None)
        parts.append(f"viec~{how}~{quote(move.code, safe='')}")
    return ";".join(parts)


def joined(changes: Changes, more: Changes) -> Changes:
    """Both; what is said anew of a case, a group or a work replaces what was said before."""
    cases = {move.code: move for move in (*changes.cases, *more.cases)}
    groups: dict[tuple[str, str], GroupMove] = {}
    for group in (*changes.groups, *more.groups):
        groups.pop((group.by, group.value), None)  # the later one stands last: it wins
        groups[group.by, group.value] = group
    work = {move.code: move for move in (*changes.work, *more.work)}
    return Changes(tuple(cases.values()), tuple(groups.values()), tuple(work.values()))


def lines(changes: Changes, lang: Lang, wards: Mapping[str, str], names: Mapping[str, str]) -> Iterator[Line]:
    """Each change in words; cases of one day are one line. `names`: of activities and fronts by code."""
    for on in dict.fromkeys(move.on for move in changes.cases):
        mine = [move.code for move in changes.cases if move.on == on]
        rest = replace(changes, cases=tuple(move for move in changes.cases if move.on != on))
        count = fmt.counted(len(mine), "hồ sơ", "case", "cases", lang)
        shown = ", ".join(mine[:6]) + ("…" if len(mine) > 6 else "")
        day = fmt.date_text(on, lang)
        said = pick(lang, f"{count} bàn giao ngày {day}: {shown}", f"{count} handed over on {day}: {shown}")
        yield Line(said, write_address(rest))
    for group in changes.groups:
        others = replace(changes, groups=tuple(each for each in changes.groups if each is not group))
        yield Line(
            f"{group_words(group.by, group.value, lang, wards, names)}: {_how_words(group, lang)}",
            write_address(others),
        )
    for move in changes.work:
        others = replace(changes, work=tuple(each for each in changes.work if each is not move))
        yield Line(
            f"{move.code} {names.get(move.code, '')}: {_work_words(move, lang)}", write_address(others)
        )


def group_words(by: str, value: str, lang: Lang, wards: Mapping[str, str], names: Mapping[str, str]) -> str:
    """ "Mọi hồ sơ còn vướng của P. Hồng Hà"."""
    if by == CRITICAL:
        return pick(lang, "Mọi hồ sơ giữ đường găng", "All cases that hold the critical path")
    if by == WARD:
        name = wards.get(value, value)
        return pick(lang, f"Mọi hồ sơ còn vướng của {name}", f"All open cases of {name}")
    if by == OBSTACLE:
        said = pick(lang, *obstacle_words(value))
        return pick(lang, f"Mọi hồ sơ vướng “{said}”", f"All cases with the obstacle “{said}”")
    return pick(
        lang,
        f"Mọi hồ sơ còn vướng của mũi {value} {names.get(value, '')}",
        f"All open cases of front {value}",
    )


def _how_words(group: GroupMove, lang: Lang) -> str:
    if group.soonest:
        return pick(lang, "bàn giao sớm nhất theo luật", "handed over as soon as the law allows")
    if group.on is not None:
        day = fmt.date_text(group.on, lang)
        return pick(lang, f"bàn giao ngày {day}", f"handed over on {day}")
    days = fmt.days(abs(group.days or 0), lang)
    if (group.days or 0) < 0:
        return pick(lang, f"sớm hơn dự báo {days}", f"{days} earlier than forecast")
    return pick(lang, f"muộn hơn dự báo {days}", f"{days} later than forecast")


def _work_words(move: WorkMove, lang: Lang) -> str:
    said = []
    if move.crew is not None:
        added = fmt.signed(move.added, lang)
        said.append(
            pick(
                lang, f"{added} tổ (người) vào {move.crew} đang làm", f"{added} crews (people) to {move.crew}"
            )
        )
    if move.duration is not None:
        said.append(
            pick(lang, f"thời lượng {move.duration} ngày làm việc", f"{move.duration} working days long")
        )
    if move.remaining is not None:
        said.append(pick(lang, f"còn {move.remaining} ngày làm việc", f"{move.remaining} working days left"))
    if move.start is not None:
        day = fmt.date_text(move.start, lang)
        said.append(pick(lang, f"không bắt đầu trước {day}", f"no start before {day}"))
    return ", ".join(said)


def _how(how: str) -> dict[str, Any]:
    if how == BY_LAW:
        return {"soonest": True}
    if how[:1] in ("+", "-"):
        return {"days": _number(how)}
    return {"on": how}


def _work(how: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in filter(None, how.split(",")):
        name, _, value = part.partition("=")
        if name == "tu":
            found["start"] = value
        elif name in ("dai", "con"):
            found["duration" if name == "dai" else "remaining"] = _number(value)
        elif name == "to":
            at = max(value.rfind("+"), value.rfind("-"))
            found |= (
                {"crew": _number(value[:at]), "added": _number(value[at:])} if at > 0 else {"crew": value}
            )
        else:
            raise InvalidInput([BAD])
    return found


def _number(text: str) -> int:
    sign, digits = (text[:1], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):
        raise InvalidInput([BAD])
    return int(sign + digits)


def day_or_none(text: str) -> date | None:
    """A day that was entered; None for an empty field. Raises InvalidInput."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput([Fault("ngay_bg", "Ngày không hợp lệ.", "This is not a day.")]) from None
