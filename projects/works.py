"""The works of a project as the engine takes them, before their land is put in: day networks and imported ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from projects.calendars import ALL, Calendar
from projects.engine.bridge import net_of
from projects.engine.checks import refuse_cycles
from projects.engine.model import Activity, Kind, Link, Net, Options
from projects.engine.setup import Prepared, prepare, redated
from projects.engine.shifts import WHOLE_DAY, Moment, WorkCalendar, WorkTime, work_time
from projects.errors import InvalidInput
from projects.land import without_cases
from projects.model import Activity as DayActivity
from projects.model import Network, NodeKind
from projects.plan import Plan


@dataclass(frozen=True)
class Works:
    """A network without land, as known at the end of the data date of `options`.

    `possessions`: the nodes that the land of a front opens, as day activities. `kinds`, `fronts`: what each
    activity is to the project. `every_day`: the name of the calendar in which land counts its days. `earlier`: the
    same works on another day, which share all that the day leaves alone.
    """

    net: Net
    options: Options
    possessions: tuple[DayActivity, ...]
    kinds: Mapping[str, NodeKind]
    fronts: Mapping[str, str]
    every_day: str
    earlier: Works | None = field(default=None, repr=False, compare=False)

    @cached_property
    def prepared(self) -> Prepared:
        """The network compiled, once for all reckonings. Raises `CyclicDependency` with the members of a cycle, else
        `InvalidInput` with every fault."""
        if self.earlier is not None:
            return redated(self.earlier.prepared, self.options)
        try:
            return prepare(self.net, self.options)
        except InvalidInput:
            refuse_cycles(self.net)
            raise


def day_works(network: Network, calendars: Mapping[str, Calendar], data_date: date) -> Works:
    """The works of a day network, in whole days."""
    return plan_works(day_plan(network, calendars), data_date)


def day_plan(network: Network, calendars: Mapping[str, Calendar]) -> Plan:
    """A day network as a plan, without the nodes of cases."""
    network = without_cases(network)
    return Plan(
        net_of(network, calendars),
        whole_days=True,
        fronts={a.code: a.front for a in network.activities if a.front},
        possessions=frozenset(
            a.code for a in network.activities if a.kind is NodeKind.POSSESSION and a.front
        ),
    )


def plan_works(plan: Plan, data_date: Moment) -> Works:
    """The works of a plan.

    A front with activities but without a possession of its own gets one, "P-" and its code, that opens with its land
    and leads to all of them: so land is tied to an imported schedule.
    """
    options = plan.options(data_date)
    net, name = _with_every_day(plan.net)
    given = [a for a in net.activities if a.code in plan.possessions and a.code in plan.fronts]
    have = {plan.fronts[a.code] for a in given}
    tied: dict[str, list[str]] = {}
    for code, front in plan.fronts.items():
        if front not in have:
            tied.setdefault(front, []).append(code)
    taken = {a.code for a in net.activities}
    made = {_free(f"P-{front}", taken): front for front in sorted(tied)}
    opened = tuple(
        Activity(code, 0, name, Kind.MILESTONE, f"Nhận mặt bằng mũi {front}", f"Possession of front {front}")
        for code, front in made.items()
    )
    links = tuple(Link(code, after) for code, front in made.items() for after in sorted(tied[front]))
    fronts = {**plan.fronts, **made}
    possessions = (*given, *opened)
    kinds = {
        a.code: NodeKind.MILESTONE if a.kind is Kind.MILESTONE else NodeKind.TASK for a in net.activities
    } | dict.fromkeys([a.code for a in possessions], NodeKind.POSSESSION)
    return Works(
        net=replace(
            net,
            activities=(*(_before(a, options) for a in net.activities), *opened),
            links=(*net.links, *links),
        ),
        options=options,
        possessions=tuple(_possession(_before(a, options), fronts[a.code]) for a in possessions),
        kinds=kinds,
        fronts=fronts,
        every_day=name,
    )


def works_later(works: Works, plan: Plan, day: date) -> Works:
    """`plan_works(plan, day)`, made from the works of the same plan on an earlier day where no fact lies between."""
    since = day_of_moment(works.options.data_date)
    facts = (at for a in plan.net.activities for at in (a.actual_start, a.actual_finish) if at is not None)
    if any(since < day_of_moment(at) <= day for at in facts):
        return plan_works(plan, day)
    return replace(works, options=plan.options(day), earlier=works.earlier or works)


def _possession(a: Activity, front: str) -> DayActivity:
    """What the land of a front needs to know of its possession."""
    facts = [None if at is None else day_of_moment(at) for at in (a.actual_start, a.actual_finish)]
    return DayActivity(
        a.code, a.name_vi, a.name_en, 0, a.calendar, NodeKind.POSSESSION, front,
        actual_start=facts[0], actual_finish=facts[1],
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
