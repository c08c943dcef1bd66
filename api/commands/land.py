"""`duonggang import …`: parcels and ward boundaries from files, through the one door."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.reading import (
    ColumnOption,
    CrsOption,
    EncodingOption,
    FixedOption,
    LayerOption,
    PointsOption,
    ProfileOption,
    SwappedOption,
    reading_options,
)
from api.commands.shared import COMMAND_ACTOR, say, transaction
from api.usecases.land import import_parcel_file, import_ward_file

app = typer.Typer(help="Nạp thửa đất, ranh giới phường xã từ tệp (import files).", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.command("parcels")
def parcels(
    file: FileArgument,
    project: Annotated[str, typer.Option("--project", help="Mã dự án, ví dụ TULIEN.")],
    crs: CrsOption = None,
    layer: LayerOption = None,
    column: ColumnOption = None,
    fixed: FixedOption = None,
    encoding: EncodingOption = None,
    swapped: SwappedOption = False,
    points: PointsOption = None,
    profile: ProfileOption = None,
    demo: Annotated[bool, typer.Option("--demo", help="Đánh dấu là dữ liệu minh hoạ.")] = False,
) -> None:
    """Nạp thửa đất của một dự án từ tệp bản đồ (xem “import preview”); tất cả hoặc không gì cả."""
    with transaction() as session:
        options = reading_options(
            session, profile=profile, crs=crs, layer=layer, column=column, fixed=fixed, encoding=encoding,
            swapped=swapped, points=points,
        )  # fmt: skip
        result, warnings = import_parcel_file(
            session,
            file,
            project=project,
            options=options,
            is_demo=demo,
            actor=COMMAND_ACTOR,
        )
    for warning in warnings:
        say(f"  lưu ý {warning.where}: {warning.vi}")
    if result.unchanged:
        say("Tệp này đã nạp trước đây; không có gì thay đổi.", "imported before; nothing changed")
    else:
        say(
            f"Đã nạp {result.parcels} thửa, {result.cases} hồ sơ vào {project}.",
            f"{result.parcels} parcels, {result.cases} cases",
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
