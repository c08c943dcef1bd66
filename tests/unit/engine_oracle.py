"""A slow second opinion on the engine: plain networkx, calendars as lists of every worked minute, no backward formula.

Late times are what they mean: the last start, found by trying, from which every successor can still begin by its own
latest one. Nothing is shared with `projects.engine` but the values of its model.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import networkx as nx

from projects.engine.model import (
    Activity,
    Constraint,
    Kind,
    LagCalendar,
    Link,
    Net,
    Options,
    Progress,
    Rule,
)
from projects.engine.shifts import OFFICE, WorkCalendar

FIRST, LAST = date(2026, 1, 1), date(2026, 8, 31)
ZERO = datetime(1970, 1, 1)
NIGHTS = ((0, 360), (1320, 1440))
CALENDARS = {
    "OFFICE": WorkCalendar(
        "OFFICE",
        (OFFICE,) * 5 + ((), ()),
        exceptions=(*((date(2026, 3, d), ()) for d in range(16, 21)), (date(2026, 3, 28), ((450, 690),))),
    ),
    "SHIFT": WorkCalendar("SHIFT", (((360, 840), (840, 1320)),) * 5 + (((360, 840),), ()),
                          blackouts=((date(2026, 4, 1), date(2026, 4, 5)),)),
    "NIGHT": WorkCalendar("NIGHT", (NIGHTS,) * 6 + ((),)),
}  # fmt: skip
ALL_DAY = WorkCalendar("elapsed", (((0, 1440),),) * 7)


def minute(at: date | datetime, *, evening: bool) -> int:
    if isinstance(at, datetime):
        return int((at - ZERO).total_seconds()) // 60
    return int((datetime(at.year, at.month, at.day) - ZERO).total_seconds()) // 60 + 1440 * evening


def minutes_of(calendar: WorkCalendar) -> list[int]:
    """Every worked minute of the range, one by one."""
    replaced = dict(calendar.exceptions)
    found: list[int] = []
    day = FIRST
    while day <= LAST:
        shifts = replaced.get(day, calendar.week[day.weekday()])
        if not any(a <= day <= b for a, b in calendar.blackouts):
            for a, b in shifts:
                found.extend(range(minute(day, evening=False) + a, minute(day, evening=False) + b))
        day += timedelta(1)
    return found


WORK = {name: minutes_of(calendar) for name, calendar in CALENDARS.items()} | {"elapsed": minutes_of(ALL_DAY)}


WORKED = {name: frozenset(minutes) for name, minutes in WORK.items()}


def add(name: str, t: int, lag: int) -> int:
    work = WORK[name]
    if lag == 0:
        return t
    here = bisect_left(work, t)
    return work[here + lag - 1] + 1 if lag > 0 else work[here + lag]


def between(name: str, a: int, b: int) -> int:
    return bisect_left(WORK[name], b) - bisect_left(WORK[name], a)


@dataclass
class Node:
    a: Activity
    left: int
    state: str
    base: int
    floor: int | None = None
    pin: tuple[str, int] | None = None
    start_by: int | None = None
    finish_by: int | None = None
    begun: int = 0
    ended: int = 0
    alap: bool = False


@dataclass
class At:
    start: int
    resume: int
    finish: int


def fits(node: Node, begin: int | None, end: int | None) -> int:
    """First resume for a start bound and a finish bound; work that only rest separates from the end is in time."""
    work = WORK[node.a.calendar]
    if node.left == 0:
        return max(x for x in (begin, end) if x is not None)
    i = 0 if begin is None else bisect_left(work, begin)
    if end is not None:
        needed = bisect_left(work, end)  # worked minutes that lie before the end
        while i + node.left < needed:
            i += max(needed - i - node.left, 1)
    return work[i]


class Oracle:
    """All answers on one network, computed the slow way."""

    def __init__(self, net: Net, options: Options) -> None:
        self.net, self.options = net, options
        self.now = minute(options.data_date, evening=True)
        self.nodes = {a.code: self._node(a) for a in net.activities if a.kind is not Kind.EFFORT}
        self.graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        self.graph.add_nodes_from(self.nodes)
        for link in net.links:
            override = (
                options.progress is Progress.OVERRIDE and self.nodes[link.succ].a.actual_start is not None
            )
            if not override:
                self.graph.add_edge(link.pred, link.succ, link=link)
        self.order = list(nx.topological_sort(self.graph))
        self.at: dict[str, At] = {}
        self.held: set[str] = set()
        for code in self.order:
            self.at[code] = self._early(code, self._bound)
        self._postpone()
        self._backward()

    def _node(self, a: Activity) -> Node:
        left = a.duration if a.remaining is None else a.remaining
        ended = a.actual_finish or (a.actual_start if a.duration == 0 else None)
        if ended is not None:
            end = minute(ended, evening=True)
            begun = end
            if a.duration:
                begun = (
                    minute(a.actual_start, evening=False)
                    if a.actual_start
                    else add(a.calendar, end, -a.duration)
                )
            return Node(a, 0, "done", 0, begun=begun, ended=end)
        if a.actual_start is not None:
            begun = minute(a.actual_start, evening=False)
            if a.remaining is None:
                usual = {"OFFICE": 480, "SHIFT": 960, "NIGHT": 480}[a.calendar]
                left = max(a.duration - between(a.calendar, begun, self.now), usual)
            node = Node(a, left, "running", self.now, begun=begun)
        else:
            node = Node(a, left, "waiting", self.now)
        for c in a.constraints:
            self._constrain(node, c)
        return node

    def _constrain(self, node: Node, c: Constraint) -> None:
        if c.at is None:
            node.alap = True
            return
        s, f = minute(c.at, evening=node.left == 0), minute(c.at, evening=True)
        waiting = node.state == "waiting"
        if c.rule in (Rule.SNET, Rule.MUST_START) and waiting:
            node.base = max(node.base, s)
        if c.rule in (Rule.SNLT, Rule.MUST_START) and waiting:
            if node.left and not isinstance(c.at, datetime):
                # A day by which to start: the first minute that is worked on it.
                s = next((m for m in range(s, s + 1440) if m in WORKED[node.a.calendar]), s)
            node.start_by = s if node.start_by is None else min(node.start_by, s)
        if c.rule in (Rule.FNET, Rule.MUST_FINISH):
            node.floor = f if node.floor is None else max(node.floor, f)
        if c.rule in (Rule.FNLT, Rule.MUST_FINISH, Rule.DEADLINE):
            node.finish_by = f if node.finish_by is None else min(node.finish_by, f)
        if c.rule is Rule.MANDATORY_START and waiting:
            node.pin = ("start", s)
        if c.rule is Rule.MANDATORY_FINISH:
            node.pin = ("finish", f)

    def lag_calendar(self, link: Link) -> str:
        if link.lag_calendar is not None:
            return link.lag_calendar
        if self.options.lag_calendar is LagCalendar.ELAPSED:
            return "elapsed"
        end = link.pred if self.options.lag_calendar is LagCalendar.PREDECESSOR else link.succ
        return self.nodes[end].a.calendar

    def _bound(self, link: Link) -> int:
        at = self.at[link.pred]
        return add(self.lag_calendar(link), at.start if link.type.value[0] == "S" else at.finish, link.lag)

    def links_into(self, code: str) -> list[Link]:
        return [d["link"] for _, _, d in self.graph.in_edges(code, data=True)]

    def links_out(self, code: str) -> list[Link]:
        return [d["link"] for _, _, d in self.graph.out_edges(code, data=True)]

    def placed(self, node: Node, resume: int) -> At:
        start = node.begun if node.state == "running" else resume
        return At(start, resume, add(node.a.calendar, resume, node.left))

    def _early(self, code: str, bound: Callable[[Link], int]) -> At:
        node = self.nodes[code]
        if node.state == "done":
            return At(node.begun, node.ended, node.ended)
        if node.pin is not None:
            side, t = node.pin
            if node.left == 0:
                return self.placed(node, t)
            work = WORK[node.a.calendar]
            return self.placed(node, work[bisect_left(work, t) - (node.left if side == "finish" else 0)])
        links = self.links_into(code)
        starts = [bound(k) for k in links if k.type.value[1] == "S"] + [node.base]
        ends = [bound(k) for k in links if k.type.value[1] == "F"] + (
            [] if node.floor is None else [node.floor]
        )
        return self.placed(node, fits(node, max(starts), max(ends, default=None)))

    def alone(self, link: Link, t: int) -> int:
        """Where the successor would resume if this link, with its bound at t, were all."""
        node = self.nodes[link.succ]
        return fits(node, t, None) if link.type.value[1] == "S" else fits(node, None, t)

    def _last(self, code: str, holds: Callable[[At], bool]) -> int:
        """The last resume for which `holds`; it holds for early ones and fails for late ones."""
        node = self.nodes[code]
        work = WORK[node.a.calendar]
        low, high = 0, len(work) - node.left - 6000
        if node.left == 0:
            first = work[0]
            low, high = 0, work[-1] - first
        while low < high:
            middle = (low + high + 1) // 2
            resume = first + middle if node.left == 0 else work[middle]
            if holds(self.placed(node, resume)):
                low = middle
            else:
                high = middle - 1
        return first + low if node.left == 0 else work[low]

    def lets(self, link: Link, at: At, limit: dict[str, At]) -> bool:
        """Whether the successor can still resume by its limit if the predecessor lies at `at`."""
        if self.nodes[link.succ].state == "done":
            return True
        moment = at.start if link.type.value[0] == "S" else at.finish
        return self.alone(link, add(self.lag_calendar(link), moment, link.lag)) <= limit[link.succ].resume

    def within(self, node: Node, at: At) -> bool:
        late_start = node.start_by is not None and at.start > node.start_by and node.state == "waiting"
        return not late_start and (node.finish_by is None or at.finish <= node.finish_by)

    def counts(self, code: str) -> list[Link]:
        """Links out of a node that its rest can still move: not those from a start that is a fact."""
        running = self.nodes[code].state == "running"
        return [k for k in self.links_out(code) if not (running and k.type.value[0] == "S")]

    def _postpone(self) -> None:
        horizon = max(at.finish for at in self.at.values())
        for code in reversed(self.order):
            node = self.nodes[code]
            if not node.alap or node.state != "waiting" or node.pin is not None:
                continue
            heeded = [k for k in self.counts(code) if self.nodes[k.succ].state != "done"]

            def holds(at: At, node: Node = node, heeded: list[Link] = heeded) -> bool:
                return (
                    self.within(node, at)
                    and all(self.lets(k, at, self.at) for k in heeded)
                    and at.finish <= horizon
                )

            last = self._last(code, holds)
            if last > self.at[code].resume:
                self.at[code] = self.placed(node, last)
                self.held.add(code)

    def _backward(self) -> None:
        targets = set(self.net.finishes)
        anchors = {
            c for c, n in self.nodes.items() if n.start_by is not None or n.finish_by is not None
        } | targets
        live: nx.DiGraph[str] = nx.DiGraph()
        live.add_nodes_from(c for c, n in self.nodes.items() if n.state != "done")
        for code in list(live):
            live.add_edges_from(
                (code, k.succ) for k in self.counts(code) if self.nodes[k.succ].state != "done"
            )
        self.lead = (
            {c for c in live if c in anchors or nx.descendants(live, c) & anchors} if targets else set(live)
        )
        horizon = max(at.finish for at in self.at.values())
        self.late: dict[str, At] = {}
        for code in reversed(self.order):
            node = self.nodes[code]
            if node.state == "done" or node.pin is not None:
                self.late[code] = self.at[code]
                continue
            heeded = [
                k
                for k in self.counts(code)
                if self.nodes[k.succ].state != "done"
                and (code not in self.lead or k.succ in self.lead or not targets)
            ]
            limit = None if code in self.lead and targets else horizon
            if code in targets:
                limit = self.at[code].finish

            def holds(
                at: At, node: Node = node, heeded: list[Link] = heeded, limit: int | None = limit
            ) -> bool:
                inside = limit is None or at.finish <= limit
                return inside and self.within(node, at) and all(self.lets(k, at, self.late) for k in heeded)

            self.late[code] = self.placed(node, self._last(code, holds))

    def total(self, code: str) -> int:
        if self.nodes[code].state == "done":
            return 0
        return between(self.nodes[code].a.calendar, self.at[code].resume, self.late[code].resume)

    def free(self, code: str) -> int:
        node = self.nodes[code]
        if node.state == "done":
            return 0
        heeded = [k for k in self.counts(code) if self.nodes[k.succ].state != "done"]
        if not heeded:
            return max(self.total(code), 0)
        last = self._last(code, lambda at: all(self.lets(k, at, self.at) for k in heeded))
        return max(min(between(node.a.calendar, self.at[code].resume, last), self.total(code)), 0)

    def drivers(self, code: str) -> set[Link]:
        node, at = self.nodes[code], self.at[code].resume
        if (
            node.state == "done"
            or node.pin is not None
            or code in self.held
            or fits(node, node.base, node.floor) == at
        ):
            return set()
        return {k for k in self.links_into(code) if self.alone(k, self._bound(k)) == at}
