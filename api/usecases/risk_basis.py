"""On how many observations the ranges of a simulation stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from api.risk_views import RiskBasis, StepRecords
from projects.forecasting.pace import NEXT_STEP
from projects.risking.ranges import Grounds, Range
from projects.risking.waits import CITY, FEWEST, LEVELS, NOTHING, PRIOR

MIDDLE = LEVELS.size // 2


def basis_of(grounds: Grounds, ranges: Mapping[str, Range], works: int) -> RiskBasis:
    """What is recorded in the city, and how many open cases use which record."""
    promises, counts = grounds.promises, Counter(found.basis for found in ranges.values())
    steps = []
    for step, (_, days) in NEXT_STEP.items():
        known = grounds.steps.get(step, NOTHING)
        steps.append(
            StepRecords(
                step=step,
                over=known.seen.get(CITY, 0),
                running=known.running.get(CITY, 0),
                median=None if known.city is None else float(known.city[MIDDLE]),
                used=known.city is not None,
                days=days,
            )
        )
    return RiskBasis(
        promises_over=promises.seen.get(CITY, 0),
        promises_running=promises.running.get(CITY, 0),
        promises_used=promises.city is not None,
        promise_median=None if promises.city is None else float(promises.city[MIDDLE]),
        steps=tuple(steps),
        cases=len(ranges),
        by_basis={name: counts[name] for name in ("promise", "steps", "assumed")},
        works=works,
        work_percent=grounds.assumed.work,
        land_percent=grounds.assumed.land,
        correlation=grounds.assumed.correlation,
        fewest=FEWEST,
        prior=PRIOR,
    )
