"""Brings the judged rows of one proposal into its own partition: COPY by chunks, then the indexes, then attached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import shapely
from psycopg import sql
from psycopg.copy import QueuedLibpqWriter

from geo.crs import WGS84, to_wgs84
from geo.importers.faults import FaultList
from geo.importers.limits import DEFAULT, Limits
from geo.placing import NOWHERE, Places
from geo.proposing import binary
from geo.proposing.gate import Shapes, judge_shapes

CHUNK = 20_000  # rows; memory of a chunk stays under 50 MB
Progress = Callable[[int], None]
_ALWAYS = (
    "proposal_id", "project_id", "row", "source_srid", "area_m2", "map_series", "sheet", "number", "map_version",
    "ward_code", "land_use", "geom",
)  # fmt: skip
_TEXTS = ("map_series", "sheet", "number", "map_version", "ward_code", "land_use")
_OPTIONAL = ("case", "step", "obstacle", "holder_kind")
_DAYS = ("step_on", "promised_on")


@dataclass(frozen=True, slots=True)
class Rows:
    """What is staged: `frame` with the columns of a `ParcelTable` (only identity, ward and land use must be there).

    `shapes` as delivered in EPSG:`srid`. `places` and `fronts` (one list of front ids per row) where they are known.
    """

    frame: pd.DataFrame
    shapes: Shapes
    srid: int
    places: Places | None = None
    fronts: Sequence[Sequence[int]] = field(default_factory=tuple)


def stage(
    connection: psycopg.Connection[Any],
    proposal: int,
    project_id: int,
    rows: Rows,
    *,
    faults: FaultList,
    told: Progress = lambda done: None,
    limits: Limits = DEFAULT,
    chunk: int = CHUNK,
) -> None:
    """Judges and writes all rows in the caller's transaction; `told` hears how many are done.

    After the last row `faults` may have grown: then nothing was attached, and the caller rolls back.
    """
    columns = _columns(rows)
    name = connection.execute("select stage_open(%s)", (proposal,)).fetchone()
    assert name is not None
    into = sql.SQL("copy staging.{} ({}) from stdin (format binary)").format(
        sql.Identifier(name[0]), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = len(rows.frame)
    attributes = _attributes(rows, columns)
    # Written by a thread of its own: while the server takes a chunk in, the next is judged and packed.
    with connection.cursor() as cursor, cursor.copy(into, writer=QueuedLibpqWriter(cursor)) as copy:
        copy.write(binary.HEADER)
        for start in range(0, count, chunk):
            end = min(start + chunk, count)
            judged = judge_shapes(
                rows.shapes[start:end], rows.srid, faults, first_row=start + 1, limits=limits
            )
            if not faults:
                part, size = slice(start, end), end - start
                made: dict[str, binary.Field | binary.Rings] = {
                    "proposal_id": binary.constant(proposal, "i8", size),
                    "project_id": binary.constant(project_id, "i4", size),
                    "source_srid": binary.constant(rows.srid, "i4", size),
                    "area_m2": binary.numbers(judged.area_m2, "f8"),
                    "geom": _geometry(rows.shapes[part], rows.srid),
                }
                if "source_geom" in columns:
                    made["source_geom"] = binary.octets(ewkb(rows.shapes[part], rows.srid))
                fields = [made[c] if c in made else attributes[c].part(part) for c in columns]
                for piece in binary.rectangles(fields):
                    copy.write(piece)
            told(end)
        copy.write(binary.TRAILER)
    if not faults:
        connection.execute("select stage_close(%s)", (proposal,))


def _columns(rows: Rows) -> tuple[str, ...]:
    """The columns that the rows say something in; the others stay NULL without being sent."""
    there = [c for c in (*_OPTIONAL, *_DAYS) if c in rows.frame and rows.frame[c].notna().any()]
    if "area_stated_m2" in rows.frame and rows.frame["area_stated_m2"].notna().any():
        there.append("area_stated_m2")
    if rows.places is not None:
        there += ["alignment_id", "from_m", "to_m", "side", "fronts"]
    if rows.srid != WGS84:
        there.append("source_geom")
    return tuple(("case_code" if c == "case" else c) for c in (*_ALWAYS, *there))


def _attributes(rows: Rows, columns: Sequence[str]) -> dict[str, binary.Field]:
    """The columns that are no geometry, of all rows."""
    frame, count = rows.frame, len(rows.frame)
    made = {name: binary.texts(frame[name]) for name in _TEXTS}
    made["row"] = binary.numbers(np.arange(1, count + 1), "i4")
    for name in _OPTIONAL:
        if (column := "case_code" if name == "case" else name) in columns:
            made[column] = binary.texts(frame[name])
    for name in _DAYS:
        if name in columns:
            made[name] = binary.days(frame[name])
    if "area_stated_m2" in columns:
        stated = frame["area_stated_m2"].to_numpy(dtype=np.float64)
        made["area_stated_m2"] = binary.numbers(stated, "f8", ~np.isnan(stated))
    if rows.places is not None:
        known = rows.places.alignment_id != NOWHERE
        made["alignment_id"] = binary.numbers(rows.places.alignment_id, "i4", known)
        made["from_m"] = binary.numbers(rows.places.from_m, "f8", known)
        made["to_m"] = binary.numbers(rows.places.to_m, "f8", known)
        made["side"] = binary.texts(pd.Series(rows.places.side, dtype=object).where(known, None))
        made["fronts"] = binary.int_lists(rows.fronts)
    return made


def _geometry(shapes: Shapes, srid: int) -> binary.Field | binary.Rings:
    """Polygons and multipolygons in WGS 84 as multipolygons; plain ones straight from their coordinates."""
    shown: Shapes = to_wgs84(shapes, srid)
    single = shapely.get_type_id(shown) == shapely.GeometryType.POLYGON
    if single.all() and (shapely.get_num_interior_rings(shown) == 0).all():
        points, index = shapely.get_coordinates(shown, return_index=True)
        starts = np.searchsorted(index, np.arange(len(shown)))
        return binary.Rings(points, starts, np.diff(np.append(starts, len(index))))
    many = shown.copy()
    many[single] = shapely.multipolygons(shown[single][:, np.newaxis])
    return binary.octets(ewkb(many, WGS84))


def ewkb(shapes: Shapes, srid: int) -> list[bytes]:
    """Each shape as PostGIS reads it."""
    result: list[bytes] = shapely.to_wkb(shapely.set_srid(shapes, srid), include_srid=True).tolist()
    return result
