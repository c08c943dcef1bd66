"""Under which law a case is: computed from the day of its plan approval (rules TR-00…05), never from its opening."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.law.timeline import Timeline

LAND_LAW = date(2024, 8, 1)  # TR-00
RESOLUTION = date(2026, 1, 1)  # Resolution 254/2025/QH15
DECREE = date(2026, 1, 31)  # Decree 49/2026/NĐ-CP


@dataclass(frozen=True, slots=True)
class Override:
    """The choice of the city for one project (TR-04), with its document and the day from which it counts."""

    code: str
    document: str
    on: date


@dataclass(frozen=True, slots=True)
class Regime:
    """`code`: G13, G24 or G26; `rule`: the transition rule that says so; `decree`: whether Decree 49/2026 applies too;
    `settled`: False where no text read settles the case."""

    code: str
    rule: str
    decree: bool = False
    settled: bool = True


def regime_of(line: Timeline, *, on: date, override: Override | None = None) -> Regime:
    """The regime of a case on a day, from what had happened by then.

    A plan approved before 2024-08-01 without a recovery decision before that day is settled by no text read: it is
    taken to be under the Land Law (the longer times) and marked as not settled.
    """
    past = line.until(on)
    approved, recovered = past.day("approval.decided"), past.day("recovery.decided")
    if override is not None and override.on <= on:
        return Regime(override.code, "TR-04", decree=override.code == "G26" and on >= DECREE)
    if on < LAND_LAW:
        return Regime("G13", "TR-00")
    if approved and approved < LAND_LAW:
        if recovered and recovered < LAND_LAW:
            return Regime("G13", "TR-01")
        return Regime("G24", "TR-01", settled=False)
    if on < RESOLUTION:
        return Regime("G24", "TR-05" if not approved and recovered and recovered < LAND_LAW else "TR-00")
    if approved and approved < RESOLUTION:
        return Regime("G24", "TR-01" if recovered and recovered < RESOLUTION else "TR-02")
    return Regime("G26", "TR-03", decree=on >= DECREE and not (approved and approved < DECREE))
