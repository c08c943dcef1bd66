"""The baselines of a schedule that MPXJ has read, as plain values. Runs in the child.

Microsoft Project keeps up to eleven by number; of a PMXML the library lays the baseline projects beside the tasks. It
gives none of an XER. Where P6 has no baseline project, the library fills in the planned dates of the project itself:
those are no baseline and are left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from geo.schedules.firstlook import Kind

NUMBERS = range(11)
PRIMAVERA = ("xer", "pmxml")


def baseline_heads(file: Any, kind: Kind) -> list[dict[str, Any]]:
    """Number, name and date of each baseline that some task has a value of; empty name: the sender gives none."""
    filled = {str(field.name()) for field in file.getTasks().getPopulatedFields()}
    found = []
    for n in NUMBERS:
        field = "BASELINE" if n == 0 else f"BASELINE{n}"
        project = file.getBaseline(n)
        if project is None and (
            kind in PRIMAVERA or not filled.intersection((f"{field}_START", f"{field}_FINISH"))
        ):
            continue
        if project is None:
            props = file.getProjectProperties()
            name, at = None, props.getBaselineDate() if n == 0 else props.getBaselineDate(n)
        else:
            props = project.getProjectProperties()
            name, at = props.getName() or props.getProjectID(), props.getStatusDate()
        found.append({"number": n, "name": name, "date": at})
    return found


def baselines_of(task: Any, numbers: Sequence[int]) -> Iterator[tuple[int, Any, Any, Any]]:
    """(number, start, finish, duration) for each of the numbers of which the task has a start or a finish."""
    for n in numbers:
        own = () if n == 0 else (n,)
        start, finish = task.getBaselineStart(*own), task.getBaselineFinish(*own)
        if start is not None or finish is not None:
            yield n, start, finish, task.getBaselineDuration(*own)
