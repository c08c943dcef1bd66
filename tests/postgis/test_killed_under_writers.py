"""PostgreSQL killed under eight writers: what was acknowledged is there once, whatever was sent again.

The ledger is the clients' own: every change has a key, and a change counts as acknowledged when its answer came. At the
end the history is compared with it. KILLS=20 in the environment makes the run of the bar; fewer in CI for its time.
"""

from __future__ import annotations

import gc
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select, text
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.settings import Settings
from geo import cluster
from geo.db import make_engine, make_sessions
from geo.importing import import_parcels
from geo.migrate import upgrade
from geo.server import processes
from geo.server.processes import pauses
from geo.tables import ClearanceCase, Event, PortfolioState
from tests.conftest import skip_or_fail
from tests.people import Tester, make_tester, owner_session
from tests.postgis.land_rows import WARD, add_event, add_project, add_ward, lot, table

# A connection that is being made when the server dies is dropped by the driver without a word.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
DAY = date(2026, 3, 1)
WRITERS = 8
KILLS = int(os.environ.get("KILLS", "6"))


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Path, FastAPI, Tester]]:
    """A cluster that keeps what it commits, with a case for each writer, and the application on it."""
    try:
        with cluster.temporary(settings={}) as home:
            url = cluster.status(home).url
            settings = Settings(
                _env_file=None, home=home, database_url=url, app_database_url=cluster.app_url(url), demo=True,
                secret="for tests only 0123456789abcdefghij", requests_per_minute=10_000_000,
            )  # fmt: skip
            engine = make_engine(url, maintenance=True)
            upgrade(engine)
            with make_sessions(engine).begin() as session:
                add_ward(session)
                project = add_project(session, fronts=[("A", 0, 1000)])
                project.facts = dict.fromkeys(("short_vi", "short_en", "summary_vi", "summary_en"), "")
                session.add(PortfolioState(id=1, data_date=DAY, files_sha256="0"))
                session.flush()
                land = table(*[lot(100 + 40 * n, 5) for n in range(WRITERS)])
                import_parcels(session, "TULIEN", land, actor="t", is_demo=False, effective_on=DAY)
                add_event(session)
            engine.dispose()
            tester = make_tester(settings, "nguoi.ghi", "ward_leader", wards=(WARD,))
            own = app_engine(settings)
            app = create_app(
                settings, engine=own, today=lambda: DAY, revive=lambda: cluster.ensure_running(home)
            )
            yield home, app, tester
            own.dispose()
            gc.collect()  # here, where a connection that died while it was made may be found lying about
    except cluster.ClusterError as error:
        skip_or_fail(error.en)


def patch(client: TestClient, code: str, key: str, version: int, note: str) -> Any:
    body = {"version": version, "note": note, "effective_on": DAY.isoformat()}
    return client.patch(f"/api/cases/{code}", json=body, headers={"Idempotency-Key": key})


def write(app: FastAPI, tester: Tester, code: str, stop: threading.Event, acknowledged: list[str]) -> None:
    """Changes one case over and over; a change without an answer is sent again under its key until it has one."""
    with TestClient(
        app, base_url="http://127.0.0.1", raise_server_exceptions=False, headers=tester.headers
    ) as client:
        version, number = 1, 0
        while not stop.is_set():
            number += 1
            key = f"{code}-{number:06d}"
            for _ in range(2_000):
                answer = patch(client, code, key, version, f"lần {number}")
                if answer.status_code == 200:
                    break
                assert answer.status_code in (500, 503), answer.text
                time.sleep(0.02)
            assert answer.status_code == 200
            acknowledged.append(key)
            version = answer.json()["version"]


def kill_everything(home: Path) -> None:
    """SIGKILL to the postmaster and to all its children, at once."""
    found = cluster.status(home)
    for pid in {found.pid, *processes.processes(found.data)} - {None}:
        with suppress(ProcessLookupError):
            os.kill(pid or 0, signal.SIGKILL)


def progress(acknowledged: list[list[str]]) -> None:
    """Waits until as many changes again as there are writers have been acknowledged."""
    wanted = sum(map(len, acknowledged)) + WRITERS
    for _ in pauses(120.0):
        if sum(map(len, acknowledged)) >= wanted:
            return
    raise AssertionError("the writers do not come through")


def test_no_acknowledged_write_is_lost_and_none_is_doubled(
    world: tuple[Path, FastAPI, Tester],
) -> None:
    home, app, tester = world
    chance = random.Random(8)
    stop = threading.Event()
    acknowledged: list[list[str]] = [[] for _ in range(WRITERS)]
    codes = [f"TULIEN-{n:04d}" for n in range(1, WRITERS + 1)]
    threads = [
        threading.Thread(target=write, args=(app, tester, code, stop, ledger))
        for code, ledger in zip(codes, acknowledged, strict=True)
    ]
    for thread in threads:
        thread.start()
    for _ in range(KILLS):
        progress(acknowledged)  # each kill meets a server at work, however slow the machine is
        time.sleep(chance.random() * 0.5)
        kill_everything(home)
        cluster.ensure_running(home)
    progress(acknowledged)
    stop.set()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    cluster.ensure_running(home)
    with owner_session(app.state.settings) as session:
        stored = Counter(
            session.scalars(
                select(Event.idempotency_key).where(Event.kind == "case.edit", Event.object_code.in_(codes))
            )
        )
        versions = dict(session.execute(select(ClearanceCase.code, ClearanceCase.version)).all())
    acked = [f"{tester.name}:{key}" for ledger in acknowledged for key in ledger]
    assert len(acked) >= WRITERS * (KILLS + 1)
    assert [key for key in acked if stored[key] == 0] == [], "lost"
    assert {key: n for key, n in stored.items() if n > 1} == {}, "doubled"
    assert set(stored) == set(acked), "every change was sent until it had its answer"
    assert versions == {c: 1 + len(ledger) for c, ledger in zip(codes, acknowledged, strict=True)}


@pytest.mark.parametrize(("same_key", "events"), [(True, 1), (False, 2)])
def test_an_answer_that_got_lost_is_the_one_that_a_key_is_for(
    world: tuple[Path, FastAPI, Tester], same_key: bool, events: int
) -> None:
    """With the key the retry writes nothing; the control, a retry under a new key, writes it twice."""
    _, app, tester = world
    code = "TULIEN-0001"
    with TestClient(app, base_url="http://127.0.0.1", headers=tester.headers) as client:
        version = client.get(f"/api/cases/{code}").json()["row"]["version"]
        note = f"mất lời đáp {same_key}"
        first = patch(client, code, f"mat-loi-dap-{same_key}", version, note)
        assert first.status_code == 200  # committed; suppose that this never reached the phone
        if same_key:
            again = patch(client, code, f"mat-loi-dap-{same_key}", version, note)
            assert again.json() == first.json()
        else:
            # What a phone without keys would do: read again, and send the paper again.
            body = {"version": version + 1, "document": "1/BB", "note": note, "effective_on": DAY.isoformat()}
            assert client.patch(f"/api/cases/{code}", json=body).status_code == 200
    with owner_session(app.state.settings) as session:
        found = session.scalar(
            text("select count(*) from event where object_code = :c and after ->> 'note' = :n"),
            {"c": code, "n": note},
        )
    assert found == events
