"""`duonggang serve`: cluster, migrations, portfolio, demo land, then the server, with progress in words."""

from __future__ import annotations

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import Session, sessionmaker

from api.anchoring import anchoring
from api.app import create_app
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
from api.settings import Settings
from api.usecases.demo import load_demo_accounts
from api.usecases.land import load_demo_land, projects_without_holders, projects_without_land
from api.usecases.portfolio import load_files
from api.usecases.projects import overview
from geo import cluster
from geo.access import portfolio_state
from geo.db import make_engine, make_sessions
from geo.demo.holders import add_demo_holders
from geo.migrate import upgrade
from projects.catalog import Portfolio


def serve(
    port: Annotated[
        int | None, typer.Option("--port", help="Cổng; 0 = cổng trống bất kỳ.", min=0, max=65535)
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Tạo thửa đất minh hoạ cho dự án chưa có thửa.")
    ] = True,
) -> None:
    """Mở cơ sở dữ liệu, nạp danh mục, rồi phục vụ trên 127.0.0.1 cho đến khi bấm Ctrl-C."""
    settings = settings_or_exit()
    signal.signal(signal.SIGTERM, _leave)
    with sentences():
        listener = _listen(settings.host, settings.port if port is None else port)
        try:
            with running_database(settings) as url:
                prepare(settings, url, demo=demo)
                _run(settings, url, listener)
        except KeyboardInterrupt:
            say("Đã dừng.", "stopped")
        finally:
            listener.close()


def prepare(settings: Settings, url: str, *, demo: bool) -> None:
    """Migrates, loads the portfolio files and the demo land; quick when all is there already."""
    engine = make_engine(url, statement_timeout_ms=0, maintenance=True)
    try:
        with _timed("Cấu trúc cơ sở dữ liệu", "schema"):
            upgrade(engine)
        with _timed("Danh mục dự án", "portfolio"), make_sessions(engine).begin() as session:
            portfolio, _ = load_files(session, command_context(), settings.data, actor=COMMAND_ACTOR)
        if demo:
            with _timed("Thửa đất minh hoạ", "demo land"):
                _demo_land(make_sessions(engine), portfolio, settings.home / "demo")
        if settings.demo:
            with _timed("Tài khoản minh hoạ", "demo accounts"), make_sessions(engine).begin() as session:
                load_demo_accounts(session, command_context(), settings.secret_key)
    finally:
        engine.dispose()


def _demo_land(sessions: sessionmaker[Session], portfolio: Portfolio, folder: Path) -> None:
    """One transaction per project: a start that is killed goes on where it stopped."""
    with sessions() as session:
        wanted = projects_without_land(session, portfolio)
    for at, project in enumerate(wanted, 1):
        with sessions.begin() as session:
            parcels = load_demo_land(session, portfolio, project, folder, actor=COMMAND_ACTOR)
        say(f"  {at}/{len(wanted)} {project.code}: {parcels} thửa")
    with sessions.begin() as session:
        day = portfolio_state(session).data_date
        for row in projects_without_holders(session):
            add_demo_holders(session, row.id, row.code, actor=COMMAND_ACTOR, day=day)


def _run(settings: Settings, url: str, listener: socket.socket) -> None:
    own = settings.database_url is None
    app = create_app(
        settings.model_copy(update={"database_url": url}),
        revive=partial(cluster.ensure_running, settings.home) if own else None,
    )
    listener.listen(128)  # whoever follows the printed address at once waits a moment instead of failing
    host, port = listener.getsockname()[:2]
    say(f"Đường Găng: http://{host}:{port}  (Ctrl-C để dừng; chỉ máy này vào được, chưa có đăng nhập)")
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, timeout_keep_alive=15
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_calculate_ahead, args=(app, server), daemon=True).start()
    with anchoring(url, anchor_file(settings)):
        server.run(sockets=[listener])


def _calculate_ahead(app: FastAPI, server: uvicorn.Server) -> None:
    """Fills the result cache, so that the first page does not wait for all projects."""
    try:
        with app.state.sessions() as session:
            overview(session, app.state.context)
    except Exception as error:  # the page that needs it says what is wrong, to the person who asked
        if not server.should_exit:
            logging.getLogger("duonggang").warning("could not calculate ahead: %s", error)


def _listen(host: str, port: int) -> socket.socket:
    """The listening socket, taken before any work so that a used port is known at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
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

    def __init__(self, vi: str, en: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.vi, self.en, self.clock = vi, en, clock

    def __enter__(self) -> None:
        self.start = self.clock()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            say(f"✓ {self.vi}", f"{self.en}, {self.clock() - self.start:.1f} s")
