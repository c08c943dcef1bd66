"""The kernel of the simulation: a block of iterations side by side, whole units of time, exact comparisons."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from projects.engine.jit import reordered

Ints = npt.NDArray[np.int32]
Small = npt.NDArray[np.int8]
Singles = npt.NDArray[np.float32]
Draws = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint32]

FIXED, CLOSED, TABLE = 0, 1, 2  # a value, a triangle in closed form, quantiles over the normal score
NEVER = 1 << 30
WIDTH = 128  # iterations of a block


@reordered
def philox(low_key: int, high_key: int, block: int, stream: int, out: Words) -> None:
    """Random words of Philox4x32-10 (Salmon, Moraes, Dror, Shaw 2011): column i of `out` (4 rows) is the image of the
    counter (i, 0, block, stream) under the 64-bit key. Known answers of its authors are in the tests."""
    first, second, third, fourth = out[0], out[1], out[2], out[3]
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    for i in range(out.shape[1]):
        x0, x1, x2, x3 = np.uint64(i), np.uint64(0), np.uint64(block), np.uint64(stream)
        k0, k1 = np.uint64(low_key), np.uint64(high_key)
        for _ in range(10):
            p0, p1 = np.uint64(0xD2511F53) * x0, np.uint64(0xCD9E8D57) * x2
            x0, x1 = (p1 >> half) ^ x1 ^ k0, p1 & low
            x2, x3 = (p0 >> half) ^ x3 ^ k1, p0 & low
            k0, k1 = (k0 + np.uint64(0x9E3779B9)) & low, (k1 + np.uint64(0xBB67AE85)) & low
        first[i], second[i] = np.uint32(x0), np.uint32(x1)
        third[i], fourth[i] = np.uint32(x2), np.uint32(x3)


@reordered
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
                rises = u < turn
                off = np.sqrt(u * rise if rises else (np.float32(1) - u) * fall)
                d[x, j] = np.int32((low + off if rises else high - off) + half)
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


@reordered
def run(
    into: Ints, pred: Ints, link: Small, lag: Ints, out: Ints, succ: Ints, out_link: Small, out_lag: Ints,
    d: Ints, used: int, last: Small, target: int, targets: Ints, start: Ints, end: Ints, limit: Ints,
    finish: Ints, reached: Ints, hits: npt.NDArray[np.int64], sums: npt.NDArray[np.float64],
    middle: Singles, centre: float,
) -> None:  # fmt: skip
    """Forward and backward pass of a block; only its first `used` columns are counted.

    Links come twice, by successor (`into`, `pred`, …) and by predecessor (`out`, `succ`, …). `d`, `start`, `end` have
    a row of WIDTH columns to the node: early times first, late ones written over them on the way back; `limit` is
    room for one row. `last`: nodes that no other one is sure to outlast. `finish` by column is that of node `target`,
    of everything with −1; `reached` the finishes of `targets`. `hits` counts the columns in which a node has no
    float; `sums` are Σδ, Σδ² and Σδ·(finish − centre) with δ = d − middle.

    Every loop over columns reads few rows and writes one: before it, the compiler checks that they are apart, and
    with more of them that costs more than the work. Sums are cast since numba would widen them to 64 bits.
    """
    n = last.size
    finish[:] = 0
    for x in range(n):
        s, e, own = start[x], end[x], d[x]
        for j in range(WIDTH):
            s[j] = 0
        for i in range(into[x], into[x + 1]):
            t, g = link[i], lag[i]
            p = start[pred[i]] if t & 1 else end[pred[i]]
            if t < 2:
                for j in range(WIDTH):
                    s[j] = max(s[j], np.int32(p[j] + g))
            else:
                for j in range(WIDTH):
                    s[j] = max(s[j], np.int32(p[j] + g - own[j]))
        for j in range(WIDTH):
            e[j] = np.int32(s[j] + own[j])
        if target < 0 and last[x] != 0:
            for j in range(WIDTH):
                finish[j] = max(finish[j], e[j])
    if target >= 0:
        finish[:] = end[target]
    for k in range(targets.size):
        reached[k] = end[targets[k]]
    off_finish, counts = np.zeros(WIDTH, np.float32), np.zeros(WIDTH, np.float32)
    mask, mine = np.zeros(WIDTH, np.int32), np.empty(WIDTH, np.int32)
    for j in range(used):
        off_finish[j] = np.float32(finish[j] - np.float32(centre))
        counts[j] = np.float32(1)
        mask[j] = 1
    for x in range(n - 1, -1, -1):
        s, e = start[x], end[x]
        for j in range(WIDTH):
            mine[j] = np.int32(e[j] - s[j])
        if target < 0 or x == target:
            for j in range(WIDTH):
                limit[j] = finish[j]
        else:
            for j in range(WIDTH):
                limit[j] = NEVER
        for i in range(out[x], out[x + 1]):
            t, g = out_link[i], out_lag[i]
            p = end[succ[i]] if t >= 2 else start[succ[i]]
            if t & 1 == 0:
                for j in range(WIDTH):
                    limit[j] = min(limit[j], np.int32(p[j] - g))
            else:
                for j in range(WIDTH):
                    limit[j] = min(limit[j], np.int32(p[j] - g + mine[j]))
        found = np.int32(0)
        for j in range(WIDTH):
            found = np.int32(found + np.int32(np.int32(limit[j] == e[j]) & mask[j]))
        hits[x] += found
        m = np.float32(middle[x])
        a, b, c = np.float32(0), np.float32(0), np.float32(0)
        for j in range(WIDTH):
            off = (np.float32(mine[j]) - m) * counts[j]
            a += off
            b += off * off
            c += off * off_finish[j]
        sums[x, 0], sums[x, 1], sums[x, 2] = a, b, c
        for j in range(WIDTH):
            e[j] = limit[j]
        for j in range(WIDTH):
            s[j] = np.int32(limit[j] - mine[j])
