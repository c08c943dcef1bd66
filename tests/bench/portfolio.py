"""Twenty projects of 2,000 activities with 50,000 cases of land, and a history of them that grows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.orm import Session

from api.settings import Settings
from geo.db import make_engine
from geo.migrate import upgrade
from geo.tables import Activity, Link, Project, Section, WorkFront
from tests.bench.fabric import lay
from tests.people import app_url, make_tester
from tests.unit.engine_networks import TYPES, layered

PROJECTS = int(os.environ.get("DUONGGANG_BENCH_PROJECTS", "20"))
ACTIVITIES, FRONTS, PARCELS = 2000, 20, 3750 * PROJECTS  # three parcels in two cases
TODAY = date(2026, 3, 13)
ON_FRONTS = """
insert into parcel_front (parcel_id, front_id)
select p.id, f.id from parcel p
join work_front f on f.project_id = p.project_id and f.code = 'F' || lpad((p.case_id % :fronts)::text, 2, '0')
"""
# The cases come in two years ago at the first step; the last event of each brought it to where it stands.
CAME = """
insert into event (effective_on, actor, kind, object_type, object_code, project_code, before, after)
select date '2024-03-13', 'bench', 'case.import', 'case', c.code, p.code, null, jsonb_build_object(
    'step', 'S00', 'step_on', date '2024-03-13', 'promised_on', null, 'obstacle', c.obstacle, 'version', 1)
from clearance_case c join project p on p.id = c.project_id order by c.id;
insert into event (effective_on, actor, kind, object_type, object_code, project_code, before, after)
select c.step_on, 'bench', 'case.step', 'case', c.code, p.code,
       jsonb_build_object('step', 'S00', 'step_on', date '2024-03-13', 'promised_on', null, 'obstacle', c.obstacle,
                          'version', 1),
       jsonb_build_object('step', c.step, 'step_on', c.step_on, 'promised_on', c.promised_on, 'obstacle', c.obstacle,
                          'version', 2)
from clearance_case c join project p on p.id = c.project_id order by c.id;
"""
# Step after step and promise after promise in between, over the two years; they were told late, and so change nothing
# of how the cases stand today.
MORE = """
insert into event (effective_on, actor, kind, object_type, object_code, project_code, before, after)
select date '2024-04-01' + ((n * 613 + c.id) % 600)::int, 'bench',
       case when n % 2 = 0 then 'case.step' else 'case.promise' end, 'case', c.code, p.code,
       jsonb_build_object('step', s.was, 'step_on', date '2024-04-01', 'promised_on', null, 'obstacle', c.obstacle,
                          'version', 1),
       jsonb_build_object('step', case when n % 2 = 0 then s.now else s.was end, 'step_on', date '2024-04-01',
                          'promised_on', case when n % 2 = 1 then date '2026-06-01' + (n + c.id)::int % 200 end,
                          'obstacle', c.obstacle, 'version', 1)
from generate_series(cast(:first as int), cast(:last as int)) n
join clearance_case c on true join project p on p.id = c.project_id
cross join lateral (select (array['S00','S10','S20','S30','S40'])[1 + n % 5] as was,
                           (array['S10','S20','S30','S40','S60'])[1 + n % 5] as now) s
order by n, c.id
"""


@dataclass(frozen=True)
class Portfolio:
    """The loaded database, and a token of somebody who sees all of it."""

    settings: Settings
    engine: Engine
    token: str


def lay_portfolio(url: str, home: Path) -> Portfolio:
    """Fills an empty database; whoever asks disposes of the engine."""
    engine = make_engine(url, maintenance=True, statement_timeout_ms=0)
    upgrade(engine)
    with engine.begin() as connection:
        lay(connection, parcels=PARCELS, projects=PROJECTS)
    with Session(engine) as session:
        for seed, project in enumerate(session.scalars(select(Project).order_by(Project.code))):
            project.planned_finish = TODAY + timedelta(900)
            add_network(session, project, seed)
        session.execute(text(ON_FRONTS.replace(":fronts", str(FRONTS))))
        session.execute(
            text(
                "insert into event (effective_on, actor, kind, object_type, object_code) values "
                "('2026-03-13', 'bench', 'portfolio.load', 'portfolio', 'networks')"
            )
        )
        session.commit()
    vacuum(engine)
    settings = Settings(
        _env_file=None, home=home, database_url=url, app_database_url=app_url(url),
        secret="for tests only 0123456789abcdefghij", demo=True, requests_per_minute=10_000_000,
    )  # fmt: skip
    return Portfolio(settings, engine, make_tester(settings, "can-bo", "ward_leader", wards=None).token)


def begin_history(engine: Engine) -> None:
    """Two events of each case, the older one two years ago; days from then on can be asked for."""
    with engine.begin() as connection:
        _quick_chain(connection)
        connection.execute(text("alter table event disable trigger event_append_only"))
        connection.execute(
            text(
                "update event set effective_on = '2024-03-13' where kind = 'portfolio.load' and object_code = 'bench'"
            )
        )
        connection.execute(text("alter table event enable trigger event_append_only"))
        for statement in CAME.split(";\n"):
            if statement.strip():
                connection.execute(text(statement))
        connection.execute(text("update project set revision = revision + 1"))
    vacuum(engine)


def add_history(engine: Engine, first: int, last: int) -> None:
    """The events number `first` to `last` of each case."""
    if last >= first:
        with engine.begin() as connection:
            _quick_chain(connection)
            connection.execute(text(MORE), {"first": first, "last": last})
            connection.execute(text("update project set revision = revision + 1"))
        vacuum(engine)


def _quick_chain(connection: Connection) -> None:
    """The event before is found by its number: a plan made for the few rows of before would read all of them."""
    connection.execute(text("set local enable_seqscan = off"))
    connection.execute(text("discard plans"))


def vacuum(engine: Engine) -> None:
    """What the server does of itself after a while."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum analyze"))


def add_network(session: Session, project: Project, seed: int) -> None:
    """A network of `ACTIVITIES` with a possession per front, each before a hundredth of the works."""
    section = Section(
        project_id=project.id, code="D1", name_vi="Đoạn", name_en="Section", status_vi="", source=""
    )
    session.add(section)
    session.flush()
    fronts = [
        WorkFront(project_id=project.id, section_id=section.id, code=f"F{n:02}", name_vi=f"Mũi {n}",
                  name_en=f"Front {n}", kind="road", needs_land=True)
        for n in range(FRONTS)
    ]  # fmt: skip
    session.add_all(fronts)
    session.flush()
    works = ACTIVITIES - FRONTS - 1
    net = layered(works, seed=seed)
    plain = {"project_id": project.id, "calendar": "ALL", "duration": 0}
    rows = [
        plain
        | {"code": "OPEN", "name_vi": "Thông xe", "name_en": "Opening", "kind": "milestone", "front_id": None}
    ]
    rows += [plain | {"code": f"P-{f.code}", "name_vi": f"Nhận {f.code}", "name_en": f"Possession {f.code}",
                      "kind": "possession", "front_id": f.id} for f in fronts]  # fmt: skip
    rows += [plain | {"code": f"A{i}", "name_vi": f"Việc {i}", "name_en": f"Work {i}", "kind": "task",
                      "front_id": None, "duration": d} for i, d in enumerate(net.duration.tolist())]  # fmt: skip
    session.execute(insert(Activity), rows)
    ids = dict(
        session.execute(select(Activity.code, Activity.id).where(Activity.project_id == project.id)).all()
    )
    links = [
        {
            "project_id": project.id,
            "pred_id": ids[f"A{u}"],
            "succ_id": ids[f"A{v}"],
            "type": TYPES[t],
            "lag": lag,
        }
        for u, v, t, lag in zip(
            net.pred.tolist(), net.succ.tolist(), net.type.tolist(), net.lag.tolist(), strict=True
        )
    ]
    ends = set(range(works)) - set(net.pred.tolist())
    tie = {"project_id": project.id, "type": "FS", "lag": 0}
    links += [tie | {"pred_id": ids[f"A{i}"], "succ_id": ids["OPEN"]} for i in sorted(ends)]
    rng = np.random.default_rng(seed)
    for f in fronts:
        for i in rng.choice(works, works // 100, replace=False).tolist():
            links.append(tie | {"pred_id": ids[f"P-{f.code}"], "succ_id": ids[f"A{i}"]})
    session.execute(insert(Link), links)
