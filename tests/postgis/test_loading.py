from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.commands.shared import command_context
from api.usecases.land import import_parcel_file, load_demo_land, projects_without_land
from api.usecases.portfolio import load_files, networks_of, read_portfolio, set_data_date
from geo.access import portfolio_state
from geo.loading import load_portfolio
from geo.tables import (
    Activity,
    Alignment,
    Claim,
    ClearanceCase,
    Event,
    Parcel,
    ParcelFront,
    Project,
    Ward,
    WorkFront,
)
from projects.errors import InvalidInput

DATA = Path(__file__).resolve().parents[2] / "data"


@pytest.fixture
def loaded(session: Session) -> Session:
    load_files(session, command_context(), DATA, actor="test")
    return session


def counts(session: Session) -> list[int | None]:
    tables = (Ward, Project, Alignment, WorkFront, Activity, Claim)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_loading_the_same_files_again_changes_nothing(loaded: Session) -> None:
    before, revisions = counts(loaded), loaded.scalars(select(Project.revision)).all()
    _, result = load_files(loaded, command_context(), DATA, actor="test")
    assert result.unchanged
    assert counts(loaded) == before
    assert loaded.scalars(select(Project.revision)).all() == revisions
    assert loaded.scalar(select(func.count()).where(Event.kind == "portfolio.load")) == 1


def test_all_126_wards_are_there(loaded: Session) -> None:
    kinds = dict(loaded.execute(select(Ward.unit_type, func.count()).group_by(Ward.unit_type)).all())
    assert kinds == {"phường": 51, "xã": 75}


def test_changed_files_keep_the_land_and_measure_it_anew(loaded: Session, tmp_path: Path) -> None:
    portfolio, _ = read_portfolio(DATA)
    meso = next(p for p in portfolio.projects if p.code == "MESO")
    written = load_demo_land(loaded, portfolio, meso, tmp_path, actor="test")
    assert written > 0
    assert "MESO" not in {p.code for p in projects_without_land(loaded, portfolio)}
    on_fronts = select(func.count()).select_from(ParcelFront)
    farthest = select(func.max(Parcel.to_m))
    fronts, end = loaded.scalar(on_fronts), loaded.scalar(farthest)
    assert fronts
    assert end

    (axis,) = meso.alignments
    longer = replace(axis, start_m=axis.start_m + 1000)
    shifted = replace(meso, alignments=(longer,))
    changed = replace(portfolio, projects=tuple(shifted if p is meso else p for p in portfolio.projects))
    networks = networks_of(portfolio, command_context())
    load_portfolio(loaded, changed, networks, files_sha256="other files", actor="test")
    assert loaded.scalar(select(func.count()).select_from(Parcel)) == written
    assert loaded.scalar(farthest) == pytest.approx(end + 1000, abs=0.01)


def test_real_land_takes_the_place_of_demo_land_and_the_two_never_mix(
    loaded: Session, tmp_path: Path
) -> None:
    portfolio, _ = read_portfolio(DATA)
    meso = next(p for p in portfolio.projects if p.code == "MESO")
    invented = load_demo_land(loaded, portfolio, meso, tmp_path / "demo", actor="test")
    demo_file = next((tmp_path / "demo").glob("*.gpkg"))

    frame = gpd.read_file(demo_file).head(5)
    taken = tmp_path / "trung_ma.gpkg"
    frame.to_file(taken)
    with pytest.raises(InvalidInput, match="was used for a case that is gone"), loaded.begin_nested():
        import_parcel_file(loaded, taken, project="MESO", actor="test")
    assert loaded.scalar(select(func.count()).select_from(Parcel)) == invented

    real = tmp_path / "that.gpkg"
    frame.assign(ho_so=[f"HS-{n}" for n in range(5)]).to_file(real)
    result, _ = import_parcel_file(loaded, real, project="MESO", actor="test")
    assert result.parcels == 5
    assert loaded.scalars(select(Parcel.is_demo)).all() == [False] * 5
    assert set(loaded.scalars(select(ClearanceCase.code))) == {f"HS-{n}" for n in range(5)}
    assert loaded.scalar(select(func.count()).where(Event.kind == "parcels.demo_removed")) == 1

    again, _ = import_parcel_file(loaded, real, project="MESO", actor="test")
    assert again.unchanged
    with pytest.raises(InvalidInput, match="was used for a case that is gone"), loaded.begin_nested():
        import_parcel_file(loaded, taken, project="MESO", actor="test")

    fewer = replace(portfolio, projects=tuple(p for p in portfolio.projects if p.code != "MESO"))
    networks = networks_of(fewer, command_context())
    with pytest.raises(InvalidInput, match="MESO left the portfolio files"), loaded.begin_nested():
        load_portfolio(loaded, fewer, networks, files_sha256="without MESO", actor="test")
    assert loaded.scalar(select(func.count()).select_from(Parcel)) == 5

    with pytest.raises(InvalidInput, match="has real parcels"):
        import_parcel_file(loaded, demo_file, project="MESO", is_demo=True, actor="test")


def test_a_project_that_left_the_files_leaves_the_database_with_its_parts(loaded: Session) -> None:
    portfolio, _ = read_portfolio(DATA)
    fewer = replace(portfolio, projects=tuple(p for p in portfolio.projects if p.code != "VD1"))
    networks = {k: v for k, v in networks_of(portfolio, command_context()).items() if k != "VD1"}
    load_portfolio(loaded, fewer, networks, files_sha256="fewer", actor="test")
    assert loaded.scalar(select(Project).where(Project.code == "VD1")) is None


def test_a_project_that_lost_its_template_has_no_network_left(loaded: Session) -> None:
    portfolio, _ = read_portfolio(DATA)
    networks = {k: v for k, v in networks_of(portfolio, command_context()).items() if k != "VD1"}
    load_portfolio(loaded, portfolio, networks, files_sha256="no network", actor="test")
    of_vd1 = select(func.count()).select_from(Activity).join(Project).where(Project.code == "VD1")
    assert loaded.scalar(of_vd1) == 0


def test_every_broken_file_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "portfolio").mkdir()
    (tmp_path / "portfolio" / "a.toml").write_text("code = ")
    (tmp_path / "portfolio" / "b.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput) as refused:
        read_portfolio(tmp_path)
    assert [f.where for f in refused.value.faults] == ["portfolio/a.toml", "portfolio/b.toml", "wards.csv"]


def test_moving_the_data_date_is_recorded_and_makes_all_projects_new(loaded: Session) -> None:
    before = loaded.scalars(select(Project.revision).order_by(Project.id)).all()
    set_data_date(loaded, date(2026, 4, 1), actor="test")
    assert portfolio_state(loaded).data_date == date(2026, 4, 1)
    after = loaded.scalars(select(Project.revision).order_by(Project.id)).all()
    assert [b + 1 for b in before] == list(after)
    event = loaded.scalars(select(Event).where(Event.kind == "portfolio.data_date")).one()
    assert event.after == {"data_date": "2026-04-01"}
