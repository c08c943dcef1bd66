"""Short ways to write facts of an invented case, and the law of the repository, for the tests of the law."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from api.calendars import working_calendars
from api.lawfiles import bans, rule_book
from projects.calendars import VN5
from projects.law.clock import Clock
from projects.law.clocks import clocks
from projects.law.facts import Fact
from projects.law.guards import check_lawful

OFFICE = working_calendars()[VN5]


def fact(kind: str, on: date | str, **more: Any) -> Fact:
    """A fact with its paper."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return Fact(kind, day, **({"document": "1/BB"} | more))


def facts(text: str) -> list[Fact]:
    """Facts from lines `kind day key=value …`."""
    found = []
    for line in text.strip().splitlines():
        kind, day, *pairs = line.split()
        more: dict[str, Any] = dict(pair.split("=", 1) for pair in pairs)
        if "until" in more:
            more["until"] = date.fromisoformat(more["until"])
        if "value" in more:
            more["value"] = more["value"].replace("_", " ")
        found.append(fact(kind, day, **more))
    return found


def all_clocks(given: Iterable[Fact], today: date | str, **more: Any) -> tuple[Clock, ...]:
    """The clocks of invented facts under the law of the repository."""
    day = date.fromisoformat(today) if isinstance(today, str) else today
    return clocks(given, book=rule_book(), today=day, office=OFFICE, **({"bans": bans()} | more))


def one(given: Iterable[Fact], today: date | str, rule: str, **more: Any) -> Clock:
    """The only clock of a rule."""
    found = [clock for clock in all_clocks(given, today, **more) if clock.rule == rule]
    assert len(found) == 1, (rule, found)
    return found[0]


def rules_of(given: Iterable[Fact], today: date | str, **more: Any) -> set[str]:
    """The rules whose clocks are open."""
    return {clock.rule for clock in all_clocks(given, today, **more) if clock.open}


def breaches(step: str, wanted: str, given: Sequence[Fact], on: date | str, **more: Any) -> list[str]:
    """The rules that a move breaks and that refuse it, in order."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    found = check_lawful(
        step, wanted, given, on=day, book=rule_book(), office=OFFICE, **({"bans": bans()} | more)
    )
    return [breach.rule for breach in found if breach.blocking]
