"""How uncertain a duration is: triangular, PERT, lognormal or what was observed, as tables over a normal score.

A table holds the quantiles at `SCORES`, evenly spaced normal scores: correlated draws are sums of normal scores, and
tails stay fine. PERT is the beta distribution of Malcolm et al. (1959) with weight 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from projects.errors import Fault, InvalidInput

Reals = npt.NDArray[np.float64]

KNOTS, REACH = 257, 4.5
SCORES: Reals = np.linspace(-REACH, REACH, KNOTS)
LEVELS = 65536


@dataclass(frozen=True, slots=True)
class Fixed:
    """No uncertainty."""

    value: float


@dataclass(frozen=True, slots=True)
class Triangular:
    """Least, most likely and greatest value."""

    low: float
    mode: float
    high: float


@dataclass(frozen=True, slots=True)
class Pert:
    """Least, most likely and greatest value; mean (low + 4 mode + high) / 6."""

    low: float
    mode: float
    high: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """exp of a normal value with mean `mu` and deviation `sigma`."""

    mu: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Empirical:
    """What was observed, quantiles interpolated: at least two values."""

    values: tuple[float, ...]


Spread = Fixed | Triangular | Pert | Lognormal | Empirical


def fitted(values: Sequence[float]) -> Lognormal:
    """The lognormal distribution with the likelihood's mean and deviation of positive observations.

    Raises `InvalidInput` for fewer than two, or for values that are not positive.
    """
    if len(values) < 2 or min(values) <= 0:
        raise InvalidInput(
            [Fault("spread", "Cần ít nhất hai giá trị dương.", "It needs at least two positive values.")]
        )
    logs = np.log(np.asarray(values, np.float64))
    return Lognormal(float(logs.mean()), float(logs.std()))


def sound(spread: Spread) -> bool:
    """Whether the parameters of a spread make sense."""
    match spread:
        case Fixed(value):
            return math.isfinite(value) and value >= 0
        case Triangular(low, mode, high) | Pert(low, mode, high):
            return 0 <= low <= mode <= high < math.inf
        case Lognormal(mu, sigma):
            return math.isfinite(mu) and 0 <= sigma < 3
        case Empirical(values):
            return len(values) > 1 and all(math.isfinite(v) and v >= 0 for v in values)


def spread_faults(where: str, spread: Spread) -> list[Fault]:
    """What is wrong with a spread."""
    vi, en = f"Phân bố không hợp lệ: {spread}.", f"Invalid distribution: {spread}."
    return [] if sound(spread) else [Fault(where, vi, en)]


def table(spread: Spread) -> Reals:
    """Quantiles of a spread at `SCORES`."""
    match spread:
        case Fixed(value):
            return np.full(KNOTS, value)
        case Triangular(low, mode, high):
            return _triangular(low, mode, high)
        case Pert(low, mode, high):
            return (
                low + (high - low) * _beta((mode - low) / (high - low)) if high > low else np.full(KNOTS, low)
            )
        case Lognormal(mu, sigma):
            return np.exp(mu + sigma * SCORES)
        case Empirical(values):
            return np.quantile(np.asarray(values, np.float64), _probabilities())


@cache
def scores() -> npt.NDArray[np.float32]:
    """The normal score of each of the 65,536 levels of a draw, at the middle of its step."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / LEVELS) for k in range(LEVELS)], np.float32)


@cache
def _probabilities() -> Reals:
    normal = NormalDist()
    return np.array([normal.cdf(z) for z in SCORES.tolist()])


def _triangular(low: float, mode: float, high: float) -> Reals:
    u, width = _probabilities(), high - low
    if width == 0:
        return np.full(KNOTS, low)
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1 - u) * width * (high - mode))
    result: Reals = np.where(u < (mode - low) / width, rising, falling)
    return result


@cache
def _beta(mode: float) -> Reals:
    """Quantiles of the PERT beta on [0, 1] by integrating its density on a fine grid."""
    alpha, beta = 1 + 4 * mode, 5 - 4 * mode
    x = np.linspace(0, 1, 8193)
    middle = (x[1:] + x[:-1]) / 2
    mass = np.concatenate([[0], np.cumsum(middle ** (alpha - 1) * (1 - middle) ** (beta - 1))])
    return np.interp(_probabilities(), mass / mass[-1], x)
