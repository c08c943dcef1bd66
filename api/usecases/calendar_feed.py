"""The deadlines of a person as an iCalendar (RFC 5545): their assignments, obstacles with a date, milestones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.assignments import Filter, assigned
from api.usecases.obstacle_list import ObstacleFilter, open_obstacles
from geo.tables import Milestone, Project
from projects.codes import OBSTACLES

MOST = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole day of the calendar; `uid` stays the same when it moves."""

    uid: str
    day: date
    title: str
    about: str
    link: str


def entries(session: Session, ctx: Context) -> tuple[Entry, ...]:
    """What has a date ahead of the reader or behind without being done, as far as they may see it."""
    found: list[Entry] = []
    may = ctx.rights.may
    if may(ctx.principal, "assignment.read"):
        listed, _ = assigned(session, ctx, Filter(state="open", mine=True))
        found += [
            Entry(
                f"gv-{v.row.id}", v.row.due_on, f"{v.code}: {v.row.what}",
                f"{v.row.body} · {v.row.person} · sản phẩm: {v.row.product}", f"/giao-viec/{v.row.id}",
            )
            for v in listed.rows[:MOST]
        ]  # fmt: skip
    if may(ctx.principal, "case.read") and ctx.principal.reach == "scoped":
        open_ = open_obstacles(session, ObstacleFilter(), limit=MOST)
        found += [
            Entry(
                f"vm-{o.id}", o.due_on, f"{o.case}: {OBSTACLES.get(o.cause, (o.cause,))[0]}", o.ward,
                f"/ho-so/{o.case}",
            )
            for o in open_.rows
            if o.due_on is not None
        ]  # fmt: skip
    query = select(Milestone, Project.code, Project.facts).join(Project, Project.id == Milestone.project_id)
    for mark, code, facts in session.execute(query.order_by(Milestone.id)):
        mine = ctx.principal.reach == "all" or code in ctx.principal.projects
        if mine and mark.planned_on is not None and mark.actual_on is None:
            title = f"{facts['short_vi']}: {mark.name_vi}"
            uid = f"moc-{code}-{mark.code}"
            found.append(Entry(uid, mark.planned_on, title, mark.source, f"/du-an/{code}/duong-gang"))
    return tuple(sorted(found, key=lambda entry: (entry.day, entry.uid)))


def icalendar(found: Sequence[Entry], *, origin: str, now: datetime) -> bytes:
    """The file: lines of at most 75 bytes ended by CR LF, texts escaped."""
    host = origin.partition("://")[2].partition(":")[0] or "duonggang"
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Duong Gang//lich//VI", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "X-WR-CALNAME:Đường Găng", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
    ]  # fmt: skip
    for entry in found:
        after = entry.day + timedelta(days=1)
        lines += [
            "BEGIN:VEVENT", f"UID:{_escaped(entry.uid)}@{host}", f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}",
            f"SUMMARY:{_escaped(entry.title)}", f"DESCRIPTION:{_escaped(entry.about)}", f"URL:{origin}{entry.link}",
            "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    lines.append("END:VCALENDAR")
    return "".join(_folded(line) for line in lines).encode()


def _escaped(text: str) -> str:
    plain = "".join(c for c in text.replace("\r\n", "\n") if ord(c) >= 32 or c == "\n")
    for char in ("\\", ";", ","):
        plain = plain.replace(char, f"\\{char}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    parts, room, at = [""], 75, 0
    for char in line:
        size = len(char.encode())
        if at + size > room:
            parts.append(" ")
            at = 1
        parts[-1] += char
        at += size
    return "\r\n".join(parts) + "\r\n"
