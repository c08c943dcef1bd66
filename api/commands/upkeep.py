"""`duonggang db …`, `cluster …`, `data-date`, `portfolio`, `doctor`, `check`: looking after an installation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from api import safety
from api.app import app_engine, for_the_web
from api.commands.shared import (
    COMMAND_ACTOR,
    command_context,
    database,
    fail,
    running_database,
    say,
    sentences,
    settings_or_exit,
    transaction,
    unchecked_settings,
)
from api.doctor import diagnose
from api.safety import Finding
from api.settings import REPOSITORY, Settings
from api.usecases.portfolio import load_files, networks_of, read_portfolio
from api.usecases.portfolio import set_data_date as move
from geo import cluster
from geo.db import make_engine
from geo.migrate import differences, upgrade
from geo.posture import data_directory

db = typer.Typer(help="Cơ sở dữ liệu (database).", no_args_is_help=True)
server = typer.Typer(help="Cụm PostgreSQL riêng (private cluster).", no_args_is_help=True)
portfolio = typer.Typer(help="Tệp danh mục dự án (portfolio files).", no_args_is_help=True)


@db.command("upgrade")
def db_upgrade() -> None:
    """Đưa cấu trúc cơ sở dữ liệu lên bản mới nhất."""
    with database():
        say("Cấu trúc đã ở bản mới nhất.", "schema is current")


@db.command("check")
def db_check() -> None:
    """Kiểm tra bảng và migration có khớp nhau trên một cụm tạm; dùng trong make check."""
    with sentences(), cluster.temporary() as home:
        engine = make_engine(cluster.status(home).url, maintenance=True)
        upgrade(engine)
        found = differences(engine)
        engine.dispose()
    if found:
        raise fail(
            "Bảng và migration không khớp · tables and migrations differ:\n  " + "\n  ".join(map(str, found))
        )
    say("Bảng và migration khớp nhau.", "tables and migrations are in step")


@server.command("stop")
def cluster_stop() -> None:
    """Dừng cụm PostgreSQL riêng."""
    with sentences():
        cluster.stop(settings_or_exit().home)
        say("Cụm đã dừng.", "cluster stopped")


@server.command("status")
def cluster_status() -> None:
    """Cụm PostgreSQL riêng đang thế nào."""
    with sentences():
        print(cluster.status(settings_or_exit().home).state)


@portfolio.command("check")
def portfolio_check(
    folder: Annotated[Path, typer.Argument(help="Thư mục có portfolio/, templates/, wards.csv.")] = REPOSITORY
    / "data",
) -> None:
    """Kiểm tra tệp danh mục, liệt kê mọi lỗi; không ghi gì."""
    with sentences():
        read, _ = read_portfolio(folder)
        networks = networks_of(read, command_context())
        say(f"Đúng: {len(read.projects)} dự án, {len(networks)} mạng tiến độ.", "portfolio files are right")


@portfolio.command("load")
def portfolio_load() -> None:
    """Nạp tệp danh mục vào cơ sở dữ liệu; nạp lại không đổi gì."""
    with transaction() as session:
        _, result = load_files(session, command_context(), settings_or_exit().data, actor=COMMAND_ACTOR)
    say("Danh mục không đổi." if result.unchanged else f"Đã nạp {result.projects} dự án.")


def set_data_date(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Ngày số liệu mới, năm-tháng-ngày.")],
) -> None:
    """Dời ngày số liệu của danh mục: ngày mà mọi phép tính đứng trên đó."""
    with transaction() as session:
        move(session, day.date(), actor=COMMAND_ACTOR)
    say(f"Ngày số liệu: {day:%d/%m/%Y}.")


def doctor() -> None:
    """Nói bằng lời cái gì đang sai, và làm gì để sửa."""
    with sentences():
        _show(diagnose(settings_or_exit()))


def check(
    deploy: Annotated[
        bool | None,
        typer.Option(
            "--deploy/--no-deploy",
            help="Đòi những gì một máy chủ thật cần; mặc định là có, trừ khi chế độ trình diễn bật.",
        ),
    ] = None,
) -> None:
    """Kiểm tra an toàn trước khi mở cho người dùng; mã thoát 1 khi có điều chưa đúng."""
    settings = unchecked_settings()
    wanted = not settings.demo if deploy is None else deploy
    with sentences(), running_database(settings) as url:
        web = for_the_web(settings, url)
        files = safety.of_settings(settings, deploy=wanted, data_directory=_data_directory(settings, url))
        engine = app_engine(web)
        try:
            _show([*files, *safety.of_database(engine, web, deploy=wanted)], english=True)
        finally:
            engine.dispose()


def _show(findings: Sequence[Finding], *, english: bool = False) -> None:
    """One line per finding, what mends it below; exit code 1 when one is bad."""
    for finding in findings:
        print(
            ("✓ " if finding.ok else "✗ ")
            + finding.vi
            + (f" · {finding.en}" if english else "")
            + (f"\n    → {finding.fix}" if finding.fix else "")
        )
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _data_directory(settings: Settings, url: str) -> Path | None:
    """Where the database's files lie: our own cluster's, or what the server tells its owner."""
    if settings.database_url is None:
        return cluster.status(settings.home).data
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            found = data_directory(connection)
    except SQLAlchemyError:  # said by the checks of the database
        return None
    finally:
        engine.dispose()
    return Path(found) if found else None
