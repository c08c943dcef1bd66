"""What is read of many projects at once, as columns, is what their rows say one by one."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from geo.network_rows import activity_of, link_of
from geo.networks import counts_days, known_times, load_plans_of, load_stored
from geo.store import load_cases, load_cases_of
from geo.tables import Activity, ClearanceCase, Link, Parcel, Project, ProjectNetwork
from projects.codes import AGRI, NON_AGRI, land_kind
from projects.model import CaseState, ParcelRef
from projects.plan import link_key

LAST = date(2099, 12, 31)  # no event is later: the rows themselves
KNOWN = working_calendars()
SAMPLE = 20  # one case in as many is read one by one
FRONTS_OF = text(
    """
    select distinct w.code from parcel_front pf join parcel q on q.id = pf.parcel_id
    join work_front w on w.id = pf.front_id and w.project_id = q.project_id where q.case_id = :case
    """
)


def state_of(session: Session, row: ClearanceCase) -> CaseState:
    order = Parcel.map_series, Parcel.sheet, Parcel.number, Parcel.map_version
    land = session.scalars(select(Parcel).where(Parcel.case_id == row.id).order_by(*order)).all()
    agricultural = bool(land) and all(land_kind(parcel.land_use) == AGRI for parcel in land)
    return CaseState(
        code=row.code,
        ward_code=row.ward_code,
        step=row.step,
        step_on=row.step_on,
        promised_on=row.promised_on,
        obstacle=row.obstacle,
        fronts=tuple(sorted(session.scalars(FRONTS_OF, {"case": row.id}))),
        parcels=tuple(ParcelRef(p.sheet, p.number, p.area_m2, p.from_m, p.to_m) for p in land),
        version=row.version,
        is_demo=row.is_demo,
        land=AGRI if agricultural else NON_AGRI,
    )


def test_cases_of_all_projects_are_those_of_their_rows(owner: Session) -> None:
    projects = owner.scalars(select(Project)).all()
    found = load_cases_of(owner, projects)
    assert list(found) == [project.id for project in projects]
    assert {case.land for cases in found.values() for case in cases} == {AGRI, NON_AGRI}
    for project in projects:
        rows = owner.scalars(select(ClearanceCase).where(ClearanceCase.project_id == project.id)).all()
        mine = {case.code: case for case in found[project.id]}
        assert list(mine) == sorted(mine)
        assert set(mine) == {row.code for row in rows}
        for row in rows[::SAMPLE]:
            assert mine[row.code] == state_of(owner, row)
        assert load_cases(owner, project, as_of=LAST) == found[project.id]


def test_cases_of_no_project_and_of_one_without_land(owner: Session) -> None:
    assert load_cases_of(owner, ()) == {}
    bare = owner.scalars(select(Project).where(~Project.id.in_(select(ClearanceCase.project_id)))).first()
    assert bare is not None
    assert load_cases_of(owner, (bare,)) == {bare.id: ()}


def test_networks_of_all_projects_are_those_of_their_rows(owner: Session) -> None:
    projects = owner.scalars(select(Project)).all()
    found = load_plans_of(owner, projects, KNOWN)
    read = 0
    for project in projects:
        rows = owner.scalars(select(Activity).where(Activity.project_id == project.id)).all()
        plan = found[project.id]
        if plan is None:
            assert not rows
            continue
        read += 1
        whole = counts_days(owner.get(ProjectNetwork, project.id))
        codes = {row.id: row.code for row in rows}
        links = owner.scalars(select(Link).where(Link.project_id == project.id)).all()
        activities = {a.code: a for a in plan.net.activities}
        assert activities == {row.code: activity_of(row, whole_days=whole) for row in rows}
        assert plan.net.links == tuple(
            sorted(
                (link_of(row, codes, whole_days=whole) for row in links),
                key=lambda k: (k.pred, k.succ, k.type),
            )
        )
        assert [time.name for time in plan.net.calendars][: len(KNOWN)] == list(
            known_times(KNOWN, whole_days=whole)
        )
        stored = load_stored(owner, project, KNOWN)
        assert stored is not None
        assert stored.versions == {row.code: row.version for row in rows} | {
            link_key(codes[k.pred_id], codes[k.succ_id], k.type): k.version for k in links
        }
    assert read > 1
