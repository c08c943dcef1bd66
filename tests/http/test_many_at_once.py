"""What is read of many projects in one statement is what each of them says alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.commands.shared import command_context
from api.settings import Settings
from api.usecases.axis_land import axes_of, axes_of_all
from api.usecases.calculation import resolve_day
from api.usecases.grounds import outside, outside_all
from api.usecases.projects import overview, summary_of
from geo.tables import Project
from tests.people import owner_session


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
