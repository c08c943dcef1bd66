"""A corridor from a file: read in every format, compared with the one before, refused where it cannot be."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.usecases.corridors import CorridorLoad, load_corridor_file
from geo.importers.corridors import even_odd, read_corridor
from geo.importers.options import ReadingOptions
from geo.importing import import_parcels
from geo.tables import Corridor, Event, PortfolioState, Taking
from geo.takings import current_corridor
from projects.errors import InvalidInput
from tests.postgis.land_rows import EAST, NORTH, add_project, add_ward, lot, table
from tests.unit import format_files as files
from tests.unit.importer_files import save

DAY = date(2026, 3, 13)
DRAWN = ReadingOptions(crs=5897)


def strip(from_m: float, to_m: float, half: float = 15.0, *, north: float = 0.0) -> Polygon:
    """The corridor along the axis of the tests."""
    return box(EAST + from_m, NORTH + north - half, EAST + to_m, NORTH + north + half)


def boundary(path: Path, *shapes: BaseGeometry, crs: int | None = 5897) -> Path:
    return save(gpd.GeoDataFrame({"ten": ["ranh"] * len(shapes)}, geometry=list(shapes), crs=crs), path)


def drawn(path: Path, *outlines: tuple[Polygon, str]) -> Path:
    rings = [([(float(x), float(y)) for x, y in s.exterior.coords[:-1]], layer) for s, layer in outlines]
    return files.dxf(path, [files.polyline(points, layer=layer) for points, layer in rings])


def loaded(session: Session, path: Path, **said: Any) -> CorridorLoad:
    return load_corridor_file(session, path, project="TULIEN", actor="tester", **said)


def refused(session: Session, path: Path, **said: Any) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        loaded(session, path, **said)
    return [fault.en for fault in error.value.faults]


@pytest.fixture
def project(session: Session) -> int:
    """A kilometre of axis with lots of 20 m × 20 m around it at 100, 500 and 700 m."""
    add_ward(session)
    session.add(PortfolioState(id=1, data_date=DAY, files_sha256="x", demo_seed=1))
    found = add_project(session)
    land = table(lot(100, 0), lot(500, 0), lot(700, 0))
    import_parcels(session, "TULIEN", land, actor="tester", is_demo=True, effective_on=DAY)
    return found.id


def state(session: Session) -> tuple[Any, ...]:
    return (
        session.scalar(select(func.count()).select_from(Corridor)),
        session.scalar(select(func.count()).select_from(Event)),
        session.scalar(select(func.sum(Taking.taken_m2))),
    )


def test_the_first_corridor_is_measured_and_told_in_one_event(
    session: Session, project: int, tmp_path: Path
) -> None:
    done = loaded(session, boundary(tmp_path / "a.gpkg", strip(0, 600)))
    assert (done.version, done.added, done.dropped, done.changed) == (1, 2, 0, 0)
    assert done.area_before_m2 is None
    assert done.area_after_m2 == pytest.approx(600 * 30, abs=0.05)
    kept = session.scalar(select(func.sum(Taking.taken_m2)))
    assert kept == pytest.approx(done.after_m2, abs=0.05)
    row = current_corridor(session, project)
    assert row is not None
    assert (row.derived, row.filename) == (False, "a.gpkg")
    (event,) = session.scalars(select(Event).where(Event.kind == "corridor.load"))
    assert event.after is not None
    assert (event.after["added"], event.after["parcels"], event.after["version"]) == (2, 2, 1)


@pytest.mark.parametrize(
    ("shape", "counts"),
    [
        (strip(0, 600), (0, 1, 0)),  # shrunk: the last lot drops out
        (strip(0, 1000, 5), (0, 0, 3)),  # narrower: of each lot less is taken
        (strip(300, 1000), (0, 1, 0)),
        (strip(0, 1000, north=-10), (0, 0, 3)),  # moved aside
        (strip(0, 1000), (0, 0, 0)),  # the same boundary from another file
    ],
)
def test_a_shrunk_or_moved_boundary_shows_in_the_comparison(
    session: Session, project: int, tmp_path: Path, shape: Polygon, counts: tuple[int, int, int]
) -> None:
    first = loaded(session, boundary(tmp_path / "a.gpkg", strip(0, 1000)))
    done = loaded(session, boundary(tmp_path / "b.geojson", shape))
    assert (done.added, done.dropped, done.changed) == counts
    assert done.version == 2
    assert done.area_before_m2 == pytest.approx(first.area_after_m2)
    kept = session.scalar(
        select(func.coalesce(func.sum(Taking.taken_m2), 0.0)).join(Corridor).where(Corridor.is_current)
    )
    assert kept == pytest.approx(first.after_m2 + done.after_m2 - done.before_m2, abs=0.05)
    back = loaded(session, boundary(tmp_path / "c.geojson", strip(0, 1000)))
    assert (back.dropped, back.added) == (done.added, done.dropped)


def test_a_dry_run_and_the_same_bytes_again_change_nothing(
    session: Session, project: int, tmp_path: Path
) -> None:
    path = boundary(tmp_path / "a.gpkg", strip(0, 600))
    before = state(session)
    done = loaded(session, path, dry_run=True)
    assert (done.version, done.unchanged, done.added) == (None, False, 2)
    assert state(session) == before
    assert loaded(session, path).version == 1
    before = state(session)
    again = loaded(session, path, filename="tên khác.gpkg")
    assert (again.unchanged, again.version, again.added + again.dropped + again.changed) == (True, None, 0)
    assert state(session) == before


def test_another_layer_of_the_same_bytes_is_another_corridor(
    session: Session, project: int, tmp_path: Path
) -> None:
    path = drawn(tmp_path / "a.dxf", (strip(0, 600), "PA1"), (strip(0, 1000), "PA2"))
    (said,) = refused(session, path, options=DRAWN)
    assert "PA1, PA2" in said
    assert loaded(session, path, options=ReadingOptions(crs=5897, layer="PA1")).added == 2
    second = loaded(session, path, options=ReadingOptions(crs=5897, layer="PA2"))
    assert (second.version, second.added) == (2, 1)


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp", "kml", "tab", "mif", "dxf", "dgn", "csv"])
def test_every_format_gives_the_same_land(tmp_path: Path, kind: str) -> None:
    shapes = [strip(0, 400), strip(390, 1000, 20)]
    frame = gpd.GeoDataFrame({"ten": ["a", "b"]}, geometry=shapes, crs=5897)
    match kind:
        case "kml":
            path = files.kml(frame, tmp_path / "a.kml")
        case "tab" | "mif":
            path = files.mapinfo(frame, tmp_path / "a.zip", f".{kind}")
        case "dxf":
            path = drawn(tmp_path / "a.dxf", *((shape, "RANH") for shape in shapes))
        case "dgn":
            path = files.dgn(tmp_path / "a.dgn", shapes, [])
        case "csv":
            path = files.table(frame, tmp_path / "a.csv")
        case _:
            path = save(frame, tmp_path / {"shp": "a.zip"}.get(kind, f"a.{kind}"))
    options = DRAWN if kind in ("tab", "mif", "dxf", "dgn", "csv") else ReadingOptions()
    found = read_corridor(path, options=options)
    assert found.polygons == 2
    # A MapInfo table keeps whole steps of some millimetres.
    within = 10 if kind == "tab" else 0.5
    assert found.area_m2 == pytest.approx(shapely.union_all(shapes).area, abs=within)
    assert found.shape.is_valid


def test_what_is_no_corridor_of_this_project_is_named(session: Session, project: int, tmp_path: Path) -> None:
    before = state(session)
    bow = Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    line = shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH)])
    cases: tuple[tuple[list[BaseGeometry], int | None, str], ...] = (
        ([strip(0, 600, north=700)], 5897, "The corridor lies 685 m from the routes"),
        ([strip(0, 3000, 1000)], 5897, "covers 6.00 km², too much for TULIEN"),
        ([bow], 5897, "The boundary crosses itself"),
        ([strip(0, 9), line], 5897, "has a LineString, not a polygon"),
        ([strip(0, 600)], 5899, "right if read in"),
        ([strip(0, 600)], None, "does not state its CRS"),
        ([box(EAST - 15_000, NORTH - 15_000, EAST + 15_000, NORTH + 15_000)], 5897, "over the limit"),
    )
    for i, (shapes, crs, word) in enumerate(cases):
        said = refused(session, boundary(tmp_path / f"{i}.gpkg", *shapes, crs=crs))
        assert any(word in sentence for sentence in said), (word, said)
    assert state(session) == before
    assert loaded(session, boundary(tmp_path / "right.gpkg", strip(0, 600))).version == 1  # control


def test_a_part_far_from_the_axis_is_told_but_taken(session: Session, project: int, tmp_path: Path) -> None:
    path = boundary(tmp_path / "a.gpkg", strip(0, 600), strip(0, 50, north=900))
    assert any("1 of 2 parts" in warning.en for warning in loaded(session, path).warnings)


def test_a_drawing_without_a_closed_line_is_refused(session: Session, project: int, tmp_path: Path) -> None:
    points = [(EAST, NORTH), (EAST + 100, NORTH), (EAST + 100, NORTH + 30), (EAST, NORTH + 0.4)]
    path = files.dxf(tmp_path / "a.dxf", [files.polyline(points, closed=False)])
    (said,) = refused(session, path, options=DRAWN)
    assert "has no closed shape, only 1 lines that nearly close" in said


def test_a_closed_line_inside_another_is_a_hole_and_told(tmp_path: Path) -> None:
    outer, hole = strip(0, 400, 20), strip(100, 300, 10)
    found = read_corridor(drawn(tmp_path / "a.dxf", (hole, "R"), (outer, "R")), options=DRAWN)
    assert found.area_m2 == pytest.approx(outer.area - hole.area, abs=0.5)
    assert any("taken for holes: 4000 m²" in warning.en for warning in found.warnings)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 60), min_size=1, max_size=7, unique=True))
def test_nested_outlines_alternate_between_land_and_hole(sizes: list[int]) -> None:
    """Against the sum with alternating signs, in any order of drawing."""
    outlines = np.array([box(-s, -s, s, s) for s in sizes], dtype=object)
    signed = sum((-1) ** i * (2 * s) ** 2 for i, s in enumerate(sorted(sizes, reverse=True)))
    assert even_odd(outlines).area == pytest.approx(signed)
