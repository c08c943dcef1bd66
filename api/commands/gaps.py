"""`duonggang land …`: land along the axis of a project, and measuring it anew."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from api.commands.shared import COMMAND_ACTOR, command_context, say, settings_or_exit, transaction
from api.formatting import date_text, length, percent
from api.usecases.gaps_answer import gaps_answer
from api.usecases.locating import locate_land

app = typer.Typer(help="Mặt bằng theo lý trình (land along the axis).", no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="Mã dự án, ví dụ VD4.")]


@app.command("gaps")
def gaps(
    code: Code,
    ngay: Annotated[
        datetime | None, typer.Option("--ngay", formats=["%Y-%m-%d"], help="Ngày số liệu, năm-tháng-ngày.")
    ] = None,
    min_run: Annotated[
        float | None, typer.Option("--min-run", min=1.0, max=100_000.0, help="Đoạn liền từ chừng này mét.")
    ] = None,
    front: Annotated[str | None, typer.Option("--mui", help="Chỉ một mũi thi công.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Đoạn vướng với thửa và hồ sơ, đoạn liền dài nhất, tỷ lệ nằm trong các đoạn đủ dài."""
    shortest = settings_or_exit().min_run_m if min_run is None else min_run
    with transaction() as session:
        answer = gaps_answer(
            session,
            command_context(),
            code,
            min_run_m=shortest,
            as_of=ngay.date() if ngay else None,
            front=front,
        )
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2, sort_keys=True))
        return
    _print(answer)


@app.command("locate")
def locate(code: Code) -> None:
    """Đo lại lý trình mọi thửa của dự án trên mọi tim tuyến mà thửa chạm tới."""
    with transaction() as session:
        count = locate_land(session, code, actor=COMMAND_ACTOR)
    say(f"Đã đo lại lý trình {count} thửa của {code}.", f"{count} parcels located")


def _print(answer: dict[str, Any]) -> None:
    day = date_text(datetime.fromisoformat(answer["data_date"]).date(), "vi")
    longest = answer["longest_run"]
    print(
        f"{answer['project']} · số liệu đến {day} · cần {length(answer['required_m'], 'vi')}: "
        f"đã có {length(answer['free_m'], 'vi')}, vướng {length(answer['blocked_m'], 'vi')}, "
        f"chưa có số liệu thửa {length(answer['unknown_m'], 'vi')}"
    )
    share = answer["share"]
    print(
        f"đoạn liền dài nhất {longest['stations'] + ' · ' + length(longest['length_m'], 'vi') if longest else '–'}"
        f" · trong các đoạn từ {length(answer['min_run_m'], 'vi')}: {length(answer['in_runs_m'], 'vi')}"
        f" / {length(answer['required_m'], 'vi')} ({percent(None if share is None else share * 100, 'vi')})"
    )
    for axis in answer["alignments"]:
        for gap in axis["gaps"]:
            wards = ", ".join(ward["name"] for ward in gap["wards"])
            print(
                f"{axis['code']:<6} {gap['stations']:<26} {length(gap['length_m'], 'vi'):>9} "
                f"{gap['parcels']:>4} thửa {gap['cases']:>4} hồ sơ  {','.join(gap['fronts']):<8} {wards}"
            )
