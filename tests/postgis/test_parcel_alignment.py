"""A parcel lies on every alignment that it touches, as an import, a new measuring and a day of the past have it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from geoalchemy2.shape import from_shape
from shapely import LineString, MultiLineString
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from geo.crs import to_wgs84
from geo.db import APP_ROLE, make_engine, make_sessions
from geo.history import case_state, put_state, record
from geo.importing import import_parcels
from geo.land_cover import load_land_of
from geo.migrate import upgrade
from geo.past_states import read_states
from geo.placing import relocate_parcels
from geo.tables import (
    Alignment,
    ClearanceCase,
    Parcel,
    ParcelAlignment,
    ParcelFront,
    Project,
    Section,
    WorkFront,
)
from tests.people import app_url
from tests.postgis.land_rows import EAST, NORTH, add_project, add_ward, lot, table

DAY = date(2026, 3, 13)


def line(*points: tuple[float, float]) -> LineString:
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def add_alignment(
    session: Session, project: Project, code: str, shape: LineString | MultiLineString
) -> Alignment:
    row = Alignment(
        project_id=project.id, code=code, name_vi=code, name_en=code, start_m=0.0, length_m=shape.length,
        is_ring=False, schematic=True, accuracy_m=1.0, source="test", geom=from_shape(to_wgs84(shape), srid=4326),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def add_front(session: Session, alignment: Alignment, code: str, from_m: float, to_m: float) -> None:
    section = Section(
        project_id=alignment.project_id,
        alignment_id=alignment.id,
        code=f"D-{code}",
        name_vi="",
        name_en="",
        source="",
    )
    session.add(section)
    session.flush()
    session.add(
        WorkFront(
            project_id=alignment.project_id, section_id=section.id, code=code, name_vi=code, name_en=code, kind="road",
            from_m=from_m, to_m=to_m, needs_land=True,
        )
    )  # fmt: skip
    session.flush()


def imported(session: Session, *lots: dict[str, object]) -> None:
    import_parcels(session, "TULIEN", table(*lots), actor="tester", is_demo=True, effective_on=DAY)


def lies(session: Session) -> dict[tuple[str, str], tuple[float, float, str]]:
    """(parcel number, alignment code) → what it covers there, to the decimetre."""
    rows = session.execute(
        select(
            Parcel.number, Alignment.code, ParcelAlignment.from_m, ParcelAlignment.to_m, ParcelAlignment.side
        )
        .join(ParcelAlignment, ParcelAlignment.parcel_id == Parcel.id)
        .join(Alignment, Alignment.id == ParcelAlignment.alignment_id)
    )
    return {(n, code): (round(a, 1), round(b, 1), side) for n, code, a, b, side in rows}


@pytest.fixture
def crossing(session: Session) -> Project:
    """TIM runs east along the origin, NHANH goes north from its kilometre 0+500."""
    add_ward(session)
    project = add_project(session, fronts=[("A", 0, 1000)])
    add_front(session, add_alignment(session, project, "NHANH", line((500, 0), (500, 800))), "B", 0, 800)
    return project


def test_a_parcel_at_a_branch_lies_on_both_alignments_and_holds_up_both(
    session: Session, crossing: Project
) -> None:
    imported(session, lot(510, 20), lot(100, 5), lot(480, 400, width=40))
    assert lies(session) == {
        ("1", "NHANH"): (20.0, 30.0, "R"),
        ("1", "TIM"): (510.0, 530.0, "L"),
        ("2", "TIM"): (100.0, 120.0, "L"),
        ("3", "NHANH"): (400.0, 410.0, "B"),
    }
    fronts = session.execute(
        select(Parcel.number, WorkFront.code)
        .join(ParcelFront, ParcelFront.parcel_id == Parcel.id)
        .join(WorkFront, WorkFront.id == ParcelFront.front_id)
    ).all()
    assert {tuple(row) for row in fronts} == {("1", "A"), ("1", "B"), ("2", "A"), ("3", "B")}
    main = {p.number: p.alignment_id for p in session.scalars(select(Parcel))}
    codes = {a.id: a.code for a in session.scalars(select(Alignment))}
    assert {n: codes[a] for n, a in main.items() if a} == {"1": "NHANH", "2": "TIM", "3": "NHANH"}


def test_measuring_anew_gives_what_an_import_would_and_nothing_when_nothing_moved(
    session: Session, crossing: Project
) -> None:
    imported(session, lot(510, 20), lot(100, 5))
    before = lies(session)
    assert relocate_parcels(session, crossing.id) == 2
    assert lies(session) == before
    branch = session.scalars(select(Alignment).where(Alignment.code == "NHANH")).one()
    branch.geom = from_shape(to_wgs84(line((110, 0), (110, 300))), srid=4326)
    session.flush()
    relocate_parcels(session, crossing.id)
    assert lies(session) == {
        ("1", "TIM"): (510.0, 530.0, "L"),
        ("2", "NHANH"): (5.0, 15.0, "B"),
        ("2", "TIM"): (100.0, 120.0, "L"),
    }


def test_an_alignment_in_two_parts_has_land_on_each(session: Session) -> None:
    add_ward(session)
    project = add_project(session, line=None)
    shape = MultiLineString([line((0, 0), (400, 0)), line((600, 0), (1000, 0))])
    add_alignment(session, project, "TIM", shape)
    imported(session, lot(100, 5), lot(390, 5), lot(700, -20), lot(450, 5))
    assert lies(session) == {
        ("1", "TIM"): (100.0, 120.0, "L"),
        ("2", "TIM"): (390.0, 400.0, "L"),
        ("3", "TIM"): (700.0, 720.0, "R"),
        ("4", "TIM"): (400.0, 400.0, "L"),  # in the gap: at the end of the nearer part, covering nothing
    }


def test_whose_land_it_is_follows_the_parcel(session: Session, crossing: Project) -> None:
    add_ward(session, "00145")
    imported(session, lot(510, 20), lot(100, 5))
    first, second = session.scalars(select(Parcel).order_by(Parcel.number))
    first.case_id, first.ward_code = second.case_id, "00145"
    session.flush()
    kept = session.scalars(select(ParcelAlignment).where(ParcelAlignment.parcel_id == first.id)).all()
    assert len(kept) == 2
    assert {(row.case_id, row.ward_code) for row in kept} == {(second.case_id, "00145")}


def test_land_is_released_from_the_day_of_its_handover_on(session: Session, crossing: Project) -> None:
    imported(session, lot(100, 5), lot(200, 5, step="S105"), lot(300, 5, step="X2"))
    case = session.scalars(select(ClearanceCase).where(ClearanceCase.code == "TULIEN-0001")).one()
    before = case_state(case)
    put_state(case, before | {"step": "S105", "step_on": "2026-03-20", "version": 2})
    session.flush()
    record(
        session, kind="case.edit", object_type="case", object_code=case.code, actor="tester", project_code="TULIEN",
        effective_on=date(2026, 3, 20), before=before, after=case_state(case),
    )  # fmt: skip

    def held(day: date) -> list[bool]:
        then = {crossing.code: read_states(session, crossing.id, crossing.code, as_of=day)}
        (land,) = load_land_of(session, (crossing,), as_of=day, then=then).values()
        return [bool(h) for _, h in sorted(zip(land.cover.from_m, land.cover.held, strict=True))]

    assert held(date(2026, 3, 19)) == [True, False, False]
    assert held(date(2026, 3, 20)) == [False, False, False]


def test_the_application_sees_the_rows_of_its_reach_and_writes_none(make_database: Callable[[], str]) -> None:
    url = make_database()
    own = make_engine(url, maintenance=True)
    upgrade(own)
    with make_sessions(own).begin() as session:
        add_ward(session)
        add_ward(session, "00145")
        add_project(session)
        imported(session, lot(100, 5), lot(200, 5, ward_code="00145"))
    mine = app_url(url)
    app = make_engine(mine) if mine else make_engine(url, role=APP_ROLE)

    def seen(reach: str, wards: str = "", table: str = "parcel_alignment") -> int:
        with app.connect() as connection:
            for name, value in (("reach", reach), ("wards", wards)):
                connection.execute(
                    text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value}
                )
            return connection.scalar(text(f"select count(*) from {table}")) or 0

    reaches = ("", ""), ("none", ""), ("scoped", "00145"), ("all", ""), ("calculation", "")
    assert [seen(*reach) for reach in reaches] == [0, 0, 1, 2, 2]
    assert [seen(*reach) for reach in reaches] == [seen(*reach, "parcel") for reach in reaches]
    with app.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("delete from parcel_alignment"))
    app.dispose()
    own.dispose()
