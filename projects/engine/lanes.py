"""The kernel of the simulation: a block of iterations side by side, whole units of time, exact comparisons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from projects.engine.jit import compiled

Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]
Singles = npt.NDArray[np.float32]
Draws = npt.NDArray[np.uint16]

FIXED, CLOSED, TABLE = 0, 1, 2  # a value, a triangle in closed form, quantiles over the normal score
NEVER = 1 << 30


@compiled
def sample(
    kind: Small, corner: Singles, tables: Singles, reach: float, score: Singles,
    group: Ints, weight: Singles, draws: Draws, shared: Draws, d: Ints,
) -> None:  # fmt: skip
    """Durations of every node (rows) and iteration (columns) from 16-bit draws.

    Members of a group mix its shared score with their own: correlation `weight`² between any two of equal weight.
    """
    n, width = d.shape
    knots = tables.shape[1]
    step = np.float32((knots - 1) / (2 * reach))
    half, unit = np.float32(0.5), np.float32(1 / 65536)
    for x in range(n):
        low, mode, high = corner[x, 0], corner[x, 1], corner[x, 2]
        if kind[x] == FIXED:
            for j in range(width):
                d[x, j] = np.int32(mode + half)
        elif kind[x] == CLOSED:
            turn = (mode - low) / (high - low)
            rise, fall = (high - low) * (mode - low), (high - low) * (high - mode)
            for j in range(width):
                u = (np.float32(draws[x, j]) + half) * unit
                a = low + np.sqrt(u * rise)
                b = high - np.sqrt((np.float32(1) - u) * fall)
                d[x, j] = np.int32((a if u < turn else b) + half)
        else:
            mine = group[x]
            common = weight[x] if mine >= 0 else np.float32(0)
            own = np.sqrt(np.float32(1) - common * common)
            for j in range(width):
                z = score[draws[x, j]]
                if mine >= 0:
                    z = common * score[shared[mine, j]] + own * z
                at = min(max((z + np.float32(reach)) * step, np.float32(0)), np.float32(knots - 1.001))
                k = np.int32(at)
                part = at - np.float32(k)
                d[x, j] = np.int32(tables[x, k] + part * (tables[x, k + 1] - tables[x, k]) + half)


@compiled
def run(
    ptr: Ints, succ: Ints, link: Small, lag: Ints, d: Ints, used: int, target: int, targets: Ints,
    early: Ints, late: Ints, finish: Ints, reached: Ints, hits: npt.NDArray[np.int64],
    sums: npt.NDArray[np.float64], middle: Singles, centre: float,
) -> None:  # fmt: skip
    """Forward and backward pass of a block; only its first `used` columns are counted.

    `finish` by column is that of node `target`, of everything with −1; `reached` the finishes of `targets`. `hits`
    counts the columns in which a node has no float; `sums` are Σδ, Σδ² and Σδ·(finish − centre) with δ = d − middle.
    """
    n, width = d.shape
    early[:] = 0
    finish[:] = 0
    for x in range(n):
        for j in range(width):
            late[x, j] = early[x, j] + d[x, j]  # the early finish, for now
        if target < 0:
            for j in range(width):
                finish[j] = max(finish[j], late[x, j])
        for i in range(ptr[x], ptr[x + 1]):
            y, t, g = succ[i], link[i], lag[i]
            if t == 0:
                for j in range(width):
                    early[y, j] = max(early[y, j], late[x, j] + g)
            elif t == 1:
                for j in range(width):
                    early[y, j] = max(early[y, j], early[x, j] + g)
            elif t == 2:
                for j in range(width):
                    early[y, j] = max(early[y, j], late[x, j] + g - d[y, j])
            else:
                for j in range(width):
                    early[y, j] = max(early[y, j], early[x, j] + g - d[y, j])
    if target >= 0:
        finish[:] = late[target]
    for k in range(targets.size):
        reached[k] = late[targets[k]]
    for x in range(n - 1, -1, -1):
        if target < 0 or x == target:
            for j in range(width):
                late[x, j] = finish[j] - d[x, j]
        else:
            for j in range(width):
                late[x, j] = NEVER
        for i in range(ptr[x], ptr[x + 1]):
            y, t, g = succ[i], link[i], lag[i]
            if t == 0:
                for j in range(width):
                    late[x, j] = min(late[x, j], late[y, j] - g - d[x, j])
            elif t == 1:
                for j in range(width):
                    late[x, j] = min(late[x, j], late[y, j] - g)
            elif t == 2:
                for j in range(width):
                    late[x, j] = min(late[x, j], late[y, j] - g + d[y, j] - d[x, j])
            else:
                for j in range(width):
                    late[x, j] = min(late[x, j], late[y, j] - g + d[y, j])
        found = 0
        for j in range(used):
            found += late[x, j] == early[x, j]
        hits[x] += found
    for x in range(n):
        a, b, c = np.float64(0), np.float64(0), np.float64(0)
        for j in range(used):
            off = np.float64(d[x, j]) - middle[x]
            a += off
            b += off * off
            c += off * (finish[j] - centre)
        sums[x, 0], sums[x, 1], sums[x, 2] = a, b, c
