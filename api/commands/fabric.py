"""`duonggang land split | merge | renumber | repair | topology | wards | lineage …`: the parcel fabric of a project."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.commands import reading
from api.commands.shared import COMMAND_ACTOR, command_context, fail, say, transaction
from api.usecases import fabric, lineage
from geo.topology import KIND_WORDS

app = typer.Typer()
Code = Annotated[str, typer.Argument(help="Mã dự án, ví dụ VD4.")]
Named = Annotated[str, typer.Argument(help="tờ/thửa, đủ là bản-đồ:tờ/thửa@phiên-bản.")]
Day = Annotated[
    datetime | None,
    typer.Option("--ngay", formats=["%Y-%m-%d"], help="Ngày có hiệu lực; mặc định là ngày số liệu."),
]
AsJson = Annotated[bool, typer.Option("--json", help="In JSON.")]
ToSheet = Annotated[str | None, typer.Option("--to-sheet", help="Tờ mới; bỏ trống thì giữ tờ cũ.")]


@app.command("split")
def split(
    code: Code,
    parcel: Named,
    parts: Annotated[Path, typer.Option("--parts", exists=True, dir_okay=False, help="Tệp các phần, có số thửa.")],
    crs: reading.CrsOption = None,
    layer: reading.LayerOption = None,
    column: reading.ColumnOption = None,
    fixed: reading.FixedOption = None,
    encoding: reading.EncodingOption = None,
    swapped: reading.SwappedOption = False,
    ngay: Day = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tách một thửa thành các thửa của một tệp; tổng diện tích phải bằng nhau."""
    with transaction() as session:
        options = reading.reading_options(
            session, profile=None, crs=crs, layer=layer, column=column, fixed=fixed, encoding=encoding,
            swapped=swapped, points=None,
        )  # fmt: skip
        told = lineage.split_parcel(
            session, code, parcel, parts, options=options, actor=COMMAND_ACTOR, day=ngay.date() if ngay else None
        )  # fmt: skip
    _tell(told, as_json=as_json)


@app.command("merge")
def merge(
    code: Code,
    parcels: Annotated[list[str], typer.Argument(help="Hai thửa trở lên của một hồ sơ, tờ/thửa.")],
    into: Annotated[str, typer.Option("--into", help="Số của thửa gộp.")],
    to_sheet: ToSheet = None,
    ngay: Day = None,
    as_json: AsJson = False,
) -> None:
    """Gộp các thửa của một hồ sơ thành một thửa."""
    with transaction() as session:
        told = lineage.merge_parcels(
            session, code, parcels, into, sheet=to_sheet, actor=COMMAND_ACTOR, day=ngay.date() if ngay else None
        )  # fmt: skip
    _tell(told, as_json=as_json)


@app.command("renumber")
def renumber(
    code: Code,
    parcel: Named,
    to_number: Annotated[str, typer.Option("--to-number", help="Số thửa mới.")],
    to_sheet: ToSheet = None,
    to_series: Annotated[str | None, typer.Option("--to-series", help="Bộ bản đồ mới.")] = None,
    to_version: Annotated[str | None, typer.Option("--to-version", help="Phiên bản bản đồ mới.")] = None,
    ngay: Day = None,
    as_json: AsJson = False,
) -> None:
    """Đổi số một thửa (bản đồ mới sau sáp nhập): mã, hồ sơ và hình của thửa giữ nguyên."""
    with transaction() as session:
        told = lineage.renumber_parcel(
            session, code, parcel, number=to_number, series=to_series, sheet=to_sheet, version=to_version,
            actor=COMMAND_ACTOR, day=ngay.date() if ngay else None,
        )  # fmt: skip
    _tell(told, as_json=as_json)


@app.command("repair")
def repair(
    code: Code,
    parcels: Annotated[list[str] | None, typer.Argument(help="Thửa cần sửa, tờ/thửa.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Mọi thửa có hình không hợp lệ.")] = False,
    ngay: Day = None,
    as_json: AsJson = False,
) -> None:
    """Sửa hình không hợp lệ (ST_MakeValid) của các thửa được nêu, có ghi vào lịch sử."""
    with transaction() as session:
        fixed = lineage.repair_parcels(
            session, code, parcels or [], every=every, actor=COMMAND_ACTOR, day=ngay.date() if ngay else None
        )  # fmt: skip
    if as_json:
        _print(fixed)
        return
    for one in fixed:
        print(f"tờ {one['sheet']} thửa {one['number']}: {one['m2']:.1f} m²")
    say(f"Đã sửa hình của {len(fixed)} thửa.", f"{len(fixed)} parcels repaired")


@app.command("topology")
def topology(code: Code, as_json: AsJson = False) -> None:
    """Chồng, hở, mảnh vụn, hình sai, trùng, và thửa nằm ngoài phường xã đã ghi; mã thoát 1 khi có."""
    with transaction() as session:
        found = fabric.project_report(session, command_context(), code)
    if as_json:
        _print([asdict(one) | {"shape": json.loads(one.shape)} for one in found])
    else:
        for one in found:
            first = f"tờ {one.sheet} thửa {one.number}" if one.sheet else "–"
            other = f" × tờ {one.other_sheet} thửa {one.other_number}" if one.other_sheet else ""
            area = f" · {one.m2:.1f} m²" if one.m2 is not None else ""
            note = f" · {one.note}" if one.note else ""
            print(f"{KIND_WORDS[one.kind][0]:<20} {first}{other}{area}{note}")
    counts = Counter(one.kind for one in found)
    said = ", ".join(f"{n} {KIND_WORDS[kind][0]}" for kind, n in counts.items())
    most = f" (chỉ liệt kê {fabric.MOST} điều đầu)" if len(found) == fabric.MOST else ""
    if found:
        raise fail(f"{code}: {len(found)} điều sai{most}: {said} · {len(found)} faults")
    say(f"{code}: không tìm thấy điều gì sai.", "nothing wrong was found")


@app.command("wards")
def wards(code: Code, as_json: AsJson = False) -> None:
    """Phường, xã mà thửa ghi: số thửa, ranh giới đã nạp chưa, từ đơn vị cũ nào (có nguồn)."""
    with transaction() as session:
        found = fabric.ward_places(session, command_context(), code)
    if as_json:
        _print([asdict(one) for one in found])
        return
    for one in found:
        print(
            f"{one.code} {one.name}: {one.parcels} thửa, ranh giới {'đã nạp' if one.bounded else 'chưa nạp'}"
        )
        for old in one.became:
            print(f"  từ {old.old_level} {old.old_name} {old.old_district} – {old.source}")


@app.command("lineage")
def what_became(code: Code, parcel: Named, as_json: AsJson = False) -> None:
    """Số thửa cũ nay là những thửa nào."""
    with transaction() as session:
        named = lineage.read_name(parcel)
        told = fabric.leads_to(
            session, command_context(), code, sheet=named["sheet"], number=named["number"],
            series=named.get("series"),
        )  # fmt: skip
    if as_json:
        _print(told)
        return
    if told["said"]["vi"]:
        print(f"{told['said']['vi']}\n{told['said']['en']}")
    for row in told["rows"]:
        print(
            f"nay là bản đồ {row['map_series']} tờ {row['sheet']} thửa {row['number']} · {row['area_m2']:.1f} m²"
        )
    if not told["rows"]:
        raise fail(f"{code}: không có thửa nào mang hoặc từng mang số này · no parcel has or had this number")


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        _print(told)
    else:
        say(told["said"]["vi"], told["said"]["en"])


def _print(said: Any) -> None:
    print(json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True))
