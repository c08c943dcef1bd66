"""Parcels become others: old numbers answer, areas and money stay equal, what does not fit is refused."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import shapely
from shapely import MultiPolygon, box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.crs import to_wgs84
from geo.descent import successors
from geo.importing import import_parcels
from geo.lineage import Part, merge, renumber, split
from geo.tables import ClearanceCase, Event, Holder, Parcel, Project
from projects.errors import InvalidInput, NotFound
from tests.postgis.land_rows import EAST, NORTH, WARD, add_project, add_ward, lot, table

DAY = date(2026, 3, 13)


@pytest.fixture
def project(session: Session) -> Project:
    add_ward(session)
    made = add_project(session, fronts=[("A", 0, 300), ("B", 300, 1000)])
    land = table(
        lot(100, 5, case="TULIEN-0001"), lot(120, 5, case="TULIEN-0001"), lot(290, 5, case="TULIEN-0002")
    )
    import_parcels(session, made.code, land, actor="t", is_demo=False, effective_on=DAY)
    for case in session.scalars(select(ClearanceCase)):
        session.add(
            Holder(
                case_id=case.id,
                project_id=made.id,
                ward_code=case.ward_code,
                amount_vnd=Decimal(1_500_000),
                is_demo=True,
            )
        )
    session.flush()
    return made


def key(number: str, *, series: str = WARD, sheet: str = "5") -> tuple[str, str, str, str]:
    return series, sheet, number, "1"


def shape(x: float, width: float, y: float = 5, height: float = 10) -> MultiPolygon:
    found: Any = to_wgs84(MultiPolygon([box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)]))
    return found


def totals(session: Session) -> tuple[Any, Any]:
    return session.scalar(select(func.sum(Parcel.area_m2))), session.scalar(
        select(func.sum(Holder.amount_vnd))
    )


def numbers(parcels: list[Parcel]) -> list[str]:
    return [p.number for p in parcels]


def test_an_old_number_leads_to_what_became_of_it(session: Session, project: Project) -> None:
    before = totals(session)
    split(
        session,
        project,
        key("1"),
        [Part("11", shape(100, 8)), Part("12", shape(108, 12))],
        actor="t",
        day=DAY,
    )
    assert numbers(successors(session, project, sheet="5", number="1")) == ["11", "12"]
    merge(session, project, [key("12"), key("2")], Part("13", shape(108, 32)), actor="t", day=DAY)
    assert numbers(successors(session, project, sheet="5", number="1")) == ["11", "13"]
    assert numbers(successors(session, project, sheet="5", number="2")) == ["13"]
    same = session.scalars(select(Parcel.id).where(Parcel.number == "13")).one()
    renumber(
        session, project, key("13"), series="GOP", sheet="77", number="5", version="2", actor="t", day=DAY
    )
    assert [(p.map_series, p.number) for p in successors(session, project, sheet="5", number="2")] == [
        ("GOP", "5")
    ]
    assert session.scalars(select(Parcel.id).where(Parcel.map_series == "GOP")).one() == same
    area, money = totals(session)
    assert area == pytest.approx(before[0], abs=0.01)
    assert money == before[1]
    kinds = session.scalars(select(Event.kind).where(Event.object_type == "lineage").order_by(Event.id)).all()
    assert kinds == ["parcel.split", "parcel.merge", "parcel.renumber"]


def test_parts_lie_on_the_fronts_that_they_touch(session: Session, project: Project) -> None:
    split(
        session,
        project,
        key("3"),
        [Part("31", shape(290, 10)), Part("32", shape(300, 10))],
        actor="t",
        day=DAY,
    )
    first, second = successors(session, project, sheet="5", number="3")
    assert [first.from_m, second.from_m] == pytest.approx([290, 300], abs=0.01)


@pytest.mark.parametrize(
    ("parts", "amount"),
    [
        ([Part("11", shape(100, 8)), Part("12", shape(108, 10))], "20.0"),  # 20 m² are lost
        ([Part("11", shape(100, 12)), Part("12", shape(108, 12))], "40.0"),  # 40 m² twice
        ([Part("11", shape(100, 10)), Part("12", shape(130, 10))], "200.0"),  # land of somebody else
    ],
)
def test_what_does_not_add_up_is_refused_with_the_difference(
    session: Session, project: Project, parts: list[Part], amount: str
) -> None:
    before = totals(session)
    with pytest.raises(InvalidInput, match=rf"{amount}"):
        split(session, project, key("1"), parts, actor="t", day=DAY)
    assert totals(session) == before


def test_parcels_of_two_cases_are_not_merged_because_money_would_move(
    session: Session, project: Project
) -> None:
    with pytest.raises(InvalidInput, match="different cases"):
        merge(session, project, [key("2"), key("3")], Part("9", shape(120, 20)), actor="t", day=DAY)
    with pytest.raises(NotFound):
        split(session, project, key("404"), [], actor="t", day=DAY)


def test_any_row_of_acts_keeps_area_money_and_every_old_number(session: Session, project: Project) -> None:
    at = random.Random(4)
    before = totals(session)
    land = {"1": (100.0, 20.0), "2": (120.0, 20.0)}  # number → x, width; side by side in one case
    used = ["1", "2"]
    for turn in range(25):
        number = at.choice(sorted(land))
        x, width = land[number]
        if at.random() < 0.6 and width > 0.5:
            cut = width * at.uniform(0.2, 0.8)
            a, b = f"{turn}a", f"{turn}b"
            split(
                session, project, key(number), [Part(a, shape(x, cut)), Part(b, shape(x + cut, width - cut))],
                actor="t", day=DAY,
            )  # fmt: skip
            del land[number]
            land |= {a: (x, cut), b: (x + cut, width - cut)}
            used += [a, b]
        elif len(land) > 1:
            left, right = sorted(land, key=lambda n: land[n][0])[:2]
            whole = shapely.box(0, 0, 1, 1)
            assert whole.area == 1
            merged = (land[left][0], land[left][1] + land[right][1])
            merge(
                session,
                project,
                [key(left), key(right)],
                Part(f"{turn}m", shape(*merged)),
                actor="t",
                day=DAY,
            )
            del land[left], land[right]
            land[f"{turn}m"] = merged
            used.append(f"{turn}m")
    area, money = totals(session)
    assert area == pytest.approx(before[0], abs=0.05)
    assert money == before[1]
    for number in used:
        heirs = successors(session, project, sheet="5", number=number)
        assert heirs
        assert {p.number for p in heirs} <= set(land)
