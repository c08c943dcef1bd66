"""Bar C3: 64 officers race for 10 plots. Never 11 are given, never two cases hold one; the indexes decide."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence

import pytest
from sqlalchemy import Engine, text

from api.usecases.records.resettlement import draw
from api.usecases.records.writing import Said
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from geo.tables import ResettlementPlot
from projects.errors import InvalidInput, MovedOn
from tests.people import system_context

Choose = Callable[[Sequence[ResettlementPlot]], ResettlementPlot]
CLIENTS, PLOTS, ROUNDS = 64, 10, 6
WORLD = """
    insert into ward (code, name, unit_type, area_km2, centre_lat, centre_lon) values ('W1', 'W1', 'xã', 1, 21, 105);
    insert into project (code, name_vi, name_en, kind, group_vi, group_en, sort, bottlenecks, facts, source_file)
        values ('P', 'P', 'P', 'road', 'x', 'x', 1, '{}', '{}', 'x');
    insert into clearance_case (project_id, code, ward_code, holder_kind, step, step_on, is_demo)
        select p.id, 'P-' || n, 'W1', 'household', 'S80', '2026-01-01', true from project p, generate_series(1, 64) n;
    insert into case_fact (case_id, project_id, ward_code, kind, happened_on, value, document)
        select id, project_id, ward_code, 'resettlement.needed', '2026-01-02', 'land', 'x' from clearance_case;
    insert into event (effective_on, actor, kind, object_type, object_code)
        values ('2026-01-01', 'x', 'test', 'project', 'P');
"""
FRESH = """
    delete from allocation; delete from resettlement_plot; delete from case_fact where kind = 'resettlement.drawn';
    insert into resettlement_plot (project_id, site, code, kind, area_m2)
        select p.id, 'S', 'L' || n, 'land', 100 from project p, generate_series(1, 10) n;
    insert into event (effective_on, actor, kind, object_type, object_code)
        values ('2026-01-01', 'x', 'test', 'project', 'P');
"""


@pytest.fixture
def scratch(make_database: Callable[[], str]) -> Iterator[Engine]:
    """A migrated database of its own with 64 cases that are entitled to land."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(WORLD))
    yield engine
    engine.dispose()


def first(free: Sequence[ResettlementPlot]) -> ResettlementPlot:
    """The worst way to draw: everybody wants the same plot."""
    return free[0]


def last(free: Sequence[ResettlementPlot]) -> ResettlementPlot:
    return free[-1]


def race(engine: Engine, choose: Choose, plot: str = "") -> list[str]:
    """All clients draw at once on fresh plots; what each was told: a plot, or the name of the refusal."""
    with engine.begin() as connection:
        connection.execute(text(FRESH))
    sessions = make_sessions(engine)
    told: list[str] = []
    start = threading.Barrier(CLIENTS)

    def one(number: int) -> None:
        entered = {"on": "2026-02-01", "document": f"{number}/BB", "plot": plot}
        said = Said(f"race-{uuid.uuid4()}")
        start.wait()
        try:
            with sessions.begin() as session:
                done = draw(session, system_context(), f"P-{number}", entered, said, choose=choose)
        except (InvalidInput, MovedOn) as refused:
            told.append(type(refused).__name__)
        else:
            told.append(done["code"])

    threads = [threading.Thread(target=one, args=(n + 1,)) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def holders(engine: Engine) -> list[tuple[int, int]]:
    """Plots with the number of cases that hold each."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("select plot_id, count(*) from allocation where released_on is null group by plot_id")
        )
        return [(plot, count) for plot, count in rows]


@pytest.mark.parametrize("choose", [first, last])
def test_64_officers_who_race_for_10_plots_get_10_and_nobody_shares_one(
    scratch: Engine, choose: Choose
) -> None:
    for _ in range(ROUNDS // 2):
        told = race(scratch, choose)
        given = [code for code in told if code.startswith("S/")]
        assert len(told) == CLIENTS
        assert (len(given), len(set(given))) == (PLOTS, PLOTS)
        assert told.count("InvalidInput") == CLIENTS - PLOTS
        assert sorted(count for _, count in holders(scratch)) == [1] * PLOTS


def test_64_officers_who_name_the_same_plot_leave_it_with_one(scratch: Engine) -> None:
    told = race(scratch, first, plot="L7")
    assert sorted(set(told)) == ["MovedOn", "S/L7"]
    assert told.count("S/L7") == 1
    assert [count for _, count in holders(scratch)] == [1]


def test_without_the_index_two_cases_hold_one_plot(scratch: Engine) -> None:
    """The control of the tests above."""
    with scratch.begin() as connection:
        connection.execute(text("drop index uq_allocation_plot"))
    for _ in range(ROUNDS):
        race(scratch, first)
        if any(count > 1 for _, count in holders(scratch)):
            return
    raise AssertionError("the race never met")
