"""What hangs on a parcel's shape (chainage, alignments, fronts, takings) is measured again when an act changes it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo import lineage, topology
from geo.crs import to_wgs84
from geo.importing import import_parcels
from geo.lineage import Part, merge, split
from geo.placing import relocate_parcels
from geo.tables import Parcel, Project
from geo.takings import put_corridor, refresh_takings
from geo.topology import repair
from tests.postgis.land_rows import EAST, NORTH, add_project, add_ward, lot, shift, table
from tests.postgis.test_lineage import DAY, key, shape

MEASURED = text(
    """
    select p.number, p.from_m, p.to_m, p.side,
           array(select (a.alignment_id, a.part, round(a.from_m::numeric, 6), round(a.to_m::numeric, 6), a.side)::text
                 from parcel_alignment a where a.parcel_id = p.id order by 1),
           array(select f.front_id from parcel_front f where f.parcel_id = p.id order by 1),
           array(select round(t.taken_m2::numeric, 3) from taking t where t.parcel_id = p.id)
    from parcel p order by p.number
    """
)


@pytest.fixture
def project(session: Session) -> Project:
    """Three parcels on an axis; the corridor takes the 6 m of them that are next to it."""
    add_ward(session)
    made = add_project(session, fronts=[("A", 0, 110), ("B", 110, 1000)])
    band: Any = to_wgs84(np.array([MultiPolygon([shift([(0, 0), (1000, 0), (1000, 11), (0, 11)])])]))[0]
    put_corridor(session, made.id, band, derived=False, source="test")
    land = table(*(lot(x, 5, case="TULIEN-0001") for x in (100, 120, 140)))
    import_parcels(session, made.code, land, actor="t", is_demo=False, effective_on=date(2026, 3, 1))
    return made


def measured(session: Session) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(MEASURED)]


def taken(session: Session) -> float:
    return float(session.scalar(text("select sum(taken_m2) from taking")) or 0)


def acts(session: Session, project: Project) -> None:
    parts = [Part("11", shape(100, 8)), Part("12", shape(108, 12))]
    split(session, project, key("1"), parts, actor="t", day=DAY)
    merge(session, project, [key("2"), key("3")], Part("23", shape(120, 40)), actor="t", day=DAY)


def test_after_acts_everything_measured_is_what_measuring_the_whole_project_gives(
    session: Session, project: Project
) -> None:
    before = taken(session)
    acts(session, project)
    found = measured(session)
    relocate_parcels(session, project.id)
    refresh_takings(session, project.id)
    assert found == measured(session)
    assert [row[0] for row in found] == ["11", "12", "23"]
    assert all(len(row[4]) == 1 and len(row[6]) == 1 for row in found)
    assert [len(row[5]) for row in found] == [1, 2, 1]  # the part through Km0+110 holds up both fronts
    assert taken(session) == pytest.approx(before, abs=0.01)
    assert before == pytest.approx(60 * 6, abs=0.1)


def test_negative_control_without_measuring_anew_alignments_and_takings_are_missing(
    session: Session, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage, "measure_anew", lambda *_: None)
    acts(session, project)
    assert all(row[4:] == ([], [], []) for row in measured(session))


def bend(session: Session, project: Project) -> Parcel:
    """A parcel twisted into a bow tie that reaches further along the axis than it did."""
    row = session.scalars(select(Parcel).where(Parcel.number == "3")).one()
    x, y = EAST + 140, NORTH + 5
    bow = Polygon([(x, y), (x + 40, y + 10), (x + 40, y), (x, y + 10)])
    row.geom = from_shape(MultiPolygon([to_wgs84(bow)]), srid=4326)
    session.flush()
    return row


def test_a_repaired_parcel_is_measured_anew(session: Session, project: Project) -> None:
    row = bend(session, project)
    repair(session, project, [str(row.id)], actor="t", day=DAY)
    found = measured(session)
    relocate_parcels(session, project.id)
    refresh_takings(session, project.id)
    assert found == measured(session)
    assert found[2][2] == pytest.approx(180, abs=0.01)


def test_negative_control_a_repair_that_does_not_measure_leaves_the_old_chainage(
    session: Session, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "measure_anew", lambda *_: None)
    row = bend(session, project)
    repair(session, project, [str(row.id)], actor="t", day=DAY)
    assert measured(session)[2][2] == pytest.approx(160, abs=0.01)
