"""What-if on dates: a set of changes on a copy, the shift of each milestone, and the chain that drives afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from projects.engine import dated
from projects.engine.model import Activity, Constraint, Link, Net, Rule
from projects.engine.paths import driving_chain
from projects.engine.schedule import Result, refuse_overrun, schedule
from projects.engine.shifts import Moment, instant
from projects.errors import Fault, InvalidInput


@dataclass(frozen=True, slots=True)
class Change:
    """What is different for one activity; None leaves a part as it is. Minutes of working time.

    `not_before` replaces the "start no earlier" of the activity: for a land case its handover.
    """

    code: str
    duration: int | None = None
    remaining: int | None = None
    calendar: str | None = None
    not_before: Moment | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a milestone moves, in elapsed minutes: positive is gained, negative is lost."""

    code: str
    before: int
    after: int

    @property
    def gained(self) -> int:
        """Minutes that it comes earlier."""
        return self.before - self.after

    @property
    def days(self) -> int:
        """Calendar days that it comes earlier."""
        return (self.before - 1) // dated.DAY - (self.after - 1) // dated.DAY


@dataclass(frozen=True)
class Scenario:
    """The changed copy, dated in full, with the shift of each finish and the chain that drives the last of them."""

    result: Result
    shifts: tuple[Shift, ...]
    chain: tuple[str, ...]


def try_changes(live: Result, changes: Sequence[Change], *, more_links: Sequence[Link] = ()) -> Scenario:
    """The same network with `changes` and added links; `live` is untouched. Raises `InvalidInput` with all faults."""
    net = changed(live.prepared.net, changes, more_links=more_links)
    result = schedule(net, live.options)
    codes = net.finishes or tuple(live.prepared.codes)
    shifts = tuple(Shift(code, _finish(live, code), _finish(result, code)) for code in codes)
    last = max(shifts, key=lambda s: (s.after, s.code)).code
    return Scenario(result, shifts, driving_chain(result, last))


def changed(net: Net, changes: Sequence[Change], *, more_links: Sequence[Link] = ()) -> Net:
    """The edited copy. Raises `InvalidInput` for codes that are not there."""
    known = {a.code for a in net.activities}
    faults = [
        Fault(c.code, f"Không có công việc {c.code!r}.", f"Unknown activity {c.code!r}.")
        for c in changes
        if c.code not in known
    ]
    if faults:
        raise InvalidInput(faults)
    of = {c.code: c for c in changes}
    activities = tuple(_edited(a, of[a.code]) if a.code in of else a for a in net.activities)
    return replace(net, activities=activities, links=(*net.links, *more_links))


def finishes_with(live: Result, changes: Sequence[Change]) -> dict[str, int]:
    """Early finish instants of the finish milestones under the changes: only what moves is computed again.

    For many small what-ifs on durations, remaining work and earliest starts of waiting or started work; the answer
    equals `try_changes`. Raises `InvalidInput` for unknown codes and for work that is as late as possible.
    """
    # Others may be asking the same result: an instant beyond the calendars is noted in a place of our own.
    p = replace(live.prepared, clock=live.prepared.clock._replace(bad=np.array([0, -1], np.int64)))
    index = live.prepared.index

    def in_full() -> dict[str, int]:
        result = schedule(changed(p.net, changes), live.options)
        return {code: _finish(result, code) for code in p.net.finishes}

    plain = not p.late_wanted.any() and all(c.calendar is None and c.code in index for c in changes)
    if not plain:
        return in_full()  # refuses unknown codes
    base, left = p.nodes.base.copy(), p.nodes.left.copy()
    touched = []
    for change in changes:
        i = index[change.code]
        if p.nodes.state[i] == dated.DONE:
            continue
        simple = change.remaining is not None or p.nodes.state[i] == dated.WAITING
        if not simple or (left[i] == 0) != (_left(change, int(left[i])) == 0):
            # Planned progress, or work that becomes an event: the rules of preparation decide.
            return in_full()
        left[i] = _left(change, int(left[i]))
        if change.not_before is not None and p.nodes.state[i] == dated.WAITING:
            musts = [
                c.at for c in p.activities[i].constraints if c.rule is Rule.MUST_START and c.at is not None
            ]
            evening = bool(left[i] == 0)
            base[i] = max([p.now, *(instant(at, evening=evening) for at in [change.not_before, *musts])])
        touched.append(i)
    times = dated.Times(*(part.copy() for part in live.early))
    dated.repair(p.clock, p.nodes, p.edges, base, left, times, np.array(touched, np.int32))
    refuse_overrun(p)
    return {code: int(times.finish[index[code]]) for code in p.net.finishes}


def _left(change: Change, now: int) -> int:
    if change.remaining is not None:
        return change.remaining
    return now if change.duration is None else change.duration


def _edited(a: Activity, change: Change) -> Activity:
    constraints = a.constraints
    if change.not_before is not None:
        others = tuple(c for c in constraints if c.rule is not Rule.SNET)
        constraints = (*others, Constraint(Rule.SNET, change.not_before))
    remaining = a.remaining
    if change.remaining is not None:
        remaining = change.remaining
    elif change.duration is not None:
        remaining = None  # a new duration is a new estimate of all of it
    return replace(
        a,
        duration=a.duration if change.duration is None else change.duration,
        calendar=a.calendar if change.calendar is None else change.calendar,
        constraints=constraints,
        remaining=remaining,
    )


def _finish(result: Result, code: str) -> int:
    return int(result.early.finish[result.prepared.index[code]])
