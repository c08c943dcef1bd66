"""Taking a parcel file into a project: all of it or nothing, once, on the right fronts and with its history."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
import pytest
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.db import make_engine
from geo.importers.parcels import ParcelTable
from geo.importing import ImportResult, import_parcels
from geo.migrate import upgrade
from geo.store import load_cases
from geo.tables import (
    ClearanceCase,
    Event,
    ImportBatch,
    Parcel,
    ParcelFront,
    Project,
    Section,
    WorkFront,
)
from projects.errors import InvalidInput, NotFound
from tests.postgis.land_rows import EAST, NORTH, add_event, add_project, add_ward, lot, table

DAY = date(2026, 3, 13)


def take(
    session: Session, land: ParcelTable, project: str = "TULIEN", *, is_demo: bool = True
) -> ImportResult:
    return import_parcels(session, project, land, actor="tester", is_demo=is_demo, effective_on=DAY)


def counts(session: Session) -> dict[str, Any]:
    tables = (ImportBatch, ClearanceCase, Parcel, ParcelFront, Event)
    return {t.__name__: session.scalar(select(func.count()).select_from(t)) for t in tables}


def fronts_of(session: Session) -> dict[str, set[str]]:
    """Front codes by parcel number."""
    found: dict[str, set[str]] = {number: set() for number in session.scalars(select(Parcel.number))}
    query = (
        select(Parcel.number, WorkFront.code)
        .join(ParcelFront, ParcelFront.parcel_id == Parcel.id)
        .join(WorkFront, WorkFront.id == ParcelFront.front_id)
    )
    for number, code in session.execute(query).all():
        found[number].add(code)
    return found


@pytest.fixture
def project(session: Session) -> Project:
    add_ward(session)
    return add_project(session, fronts=[("A", 0, 300), ("B", 300, 1000)])


def test_parcels_cases_and_history_are_written(session: Session, project: Project) -> None:
    land = table(
        lot(100, 5, case="TULIEN-0001"),
        lot(120, 5, case="TULIEN-0001"),
        lot(500, -15, case="TULIEN-0002", step="S105", step_on=date(2025, 9, 1), obstacle="DON_GIA"),
    )
    result = take(session, land)
    assert result.batch_id is not None
    assert (result.parcels, result.cases, result.unchanged) == (3, 2, False)
    parcels = {p.number: p for p in session.scalars(select(Parcel))}
    first = parcels["1"]
    assert [first.from_m, first.to_m] == pytest.approx([100, 120], abs=0.01)
    assert first.side == "L"
    assert parcels["3"].side == "R"
    assert first.area_m2 == pytest.approx(200)
    assert first.area_stated_m2 is None
    assert first.is_demo
    cases = load_cases(session, project, as_of=DAY)
    assert [(c.code, c.step, c.fronts, len(c.parcels)) for c in cases] == [
        ("TULIEN-0001", "S20", ("A",), 2),
        ("TULIEN-0002", "S105", ("B",), 1),
    ]
    batch = session.scalars(select(Event).where(Event.kind == "parcels.import")).one()
    assert batch.effective_on == DAY
    assert batch.after == {
        "filename": "thua.gpkg", "sha256": "0" * 64, "source_crs": "EPSG:5897", "parcels": 3, "cases": 2,
        "is_demo": True,
    }  # fmt: skip
    entry = session.scalars(select(Event).where(Event.object_code == "TULIEN-0002")).one()
    assert (entry.kind, entry.object_type, entry.effective_on) == ("case.import", "case", date(2025, 9, 1))
    assert entry.after is not None
    assert entry.after["step"] == "S105"
    assert entry.after["obstacle"] == "DON_GIA"
    assert entry.recorded_at is not None


def test_import_grows_the_revision_of_the_project(session: Session, project: Project) -> None:
    before = session.scalar(select(Project.revision).where(Project.id == project.id))
    take(session, table(lot(0, 0)))
    assert session.scalar(select(Project.revision).where(Project.id == project.id)) == (before or 0) + 1


def test_source_geometry_keeps_its_coordinates_and_its_crs(session: Session, project: Project) -> None:
    land = table(lot(100, 5))
    take(session, land)
    row = session.scalars(select(Parcel)).one()
    assert row.source_srid == 5897
    assert session.scalar(select(func.ST_SRID(Parcel.source_geom))) == 5897
    assert to_shape(row.source_geom).equals_exact(land.frame.geometry.iloc[0], 0.0)
    assert session.scalar(select(func.ST_SRID(Parcel.geom))) == 4326
    # PostGIS transforms the one into the other as we did.
    apart = func.ST_HausdorffDistance(func.ST_Transform(Parcel.geom, 5897), Parcel.source_geom)
    assert session.scalar(select(apart)) == pytest.approx(0, abs=0.002)


def test_same_file_again_changes_nothing(session: Session, project: Project) -> None:
    land = table(lot(0, 0), lot(30, 0))
    take(session, land)
    before = counts(session)
    revision = session.scalar(select(Project.revision))
    again = take(session, land)
    assert again == ImportResult(batch_id=None, parcels=0, cases=0, unchanged=True)
    assert counts(session) == before
    assert session.scalar(select(Project.revision)) == revision


def test_same_file_may_enter_another_project(session: Session, project: Project) -> None:
    add_project(session, "VD1")
    take(session, table(lot(0, 0), lot(30, 0)))
    other = table(lot(0, 0, case=None), lot(30, 0, case=None))
    assert take(session, other, "VD1").parcels == 2


def test_parcels_that_exist_are_refused_and_nothing_is_written(session: Session, project: Project) -> None:
    take(session, table(lot(0, 0), lot(30, 0), filename="cu.gpkg"))
    before = counts(session)
    second = table(
        lot(60, 0, number="7", case="TULIEN-0007"),
        lot(0, 0, number="1", case="TULIEN-0008"),
        lot(30, 0, number="2", case="TULIEN-0009"),
        lot(30, 0, number="2", map_version="2", case="TULIEN-0010"),
        sha256="1" * 64,
    )
    with pytest.raises(InvalidInput) as refused:
        take(session, second)
    assert [fault.where for fault in refused.value.faults] == ["#2", "#3"]
    assert "“cu.gpkg”" in refused.value.faults[0].vi
    assert "Tờ 5 thửa 1" in refused.value.faults[0].vi
    assert counts(session) == before


def test_case_code_of_another_project_is_refused(session: Session, project: Project) -> None:
    add_project(session, "VD1")
    take(session, table(lot(0, 0)))
    with pytest.raises(InvalidInput, match="used by project TULIEN"):
        take(session, table(lot(0, 0)), "VD1")
    with pytest.raises(InvalidInput, match="in the project already"):
        take(session, table(lot(90, 0, number="99"), sha256="1" * 64))


def test_all_faults_of_a_file_are_listed_at_once(session: Session, project: Project) -> None:
    take(session, table(lot(0, 0)))
    bad = table(
        lot(0, 0, case="TULIEN-0002"),
        lot(0, 5000, case="TULIEN-0001"),
        lot(40, 0, ward_code="99999", case="TULIEN-0003"),
        sha256="1" * 64,
    )
    with pytest.raises(InvalidInput) as refused:
        take(session, bad)
    faults = [(fault.where, fault.en) for fault in refused.value.faults]
    assert [where for where, _ in faults] == ["#1", "#2", "#2", "#3"]
    assert any("5000 m from the routes" in en for _, en in faults)
    assert any("no ward with code 99999" in en for _, en in faults)


def test_unknown_project_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        take(session, table(lot(0, 0)), "KHONGCO")


def test_rows_without_a_case_get_one_of_their_own(session: Session, project: Project) -> None:
    land = table(
        lot(0, 0, case=None, step=None, step_on=None, holder_kind=None),
        lot(30, 0, case=None, number="Đ 12/3"),
        lot(60, 0, case=None, number="1", map_series="00097b"),
        lot(90, 0, case=None, number="1", map_version="2"),
        lot(120, 0, case=None, number="1", map_series="00097b", map_version="2"),
    )
    take(session, land)
    codes = session.scalars(select(ClearanceCase.code).order_by(ClearanceCase.id)).all()
    assert codes == [
        "TULIEN-P5-1",
        "TULIEN-P5-D12-3",
        "TULIEN-P5-1-00097b",
        "TULIEN-P5-1-00097",
        "TULIEN-P5-1-00097b-v2",
    ]
    first = session.scalars(select(ClearanceCase).where(ClearanceCase.code == "TULIEN-P5-1")).one()
    assert (first.step, first.step_on, first.holder_kind) == ("S00", DAY, "household")


def test_parcel_across_a_boundary_holds_up_both_fronts(session: Session, project: Project) -> None:
    take(session, table(lot(280, 0, width=20), lot(290, 0, width=20), lot(300, 0, width=20)))
    assert fronts_of(session) == {"1": {"A"}, "2": {"A", "B"}, "3": {"B"}}


def test_front_membership_is_the_overlap_of_intervals(session: Session) -> None:
    add_ward(session)
    fronts = [("A", 0.0, 700.0), ("B", 700.0, 900.0), ("C", 1250.0, 2000.0)]
    add_project(session, line=[(0, 0), (800, 0), (1500, 600)], published_length_m=2000.0, fronts=fronts)
    rng = np.random.default_rng(7)
    lots = [
        lot(float(x), float(y), float(w), float(h), case=None)
        for x, y, w, h in zip(
            rng.uniform(0, 1400, 300), rng.uniform(-60, 260, 300), rng.uniform(4, 80, 300), rng.uniform(4, 60, 300),
            strict=True,
        )
    ]  # fmt: skip
    take(session, table(*lots))
    expected = {
        parcel.number: {
            code
            for code, start, end in fronts
            if min(parcel.to_m or 0, end) - max(parcel.from_m or 0, start) > 0.01
        }
        for parcel in session.scalars(select(Parcel))
    }
    assert fronts_of(session) == expected
    assert {len(codes) for codes in expected.values()} == {0, 1, 2}


def test_parcel_through_the_seam_of_a_ring_is_on_its_first_and_last_front(session: Session) -> None:
    add_ward(session)
    add_project(
        session,
        line=[(0, 0), (1000, 0), (1000, 1000), (0, 1000)],
        ring=True,
        fronts=[("A", 0, 500), ("B", 500, 3500), ("C", 3500, 4000)],
    )
    take(session, table(lot(2, 1, width=30, height=30)))
    row = session.scalars(select(Parcel)).one()
    assert row.to_m is not None
    assert row.to_m > 4000
    assert fronts_of(session) == {"1": {"A", "C"}}


def test_area_project_needs_no_chainage(session: Session) -> None:
    add_ward(session)
    project = add_project(session, line=None, area=[(0, 0), (500, 0), (500, 400), (0, 400)])
    add_area_front(session, project)
    take(session, table(lot(100, 100), lot(490, 390), lot(700, 100)))
    assert {p.alignment_id for p in session.scalars(select(Parcel))} == {None}
    assert {p.side for p in session.scalars(select(Parcel))} == {None}
    assert fronts_of(session) == {"1": {"AREA"}, "2": {"AREA"}, "3": set()}
    with pytest.raises(InvalidInput, match="from the routes and areas"):
        take(session, table(lot(2000, 100, number="9", case=None), sha256="1" * 64))


def test_two_halves_of_one_case_in_one_file_are_one_case(session: Session, project: Project) -> None:
    result = take(session, table(lot(0, 0, case="H-1"), lot(500, 0, case="H-1"), lot(30, 0, case="H-2")))
    assert result.cases == 2
    (case,) = [c for c in load_cases(session, project, as_of=DAY) if c.code == "H-1"]
    assert case.fronts == ("A", "B")


def test_two_imports_of_one_file_at_once_write_it_once(make_database: Callable[[], str]) -> None:
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    with Session(engine) as session, session.begin():
        add_ward(session)
        add_project(session, fronts=[("A", 0, 1000)])
        add_event(session)
    land = table(*(lot(20.0 * i, 0) for i in range(40)))

    def one() -> ImportResult:
        with Session(engine) as session, session.begin():
            return take(session, land)

    with ThreadPoolExecutor(max_workers=3) as pool:
        results = list(pool.map(lambda _: one(), range(3)))
    assert sorted(result.unchanged for result in results) == [False, True, True]
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Parcel)) == 40
        assert session.scalar(select(func.count()).select_from(ImportBatch)) == 1
    engine.dispose()


def add_area_front(session: Session, project: Project) -> None:
    """A front that is all of its (only) section."""
    section = session.scalars(select(Section).where(Section.project_id == project.id)).one()
    session.add(
        WorkFront(
            project_id=project.id, section_id=section.id, code="AREA", name_vi="Khu", name_en="Area",
            kind="site", needs_land=True,
        )
    )  # fmt: skip
    session.flush()


def test_origin_of_the_tests_lies_in_hanoi() -> None:
    assert 525_000 < EAST < 610_000
    assert 2_270_000 < NORTH < 2_370_000
