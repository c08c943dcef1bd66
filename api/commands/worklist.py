"""`duonggang worklist`: what is to be done today, from the legal clocks of every open case."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from api.commands.shared import command_context, transaction
from api.formatting import date_text
from api.usecases.work_answer import work_answer
from api.usecases.worklist import WorkFilter
from api.usecases.worklist import worklist as work


def worklist(
    ward: Annotated[str, typer.Option("--ward", help="Mã phường, xã; bỏ trống là mọi phường.")] = "",
    project: Annotated[str, typer.Option("--project", help="Mã dự án.")] = "",
    name: Annotated[
        str, typer.Option("--list", help="Danh sách: qua-han, 7-ngay, gang, chua-nhan-tien…")
    ] = "",
    ngay: Annotated[
        datetime | None, typer.Option("--ngay", formats=["%Y-%m-%d"], help="Ngày số liệu, năm-tháng-ngày.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Số dòng.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Việc phải làm theo thời hạn pháp lý: quá hạn, 7 ngày, 30 ngày; găng trước, rồi ít ngày trước."""
    with transaction() as session:
        found = work(
            session, command_context(), WorkFilter(name, ward, project), limit=limit,
            as_of=ngay.date() if ngay else None,
        )  # fmt: skip
    answer = work_answer(found)
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2, sort_keys=True))
        return
    print(f"Số liệu đến {date_text(found.data_date, 'vi')} · {found.total} / {found.open} hồ sơ còn mở")
    for row in answer["rows"]:
        print(_line(row))


def _line(row: dict[str, Any]) -> str:
    days = "   –" if row["days"] is None else f"{row['days']:>4}"
    held = f" ◆ {row['group_size']} hồ sơ: {row['group_days']} ngày" if row["drives"] else ""
    rule = row["clock"]["rule"] if row["clock"] else "–"
    return f"{row['group']:<8} {days} {row['code']:<18} {rule:<7} {row['act']['vi']}{held}"
