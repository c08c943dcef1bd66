"""Monte Carlo on calendars: every iteration is a forward pass with exact dates, and the chain that drives its finish.

Draws come from `projects.engine.sampling` (Philox, counter-based): block b of iterations depends on the seed alone, so
the answer is the same on any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.sampling import BLOCK, Sampling, room, sampling
from projects.engine.schedule import empty_times, refuse_overrun
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY, EPOCH
from projects.engine.spread import Fixed, Spread, sound, spread_faults
from projects.errors import Fault, InvalidInput, NotFound

Long = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
WORK, WAIT = 1, 2
NEVER = 1 << 30


@dataclass(frozen=True, slots=True)
class Uncertain:
    """An uncertain node: its `work` left (in units of the clock: minutes, or days where all is whole days), or the
    `wait` in calendar days from the data date to its earliest date. Nodes of one `group` go together."""

    spread: Spread
    wait: bool = False
    group: int = -1


@dataclass(frozen=True)
class DatedRisk:
    """What the iterations say. `finish` and `reached[name]` are days (`date.toordinal`) by iteration.

    `criticality`: the part of the iterations in which an activity lay on the chain that drives the finish; `swing`:
    days by which one deviation of its draw moves the finish; `share`: the part of the finish's variance that comes
    with it. `group_*`: the same of a group: that one of it lay on the chain, and what the sum of its draws does.
    """

    iterations: int
    seed: int
    correlation: float
    finish: Long
    reached: Mapping[str, Long]
    criticality: Mapping[str, float]
    swing: Mapping[str, float]
    share: Mapping[str, float]
    group_criticality: Mapping[int, float]
    group_swing: Mapping[int, float]
    group_share: Mapping[int, float]

    def percentile(self, percent: float) -> date:
        """The day that the finish does not exceed in `percent` of 100 iterations."""
        return day_at(self.finish, percent)

    def chance(self, by: date) -> float:
        """The part of the iterations that finish on `by` or before."""
        return chance_of(self.finish, by)


def day_at(days: Long, percent: float) -> date:
    """The first day by which `percent` of 100 iterations have happened."""
    return date.fromordinal(int(np.percentile(days, percent, method="inverted_cdf")))


def chance_of(days: Long, by: date) -> float:
    """The part of the iterations that have happened by then."""
    return float((days <= by.toordinal()).mean())


def simulate(
    p: Prepared,
    uncertain: Mapping[str, Uncertain],
    *,
    asked: Mapping[str, Sequence[str]] | None = None,
    iterations: int = 10_000,
    seed: int,
    correlation: float = 0.0,
    threads: int = 1,
) -> DatedRisk:
    """Simulate a prepared network; what `uncertain` does not name, or what is done, stays as it is.

    The finish is that of the net's finish milestones, of everything without any. `asked`: names with the activities
    whose last finish they mean. Raises `InvalidInput` with all faults, `NotFound` for an unknown activity.
    """
    _refuse(uncertain, iterations, seed, correlation, threads)
    asked = asked or {}
    for code in [*uncertain, *(code for codes in asked.values() for code in codes)]:
        if code not in p.index:
            raise NotFound("activity", code)
    model = _model(p, uncertain, asked, correlation)
    blocks = -(-iterations // BLOCK)

    def work(first: int) -> list[_Block]:
        desk = _desk(p, model)
        return [
            _block(p, model, desk, b, seed, min(BLOCK, iterations - b * BLOCK))
            for b in range(first, blocks, threads)
        ]

    if threads == 1:
        shifts = [work(0)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            shifts = list(pool.map(work, range(threads)))
    parts = [shifts[b % threads][b // threads] for b in range(blocks)]
    return _summed(p, model, parts, iterations, seed, correlation, tuple(asked))


def _refuse(
    uncertain: Mapping[str, Uncertain], iterations: int, seed: int, correlation: float, threads: int
) -> None:
    faults = [
        f for code, u in uncertain.items() if not sound(u.spread) for f in spread_faults(code, u.spread)
    ]
    if iterations < 1 or threads < 1 or not 0 <= correlation < 1 or not 0 <= seed < 1 << 64:
        vi, en = "Tham số mô phỏng không hợp lệ.", "Invalid parameters of the simulation."
        faults.append(Fault("risk", vi, en))
    if faults:
        raise InvalidInput(faults)


class _Model(NamedTuple):
    """The uncertain nodes: `rows` their places, `members` their groups, `per_day` units of a draw to a usual day."""

    draws: Sampling
    rows: npt.NDArray[np.int64]
    drawn: npt.NDArray[np.int8]
    members: npt.NDArray[np.int64]
    names: npt.NDArray[np.int64]
    per_day: Reals
    ends: npt.NDArray[np.int32]
    asked_at: npt.NDArray[np.int32]
    asked: npt.NDArray[np.int32]
    centre: int


class _Desk(NamedTuple):
    """What a thread writes over."""

    nodes: dated.Nodes
    bad: Long
    own: npt.NDArray[np.uint32]
    shared: npt.NDArray[np.uint32]
    d: npt.NDArray[np.int32]
    whole: npt.NDArray[np.int32]
    times: dated.Times
    chains: npt.NDArray[np.int8]


class _Block(NamedTuple):
    finish: Long
    reached: Long
    hits: Long
    group_hits: Long
    sums: Reals
    group_sums: Reals


def _model(
    p: Prepared, uncertain: Mapping[str, Uncertain], asked: Mapping[str, Sequence[str]], correlation: float
) -> _Model:
    n = len(p.codes)
    open_ones = sorted(
        (p.index[c], u) for c, u in uncertain.items() if p.nodes.state[p.index[c]] != dated.DONE
    )
    kept = sorted(open_ones, key=lambda pair: pair[0]) or [(0, Uncertain(Fixed(0)))]
    rows = np.array([i for i, _ in kept], np.int64)
    drawn = np.zeros(n, np.int8)
    if open_ones:
        drawn[rows] = [WAIT if u.wait else WORK for _, u in kept]
    members = np.array([u.group for _, u in kept], np.int64)
    draws = sampling([u.spread for _, u in kept], members.tolist(), correlation)
    if draws.longest >= NEVER:
        vi, en = "Thời lượng quá dài để mô phỏng.", "The durations are too long to simulate."
        raise InvalidInput([Fault("risk", vi, en)])
    targets = [p.index[code] for code in p.net.finishes] or list(range(n))
    sets = [[p.index[code] for code in codes] for codes in asked.values()]
    plain = empty_times(n)
    p.clock.bad[:] = 0, -1
    dated.forward(p.clock, p.nodes, p.edges, p.nodes.base, p.nodes.left, plain, 0)
    return _Model(
        draws=draws,
        rows=rows,
        drawn=drawn,
        members=members,
        names=np.unique(members[members >= 0]),
        per_day=np.array(
            [1 if u.wait else p.times[p.nodes.calendar[i]].day_minutes / p.clock.unit for i, u in kept]
        ),
        ends=np.array(targets, np.int32),
        asked_at=np.cumsum([0, *(len(s) for s in sets)]).astype(np.int32),
        asked=np.array([i for s in sets for i in s], np.int32),
        centre=int(plain.finish[targets].max()),
    )


def _desk(p: Prepared, model: _Model) -> _Desk:
    n = len(p.codes)
    return _Desk(
        nodes=p.nodes._replace(left=p.nodes.left.copy(), base=p.nodes.base.copy()),
        bad=np.array([0, -1], np.int64),
        own=room(model.rows.size),
        shared=room(max(model.draws.groups, 1)),
        d=np.empty((model.rows.size, BLOCK), np.int32),
        whole=np.zeros((n, BLOCK), np.int32),
        times=empty_times(n),
        chains=np.zeros((BLOCK, n), np.int8),
    )


def _block(p: Prepared, model: _Model, desk: _Desk, b: int, seed: int, used: int) -> _Block:
    """Iterations b × BLOCK onwards: the same whatever thread asks, and whatever comes after."""
    model.draws.fill(seed, b, desk.own, desk.shared, desk.d)
    desk.whole[model.rows] = desk.d
    finish = np.zeros(BLOCK, np.int64)
    reached = np.zeros((model.asked_at.size - 1, BLOCK), np.int64)
    dated.repeated(
        p.clock._replace(bad=desk.bad), desk.nodes, p.edges, p.late_wanted, model.drawn, p.nodes, p.now, desk.whole,
        used, model.ends, model.asked_at, model.asked, finish, reached, desk.times, desk.chains,
    )  # fmt: skip
    if desk.bad[0]:
        p.clock.bad[:] = desk.bad
        refuse_overrun(p)
    off_finish = (finish[:used] - model.centre) / DAY
    off = (desk.d[:, :used] - model.draws.middle[:, None]).astype(np.float64)
    off /= model.per_day[:, None]
    chains = desk.chains[:used]
    together, group_hits = np.zeros((model.names.size, used)), np.zeros(model.names.size, np.int64)
    for g, name in enumerate(model.names):
        mine = model.members == name
        together[g] = off[mine].sum(axis=0)
        group_hits[g] = chains[:, model.rows[mine]].any(axis=1).sum()
    return _Block(
        finish=finish[:used],
        reached=reached[:, :used],
        hits=chains.sum(axis=0, dtype=np.int64),
        group_hits=group_hits,
        sums=_moments(off, off_finish),
        group_sums=_moments(together, off_finish),
    )


def _moments(off: Reals, off_finish: Reals) -> Reals:
    """Σδ, Σδ² and Σδ·(finish − centre) by row."""
    return np.stack([off.sum(axis=1), (off * off).sum(axis=1), (off * off_finish).sum(axis=1)])


def _summed(
    p: Prepared, model: _Model, parts: Sequence[_Block], iterations: int, seed: int, correlation: float,
    asked: Sequence[str],
) -> DatedRisk:  # fmt: skip
    finish = np.concatenate([part.finish for part in parts])
    reached = np.concatenate([part.reached for part in parts], axis=1)
    hits, group_hits = np.zeros(len(p.codes), np.int64), np.zeros(model.names.size, np.int64)
    sums, group_sums = np.zeros((3, model.rows.size)), np.zeros((3, model.names.size))
    for (
        part
    ) in parts:  # in the order of the blocks: sums of floats come out the same for any number of threads
        hits += part.hits
        group_hits += part.group_hits
        sums += part.sums
        group_sums += part.group_sums
    off = (finish - model.centre) / DAY
    swing, share = _sensitivity(sums / iterations, off)
    never = hits[model.rows] == 0  # what never lay on the chain moved nothing; what it shows is chance
    swing[never], share[never] = 0, 0
    group_swing, group_share = _sensitivity(group_sums / iterations, off)
    codes = [p.codes[i] for i in model.rows] if model.drawn.any() else []
    groups = model.names.tolist()
    return DatedRisk(
        iterations=iterations,
        seed=seed,
        correlation=correlation,
        finish=_days(finish),
        reached={name: _days(row) for name, row in zip(asked, reached, strict=True)},
        criticality=dict(zip(p.codes, (hits / iterations).tolist(), strict=True)),
        swing=dict(zip(codes, swing.tolist(), strict=False)),
        share=dict(zip(codes, share.tolist(), strict=False)),
        group_criticality=dict(zip(groups, (group_hits / iterations).tolist(), strict=True)),
        group_swing=dict(zip(groups, group_swing.tolist(), strict=True)),
        group_share=dict(zip(groups, group_share.tolist(), strict=True)),
    )


def _sensitivity(means: Reals, off: Reals) -> tuple[Reals, Reals]:
    """Days of the finish to one deviation, and part of its variance: covariance over deviation and over variance."""
    a, b, c = means
    variance, deviation = float(off.var()), np.sqrt(np.maximum(b - a * a, 0))
    together = c - a * float(off.mean())
    swing = np.divide(together, deviation, out=np.zeros(a.size), where=deviation > 1e-9)
    return swing, together / variance if variance else np.zeros(a.size)


def _days(instants: Long) -> Long:
    """The days that finish instants close, as `date.toordinal`."""
    days: Long = (instants - 1) // DAY + EPOCH.toordinal()
    return days
