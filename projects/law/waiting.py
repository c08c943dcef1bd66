"""The notice of recovery: how long it is valid, and the earliest day of the recovery decision per person and land."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from projects.law.clock import Clock, Frame, blank, run
from projects.law.facts import Fact
from projects.law.regime import LAND_LAW, RESOLUTION

RULES = {
    ("G13", "agri"): "TB-13", ("G13", "non_agri"): "TB-13",
    ("G24", "agri"): "TB-04", ("G24", "non_agri"): "TB-05",
    ("G26", "agri"): "TB-06", ("G26", "non_agri"): "TB-07",
}  # fmt: skip
# Work that is "under way or done" when a lapsed notice is issued again (TB-10).
_UNDER_WAY = (
    "inventory.persuasion", "inventory.done", "origin.confirmed", "draft.made", "posting.started", "approval.decided",
)  # fmt: skip
_UNSURE = (
    "chưa rõ TB-10 có miễn thời gian chờ cho thông báo lại theo TB-11 hay không: xin ý kiến pháp chế",
    "whether TB-10 lifts the waiting after TB-11 is not settled: ask the legal officer",
)
_PAPER = (
    "gửi qua báo, đài: ngày được coi là đã gửi chưa có quy định, tính từ lần thứ ba",
    "served by newspaper: the day that counts is not settled, the third issue is taken",
)

_KINDS = {
    "agri": ("đất nông nghiệp", "agricultural land"),
    "non_agri": ("đất phi nông nghiệp", "non-agricultural land"),
    "": ("chưa rõ loại đất", "kind of land not known"),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice that counts: `issue` last issued, `base` from which on service counts, `lapses` its last valid day
    (rule `lapse_rule`), `waived`: TB-10 where the waiting need not be kept again."""

    issue: Fact
    base: Fact
    lapses: date
    lapse_rule: str
    waived: str = ""
    notes: tuple[tuple[str, str], ...] = ()


def notice_of(frame: Frame) -> Notice | None:
    """The notice of the case as it stands today; None before the first one.

    A notice issued again after its lapse starts anew, unless TB-10 applies (from 2026-01-31, regime G26, work under
    way): then the waiting is lifted. One issued again within its validity leaves the service of the first in force.
    """
    issues = frame.line.all("notice.issued", "notice.reissued")
    if not issues:
        return None
    base, waived = issues[0], ""
    notes: tuple[tuple[str, str], ...] = ()
    for before, issue in pairwise(issues):
        lapses, rule = _lapse(frame, before)
        if issue.on <= lapses:
            continue
        regime = frame.regime(on=issue.on)
        worked = frame.line.first(*_UNDER_WAY)
        if rule == "TB-11":
            base, waived, notes = issue, "", (_UNSURE,)
        elif regime.code == "G26" and regime.decree and worked and worked.on <= issue.on:
            waived = "TB-10"
        else:
            base, waived, notes = issue, "", ()
    lapses, rule = _lapse(frame, issues[-1])
    return Notice(issues[-1], base, lapses, rule, waived, notes)


def validity(frame: Frame) -> tuple[Clock, ...]:
    """The clock of the notice's twelve months, from its issue (TB-09, or TB-11 for those from before the Land Law)."""
    notice = notice_of(frame)
    if notice is None:
        return ()
    decided = frame.line.first("recovery.decided", since=notice.base.on)
    clock = run(frame, "TB-09", notice.issue, end=decided, day=notice.lapses)
    if notice.lapse_rule == "TB-09":
        return (clock,)
    old = frame.book.get("TB-11", on=frame.today)
    clock = replace(clock, rule=old.id, basis=old.basis, level=old.level)
    return (replace(clock, label_vi=old.label_vi, label_en=old.label_en),)


def waits(frame: Frame) -> tuple[Clock, ...]:
    """The earliest day of the recovery decision for every person and kind of land (TB-04…07, TB-13 for history).

    A person who is not served, or a kind of land on which nobody is, is a clock without a date. Lifted: TB-08 by the
    consent of each, TB-10 by a notice issued again.
    """
    notice = notice_of(frame)
    if notice is None:
        return ()
    decided = frame.line.first("recovery.decided", since=notice.base.on)
    regime = frame.regime(on=decided.on if decided else None)
    consent = consent_day(frame)
    if consent and decided and consent > decided.on:
        consent = None
    served = frame.line.all("notice.served", "notice.newspaper", since=notice.base.on)
    notes = list(notice.notes)
    if not regime.settled:
        notes.append(
            (
                "chưa rõ chế độ pháp luật của hồ sơ: lấy thời gian dài hơn",
                "the regime is not settled: the longer time",
            )
        )
    found = []
    for party, land in _pairs(frame, served):
        counted = land or "non_agri"  # of unknown land the longer time
        code = RULES[(regime.code, counted)]
        waived = "TB-08" if consent else notice.waived
        if waived:
            lifted = consent or notice.issue.on
            found.append(blank(frame, code, waived=waived, party=party, land=land, notes=notes, ended=lifted))
            continue
        fact = _service(served, party, land)
        if fact is None and decided:
            continue  # too late to be asked for
        more = [*notes, _PAPER] if fact and fact.kind == "notice.newspaper" else notes
        gap = _unserved(party, land)
        found.append(
            run(frame, code, fact, end=decided, case=counted, land=land, party=party, missing=gap, notes=more)
        )
    return tuple(found)


def earliest_decision(clocks: Sequence[Clock]) -> date | None:
    """The first day on which the recovery may be decided for all: the latest of `waits`; `date.min` where the waiting
    is lifted; None when a date is missing."""
    open_ones = [clock for clock in clocks if not clock.waived]
    days = [clock.earliest for clock in open_ones]
    if any(day is None for day in days):
        return None
    return max((day for day in days if day), default=date.min)


def consent_day(frame: Frame) -> date | None:
    """The day on which the last person agreed to earlier recovery (TB-08); None while one is missing.

    One consent "for everybody" counts only when nobody is named in the case.
    """
    given = frame.line.all("consent.early")
    named = frame.people or tuple(dict.fromkeys(f.party for f in frame.line.all("notice.served") if f.party))
    if not given:
        return None
    if not named:
        return given[0].on
    days = [next((fact.on for fact in given if fact.party == party), None) for party in named]
    return None if None in days else max(day for day in days if day)


def persons(frame: Frame, facts: Sequence[Fact]) -> tuple[str, ...]:
    """Who has to be counted: the people of the case, else those whom the facts name, else one for everybody."""
    return frame.people or tuple(dict.fromkeys(f.party for f in facts if f.party)) or ("",)


def _pairs(frame: Frame, served: Sequence[Fact]) -> tuple[tuple[str, str], ...]:
    """Persons with the kinds of land on which each was served; a person not served, or a kind of land of the case on
    which nobody was, comes with what is known of it."""
    seen = tuple(dict.fromkeys(fact.land for fact in served if fact.land))
    pairs: list[tuple[str, str]] = []
    for party in persons(frame, served):
        own = [fact for fact in served if fact.party in ("", party)]
        kinds = [fact.land for fact in own if fact.land]
        if not own:
            kinds += frame.lands or ("",)
        elif any(fact.kind == "notice.newspaper" for fact in own):
            kinds += frame.lands or seen or ("",)
        pairs += [(party, land) for land in dict.fromkeys(kinds)]
    pairs += [("", land) for land in frame.lands if land not in {kind for _, kind in pairs}]
    return tuple(pairs)


def _service(served: Sequence[Fact], party: str, land: str) -> Fact | None:
    for fact in served:
        if fact.party in ("", party) and (fact.kind == "notice.newspaper" or (land and fact.land == land)):
            return fact
    return None


def _lapse(frame: Frame, issue: Fact) -> tuple[date, str]:
    if issue.on < LAND_LAW:
        return RESOLUTION - timedelta(days=1), "TB-11"
    return frame.end(frame.book.get("TB-09", on=issue.on), issue.on), "TB-09"


def _unserved(party: str, land: str) -> tuple[str, str]:
    whom_vi, whom_en = (f" cho {party}", f" on {party}") if party else ("", "")
    kind_vi, kind_en = _KINDS[land]
    return f"chưa ghi ngày gửi thông báo{whom_vi} ({kind_vi})", f"no day of service{whom_en} ({kind_en})"
