"""`duonggang serve`: cluster, migrations, portfolio, demo land, then the server, with progress in words."""

from __future__ import annotations

import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from api import logs, safety
from api.anchoring import anchoring
from api.app import app_engine, create_app, for_the_web
from api.commands.shared import (
    COMMAND_ACTOR,
    anchor_file,
    command_context,
    fail,
    running_database,
    say,
    sentences,
    settings_or_exit,
)
from api.protocol import BoundedHttp
from api.safety import Finding
from api.secretfile import with_demo_secret
from api.settings import Settings
from api.usecases.corridors import measure_missing_takings
from api.usecases.demo import load_demo_accounts
from api.usecases.desks import make_desks
from api.usecases.land import (
    load_demo_land,
    projects_without_holders,
    projects_without_land,
    projects_without_past,
    projects_without_records,
)
from api.usecases.portfolio import load_files
from api.usecases.projects import overview
from api.usecases.risk import project_risk
from api.work.worker import working
from geo import cluster
from geo.access import portfolio_state
from geo.db import make_engine, make_sessions
from geo.demo.duties import add_demo_duties
from geo.demo.follow_up import add_demo_follow_up, projects_without_follow_up
from geo.demo.holders import add_demo_holders
from geo.demo.past import add_demo_past
from geo.demo.records import add_demo_records
from geo.migrate import upgrade
from geo.scope import calculating
from geo.tiles import encode
from projects.catalog import Portfolio

Tell = Callable[[str, str], None]


def serve(
    port: Annotated[
        int | None, typer.Option("--port", help="Cổng; 0 = cổng trống bất kỳ.", min=0, max=65535)
    ] = None,
    demo: Annotated[
        bool | None,
        typer.Option(
            "--demo/--no-demo",
            help="Chế độ trình diễn: thửa và tài khoản minh hoạ, chỉ máy này; mặc định theo DUONGGANG_DEMO.",
        ),
    ] = None,
) -> None:
    """Mở cơ sở dữ liệu, nạp danh mục, rồi phục vụ cho đến khi bấm Ctrl-C; từ chối chạy khi cài đặt chưa an toàn."""
    settings = settings_or_exit(serving=True, demo=demo, port=port)
    logs.configure(readable=settings.demo and sys.stderr.isatty())
    logs.catch_the_rest()
    tell = _teller(settings)
    signal.signal(signal.SIGTERM, _leave)
    with sentences():
        settings = with_demo_secret(settings)
        _refuse_unsafe(safety.of_settings(settings, deploy=not settings.demo))
        listener = _listen(settings.host, settings.port)
        try:
            with running_database(settings) as url:
                prepare(settings, url, tell=tell)
                _run(settings, url, listener, tell)
        except KeyboardInterrupt:
            tell("Đã dừng.", "stopped")
        finally:
            listener.close()


def prepare(settings: Settings, url: str, *, tell: Tell = say) -> None:
    """Migrates, loads the portfolio files and in demo mode invented land and accounts; quick when all is there.

    `url` is the owner's address: nothing after this uses it.
    """
    engine = make_engine(url, statement_timeout_ms=0, maintenance=True)
    try:
        with _timed(tell, "Cấu trúc cơ sở dữ liệu", "schema"):
            upgrade(engine)
        with _timed(tell, "Danh mục dự án", "portfolio"), make_sessions(engine).begin() as session:
            portfolio, _ = load_files(session, command_context(), settings.data, actor=COMMAND_ACTOR)
        with make_sessions(engine).begin() as session:
            measure_missing_takings(session, actor=COMMAND_ACTOR)
        if settings.demo:
            with _timed(tell, "Thửa đất minh hoạ", "demo land"):
                _demo_land(make_sessions(engine), portfolio, settings.home / "demo", tell)
            with (
                _timed(tell, "Tài khoản minh hoạ", "demo accounts"),
                make_sessions(engine).begin() as session,
            ):
                load_demo_accounts(session, command_context(), settings.secret_key)
                add_demo_duties(session, actor=COMMAND_ACTOR, day=portfolio_state(session).data_date)
    finally:
        engine.dispose()


def _demo_land(sessions: sessionmaker[Session], portfolio: Portfolio, folder: Path, tell: Tell) -> None:
    """One transaction per project: a start that is killed goes on where it stopped."""
    with sessions() as session:
        wanted = projects_without_land(session, portfolio)
    for at, project in enumerate(wanted, 1):
        with sessions.begin() as session:
            parcels = load_demo_land(session, portfolio, project, folder, actor=COMMAND_ACTOR)
        tell(f"  {at}/{len(wanted)} {project.code}: {parcels} thửa", f"{parcels} parcels")
    with sessions.begin() as session:
        day = portfolio_state(session).data_date
        for row in projects_without_holders(session):
            add_demo_holders(session, row.id, row.code, actor=COMMAND_ACTOR, day=day)
        for number, code in projects_without_follow_up(session):
            add_demo_follow_up(session, number, code, actor=COMMAND_ACTOR, day=day)
        for row in projects_without_past(session):
            add_demo_past(session, row.id, row.code, actor=COMMAND_ACTOR, day=day)
        for row in projects_without_records(session):
            add_demo_records(session, row.id, row.code, actor=COMMAND_ACTOR, day=day)


def _run(settings: Settings, url: str, listener: socket.socket, tell: Tell) -> None:
    web = for_the_web(settings, url)
    engine = app_engine(web)
    stands = list(safety.of_database(engine, web, deploy=not settings.demo))
    _refuse_unsafe(stands)
    own = settings.database_url is None
    app = create_app(
        web, engine=engine, revive=partial(cluster.ensure_running, settings.home) if own else None
    )
    listener.listen(128)  # whoever follows the printed address at once waits a moment instead of failing
    server = uvicorn.Server(server_config(app, web))
    _announce(settings, listener, tell)
    _say_if_nobody_may_enter(stands, tell)
    threading.Thread(target=_quietly_ahead, args=(app, server), daemon=True).start()
    with anchoring(web, anchor_file(settings)), working(web):
        server.run(sockets=[listener])


def server_config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    """How uvicorn serves: the word of named proxies alone counts, and our log is the only one."""
    return uvicorn.Config(
        app,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=15,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=list(settings.proxies),
    )


def _announce(settings: Settings, listener: socket.socket, tell: Tell) -> None:
    host, port = listener.getsockname()[:2]
    here = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    to = f"{settings.own_origin} ({here})" if settings.own_origin else here
    only = "" if settings.own_origin else "; chỉ máy này vào được"
    tell(f"Đường Găng: {to}  (Ctrl-C để dừng{only})", f"serving at {here}")


def _refuse_unsafe(findings: Iterable[Finding]) -> None:
    """Stops the start with every sentence when something stands as no server may be started with. Exit code 2."""
    lines = [f"✗ {f.vi} ({f.en})" + (f"\n    → {f.fix}" if f.fix else "") for f in safety.stopping(findings)]
    if lines:
        raise fail("Chưa an toàn để chạy · not safe to serve:\n  " + "\n  ".join(lines), 2)


def _say_if_nobody_may_enter(findings: Iterable[Finding], tell: Tell) -> None:
    """Names the command that makes the first administrator while there is none."""
    for finding in findings:
        if finding.name == "administrator" and not finding.ok:
            tell(f"Chưa có tài khoản quản trị; hãy chạy: {finding.fix}", "make the first administrator so")


def _teller(settings: Settings) -> Tell:
    """How progress is said: to people in demo mode or at a terminal, else as lines of the log."""
    return say if settings.demo or sys.stderr.isatty() else _note


def _note(vi: str, en: str = "") -> None:
    logs.log().info("progress", vi=vi, en=en)


def calculate_ahead(app: FastAPI) -> None:
    """Fills the result cache, so that the first page does not wait for all projects."""
    with app.state.sessions.begin() as session, calculating(session):
        overview(session, app.state.context)
        make_desks(session, app.state.context)


def compile_ahead(app: FastAPI) -> None:
    """Draws an empty tile and simulates one project, so that nobody waits for the kernels of either: a new
    installation compiles them once."""
    encode.compile_ahead()
    ctx = app.state.context
    with app.state.sessions.begin() as session, calculating(session):
        dated = [row for row in overview(session, ctx).rows if row.options is not None]
        if dated:
            project_risk(session, ctx, max(dated, key=lambda row: row.driving_cases).facts.code)


def _quietly_ahead(app: FastAPI, server: uvicorn.Server) -> None:
    try:
        calculate_ahead(app)
        compile_ahead(app)
    except Exception as error:  # the page that needs it says what is wrong, to the person who asked
        if not server.should_exit:
            logs.log().warning("could not calculate ahead", exc_info=error)


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken before any work so that a used port is known at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol by name: only then asyncio sends small answers at once (TCP_NODELAY), else each waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise fail(
            f"Cổng {port} trên {host} không dùng được ({error.strerror}). Chọn cổng khác: make run PORT=8010\n"
            f"Port {port} on {host} cannot be used. Choose another: make run PORT=8010"
        ) from None
    return listener


def _leave(signum: int, frame: FrameType | None) -> None:
    """A polite end (SIGTERM) leaves as clean a cluster as Ctrl-C does."""
    raise KeyboardInterrupt


class _timed:
    """Says what was done and in how many seconds."""

    def __init__(self, tell: Tell, vi: str, en: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.tell, self.vi, self.en, self.clock = tell, vi, en, clock

    def __enter__(self) -> None:
        self.start = self.clock()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.tell(f"✓ {self.vi}", f"{self.en}, {self.clock() - self.start:.1f} s")
