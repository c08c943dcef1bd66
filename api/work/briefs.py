"""What goes with the mail of a snapshot: the portfolio's report as known with its event, and the map of what changed.

Made with no case in reach: projects and wards are counted, no case is named, whoever gets the mail.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.calendars import working_calendars
from api.context import Context, ResultCache
from api.logs import log
from api.reports.files import FORMS, Asked, report_file
from api.rightsfile import rights
from api.work.mail_maps import picture_of
from api.work.sending import File
from geo import moment, scope
from geo.tables import Event, Snapshot
from projects.errors import DuongGangError
from projects.rights import Principal

READER = "administrator"  # a role that sees no case


def brief_of(sessions: sessionmaker[Session]) -> Callable[[str], Sequence[File]]:
    """A function that gives the files of a mail by what it is about; each snapshot's are made once."""
    made: dict[str, tuple[File, ...]] = {}

    def attach(about: str) -> Sequence[File]:
        kind, number, *_ = [*about.split(":"), ""]
        if kind != "snapshot":
            return ()
        if number not in made:
            try:
                made[number] = _files(sessions, int(number))
            except (DuongGangError, ValueError) as error:  # the mail goes without it
                log().warning("no brief for a mail", exc_info=error)
                made[number] = ()
        return made[number]

    return attach


def _files(sessions: sessionmaker[Session], snapshot: int) -> tuple[File, ...]:
    role = rights().roles[READER]
    who = Principal(READER, READER, role)
    with sessions.begin() as session:
        scope.enter(session, who)
        with scope.calculating(session):
            event = session.scalar(
                select(Event).where(Event.kind == "snapshot.make", Event.after["id"].as_integer() == snapshot)
            )
        if event is None:
            return ()
        known, day = event.id, event.effective_on
        picture = picture_of(session, session.get_one(Snapshot, snapshot))
    ctx = Context(
        calendars=working_calendars(), today=date.today, cache=ResultCache(), rights=rights(), principal=who,
        known=known,
    )  # fmt: skip
    with sessions.begin() as session:
        scope.enter(session, who)
        moment.look_back(session, known)
        data, _ = report_file(session, ctx, Asked(None, day, None, "tom-tat"), "pdf")
    return (
        (f"ban-do-thay-doi-{day:%Y-%m-%d}.png", "image/png", picture),
        (f"bao-cao-cham-{day:%Y-%m-%d}.pdf", FORMS["pdf"], data),
    )
