"""One case on the desk: the clock that counts today, the group it falls into, what to do, and why.

Groups, in this order: overdue, week (7 days), month (30 days), ready (may be done now, the law sets no day), later,
grey (a date is missing: a fault of its own, never green), idle (no legal clock runs yet).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

from projects.desk.acts import Act, Pair, act_of
from projects.law.clock import Clock, Frame
from projects.law.clocks import clocks_of

GROUPS = ("overdue", "week", "month", "ready", "later", "grey", "idle")
WEEK, MONTH = 7, 30
# Times of the holder: they are shown on the case, nobody in the office acts on them.
_HOLDERS = ("KN-05", "KN-08", "KN-10")


@dataclass(frozen=True, slots=True)
class Entry:
    """Why a case stands on a named list: `days` sorts it (few first), `clock`, `act` stand in for the chosen ones."""

    text: Pair
    days: int | None = None
    clock: Clock | None = None
    act: Act | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """A case on a day. `days`: calendar days left of the chosen clock, negative when over; for ready minus the days
    since it might be done; None without a day. `target`: the day is an internal target, not the law's. `more`: other
    clocks that are open. `lists`: named lists it stands on (`projects.desk.lists`)."""

    group: str
    light: str
    act: Act
    clock: Clock | None = None
    days: int | None = None
    target: bool = False
    greys: tuple[Clock, ...] = ()
    more: int = 0
    why: tuple[Pair, ...] = ()
    lists: Mapping[str, Entry] = field(default_factory=lambda: MappingProxyType({}))


def office_clocks(frame: Frame) -> tuple[Clock, ...]:
    """The open clocks on which the office acts, urgent ones first."""
    return tuple(clock for clock in clocks_of(frame) if clock.open and clock.rule not in _HOLDERS)


def desk_of(frame: Frame, step: str, clocks: tuple[Clock, ...] | None = None) -> Desk:
    """What a case at `step` has to do today by its open clocks (`office_clocks`)."""
    found = office_clocks(frame) if clocks is None else clocks
    greys = tuple(clock for clock in found if clock.state == "no_date")
    dated = [(days, clock) for clock in found if (days := days_of(clock, frame)) is not None]
    limits = [pair for pair in dated if is_limit(pair[1], frame)]
    near = [pair for pair in limits if pair[0] <= MONTH]
    ready = [pair for pair in dated if pair[1].state == "open_since" and not is_limit(pair[1], frame)]
    by_day = lambda pair: (pair[0], pair[1].rule)  # noqa: E731
    if near:
        days, clock = min(near, key=by_day)
        group = "overdue" if days < 0 else "week" if days <= WEEK else "month"
    elif greys:
        return _desk(frame, step, "grey", greys[0], None, found, greys)
    elif ready:
        (days, clock), group = min(ready, key=by_day), "ready"
    elif dated:
        (days, clock), group = min(dated, key=by_day), "later"
    else:
        return _desk(frame, step, "idle", None, None, found, greys)
    return _desk(frame, step, group, clock, days, found, greys)


def days_of(clock: Clock, frame: Frame) -> int | None:
    """Days left of a clock, by its internal target where the law only says "not before"; None without a date."""
    if clock.state == "open_since" and clock.days_since is not None:
        target = frame.thresholds.open_days.get(clock.rule)
        return -clock.days_since if target is None else target - clock.days_since
    return None if clock.state == "no_date" else clock.days_left


def is_limit(clock: Clock, frame: Frame) -> bool:
    """Whether there is a day to be kept: a deadline, a lapse, or an internal target."""
    if clock.state == "open_since":
        return clock.rule in frame.thresholds.open_days
    return clock.nature in ("max", "valid")


def _desk(
    frame: Frame, step: str, group: str, clock: Clock | None, days: int | None,
    found: tuple[Clock, ...], greys: tuple[Clock, ...],
) -> Desk:  # fmt: skip
    target = clock is not None and clock.state == "open_since" and is_limit(clock, frame)
    light = "none" if clock is None or clock.state == "no_date" else clock.light
    if greys and light == "ok":
        light = "none"  # what lacks a date is never green
    return Desk(
        group, light, act_of(clock, frame, step, found), clock, days, target, greys,
        more=max(0, len(found) - (clock is not None)), why=tuple(_why(frame, clock, found)),
    )  # fmt: skip


def _why(frame: Frame, chosen: Clock | None, found: tuple[Clock, ...]) -> list[Pair]:
    """Why it presses: late money, a notice that lapses; at most one sentence of each."""
    said: list[Pair] = []
    late = next((c for c in found if c.rule == "TT-01" and c.state == "late" and c.due), None)
    if late is not None and late.due:
        first = late.due + timedelta(days=1)
        said.append(
            (f"Lãi chậm trả tính từ {first:%d/%m/%Y}", f"Interest on late money from {first:%d/%m/%Y}")
        )
    lapse = next((c for c in found if c.nature == "valid" and c.lapses), None)
    if lapse is not None and lapse.lapses:
        day = f"{lapse.lapses:%d/%m/%Y}"
        if lapse.state == "lapsed":
            said.append(
                (
                    f"Thông báo hết hiệu lực sau {day}: ban hành lại",
                    f"The notice lapsed after {day}: issue again",
                )
            )
        elif lapse is not chosen and (lapse.days_left or 0) <= 2 * MONTH:
            said.append((f"Thông báo hết hiệu lực sau {day}", f"The notice lapses after {day}"))
    if frame.line.last("payment.refused") and not frame.line.has("payment.deposited", "payment.full"):
        said.append(("Không nhận tiền", "Refuses the money"))
    return said


def with_lists(desk: Desk, lists: Mapping[str, Entry]) -> Desk:
    """The desk with the lists that the case stands on."""
    return replace(desk, lists=MappingProxyType(dict(lists)))


def sort_key(desk: Desk, held: int, code: str, *, listed: str = "") -> tuple[int, int, int, str]:
    """The order that the page prints: group; in it critical ones first by the days they hold, then fewest days left.

    `held`: days of the critical group, 0 when the case does not hold the critical path. On a named list the list's
    own days stand in for those of the case.
    """
    entry = desk.lists.get(listed)
    days = desk.days if entry is None or (entry.days is None and entry.clock is None) else entry.days
    group = 0 if listed else GROUPS.index(desk.group)
    return (group, -held, days if days is not None else 10**6, code)
