"""The part “Thời hạn pháp lý” of a case: its clocks, what each next step still lacks, and the facts behind both."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.guard import door_of, principal_of
from api.pages.labels import Pair
from api.usecases.case_facts import entered_of, facts_of
from api.usecases.legal import breaches_of, clocks_of_cases
from projects.clearance import needs_reason
from projects.law.clock import STATES, Clock
from projects.law.clocks import headline
from projects.law.facts import KINDS, STEP_FACTS
from projects.law.guards import Breach
from projects.law.rules import LEVELS
from projects.steps import STEPS, basis_en

if TYPE_CHECKING:
    from api.pages.case_sections import Asked

NAME = "thoi-han"
TRACKS: dict[str, Pair] = {
    "land": ("Đất", "Land"),
    "money": ("Tiền", "Money"),
    "resettlement": ("Tái định cư", "Resettlement"),
    "complaint": ("Khiếu nại", "Complaint"),
}
LANDS: dict[str, Pair] = {
    "agri": ("đất nông nghiệp", "agricultural land"),
    "non_agri": ("đất phi nông nghiệp", "non-agricultural land"),
}


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock in the words of the page; `light` '' when it runs no more."""

    clock: Clock
    state: Pair
    basis: Pair
    level: Pair
    verified: bool
    light: str
    land: Pair | None


@dataclass(frozen=True, slots=True)
class NextRow:
    """A next step and what the law still asks before it could be taken on the data date."""

    code: str
    refusing: tuple[Breach, ...]
    noted: tuple[Breach, ...]


def load(asked: Asked) -> Mapping[str, Any] | None:
    """Clocks, next steps and facts; for whoever sees the case."""
    view, session, ctx = asked.view, asked.session, asked.ctx
    code, today = view.row.code, view.data_date
    facts = facts_of(session, ctx, [code]).get(code, ())
    found = clocks_of_cases(session, ctx, [code], today=today, facts={code: facts})[code]
    rows = [_row(clock) for clock in found]
    rights, who = door_of(asked.request).rights, principal_of(asked.request)
    ahead = [
        step for step in view.allowed if step in STEP_FACTS and not needs_reason(view.present["step"], step)
    ]
    nexts = [
        _next(step, breaches_of(session, ctx, code, step=view.present["step"], wanted=step, on=today, facts=facts))
        for step in ahead
    ]  # fmt: skip
    entered = entered_of(session, ctx, code)
    return {
        "head": headline(found),
        "open": [row for row in rows if row.clock.open],
        "done": [row for row in rows if not row.clock.open],
        "nexts": nexts,
        "facts": facts,
        "void": [each for each in entered if each.void_reason is not None],
        "demo": any(each.is_demo for each in entered),
        "label": _label,
        "kinds": [
            (words, [kind for kind in KINDS.values() if kind.track == track])
            for track, words in TRACKS.items()
        ],
        "behind": _behind(view.present["step"]),
        "lands": LANDS,
        "may_record": rights.may(who, "fact.record"),
        "may_void": rights.may(who, "fact.void"),
        "key": secrets.token_urlsafe(18),
        "today": today,
        "faults": asked.said.get("faults", {}),
        "entered": asked.said.get("entered", {}),
    }


def _row(clock: Clock) -> ClockRow:
    return ClockRow(
        clock=clock,
        state=STATES[clock.state],
        basis=(clock.basis, basis_en(clock.basis)) if clock.basis else ("mốc nội bộ", "internal target"),
        level=LEVELS[clock.level],
        verified=clock.level == "A",
        light=clock.light if clock.open else "",
        land=LANDS.get(clock.land),
    )


def _next(step: str, breaches: Sequence[Breach]) -> NextRow:
    return NextRow(
        step, tuple(b for b in breaches if b.blocking), tuple(b for b in breaches if not b.blocking)
    )


def _label(kind: str) -> Pair:
    """A kind of fact in words, those of steps by the step."""
    if kind in KINDS:
        return KINDS[kind].label_vi, KINDS[kind].label_en
    step = next((code for code, fact in STEP_FACTS.items() if fact == kind), None)
    return (STEPS[step].label_vi, STEPS[step].label_en) if step else (kind, kind)


def _behind(step: str) -> list[tuple[str, Pair]]:
    """The kinds of the steps behind the present one, for a case that came in without their record."""
    order = STEPS[step].order
    return [
        (kind, (STEPS[code].label_vi, STEPS[code].label_en))
        for code, kind in STEP_FACTS.items()
        if STEPS[code].order <= order and not code.startswith("X")
    ]
