"""Durations and lags of a sender in working minutes, and back."""

from __future__ import annotations

from projects.interchange.plan import Amount, PlanProject

ELAPSED_MINUTES = {
    "ELAPSED_MINUTES": 1.0,
    "ELAPSED_HOURS": 60.0,
    "ELAPSED_DAYS": 1440.0,
    "ELAPSED_WEEKS": 10_080.0,
    "ELAPSED_MONTHS": 43_200.0,
    "ELAPSED_YEARS": 525_600.0,
}
PERCENT = ("PERCENT", "ELAPSED_PERCENT")


def minutes(amount: Amount | None, project: PlanProject) -> tuple[int, bool]:
    """(whole minutes, whether a part of a minute was rounded off). Elapsed ones are minutes of the clock.

    Days, weeks and months are the sender's own: so many minutes of work. Raises ValueError for an unknown unit.
    """
    if amount is None:
        return 0, False
    per = {
        "MINUTES": 1.0,
        "HOURS": 60.0,
        "DAYS": float(project.minutes_per_day),
        "WEEKS": float(project.minutes_per_week),
        "MONTHS": float(project.minutes_per_day * project.days_per_month),
        "YEARS": float(project.minutes_per_week * 52),
        **ELAPSED_MINUTES,
    }
    if amount.unit not in per:
        raise ValueError(f"unit {amount.unit!r}")
    exact = amount.value * per[amount.unit]
    whole = round(exact)
    # The senders' own hundredths of an hour are no loss.
    return whole, abs(exact - whole) > 0.31


def elapses(amount: Amount | None) -> bool:
    """Whether it counts nights and rest days."""
    return amount is not None and amount.unit.startswith("ELAPSED")
