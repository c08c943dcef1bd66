"""The delay report of the whole portfolio as of any date, HTML and PDF, and how it grows with the history: 1×, 4×, 16×.

Each round stands on a server that has just begun: nothing is kept of the round before but compiled kernels and what
PostgreSQL has in memory. Then a server that has calculated ahead, as it does when it starts, is asked for days that
nobody asked for, and for today after every project changed.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.app import app_engine, create_app
from api.commands.server import calculate_ahead
from tests.bench.measuring import ROUNDS, figure, seconds
from tests.bench.portfolio import (
    PARCELS,
    PROJECTS,
    TODAY,
    Portfolio,
    add_history,
    begin_history,
    lay_portfolio,
)

PER_CASE = 2  # events of a case in the two years, at 1×
PAST = TODAY - timedelta(300)


@pytest.fixture(scope="module")
def portfolio(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portfolio]:
    found = lay_portfolio(make_database(), tmp_path_factory.mktemp("report"))
    begin_history(found.engine)
    yield found
    found.engine.dispose()


def cold(portfolio: Portfolio, engine: Engine, address: str) -> float:
    """How long a server that has just begun takes for its first answer."""
    app = create_app(portfolio.settings, engine=engine, today=lambda: TODAY)
    headers = {"Authorization": f"Bearer {portfolio.token}", "accept": "text/html"}
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
        client.get("/healthz")

        def ask() -> None:
            answer = client.get(address)
            assert answer.status_code == 200, answer.text[:400]
            assert len(answer.content) > 10_000

        return seconds(ask)


def running(portfolio: Portfolio, engine: Engine) -> dict[str, float]:
    """What a server that has calculated ahead takes: medians by what was asked."""
    app = create_app(portfolio.settings, engine=engine, today=lambda: TODAY)
    headers = {"Authorization": f"Bearer {portfolio.token}", "accept": "text/html"}
    taken: dict[str, list[float]] = {}
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as client:
        calculate_ahead(app)

        def ask(name: str, address: str) -> None:
            def once() -> None:
                answer = client.get(address)
                assert answer.status_code == 200, answer.text[:400]

            taken.setdefault(name, []).append(seconds(once))

        for n in range(min(ROUNDS, 3)):
            ask("HTML, ngày chưa ai hỏi", page(PAST - timedelta(1 + 2 * n)))
            ask("PDF, ngày chưa ai hỏi", paper(PAST - timedelta(2 + 2 * n)))
            with portfolio.engine.begin() as connection:
                connection.execute(text("update project set revision = revision + 1"))
            ask("HTML, mọi dự án vừa đổi", page(TODAY))
            with portfolio.engine.begin() as connection:
                connection.execute(text("update project set revision = revision + 1"))
            ask("PDF, mọi dự án vừa đổi", paper(TODAY))
    return {name: statistics.median(each) for name, each in taken.items()}


def page(day: date) -> str:
    return f"/bao-cao-cham?ngay={day}"


def paper(day: date) -> str:
    return f"/bao-cao-cham/tep?dang=pdf&ngay={day}"


def test_delay_report_of_the_portfolio_as_the_history_grows(portfolio: Portfolio) -> None:
    engine, told = app_engine(portfolio.settings), PER_CASE
    cold(portfolio, engine, page(TODAY))  # kernels, fonts
    cold(portfolio, engine, paper(TODAY))
    for times in (1, 4, 16):
        add_history(portfolio.engine, told + 1, PER_CASE * times)
        told = PER_CASE * times
        with portfolio.engine.connect() as connection:
            events = connection.scalar(text("select count(*) from event"))
        what = f"báo cáo {PROJECTS} dự án, {PARCELS * 2 // 3:,} hồ sơ, {events:,} sự kiện ({times}×)"
        asked = {
            "HTML": page(TODAY),
            f"HTML ngày {PAST}": page(PAST),
            "PDF": paper(TODAY),
            f"PDF ngày {PAST}": paper(PAST),
        }
        for name, address in asked.items():
            took = statistics.median(cold(portfolio, engine, address) for _ in range(min(ROUNDS, 3)))
            figure(f"{what}, {name}, máy chủ vừa bật", "s", took)
        for name, took in running(portfolio, engine).items():
            figure(f"{what}, {name}, máy chủ đang chạy", "s", took)
    engine.dispose()
