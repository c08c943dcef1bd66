"""What the case page makes of a case: stages, allowed steps, both states of a conflict."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from api import formatting as fmt
from api.pages.labels import CASE_FIELDS, Pair
from api.views import CaseView
from projects.clearance import needs_reason
from projects.codes import LAND_CODES, OBSTACLES
from projects.history import standing
from projects.rights import Principal, Rights
from projects.steps import STEPS, basis_en

# The stages of the lane: step groups 2…7 in as few words as fit under a dot.
STAGES: dict[int, Pair] = {
    2: ("Thông báo", "Notice"),
    3: ("Kiểm đếm", "Inventory"),
    4: ("Phương án", "Plan"),
    5: ("Duyệt PA", "Approval"),
    6: ("QĐ thu hồi", "Decision"),
    7: ("Bàn giao", "Handover"),
}
# Fields of a state that a reader compares; the rest is bookkeeping.
COMPARED = ("step", "step_on", "promised_on", "obstacle", "note")
ABOUT = ("effective_on", "document")  # of an event, where two corrections of it are compared
DATES = ("step_on", "effective_on", "promised_on", "data_date")


@dataclass(frozen=True, slots=True)
class Stage:
    """One dot of the lane; state done | now | todo, `on` when the history knows the day it was reached."""

    label: Pair
    state: str
    on: date | None


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that may follow, with the paper that proves it and the article behind it."""

    code: str
    group: int
    label_vi: str
    label_en: str
    paper_vi: str
    paper_en: str
    basis: str
    basis_vi: str
    basis_en: str
    needs_reason: bool
    mine: bool = True  # the reader's role records it
    needs_second: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A field of a conflict: what is stored and what the user wanted."""

    label: Pair
    current: str
    wanted: str
    differs: bool
    clash: bool = False  # both sides changed it


def lane(view: CaseView) -> tuple[Stage, ...]:
    """The six stages from the notice to the handover."""
    at = _group(view)
    reached: dict[int, date] = {}
    for event in reversed(
        standing(view.history)
    ):  # the last one written here is the first time it was reached
        step = (event.after or {}).get("step")
        if step in STEPS and step != (event.before or {}).get("step"):
            reached[STEPS[step].group] = event.effective_on
    finished = view.row.step == "S105"
    return tuple(
        Stage(
            label,
            "done" if group < at or finished else "now" if group == at else "todo",
            reached.get(group) if group <= at else None,
        )
        for group, label in STAGES.items()
    )


def next_steps(view: CaseView, rights: Rights, who: Principal) -> tuple[NextStep, ...]:
    """The steps that the case may take, in the order of the use case, and what they mean for the reader."""
    return tuple(
        NextStep(
            code=code,
            group=STEPS[code].group,
            label_vi=STEPS[code].label_vi,
            label_en=STEPS[code].label_en,
            paper_vi=STEPS[code].paper_vi,
            paper_en=STEPS[code].paper_en,
            basis=STEPS[code].basis,
            basis_vi=STEPS[code].basis,
            basis_en=basis_en(STEPS[code].basis),
            needs_reason=needs_reason(view.row.step, code),
            mine=rights.may_record(who, code),
            needs_second=rights.needs_second(code),
        )
        for code in view.allowed
    )


def choices(
    view: CaseView, *, keep: str, chosen: str, lang: str, recordable: Collection[str] | None = None
) -> list[Pair]:
    """The steps that the form offers, as (code, words): staying at `keep`, what may follow, and what was chosen.

    `recordable` are the steps that the reader's role records; others are not offered.
    """

    def named(code: str, vi: str = "", en: str = "") -> Pair:
        return code, say_value("step", code, lang) + (vi if lang == "vi" else en)

    now = say_value("step", view.present["step"], lang)
    stay = f"Giữ bước hiện tại: {now}" if lang == "vi" else f"Keep the present step: {now}"
    reasoned = (" (phải nêu lý do)", " (needs a reason)")
    present = view.present["step"]
    offered = [(keep, stay)] + [
        named(code, *(reasoned if needs_reason(present, code) else ()))
        for code in view.allowed
        if code not in (keep, present) and (recordable is None or code in recordable)
    ]
    if chosen not in dict(offered):
        nowhere = (" (không đi được từ bước hiện tại)", " (not reachable from the present step)")
        offered.append(named(chosen, *nowhere))
    return offered


def compared(
    current: Mapping[str, Any], wanted: Mapping[str, Any], lang: str, *, clash: Collection[str] = ()
) -> list[Compared]:
    """Both states of a conflict, field by field; the date of a wanted new step is its effective date."""
    moved = wanted.get("step") != current.get("step")
    wanted = {"step_on": wanted.get("effective_on") if moved else current.get("step_on"), **wanted}
    return [
        Compared(
            CASE_FIELDS[name],
            say_value(name, current.get(name), lang),
            say_value(name, wanted.get(name), lang),
            (current.get(name) or None) != (wanted.get(name) or None),
            name in clash,
        )
        for name in (*COMPARED, *(name for name in ABOUT if name in current))
    ]


def say_value(name: str, value: Any, lang: str) -> str:
    """A stored value of a case or an event in words."""
    if value in (None, ""):
        return fmt.UNKNOWN
    if name in DATES:
        return fmt.date_text(value if isinstance(value, date) else date.fromisoformat(str(value)), lang)
    side = 0 if lang == "vi" else 1
    if name == "step" and value in STEPS:
        return STEPS[value].label_vi if lang == "vi" else STEPS[value].label_en
    if name == "obstacle" and value in OBSTACLES:
        return OBSTACLES[value][side]
    return fmt.number(value, lang) if isinstance(value, int) else str(value)


def land_words(code: str, lang: str) -> str:
    """The land-use code in words, composite codes part by part; unknown parts stay as they are."""
    parts = [part.strip() for part in code.split("+")]
    side = 0 if lang == "vi" else 1
    return " + ".join(LAND_CODES[part][side] if part in LAND_CODES else part for part in parts)


def _group(view: CaseView) -> int:
    """The colour group the case stands in; a paused case stands where it was paused."""
    group = STEPS[view.row.step].group if view.row.step in STEPS else 0
    if group:
        return group
    for event in reversed(standing(view.history)):
        before = (event.before or {}).get("step")
        if before in STEPS and STEPS[before].group:
            return STEPS[before].group
    return 1
