"""Clocks and rules as plain values for JSON."""

from __future__ import annotations

from datetime import date
from typing import Any

from projects.calendars import Calendar
from projects.law.blackouts import Bans
from projects.law.clock import STATES, Clock
from projects.law.clocks import clocks_of, headline, make_frame
from projects.law.factfile import CaseFacts
from projects.law.interest import late_money
from projects.law.rules import Rule, RuleBook


def case_answer(
    case: CaseFacts, *, today: date, book: RuleBook, office: Calendar, bans: Bans
) -> dict[str, Any]:
    """One case of a file: its regime, the headline of its clocks, every clock, and the late money when it was asked."""
    frame = make_frame(
        case.facts, book=book, today=today, office=office, regime_override=case.override,
        people=case.people, lands=case.lands, bans=bans,
    )  # fmt: skip
    found = clocks_of(frame)
    head = headline(found)
    regime = frame.regime()
    answer: dict[str, Any] = {
        "code": case.code,
        "regime": {
            "code": regime.code,
            "rule": regime.rule,
            "decree_49_2026": regime.decree,
            "settled": regime.settled,
        },
        "light": head.light,
        "next_due": _short(head.next_due),
        "next_earliest": _short(head.next_earliest),
        "missing_dates": [clock.rule for clock in head.greys],
        "clocks": [clock_answer(clock) for clock in found],
    }
    due = next((clock.due for clock in found if clock.rule == "TT-01" and clock.due), None)
    if case.owed is not None and due is not None:
        late = late_money(
            case.owed, due=due, payments=frame.line.facts, until=today, book=book,
            investor_promised=case.investor_promised,
        )  # fmt: skip
        answer["late_money"] = {
            "due": due.isoformat(),
            "late_days": late.late_days,
            "extra_vnd": str(late.rounded),
            "rule": late.bearer_rule,
            "borne_by": late.bearer,
        }
    return answer


def clock_answer(clock: Clock) -> dict[str, Any]:
    """A clock as values: days as ISO text, states in both languages."""
    vi, en = STATES[clock.state]
    return {
        "rule": clock.rule, "basis": clock.basis, "level": clock.level, "nature": clock.nature,
        "label_vi": clock.label_vi, "label_en": clock.label_en, "who": clock.who, "then": clock.then,
        "state": clock.state, "state_vi": vi, "state_en": en, "light": clock.light, "open": clock.open,
        "started_by": clock.started_by, "started": _iso(clock.started), "party": clock.party, "land": clock.land,
        "earliest": _iso(clock.earliest), "due": _iso(clock.due), "lapses": _iso(clock.lapses),
        "ended": _iso(clock.ended), "days_left": clock.days_left, "days_since": clock.days_since,
        "waived": clock.waived, "missing": _both(clock.missing), "notes": [_both(note) for note in clock.notes],
    }  # fmt: skip


def rule_answer(rule: Rule) -> dict[str, Any]:
    """A rule as values."""
    return {
        "id": rule.id, "label_vi": rule.label_vi, "label_en": rule.label_en, "nature": rule.nature,
        "amount": rule.amount, "amounts": dict(rule.amounts), "unit": rule.unit, "more_than": rule.more_than,
        "rate": None if rule.rate is None else str(rule.rate), "trigger": rule.trigger, "then": rule.then,
        "per": rule.per, "land": rule.land, "who": rule.who, "basis": rule.basis, "level": rule.level,
        "from": _iso(rule.start), "to": _iso(rule.end), "since": _iso(rule.since), "regimes": list(rule.regimes),
        "locale": rule.locale, "waived_by": list(rule.waived_by), "note": rule.note,
    }  # fmt: skip


def _short(clock: Clock | None) -> dict[str, Any] | None:
    if clock is None or clock.day is None:
        return None
    return {"rule": clock.rule, "day": clock.day.isoformat(), "days_left": clock.days_left, "act": clock.then}


def _both(text: tuple[str, str] | None) -> dict[str, str] | None:
    return None if text is None else {"vi": text[0], "en": text[1]}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
