"""From catalogue facts to the values of the scheduling core: work fronts, and actual dates on a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from projects.catalog.facts import ProgressFacts, Project
from projects.model import Network, WorkFront


def work_fronts(project: Project) -> tuple[WorkFront, ...]:
    """The project's fronts for `projects.templates.expand`, in the order of the file."""
    return tuple(
        WorkFront(
            code=front.code,
            name_vi=front.name_vi,
            name_en=front.name_en,
            kind=front.kind,
            section=front.section,
            from_m=front.from_m,
            to_m=front.to_m,
            needs_land=front.needs_land,
        )
        for front in project.fronts
    )


def apply_progress(network: Network, progress: Sequence[ProgressFacts]) -> Network:
    """`network` with the actual dates and remaining working days of `progress`.

    Rows for activities that the network does not have are left out; the catalogue refuses them earlier.
    """
    rows = {row.activity: row for row in progress}
    activities = tuple(
        replace(
            activity,
            actual_start=row.actual_start,
            actual_finish=row.actual_finish,
            remaining=row.remaining,
        )
        if (row := rows.get(activity.code)) is not None
        else activity
        for activity in network.activities
    )
    return replace(network, activities=activities)
