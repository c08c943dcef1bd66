"""The options of a command that say how a file is read: a profile, and what is said over it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from geo import senders
from geo.importers.options import AS_GUESSED, ControlPoint, ReadingOptions
from projects.errors import Fault, InvalidInput

CrsOption = Annotated[
    int | None, typer.Option("--crs", help="Mã EPSG nếu tệp không ghi, ví dụ 5897 (VN-2000, KTT 105°00′).")
]
LayerOption = Annotated[str | None, typer.Option("--layer", help="Tên lớp (bản vẽ: lớp đường ranh).")]
ColumnOption = Annotated[
    list[str] | None, typer.Option("--column", help="Trường=cột, ví dụ number=SHTHUA; lặp lại được.")
]
FixedOption = Annotated[
    list[str] | None,
    typer.Option("--fixed", help="Trường=giá trị cho mọi dòng, ví dụ sheet=12; lặp lại được."),
]
EncodingOption = Annotated[
    str | None, typer.Option("--encoding", help="utf-8 | tcvn3 | vni | cp1258; bỏ trống thì tự nhận.")
]
SwappedOption = Annotated[bool, typer.Option("--swapped", help="X trong tệp là hướng bắc.")]
PointsOption = Annotated[
    Path | None,
    typer.Option(
        "--control-points", help="CSV: name,x,y,east,north (EPSG:5897, m).", exists=True, dir_okay=False
    ),
]
ProfileOption = Annotated[str | None, typer.Option("--profile", help="Hồ sơ bên gửi đã lưu.")]


def reading_options(
    session: Session,
    *,
    profile: str | None,
    crs: int | None,
    layer: str | None,
    column: Sequence[str] | None,
    fixed: Sequence[str] | None,
    encoding: str | None,
    swapped: bool,
    points: Path | None,
) -> ReadingOptions:
    """The profile's options with what was said on the command line above them. Raises InvalidInput, NotFound."""
    base = AS_GUESSED if profile is None else senders.options_of(senders.profile_named(session, profile))
    return replace(
        base,
        crs=base.crs if crs is None else crs,
        layer=base.layer if layer is None else layer,
        columns={**base.columns, **_pairs("--column", column)},
        fixed={**base.fixed, **_pairs("--fixed", fixed)},
        encoding=base.encoding if encoding is None else encoding,
        swapped=base.swapped or swapped,
        control_points=() if points is None else _points(points),
    )


def _pairs(option: str, said: Sequence[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in said or ():
        field, mark, value = text.partition("=")
        if not mark or not field or not value:
            raise InvalidInput(
                [Fault(option, f"“{text}” phải là trường=giá trị.", f"“{text}” must be field=value.")]
            )
        found[field] = value
    return found


def _points(path: Path) -> tuple[ControlPoint, ...]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            return tuple(
                ControlPoint(row["name"][:40], *(float(row[key]) for key in ("x", "y", "east", "north")))
                for row in csv.DictReader(handle)
            )
    except (KeyError, TypeError, ValueError, csv.Error, UnicodeDecodeError) as error:
        raise InvalidInput(
            [
                Fault(
                    path.name,
                    "Điểm khống chế phải là CSV có các cột name, x, y, east, north.",
                    "Control points must be a CSV with the columns name, x, y, east, north.",
                )
            ]
        ) from error
