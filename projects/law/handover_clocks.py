"""Clocks after the recovery decision: handover, persuasion, enforcement with its bans, and assets."""

from __future__ import annotations

from datetime import date, timedelta

from projects.law.blackouts import RECOVERY, legal_days
from projects.law.clock import Clock, Frame, Notes, run
from projects.law.facts import Fact

NO_HANDOVER_DATE = (
    "chưa ghi thời hạn bàn giao trong phương án đã gửi (PA-12)",
    "the handover date of the plan that was sent is not recorded (PA-12)",
)
NOT_RECEIVED = (
    "chưa ghi ngày nhận quyết định cưỡng chế hoặc lập biên bản",
    "receipt of the enforcement decision, or its record, is not recorded",
)


def handover_clocks(frame: Frame) -> tuple[Clock, ...]:
    """BG-01…03, CC-05, CC-07, CC-10 and the police letter, only what has begun."""
    line = frame.line
    decided = line.last("recovery.decided")
    done = line.last("handover.done", "handover.investor")
    found: list[Clock] = []
    if decided:
        found.append(_obey(frame, decided, line.first("handover.done", since=decided.on)))
    if begun := line.last("handover.persuasion"):
        ended = line.first("handover.persuasion_ended", since=begun.on)
        enforced = line.first("enforcement.decided", since=begun.on)
        given = line.first("handover.done", since=begun.on)
        if ended or enforced or not given:
            found.append(run(frame, "BG-02", begun, end=ended or enforced))
        if ended and (enforced or not given):
            found.append(run(frame, "BG-03", ended, end=enforced))
    if ordered := line.last("enforcement.decided"):
        found += _enforcement(frame, ordered)
    for asked in line.all("police.asked", value=RECOVERY)[-1:]:
        found.append(run(frame, "KD-12", asked, end=line.first("handover.done", since=asked.on)))
    if told := line.last("assets.notified"):
        found.append(run(frame, "CC-10", told, end=line.first("assets.fetched", since=told.on)))
    return tuple(clock for clock in found if clock.state != "no_date" or not done)


def _obey(frame: Frame, decided: Fact, done: Fact | None) -> Clock:
    """BG-01: the date set by the approved plan that was sent to the holder; the latest where several have their own."""
    sent = [fact for fact in frame.line.all("plan.sent") if fact.until]
    if not sent:
        return run(frame, "BG-01", None, missing=NO_HANDOVER_DATE)
    last = max(sent, key=lambda fact: fact.until or fact.on)
    return run(frame, "BG-01", decided, day=last.until, end=done, party=last.party)


def _enforcement(frame: Frame, ordered: Fact) -> list[Clock]:
    line = frame.line
    done = line.first("handover.done", since=ordered.on)
    obeyed = line.first("enforcement.compliance", since=ordered.on)
    if obeyed:
        return [run(frame, "CC-07", obeyed, end=done)]
    received = line.last("enforcement.received", since=ordered.on)
    if received is None:
        return [] if done else [run(frame, "CC-05", None, missing=NOT_RECEIVED)]
    notes = () if done else ban_notes(frame, received.on, received.until)
    return [run(frame, "CC-05", received, day=received.until, end=done, notes=notes)]


def enforcement_days(
    frame: Frame, received: date, until: date | None = None
) -> tuple[date, date, tuple[date, ...]]:
    """The window of CC-05 from the day of receipt and its legal days: bans, and 5 working days after the police letter.

    Without a letter the earliest one can be sent on the day of receipt. Gives first and last day and the legal days.
    """
    last = until or frame.end(frame.book.get("CC-05", on=received), received)
    first = received + timedelta(days=1)
    letters = frame.line.all("police.asked", value=RECOVERY)
    asked = letters[-1].on if letters else received
    ready = frame.end(frame.book.get("KD-12", on=asked), asked)
    begin = max(first, ready)
    days = legal_days(begin, last, bans=frame.bans) if frame.bans and begin <= last else ()
    return first, last, days


def ban_notes(frame: Frame, received: date, until: date | None = None) -> Notes:
    """Whether a legal day exists inside the ten days; if not, the decision should set a longer time."""
    if frame.bans is None:
        return ()
    _, last, days = enforcement_days(frame, received, until)
    if days:
        text = ", ".join(f"{day:%d/%m}" for day in days[:10])
        return ((f"ngày được cưỡng chế trong thời hạn: {text}", f"lawful days inside the time: {text}"),)
    return (
        (
            f"không ngày nào đến {last:%d/%m/%Y} được cưỡng chế (CC-08, KD-12): quyết định phải nêu thời hạn dài hơn",
            f"no lawful day up to {last:%d/%m/%Y} (CC-08, KD-12): the decision should set a longer time",
        ),
    )
