"""Baselines that came with a schedule file: kept when the file is accepted, as the sender's dates and nothing else.

They are baselines of the project like those that are set here; their source says from which file, import and number
there they are. Undoing the import takes them off the list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.tables import Baseline, Project, ScheduleImport
from projects.comparing import Side, Stand, Told
from projects.interchange.imported import Imported, SentBaseline


def keep_sent(
    session: Session, project: Project, row: ScheduleImport, imported: Imported, *, account: str, event: int
) -> tuple[str, ...]:
    """Keeps the baselines of an import that is accepted with an event; gives the names that they got here.

    A name that the project has already is followed by the number of the import. Call it with the project locked.
    """
    kinds = {a.code: (a.name_vi, a.kind.value) for a in imported.net.activities}
    taken = set(session.scalars(select(Baseline.name).where(Baseline.project_id == project.id)))
    names = []
    for sent in imported.baselines:
        name = sent.name if sent.name not in taken else f"{sent.name} (tệp số {row.id}.{sent.number})"
        stated = sent.date or imported.options.data_date
        finish = sent.dates.get(row.ties.get("finish") or "")
        whole = _evening(finish.start, finish.finish) if finish else max(map(_last, sent.dates.values()))
        session.add(
            Baseline(
                project_id=project.id,
                name=name,
                data_date=stated.date() if isinstance(stated, datetime) else stated,
                known_event=event,
                reason=f"Đường cơ sở trong tệp tiến độ {row.filename} (lần nạp số {row.id})",
                document=row.filename,
                set_by=account,
                dropped=False,
                source={
                    "import": row.id, "file": row.filename, "sha256": row.sha256, "format": row.format,
                    "name": sent.name, "number": sent.number, "activities": len(sent.dates),
                    "of": len(imported.net.activities), "dated_by": "file" if sent.date is None else "baseline",
                    "finish": whole.isoformat(), "finish_of": row.ties["finish"] if finish else None,
                },
                dates=_rows(sent, kinds),
            )
        )  # fmt: skip
        session.flush()  # one after the other: the moment of each is its place in the list
        taken.add(name)
        names.append(name)
    return tuple(names)


def drop_sent(session: Session, project: Project, import_id: int) -> int:
    """Takes the baselines of an import off the list; gives how many."""
    rows = session.scalars(
        select(Baseline).where(
            Baseline.project_id == project.id,
            ~Baseline.dropped,
            Baseline.source["import"].as_integer() == import_id,
        )
    ).all()
    for row in rows:
        row.dropped = True
        row.name = f"{row.name} #{row.id}"
    session.flush()
    return len(rows)


def standing_numbers(session: Session, project: Project, import_id: int) -> frozenset[int]:
    """The sender's numbers of the baselines of an import that are on the list."""
    rows = session.scalars(
        select(Baseline.source).where(
            Baseline.project_id == project.id,
            ~Baseline.dropped,
            func.coalesce(Baseline.source["import"].as_integer(), 0) == import_id,
        )
    )
    return frozenset(int(source["number"]) for source in rows if source)


def sent_stand(session: Session, number: int, source: Mapping[str, Any]) -> Stand:
    """The sender's dates as a schedule to compare: no links, and no floats."""
    rows = session.scalar(select(Baseline.dates).where(Baseline.id == number)) or {}
    told = {}
    for code, (begun, ended, days, name, kind) in rows.items():
        start, finish = datetime.fromisoformat(begun), datetime.fromisoformat(ended)
        side = Side(start.date(), _evening(start, finish), days, None, False, "", False)
        told[code] = Told(name, name, kind, side)
    return Stand(told, date.fromisoformat(source["finish"]), None)


def _rows(sent: SentBaseline, kinds: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        code: [
            d.start.isoformat(timespec="minutes"),
            d.finish.isoformat(timespec="minutes"),
            d.days,
            *kinds[code],
        ]
        for code, d in sent.dates.items()
    }


def _last(dates: Any) -> date:
    return _evening(dates.start, dates.finish)


def _evening(start: datetime, finish: datetime) -> date:
    """The last day worked: midnight ends the day before it."""
    if finish > start and finish.time() == time():
        return (finish - timedelta(minutes=1)).date()
    return finish.date()
