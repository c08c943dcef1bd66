"""Monte Carlo on calendars: every iteration is a forward pass with exact dates, and the chain that drives its finish.

Draws come from `projects.engine.sampling` (Philox, counter-based): block b of iterations depends on the seed alone, so
the answer is the same on any number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from projects.engine import dated
from projects.engine.dated_blocks import Block, Model, make_desk, make_model, run_block
from projects.engine.leaves import Pruned, pruned
from projects.engine.sampling import BLOCK, sampling
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY, EPOCH
from projects.engine.spread import Spread, sound, spread_faults
from projects.engine.strips import Strip
from projects.errors import Fault, InvalidInput, NotFound

Long = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
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
    strips: Mapping[str, tuple[Strip, Mapping[str, int]]] | None = None,
    iterations: int = 10_000,
    seed: int,
    correlation: float = 0.0,
    threads: int = 1,
    prune: bool = True,
) -> DatedRisk:
    """Simulate a prepared network; what `uncertain` does not name, or what is done, stays as it is.

    The finish is that of the net's finish milestones, of everything without any. `asked`: names with the activities
    whose last finish they mean. `strips`: nodes that begin no earlier than a run of their ground is free, with the days
    from the data date of those events on it that are not drawn; such events need no link to the node. Not `prune`: land
    stays in the network (slower, for comparing). Raises `InvalidInput` with all faults, `NotFound` for an unknown
    activity.
    """
    _refuse(uncertain, iterations, seed, correlation, threads)
    asked, strips = asked or {}, strips or {}
    for code in [*uncertain, *strips, *(code for codes in asked.values() for code in codes)]:
        if code not in p.index:
            raise NotFound("activity", code)
    codes = [c for c in p.codes if c in uncertain and p.nodes.state[p.index[c]] != dated.DONE]
    kept = [uncertain[c] for c in codes]
    draws = sampling([u.spread for u in kept], [u.group for u in kept], correlation)
    if draws.longest >= NEVER:
        vi, en = "Thời lượng quá dài để mô phỏng.", "The durations are too long to simulate."
        raise InvalidInput([Fault("risk", vi, en)])
    waiting = {c for c, u in zip(codes, kept, strict=True) if u.wait}
    wanted = {code for set_ in asked.values() for code in set_} - waiting | set(strips)
    model = make_model(
        pruned(p, waiting, wanted | (set(codes) - waiting)) if prune else Pruned(p, {}),
        draws, codes, [u.wait for u in kept], [u.group for u in kept], asked, strips,
    )  # fmt: skip
    blocks = -(-iterations // BLOCK)

    def work(first: int) -> list[Block]:
        desk = make_desk(model)
        return [
            run_block(model, desk, b, seed, min(BLOCK, iterations - b * BLOCK))
            for b in range(first, blocks, threads)
        ]

    if threads == 1:
        shifts = [work(0)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            shifts = list(pool.map(work, range(threads)))
    parts = [shifts[b % threads][b // threads] for b in range(blocks)]
    return _summed(p, model, codes, parts, iterations, seed, correlation, tuple(asked))


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


def _summed(
    p: Prepared, model: Model, codes: Sequence[str], parts: Sequence[Block], iterations: int, seed: int,
    correlation: float, asked: Sequence[str],
) -> DatedRisk:  # fmt: skip
    finish = np.concatenate([part.finish for part in parts])
    reached = np.concatenate([part.reached for part in parts], axis=1)
    off = (finish - model.centre) / DAY
    # In the order of the blocks: sums of floats come out the same for any number of threads.
    hits, row_hits, group_hits, sums, group_sums = (
        sum(column[1:], start=column[0]) for column in zip(*(part[2:] for part in parts), strict=True)
    )
    swing, share = _sensitivity(sums / iterations, off)
    never = row_hits == 0  # what never lay on the chain moved nothing; what it shows is chance
    swing[never], share[never] = 0, 0
    group_swing, group_share = _sensitivity(group_sums / iterations, off)
    groups = model.names.tolist()
    criticality = dict.fromkeys(p.codes, 0.0)
    criticality |= dict(zip(model.p.codes, (hits / iterations).tolist(), strict=True))
    criticality |= dict(zip(codes, (row_hits / iterations).tolist(), strict=True))
    return DatedRisk(
        iterations=iterations,
        seed=seed,
        correlation=correlation,
        finish=_days(finish),
        reached={name: _days(row) for name, row in zip(asked, reached, strict=True)},
        criticality=criticality,
        swing=dict(zip(codes, swing.tolist(), strict=True)),
        share=dict(zip(codes, share.tolist(), strict=True)),
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
