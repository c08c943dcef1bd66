"""`duonggang import …`: parcels, centre lines and ward boundaries from files, through the one door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands import imports
from api.commands.shared import COMMAND_ACTOR, say, transaction
from api.usecases.land import import_ward_file
from api.usecases.locating import import_alignment_file
from api.usecases.portfolio import add_ward_history
from projects.chainage import parse_chainage
from projects.stationing import parse_equations

app = typer.Typer(help="Nạp thửa đất, ranh giới phường xã từ tệp (import files).", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


app.command("parcels")(imports.parcels)
app.command("list")(imports.list_imports)
app.command("show")(imports.show)
app.command("cancel")(imports.cancel)
app.command("undo")(imports.undo)


@app.command("alignments")
def alignments(
    file: FileArgument,
    project: Annotated[str, typer.Option("--project", help="Mã dự án, ví dụ VD4.")],
    code: Annotated[str, typer.Option("--code", help="Mã tim tuyến được thay hoặc thêm.")] = "TIM",
    of: Annotated[str | None, typer.Option("--of", help="Chỉ hình có mã dự án này trong tệp.")] = None,
    part: Annotated[list[str] | None, typer.Option("--part", help="Chỉ các phần này, ghi nhiều lần.")] = None,
    crs: Annotated[int | None, typer.Option("--crs", help="Mã EPSG nếu tệp không ghi.")] = None,
    layer: Annotated[str | None, typer.Option("--layer", help="Tên lớp nếu tệp có nhiều lớp.")] = None,
    accuracy: Annotated[float | None, typer.Option("--accuracy", min=0.01, help="Sai số vị trí, m.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="Lý trình đầu, ví dụ Km0+000.")] = None,
    length: Annotated[float | None, typer.Option("--length", min=1.0, help="Chiều dài công bố, m.")] = None,
    equations: Annotated[
        str | None,
        typer.Option("--equations", help="Đẳng thức lý trình, ví dụ 'Km5+200 = Km5+450; Km8+000 = Km7+900'."),
    ] = None,
) -> None:
    """Nạp tim tuyến của một dự án; mọi thửa được đo lại lý trình."""
    with transaction() as session:
        result, warnings = import_alignment_file(
            session,
            file,
            project=project,
            code=code,
            of=of,
            parts=part or (),
            crs=crs,
            layer=layer,
            accuracy_m=accuracy,
            start_m=None if start is None else parse_chainage(start),
            length_m=length,
            equations=None if equations is None else parse_equations(equations),
            actor=COMMAND_ACTOR,
        )
    for warning in warnings:
        say(f"  lưu ý {warning.where}: {warning.vi}")
    say(
        f"Tim tuyến {result.code}: {result.parts} phần, đo được {result.measured_m:.0f} m; "
        f"{result.located}/{result.parcels} thửa có lý trình (trước: {result.located_before}).",
        f"{result.parts} parts, {result.measured_m:.0f} m; {result.located} of {result.parcels} parcels located",
    )


@app.command("wards")
def wards(
    file: FileArgument,
    source: Annotated[
        str | None,
        typer.Option("--source", help="Nguồn và giấy phép, hiện ở chân bản đồ; mặc định là tên tệp."),
    ] = None,
) -> None:
    """Nạp ranh giới 126 phường, xã; ghép theo mã, nhận mọi hệ toạ độ."""
    with transaction() as session:
        result = import_ward_file(session, file, source=source, actor=COMMAND_ACTOR)
    by = {"code": "mã", "name": "tên"}[result.by]
    say(
        f"Đã ghép {result.matched}/{result.total} phường, xã theo {by}.",
        f"{result.matched} of {result.total} wards matched by {result.by}",
    )
    for name in result.unmatched:
        say(f"  không thuộc danh mục: {name}", "not one of ours")


@app.command("ward-history")
def ward_history(file: FileArgument) -> None:
    """Nạp quận, huyện, phường, xã cũ nay thuộc phường, xã nào (CSV có nguồn cho từng dòng)."""
    with transaction() as session:
        count = add_ward_history(session, file.read_bytes(), name=file.name, actor=COMMAND_ACTOR)
    say(f"Đã ghi {count} dòng lịch sử phường, xã.", f"{count} rows of ward history")
