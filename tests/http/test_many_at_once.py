"""What is read of many projects in one statement is what each of them says alone; what many ask for is made once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from api.commands.shared import command_context
from api.context import Context
from api.settings import Settings
from api.usecases import calculation, known_land
from api.usecases.axis_land import axes_of, axes_of_all
from api.usecases.calculation import calculate, resolve_day
from api.usecases.grounds import outside, outside_all
from api.usecases.projects import overview, summary_of
from api.usecases.told import told_then
from geo.history import case_state, record, touch
from geo.tables import ClearanceCase, Parcel, Project
from tests.people import owner_session
from tests.postgis.land_rows import add_event


@pytest.fixture
def session(portfolio_settings: Settings) -> Iterator[Session]:
    with owner_session(portfolio_settings) as session:
        yield session


def test_a_row_of_the_overview_is_the_summary_of_its_project(session: Session) -> None:
    for day in (resolve_day(session, None), resolve_day(session, None) + timedelta(90)):
        rows = {row.facts.code: row for row in overview(session, command_context(), as_of=day).rows}
        projects = session.scalars(select(Project)).all()
        alone = {p.code: summary_of(session, command_context(), p, day) for p in projects}
        assert rows == alone
        assert any(row.blocked_m for row in rows.values())
        assert len({row.next_milestone for row in rows.values()}) > 1


def test_the_land_of_many_projects_lies_on_the_alignments_of_each(session: Session) -> None:
    day = resolve_day(session, None)
    projects = session.scalars(select(Project)).all()
    together = axes_of_all(session, command_context(), projects, day)
    for project in projects:
        alone = axes_of(session, command_context(), project, day)
        assert [(a.code, a.land is None) for a in together[project.id]] == [
            (a.code, a.land is None) for a in alone
        ]
        for one, other in zip(together[project.id], alone, strict=True):
            if one.land is not None and other.land is not None:
                assert sorted(one.land.parcel.tolist()) == sorted(other.land.parcel.tolist())
                assert one.land.cover.held.sum() == other.land.cover.held.sum()


def test_forecasts_depend_on_the_paces_of_the_wards_of_their_own_project(session: Session) -> None:
    day = resolve_day(session, None)
    projects = session.scalars(select(Project)).all()
    together = outside_all(session, command_context(), projects, day)
    assert together == {p.id: outside(session, command_context(), p, day) for p in projects}


def asked_at_once(
    settings: Settings, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> tuple[int, list[object]]:
    """How often a project was calculated when three readers ask for it at the same moment, and what they got."""
    made: list[int] = []
    real = calculation._calculated

    def slow(session: Session, ctx: Context, projects: Sequence[Project], *rest: Any) -> Any:
        made.extend(p.id for p in projects)
        time.sleep(0.3)
        return real(session, ctx, projects, *rest)

    monkeypatch.setattr(calculation, "_calculated", slow)
    together = threading.Barrier(3)

    def ask(_: int) -> object:
        with owner_session(settings) as session:
            project = session.scalars(select(Project).where(Project.code == "TULIEN")).one()
            day = resolve_day(session, None)
            outside(session, ctx, project, day)
            together.wait(30)
            return calculation.calculate(session, ctx, project, day)

    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(ask, range(3)))
    return len(made), answers


def test_what_three_ask_for_at_the_same_moment_is_made_once(
    portfolio_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, answers = asked_at_once(portfolio_settings, command_context(), monkeypatch)
    assert made == 1
    assert len({id(answer) for answer in answers}) == 1


def test_without_waiting_for_each_other_they_make_it_three_times(
    portfolio_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    ctx = command_context()
    ctx.cache.making = nullcontext()
    assert asked_at_once(portfolio_settings, ctx, monkeypatch)[0] == 3


def land_after_a_change(settings: Settings) -> tuple[object, object, object]:
    """The parcels of a case before one of them grows by 1 m², after it with what was kept, and read anew."""
    ctx = command_context()

    def parcels(ctx: Context) -> object:
        with owner_session(settings) as session:
            project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
            found = calculation.calculate(session, ctx, project, resolve_day(session, None))
            return next(iter(found.cases.values())).parcels

    def grow(by: int) -> None:
        with owner_session(settings) as session:
            project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
            session.execute(
                update(Parcel).where(Parcel.project_id == project.id).values(area_m2=Parcel.area_m2 + by)
            )
            touch(session, project.id)
            add_event(session)
            session.commit()

    before = parcels(ctx)
    grow(1)
    try:
        return before, parcels(ctx), parcels(command_context())
    finally:
        grow(-1)


def test_land_that_is_kept_is_read_anew_when_a_parcel_changes(portfolio_settings: Settings) -> None:
    before, after, anew = land_after_a_change(portfolio_settings)
    assert after == anew != before


def test_without_the_newest_change_kept_land_would_be_old(
    portfolio_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr(known_land, "STAMP", text(known_land.STAMP.text.replace(", max(change)", ", 0")))
    before, after, anew = land_after_a_change(portfolio_settings)
    assert after == before != anew


def test_what_a_transaction_told_and_took_back_is_in_no_kept_history(portfolio_settings: Settings) -> None:
    ctx = command_context()
    with owner_session(portfolio_settings) as session:
        project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
        case = session.scalars(select(ClearanceCase).where(ClearanceCase.project_id == project.id)).first()
        assert case is not None
        before = told_then(session, ctx, (project,))[project.id]
        touch(session, project.id)
        event = record(
            session, kind="case.edit", object_type="case", object_code=case.code, project_code=project.code,
            actor="t", effective_on=resolve_day(session, None), before=case_state(case), after=case_state(case),
        )  # fmt: skip
        session.refresh(project)
        assert event.id in told_then(session, ctx, (project,))[project.id].rows["id"]
        session.rollback()
    with owner_session(portfolio_settings) as session:
        project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
        touch(session, project.id)
        add_event(session)
        session.commit()
    with owner_session(portfolio_settings) as session:
        project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
        assert told_then(session, ctx, (project,))[project.id].rows.tolist() == before.rows.tolist()


def calculated_after_a_change_taken_back(settings: Settings) -> tuple[Any, Any]:
    """The cases of a calculation after a transaction that changed one, calculated and took all back, when another
    transaction made the same revision; and as a server that has just begun has them."""
    ctx = command_context()

    def changed(session: Session, promised: date | None) -> Project:
        project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
        touch(session, project.id)
        add_event(session)
        if promised:
            session.execute(
                update(ClearanceCase)
                .where(ClearanceCase.project_id == project.id)
                .values(promised_on=promised)
            )
        session.refresh(project)
        return project

    with owner_session(settings) as session:
        day = resolve_day(session, None)
        taken_back = calculate(session, ctx, changed(session, day + timedelta(999)), day)
        session.rollback()
    with owner_session(settings) as session:
        number = changed(session, None).revision
        session.commit()
    with owner_session(settings) as session:
        project = session.scalars(select(Project).where(Project.code == "HONGHA")).one()
        assert (project.revision, number) == (taken_back.key[1], taken_back.key[1])
        found = calculate(session, ctx, project, day)
        return found.cases, calculate(session, command_context(), project, day).cases


def test_what_was_calculated_of_a_change_that_was_taken_back_is_forgotten(
    portfolio_settings: Settings,
) -> None:
    kept, anew = calculated_after_a_change_taken_back(portfolio_settings)
    assert kept == anew


def test_without_the_writer_in_the_key_it_would_be_served(
    portfolio_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    monkeypatch.setattr("api.usecases.calculation.writer", lambda session: None)
    kept, anew = calculated_after_a_change_taken_back(portfolio_settings)
    assert kept != anew
