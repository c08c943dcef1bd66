"""What of the clearance has been reached: bundles of cases that look alike, and the questions that columns ask of them.

A bundle with one case is a case, so that the list behind a number asks exactly what the number counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from projects.steps import STEPS, rests_on

FROM = "X1<"  # a mark: the step on which a pause began
SIDE_BY_SIDE = frozenset({"S30", "S40"})
HANDED_OVER = frozenset({"S100", "S105"})
INVESTOR = "S105"
REFUSES_INVENTORY = frozenset({"S31", "S32", "S33"})
COMPELLED = frozenset({"S32", "S33"})


@dataclass(frozen=True, slots=True)
class Bundle:
    """Cases of one project, component, ward and old district that look alike on the day.

    `step` and `before`: on the day, and on the last day of the week before (None: not known). `marks`, `marks_before`:
    steps of the history that the present one does not tell (`SIDE_BY_SIDE`, S97, `FROM`). `facts`: kinds of facts by
    the day. Areas in m²; `promised_on`: the latest promise of those not handed over to the investor, `unpromised`: how
    many of them have none; `paid_vnd`: what was paid, in đồng. '' for a component or district that is not known.
    """

    project: str
    component: str
    ward: str
    district: str
    holder: str
    step: str
    before: str | None
    obstacle: str | None
    cases: int
    parcels: int
    area_m2: float = 0.0
    housing_m2: float = 0.0
    farm_m2: float = 0.0
    promised_on: date | None = None
    unpromised: int = 0
    marks: frozenset[str] = frozenset()
    marks_before: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()
    paid_vnd: Decimal | None = None
    demo: int = 0
    code: str = ""


@lru_cache(maxsize=4096)
def standing(step: str, marks: frozenset[str]) -> str:
    """The headline step without a pause: X1 stands where it began, as far as the history knows."""
    if step != "X1":
        return step
    return next((mark.removeprefix(FROM) for mark in sorted(marks) if mark.startswith(FROM)), step)


@lru_cache(maxsize=4096)
def reached(step: str, marks: frozenset[str]) -> frozenset[str]:
    """The steps that lie behind a case, its own among them: what the law puts before it, and what was recorded.

    Inventory (S30) and origin (S40) stand side by side: one tells of the other only through the history.
    """
    step = standing(step, marks)
    if step not in STEPS or step in ("X1", "X2"):
        return frozenset()
    found = rests_on(step) | {step}
    if step in SIDE_BY_SIDE:
        found |= marks & SIDE_BY_SIDE
    if STEPS[step].order >= STEPS["S97"].order:
        found |= marks & {"S97"}
    return found


def passed(bundle: Bundle, step: str) -> bool:
    """Whether the step lies behind these cases on the day."""
    return step in reached(bundle.step, bundle.marks)


def handed_over(bundle: Bundle) -> bool:
    """Handed over to the clearance unit or the investor, and not occupied again."""
    return standing(bundle.step, bundle.marks) in HANDED_OVER


def stands_at(bundle: Bundle, steps: frozenset[str]) -> bool:
    """Whether the cases stand at one of these steps, paused or not."""
    return standing(bundle.step, bundle.marks) in steps


def was_passed(bundle: Bundle, step: str) -> bool:
    """Whether the step lay behind these cases at the end of the week before."""
    return bundle.before is not None and step in reached(bundle.before, bundle.marks_before)


def was_handed_over(bundle: Bundle) -> bool:
    """Whether they were handed over at the end of the week before."""
    return bundle.before is not None and standing(bundle.before, bundle.marks_before) in HANDED_OVER


def went_back(bundle: Bundle) -> bool:
    """Whether an approval or a handover of the week before does not stand any more."""
    return (was_passed(bundle, "S80") and not passed(bundle, "S80")) or (
        was_handed_over(bundle) and not handed_over(bundle)
    )
