"""When a case will be handed over: a fact, the promised day, or an assumed pace ("giả định") per step.

Only a handover to the investor (S105) gives possession. The lawful minima of the 2026 regime (rule table:
TB-06/07 notice, PA-03 posting, KD-05/06, QD-02/03, BG-02/03 persuasion and waiting) bound the pace.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from projects.clearance import gives_possession, wants_land
from projects.codes import AGRI
from projects.model import CaseState
from projects.steps import STEPS

ACTUAL, PROMISED, PACE = "actual", "promised", "pace"


@dataclass(frozen=True, slots=True)
class HandoverForecast:
    """The day on which the land is handed over, where the day comes from, and why, in both languages."""

    on: date
    basis: str  # actual | promised | pace
    why_vi: str
    why_en: str


# Assumed calendar days from reaching a step to the next step of the road, (next, days). No published Hanoi
# pace was found, so each number is ours, never below the lawful minimum that binds there.
NEXT_STEP: dict[str, tuple[str, int]] = {
    "S00": ("S05", 15),
    "S05": ("S10", 10),
    "S10": ("S20", 10),
    "S20": ("S30", 30),
    "S31": ("S30", 40),  # 15 days of persuasion and more than 10 of waiting come first (KD-05, KD-06)
    "S32": ("S30", 20),
    "S33": ("S30", 15),  # 5 working days of the board's persuasion (KD-10)
    "S30": ("S40", 30),
    "S40": ("S50", 20),
    "S50": ("S60", 7),
    "S60": ("S70", 30),  # 10 days of posting, opinions at once, part of the appraisal (PA-03, PA-07)
    "S61": ("S70", 30),  # dialogue within 30 days of the opinion meeting (PA-06)
    "S70": ("S80", 10),
    "S80": ("S90", 10),  # the decision follows within 10 days of its proof (QD-01)
    "S85": ("S90", 22),  # 10 days of persuasion and more than 10 of waiting (QD-02, QD-03)
    "S90": ("S100", 20),
    "S95": ("S100", 30),  # 10 days of persuasion and more than 10 of waiting, then handover (BG-02, BG-03)
    "S97": ("S100", 30),  # handover within 30 days of a record of compliance (CC-07)
    "S101": ("S100", 30),
    "S100": ("S105", 5),
}
PAUSE_DAYS = 180  # assumed length of a pause; afterwards the case is taken to stand at the approved plan
NOTICE_DAYS = {"agri": 60, "non_agri": 120}  # service of the notice → recovery decision, TB-06 and TB-07


def pace_days(step: str) -> int:
    """Assumed calendar days from `step` to the handover to the investor (S105); 0 at S105 and X2."""
    if step == "X1":
        return PAUSE_DAYS + pace_days("S80")
    total = 0
    while step in NEXT_STEP:
        step, days = NEXT_STEP[step]
        total += days
    return total


def forecast_handover(case: CaseState, *, data_date: date) -> HandoverForecast:
    """The day on which the case's land is with the investor, as seen at the end of `data_date`.

    A fact if it is handed over (or has left the boundary); else the promised day, moved to the day after the
    data date if it has passed; else the assumed pace from the data date, and never before the notice has run.
    """
    if gives_possession(case.step):
        return HandoverForecast(
            case.step_on,
            ACTUAL,
            f"Đã bàn giao cho chủ đầu tư ngày {_day(case.step_on)}.",
            f"Handed over to the investor on {_day(case.step_on)}.",
        )
    if not wants_land(case.step):
        return HandoverForecast(
            case.step_on,
            ACTUAL,
            f"Đã đưa ra khỏi ranh giới ngày {_day(case.step_on)}: không cần bàn giao.",
            f"Taken out of the boundary on {_day(case.step_on)}: no handover needed.",
        )
    tomorrow = data_date + timedelta(days=1)
    if case.promised_on is not None:
        if case.promised_on >= tomorrow:
            return HandoverForecast(
                case.promised_on,
                PROMISED,
                f"Mốc hẹn bàn giao {_day(case.promised_on)}.",
                f"Promised handover on {_day(case.promised_on)}.",
            )
        return HandoverForecast(
            tomorrow,
            PROMISED,
            f"Mốc hẹn {_day(case.promised_on)} đã qua mà chưa bàn giao: tính sớm nhất là {_day(tomorrow)}.",
            f"The promised {_day(case.promised_on)} has passed without handover: {_day(tomorrow)} at the earliest.",
        )
    return _by_pace(case, data_date)


def _by_pace(case: CaseState, data_date: date) -> HandoverForecast:
    days = max(pace_days(case.step), 1)
    on = data_date + timedelta(days=days)
    label = STEPS[case.step]
    lawful = _lawful_earliest(case, data_date)
    if lawful is not None and lawful > on:
        notice = NOTICE_DAYS[case.land]
        kind_vi, kind_en = (
            ("nông nghiệp", "agricultural") if case.land == AGRI else ("phi nông nghiệp", "non-agricultural")
        )
        return HandoverForecast(
            lawful,
            PACE,
            f"Chưa có mốc hẹn. Giả định: sớm nhất {_day(lawful)}, vì thông báo đất {kind_vi} phải đủ {notice} ngày "
            "(Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm a).",
            f"No promised day. Assumption: {_day(lawful)} at the earliest, because the notice for {kind_en} land "
            f"must run {notice} days (Resolution 254/2025/QH15, Art. 3(9)(a)).",
        )
    return HandoverForecast(
        on,
        PACE,
        f"Chưa có mốc hẹn. Giả định: còn {days} ngày kể từ bước “{label.label_vi}”.",
        f"No promised day. Assumption: {days} days left from “{label.label_en}”.",
    )


def _lawful_earliest(case: CaseState, data_date: date) -> date | None:
    """The earliest handover that the notice allows, for a case whose notice date is known or still to come."""
    after_decision = timedelta(days=pace_days("S90"))
    notice = timedelta(days=NOTICE_DAYS[case.land])
    if case.step == "S20":
        return case.step_on + notice + after_decision
    if STEPS[case.step].group == 1:
        to_notice = timedelta(days=pace_days(case.step) - pace_days("S20"))
        return data_date + to_notice + notice + after_decision
    return None


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
