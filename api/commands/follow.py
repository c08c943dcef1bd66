"""`duonggang follow …`: what is done of itself with what is followed up on cases."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from api.commands.shared import say, settings_or_exit, transaction
from api.schemas import plain
from api.usecases import assignment_climbing
from api.usecases.climbing import climb_by_data_date

app = typer.Typer(help="Theo dõi hồ sơ: vướng mắc quá hạn (follow-up).", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Theo dõi hồ sơ: vướng mắc quá hạn (follow-up)."""


@app.command("climb")
def climb(
    ngay: Annotated[
        datetime | None,
        typer.Option("--ngay", formats=["%Y-%m-%d"], help="Tính đến ngày này; mặc định là ngày số liệu."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Đưa vướng mắc và việc quá hạn lên cấp trên, mỗi kỳ quá hạn đúng một lần; chạy lại không ghi thêm gì."""
    every = settings_or_exit().obstacle_period_days
    with transaction() as session:
        day = ngay.date() if ngay else None
        done = climb_by_data_date(session, every=every, day=day)
        done += assignment_climbing.climb_by_data_date(session, every=every, day=day)
    if as_json:
        print(json.dumps([plain(each) for each in done], ensure_ascii=False, indent=2))
        return
    for each in done:
        print(f"{each.on:%d/%m/%Y}  {each.case:<14} {each.cause:<16} {each.tier_from} → {each.tier_to}")
    say(f"{len(done)} lần lên cấp (kỳ {every} ngày).", f"{len(done)} climbs")
