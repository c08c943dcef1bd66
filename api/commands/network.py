"""`duonggang schedule compute FILE` and `convert IN OUT`: networks in files, ours and others'. Needs no database."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.calendars import working_calendars
from api.commands.answers import schedule
from api.commands.shared import fail, say, sentences
from api.usecases.network_answer import network_answer
from api.usecases.network_files import Form, Network, network_file
from api.usecases.schedule_answer import import_answer, row_answer
from geo.schedules.door import read_schedule
from projects.calendars import ALL
from projects.engine.document import read
from projects.engine.schedule import schedule as dated
from projects.engine.shifts import OFFICE, WHOLE_DAY, WorkTime, from_days
from projects.errors import Fault, InvalidInput
from projects.front_runs import KEYS, Opened, dated_by_runs, rules_in, runs_in
from projects.interchange.comparing import compared
from projects.interchange.docbaselines import baselines_in

MOST_BYTES = 100_000_000
WRITES: dict[str, Form] = {".xml": "mspdi", ".xer": "xer", ".json": "json", ".graphml": "graphml"}


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
        Path,
        typer.Argument(
            metavar="FILE",
            help="Mạng JSON (data/schemas/network.schema.json), MS Project XML hay MPP, Primavera XER hay PMXML.",
        ),
    ],
    data_date: Annotated[
        datetime, typer.Option("--data-date", formats=["%Y-%m-%d"], help="Ngày số liệu, năm-tháng-ngày.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho bảng.")] = False,
) -> None:
    """Tính ngày sớm, muộn, dự trữ, đường găng, các đường dự trữ và sức kéo của một tệp mạng."""
    with sentences():
        if _is_json(path):
            content = _content(path)
            document = read(content, data_date=data_date.date(), known=known_calendars(), also=KEYS)
            result, opened = dated_by_runs(document.net, document.options, runs_in(content))
            answer = network_answer(result)
            if opened:
                answer["openings"] = [_opening(one) for one in opened]
        else:
            imported = read_schedule(path).imported
            rows = compared(imported, dated(imported.net, imported.options))
            answer = network_answer(
                dated(imported.net, replace(imported.options, data_date=data_date.date()))
            )
            answer["import"] = import_answer(imported, rows) | {
                "differences": [row_answer(row) for row in rows if row.differs]
            }
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
    for one in answer.get("openings", ()):
        _say_note(one["note_vi"], one["by"])
    _say_import(answer.get("import"))


@app.command("convert")
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="JSON, MSPDI, MPP, XER hay PMXML.")],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="Tên kết thúc bằng .xml (MSPDI), .xer, .json, .graphml.")
    ],
    data_date: Annotated[
        datetime | None,
        typer.Option(
            "--data-date", formats=["%Y-%m-%d"], help="Ngày số liệu; mạng JSON cần có, tệp khác thì thay."
        ),
    ] = None,
) -> None:
    """Đổi tiến độ mạng sang định dạng khác; điều gì định dạng kia không chứa được thì nêu tên."""
    if target.suffix.lower() not in WRITES:
        raise fail(f"Không ghi được {target.suffix or target.name}: chỉ .xml, .xer, .json, .graphml.", 2)
    with sentences():
        if _is_json(source):
            if data_date is None:
                raise fail("Mạng JSON không ghi ngày số liệu: thêm --data-date.", 2)
            content = _content(source)
            document = read(content, data_date=data_date.date(), known=known_calendars(), also=KEYS)
            result, opened = dated_by_runs(document.net, document.options, runs_in(content))
            net = result.prepared.net if opened else document.net
            found = Network(
                net, document.options, document.calendars, document.net.project,
                baselines=baselines_in(content, {a.code for a in net.activities}), runs=rules_in(content),
            )  # fmt: skip
            for one in opened:
                _say_note(one.note_vi, one.by)
        else:
            imported = read_schedule(source).imported
            options = (
                imported.options
                if data_date is None
                else replace(imported.options, data_date=data_date.date())
            )
            found = Network(
                imported.net, options, imported.calendars, imported.name, imported.beside, imported.percents,
                imported.notes, imported.baselines,
            )  # fmt: skip
        content, notes = network_file(found, WRITES[target.suffix.lower()])
        try:
            target.write_bytes(content)
        except OSError as error:
            raise fail(f"Không ghi được {target.name}: {error.strerror}.") from None
    for note in (*found.notes, *notes):
        _say_note(note.vi, note.codes)


def _opening(one: Opened) -> dict[str, Any]:
    return {
        "possession": one.run.possession,
        "run_m": one.run.run_m,
        "exact": one.exact,
        "land_free_on": one.on.isoformat(),
        "by": list(one.by),
        "note_vi": one.note_vi,
        "note_en": one.note_en,
    }


def _say_import(said: dict[str, Any] | None) -> None:
    if said is None:
        return
    n = said["compared"]
    say(
        f"So với ngày của bên gửi: {n['same']}/{said['activities']} công việc trùng, {n['rule']} khác có quy tắc giải "
        f"thích, {n['handed_on']} khác theo việc trước, {n['unexplained']} chưa giải thích được, {n['no_date']} không "
        "có ngày."
    )
    for base in said["baselines"]:
        say(f"Đường cơ sở “{base['name']}”: {base['activities']}/{base['of']} công việc có ngày.")
    for note in said["notes"]:
        _say_note(note["vi"], note["codes"])


def _say_note(text: str, codes: Sequence[str]) -> None:
    shown = f" ({len(codes)}: {', '.join(codes[:5])}{' …' if len(codes) > 5 else ''})" if codes else ""
    say(f"- {text}{shown}")


def _is_json(path: Path) -> bool:
    """Whether it begins like our own format; unreadable files are left to the reader of that."""
    try:
        with path.open("rb") as handle:
            head = handle.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:
        return True
    return head[:1] in (b"{", b"[") or not head or path.suffix.lower() == ".json"


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
