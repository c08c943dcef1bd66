"""`duonggang report make|verify`: reports as files, and whether a file is what the history says."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from api.commands.shared import command_context, fail, say, transaction
from api.formatting import HANOI_TIME
from api.reports.files import Asked, report_file
from api.reports.verify import check_report
from api.usecases.calculation import compared_day, resolve_day
from geo import moment

app = typer.Typer()
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Năm-tháng-ngày.")]


@app.command("make")
def make(
    out: Annotated[Path, typer.Argument(help="Tệp ghi ra: .pdf, .xlsx hoặc .json.", dir_okay=False)],
    project: Annotated[str, typer.Option("--project", help="Mã dự án; bỏ trống là cả danh mục.")] = "",
    body: Annotated[
        str, typer.Option("--unit", help="Mã phường, xã, hoặc department (sở, ngành), city (thành phố).")
    ] = "",
    kind: Annotated[
        Literal["bao-cao", "tom-tat", "tap"], typer.Option("--kind", help="bao-cao, tom-tat hoặc tap.")
    ] = "bao-cao",
    ngay: Day = None,
    tu: Day = None,
    known: Annotated[
        datetime | None, typer.Option("--known", help="Theo những gì đã ghi đến lúc này (giờ Hà Nội).")
    ] = None,
) -> None:
    """Làm báo cáo chậm thành tệp; cùng ngày số liệu và cùng lúc đã biết thì cùng từng byte."""
    if body and (project or kind == "tap"):
        raise fail("--unit không đi cùng --project và --kind tap.", 2)
    form = out.suffix.removeprefix(".").lower()
    if form not in ("pdf", "xlsx", "json"):
        raise fail(f"{out.name}: tên tệp phải kết thúc bằng .pdf, .xlsx hoặc .json.", 2)
    with transaction() as session:
        at = known.replace(tzinfo=HANOI_TIME) if known else datetime.now(HANOI_TIME)
        event = moment.resolve(session, at) if known else moment.newest(session)
        if event is None:
            raise fail("Chưa có sự kiện nào: chưa có gì để báo cáo.")
        moment.look_back(session, event)
        ctx = replace(command_context(), known=event, known_at=at)
        day = resolve_day(session, ngay.date() if ngay else None)
        since = compared_day(session, day, tu.date() if tu else None, usual=None)
        asked = Asked(project or None, day, since, kind, body or None)
        data, _ = report_file(session, ctx, asked, form)
    out.write_bytes(data)
    say(f"{out}: {len(data)} byte.", f"{len(data)} bytes")


@app.command("verify")
def verify(
    file: Annotated[
        Path, typer.Argument(help="Báo cáo .pdf, .xlsx hoặc .json.", exists=True, dir_okay=False)
    ],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Kiểm một báo cáo: tệp có nguyên vẹn không, và lịch sử có cho lại đúng nội dung ấy không."""
    data = file.read_bytes()
    with transaction() as session:
        found = check_report(session, command_context(), data)
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        print(f"Mã kiểm (SHA-256): {found.code}")
        print("Tệp nguyên vẹn." if found.whole else "Tệp KHÔNG khớp nội dung bên trong: đã bị sửa hoặc hỏng.")
        if found.same is None:
            print(f"Làm bằng bản {found.software}: không dựng lại được bằng bản này để so.")
        elif found.same:
            print("Lịch sử cho lại đúng nội dung này.")
        else:
            print(f"Lịch sử cho nội dung KHÁC ở: {', '.join(found.differ)}.")
    if not found.good:
        raise typer.Exit(1)
