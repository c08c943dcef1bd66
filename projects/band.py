"""The axis as a band: which stretch is blocked, free, without land data, or not needed now. Measures in m."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from projects import workable
from projects.workable import Interval, States

FREE, BLOCKED, UNKNOWN, OUTSIDE = "free", "blocked", "unknown", "outside"
_NAMES = {workable.FREE: FREE, workable.BLOCKED: BLOCKED, workable.UNKNOWN: UNKNOWN}


@dataclass(frozen=True, slots=True)
class Piece:
    """Measures [from_m, to_m] with their status.

    "outside" lies on no work front that needs land now (water, finished or not yet started sections): it is neither
    handed over nor unknown. What is blocked is blocked even there.
    """

    from_m: float
    to_m: float
    status: str


def band(states: States, required: Iterable[Interval]) -> tuple[Piece, ...]:
    """Pieces that cover the alignment from end to end without gap or overlap; neighbours differ in status."""
    line, at = states.line, states.at
    cuts = workable.required_mm(line, required)
    ends = np.unique(np.concatenate([at, np.array([m for cut in cuts for m in cut], dtype=np.int64)]))
    state = states.state[np.searchsorted(at, ends[:-1], side="right") - 1]
    low = np.array([a for a, _ in cuts], dtype=np.int64)
    high = np.array([b for _, b in cuts], dtype=np.int64)
    needed = np.searchsorted(low, ends[:-1], side="right") > np.searchsorted(high, ends[:-1], side="right")
    found: list[Piece] = []
    for a, b, kind, wanted in zip(
        ends[:-1].tolist(), ends[1:].tolist(), state.tolist(), needed.tolist(), strict=True
    ):
        status = _NAMES[kind] if wanted or kind == workable.BLOCKED else OUTSIDE
        if found and found[-1].status == status:
            found[-1] = Piece(found[-1].from_m, b / workable.MM, status)
        else:
            found.append(Piece(a / workable.MM, b / workable.MM, status))
    return tuple(found)
