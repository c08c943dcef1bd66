"""A day off that is announced moves what is worked on it, from its day on; results of earlier days stay."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.calculation import calculate
from api.usecases.law_settings import set_law
from api.usecases.schedules import schedule_answer
from geo.tables import Project
from tests.people import system_context

DAY = date(2026, 3, 13)
CODE = "VANPHUC"


def finishes(session: Session, day: date) -> dict[str, tuple[date, date]]:
    row = session.scalars(select(Project).where(Project.code == CODE)).one()
    delay = calculate(session, system_context(), row, day).delay
    assert delay is not None
    return {code: (r.early_start, r.early_finish) for code, r in delay.schedule.rows.items() if not r.done}


def test_no_work_begins_or_ends_on_a_day_off_that_was_announced(owner: Session) -> None:
    ctx, usual, earlier = system_context(), finishes(owner, DAY), finishes(owner, DAY - timedelta(days=1))
    options = schedule_answer(owner, ctx, CODE, as_of=DAY)["options"]
    assert options["holidays"].startswith("holidays ")
    assert "+" not in options["holidays"]
    calendars = {a["code"]: a["calendar"] for a in schedule_answer(owner, ctx, CODE, as_of=DAY)["activities"]}
    off = max(
        start
        for code, (start, finish) in usual.items()
        if DAY < start < finish and calendars.get(code, "ALL") != "ALL"
    )
    set_law(owner, ctx, key=f"holiday.{off.isoformat()}", from_on=DAY, value={"off": True}, document="TB 1")
    now = finishes(owner, DAY)
    assert now != usual
    at_rest = [
        c for c, span in now.items() if calendars.get(c) != "ALL" and off in span and span[0] < span[1]
    ]
    assert at_rest == []
    assert schedule_answer(owner, ctx, CODE, as_of=DAY)["options"]["holidays"].endswith(
        f" +{off.isoformat()}"
    )
    assert finishes(owner, DAY - timedelta(days=1)) == earlier  # announced on DAY
