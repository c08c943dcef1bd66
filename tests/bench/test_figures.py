"""`make bench`: our figures beside their peers', both sides taking turns in one run; medians, written to build/.

Not part of `make test`: figures depend on the machine, so nothing is asserted about time.
"""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import folium
import geopandas as gpd
import networkx as nx
import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.app import app_engine
from api.commands.shared import command_context
from api.context import Context
from api.rightsfile import rights
from api.settings import Settings
from api.usecases.land import import_parcel_file
from api.usecases.land_features import parcel_features
from api.usecases.portfolio import read_portfolio
from api.usecases.reports import delay_answer
from geo import scope
from geo.db import make_engine, make_sessions
from geo.demo import write_demo_files
from geo.store import load_cases, load_network
from geo.tables import ImportBatch, Project
from projects.cpm import schedule
from projects.impact import land_network
from projects.network import build_graph
from projects.rights import Principal

ROUNDS = 5
ROOT = Path(__file__).resolve().parents[2]
FIGURES: list[dict[str, object]] = []


def figure(name: str, unit: str, ours: float, peer: float | None = None, against: str = "") -> None:
    row = {
        "name": name,
        "unit": unit,
        "ours": round(ours, 3),
        "peer": peer and round(peer, 3),
        "against": against,
    }
    FIGURES.append(row)
    ratio = f"  {peer / ours:6.1f} ×  {against}" if peer else ""
    print(f"\n{name:<62} {ours:10.3f} {unit}{ratio}")


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def taking_turns(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Medians in seconds of both sides, interleaved, after one round that does not count."""
    rounds = [(seconds(ours), seconds(peer)) for _ in range(ROUNDS + 1)][1:]
    return statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)


@pytest.fixture(scope="module")
def city(portfolio_settings: Settings) -> Iterator[Engine]:
    assert portfolio_settings.database_url is not None
    engine = make_engine(portfolio_settings.database_url, statement_timeout_ms=0, maintenance=True)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def web(portfolio_settings: Settings) -> Iterator[Engine]:
    """As the web process connects: under row-level security."""
    engine = app_engine(portfolio_settings)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module", autouse=True)
def written() -> Iterator[None]:
    yield
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(FIGURES, ensure_ascii=False, indent=2) + "\n")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (Principal("bench", "bench", rights().roles["leadership"]), ""),
        (
            Principal("bench", "bench", rights().roles["ward_officer"], wards=frozenset({"00097"})),
            ", cho cán bộ một phường",
        ),
    ],
)
def test_delay_report_of_the_portfolio(web: Engine, who: Principal, words: str) -> None:
    def report(ctx: Context) -> None:
        with Session(web) as session:
            scope.enter(session, who)
            delay_answer(session, ctx.seen_by(who), None)

    cold = statistics.median(seconds(lambda: report(command_context())) for _ in range(ROUNDS))
    ctx = command_context()
    report(ctx)
    warm = statistics.median(seconds(lambda: report(ctx)) for _ in range(ROUNDS))
    figure(f"báo cáo chậm cả danh mục{words}, từ CSDL, chưa có bộ nhớ đệm", "s", cold)
    figure(f"báo cáo chậm cả danh mục{words}, không có gì đổi từ lần trước", "s", warm)


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
