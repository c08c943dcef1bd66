"""Tiles of parcels and of aggregate cells (Mapbox Vector Tile 2), made by PostGIS from the rows that the asker sees.

Every statement runs in the session of whoever asks: row-level security, and `known_at` by the search path, hold as for
any other query. Geometry is cut and scaled in degrees: over a tile of zoom ≥ 12 the Mercator projection is linear to
0.3 of 4,096 units (the sagitta h²·tan φ / 8 of its curvature; a test holds it to 1), so no second copy of the shapes
is stored and none is projected.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tiles.encode import polygon_layer, varint
from geo.tiles.grid import BUFFER, EXTENT, Box, Tile

GROUPS = 7
# Aggregates are counted in the grid of this zoom (about 71 m at Hanoi) and added up for farther views.
CELL_LEVEL = 19
# A tile is cut into 2**5 = 32 cells a side: 16 px each.
CELL_STEPS = 5

Moved = Mapping[str, tuple[str, str | None]]
"""Case code → (step, obstacle) on the day asked for, of the cases that look different now."""

# The box stands in the text, so that the planner knows how much land it holds. The database finds the rows; the
# layer is written here (`geo.tiles.encode`), in a tenth of the time of ST_AsMVT.
PARCELS = """
select count(*), array_agg(k), array_agg(a), string_agg(g, ''::bytea) from (
    select c.id as k, concat_ws(E'\\x1f', {step}, left(c.holder_kind, 1), p.ward_code, {obstacle}) as a,
           ST_AsBinary(p.geom, 'NDR') as g
    from parcel p join clearance_case c on c.id = p.case_id {moved}
    where p.geom && ST_MakeEnvelope({wider}, 4326) {project} and {unwanted}
    limit {most}
) t
"""
KEYS = ("k", "s", "o", "w", "v")
# The middle of a parcel's box stands for the parcel: it is counted in one cell only.
CELLS = """
with mapped as (select * from unnest(cast(:steps as text[]), cast(:groups as int[])) as m (step, grp))
select floor((lon + 180) / 360 * :side)::int as cx,
       floor((1 - ln(tan(radians(lat)) + 1 / cos(radians(lat))) / pi()) / 2 * :side)::int as cy,
       grp, count(*)::int as parcels, sum(area_m2) as area
from (
    select (ST_XMin(p.geom) + ST_XMax(p.geom)) / 2 as lon, (ST_YMin(p.geom) + ST_YMax(p.geom)) / 2 as lat,
           p.area_m2, {step} as step
    from parcel p join clearance_case c on c.id = p.case_id {moved}
    where p.project_id = :project
) land join mapped on mapped.step = land.step
group by 1, 2, 3
"""
MOVED = (
    "left join unnest(cast(:codes as text[]), cast(:then_steps as text[]), cast(:then_obstacles as text[])) "
    "as o (code, step, obstacle) on o.code = c.code"
)
CELL_TILE = """
select ST_AsMVT(t, 'cells', :extent, 'mvt') from (
    select n, a, n1, n2, n3, n4, n5, n6, n7,
           ST_ForcePolygonCCW(ST_MakeEnvelope(x * :size, y * :size, (x + 1) * :size, (y + 1) * :size)) as mvt
    from unnest(cast(:x as int[]), cast(:y as int[]), cast(:n as int[]), cast(:a as bigint[]), {groups})
         as cell (x, y, n, a, n1, n2, n3, n4, n5, n6, n7)
) t
"""


@dataclass(frozen=True, slots=True)
class Cells:
    """Counted land of one project in the grid of CELL_LEVEL: one entry per cell and step group.

    Arrays of equal length: column, row, step group 1…7, parcels, area in m².
    """

    x: npt.NDArray[np.int32]
    y: npt.NDArray[np.int32]
    group: npt.NDArray[np.int8]
    parcels: npt.NDArray[np.int32]
    area: npt.NDArray[np.float64]

    @property
    def bytes(self) -> int:
        """How much memory the arrays take."""
        return self.x.nbytes + self.y.nbytes + self.group.nbytes + self.parcels.nbytes + self.area.nbytes

    @property
    def total(self) -> int:
        """How many parcels are counted."""
        return int(self.parcels.sum())


def parcel_tile(
    session: Session,
    tile: Tile,
    *,
    project_id: int | None,
    moved: Moved,
    unwanted: Collection[str],
    most: int,
) -> bytes | None:
    """The parcels that touch a tile as MVT layer `parcels`, of one project or, with None, of all; None above `most`.

    Attributes: k (number of the case), s (step), o (owner: h household, o organisation), v (obstacle), w (ward). Cases
    at one of the steps `unwanted` are left out.
    """
    step, obstacle, join = then_sql(moved)
    statement = PARCELS.format(
        wider=_edges(tile.box(BUFFER / EXTENT)),
        step=step,
        obstacle=obstacle,
        moved=join,
        project="" if project_id is None else f"and p.project_id = {int(project_id)}",
        unwanted=" and ".join(f"{step} <> :un{at}" for at in range(len(unwanted))) or "true",
        most=int(most) + 1,
    )
    names = {f"un{at}": step for at, step in enumerate(unwanted)}
    count, cases, said, shapes = session.execute(text(statement), names | then_values(moved)).one()
    if count > most:
        return None
    if not count:
        return b""
    place: dict[str, int] = {}
    tag_of = np.fromiter((place.setdefault(a, len(place)) for a in said), np.int32, count)
    values: dict[str, int] = {}
    tags = [_tags(attributes, values) for attributes in place]
    return polygon_layer(
        "parcels", bytes(shapes), tags, tag_of, np.array(cases, np.int64), keys=KEYS, values=tuple(values),
        box=tile.box(), extent=EXTENT, buffer=BUFFER,
    )  # fmt: skip


def _tags(attributes: str, values: dict[str, int]) -> bytes:
    """Packed tags of "step, owner, ward and perhaps obstacle"; new values get the next places."""
    packed = bytearray()
    for key, value in enumerate(attributes.split("\x1f"), 1):
        packed += varint(key) + varint(values.setdefault(value, len(values)))
    return bytes(packed)


def count_cells(
    session: Session, project_id: int, *, moved: Moved, groups: Mapping[str, int], unwanted: Collection[str]
) -> Cells:
    """The land of one project as the asker sees it, counted in cells; `groups` gives the step group of each step."""
    step, _, join = then_sql(moved)
    wanted = {s: g for s, g in groups.items() if s not in unwanted}
    values = {
        "steps": list(wanted),
        "groups": list(wanted.values()),
        "side": 1 << CELL_LEVEL,
        "project": project_id,
    }
    rows = session.execute(text(CELLS.format(step=step, moved=join)), values | then_values(moved)).all()
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), (), ()]
    kinds = (np.int32, np.int32, np.int8, np.int32, np.float64)
    return Cells(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


def cell_tile(session: Session, tile: Tile, land: Collection[Cells]) -> bytes:
    """The cells of a tile (MVT layer `cells`): n parcels, a m², n1…n7 parcels by step group; empty cells are left out.

    A cell is 1/32 of the tile's side, or the grid of CELL_LEVEL where that is coarser.
    """
    level = min(tile.z + CELL_STEPS, CELL_LEVEL)
    within = level - tile.z
    side = 1 << within
    shift = CELL_LEVEL - level
    counts = np.zeros((side * side, GROUPS + 1), dtype=np.int64)
    area = np.zeros(side * side)
    for cells in land:
        x, y = cells.x >> shift, cells.y >> shift
        mine = ((x >> within) == tile.x) & ((y >> within) == tile.y)
        place = (y[mine] & (side - 1)) * side + (x[mine] & (side - 1))
        np.add.at(counts, (place, cells.group[mine].astype(np.int64)), cells.parcels[mine])
        np.add.at(area, place, cells.area[mine])
    (full,) = np.nonzero(counts.any(axis=1))
    if not len(full):
        return b""
    names = [f"g{group}" for group in range(1, GROUPS + 1)]
    values = {name: [v or None for v in counts[full, at].tolist()] for at, name in enumerate(names, 1)}
    statement = CELL_TILE.format(groups=", ".join(f"cast(:{name} as int[])" for name in names))
    body = session.scalar(
        text(statement),
        values
        | {
            "extent": EXTENT,
            "size": EXTENT // side,
            "x": (full % side).tolist(),
            "y": (full // side).tolist(),
            "n": counts[full].sum(axis=1).tolist(),
            "a": np.rint(area[full]).astype(np.int64).tolist(),
        },
    )
    return bytes(body or b"")


def _edges(box: Box) -> str:
    """The edges of a box as SQL numbers."""
    return ", ".join(format(edge, ".12f") for edge in box)


def then_sql(moved: Moved) -> tuple[str, str, str]:
    """SQL of a case's step and obstacle on the day asked for, and the join that they need."""
    if not moved:
        return "c.step", "c.obstacle", ""
    obstacle = "case when o.code is null then c.obstacle else o.obstacle end"
    return "coalesce(o.step, c.step)", obstacle, MOVED


def then_values(moved: Moved) -> dict[str, list[str | None]]:
    """The values that the join of `then_sql` reads."""
    if not moved:
        return {}
    return {
        "codes": list(moved),
        "then_steps": [step for step, _ in moved.values()],
        "then_obstacles": [obstacle for _, obstacle in moved.values()],
    }
