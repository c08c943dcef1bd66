"""From what a scenario says to the nodes of the network that it touches, or every reason why it may not be."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from projects.engine.model import Activity, Kind
from projects.engine.scenario import Change
from projects.engine.shifts import DAY
from projects.errors import Fault, InvalidInput
from projects.scenarios.changes import CRITICAL, FRONT, LAST, OBSTACLE, WARD, Changes, GroupMove, WorkMove
from projects.scenarios.stand import Stand

MOST_NAMED = 20  # cases whose refusal is said one by one
Hidden = Collection[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """A case with its forecast and its supposed day of handover."""

    code: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Worked:
    """A work whose remaining days are other ones; `crew` and `added` where hands are the reason."""

    code: str
    before: int
    after: int
    crew: int | None = None
    added: int | None = None
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The changes of works and of handovers, what they mean, and how many that were named are over by now."""

    works: tuple[Change, ...]
    moved: tuple[Moved, ...]
    worked: tuple[Worked, ...]
    dropped: int = 0


def resolve(changes: Changes, stand: Stand, *, hidden: Hidden = (), again: bool = False) -> Resolved:
    """The nodes that the changes touch. `hidden`: cases that the person may not be told of.

    `again`: the scenario was kept and time has passed: what is over since (land handed over, work done, a group
    without open cases) is left out and counted. Raises `InvalidInput` with all faults, a handover before the lawful
    earliest day with its article.
    """
    faults: list[Fault] = []
    dropped: list[str] = []
    over = dropped if again else None
    wanted = dict(_of_groups(changes.groups, stand, faults, over))
    for move in changes.cases:
        known = move.code in stand.cases and (again or move.code not in hidden)
        if known and stand.is_open(move.code):
            wanted[move.code] = move.on
        elif again:
            dropped.append(move.code)
        elif known:
            vi, en = f"Hồ sơ {move.code} đã bàn giao.", f"Case {move.code} is handed over already."
            faults.append(Fault(move.code, vi, en))
        else:
            vi, en = f"Không có hồ sơ {move.code} trong dự án.", f"There is no case {move.code} here."
            faults.append(Fault(move.code, vi, en))
    faults += _too_early(wanted, stand, hidden)
    works = [w for move in changes.work if (w := _work(move, stand, faults, over)) is not None]
    if faults:
        raise InvalidInput(faults)
    moved = tuple(Moved(code, stand.predicted[code].on, on) for code, on in sorted(wanted.items()))
    return Resolved(
        tuple(change for change, _ in works),
        moved,
        tuple(worked for _, worked in works),
        len(dropped),
    )


def members(by: str, value: str, stand: Stand) -> Iterator[str]:
    """The open cases of a group."""
    for code, case in stand.cases.items():
        if stand.is_open(code) and (
            (by == WARD and case.ward_code == value)
            or (by == OBSTACLE and case.obstacle == value)
            or (by == FRONT and value in case.fronts)
            or (by == CRITICAL and stand.holds(code))
        ):
            yield code


def soonest(stand: Stand, code: str) -> date:
    """The first day on which the case can be handed over: by law, and not before the data date."""
    bound = stand.bound(stand.cases[code])
    return stand.data_date if bound is None else max(bound.on, stand.data_date)


def _of_groups(
    groups: Iterable[GroupMove], stand: Stand, faults: list[Fault], over: list[str] | None
) -> Iterator[tuple[str, date]]:
    for group in groups:
        codes = list(members(group.by, group.value, stand))
        if not codes and over is None:
            vi = f"Nhóm “{group.value or group.by}” không có hồ sơ nào còn vướng."
            faults.append(
                Fault(group.value or group.by, vi, f"No open case in the group “{group.value or group.by}”.")
            )
        elif not codes and over is not None:
            over.append(group.value)
        for code in codes:
            if group.soonest:
                yield code, soonest(stand, code)
            elif group.on is not None:
                yield code, group.on
            else:
                yield code, min(stand.predicted[code].on + timedelta(days=group.days or 0), LAST)


def _too_early(wanted: Mapping[str, date], stand: Stand, hidden: Hidden) -> Iterator[Fault]:
    """A fault for each case before its lawful day or in the past; what may not be named is counted."""
    unnamed = named = 0
    for code, on in sorted(wanted.items()):
        if on >= stand.predicted[code].on:
            continue  # no haste: a forecast is lawful
        bound = stand.bound(stand.cases[code])
        if on >= stand.data_date and (bound is None or on >= bound.on):
            continue
        if code in hidden or named >= MOST_NAMED:
            unnamed += 1
            continue
        named += 1
        if bound is not None and on < bound.on:
            yield Fault(
                code,
                f"Hồ sơ {code}: không thể bàn giao ngày {_day(on)}; sớm nhất theo luật là {_day(bound.on)} "
                f"({bound.rule}: {bound.label_vi}; {bound.basis}).",
                f"Case {code}: no handover on {_day(on)}; by law {_day(bound.on)} at the earliest ({bound.rule}: "
                f"{bound.label_en}; {bound.basis}).",
            )
        else:
            vi = f"Hồ sơ {code}: ngày {_day(on)} đã qua, số liệu đến {_day(stand.data_date)} chưa bàn giao."
            yield Fault(
                code,
                vi,
                f"Case {code}: {_day(on)} is past, and by {_day(stand.data_date)} it was not handed over.",
            )
    if unnamed:
        yield Fault(
            "cases",
            f"Và {unnamed} hồ sơ khác không thể bàn giao sớm đến vậy theo luật hoặc vì ngày đã qua.",
            f"And {unnamed} other cases cannot be handed over that early, by law or because the day is past.",
        )


def _work(
    move: WorkMove, stand: Stand, faults: list[Fault], over: list[str] | None
) -> tuple[Change, Worked] | None:
    works = stand.reckoning.works
    activity = next((a for a in works.net.activities if a.code == move.code), None)
    refusal = _refusal(move, activity, stand)
    if refusal is not None:
        if over is None:
            faults.append(Fault(move.code, *refusal))
        else:
            over.append(move.code)
        return None
    p = stand.reckoning.bare
    node = p.index[move.code]
    left = int(p.nodes.left[node])
    unit = DAY if works.options.whole_days else p.times[p.nodes.calendar[node]].day_minutes
    before = -(-left // unit)
    change = Change(move.code, not_before=move.start)
    after = before
    if move.crew is not None and move.added is not None:
        after = shortened(before, move.crew, move.added)
        change = Change(move.code, remaining=after * unit, not_before=move.start)
    elif move.remaining is not None:
        after = move.remaining
        change = Change(move.code, remaining=after * unit, not_before=move.start)
    elif move.duration is not None:
        change = Change(move.code, duration=move.duration * unit, not_before=move.start)
        after = move.duration
    return change, Worked(move.code, before, after, move.crew, move.added, move.start)


def shortened(left: int, crew: int, added: int) -> int:
    """Days left with more hands: `left` × crew / (crew + added), rounded up. Every hand is taken to do as much."""
    return -(-left * crew // (crew + added))


def _refusal(move: WorkMove, activity: Activity | None, stand: Stand) -> tuple[str, str] | None:
    code = move.code
    if activity is None or code not in stand.rows:
        return f"Không có công việc {code} trong mạng.", f"There is no activity {code} in the network."
    if stand.rows[code].done:
        return f"Công việc {code} đã xong.", f"Activity {code} is done."
    if move.start is not None and activity.actual_start is not None:
        return f"Công việc {code} đã bắt đầu rồi.", f"Activity {code} has begun already."
    if move.start is not None and move.start <= stand.data_date:
        day = _day(stand.data_date)
        return f"Ngày bắt đầu phải sau ngày số liệu {day}.", f"A start must lie after the data date, {day}."
    if move.duration is not None and activity.actual_start is not None:
        vi = f"Công việc {code} đã bắt đầu: nêu số ngày còn lại."
        return vi, f"Activity {code} has begun: say what remains of it."
    if activity.kind is not Kind.TASK and not (move.duration is move.remaining is move.crew is None):
        return f"{code} là mốc, không có thời lượng.", f"{code} is a milestone without duration."
    return None


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
