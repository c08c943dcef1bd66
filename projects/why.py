"""Why a date: the driving links behind an activity, a milestone or a case down to their cause, and what it holds.

Structure only; `projects.why_words` says it. Codes of cases can be taken out by whoever shows it to a reader.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from projects.daily import Row, driving_chain, effort_days, rows_of
from projects.engine import dated
from projects.engine.model import Activity, Rule
from projects.engine.shifts import DAY
from projects.errors import NotFound
from projects.forecasting.model import HandoverForecast
from projects.model import NodeKind
from projects.reckoning import Reckoning
from projects.works import day_of_moment

# What sets a date besides a link: a fact, work that goes on, a handover as forecast, a constraint, the data date.
FACT, RUNNING, FORECAST, CONSTRAINT, LATE, DATA_DATE, OPENED = (
    "fact", "running", "forecast", "constraint", "as_late_as_possible", "data_date", "opened",
)  # fmt: skip
DONE, NO_WAY, CRITICAL, RESTING, SLACK = "done", "leads_nowhere", "critical", "rest_behind", "float"


@dataclass(frozen=True, slots=True)
class Step:
    """A node of a chain. `cause`: what sets its date if no link does; `after`, `link`, `lag_days`: the link that does,
    a lag in usual days of its calendar, and `rest_days` calendar days until work is possible behind it.

    `rule`, `at`: the constraint that sets the date. `code` is empty for what the reader may not be told of.
    """

    code: str
    kind: NodeKind
    name_vi: str
    name_en: str
    start: date
    finish: date
    front: str | None = None
    ward_code: str | None = None
    cause: str | None = None
    after: str | None = None
    link: str | None = None
    lag_days: float = 0.0
    rest_days: int = 0
    rule: str | None = None
    at: date | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where the way of a node with float meets what drives: `at` waits for `instead`, `days` calendar days longer."""

    at: Step
    instead: Step | None
    days: int


@dataclass(frozen=True, slots=True)
class Why:
    """`chain`: from the first cause down to the node; `onward`: from the node to the completion, or to where it meets
    what drives. `verdict`: why it is critical or not; `forecast`: of a case, and of the case at the chain's head."""

    row: Row
    chain: tuple[Step, ...]
    verdict: str
    onward: tuple[Step, ...]
    meeting: Meeting | None
    finish: Step
    forecasts: Mapping[str, HandoverForecast] = field(default_factory=dict)

    @property
    def step(self) -> Step:
        """The node itself."""
        return self.chain[-1]


def why(reckoning: Reckoning, code: str) -> Why:
    """Why the date of an activity or a case, why it is critical or not. Raises `NotFound`."""
    place = reckoning.prepared.index.get(code)
    if place is None:
        return _of_effort(reckoning, code)
    row = rows_of(reckoning.prepared, reckoning.passed, [place])[code]
    nodes = _causes(reckoning, place)
    chain = _steps(reckoning, nodes)
    onward = _onward(reckoning, place)
    verdict = _verdict(reckoning, place, row)
    cases = {reckoning.prepared.codes[i] for i in (nodes[0], place) if i < len(reckoning.cases)}
    return Why(
        row=row,
        chain=chain,
        verdict=verdict,
        onward=_steps(reckoning, onward) if verdict not in (DONE, NO_WAY) else (),
        meeting=_meeting(reckoning, onward) if verdict == SLACK else None,
        finish=_step(reckoning, reckoning.finish, None),
        forecasts={c: reckoning.predicted[c] for c in sorted(cases)},
    )


def hide(found: Why, names: Mapping[str, tuple[str, str]]) -> Why:
    """The same without the codes of `names`, each with what may be said instead of it."""

    def cut(step: Step) -> Step:
        if step.after in names:
            step = replace(step, after="")
        if step.code in names:
            vi, en = names[step.code]
            step = replace(step, code="", name_vi=vi, name_en=en, front=None)
        return step

    meeting = found.meeting
    if meeting is not None:
        meeting = replace(meeting, at=cut(meeting.at), instead=meeting.instead and cut(meeting.instead))
    return replace(
        found,
        row=replace(found.row, drivers=tuple(c for c in found.row.drivers if c not in names)),
        chain=tuple(map(cut, found.chain)),
        onward=tuple(map(cut, found.onward)),
        meeting=meeting,
        forecasts={code: f for code, f in found.forecasts.items() if code not in names},
    )


def _of_effort(reckoning: Reckoning, code: str) -> Why:
    """A level of effort spans what it is tied to: it has no chain of its own."""
    row = effort_days(reckoning.prepared, reckoning.passed).get(code)
    if row is None:
        raise NotFound("activity", code)
    a = next(a for a in reckoning.prepared.net.activities if a.code == code)
    step = Step(
        code,
        reckoning.works.kinds[code],
        a.name_vi,
        a.name_en,
        row.early_start,
        row.early_finish,
        cause="effort",
    )
    return Why(row, (step,), DONE if row.done else NO_WAY, (), None, _step(reckoning, reckoning.finish, None))


def _causes(reckoning: Reckoning, place: int) -> list[int]:
    """The driving chain, and before a possession that is open the case that opened it last."""
    nodes = list(driving_chain(reckoning.prepared, reckoning.passed, place))
    opener = _opener(reckoning, nodes[0])
    return nodes if opener is None else [opener, *nodes]


def _opener(reckoning: Reckoning, node: int) -> int | None:
    p, code = reckoning.prepared, reckoning.prepared.codes[node]
    land = next((g for g in reckoning.ground if g.possession == code), None)
    if land is None or not land.handed_over or not land.by or _own_fact(reckoning, code):
        return None
    last = [c for c in land.by if reckoning.predicted[c].on == land.opens]
    return p.index[min(last)] if last else None


def _own_fact(reckoning: Reckoning, code: str) -> bool:
    given = next((a for a in reckoning.works.possessions if a.code == code), None)
    return given is not None and (given.actual_start or given.actual_finish) is not None


def _steps(reckoning: Reckoning, nodes: list[int]) -> tuple[Step, ...]:
    return tuple(
        _step(reckoning, node, before) for before, node in zip([None, *nodes[:-1]], nodes, strict=True)
    )


def _step(reckoning: Reckoning, node: int, before: int | None) -> Step:
    p, m = reckoning.prepared, len(reckoning.cases)
    code = p.codes[node]
    row = rows_of(p, reckoning.passed, [node])[code]
    if node < m:
        case = reckoning.cases[node]
        return Step(
            code, NodeKind.CASE, f"Hồ sơ {code}", f"Case {code}", row.early_start, row.early_finish,
            front=case.fronts[0] if case.fronts else None, ward_code=case.ward_code,
            cause=FACT if row.done else FORECAST,
        )  # fmt: skip
    a = p.activities[node - m]
    step = Step(
        code, reckoning.works.kinds[code], a.name_vi, a.name_en, row.early_start, row.early_finish,
        front=reckoning.works.fronts.get(code),
    )  # fmt: skip
    if before is not None and p.nodes.state[node] == dated.DONE:
        return replace(step, cause=OPENED, after=p.codes[before])
    if before is not None:
        return _linked(reckoning, step, node, before)
    return _rooted(reckoning, step, node, a)


def _linked(reckoning: Reckoning, step: Step, node: int, before: int) -> Step:
    p, early = reckoning.prepared, reckoning.passed.early
    links = [j for j in range(p.edges.into[node], p.edges.into[node + 1]) if int(p.edges.pred[j]) == before]
    j = min(links, key=lambda j: (reckoning.passed.slack[j] < 0, int(reckoning.passed.slack[j])))
    kind = ("FS", "SS", "FF", "SF")[int(p.edges.type[j])]
    usual = p.times[int(p.edges.calendar[j])].day_minutes
    lag = int(p.edges.lag[j])
    rest = 0
    if kind == "FS" and lag == 0:
        rest = max((int(early.resume[node]) - int(early.finish[before])) // DAY, 0)
    return replace(step, after=p.codes[before], link=kind, lag_days=round(lag / usual, 2), rest_days=rest)


def _rooted(reckoning: Reckoning, step: Step, node: int, a: Activity) -> Step:
    p = reckoning.prepared
    nodes = p.nodes
    if nodes.state[node] == dated.DONE:
        return replace(step, cause=FACT)
    if nodes.pin[node] != dated.FREE:
        rules: tuple[Rule, ...] = (Rule.MANDATORY_START, Rule.MANDATORY_FINISH)
    elif nodes.state[node] == dated.WAITING and nodes.base[node] > p.now:
        rules = (Rule.SNET, Rule.MUST_START)
    elif nodes.floor[node] > dated.NONE:
        rules = (Rule.FNET, Rule.MUST_FINISH)
    else:
        rules = ()
    bounds = [c for c in a.constraints if c.rule in rules and c.at is not None]
    if bounds:
        bound = bounds[-1]
        at = None if bound.at is None else day_of_moment(bound.at)
        return replace(step, cause=CONSTRAINT, rule=bound.rule.value, at=at)
    if p.late_wanted[node]:
        return replace(step, cause=LATE, rule=Rule.ALAP.value)
    return replace(step, cause=RUNNING if nodes.state[node] == dated.RUNNING else DATA_DATE)


def _verdict(reckoning: Reckoning, node: int, row: Row) -> str:
    if row.done:
        return DONE
    if not reckoning.passed.lead[node]:
        return NO_WAY
    if row.critical:
        return CRITICAL
    return RESTING if row.driving else SLACK


def _onward(reckoning: Reckoning, node: int) -> list[int]:
    """The way with the least slack from a node to the completion; of a node with float, to where something drives."""
    p, passed = reckoning.prepared, reckoning.passed
    edges, chain = p.edges, passed.chain
    whole = bool(chain[node])
    best = {node: 0}
    came: dict[int, int] = {}
    queue = [(0, p.codes[node], node)]
    while queue:
        lost, _, at = heapq.heappop(queue)
        if lost > best[at]:
            continue
        if at == reckoning.finish or (not whole and chain[at] and at != node):
            way = [at]
            while way[-1] in came:
                way.append(came[way[-1]])
            return way[::-1]
        for x in edges.edge[edges.out[at] : edges.out[at + 1]].tolist():
            after, slack = int(edges.succ[x]), int(passed.slack[x])
            if slack < 0 or not passed.lead[after]:
                continue
            if lost + slack < best.get(after, 1 << 62):
                best[after] = lost + slack
                came[after] = at
                heapq.heappush(queue, (lost + slack, p.codes[after], after))
    return [node]


def _meeting(reckoning: Reckoning, onward: list[int]) -> Meeting | None:
    if len(onward) < 2:
        return None
    p, passed = reckoning.prepared, reckoning.passed
    before, at = onward[-2:]
    into = range(p.edges.into[at], p.edges.into[at + 1])
    slack = min((int(passed.slack[j]) for j in into if int(p.edges.pred[j]) == before), default=0)
    chain = driving_chain(p, passed, at)
    instead = chain[-2] if len(chain) > 1 else None
    step = _step(reckoning, at, instead)
    return Meeting(step, None if instead is None else _step(reckoning, instead, None), max(slack, 0) // DAY)
