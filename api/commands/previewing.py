"""`duonggang import preview` and `import attributes`: what a file would become, and attributes joined to parcels."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api.commands.land import FileArgument
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
from api.usecases.attributes import JoinReport, join_list
from api.usecases.previews import ward_places
from geo import senders
from geo.access import portfolio_state
from geo.importers.formats import TITLES
from geo.importers.preview import Preview, preview_file

app = typer.Typer()
_SHOWN = 20


@app.command("preview")
def preview(
    file: FileArgument,
    crs: CrsOption = None,
    layer: LayerOption = None,
    column: ColumnOption = None,
    fixed: FixedOption = None,
    encoding: EncodingOption = None,
    swapped: SwappedOption = False,
    points: PointsOption = None,
    profile: ProfileOption = None,
    save_profile: Annotated[
        str | None, typer.Option("--save-profile", help="Lưu cách đọc này thành hồ sơ bên gửi tên này.")
    ] = None,
    sender: Annotated[str, typer.Option("--sender", help="Bên gửi, khi lưu hồ sơ.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Xem tệp sẽ được đọc ra sao: dòng đầu, cột, hệ toạ độ, bảng mã, lỗi; không ghi thửa nào."""
    with transaction() as session:
        options = reading_options(
            session, profile=profile, crs=crs, layer=layer, column=column, fixed=fixed, encoding=encoding,
            swapped=swapped, points=points,
        )  # fmt: skip
        codes, places = ward_places(session)
        seen = preview_file(file, options=options, ward_codes=codes, ward_places=places)
        if save_profile is not None:
            known = {row.name: row.version for row in senders.profiles(session)}
            senders.save_profile(
                session,
                name=save_profile,
                sender=sender or file.stem,
                format=seen.format,
                options=options,
                seen=known.get(save_profile),
                actor=COMMAND_ACTOR,
                effective_on=portfolio_state(session).data_date,
            )
            say(f"Đã lưu hồ sơ bên gửi “{save_profile}”.", "profile saved")
    if as_json:
        print(json.dumps(_as_dict(seen), ensure_ascii=False, indent=1))
    else:
        _print(seen)
    if not seen.ready:
        raise typer.Exit(1)


@app.command("attributes")
def attribute_list(
    file: FileArgument,
    project: Annotated[str, typer.Option("--project", help="Mã dự án, ví dụ TULIEN.")],
    layer: LayerOption = None,
    column: ColumnOption = None,
    fixed: FixedOption = None,
    encoding: EncodingOption = None,
    profile: ProfileOption = None,
    apply: Annotated[bool, typer.Option("--apply", help="Ghi; không có thì chỉ đối chiếu.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON.")] = False,
) -> None:
    """Ghép danh sách XLSX/CSV vào thửa đã có theo bản đồ, tờ, thửa; liệt kê những gì không khớp."""
    with transaction() as session:
        options = reading_options(
            session, profile=profile, crs=None, layer=layer, column=column, fixed=fixed, encoding=encoding,
            swapped=False, points=None,
        )  # fmt: skip
        report = join_list(session, file, project=project, options=options, apply=apply, actor=COMMAND_ACTOR)
    if as_json:
        print(json.dumps(report.as_dict(), ensure_ascii=False, indent=1))
    else:
        _print_join(report, apply)


def _print(seen: Preview) -> None:
    print(f"{seen.filename}: {TITLES[seen.format]}, lớp “{seen.layer}”, {seen.rows} dòng · rows")
    for use in seen.columns:
        target = (
            f"→ {use.field}" + (f" ({use.how})" if use.how else "") if use.field else "(không dùng · unused)"
        )
        print(f"  {use.name} {target}: {', '.join('–' if c is None else str(c) for c in use.cells[:4])}")
    print(f"  Hệ toạ độ: {seen.crs.vi}")
    for way in seen.crs.alternatives:
        print(f"    {way.share:.0%} đúng chỗ: {way.vi}")
    for text in seen.texts:
        print(
            f"  Chữ {text.column}: {text.encoding} ({text.share:.0%})"
            + (f" {text.before!r} → {text.after!r}" if text.after else "")
        )
    print("  Hình: " + ", ".join(f"{name} {n}" for name, n in seen.geometry_types.items()))
    if seen.controls is not None:
        for residual in seen.controls.residuals:
            print(f"  Điểm {residual.name}: ΔE {residual.east_m:.3f} ΔN {residual.north_m:.3f} m")
        print(f"  {seen.controls.vi} (trung bình {seen.controls.mean_m:.3f} m)")
    for title, faults in (("Lưu ý", seen.warnings), ("Lỗi", seen.faults)):
        for fault in faults:
            print(f"  {title} {fault.where}: {fault.vi}")
    print("Nạp được." if seen.ready else "Chưa nạp được.")


def _as_dict(seen: Preview) -> dict[str, object]:
    return {
        "filename": seen.filename,
        "sha256": seen.sha256,
        "format": seen.format,
        "layer": seen.layer,
        "layers": list(seen.layers),
        "rows": seen.rows,
        "ready": seen.ready,
        "columns": [
            {"name": u.name, "field": u.field, "how": u.how, "first": list(u.cells)} for u in seen.columns
        ],
        "fixed": dict(seen.fixed),
        "missing": list(seen.missing),
        "crs": {
            "used": seen.crs.used,
            "why": seen.crs.en,
            "alternatives": [
                {"srid": w.srid, "swapped": w.swapped, "words": w.en, "share": w.share}
                for w in seen.crs.alternatives
            ],
        },
        "texts": [
            {
                "column": t.column,
                "encoding": t.encoding,
                "share": t.share,
                "before": t.before,
                "after": t.after,
            }
            for t in seen.texts
        ],
        "geometry_types": dict(seen.geometry_types),
        "area_m2": round(seen.area_m2, 1),
        "controls": None
        if seen.controls is None
        else {
            "verdict": seen.controls.verdict,
            "mean_m": seen.controls.mean_m,
            "max_m": seen.controls.max_m,
            "points": [
                {"name": r.name, "east_m": r.east_m, "north_m": r.north_m} for r in seen.controls.residuals
            ],
        },
        "faults": [{"where": f.where, "vi": f.vi, "en": f.en} for f in seen.faults],
        "warnings": [{"where": f.where, "vi": f.vi, "en": f.en} for f in seen.warnings],
    }


def _print_join(report: JoinReport, apply: bool) -> None:
    say(
        f"{report.rows} dòng, {report.parcels} thửa: {report.matched} khớp, {report.changed} khác cơ sở dữ liệu.",
        "rows, parcels, matched, different",
    )
    for title, items in report.lists():
        if items:
            more = f" … (+{len(items) - _SHOWN})" if len(items) > _SHOWN else ""
            say(f"  {title} ({len(items)}): {', '.join(items[:_SHOWN])}{more}")
    say(
        "Đã ghi."
        if apply and report.changed
        else "Chưa ghi gì (thêm --apply để ghi)."
        if not apply
        else "Không có gì để ghi."
    )
