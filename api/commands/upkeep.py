"""`duonggang db …`, `cluster …`, `data-date`, `portfolio`, `doctor`: looking after an installation."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.commands.shared import (
    COMMAND_ACTOR,
    command_context,
    database,
    fail,
    say,
    sentences,
    settings_or_exit,
    transaction,
)
from api.doctor import diagnose
from api.settings import REPOSITORY
from api.usecases.portfolio import load_files, networks_of, read_portfolio
from api.usecases.portfolio import set_data_date as move
from geo import cluster
from geo.db import make_engine
from geo.migrate import differences, upgrade

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
    findings = diagnose(settings_or_exit())
    for finding in findings:
        print(("✓ " if finding.ok else "✗ ") + finding.vi + (f"\n    → {finding.fix}" if finding.fix else ""))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)
