"""Numbers of the portfolio page: lights by days of slip."""

from __future__ import annotations

LIGHTS = ("late", "risk", "ok", "none")
RISK_UP_TO = 30  # days; design thresholds 0 / 1–30 / > 30, no Hanoi rule was found


def light(slip_days: int | None) -> str:
    """'ok' (on time or early), 'risk' (1–30 days late), 'late' (more), 'none' (no plan: never shown as fine)."""
    if slip_days is None:
        return "none"
    if slip_days <= 0:
        return "ok"
    return "risk" if slip_days <= RISK_UP_TO else "late"


def urgency(slip_days: int | None) -> tuple[int, int]:
    """Sort key: most days late first, not assessable last."""
    return (1, 0) if slip_days is None else (0, -slip_days)
