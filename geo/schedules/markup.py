"""Reads through the XML of a schedule before Java does: no DOCTYPE, whole to its end, no link into the void.

MPXJ drops links to tasks that are not there without a word, gives a P6 calendar without working time hours of its own,
and moves days that the calendar has not: all are looked for here, the last in baselines. Runs in the child.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat

from geo.importers.precheck import Refused
from geo.schedules.firstlook import Kind
from geo.schedules.limits import LIMITS

MOST_FAULTS = 500
DEPTH = 200
# Element of a task, its own number, element of a link inside it or beside it, fields of the link's ends.
_SHAPE = {
    "mspdi": ("Task", "UID", "PredecessorLink", "PredecessorUID", ""),
    "pmxml": (
        "Activity",
        "ObjectId",
        "Relationship",
        "PredecessorActivityObjectId",
        "SuccessorActivityObjectId",
    ),
}


class _Stop(Exception):
    """Ends the parse: expat gives an exception of a handler through."""


def check_markup(path: Path, kind: Kind, most: int = LIMITS.rows) -> list[list[Any]]:
    """Faults as [code, where, values]. Raises Refused for a DOCTYPE, which is never parsed on, and for more than
    `most` tasks.

    Expat itself sees DOCTYPE in every encoding that it reads, so no spelling of it hides; it fetches nothing.
    """
    task, own, link, pred, succ = _SHAPE[kind]
    numbers: set[str] = set()
    ends: list[tuple[int, str, str]] = []
    calendars: list[tuple[int, dict[str, str]]] = []
    used: set[str] = set()
    moments: list[list[Any]] = []
    stack: list[str] = []
    piece: list[str] = []
    at: dict[str, str] = {}
    parser = expat.ParserCreate(namespace_separator=" ")

    def doctype(*_: object) -> None:
        raise _Stop

    def begin(name: str, _: object) -> None:
        stack.append(name.rpartition(" ")[2])
        piece.clear()
        if len(stack) > DEPTH:
            raise Refused("deep")
        if stack[-1] in (task, "Calendar"):
            at.clear()
        elif stack[-1] == link:
            at.pop("pred", None), at.pop("succ", None), at.pop("cross", None)

    def finish(name: str) -> None:
        here = stack.pop()
        inside = stack[-1] if stack else ""
        text = "".join(piece).strip()[:60]
        piece.clear()
        if inside == task and here == own:
            at["task"] = text
            numbers.add(text)
            if len(numbers) > most:
                raise Refused("rows", limit=most)
        elif inside == "Baseline" and here in ("Start", "Finish") and not _is_moment(text):
            if len(moments) < MOST_FAULTS:
                values = {"text": text, "task": at.get("task", "")}
                moments.append(["no_such_day", f"dòng {parser.CurrentLineNumber}", values])
        elif inside == task and here == "CalendarObjectId":
            used.add(text)
        elif inside == "Calendar" and here in ("ObjectId", "Name", "BaseCalendarObjectId"):
            at[here] = text
        elif inside == "WorkTime" and here == "Start" and "StandardWorkHours" in stack:
            at["works"] = text
        elif here == "Calendar" and "ObjectId" in at:
            calendars.append((parser.CurrentLineNumber, dict(at)))
        elif inside == link and here == pred:
            at["pred"] = text
        elif inside == link and here == succ:
            at["succ"] = text
        elif inside == link and here == "CrossProject":
            at["cross"] = text
        elif here == link and at.get("cross") != "1":
            ends.append((parser.CurrentLineNumber, at.get("pred", ""), at.get("succ", at.get("task", ""))))

    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = doctype
    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = piece.append
    try:
        with path.open("rb") as handle:
            parser.ParseFile(handle)
    except _Stop:
        raise Refused("entities") from None
    except expat.ExpatError as error:
        return [["xml_broken", f"dòng {error.lineno}", {"reason": expat.ErrorString(error.code)}]]
    except (LookupError, ValueError, UnicodeError) as error:
        return [["xml_encoding", path.name, {"reason": str(error)[:120]}]]
    faults: list[list[Any]] = moments + [
        ["idle", f"dòng {line}", {"calendar": said.get("Name", "")}]
        for line, said in calendars
        if said["ObjectId"] in used and not said.get("works") and not said.get("BaseCalendarObjectId")
    ]
    faults += [
        ["no_such_end", f"dòng {line}", {"pred": a, "succ": b, "absent": end}]
        for line, a, b in ends
        for end in dict.fromkeys((a, b))
        if end not in numbers
    ]
    return faults[:MOST_FAULTS]


def _is_moment(text: str) -> bool:
    """Whether it is a day of the calendar: MPXJ would read 31 September as the 30th, without a word."""
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
