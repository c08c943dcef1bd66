"""One legal clock of a case: what started it, when it is due, earliest or lapsed, its state and traffic light."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from projects.calendars import Calendar
from projects.law.blackouts import Bans
from projects.law.days import CIVIL_CODE, Counting, end_day
from projects.law.facts import Fact
from projects.law.regime import Override, Regime, regime_of
from projects.law.rules import Rule, RuleBook
from projects.law.timeline import Timeline

STATES = {
    "not_started": ("chưa bắt đầu", "not started"),
    "running": ("đang chạy", "running"),
    "met": ("đã xong", "met"),
    "late": ("quá hạn", "late"),
    "early": ("làm trước ngày được phép", "done before the earliest lawful day"),
    "lapsed": ("hết hiệu lực", "lapsed"),
    "open_since": ("đã đủ điều kiện, chưa làm", "may be done, not done yet"),
    "no_date": ("thiếu ngày", "no date"),
}
LIGHTS = ("ok", "risk", "late", "none")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a light turns: `risk_share` of the window that is left (its last part is amber); `open_days`: internal
    targets by rule for acts that are allowed and not done (amber from the day of the target, red after it)."""

    risk_share: Decimal = Decimal("0.2")
    open_days: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every group of clocks is computed from: the standing facts, the rules, the day, who and what the case is.

    `people`: codes of all who must be served and asked, empty when not known; `payees`: of all who are paid under the
    plan, empty when it names nobody, None when no plan is known: then `people`. `lands`: kinds of land in the case.
    """

    line: Timeline
    book: RuleBook
    office: Calendar
    today: date
    override: Override | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    people: tuple[str, ...] = ()
    lands: tuple[str, ...] = ()
    bans: Bans | None = None
    counting: Counting = CIVIL_CODE
    payees: tuple[str, ...] | None = None

    def regime(self, *, on: date | None = None) -> Regime:
        """The regime on a day, today's without one."""
        return regime_of(self.line, on=on or self.today, override=self.override)

    def end(self, rule: Rule, start: date, *, case: str = "") -> date:
        """See `end_day`."""
        return end_day(rule, start, office=self.office, case=case, counting=self.counting)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock of one rule for one case, person or kind of land.

    `nature`: max → `due`; min, dur → `earliest` lawful day of the next act or end; valid → `lapses`, the last valid
    day. `days_left`: calendar days from today to that day, negative when it is past, None when it runs no more.
    `days_since`: for open_since, days since it might be done. `missing`: for no_date, what has to be recorded.
    `waived`: rule that lifted the waiting. `notes`: doubts to be shown beside it, in both languages.
    """

    rule: str
    basis: str
    level: str
    nature: str
    label_vi: str
    label_en: str
    who: str
    then: str
    state: str
    light: str = "none"
    started_by: str = ""
    started: date | None = None
    party: str = ""
    land: str = ""
    earliest: date | None = None
    due: date | None = None
    lapses: date | None = None
    ended: date | None = None
    days_left: int | None = None
    days_since: int | None = None
    waived: str = ""
    missing: tuple[str, str] | None = None
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def open(self) -> bool:
        """Whether it still asks for something: it runs, is past and not done, or lacks its date."""
        return self.ended is None and self.state not in ("met", "not_started", "early")

    @property
    def day(self) -> date | None:
        """The one day that it is about: due, lapse or earliest."""
        return self.due or self.lapses or self.earliest


Notes = Sequence[tuple[str, str]]


def run(
    frame: Frame,
    code: str,
    start: Fact | None,
    *,
    end: Fact | None = None,
    case: str = "",
    land: str = "",
    party: str = "",
    missing: tuple[str, str] | None = None,
    day: date | None = None,
    on: date | None = None,
    notes: Notes = (),
) -> Clock:
    """The clock of rule `code` from fact `start`, closed by fact `end`.

    Without a start it is not started, or, with `missing`, without a date. `day` replaces the computed end (a date
    that a decision sets, a clock that stood still); `on` the first day where it is not that of the fact.
    """
    if start is None:
        return blank(frame, code, missing=missing, party=party, land=land, notes=notes)
    begun = on or start.on
    rule = frame.book.get(code, on=begun)
    reached = day or frame.end(rule, begun, case=case)
    ended = end.on if end else None
    base = Clock(
        rule.id, rule.basis, rule.level, rule.nature, rule.label_vi, rule.label_en, rule.who, rule.then, "running",
        started_by=start.kind, started=begun, party=party or start.party, land=land, ended=ended, notes=tuple(notes),
    )  # fmt: skip
    return _waiting(frame, base, reached) if rule.nature in ("min", "dur") else _limited(frame, base, reached)


def blank(
    frame: Frame,
    code: str,
    *,
    missing: tuple[str, str] | None = None,
    party: str = "",
    land: str = "",
    notes: Notes = (),
    waived: str = "",
    ended: date | None = None,
) -> Clock:
    """A clock without dates: not started, lacking its date (`missing`), or lifted (`waived`)."""
    rule = frame.book.get(code, on=frame.today)
    state = "met" if waived else "no_date" if missing else "not_started"
    return Clock(
        rule.id, rule.basis, rule.level, rule.nature, rule.label_vi, rule.label_en, rule.who, rule.then, state,
        party=party, land=land, missing=missing, notes=tuple(notes), waived=waived, ended=ended,
    )  # fmt: skip


def since(frame: Frame, code: str, start: Fact, *, on: date, end: Fact | None, notes: Notes = ()) -> Clock:
    """The clock of an act that is to be done "at once" or without any number of days: since when it may be done."""
    rule = frame.book.get(code, on=on)
    waiting = (frame.today - on).days
    state = "met" if end else "open_since" if waiting >= 0 else "running"
    return Clock(
        rule.id, rule.basis, rule.level, rule.nature, rule.label_vi, rule.label_en, rule.who, rule.then, state,
        light="none" if end else _target(frame, rule.id, waiting), started_by=start.kind, started=on,
        earliest=on, ended=end.on if end else None, notes=tuple(notes),
        days_since=waiting if state == "open_since" else None,
        days_left=-waiting if state == "running" else None,
    )  # fmt: skip


def light(left: int, window: int, *, share: Decimal) -> str:
    """The traffic light of a deadline: red after it, amber in the last `share` of the window, else green."""
    return "late" if left < 0 else "risk" if left <= share * window else "ok"


def _waiting(frame: Frame, base: Clock, reached: date) -> Clock:
    left = (reached - frame.today).days
    if base.ended is not None:
        early = base.ended < reached
        state, colour = ("early", "late") if early else ("met", "none")
        return replace(base, earliest=reached, state=state, light=colour)
    if left > 0:
        return replace(base, earliest=reached, light="ok", days_left=left)
    colour = _target(frame, base.rule, -left)
    return replace(base, earliest=reached, state="open_since", light=colour, days_since=-left)


def _limited(frame: Frame, base: Clock, reached: date) -> Clock:
    valid = base.nature == "valid"
    due, lapses = (None, reached) if valid else (reached, None)
    over = "lapsed" if valid else "late"
    if base.ended is not None:
        late = base.ended > reached
        colour = "late" if late and valid else "none"
        return replace(base, due=due, lapses=lapses, state=over if late else "met", light=colour)
    left = (reached - frame.today).days
    window = (reached - (base.started or reached)).days
    colour = light(left, window, share=frame.thresholds.risk_share)
    state = over if left < 0 else "running"
    return replace(base, due=due, lapses=lapses, state=state, light=colour, days_left=left)


def _target(frame: Frame, code: str, waited: int) -> str:
    """The light of what is allowed and not done: only an internal target can make it amber or red."""
    target = frame.thresholds.open_days.get(code)
    if target is None or waited < target:
        return "ok"
    return "risk" if waited == target else "late"
