"""Reads a surveyed clearance boundary from a file: all polygons of one layer, in any CRS, as one shape."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon

from geo.crs import MEASURE, to_measure, to_wgs84
from geo.importers.controls import ControlReport
from geo.importers.faults import FaultList
from geo.importers.formats import DRAWINGS
from geo.importers.geometry import check_shapes
from geo.importers.judging import check_points, note_hint, note_losses
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import AS_GUESSED, ReadingOptions
from geo.importers.places import check_places
from geo.importers.reading import read_vector
from geo.importers.sourcecrs import settle_crs
from geo.importers.untied import note_untied
from geo.importers.vectorfile import VectorFile
from projects.errors import Fault

MOST_M2 = 400e6  # an eighth of Hanoi: no project clears more than that
_OVERLAP_M2 = 1.0

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class CorridorFile:
    """A boundary that was read and found right: `shape` in WGS 84, `area_m2` measured in EPSG:5897.

    `polygons` is how many the file has; `warnings` do not stop it but must be shown; `controls` is the report of the
    control points, if any were given.
    """

    filename: str
    sha256: str
    source_srid: int
    polygons: int
    shape: MultiPolygon
    area_m2: float
    warnings: tuple[Fault, ...]
    controls: ControlReport | None = None


def read_corridor(
    path: Path,
    *,
    options: ReadingOptions = AS_GUESSED,
    limits: Limits = DEFAULT,
    filename: str | None = None,
) -> CorridorFile:
    """The union of the polygons of `path`; of a drawing, of its closed outlines, those inside others being holes.

    Layer, CRS, exchanged axes and control points of `options` count as for parcels. Raises InvalidInput with every
    fault: an invalid polygon, no settled CRS, a place outside Hanoi, an absurd size.
    """
    file = read_vector(path, purpose="corridor", options=options, limits=limits, filename=filename)
    faults = FaultList(file.filename, limits.faults_listed)
    warnings = FaultList(file.filename, limits.faults_listed)
    if file.rows == 0:
        faults.file(
            "file", f"Lớp “{file.layer}” không có hình nào.", f"Layer “{file.layer}” has no features."
        )
    srid = settle_crs(file.crs, options.crs, faults, warnings, without=".prj" if file.format == "shp" else "")
    sound = check_shapes(file, faults, limits)
    rows = np.flatnonzero(sound)
    if srid is None:
        note_hint(file.shapes[rows], faults)
    else:
        check_places(file.shapes[rows], rows, srid, faults)
    faults.raise_if_any()
    if srid is None:
        raise AssertionError("a CRS that is not settled is a fault")
    controls = check_points(options, srid, faults, warnings)
    merged = _merged(file, to_measure(file.shapes, srid), warnings)
    area = float(merged.area)
    if area > MOST_M2:
        faults.file(
            "area",
            f"Phạm vi rộng {area / 1e6:.0f} km², quá giới hạn {MOST_M2 / 1e6:.0f} km².",
            f"The corridor covers {area / 1e6:.0f} km², over the limit of {MOST_M2 / 1e6:.0f} km².",
        )
    faults.raise_if_any()
    note_losses(file, warnings)
    if file.untied is not None:
        note_untied(file.untied, warnings)
    return CorridorFile(
        filename=file.filename,
        sha256=file.sha256,
        source_srid=srid,
        polygons=file.rows,
        shape=_in_degrees(merged),
        area_m2=area,
        warnings=warnings.listed(),
        controls=controls,
    )


def even_odd(outlines: Objects) -> Any:
    """Closed outlines as a drawing means them: one inside another is a hole, one inside that is land again."""
    order = np.argsort(-shapely.area(outlines), kind="stable")
    outlines = outlines[order]
    inner, outer = shapely.STRtree(outlines).query(outlines, predicate="within")
    depth = np.bincount(inner[inner != outer], minlength=len(outlines))
    shape: Any = shapely.union_all(outlines[depth == 0])
    for level in range(1, int(depth.max()) + 1):
        next_ = shapely.union_all(outlines[depth == level])
        shape = shapely.difference(shape, next_) if level % 2 else shapely.union(shape, next_)
    return shape


def _merged(file: VectorFile, measured: Objects, warnings: FaultList) -> Any:
    whole = shapely.union_all(measured)
    if file.format in DRAWINGS:
        shape = even_odd(measured)
        holes = float(whole.area - shape.area)
        if holes > _OVERLAP_M2:
            warnings.file(
                "note",
                f"Hình khép kín nằm trong hình khác được hiểu là lỗ: {holes:.0f} m² không thuộc phạm vi.",
                f"Closed shapes inside others are taken for holes: {holes:.0f} m² are not in the corridor.",
            )
        return shape
    twice = float(shapely.area(measured).sum() - whole.area)
    if twice > _OVERLAP_M2:
        warnings.file(
            "note",
            f"Các vùng trong tệp chồng nhau {twice:.0f} m²; chỉ tính một lần.",
            f"The polygons of the file overlap by {twice:.0f} m²; that is counted once.",
        )
    return whole


def _in_degrees(shape: Any) -> MultiPolygon:
    """In WGS 84 and valid there: neighbours that nearly touch can cross by a rounding."""
    found = to_wgs84(np.array([shape], dtype=object), MEASURE)[0]
    if not found.is_valid:
        found = shapely.make_valid(found)
    parts = [part for part in shapely.get_parts(found) if part.geom_type == "Polygon"]
    return MultiPolygon(parts)
