"""Tiles of the land as one reader sees it on one day: what they depend on, how they are made, how long they are kept.

What a tile shows is named by a version: the reader's reach, the revisions of the projects, the day, the last event
known, and this software. The version stands in the tile's address, so an edit is seen at once and nothing kept is
ever wrong. It opens nothing: what is shown is asked of the database anew under row-level security of whoever asks,
and a kept tile is found only under the reader's own reach.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api import __version__
from api.context import Context
from api.usecases.calculation import resolve_day
from api.usecases.told import told_at
from geo.access import access_project
from geo.past_states import states_then
from geo.tables import Project
from geo.tiles import land
from geo.tiles.grid import LEAST_ZOOM, MOST_ZOOM, Tile
from projects.clearance import wants_land
from projects.errors import NotFound
from projects.steps import STEPS

FORMAT = 1  # grows when tiles of the same rows are written differently
DETAIL_ZOOM = 15  # from here on every parcel is drawn
NEAR_ZOOM = 12  # where a project has few parcels, from here on
FEW_PARCELS = 7_000  # about 160 kB of compressed tile in the worst case, when all lie in one
MOST_PARCELS = 9_000  # a tile with more is drawn as cells: it would pass 250 kB compressed
COMPRESSION = 1  # of level 6 it keeps 94 % of the gain for a quarter of the time

UNWANTED = tuple(sorted(step for step in STEPS if not wants_land(step)))
# As everywhere a paused case keeps the colour of the first group it may go on in.
GROUP_OF = {code: step.group or 1 for code, step in STEPS.items()}

COUNT = text("select count(*) from parcel where project_id = :project")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a map shows: (id, code, revision) of its projects, on which day, for whom; `version` names all of it.

    `whole` is the whole portfolio, else one project.
    """

    projects: tuple[tuple[int, str, int], ...]
    whole: bool
    day: date
    version: str


@dataclass(frozen=True, slots=True)
class MadeTile:
    """A tile ready to be sent: compressed MVT and the hash of its uncompressed bytes; empty where there is no land."""

    packed: bytes
    digest: str

    @property
    def plain(self) -> bytes:
        """The tile uncompressed."""
        return gzip.decompress(self.packed) if self.packed else b""


def shown_land(session: Session, ctx: Context, code: str | None, *, as_of: date | None) -> Shown:
    """The land of project `code`, or of the whole portfolio with None. Raises NotFound, InvalidInput."""
    if code is not None:
        project = access_project(session, code)
        projects: tuple[tuple[int, str, int], ...] = ((project.id, project.code, project.revision),)
    else:
        query = select(Project.id, Project.code, Project.revision).order_by(Project.id)
        projects = tuple((row.id, row.code, row.revision) for row in session.execute(query))
    day = resolve_day(session, as_of)
    reach = (ctx.principal.seen_from, ctx.rights.may(ctx.principal, "case.read"))
    whole = (FORMAT, __version__, reach, code is None, projects, day, ctx.known)
    return Shown(projects, code is None, day, hashlib.sha256(repr(whole).encode()).hexdigest()[:24])


def land_tile(session: Session, ctx: Context, shown: Shown, tile: Tile) -> MadeTile:
    """One tile of that land, kept or made. Raises NotFound for a tile that the grid does not have."""
    if not tile.exists or not LEAST_ZOOM <= tile.z <= MOST_ZOOM:
        raise NotFound("tile", f"{tile.z}/{tile.x}/{tile.y}")
    key = ("tile", shown.version, tile)
    return ctx.tiles.get(key, lambda: _made(session, ctx, shown, tile), lambda made: len(made.packed))


def kept_tile(ctx: Context, shown: Shown, tile: Tile) -> MadeTile | None:
    """The tile if it is kept."""
    return cast(MadeTile | None, ctx.tiles.find(("tile", shown.version, tile)))


def detail_zoom(session: Session, ctx: Context, shown: Shown) -> int:
    """The zoom of tiles from which on each parcel is drawn; farther out its land is counted in cells."""
    if shown.whole:
        return DETAIL_ZOOM

    def count() -> int:
        return int(session.scalar(COUNT, {"project": shown.projects[0][0]}) or 0)

    parcels = ctx.tiles.get(("count", shown.version), count, lambda _: 0)
    return NEAR_ZOOM if parcels <= FEW_PARCELS else DETAIL_ZOOM


def moved_cases(session: Session, ctx: Context, project: tuple[int, str, int], day: date) -> land.Moved:
    """The cases of a project that were at another step, or had another obstacle, on `day` than now."""
    number, code, revision = project

    def make() -> land.Moved:
        told = told_at(session, ctx, {number: (code, revision)})[number]
        return {case: (was.step or "", was.obstacle) for case, was in states_then(told, as_of=day).items()}

    found: land.Moved = ctx.cache.get(("moved", number, revision, ctx.known, day), make)
    return found


def _made(session: Session, ctx: Context, shown: Shown, tile: Tile) -> MadeTile:
    body = _body(session, ctx, shown, tile) if ctx.rights.may(ctx.principal, "case.read") else b""
    packed = gzip.compress(body, COMPRESSION, mtime=0) if body else b""
    return MadeTile(packed, hashlib.sha256(body).hexdigest()[:24])


def _body(session: Session, ctx: Context, shown: Shown, tile: Tile) -> bytes:
    if tile.z >= detail_zoom(session, ctx, shown):
        moved: land.Moved = {}
        for project in shown.projects:
            moved = {**moved, **moved_cases(session, ctx, project, shown.day)}
        only = None if shown.whole else shown.projects[0][0]
        body = land.parcel_tile(
            session, tile, project_id=only, moved=moved, unwanted=UNWANTED, most=MOST_PARCELS
        )
        if body is not None:
            return body
    return land.cell_tile(session, tile, [_cells(session, ctx, p, shown.day) for p in shown.projects])


def _cells(session: Session, ctx: Context, project: tuple[int, str, int], day: date) -> land.Cells:
    """The counted land of one project as this reader sees it: an edit elsewhere in the city leaves it as it is."""
    number, _, revision = project
    moved = moved_cases(session, ctx, project, day)
    return ctx.tiles.get(
        ("cells", ctx.principal.seen_from, number, revision, ctx.known, day),
        lambda: land.count_cells(session, number, moved=moved, groups=GROUP_OF, unwanted=UNWANTED),
        lambda cells: cells.bytes,
    )
