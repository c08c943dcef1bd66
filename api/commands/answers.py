"""`duonggang schedule` and `duonggang report delay`: the same answers as the pages, for shells and scripts."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

import typer

from api.commands.shared import command_context, transaction
from api.formatting import date_text, slip
from api.usecases.ledger_answer import ledger_answer
from api.usecases.reports import delay_answer
from api.usecases.schedules import schedule_answer

app = typer.Typer(help="Báo cáo (reports).", no_args_is_help=True)
Day = Annotated[
    datetime | None, typer.Option("--data-date", formats=["%Y-%m-%d"], help="Ngày số liệu, năm-tháng-ngày.")
]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")]


def schedule(
    code: Annotated[str, typer.Argument(help="Mã dự án.")], data_date: Day = None, as_json: AsJson = False
) -> None:
    """Tiến độ mạng của một dự án: sớm, muộn, dự trữ, công việc găng."""
    with transaction() as session:
        answer = schedule_answer(
            session, command_context(), code, as_of=data_date.date() if data_date else None
        )
    if as_json:
        _print_json(answer)
        return
    if not answer["activities"]:
        print(f"{code}: chưa có mạng tiến độ.")
        return
    print(
        f"{code} · số liệu đến {_day(answer['data_date'])} · hoàn thành dự báo {_day(answer['forecast_finish'])}"
    )
    print(f"{'mã':<22} {'bắt đầu':<11} {'kết thúc':<11} {'dự trữ':>7}  công việc")
    for row in answer["activities"]:
        mark = "◆" if row["critical"] else " "
        print(
            f"{row['code']:<22} {_day(row['early_start']):<11} {_day(row['early_finish']):<11} "
            f"{row['total_float']:>7} {mark}{row['name_vi']}"
        )


@app.command("delay")
def delay(
    code: Annotated[str | None, typer.Argument(help="Mã dự án; bỏ trống là cả danh mục.")] = None,
    data_date: Day = None,
    as_json: AsJson = False,
) -> None:
    """Báo cáo chậm đường găng: kế hoạch, dự báo, số ngày lệch, chuỗi găng đến từng thửa."""
    with transaction() as session:
        answer = delay_answer(session, command_context(), code, as_of=data_date.date() if data_date else None)
    if as_json:
        _print_json(answer)
        return
    print(f"Báo cáo chậm · số liệu đến {_day(answer['data_date'])} · mã kiểm {answer['chain_head'] or '–'}")
    if answer["demo_note"]:
        print(answer["demo_note"])
    for entry in answer["projects"]:
        late = slip(entry["slip_days"], "vi") if entry["slip_days"] is not None else "chưa đánh giá"
        planned, forecast = (_day(entry[k]) for k in ("planned_finish", "forecast_finish"))
        print(
            f"{entry['code']:<12} {late:>14}  kế hoạch {planned:<10}  dự báo {forecast:<10}  {entry['name_vi']}"
        )
        for driver in entry["drivers"][:10] if code else ():
            parcels = ", ".join(f"tờ {p['sheet']} thửa {p['number']}" for p in driver["parcels"])
            print(
                f"    {driver['case']} ({driver['ward_name']}; {parcels}): bàn giao dự báo {_day(driver['forecast'])}"
            )


@app.command("slip")
def slip_ledger(
    code: Annotated[str, typer.Argument(help="Mã dự án.")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Cuối ngày này là đầu kỳ.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Cuối ngày này là cuối kỳ.")
    ] = None,
    milestone: Annotated[
        str | None, typer.Option(help="Mã mốc hoặc công việc; bỏ trống là hoàn thành.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sổ trượt: mốc lùi bao nhiêu ngày trong kỳ, vì hồ sơ, công việc hay lần sửa kế hoạch nào."""
    with transaction() as session:
        answer = ledger_answer(
            session, command_context(), code, since and since.date(), until and until.date(), milestone
        )
    if as_json:
        _print_json(answer)
        return
    print(
        f"{code} · {answer['name_vi']} · {_day(answer['from'])} → {_day(answer['to'])}: "
        f"{_day(answer['before'])} → {_day(answer['after'])}, {slip(answer['slip_days'], 'vi')}"
    )
    if moved := answer["opening"]["moved"]:
        print(
            f"Trong đó {slip(moved, 'vi')} đầu kỳ: nhịp quan sát, sự việc pháp lý, suất tái định cư cập nhật."
        )
    for row in answer["causes"]:
        print(f"{row['days_exact']:>12} ngày  {row['kind']:<9} {row['code'] or '–':<20} {row['name_vi']}")
    print(f"{answer['slip_days']:>12} ngày  cộng")


def _day(text: str | None) -> str:
    return date_text(datetime.fromisoformat(text).date(), "vi") if text else "–"


def _print_json(answer: dict[str, Any]) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2, sort_keys=True))
