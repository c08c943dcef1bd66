"""`duonggang land corridor`: a surveyed clearance boundary becomes the corridor of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.commands.reading import (
    CrsOption,
    LayerOption,
    PointsOption,
    ProfileOption,
    SwappedOption,
    reading_options,
)
from api.commands.shared import COMMAND_ACTOR, say, transaction
from api.formatting import number
from api.usecases.corridors import CorridorLoad, load_corridor_file


def corridor(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    project: Annotated[str, typer.Option("--project", help="Mã dự án, ví dụ VD4.")],
    check: Annotated[bool, typer.Option("--check", help="Chỉ so sánh, không ghi gì.")] = False,
    crs: CrsOption = None,
    layer: LayerOption = None,
    swapped: SwappedOption = False,
    points: PointsOption = None,
    profile: ProfileOption = None,
) -> None:
    """Nạp phạm vi GPMB đo đạc: so với phạm vi đang dùng, rồi thay và đo lại diện tích thu hồi."""
    with transaction() as session:
        options = reading_options(
            session, profile=profile, crs=crs, layer=layer, column=None, fixed=None, encoding=None, swapped=swapped,
            points=points,
        )  # fmt: skip
        done = load_corridor_file(
            session, file, project=project, options=options, actor=COMMAND_ACTOR, dry_run=check
        )
    for warning in done.warnings:
        say(f"  lưu ý {warning.where}: {warning.vi}")
    print(_sentence(done))


def _sentence(done: CorridorLoad) -> str:
    if done.unchanged:
        return f"{done.project}: phạm vi trong tệp là phạm vi đang dùng; không có gì thay đổi."
    before = "chưa có" if done.area_before_m2 is None else f"{number(done.area_before_m2, 'vi', 0)} m²"
    head = "chỉ so sánh, chưa ghi" if done.version is None else f"phiên bản {done.version}"
    return (
        f"{done.project}: {head}. Phạm vi {before} → {number(done.area_after_m2, 'vi', 0)} m². Thửa: thêm {done.added},"
        f" bớt {done.dropped}, đổi diện tích {done.changed}; thu hồi của các thửa này"
        f" {number(done.before_m2, 'vi', 0)} → {number(done.after_m2, 'vi', 0)} m²."
    )
