"""`make bench`: our figures beside their peers', both sides taking turns in one run; medians, written to build/.

Not part of `make test`: figures depend on the machine, so nothing is asserted about time.
"""

from __future__ import annotations

import gzip
import statistics
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import folium
import geopandas as gpd
import networkx as nx
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.commands.shared import command_context
from api.context import Context
from api.settings import Settings
from api.usecases.land import import_parcel_file
from api.usecases.land_features import parcel_features
from api.usecases.portfolio import read_portfolio
from api.usecases.reports import delay_answer
from geo.db import make_engine, make_sessions
from geo.demo import write_demo_files
from geo.store import load_cases, load_network
from geo.tables import ImportBatch, Project
from projects.impact import land_network
from projects.network import build_graph
from tests.bench.measuring import ROUNDS, figure, seconds, taking_turns
from tests.conftest import ROOT
from tests.unit.day_cpm import schedule


@pytest.fixture(scope="module")
def city(portfolio_settings: Settings) -> Iterator[Engine]:
    assert portfolio_settings.database_url is not None
    engine = make_engine(portfolio_settings.database_url, statement_timeout_ms=0, maintenance=True)
    yield engine
    engine.dispose()


def test_delay_report_of_the_portfolio(city: Engine) -> None:
    with Session(city) as session:
        cold = statistics.median(
            seconds(lambda: delay_answer(session, command_context(), None)) for _ in range(ROUNDS)
        )
        ctx: Context = command_context()
        delay_answer(session, ctx, None)
        warm = statistics.median(seconds(lambda: delay_answer(session, ctx, None)) for _ in range(ROUNDS))
    figure("báo cáo chậm cả danh mục, từ CSDL, chưa có bộ nhớ đệm", "s", cold)
    figure("báo cáo chậm cả danh mục, không có gì đổi từ lần trước", "s", warm)


def test_critical_path_pass_with_land_nodes(city: Engine) -> None:
    calendars = command_context().calendars
    with Session(city) as session:
        project = session.scalars(select(Project).where(Project.code == "VD4")).one()
        network, cases = load_network(session, project), load_cases(session, project, as_of=date(2026, 3, 13))
    assert network is not None
    graph = build_graph(land_network(network, (), cases, date(2026, 3, 13)), calendars)
    for _, succ, data in graph.edges(data=True):
        data["weight"] = graph.nodes[succ]["activity"].duration
    ours, peer = taking_turns(
        lambda: schedule(graph, calendars, data_date=date(2026, 3, 13), finish=network.finish),
        lambda: nx.dag_longest_path_length(graph),
    )
    nodes = graph.number_of_nodes()
    against = "networkx dag_longest_path_length: một con số, không lịch, không dự trữ"
    figure(f"đường găng VD4, {nodes} nút: 4 loại quan hệ, lịch, dự trữ", "s", ours, peer, against)


def test_import_of_a_parcel_file(city: Engine, tmp_path: Path) -> None:
    portfolio, _ = read_portfolio(ROOT / "data")
    project = next(p for p in portfolio.projects if p.code == "VD4")
    files = {
        path.stem.partition("-")[0].upper(): path for path in write_demo_files(portfolio, tmp_path, seed=7)
    }
    path = files[project.code]
    frame = gpd.read_file(path).to_crs(4326)

    def ours() -> None:
        with make_sessions(city)() as session:  # never committed: each round starts from the same state
            session.execute(text("set constraints all deferred"))
            batch = select(ImportBatch.project_id).join(Project).where(Project.code == project.code)
            session.execute(text("delete from parcel where project_id = :p"), {"p": session.scalar(batch)})
            session.execute(
                text("delete from clearance_case where project_id = :p"), {"p": session.scalar(batch)}
            )
            import_parcel_file(session, path, project=project.code, is_demo=True, actor="bench")

    def peer() -> None:
        frame.to_postgis("bench_parcels", city, if_exists="replace", index=False)

    mine, theirs = taking_turns(ours, peer)
    with city.begin() as connection:
        connection.execute(text("drop table bench_parcels"))
    against = "GeoDataFrame.to_postgis: chỉ ghi bảng, không kiểm tra, không lý trình, không lịch sử"
    figure(
        f"nhập {len(frame)} thửa: tiến trình con, kiểm tra, lý trình, mũi, lịch sử",
        "s",
        mine,
        theirs,
        against,
    )


def test_bytes_of_a_project_map(city: Engine) -> None:
    with Session(city) as session:
        project = session.scalars(select(Project).where(Project.code == "TULIEN")).one()
        body = parcel_features(session, command_context(), project, as_of=date(2026, 3, 13))
        frame = gpd.read_postgis(
            "select geom, sheet, number, land_use from parcel where project_id = %(p)s",
            city,
            geom_col="geom",
            params={"p": project.id},
        )
    page = folium.Map()
    folium.GeoJson(frame).add_to(page)
    ours = len(gzip.compress(body.encode())) / 1024
    peer = len(gzip.compress(page.get_root().render().encode())) / 1024
    figure(
        f"thửa của TULIEN ({len(frame)}), gzip",
        "kB",
        ours,
        peer,
        "trang folium.GeoJson cùng thửa, 3 thuộc tính",
    )
