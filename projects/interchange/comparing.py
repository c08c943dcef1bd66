"""Sender's dates beside ours, activity by activity, with the rule that explains a difference.

Two instants are the same when no minute of the activity's calendar is worked between them: the evening of a day and
the next morning are one. A difference of an activity's own has a rule of its own; else it is handed on by the links
that drive it; else every other option is tried, and one under which the sender's dates come out is named; what none of
them explains is called unexplained and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import numpy as np

from projects.engine import dated
from projects.engine.model import LagCalendar, Progress
from projects.engine.schedule import Result, schedule
from projects.engine.shifts import EPOCH, LAST_DAY, instant
from projects.errors import InvalidInput
from projects.interchange.imported import Imported
from projects.interchange.words import WORDS, Note

Verdict = Literal["same", "rule", "handed_on", "unexplained", "no_date"]
# Notes that can move a date of the activity that they name; the others are about codes, floats or words.
MOVES = (
    "manual", "external", "leveling", "splits", "resource_calendar", "suspended", "expected_finish",
    "honor_constraints", "data_date", "external_dates", "second_dropped", "effort", "double_links", "rounded",
    "start_lag",
)  # fmt: skip
# Notes about the whole that can move any date.
MOVES_ALL = (
    "from_finish",
    "actual_dates",
    "outside_links",
    "summary_links_lost",
    "subproject",
    "late_data_date",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One activity: instants of the sender and ours, calendar days between them (ours − theirs), and why."""

    code: str
    name: str
    theirs_start: datetime | None
    theirs_finish: datetime | None
    ours_start: datetime
    ours_finish: datetime
    start_days: int
    finish_days: int
    verdict: Verdict
    why_vi: str
    why_en: str
    by: str = ""

    @property
    def differs(self) -> bool:
        """Whether a date differs by working time."""
        return self.verdict not in ("same", "no_date")


def compared(imported: Imported, result: Result) -> tuple[Compared, ...]:
    """Every activity in the order of the file."""
    return tuple(_rows(imported, result))


def counts(rows: tuple[Compared, ...]) -> dict[str, int]:
    """How many rows have each verdict."""
    found = dict.fromkeys(("same", "rule", "handed_on", "unexplained", "no_date"), 0)
    for row in rows:
        found[row.verdict] += 1
    return found


def _rows(imported: Imported, result: Result) -> Iterator[Compared]:
    apart = _apart(imported, result)
    others = _other_rules(imported, sum(apart.values())) if any(apart.values()) else []
    own: dict[str, Note] = {}
    for note in imported.notes:
        if note.key in MOVES:
            for code in note.codes:
                own.setdefault(code, note)
    whole = next((n for n in imported.notes if n.key in MOVES_ALL), None)
    before = _givers(imported, result)
    for a in imported.net.activities:
        row, theirs = result.rows[a.code], imported.beside[a.code]
        verdict: Verdict = "same"
        why_vi = why_en = by = ""
        if theirs.start is None and theirs.finish is None:
            verdict, why_vi, why_en = "no_date", "Tệp không ghi ngày.", "The file has no date."
        elif apart.get(a.code, False):
            giver = next((code for code in before.get(a.code, ()) if apart.get(code)), "")
            other = next((key for key, differs in others if not differs.get(a.code, False)), "")
            if a.code in own:
                verdict, by = "rule", own[a.code].key
                why_vi, why_en = own[a.code].vi, own[a.code].en
            elif giver:
                verdict, by = "handed_on", giver
                why_vi, why_en = f"Theo khác biệt của {giver}.", f"It follows from the difference of {giver}."
            elif other:
                verdict, by, (why_vi, why_en) = "rule", other, WORDS[other]
            elif whole is not None:
                verdict, by, why_vi, why_en = "rule", whole.key, whole.vi, whole.en
            else:
                verdict = "unexplained"
                why_vi = (
                    "Chưa giải thích được: hãy xem lịch, quan hệ và tuỳ chọn của công việc này ở bên gửi."
                )
                why_en = "Not explained: look at the sender's calendar, links and options of this activity."
        yield Compared(
            code=a.code,
            name=a.name_vi,
            theirs_start=theirs.start,
            theirs_finish=theirs.finish,
            ours_start=row.start_at,
            ours_finish=row.finish_at,
            start_days=0 if theirs.start is None else (row.start_at.date() - theirs.start.date()).days,
            finish_days=0 if theirs.finish is None else (row.finish_at.date() - theirs.finish.date()).days,
            verdict=verdict,
            why_vi=why_vi,
            why_en=why_en,
            by=by,
        )


def _other_rules(imported: Imported, now: int) -> list[tuple[str, Mapping[str, bool]]]:
    """Which activities would still differ under another option than the one that the file states or we assumed.

    Only options under which fewer than `now` differ: one date that happens to agree is no explanation.
    """
    stated, found = imported.options, []
    tried = [(f"lag_{way.value}", replace(stated, lag_calendar=way)) for way in LagCalendar]
    tried += [(f"progress_{way.value}", replace(stated, progress=way)) for way in Progress]
    first = min((b.start for b in imported.beside.values() if b.start is not None), default=None)
    if first is not None:
        tried.append(("data_date_start", replace(stated, data_date=first)))
    for key, options in tried:
        if options != stated:
            try:
                apart = _apart(imported, schedule(imported.net, options))
            except InvalidInput:  # actual dates after that data date: no rule that anybody could have used
                continue
            if sum(apart.values()) < now:
                found.append((key, apart))
    return found


def _apart(imported: Imported, result: Result) -> Mapping[str, bool]:
    """Whether working time lies between a date of theirs and ours."""
    places = {time.name: c for c, time in enumerate(result.prepared.times)}
    found: dict[str, bool] = {}
    asked: list[tuple[str, int, int, int]] = []
    for a in imported.net.activities:
        row, theirs = result.rows[a.code], imported.beside[a.code]
        for mine, other in ((row.start_at, theirs.start), (row.finish_at, theirs.finish)):
            if other is None or mine == other:
                continue
            if not EPOCH <= other.date() <= LAST_DAY:
                found[a.code] = True
                continue
            at = sorted((instant(mine, evening=False), instant(other, evening=False)))
            asked.append((a.code, places[a.calendar], at[0], at[1]))
    if asked:
        calendar = np.array([q[1] for q in asked], np.int32)
        begin, end = (np.array([q[i] for q in asked], np.int64) for i in (2, 3))
        worked = dated.counted(result.prepared.clock, calendar, begin, end)
        result.prepared.clock.bad[:] = 0, -1
        for (code, *_), minutes in zip(asked, worked.tolist(), strict=True):
            found[code] = found.get(code, False) or minutes != 0
    return found


def _givers(imported: Imported, result: Result) -> dict[str, list[str]]:
    """The predecessors of each activity, those that drive it first; of a level of effort all that it is tied to."""
    found: dict[str, list[str]] = {}
    for code, row in result.rows.items():
        found[code] = [k.pred for k in row.drivers]
    for k in imported.net.links:
        if k.pred not in found[k.succ]:
            found[k.succ].append(k.pred)
    return found
