"""What an audited change over HTTP costs beside the least that an ORM can do, and what row-level security costs."""

from __future__ import annotations

import http.client
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import text

from api.settings import Settings
from geo.db import make_engine
from geo.server.processes import pauses
from tests.bench.measuring import ROUNDS, figure, taking_turns
from tests.conftest import ROOT
from tests.people import Tester, app_url

CLIENTS = 8
SECONDS = 3.0


@contextmanager
def server(port: int, *arguments: str) -> Iterator[int]:
    """One of the two servers, until the end of the `with`."""
    command = [sys.executable, "-m", "tests.bench.servers", arguments[0], str(port), *arguments[1:]]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        for _ in pauses(60.0):
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as probe:
                    probe.connect()
                break
            except OSError:
                assert process.poll() is None
        yield port
        process.terminate()


def per_second(send: Callable[[http.client.HTTPConnection, int, int], None], port: int) -> float:
    """Requests in a second, of CLIENTS connections that each send one after the other."""
    counts = [0] * CLIENTS
    until = time.perf_counter() + SECONDS

    def work(client: int) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
            while time.perf_counter() < until:
                send(connection, client, counts[client])
                counts[client] += 1

    threads = [threading.Thread(target=work, args=(client,)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def test_an_audited_change_over_http(portfolio_settings: Settings, tester: Tester) -> None:
    url = str(portfolio_settings.database_url)
    own = app_url(url)
    if own is None:
        pytest.skip("needs the run's private cluster")
    engine = make_engine(url, maintenance=True)
    with engine.begin() as connection:
        connection.execute(
            text("create table bench_row as select n as id, '' as note from generate_series(1, 1000) n")
        )
        connection.execute(text("alter table bench_row add primary key (id)"))
        rows = connection.execute(
            text("select code, version from clearance_case where code like 'QL1A-%' order by code limit :n"),
            {"n": CLIENTS},
        ).all()
    versions: dict[str, int] = dict(rows)
    codes = list(versions)

    def ours(connection: http.client.HTTPConnection, client: int, number: int) -> None:
        code = codes[client]
        body = json.dumps({"version": versions[code], "note": f"lần {number} {time.perf_counter_ns()}"})
        headers = {"Content-Type": "application/json", "Idempotency-Key": f"{code}-{time.perf_counter_ns()}"}
        connection.request("PATCH", f"/api/cases/{code}", body, headers | tester.headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == 200, told
        versions[code] = told["version"]

    def peer(connection: http.client.HTTPConnection, client: int, number: int) -> None:
        body = json.dumps({"note": f"lần {number}"})
        address = f"/row/{1 + (client * 97 + number) % 1000}"
        connection.request("PATCH", address, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200

    home = str(portfolio_settings.home)
    with server(8765, "ours", url, own, home) as mine, server(8766, "peer", url) as theirs:
        rounds = [(per_second(ours, mine), per_second(peer, theirs)) for _ in range(ROUNDS + 1)][1:]
    with engine.begin() as connection:
        connection.execute(text("drop table bench_row"))
    engine.dispose()
    figure(
        f"thay đổi có lịch sử, {CLIENTS} khách: đăng nhập, quyền, phiên bản, chuỗi mã",
        "lần/s",
        statistics.median(r[0] for r in rounds),
        statistics.median(r[1] for r in rounds),
        "FastAPI + ORM bất đồng bộ get + flush: không quyền, không lịch sử, không phiên bản",
    )


def test_reading_under_row_level_security(portfolio_settings: Settings) -> None:
    url = str(portfolio_settings.database_url)
    own = app_url(url)
    if own is None:
        pytest.skip("needs the run's private cluster")
    query = text(
        "select count(*), sum(area_m2) from parcel where project_id = (select id from project where code = 'VD4')"
    )
    engines = [make_engine(own), make_engine(url, maintenance=True)]
    wide = text("select set_config('duonggang.reach', 'all', true)")

    def read(at: int) -> Callable[[], object]:
        def work() -> None:
            with engines[at].begin() as connection:
                connection.execute(wide)
                for _ in range(100):
                    connection.execute(query).one()

        return work

    ours, peer = taking_turns(read(0), read(1))
    for engine in engines:
        engine.dispose()
    figure(
        "100 lượt đọc thửa của VD4 dưới bảo mật mức dòng", "s", ours, peer, "cùng câu hỏi, vai trò chủ bảng"
    )
