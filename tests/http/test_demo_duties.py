"""The demo's assignments: complete, marked, written once and never among what people entered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from api.settings import Settings
from geo.db import make_engine, make_sessions
from geo.demo.duties import CONCLUSIONS, SEEDS, STANDS, add_demo_duties
from geo.tables import Assignment, BottleneckEntry, Conclusion, Event, Satisfaction
from projects.bottlenecks import BOTTLENECKS

DAY = date(2026, 3, 13)


@pytest.fixture
def session(portfolio_settings: Settings) -> Iterator[Session]:
    """The demo portfolio without any assignment; nothing of it stays."""
    engine = make_engine(str(portfolio_settings.database_url), maintenance=True)
    with make_sessions(engine)() as opened:
        for table in (Assignment, Conclusion, BottleneckEntry, Satisfaction):
            opened.execute(delete(table))
        yield opened
        opened.rollback()
    engine.dispose()


def test_every_page_of_the_rhythm_has_marked_rows_once(session: Session) -> None:
    assert add_demo_duties(session, actor="t", day=DAY) == len(SEEDS)
    rows = {row.what: row for row in session.scalars(select(Assignment))}
    assert len(rows) == len(SEEDS)
    assert all(row.is_demo and row.given_on <= DAY for row in rows.values())
    assert {row.state for row in rows.values()} >= {
        "given",
        "accepted",
        "returned",
        "done",
        "confirmed",
        "withdrawn",
    }
    chained = [row for row in rows.values() if row.parent_id is not None]
    above = {row.id: row for row in rows.values()}
    assert chained
    assert all(row.due_on <= above[row.parent_id].due_on for row in chained if row.parent_id is not None)
    assert all(row.is_demo for row in session.scalars(select(Conclusion)))
    assert session.scalar(select(func.count()).select_from(Conclusion)) == len(CONCLUSIONS)
    entries = session.scalars(select(BottleneckEntry)).all()
    assert len(entries) == len(STANDS)
    assert {row.code for row in entries} == set(BOTTLENECKS)
    assert all(row.is_demo and row.day <= DAY for row in entries)
    assert (session.scalar(select(func.count()).select_from(Satisfaction)) or 0) > 20
    told = session.scalars(select(Event).where(Event.kind == "duties.demo").order_by(Event.id.desc())).first()
    assert told is not None
    assert told.after is not None
    assert told.after["assignments"] == len(SEEDS)
    assert add_demo_duties(session, actor="t", day=DAY) == 0


def test_nothing_is_invented_beside_what_people_entered(session: Session) -> None:
    session.add(
        Conclusion(number="1/KL", held_on=DAY, title="Thật", chair="A", entered_by="b", is_demo=False)
    )
    session.flush()
    assert add_demo_duties(session, actor="t", day=DAY) == 0
    assert session.scalar(select(func.count()).select_from(Assignment)) == 0
