"""The law that holds now: the files with what the city set in the database, from the next request on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context
from api.lawfiles import competences, law_files, rule_book
from geo.tables import LawSetting
from projects.calendars import VN5, Calendar
from projects.law.blackouts import Bans, read_tet
from projects.law.settings import Law, Setting, law_with


def law_of(session: Session, ctx: Context, *, today: date) -> Law:
    """The law on the day `today` with the settings known; kept until the next setting is made."""
    newest = session.scalar(select(func.max(LawSetting.id))) or 0

    def make() -> Law:
        rows = settings_of(session) if newest else ()
        return law_with(rows, book=rule_book(), competences=competences(), today=today, version=newest)

    found: Law = ctx.cache.get(("law", newest, today), make)
    return found


def settings_of(session: Session) -> tuple[Setting, ...]:
    """Every setting that was made, oldest first."""
    rows = session.scalars(select(LawSetting).order_by(LawSetting.id))
    return tuple(Setting(row.key, row.from_on, row.value, row.document, row.id) for row in rows)


def calendars_on(session: Session, ctx: Context, day: date) -> Mapping[str, Calendar]:
    """The portfolio's calendars with the days off that were announced up to `day`."""
    changes = law_of(session, ctx, today=day).holidays
    return working_calendars(changes) if changes else ctx.calendars


def bans_of(law: Law) -> Bans:
    """Days on which nothing may be enforced, by the rules of this law."""
    return Bans(working_calendars(law.holidays)[VN5], read_tet(law_files()["tet.toml"]), law.book)
