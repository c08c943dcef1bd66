"""The dates of a project with its land in the network: a node per case, joined to the works as arrays.

The joined network is the one of `projects.land.with_cases`, dated by the engine; as values, one activity per case,
it is made only for those who ask (`Reckoning.net`, `Reckoning.result`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from projects.daily import Row, rows_of
from projects.engine import dated
from projects.engine.events import Events, join
from projects.engine.model import Activity, Constraint, Kind, Link, Net, Rule
from projects.engine.schedule import Passed, Result, early_times, passes
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY, EPOCH, instant
from projects.errors import Fault, InvalidInput
from projects.forecasting.model import HandoverForecast
from projects.land import FrontLand, is_waiting, lands
from projects.model import CaseState, Network, WorkFront
from projects.openings import RunRule
from projects.spare import with_spare_runs
from projects.works import Works, day_of_moment

FIRST = EPOCH.toordinal()


@dataclass(frozen=True)
class Reckoning:
    """The works with their land, dated. Node i of the arrays is `prepared.codes[i]`: the `cases` that have a
    forecast, in their order, then the works. `finish` is the node of the completion; `bare` the works alone."""

    works: Works
    ground: tuple[FrontLand, ...]
    cases: tuple[CaseState, ...]
    predicted: Mapping[str, HandoverForecast]
    prepared: Prepared
    passed: Passed
    finish: int
    bare: Prepared

    @cached_property
    def net(self) -> Net:
        """The network as values, with an activity per case (a milestone that starts no earlier than its forecast
        or happened on its day) and a link to the possession of each front that waits for it: of a front that opens
        with a run of free land, from the cases of the run that comes first."""
        net = self.works.net
        opened = {land.possession: land for land in self.ground if land.handed_over and land.cases}
        works = tuple(_opened(a, opened.get(a.code)) for a in net.activities)
        cases = tuple(_case_activity(case, self.predicted[case.code], self.works) for case in self.cases)
        links = tuple(Link(code, land.possession) for land in self.ground for code in land.by)
        return replace(net, activities=(*works, *cases), links=(*net.links, *links))

    @cached_property
    def result(self) -> Result:
        """What the engine says of `net`: the same numbers, nothing is reckoned again. Land that another run could
        replace has the float that this gives it (`projects.spare`), which the links alone do not say."""
        net, p = self.net, self.prepared
        of = {a.code: a for a in net.activities}
        return Result(replace(p, net=net, activities=tuple(of[code] for code in p.codes)), *self.passed)

    def row(self, code: str) -> Row | None:
        """Dates and floats of a case or an activity of the works in whole days; None for another code."""
        place = self.prepared.index.get(code)
        return None if place is None else rows_of(self.prepared, self.passed, [place])[code]


def reckon(
    works: Works,
    fronts: Sequence[WorkFront],
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    rules: Mapping[str, RunRule] | None = None,
) -> Reckoning:
    """Date the works and their land. Raises `InvalidInput` with every fault of the network."""
    day = works.options.data_date
    given = Network(works.net.project, works.possessions, (), "")
    ground = lands(given, fronts, cases, predicted, day_of_moment(day), rules)
    opened = [land for land in ground if land.handed_over and land.cases]
    net = works.net
    wanted = tuple([case for case in cases if case.code in predicted])
    bare = _open(works.prepared, opened)
    free = bare.index.keys().isdisjoint(predicted)
    if twice := [] if free else [case.code for case in wanted if case.code in bare.index]:
        raise InvalidInput(
            [Fault(c, "Mã hồ sơ trùng mã công việc.", "A case has the code of an activity.") for c in twice]
        )
    p = join(bare, _events(bare, wanted, predicted, ground, works), works.every_day)
    early = early_times(p)
    targets = [p.index[code] for code in net.finishes]
    passed = with_spare_runs(p, passes(p, early, targets), ground, predicted)
    ends = targets or range(len(wanted), len(p.codes))
    finish = max(ends, key=lambda i: (int(early.finish[i]), p.codes[i]))
    return Reckoning(works, ground, wanted, predicted, p, passed, finish, bare)


def _events(
    p: Prepared,
    cases: Sequence[CaseState],
    predicted: Mapping[str, HandoverForecast],
    ground: Sequence[FrontLand],
    works: Works,
) -> Events:
    day = day_of_moment(works.options.data_date)
    codes = tuple([case.code for case in cases])
    found = [predicted[code] for code in codes]
    place = dict(zip(codes, range(len(codes)), strict=True))
    days = np.array([forecast.on.toordinal() for forecast in found], np.int64)
    happened = np.array([not is_waiting(forecast, day) for forecast in found], np.bool_)
    event = [place[code] for land in ground for code in land.by]
    node = np.repeat(
        np.array([p.index[land.possession] for land in ground], np.int32),
        np.array([len(land.by) for land in ground], np.int64),
    )
    return Events(
        codes=codes,
        at=(days - FIRST + 1) * DAY,
        happened=happened,
        event=np.array(event, np.int32),
        node=node.astype(np.int32),
    )


def _open(p: Prepared, opened: Sequence[FrontLand]) -> Prepared:
    """A copy whose possessions of handed-over land have happened; its clock is its own."""
    state, left = p.nodes.state.copy(), p.nodes.left.copy()
    begun, ended = p.nodes.begun.copy(), p.nodes.ended.copy()
    for land in opened:
        i = p.index[land.possession]
        if state[i] != dated.DONE:
            state[i], left[i] = dated.DONE, 0
            begun[i] = ended[i] = instant(land.opens, evening=True)
    nodes = p.nodes._replace(state=state, left=left, begun=begun, ended=ended)
    return replace(p, nodes=nodes, clock=p.clock._replace(bad=np.array([0, -1], np.int64)))


def _opened(a: Activity, land: FrontLand | None) -> Activity:
    if land is None or a.actual_start is not None or a.actual_finish is not None:
        return a
    return replace(a, actual_start=land.opens, actual_finish=land.opens)


def _case_activity(case: CaseState, forecast: HandoverForecast, works: Works) -> Activity:
    node = Activity(
        code=case.code,
        duration=0,
        calendar=works.every_day,
        kind=Kind.MILESTONE,
        name_vi=f"Bàn giao mặt bằng, hồ sơ {case.code}",
        name_en=f"Land handover, case {case.code}",
    )
    day = day_of_moment(works.options.data_date)
    if is_waiting(forecast, day):
        return replace(node, constraints=(Constraint(Rule.SNET, forecast.on),))
    return replace(node, actual_start=forecast.on, actual_finish=forecast.on)
