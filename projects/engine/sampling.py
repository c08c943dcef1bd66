"""Draws of the simulations: spreads as the arrays of the sampling kernel, and one block of draws at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from projects.engine import lanes
from projects.engine.spread import KNOTS, REACH, Fixed, Spread, Triangular, scores, table

BLOCK = lanes.WIDTH
Words = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Sampling:
    """Spreads of n nodes as arrays; `middle` is the value about which a node's deviation is counted.

    `groups`: how many groups share a score. `longest`: an upper bound of the sum of all draws.
    """

    kind: npt.NDArray[np.int8]
    corner: npt.NDArray[np.float32]
    tables: npt.NDArray[np.float32]
    group: npt.NDArray[np.int32]
    groups: int
    weight: npt.NDArray[np.float32]
    middle: npt.NDArray[np.float32]
    longest: float

    def fill(self, seed: int, block: int, own: Words, shared: Words, d: npt.NDArray[np.int32]) -> None:
        """Whole numbers for the iterations of a block into `d`; `own` and `shared` are room for random words."""
        draws, common = words(seed, block, 0, own), words(seed, block, 1, shared)
        lanes.sample(
            self.kind, self.corner, self.tables, REACH, scores(), self.group, self.weight, draws, common, d
        )


def sampling(spreads: Sequence[Spread], groups: Sequence[int] | None, correlation: float) -> Sampling:
    """The arrays of sound spreads; `groups` by node, −1 for none; `correlation` of two nodes of a group."""
    n = len(spreads)
    members = np.full(n, -1, np.int64) if groups is None else np.asarray(groups, np.int64)
    names, index = np.unique(members, return_inverse=True)
    shift = int(names.size > 0 and names[0] < 0)
    group = (index - shift).astype(np.int32) if correlation else np.full(n, -1, np.int32)
    kinds, corners, greatest = [lanes.FIXED] * n, [(0.0, 0.0, 0.0)] * n, [0.0] * n
    tables = np.zeros((n, KNOTS), np.float32)
    known: dict[Spread, npt.NDArray[np.float64]] = {}
    for i, (spread, alone) in enumerate(zip(spreads, (group < 0).tolist(), strict=True)):
        if isinstance(spread, Fixed):
            corners[i], greatest[i] = (0.0, spread.value, 0.0), spread.value
        elif alone and isinstance(spread, Triangular) and spread.high > spread.low:
            kinds[i], corners[i] = lanes.CLOSED, (spread.low, spread.mode, spread.high)
            greatest[i] = spread.high
        else:
            if spread not in known:  # cases of a ward often have one and the same range
                known[spread] = table(spread)
            tables[i] = known[spread]
            kinds[i], corners[i] = lanes.TABLE, (0.0, float(tables[i, KNOTS // 2]), 0.0)
            greatest[i] = float(tables[i, -1])
    corner = np.array(corners, np.float32).reshape(n, 3)
    return Sampling(
        kind=np.array(kinds, np.int8),
        corner=corner,
        tables=tables,
        group=group,
        groups=int(names.size - shift),
        weight=np.full(n, np.sqrt(correlation), np.float32),
        middle=np.ascontiguousarray(corner[:, 1]),
        longest=sum(greatest),
    )


def room(rows: int) -> Words:
    """Room for the random words of so many nodes in a block."""
    return np.empty((4, rows * BLOCK // 8), np.uint32)


def words(seed: int, block: int, stream: int, into: Words) -> npt.NDArray[np.uint16]:
    """Draws of 16 bits for a block: one row to the node, one column to the iteration."""
    lanes.philox(seed & 0xFFFFFFFF, seed >> 32, block, stream, into)
    return into.view(np.uint16).reshape(-1, BLOCK)
