"""Old numbers and old ids answer: in words, in the map search, and in what the map asks of one parcel."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.usecases.land_lookup import search_land
from geo.db import APP_ROLE, make_engine, make_sessions
from geo.descent import descent_of_id, descent_of_number, say_acts
from geo.importing import import_parcels
from geo.lineage import Part, merge, renumber, split
from geo.migrate import upgrade
from geo.tables import Parcel, Project
from tests.people import app_url
from tests.postgis.land_rows import add_project, add_ward, lot, table
from tests.postgis.test_lineage import DAY, key, shape


@pytest.fixture
def project(session: Session) -> Project:
    add_ward(session)
    return land_of(session)


def land_of(session: Session) -> Project:
    """A project with three parcels side by side in one case."""
    made = add_project(session)
    land = table(*(lot(x, 5, case="TULIEN-0001") for x in (100, 120, 140)))
    import_parcels(session, made.code, land, actor="t", is_demo=False, effective_on=DAY)
    return made


def number_of(session: Session, number: str) -> uuid.UUID:
    return session.scalars(select(Parcel.id).where(Parcel.number == number)).one()


def cut(session: Session, project: Project) -> None:
    parts = [Part("11", shape(100, 8)), Part("12", shape(108, 12))]
    split(session, project, key("1"), parts, actor="t", day=DAY)


def said(session: Session, sheet: str, number: str) -> tuple[str, str]:
    return say_acts(descent_of_number(session, sheet=sheet, number=number).acts)


def test_an_old_number_says_in_words_what_became_of_it(session: Session, project: Project) -> None:
    cut(session, project)
    assert said(session, "5", "1") == (
        "tờ 5 thửa 1 → thửa 11, 12 (tách)",
        "sheet 5 parcel 1 → parcels 11, 12 (split)",
    )
    merge(session, project, [key("12"), key("2")], Part("13", shape(108, 32), sheet="6"), actor="t", day=DAY)
    renumber(
        session, project, key("13", sheet="6"), series="GOP", sheet="77", number="5", version="2", actor="t",
        day=DAY,
    )  # fmt: skip
    assert said(session, "5", "1")[0] == (
        "tờ 5 thửa 1 → thửa 11, 12 (tách); tờ 5 thửa 12, 2 → tờ 6 thửa 13 (gộp); "
        "tờ 6 thửa 13 → tờ 77 thửa 5 (đổi số · bản đồ GOP/2)"
    )
    assert said(session, "6", "13")[1] == "sheet 6 parcel 13 → sheet 77 parcel 5 (renumbered · map GOP/2)"
    assert said(session, "5", "3") == ("", "")


def test_renumbering_again_and_back_ends_and_is_told_in_order(session: Session, project: Project) -> None:
    for old, new in (("3", "30"), ("30", "31"), ("31", "3")):
        renumber(
            session, project, key(old), series=key(old)[0], sheet="5", number=new, version="1", actor="t", day=DAY
        )  # fmt: skip
    assert said(session, "5", "3")[0] == (
        "tờ 5 thửa 3 → thửa 30 (đổi số); tờ 5 thửa 30 → thửa 31 (đổi số); tờ 5 thửa 31 → thửa 3 (đổi số)"
    )
    assert descent_of_id(session, number_of(session, "3")).ids == (number_of(session, "3"),)


def test_the_map_search_finds_an_old_number_and_an_old_id(session: Session, project: Project) -> None:
    old = number_of(session, "1")
    cut(session, project)
    heirs = {str(number_of(session, "11")), str(number_of(session, "12"))}
    for typed in ("5/1", "tờ 5 thửa 1", str(old)):
        found = search_land(session, typed, project_code=project.code)
        assert {each["id"] for each in found} == heirs
        assert all(each["label"].startswith("tờ 5 thửa 1 → thửa 11, 12 (tách) · ") for each in found)
        assert all(each["said"]["en"] == "sheet 5 parcel 1 → parcels 11, 12 (split)" for each in found)
    itself = search_land(session, "5/2", project_code=None)
    assert [("said" in each, each["id"]) for each in itself] == [(False, str(number_of(session, "2")))]
    assert [each["id"] for each in search_land(session, str(number_of(session, "2")), project_code=None)] == [
        str(number_of(session, "2"))
    ]
    assert search_land(session, str(uuid.UUID(int=7)), project_code=None) == []


def test_a_number_used_again_is_found_beside_what_became_of_its_first_bearer(
    session: Session, project: Project
) -> None:
    cut(session, project)
    renumber(
        session, project, key("3"), series=key("3")[0], sheet="5", number="1", version="1", actor="t", day=DAY
    )  # fmt: skip
    found = search_land(session, "5/1", project_code=project.code)
    assert [("said" in each) for each in found] == [False, True, True]
    assert found[0]["id"] == str(number_of(session, "1"))


def test_an_old_number_of_another_project_or_map_series_leads_nowhere(
    session: Session, project: Project
) -> None:
    cut(session, project)
    other = add_project(session, "KHAC", line=None)
    assert search_land(session, "5/1", project_code="KHAC") == []
    assert descent_of_number(session, sheet="5", number="1", project_id=other.id).ids == ()
    assert descent_of_number(session, sheet="5", number="1", series="99999").ids == ()
    assert len(descent_of_number(session, sheet="5", number="1", series=key("1")[0]).ids) == 2


def test_an_old_number_answers_only_within_ones_own_wards(make_database: Callable[[], str]) -> None:
    url = make_database()
    own = make_engine(url, maintenance=True)
    upgrade(own)
    with make_sessions(own).begin() as session:
        add_ward(session)
        cut(session, land_of(session))
    mine = app_url(url)
    app = make_engine(mine) if mine else make_engine(url, role=APP_ROLE)

    def answers(ward: str) -> tuple[int, str]:
        with make_sessions(app).begin() as session:
            for name, value in (("reach", "scoped"), ("wards", ward)):
                session.execute(
                    text("select set_config(:n, :v, true)"), {"n": f"duonggang.{name}", "v": value}
                )
            return len(search_land(session, "5/1", project_code=None)), said(session, "5", "1")[0]

    assert answers("00103") == (0, "")
    # The control: the same question of an officer of the ward is answered.
    assert answers(key("1")[0]) == (2, "tờ 5 thửa 1 → thửa 11, 12 (tách)")
    app.dispose()
    own.dispose()
