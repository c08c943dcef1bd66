"""What the histories of cases say of the steps: how long each took."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import numpy.typing as npt

from geo.told import EPOCH, FIRST, NEW_STEP, NO_DAY, Told
from projects.forecasting.pace import NEXT_STEP, Seen
from projects.steps import STEPS

Observed = dict[tuple[str, str], Seen]
Whole = npt.NDArray[np.int64]

# A passage from a step ends with the first later step that stands on the road at or behind the next one; a pause or
# the end of the case (X1, X2) between the two leaves it out, land that was lost again (S101) is no end.
_PAUSE, _NEVER = 1000, 2000
_PLACES = np.array(
    [-1 if code == "S101" else _PAUSE if code in ("X1", "X2") else step.order for code, step in STEPS.items()]
)
_NEEDS = np.array([STEPS[NEXT_STEP[code][0]].order if code in NEXT_STEP else _NEVER for code in STEPS])


def passages(told: Told, *, day: date) -> Observed:
    """What was observed by (ward, step) in the histories up to the end of `day`."""
    if not told.speaks:
        return {}
    on = told.stepped()
    wanted = (
        told.true_by((day - EPOCH).days)
        & told.says(FIRST | NEW_STEP)
        & (told.rows["step"] >= 0)
        & (on != NO_DAY)
    )
    rows, on = told.rows[wanted], on[wanted]
    at = rows["step"].astype(np.int64)
    start, end = _ends(rows["case"].astype(np.int64), at)
    days = on[end] - on[start]
    start, days = start[days >= 0], days[days >= 0]
    ward_of = told.wards[np.searchsorted(told.cases, rows["case"][start])]
    wards, ward = np.unique(ward_of, return_inverse=True)
    kinds, which = np.unique(ward * len(STEPS) + at[start], return_inverse=True)
    counts = np.bincount(which, minlength=len(kinds)).tolist()
    sums = np.bincount(which, weights=days, minlength=len(kinds)).tolist()
    codes = list(STEPS)
    found: Observed = {}
    for kind, n, whole in zip(kinds.tolist(), counts, sums, strict=True):
        number, step = divmod(kind, len(STEPS))
        found[wards[number].decode(), codes[step]] = Seen(n, int(whole))
    return found


def _ends(case: Whole, at: Whole) -> tuple[Whole, Whole]:
    """Rows from which a passage begins and those that end them; `at`: places in `STEPS`, in order, case after case."""
    place, need = _PLACES[at], _NEEDS[at]
    last = np.searchsorted(case, case, side="right") - 1
    open_ones = np.nonzero(need < _NEVER)[0]
    starts, ends = [], []
    ahead = 1
    while len(open_ones := open_ones[open_ones + ahead <= last[open_ones]]):
        reached = place[open_ones + ahead]
        met = reached >= need[open_ones]
        ended = met & (reached < _PAUSE)
        starts.append(open_ones[ended])
        ends.append(open_ones[ended] + ahead)
        open_ones = open_ones[~met]
        ahead += 1
    none = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *starts]), np.concatenate([none, *ends])


def total(by_project: Mapping[int, Observed]) -> Observed:
    """What was observed in all projects together."""
    found: Observed = {}
    for seen in by_project.values():
        for key, each in seen.items():
            found[key] = found.get(key, Seen()) + each
    return found
