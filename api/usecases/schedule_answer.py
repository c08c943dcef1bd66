"""What an imported schedule is answered with: the sender's dates beside ours, and what was not taken as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from projects.interchange.comparing import Compared, counts
from projects.interchange.imported import Imported, SentBaseline
from projects.interchange.words import Note


def import_answer(imported: Imported, rows: Sequence[Compared]) -> dict[str, Any]:
    """Format, options, notes, how many activities differ and why."""
    net, options = imported.net, imported.options
    at = options.data_date
    return {
        "format": imported.format,
        "application": imported.application,
        "name": imported.name,
        "activities": len(net.activities),
        "links": len(net.links),
        "calendars": [c.name for c in imported.calendars],
        "options": {
            "data_date": at.isoformat(timespec="minutes") if isinstance(at, datetime) else at.isoformat(),
            "progress": options.progress.value,
            "lag_calendar": options.lag_calendar.value,
            "critical_float_minutes": options.critical_float,
        },
        "compared": counts(tuple(rows)),
        "notes": [note_answer(note) for note in imported.notes],
        "baselines": [_baseline(sent, imported) for sent in imported.baselines],
    }


def _baseline(sent: SentBaseline, imported: Imported) -> dict[str, Any]:
    """A baseline of the file: how many of its activities, from when to when, and those without dates in it."""
    without = [a.code for a in imported.net.activities if a.code not in sent.dates]
    return {
        "number": sent.number,
        "name": sent.name,
        "date": _moment(sent.date),
        "activities": len(sent.dates),
        "of": len(imported.net.activities),
        "start": _moment(min(d.start for d in sent.dates.values())),
        "finish": _moment(max(d.finish for d in sent.dates.values())),
        "without": without,
    }


def note_answer(note: Note) -> dict[str, Any]:
    """A note as plain values."""
    return {"key": note.key, "vi": note.vi, "en": note.en, "codes": list(note.codes), "detail": note.detail}


def row_answer(row: Compared) -> dict[str, Any]:
    """A row of the comparison as plain values."""
    return {
        "code": row.code,
        "name": row.name,
        "sender_start": _moment(row.theirs_start),
        "sender_finish": _moment(row.theirs_finish),
        "our_start": _moment(row.ours_start),
        "our_finish": _moment(row.ours_finish),
        "start_days": row.start_days,
        "finish_days": row.finish_days,
        "verdict": row.verdict,
        "why_vi": row.why_vi,
        "why_en": row.why_en,
        "by": row.by,
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="minutes")
