"""`duonggang documents sweep`: what killed uploads left behind goes."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.shared import say, settings_or_exit, transaction
from api.usecases.document_sweep import sweep_documents

app = typer.Typer(help="Giấy tờ và ảnh của hồ sơ (papers and pictures).", no_args_is_help=True)


@app.callback()
def documents() -> None:
    """Giấy tờ và ảnh của hồ sơ."""


@app.command("sweep")
def sweep_command(
    age: Annotated[
        float,
        typer.Option(
            "--age", min=0.0, help="Chỉ bỏ tệp cũ hơn chừng này giây; đang gửi thì chưa có dòng nào."
        ),
    ] = 3600.0,
) -> None:
    """Bỏ các tệp mà không dòng nào trong cơ sở dữ liệu nêu tên, và các lần gửi dở đã bị bỏ."""
    with transaction() as session:
        gone = sweep_documents(session, settings_or_exit(), age=age)
    say(f"Đã bỏ {gone} tệp không ai nêu tên.", f"{gone} orphans removed")
