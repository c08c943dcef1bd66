"""Monte Carlo over durations: finish dates with their chances, criticality index, and what moves the finish most.

Randomness is Philox4x32-10, counter-based: block b of iterations draws from its own counters, so an answer depends on
the seed alone, not on the threads. Draws have 16 bits (65,536 levels of probability, none beyond 1 in 131,072).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from projects.engine import lanes
from projects.engine.csr import rows
from projects.engine.plain import Sorted, finish_with
from projects.engine.sampling import room, sampling, words
from projects.engine.spread import Spread, sound, spread_faults
from projects.errors import Fault, InvalidInput

Reals = npt.NDArray[np.float64]
BLOCK = lanes.WIDTH


@dataclass(frozen=True)
class Risk:
    """What `iterations` simulations say. Arrays by node are in the numbers of the input.

    `finish`: of the target (of everything without one) by iteration; `reached`: of each asked node. `criticality`:
    the part of iterations in which a node had no float. `share`: the part of the finish's variance that comes with
    the node's duration (covariance over variance; shares of a chain add up to 1). `swing`: how far one deviation of
    the duration moves the finish.
    """

    iterations: int
    seed: int
    finish: npt.NDArray[np.int32]
    reached: npt.NDArray[np.int32]
    criticality: Reals
    share: Reals
    swing: Reals

    def percentile(self, percent: float) -> float:
        """The finish that `percent` of 100 iterations do not exceed."""
        return float(np.percentile(self.finish, percent))

    def chance(self, by: float) -> float:
        """The part of iterations that are over by then."""
        return float((self.finish <= by).mean())


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the tornado: a node or group, its share of the variance and its criticality (the greatest within)."""

    name: str
    share: float
    criticality: float


def simulate(
    net: Sorted,
    spreads: Sequence[Spread],
    *,
    iterations: int = 10_000,
    seed: int,
    groups: Sequence[int] | None = None,
    correlation: float = 0.0,
    target: int | None = None,
    targets: Sequence[int] = (),
    threads: int = 1,
) -> Risk:
    """Simulate a network of whole time units; `spreads`, `groups` (−1: none), `target` in the input's numbers.

    `correlation` is that of the normal scores of any two nodes of a group. Raises `InvalidInput` with all faults.
    """
    n = net.duration.size
    faults = [f for i, s in enumerate(spreads) if not sound(s) for f in spread_faults(str(i), s)]
    if (
        len(spreads) != n
        or iterations < 1
        or threads < 1
        or not 0 <= correlation < 1
        or not 0 <= seed < 1 << 64
    ):
        faults.append(
            Fault("risk", "Tham số mô phỏng không hợp lệ.", "Invalid parameters of the simulation.")
        )
    if faults:
        raise InvalidInput(faults)
    place = np.empty(n, np.int32)
    place[net.order] = np.arange(n, dtype=np.int32)
    model = _Model(net, list(map(spreads.__getitem__, net.order.tolist())), groups, correlation)
    goals = place[np.asarray(targets, np.int64)] if len(targets) else np.empty(0, np.int32)
    goal = -1 if target is None else int(place[target])
    blocks = -(-iterations // BLOCK)

    def work(first: int) -> list[_Block]:
        desk = (
            model.desk()
        )  # one for each thread: fresh memory for each block would cost more than the passes
        return [
            model.block(b, seed, min(BLOCK, iterations - b * BLOCK), goal, goals, desk)
            for b in range(first, blocks, threads)
        ]

    if threads == 1:
        shifts = [work(0)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            shifts = list(pool.map(work, range(threads)))
    parts = [shifts[b % threads][b // threads] for b in range(blocks)]
    finish = np.concatenate([p.finish for p in parts])
    hits, sums = np.zeros(n, np.int64), np.zeros((n, 3))
    for (
        part
    ) in parts:  # in the order of the blocks: sums of floats come out the same for any number of threads
        hits += part.hits
        sums += part.sums
    a, b, c = sums.T / iterations
    off = finish - model.centre
    variance, deviation = float(off.var()), np.sqrt(np.maximum(b - a * a, 0))
    # Work that was never critical moved nothing; what its covariance shows is chance.
    together = np.where(hits > 0, c - a * float(off.mean()), 0.0)
    share = together / variance if variance else np.zeros(n)
    swing = np.divide(together, deviation, out=np.zeros(n), where=deviation > 0)
    return Risk(
        iterations=iterations,
        seed=seed,
        finish=finish,
        reached=np.concatenate([p.reached for p in parts], axis=1),
        criticality=hits[place] / iterations,
        share=share[place],
        swing=swing[place],
    )


def drawn(seed: int, block: int, stream: int, rows: int) -> npt.NDArray[np.uint16]:
    """Draws of 16 bits for a block: one row to the node, one column to the iteration."""
    return words(seed, block, stream, room(rows))


def tornado(risk: Risk, names: Mapping[int, str]) -> tuple[Bar, ...]:
    """Bars by name (of an activity, parcel or ward; several nodes may have one), greatest share first."""
    shares: dict[str, float] = {}
    hits: dict[str, float] = {}
    for node, name in names.items():
        shares[name] = shares.get(name, 0.0) + float(risk.share[node])
        hits[name] = max(hits.get(name, 0.0), float(risk.criticality[node]))
    return tuple(
        Bar(name, share, hits[name]) for name, share in sorted(shares.items(), key=lambda s: (-s[1], s[0]))
    )


@dataclass(frozen=True)
class _Block:
    finish: npt.NDArray[np.int32]
    reached: npt.NDArray[np.int32]
    hits: npt.NDArray[np.int64]
    sums: Reals


class _Desk(NamedTuple):
    words: npt.NDArray[np.uint32]
    shared: npt.NDArray[np.uint32]
    d: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    limit: npt.NDArray[np.int32]


class _Model:
    """The network and its spreads as the kernel wants them."""

    def __init__(
        self, net: Sorted, spreads: Sequence[Spread], groups: Sequence[int] | None, correlation: float
    ) -> None:
        n = len(spreads)
        self.net = net
        order = None if groups is None else np.asarray(groups, np.int64)[net.order].tolist()
        self.draws = sampling(spreads, order, correlation)
        if self.draws.longest + float(np.abs(net.lag.astype(np.float64)).sum()) >= lanes.NEVER:
            vi, en = "Thời lượng quá dài để mô phỏng.", "The durations are too long to simulate."
            raise InvalidInput([Fault("risk", vi, en)])
        self.last = np.ones(n, np.int8)
        outlast = ((net.type == 0) | (net.type == 2)) & (net.lag >= 0)  # the successor ends no earlier
        pred = np.repeat(np.arange(n, dtype=np.int32), np.diff(net.ptr))
        self.last[pred[outlast]] = 0
        into = rows(n, net.succ)
        self.incoming = into.ptr, pred[into.edge], net.type[into.edge], net.lag[into.edge]
        usual = np.empty(n, np.int32)
        usual[net.order] = np.rint(self.draws.middle).astype(np.int32)
        self.centre = float(finish_with(net, usual))

    def desk(self) -> _Desk:
        """Room for one block at a time."""
        n = self.net.duration.size
        return _Desk(
            room(n),
            room(max(self.draws.groups, 1)),
            np.empty((n, BLOCK), np.int32),
            np.empty((n, BLOCK), np.int32),
            np.empty((n, BLOCK), np.int32),
            np.empty(BLOCK, np.int32),
        )

    def block(
        self, b: int, seed: int, used: int, goal: int, goals: npt.NDArray[np.int32], desk: _Desk
    ) -> _Block:
        """Iterations b × BLOCK onwards: the same whatever thread asks, and whatever comes after."""
        self.draws.fill(seed, b, desk.words, desk.shared, desk.d)
        finish, reached = np.zeros(BLOCK, np.int32), np.zeros((goals.size, BLOCK), np.int32)
        net, n = self.net, self.net.duration.size
        hits, sums = np.zeros(n, np.int64), np.zeros((n, 3))
        lanes.run(*self.incoming, net.ptr, net.succ, net.type, net.lag, desk.d, used, self.last, goal, goals,
                  desk.start, desk.end, desk.limit, finish, reached, hits, sums, self.draws.middle,
                  self.centre)  # fmt: skip
        return _Block(finish[:used], reached[:, :used], hits, sums)
