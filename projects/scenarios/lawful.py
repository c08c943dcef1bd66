"""The earliest day on which the law lets a case be handed over, with the article that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from projects.forecast import _lawful_earliest
from projects.model import CaseState

NOTICE_VI = "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm a"
NOTICE_EN = "Resolution 254/2025/QH15, Art. 3(9)(a)"
RULES = {"agri": "TB-06", "non_agri": "TB-07"}


@dataclass(frozen=True, slots=True)
class Bound:
    """The first lawful day, the rule that sets it and its article in both languages."""

    on: date
    rule: str
    article_vi: str
    article_en: str


def earliest_handover(case: CaseState, data_date: date) -> Bound | None:
    """The bound on the handover of a case as it stands on the data date; None where no rule binds it."""
    on = _lawful_earliest(case, data_date)
    return None if on is None else Bound(on, RULES[case.land], NOTICE_VI, NOTICE_EN)
