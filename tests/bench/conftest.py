"""The figures of a run are written to build/bench.json when it is over."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from api.collecting import patient_collection
from api.settings import Settings
from geo.db import make_engine
from geo.migrate import upgrade
from tests.bench.fabric import PARCELS, Fabric, lay
from tests.bench.measuring import FIGURES
from tests.conftest import ROOT
from tests.people import app_url, make_tester

# What tipg reads: exactly the attributes of our tiles, projected, indexed and clustered.
COPY = """
create table bench_parcel as
select row_number() over () as id, c.id as k, c.step as s, left(c.holder_kind, 1) as o, c.obstacle as v,
       p.ward_code as w, ST_Transform(p.geom, 3857)\\:\\:geometry(MultiPolygon, 3857) as geom
from parcel p join clearance_case c on c.id = p.case_id;
alter table bench_parcel add primary key (id);
create index bench_parcel_geom on bench_parcel using gist (geom);
cluster bench_parcel using bench_parcel_geom;
analyze bench_parcel; analyze parcel; analyze clearance_case;
"""


@pytest.fixture(scope="session", autouse=True)
def written() -> Iterator[None]:
    patient_collection()  # as the program does
    yield
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(FIGURES, ensure_ascii=False, indent=2) + "\n")


@pytest.fixture(scope="session")
def fabric(make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Fabric:
    """A city of parcels, made once for all that measure on it."""
    url = make_database()
    if app_url(url) is None:
        pytest.skip("needs the run's private cluster")
    engine = make_engine(url, maintenance=True, statement_timeout_ms=0)
    upgrade(engine)
    with engine.begin() as connection:
        lay(connection, parcels=PARCELS)
    with engine.begin() as connection:
        for statement in COPY.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
    engine.dispose()
    settings = Settings(
        _env_file=None, home=tmp_path_factory.mktemp("bench"), database_url=url, app_database_url=app_url(url),
        secret="for tests only 0123456789abcdefghij", demo=True,
    )  # fmt: skip
    return Fabric(settings, make_tester(settings, "lanh-dao-do", "leadership").token)
