"""The map that goes with the mail of a snapshot: projects that changed since the one before, all others in grey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.usecases.facts import project_labels
from api.usecases.features import project_places
from api.usecases.snapshots import before_of, period_of_row
from geo.crs import to_measure
from geo.tables import Snapshot, Ward
from maps.mail_map import MailMap, Place, mail_map
from projects.rhythm import TOLD, Move, moves

ROUGH_WARDS = 0.0008  # degrees, about 80 m
LEGEND = "Nét dày: dự báo lùi; nét vừa: sớm lại; nét đen: số khác đổi; xám mảnh: không đổi."
ROUGH_LINES = 30.0  # m


def picture_of(session: Session, row: Snapshot) -> bytes:
    """The picture as a PNG file; counts and dates of projects, no case and no person."""
    before = before_of(session, row)
    label = period_of_row(row).label[0]
    since = "lần đầu" if before is None else f"so với {period_of_row(before).label[0]}"
    old = {} if before is None else before.numbers["projects"]
    moved: dict[str, list[Move]] = {}
    for move in moves(None if before is None else before.numbers, row.numbers):
        if move.project:
            moved.setdefault(move.project, []).append(move)
    names = {code: pair[0] for code, pair in project_labels(session).items()}
    shapes = project_places(session)
    ground, dots = _wards(session)
    places = [
        Place(
            _lines(shapes[code][0]), shapes[code][1] == "area",
            _change(old.get(code), row.numbers["projects"].get(code)) if code in moved else "",
            _words(names.get(code, code), moved.get(code, []), old.get(code), row.numbers["projects"].get(code)),
        )
        for code in [*moved, *(code for code in sorted(shapes) if code not in moved)] if code in shapes
    ]  # fmt: skip
    lost = sum(code not in shapes for code in moved)
    notes = [
        LEGEND,
        *(["Chấm nhạt: tâm phường, xã; chưa nạp ranh giới."] if dots else []),
        f"Số liệu đến hết {row.last:%d/%m/%Y}. Tim tuyến sơ hoạ; hướng bắc lên trên.",
    ]
    if lost:
        notes.append(f"{lost} dự án thay đổi nhưng chưa có vị trí, xem trong thư.")
    if row.numbers.get("demo"):
        notes.append("CÓ DỮ LIỆU MINH HOẠ, không phải số liệu thật.")
    return mail_map(MailMap(f"Đường Găng: {label}", f"Dự án thay đổi, {since}", places, ground, dots, notes))


def _change(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """By the forecast: later, sooner, or another figure that changed."""
    was, now = (None if figures is None else figures.get("slip_days") for figures in (old, new))
    if now is None:
        return "other"
    moved = now - (was or 0)
    return "later" if moved > 0 else "sooner" if moved < 0 else "other"


def _words(name: str, found: list[Move], old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """The name, the slip with what it moved by, else the first other figure that changed."""
    was, now = (None if figures is None else figures.get("slip_days") for figures in (old, new))
    if now is not None and now != was:
        moved = "" if was is None else f" (trước {fmt.signed(was, 'vi')})"
        return f"{name}: lệch {fmt.slip(now, 'vi')}{moved}"
    if not found:
        return name
    said = "; ".join(f"{TOLD[m.name][0]} {_shown(m.before)} thành {_shown(m.after)}" for m in found[:2])
    return f"{name}: {said}"


def _shown(value: object) -> str:
    if value is None:
        return "chưa có"
    if isinstance(value, int):
        return fmt.number(value, "vi")
    return fmt.date_text(date.fromisoformat(str(value)), "vi")  # the other figures of a snapshot are days


def _lines(shape: BaseGeometry) -> list[list[tuple[float, float]]]:
    """The lines of a place, or the outer rings of its areas, in metres."""
    found = []
    for part in shapely.get_parts(to_measure(shape).simplify(ROUGH_LINES)).tolist():
        line = part.exterior if part.geom_type == "Polygon" else part
        if line.geom_type in ("LineString", "LinearRing"):
            found.append([(float(x), float(y)) for x, y in shapely.get_coordinates(line).tolist()])
    return found


def _wards(session: Session) -> tuple[list[list[tuple[float, float]]], list[tuple[float, float]]]:
    """The outlines of the wards, or their centres where no boundary is loaded."""
    rows = session.execute(
        select(
            func.ST_SimplifyPreserveTopology(Ward.boundary, ROUGH_WARDS), Ward.centre_lon, Ward.centre_lat
        ).order_by(Ward.code)
    ).all()
    rings = [ring for shape, _, _ in rows if shape is not None for ring in _lines(to_shape(shape))]
    bare = [shapely.Point(lon, lat) for shape, lon, lat in rows if shape is None]
    dots = [(float(p.x), float(p.y)) for p in (to_measure(point) for point in bare)]
    return rings, dots
