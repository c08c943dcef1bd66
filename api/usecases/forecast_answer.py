"""The parts of a forecast handover as plain values, for the case page and JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation
from api.usecases.grounds import paces_of
from projects.forecasting.chain import forecast_handover
from projects.forecasting.lawful import LawfulEarliest, lawful_earliest
from projects.forecasting.model import HandoverForecast, Part
from projects.model import CaseState


def told_forecast(
    session: Session, ctx: Context, calculation: Calculation, case: CaseState
) -> HandoverForecast:
    """The forecast of a case with the numbers of passages as they are now.

    The day is that of the calculation: it is kept as long as no pace changes by a whole day, the counts may.
    """
    grounds = replace(calculation.grounds, paces=paces_of(session, ctx, calculation.data_date))
    return forecast_handover(case, data_date=calculation.data_date, grounds=grounds)


def earliest_of(calculation: Calculation, case: CaseState) -> LawfulEarliest | None:
    """The lawful minimum that binds the handover of a case last."""
    law = calculation.grounds.law
    return lawful_earliest(case, calculation.data_date, law) if law else None


def part_answer(part: Part) -> dict[str, Any]:
    """One part: from the end of day `from` to day `to`, its source, and the sentence in both languages."""
    vi, en = part.said
    return {
        "what": part.what, "from": part.start, "to": part.end, "days": part.days,
        "source": part.source, "rule": part.rule or None, "basis": part.basis or None,
        "observed_ward": part.n if part.source in ("observed", "assumed") else None,
        "observed_city": part.city_n if part.source in ("observed", "assumed") else None,
        "ward": part.ward or None, "detail": part.detail or None, "place": part.place or None,
        "waiting": part.waiting or None, "binding": part.binding, "vi": vi, "en": en,
    }  # fmt: skip


def earliest_answer(least: LawfulEarliest | None) -> dict[str, Any] | None:
    """The lawful earliest day with its rule and article."""
    if least is None:
        return None
    return {
        "on": least.on, "rule": least.rule, "basis": least.basis, "step": least.step,
        "label_vi": least.label_vi, "label_en": least.label_en, "started": least.started,
        "running": least.running, "waived_by": list(least.waived_by),
    }  # fmt: skip
