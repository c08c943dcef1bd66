"""Shares on paper: rounded so that they still add up to their sum (largest remainders, Hamilton's method)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor


def apportioned(shares: Sequence[Fraction], places: int = 1) -> tuple[Decimal, ...]:
    """Each share with `places` decimals, together exactly their sum; each at most one last digit from its own value.

    Raises ValueError when the sum itself has more decimals. Equal remainders: the share that comes first.
    """
    unit = 10**places
    total = sum(shares, Fraction(0)) * unit
    if total.denominator != 1:
        raise ValueError("the sum does not fit the decimals")
    low = [floor(share * unit) for share in shares]
    missing = int(total) - sum(low)
    order = sorted(range(len(shares)), key=lambda i: (-(shares[i] * unit - low[i]), i))
    for i in order[:missing]:
        low[i] += 1
    return tuple(Decimal(value).scaleb(-places) for value in low)
