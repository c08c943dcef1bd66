"""The works of a project as the engine takes them, before their land is put in: day networks and imported ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from projects.calendars import ALL, Calendar
from projects.engine.bridge import net_of
from projects.engine.model import Activity, Kind, Link, Net, Options
from projects.engine.shifts import WHOLE_DAY, Moment, WorkCalendar, WorkTime, work_time
from projects.land import without_cases
from projects.model import Activity as DayActivity
from projects.model import Network, NodeKind
from projects.network import as_of


@dataclass(frozen=True, slots=True)
class Works:
    """A network without land, as known at the end of the data date of `options`.

    `possessions`: the nodes that the land of a front opens, as day activities. `kinds`, `fronts`: what each
    activity is to the project. `every_day`: the name of the calendar in which land counts its days.
    """

    net: Net
    options: Options
    possessions: tuple[DayActivity, ...]
    kinds: Mapping[str, NodeKind]
    fronts: Mapping[str, str]
    every_day: str


def day_works(network: Network, calendars: Mapping[str, Calendar], data_date: date) -> Works:
    """The works of a day network; its options give whole days."""
    network = without_cases(as_of(network, data_date))
    net, name = _with_every_day(net_of(network, calendars))
    return Works(
        net=net,
        options=Options(data_date, whole_days=True),
        possessions=tuple(a for a in network.activities if a.kind is NodeKind.POSSESSION and a.front),
        kinds={a.code: a.kind for a in network.activities},
        fronts={a.code: a.front for a in network.activities if a.front},
        every_day=name,
    )


def net_works(net: Net, options: Options, ties: Mapping[str, Collection[str]]) -> Works:
    """The works of an engine network. `ties`: by front the activities that wait for its land.

    Each tied front gets a milestone of its own, "P-" and its code, that opens with its land and leads to them. Ties
    to activities that are not there are faults of the network.
    """
    taken = {a.code for a in net.activities}
    net, name = _with_every_day(replace(net, activities=tuple(_before(a, options) for a in net.activities)))
    codes = {front: _free(f"P-{front}", taken) for front in sorted(ties)}
    opened = tuple(
        Activity(code, 0, name, Kind.MILESTONE, f"Nhận mặt bằng mũi {front}", f"Possession of front {front}")
        for front, code in codes.items()
    )
    links = tuple(Link(codes[front], code) for front in codes for code in sorted(set(ties[front])))
    return Works(
        net=replace(net, activities=(*net.activities, *opened), links=(*net.links, *links)),
        options=options,
        possessions=tuple(
            DayActivity(code, a.name_vi, a.name_en, 0, name, NodeKind.POSSESSION, front)
            for (front, code), a in zip(codes.items(), opened, strict=True)
        ),
        kinds={a.code: NodeKind.MILESTONE if a.kind is Kind.MILESTONE else NodeKind.TASK for a in net.activities}
        | dict.fromkeys(codes.values(), NodeKind.POSSESSION),
        fronts={a: front for front in sorted(ties, reverse=True) for a in ties[front]}
        | {code: front for front, code in codes.items()},
        every_day=name,
    )  # fmt: skip


def _with_every_day(net: Net) -> tuple[Net, str]:
    """The net with a calendar of every day, ALL if it has one or has no other of that name."""
    names = {time.name: time for time in net.calendars}
    if ALL in names and _whole(names[ALL]):
        return net, ALL
    name = _free(ALL, set(names))
    every = work_time(WorkCalendar(name, (WHOLE_DAY,) * 7))
    return replace(net, calendars=(*net.calendars, every)), name


def _whole(time: WorkTime) -> bool:
    return time.begin.size == 2  # one stretch without rest, and the sentinel


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "*"
    return name


def _before(a: Activity, options: Options) -> Activity:
    """The activity without the actual dates that lie after the data date."""
    start = a.actual_start if _happened(a.actual_start, options.data_date) else None
    finish = a.actual_finish if _happened(a.actual_finish, options.data_date) else None
    if start == a.actual_start and finish == a.actual_finish:
        return a
    return replace(a, actual_start=start, actual_finish=finish, remaining=None)


def _happened(moment: Moment | None, by: Moment) -> bool:
    if moment is None:
        return False
    if isinstance(moment, datetime) and isinstance(by, datetime):
        return moment <= by
    return day_of_moment(moment) <= day_of_moment(by)


def day_of_moment(moment: Moment) -> date:
    """The day of a moment, itself for a day."""
    return moment.date() if isinstance(moment, datetime) else moment
