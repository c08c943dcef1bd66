"""The preview of an upload: read in the sandboxed child, judged, shown; nothing of the land is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely
from geoalchemy2.shape import to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import imports
from api.usecases.may import may_on
from geo import senders
from geo.access import access_project, portfolio_state
from geo.crs import to_measure
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import ReadingOptions
from geo.importers.places import WardPlace
from geo.importers.preview import Preview, preview_file
from geo.tables import Corridor, SenderProfile, Ward
from projects.errors import Forbidden

# A person waits for a preview: it ends sooner than an import would.
# A preview is made in the process that answers pages: larger files go straight to the worker.
LIMITS: Limits = replace(
    DEFAULT, seconds=60.0, cpu_seconds=50, rows=200_000, vertices=10_000_000, text_bytes=40 * 1024**2
)
_SIMPLE_M = 60.0  # ward outlines behind a thumbnail
_MARGIN = 0.25  # of its size, shown around what is previewed

Rings = tuple[npt.NDArray[np.float64], ...]


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A stored upload: where its bytes lie, what its sender called it, its project, and how it is read so far."""

    path: Path
    filename: str
    project: str | None
    options: ReadingOptions


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies behind a thumbnail: ward outlines and the project's corridor, rings in EPSG:5897 (m)."""

    wards: Rings
    corridor: Rings


def upload_file(session: Session, ctx: Context, folder: Path, upload_id: int) -> UploadedFile:
    """The upload with this number, kept below `folder`. Raises NotFound, also for one of a project out of reach, and
    Forbidden for who may look at it but not load."""
    found = imports.access_import(session, ctx, upload_id)
    if not may_on(ctx, "import.propose", ward="", project=found.project):
        raise Forbidden("import.propose")
    upload = found.upload
    return UploadedFile(
        folder / upload.stored_as, upload.filename, found.project, ReadingOptions.from_dict(upload.options)
    )


def keep_options(
    session: Session, ctx: Context, upload_id: int, options: ReadingOptions, *, queue: imports.Queue
) -> None:
    """Has the upload read again as `options` say. Raises NotFound, Forbidden."""
    imports.read_again(session, ctx, upload_id, queue=queue, options=options)


def preview_upload(session: Session, upload: UploadedFile, options: ReadingOptions) -> Preview:
    """The preview of an upload read with `options`. Raises InvalidInput where it cannot be read at all."""
    codes, places = ward_places(session)
    return preview_file(
        upload.path,
        options=options,
        ward_codes=codes,
        ward_places=places,
        limits=LIMITS,
        filename=upload.filename,
    )


def ward_places(session: Session) -> tuple[frozenset[str], dict[str, WardPlace]]:
    """(the codes of all wards, where each lies)."""
    wards = session.scalars(select(Ward)).all()
    places = {w.code: WardPlace(w.centre_lon, w.centre_lat, float(w.area_km2)) for w in wards}
    return frozenset(places), places


def ground(session: Session, project: str | None, shown: Rings) -> Ground:
    """Ward outlines and corridor around what is shown."""
    if not shown:
        return Ground((), ())
    window = shapely.box(*_window(shown))
    boundaries = [to_shape(b) for b in session.scalars(select(Ward.boundary)) if b is not None]
    corridors: list[BaseGeometry] = []
    if project is not None:
        row = access_project(session, project)
        corridors = [
            to_shape(g) for g in session.scalars(select(Corridor.geom).where(Corridor.project_id == row.id))
        ]
    return Ground(_rings(boundaries, window, _SIMPLE_M), _rings(corridors, window, _SIMPLE_M / 10))


def save_sender(
    session: Session,
    ctx: Context,
    *,
    name: str,
    sender: str,
    format: str | None,
    options: ReadingOptions,
    seen: int | None,
) -> SenderProfile:
    """Saves a sender profile in the name of who asks; see `geo.senders.save_profile`."""
    return senders.save_profile(
        session,
        name=name,
        sender=sender,
        format=format,
        options=options,
        seen=seen,
        actor=ctx.principal.account,
        effective_on=portfolio_state(session).data_date,
    )


def _window(shown: Rings) -> tuple[float, float, float, float]:
    points = np.concatenate(shown)
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    margin = max(_MARGIN * max(east - west, north - south), 100.0)
    return float(west - margin), float(south - margin), float(east + margin), float(north + margin)


def _rings(shapes: list[BaseGeometry], window: BaseGeometry, grain: float) -> Rings:
    found: list[npt.NDArray[np.float64]] = []
    for shape in shapes:
        measured = to_measure(shape)
        if not measured.intersects(window):
            continue
        for part in shapely.get_parts(shapely.simplify(measured, grain)):
            if part.geom_type == "Polygon":
                found.append(np.round(shapely.get_coordinates(part.exterior), 1))
    return tuple(found)
