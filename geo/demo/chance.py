"""Repeatable chance: named random streams and smooth noise that come out the same on every machine.

Only uniform numbers of PCG64 and plain arithmetic are used: numpy promises their stream, while its distributions
(normal, choice, shuffle) may change between versions and the sine of one C library is not that of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Item = TypeVar("Item")


class Stream:
    """A stream of random numbers named by its seed and a path of names; the same names give the same numbers."""

    def __init__(self, seed: int, *names: str) -> None:
        digest = hashlib.sha256("|".join([str(seed), *names]).encode()).digest()
        self._generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))

    def uniforms(self, *shape: int) -> Floats:
        """Independent numbers in [0, 1)."""
        return self._generator.random(shape)

    def between(self, low: float, high: float) -> float:
        """One number in [low, high)."""
        return low + (high - low) * float(self._generator.random())

    def whole(self, low: int, high: int) -> int:
        """One integer from `low` to `high`, both included."""
        return min(high, low + int((high - low + 1) * float(self._generator.random())))

    def happens(self, probability: float) -> bool:
        """True with this probability."""
        return float(self._generator.random()) < probability

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The items in random order."""
        return [items[i] for i in np.argsort(self.uniforms(len(items)), kind="stable")]


class Noise:
    """Smooth noise in [-1, 1] over [0, length] × [0, breadth] metres that changes over about `wave_m` metres."""

    def __init__(self, stream: Stream, length_m: float, breadth_m: float, wave_m: float) -> None:
        self._wave = wave_m
        self._knots = stream.uniforms(int(length_m / wave_m) + 3, int(breadth_m / wave_m) + 3) * 2.0 - 1.0

    def at(self, x: Floats, y: Floats) -> Floats:
        """The noise at points given in metres; places outside read the nearest edge."""
        i, u = self._cell(x, self._knots.shape[0])
        j, v = self._cell(y, self._knots.shape[1])
        k = self._knots
        low: Floats = k[i, j] * (1 - u) + k[i + 1, j] * u
        high: Floats = k[i, j + 1] * (1 - u) + k[i + 1, j + 1] * u
        return low * (1 - v) + high * v

    def _cell(self, at: Floats, knots: int) -> tuple[npt.NDArray[np.intp], Floats]:
        scaled = np.clip(np.asarray(at, dtype=np.float64) / self._wave, 0.0, knots - 1.000001)
        cell = np.floor(scaled).astype(np.intp)
        t = scaled - cell
        return cell, t * t * (3.0 - 2.0 * t)


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """`total` split in proportion to the weights, in whole numbers that add up (largest remainder, ties first)."""
    whole = sum(weights)
    if not weights or whole <= 0:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    counts = [int(value) for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (counts[i] - exact[i], i))
    for i in order[: total - sum(counts)]:
        counts[i] += 1
    return counts
