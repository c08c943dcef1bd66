"""`duonggang import …`: parcels and ward boundaries from files, through the one door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands import imports
from api.commands.shared import COMMAND_ACTOR, say, transaction
from api.usecases.land import import_ward_file

app = typer.Typer(help="Nạp thửa đất, ranh giới phường xã từ tệp (import files).", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


app.command("parcels")(imports.parcels)
app.command("list")(imports.list_imports)
app.command("show")(imports.show)
app.command("cancel")(imports.cancel)
app.command("undo")(imports.undo)


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
