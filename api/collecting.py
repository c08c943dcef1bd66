"""How often the interpreter looks for rubbish that holds itself.

A calculation makes a million small values at once, none of them rubbish: with the usual thresholds (700 values, then
every tenth and every tenth of those) half of its time goes into walking over them again and again.
"""

from __future__ import annotations

import gc

THRESHOLDS = 200_000, 10, 20


def patient_collection() -> None:
    """Makes this process look less often. What is no longer referred to is given back at once all the same."""
    gc.set_threshold(*THRESHOLDS)
