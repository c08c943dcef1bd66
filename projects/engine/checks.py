"""Everything that is wrong with a network, listed at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

import networkx as nx
import numpy as np

from projects.engine.columns import Columns, columns_of
from projects.engine.csr import numbering
from projects.engine.model import Activity, Kind, LinkType, Net, Options, Rule
from projects.engine.shifts import DAY, EPOCH, LAST, LAST_DAY, Moment, instant
from projects.errors import CyclicDependency, Fault

LOW_START = {Rule.SNET, Rule.MUST_START}
HIGH_START = {Rule.SNLT, Rule.MUST_START}
LOW_FINISH = {Rule.FNET, Rule.MUST_FINISH}
HIGH_FINISH = {Rule.FNLT, Rule.MUST_FINISH, Rule.DEADLINE}
MANDATORY = {Rule.MANDATORY_START, Rule.MANDATORY_FINISH}
_FIRST, _LAST = EPOCH.toordinal(), LAST_DAY.toordinal()


def faults_of(net: Net, options: Options, columns: Columns | None = None) -> list[Fault]:
    """All faults of activities, links, calendars, constraints, dates and cycles; empty if it can be scheduled.

    `columns` are those of the network, where they are at hand.
    """
    columns = columns or columns_of(net)
    milestone = Kind.MILESTONE
    faults = [*_dates("data_date", "ngày số liệu", [options.data_date])]
    known = {time.name for time in net.calendars}
    faults += _twice([c.name for c in net.calendars], "lịch", "calendar")
    for time in net.calendars:
        if time.total == 0:
            faults.append(
                Fault(time.name, f"Lịch {time.name} không có giờ làm việc nào.", "It has no working time.")
            )
    faults += _twice(columns.codes, "công việc", "activity")
    for activity in net.activities:
        # Most have nothing about them that could be wrong.
        if (
            activity.constraints
            or activity.actual_start is not None
            or activity.actual_finish is not None
            or activity.remaining is not None
            or not 0 <= activity.duration <= LAST
            or activity.calendar not in known
            or activity.kind is milestone
        ) and not _bounded(activity, known):
            faults += _activity(activity, known, options.data_date)
    for code in net.finishes:
        if code not in columns.place or columns.effort[columns.place[code]]:
            faults.append(
                Fault(
                    code,
                    f"Mốc hoàn thành {code!r} không có trong mạng.",
                    f"Finish {code!r} is not in the network.",
                )
            )
    if not _tidy(columns, known):
        faults += _links(net, {a.code: a for a in net.activities}, known)
    if columns.effort.any():
        faults += _spans(net)
    faults += _cycles(columns)
    if options.whole_days:
        faults += _not_whole(net)
    return faults


def _bounded(a: Activity, calendars: set[str]) -> bool:
    """Whether there is nothing about an activity but one date that it keeps to, and that date is a sound one."""
    return (
        len(a.constraints) == 1
        and isinstance(a.constraints[0].at, date)
        and _FIRST <= a.constraints[0].at.toordinal() <= _LAST
        and a.constraints[0].rule is not Rule.ALAP
        and a.actual_start is None
        and a.actual_finish is None
        and a.remaining is None
        and 0 <= a.duration <= LAST
        and a.calendar in calendars
        and a.kind is not Kind.MILESTONE
    )


def _tidy(columns: Columns, calendars: set[str]) -> bool:
    """Whether no link has a fault: otherwise each is looked at by itself."""
    pred, succ = columns.pred, columns.succ
    if not pred.size:
        return True
    key = (pred.astype(np.int64) * len(columns.codes) + succ) * 4 + columns.type
    key.sort()
    return bool(
        min(pred.min(), succ.min()) >= 0
        and (pred != succ).all()
        and (key[1:] != key[:-1]).all()
        and not (columns.effort[pred] & columns.effort[succ]).any()
        and -LAST <= min(columns.lags) <= max(columns.lags) <= LAST
        and set(columns.lag_calendars) <= {None, *calendars}
    )


def _not_whole(net: Net) -> Iterator[Fault]:
    """What is not in whole days although the options say so."""
    parts = [a.code for a in net.activities if a.duration % DAY or (a.remaining or 0) % DAY]
    parts += [f"{k.pred} → {k.succ} ({k.type})" for k in net.links if k.lag % DAY]
    parts += [c.name for c in net.calendars if (c.begin % DAY).any() or (c.before % DAY).any()]
    for where in parts:
        yield Fault(where, "Không tròn ngày.", "It is not in whole days.")


def _twice(names: Sequence[str], vi: str, en: str) -> Iterator[Fault]:
    if len(set(names)) == len(names):
        return
    for name, times in Counter(names).items():
        if times > 1:
            yield Fault(name, f"Mã {vi} xuất hiện {times} lần.", f"The {en} appears {times} times.")


def _dates(where: str, what: str, moments: Sequence[Moment | None]) -> Iterator[Fault]:
    for moment in moments:
        if moment is None:
            continue
        day = moment.date() if isinstance(moment, datetime) else moment
        if not EPOCH <= day <= LAST_DAY:
            yield Fault(where, f"{what}: ngày {day} nằm ngoài 1970–2100.", f"{day} is outside 1970–2100.")


def _activity(a: Activity, calendars: set[str], data_date: Moment) -> Iterator[Fault]:
    if a.duration < 0:
        yield Fault(a.code, f"Thời lượng âm: {a.duration}.", f"Negative duration: {a.duration}.")
    if max(a.duration, a.remaining or 0) > LAST:
        yield Fault(a.code, "Thời lượng dài hơn 131 năm.", "The duration is longer than 131 years.")
    if a.duration > 0 and a.kind is Kind.MILESTONE:
        yield Fault(
            a.code,
            f"Mốc phải có thời lượng 0, không phải {a.duration}.",
            f"A milestone lasts 0, not {a.duration}.",
        )
    if a.remaining is not None and a.remaining < 0:
        yield Fault(a.code, f"Khối lượng còn lại âm: {a.remaining}.", f"Negative remaining: {a.remaining}.")
    if a.calendar not in calendars:
        yield Fault(a.code, f"Không có lịch {a.calendar!r}.", f"Unknown calendar {a.calendar!r}.")
    outside = [
        *_dates(a.code, "thực tế", [a.actual_start, a.actual_finish]),
        *_dates(a.code, "ràng buộc", [c.at for c in a.constraints]),
    ]
    yield from outside
    if not outside:
        yield from _actuals(a, data_date)
        yield from _constraints(a)


def _actuals(a: Activity, data_date: Moment) -> Iterator[Fault]:
    now = instant(data_date, evening=True) if isinstance(data_date, date) else 0
    begun = None if a.actual_start is None else instant(a.actual_start, evening=False)
    ended = None if a.actual_finish is None else instant(a.actual_finish, evening=True)
    if begun is not None and ended is not None and ended < begun:
        yield Fault(
            a.code,
            f"Kết thúc thực tế {a.actual_finish} trước bắt đầu {a.actual_start}.",
            f"Actual finish {a.actual_finish} is before actual start {a.actual_start}.",
        )
    for at, shown, limit in ((begun, a.actual_start, now - 1), (ended, a.actual_finish, now)):
        if at is not None and at > max(limit, 0):
            yield Fault(
                a.code,
                f"Ngày thực tế {shown} sau ngày số liệu {data_date}.",
                f"Actual date {shown} is after the data date {data_date}.",
            )


def _constraints(a: Activity) -> Iterator[Fault]:
    if len(a.constraints) == 1 and (a.constraints[0].at is None) == (a.constraints[0].rule is Rule.ALAP):
        return  # one by itself contradicts nothing
    for rule, times in Counter(c.rule for c in a.constraints).items():
        if times > 1:
            yield Fault(
                a.code, f"Ràng buộc {rule} lặp lại {times} lần.", f"Constraint {rule} appears {times} times."
            )
    for c in a.constraints:
        if (c.at is None) != (c.rule is Rule.ALAP):
            yield Fault(
                a.code,
                f"Ràng buộc {c.rule}: thiếu hoặc thừa ngày.",
                f"{c.rule}: a date is missing or too many.",
            )
    if sum(c.rule in MANDATORY for c in a.constraints) > 1:
        yield Fault(a.code, "Có hai ngày bắt buộc cứng.", "It has two mandatory dates.")
    begin = [instant(c.at, evening=False) for c in a.constraints if c.rule in LOW_START and c.at is not None]
    end = [instant(c.at, evening=True) for c in a.constraints if c.rule in HIGH_FINISH and c.at is not None]
    if begin and end and max(begin) >= min(end):
        yield Fault(
            a.code,
            "Ràng buộc không thể thoả: phải kết thúc trước khi được bắt đầu.",
            "Impossible constraints: it must finish before it may start.",
        )
    for low, high, evening, vi, en in (
        (LOW_START, HIGH_START, False, "bắt đầu", "start"),
        (LOW_FINISH, HIGH_FINISH, True, "kết thúc", "finish"),
    ):
        floors = [instant(c.at, evening=evening) for c in a.constraints if c.rule in low and c.at is not None]
        roofs = [
            instant(c.at, evening=evening)
            for c in a.constraints
            if c.rule in high and c.rule is not Rule.DEADLINE and c.at is not None
        ]
        if floors and roofs and max(floors) > min(roofs):
            yield Fault(
                a.code,
                f"Ràng buộc {vi} không thể thoả: không sớm hơn lại sau không muộn hơn.",
                f"Impossible constraints on its {en}: no earlier is after no later.",
            )


def _links(net: Net, codes: dict[str, Activity], calendars: set[str]) -> Iterator[Fault]:
    effort = Kind.EFFORT
    seen = Counter((k.pred, k.succ, k.type) for k in net.links)
    for (pred, succ, kind), times in seen.items():
        where = f"{pred} → {succ} ({kind})"
        for end in dict.fromkeys((pred, succ)):
            if end not in codes:
                yield Fault(where, f"Không có công việc {end!r}.", f"Unknown activity {end!r}.")
        if pred == succ:
            yield Fault(where, "Công việc nối với chính nó.", "An activity is linked to itself.")
        if times > 1:
            yield Fault(where, f"Quan hệ lặp lại {times} lần.", f"Link appears {times} times.")
        if pred in codes and succ in codes and codes[pred].kind is codes[succ].kind is effort:
            yield Fault(
                where,
                "Hai công việc đi kèm không nối với nhau được.",
                "Two levels of effort cannot be linked.",
            )
    for link in net.links:
        where = f"{link.pred} → {link.succ} ({link.type})"
        if link.lag_calendar is not None and link.lag_calendar not in calendars:
            yield Fault(
                where, f"Không có lịch {link.lag_calendar!r}.", f"Unknown calendar {link.lag_calendar!r}."
            )
        if abs(link.lag) > LAST:
            yield Fault(where, "Độ trễ dài hơn 131 năm.", "The lag is longer than 131 years.")


def _spans(net: Net) -> Iterator[Fault]:
    tied: dict[str, set[bool]] = defaultdict(set)
    for link in net.links:
        tied[link.succ].add(link.type in (LinkType.FF, LinkType.SF))
        tied[link.pred].add(link.type in (LinkType.FS, LinkType.FF))
    for a in net.activities:
        if a.kind is Kind.EFFORT and len(tied[a.code]) < 2:
            yield Fault(
                a.code,
                "Công việc đi kèm cần quan hệ cho cả đầu và cuối.",
                "A level of effort needs links for its start and its finish.",
            )


def refuse_cycles(net: Net) -> None:
    """Raise `CyclicDependency` with the members of the first cycle, if there is one."""
    for ring in _rings(columns_of(net)):
        raise CyclicDependency(ring)


def _cycles(columns: Columns) -> Iterator[Fault]:
    for ring in _rings(columns):
        text = " → ".join(ring)
        yield Fault(ring[0], f"Vòng lặp phụ thuộc: {text}.", f"The activities form a cycle: {text}.")


def _rings(columns: Columns) -> Iterator[list[str]]:
    """The members of each cycle in order, the smallest first and again at the end."""
    names = columns.codes
    sound = (columns.pred >= 0) & (columns.succ >= 0) & (columns.pred != columns.succ)
    pred, succ = columns.pred[sound], columns.succ[sound]
    numbered = numbering(len(names), pred, succ)
    if numbered.numbered == len(names):
        return
    stuck = {i for i in range(len(names)) if numbered.place[i] < 0}
    ends = zip(pred.tolist(), succ.tolist(), strict=True)
    graph = nx.DiGraph((names[a], names[b]) for a, b in ends if a in stuck and b in stuck)
    groups = [sorted(group) for group in nx.strongly_connected_components(graph) if len(group) > 1]
    for group in sorted(groups):
        members = [edge[0] for edge in nx.find_cycle(graph.subgraph(group))]
        least = members.index(min(members))
        yield [*members[least:], *members[:least], members[least]]
