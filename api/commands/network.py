"""`duonggang schedule compute FILE`: a network of ours in JSON, dated by the engine. Needs no database."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.calendars import working_calendars
from api.commands.answers import schedule
from api.commands.shared import fail, sentences
from api.usecases.network_answer import network_answer
from projects.calendars import ALL
from projects.engine.document import read
from projects.engine.schedule import schedule as dated
from projects.engine.shifts import OFFICE, WHOLE_DAY, WorkTime, from_days
from projects.errors import Fault, InvalidInput

MOST_BYTES = 100_000_000


class _ProjectOrCommand(TyperGroup):
    """`schedule TULIEN` is `schedule show TULIEN`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Name the command that was left out."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(help="Tiến độ mạng (network schedules).", no_args_is_help=True, cls=_ProjectOrCommand)
app.command("show")(schedule)


def known_calendars() -> dict[str, WorkTime]:
    """The portfolio's calendars with shifts: 7:30–11:30 and 13:00–17:00, whole days for ALL."""
    return {
        name: from_days(calendar, WHOLE_DAY if name == ALL else OFFICE)
        for name, calendar in working_calendars().items()
    }


@app.command("compute")
def compute(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp mạng JSON (data/schemas/network.schema.json).")
    ],
    data_date: Annotated[
        datetime, typer.Option("--data-date", formats=["%Y-%m-%d"], help="Ngày số liệu, năm-tháng-ngày.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Tính ngày sớm, muộn, dự trữ, đường găng, các đường dự trữ và sức kéo của một tệp mạng."""
    with sentences():
        document = read(_content(path), data_date=data_date.date(), known=known_calendars())
        answer = network_answer(dated(document.net, document.options))
    if as_json:
        print(json.dumps(answer, ensure_ascii=False, indent=2, sort_keys=True))
        return
    print(
        f"{answer['project']} · số liệu đến {answer['options']['data_date']} · hoàn thành {answer['finish']}"
    )
    print(f"{'mã':<22} {'bắt đầu':<11} {'kết thúc':<11} {'dự trữ (ngày)':>13}  công việc")
    for row in answer["activities"]:
        mark = "◆" if row["critical"] else " "
        print(
            f"{row['code']:<22} {row['early_start']:<11} {row['early_finish']:<11} "
            f"{row['total_float_days']:>13g} {mark}{row['name_vi']}"
        )


def _content(path: Path) -> object:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise fail(f"{path.name}: tệp lớn hơn {MOST_BYTES // 1_000_000} MB.")
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise fail(f"Không đọc được {path.name}: {error.strerror}.") from None
    except (UnicodeDecodeError, RecursionError):
        raise InvalidInput([Fault(path.name, "không phải JSON mã UTF-8", "is no JSON in UTF-8")]) from None
    except ValueError as error:
        raise InvalidInput([Fault(path.name, "không phải JSON", f"is no JSON: {error}")]) from None
