"""All checks on one schedule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from projects.engine.schedule import Result
from projects.quality import dates, logic, path
from projects.quality.model import Limits, Offender, Quality, gate_of
from projects.quality.sheet import Sheet
from projects.quality.words import WORDS


def assess(
    result: Result,
    *,
    land: Collection[str] = (),
    baseline: Mapping[str, date] | None = None,
    planned_finish: date | None = None,
    today: date | None = None,
    later_facts: Collection[str] = (),
    unsupported: Collection[Offender] = (),
    limits: Limits | None = None,
) -> Quality:
    """The findings of a schedule in the order of the standard.

    `land`: nodes that are forecasts of handovers; they are not judged. `baseline`: planned finish by activity.
    `later_facts`: activities whose recorded actual dates lie after the data date (they are left out of the schedule).
    `unsupported`: options of an imported file that the calculation does not have, with the activities meant.
    """
    limits = limits or Limits()
    sheet = Sheet(
        result, frozenset(land), limits, baseline, planned_finish, today, frozenset(later_facts), unsupported
    )
    found = {f.code: f for part in (logic, dates, path) for f in part.findings(sheet)}
    findings = tuple(found[code] for code in WORDS)
    return Quality(findings, gate_of(findings), len(sheet.judged), len(sheet.land), limits)
