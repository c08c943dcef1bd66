"""A centre line from a file takes the place of our sketch: order, direction, gap, land measured anew, an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from geoalchemy2.shape import from_shape
from shapely import LineString
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from api.usecases.gaps_answer import gaps_answer
from api.usecases.land import import_ward_file, load_demo_land
from api.usecases.locating import import_alignment_file
from api.usecases.portfolio import networks_of, read_portfolio
from geo.axis import route_of
from geo.crs import to_measure, to_wgs84
from geo.db import make_engine, make_sessions
from geo.importers.alignments import read_alignment_file
from geo.importing import import_parcels
from geo.loading import load_portfolio
from geo.migrate import upgrade
from geo.surveyed import put_alignment
from geo.tables import Alignment, Event, Parcel, PortfolioState, Project
from projects.errors import InvalidInput
from projects.stationing import Equation
from tests.conftest import ROOT
from tests.people import system_context
from tests.postgis.land_rows import EAST, NORTH, add_project, add_ward, lot, table

DAY = date(2026, 3, 13)


def lines_file(
    folder: Path, *features: tuple[str, str, list[tuple[float, float]]], kind: str = "LineString"
) -> Path:
    """A GeoJSON of (project, part, points in metres of the tests)."""
    made = []
    for project, part, points in features:
        shape = to_wgs84(LineString([(EAST + x, NORTH + y) for x, y in points]))
        coordinates: Any = [list(c) for c in shape.coords]
        made.append(
            {
                "type": "Feature",
                "properties": {"project_id": project, "part": part, "accuracy_m": 5, "source": "đo đạc"},
                "geometry": {
                    "type": kind,
                    "coordinates": [coordinates] if kind == "Polygon" else coordinates,
                },
            }
        )
    path = folder / "tim.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), "utf-8")
    return path


EAST_PART = ("RR", "east", [(1000.0, 5.0), (600.0, 5.0)])  # drawn against the chainage
WEST_PART = ("RR", "west", [(0.0, 5.0), (400.0, 5.0)])
OTHER = ("XX", "west", [(0.0, 900.0), (400.0, 900.0)])


@pytest.fixture
def project(session: Session) -> int:
    add_ward(session)
    session.add(PortfolioState(id=1, data_date=DAY, files_sha256="x", demo_seed=1))
    found = add_project(session, fronts=[("A", 0, 1000)], published_length_m=1000.0)
    land = table(lot(100, 10), lot(700, 10), lot(500, 10))
    import_parcels(session, "TULIEN", land, actor="tester", is_demo=True, effective_on=DAY)
    return found.id


def test_parts_are_put_in_the_order_and_direction_of_the_line_that_was_there(
    session: Session, project: int, tmp_path: Path
) -> None:
    result, _ = import_alignment_file(
        session,
        lines_file(tmp_path, EAST_PART, WEST_PART, OTHER),
        project="TULIEN",
        code="TIM",
        of="RR",
        actor="tester",
    )
    assert (result.parts, result.parcels, result.located_before, result.located) == (2, 3, 3, 3)
    assert result.measured_m == pytest.approx(1000.0, abs=0.01)
    row = session.scalars(select(Alignment)).one()
    route = route_of(row)
    assert [(round(p.start_m), round(p.end_m)) for p in route.parts] == [(0, 400), (600, 1000)]
    assert (row.schematic, row.accuracy_m) == (False, 5.0)
    assert row.source.startswith("đo đạc (sha256 ")
    places = {p.number: (p.from_m, p.to_m) for p in session.scalars(select(Parcel))}
    assert places["1"] == pytest.approx((100, 120), abs=0.01)
    assert places["2"] == pytest.approx((700, 720), abs=0.01)
    assert places["3"][0] == places["3"][1]  # in the gap: covers nothing
    event = session.scalars(select(Event).where(Event.kind == "alignments.import")).one()
    assert event.after is not None
    assert (event.after["parts"], event.after["located"]) == (2, 3)


def test_what_was_not_found_or_is_no_line_is_named(session: Session, project: int, tmp_path: Path) -> None:
    path = lines_file(tmp_path, WEST_PART)
    for query, word in (({"of": "YY"}, "YY"), ({"parts": ["north"]}, "north")):
        with pytest.raises(InvalidInput) as refused:
            read_alignment_file(path, **query)
        assert word in refused.value.faults[0].vi
    ring = ("RR", "west", [(0.0, 0.0), (400.0, 0.0), (400.0, 400.0), (0.0, 0.0)])
    with pytest.raises(InvalidInput) as refused:
        read_alignment_file(lines_file(tmp_path, ring, kind="Polygon"))
    assert refused.value.faults[0].vi == "Hình không phải là đường (LineString)."
    far = lines_file(tmp_path, ("RR", "west", [(900_000.0, 0.0), (900_400.0, 0.0)]))
    with pytest.raises(InvalidInput):
        read_alignment_file(far)


def test_a_line_too_short_for_its_sections_is_refused(session: Session, project: int, tmp_path: Path) -> None:
    file = read_alignment_file(lines_file(tmp_path, WEST_PART))
    section = session.scalars(select(Alignment)).one()
    with pytest.raises(InvalidInput):
        put_alignment(
            session, "TULIEN", "TIM", file, actor="tester", effective_on=DAY, length_m=400.0,
            equations=[Equation(900, 950)],
        )  # fmt: skip
    assert section.schematic


def test_equations_are_kept_with_the_line_and_answer_in_stations(
    session: Session, project: int, tmp_path: Path
) -> None:
    file = read_alignment_file(lines_file(tmp_path, ("RR", "all", [(0.0, 5.0), (1000.0, 5.0)])))
    put_alignment(
        session, "TULIEN", "TIM", file, actor="tester", effective_on=DAY, equations=[Equation(400, 450)]
    )
    (axis,) = gaps_answer(session, system_context(), "TULIEN", min_run_m=500.0)["alignments"]
    assert axis["equations"] == ["Km0+400 = Km0+450"]
    assert [gap["stations"] for gap in axis["gaps"]] == [
        "Km0+100 – Km0+120",
        "Km0+550 – Km0+570",
        "Km0+750 – Km0+770",
    ]
    assert [round(gap["from_m"]) for gap in axis["gaps"]] == [100, 500, 700]


@pytest.fixture(scope="module")
def city(make_database: Callable[[], str]) -> Iterator[sessionmaker[Session]]:
    """The portfolio without land, on a database of its own."""
    engine = make_engine(make_database(), statement_timeout_ms=0, maintenance=True)
    upgrade(engine)
    portfolio, sha256 = read_portfolio(ROOT / "data")
    sessions = make_sessions(engine)
    with sessions.begin() as session:
        load_portfolio(
            session, portfolio, networks_of(portfolio, system_context()), files_sha256=sha256, actor="tester"
        )
    yield sessions
    engine.dispose()


def test_ring_road_4_on_its_reference_line_with_wards(
    city: sessionmaker[Session], shared_data: Path, tmp_path: Path
) -> None:
    """The line of the map, in two parts with the river between, and invented land laid along it."""
    source = shared_data / "alignments_reference.geojson"
    file = read_alignment_file(source, of="RR4", parts=["north", "west-south"])
    whole = LineString([c for part in file.parts for c in part.coords])
    thinned = shapely.get_coordinates(to_wgs84(shapely.simplify(to_measure(whole), 5.0)))
    portfolio, _ = read_portfolio(ROOT / "data")
    facts = next(p for p in portfolio.projects if p.code == "VD4")
    line = replace(facts.alignments[0], points=tuple((lat, lon) for lon, lat in thinned.tolist()))
    with city.begin() as session:
        import_ward_file(session, shared_data / "hanoi_wards_2025.geojson", source="test", actor="tester")
        row = session.scalars(
            select(Alignment).join(Project, Project.id == Alignment.project_id).where(Project.code == "VD4")
        ).one()
        row.geom = from_shape(whole, srid=4326)
        load_demo_land(session, portfolio, replace(facts, alignments=(line,)), tmp_path, actor="tester")
    with city.begin() as session:
        result, _ = import_alignment_file(
            session,
            source,
            project="VD4",
            code="TIM",
            of="RR4",
            parts=["west-south", "north"],
            actor="tester",
        )
        route = route_of(session.get_one(Alignment, row.id))
    assert result.parts == 2
    assert result.measured_m == pytest.approx(58_200, rel=0.005)  # published
    ((river_from, river_to),) = route.gaps
    assert river_to - river_from == pytest.approx(4260, abs=60)  # the bridge that another project builds
    assert 5900 < result.located < result.located_before == 6186  # what lies in the river has no chainage
    with city.begin() as session:
        answer = gaps_answer(session, system_context(), "VD4", min_run_m=500.0)
    (axis,) = answer["alignments"]
    assert axis["parcels_known"] == result.located
    assert len(axis["gaps"]) > 20
    assert answer["blocked_m"] < 0.05 * answer["required_m"]  # little is missing …
    assert answer["share"] < 0.95  # … and yet it cuts the road into pieces
    for run in axis["runs"]:
        assert not run["from_m"] < river_from - 0.01 < river_from + 0.01 < run["to_m"]


def test_a_line_from_a_file_is_not_drawn_over_by_the_portfolio(
    city: sessionmaker[Session], tmp_path: Path
) -> None:
    portfolio, _ = read_portfolio(ROOT / "data")
    with city.begin() as session:
        query = select(Alignment).where(Alignment.code == "TIM", Alignment.source.startswith("ước lượng"))
        row = session.scalars(query.order_by(Alignment.id)).first()
        assert row is not None
        kept, other = row.id, row.project_id
        row.schematic, row.accuracy_m = False, 0.25
        sketch = session.scalars(query.where(Alignment.project_id != other)).first()
        assert sketch is not None
        sketched = sketch.id
        sketch.accuracy_m = 0.25
        load_portfolio(
            session, portfolio, networks_of(portfolio, system_context()), files_sha256="other", actor="tester"
        )
        session.expire_all()
        assert session.get_one(Alignment, kept).accuracy_m == 0.25
        assert session.get_one(Alignment, sketched).accuracy_m > 1  # the control: a sketch is
        session.rollback()
