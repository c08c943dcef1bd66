"""What a file would become, before anything is written: rows, columns, coordinates, text, shapes and all faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from geo.crs import label, rank, to_measure
from geo.importers.controls import ControlReport
from geo.importers.formats import Format
from geo.importers.judging import Judged, judge
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import AS_GUESSED, ReadingOptions
from geo.importers.places import WardPlace, inside_of
from geo.importers.reading import read_vector
from geo.importers.rows import REQUIRED
from geo.importers.textcodes import TextReading
from geo.importers.values import Cell
from geo.importers.vectorfile import VectorFile
from projects.errors import Fault

_SAMPLE = 2_000  # shapes on which readings are compared
_DRAWN = 3_000  # shapes in the thumbnail
_DRAWN_POINTS = 20_000
_ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """One column of the file: the field it fills (None: it is not used) and its first cells.

    `how`: "said" by the options, "guessed" by its name, "contested" (several claim the field), "" unused.
    """

    name: str
    field: str | None
    how: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class CrsChoice:
    """One way to read the coordinates: EPSG code, exchanged axes, words, share of the looked-at shapes in place (0–1).

    `possible`: whether the options can ask for it (millimetres and a lost DGN origin have to be mended in the file).
    """

    srid: int
    swapped: bool
    possible: bool
    vi: str
    en: str
    share: float


@dataclass(frozen=True, slots=True)
class CrsGuess:
    """`used` is the EPSG code that the reading settled on, or None; why, and what else would fit, best first."""

    used: int | None
    vi: str
    en: str
    alternatives: tuple[CrsChoice, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything the preview page shows. `outlines` are simplified rings in EPSG:5897 (n, 2), at most some thousand.

    `missing` are required fields that no column fills; `texts` how old text was read; `geometry_types` counts by type.
    `ready`: nothing stops the import.
    """

    filename: str
    sha256: str
    format: Format
    layer: str
    layers: tuple[str, ...]
    rows: int
    columns: tuple[ColumnUse, ...]
    fixed: Mapping[str, str]
    missing: tuple[str, ...]
    crs: CrsGuess
    texts: tuple[TextReading, ...]
    geometry_types: Mapping[str, int]
    area_m2: float
    outlines: tuple[npt.NDArray[np.float64], ...]
    not_drawn: int
    controls: ControlReport | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    @property
    def ready(self) -> bool:
        """Whether the file can be imported as it would be read now."""
        return not self.faults


def preview_file(
    path: Path,
    *,
    options: ReadingOptions = AS_GUESSED,
    ward_codes: frozenset[str],
    ward_places: Mapping[str, WardPlace] | None = None,
    limits: Limits = DEFAULT,
    filename: str | None = None,
) -> Preview:
    """The preview of a map file. Raises InvalidInput only where the file cannot be read at all (or has several layers
    and none is chosen); whatever else is wrong is in `faults`.
    """
    file = read_vector(
        path, purpose="parcels", options=options, limits=limits, sample=True, filename=filename
    )
    judged = judge(file, options, ward_codes=ward_codes, ward_places=ward_places, limits=limits)
    ways = _ways(file, judged, ward_places)
    outlines, left = _outlines(file, judged, ways)
    return Preview(
        filename=file.filename,
        sha256=file.sha256,
        format=file.format,
        layer=file.layer,
        layers=file.layers,
        rows=file.rows,
        columns=_columns(file, options),
        fixed=file.fixed,
        missing=tuple(f for f in REQUIRED if f not in file.headings and f not in file.fixed),
        crs=CrsGuess(judged.srid, *_reason(file, options, judged), ways),
        texts=file.readings,
        geometry_types=file.geometry_types,
        area_m2=float(np.nansum(judged.areas)),
        outlines=outlines,
        not_drawn=left,
        controls=judged.controls,
        faults=judged.faults.listed(),
        warnings=judged.warnings.listed(),
    )


def _columns(file: VectorFile, options: ReadingOptions) -> tuple[ColumnUse, ...]:
    used = {name: f for f, name in file.headings.items()}
    claimed = {name: f for f, names in file.contested.items() for name in names}
    found = []
    for name in file.all_columns:
        f = used.get(name) or claimed.get(name)
        how = "contested" if name in claimed else "said" if f in options.columns else "guessed" if f else ""
        found.append(ColumnUse(name, f, how, tuple(file.sample.get(name, ()))))
    return tuple(found)


def _reason(file: VectorFile, options: ReadingOptions, judged: Judged) -> tuple[str, str]:
    if judged.srid is None:
        return (
            "Chưa xác định được hệ toạ độ; xem lỗi và các cách đọc bên dưới.",
            "The coordinate system is not settled; see the faults and the readings below.",
        )
    name = label(judged.srid)
    swapped = (
        (" Hai trục được đổi chỗ như đã chọn.", " The axes are exchanged as chosen.")
        if options.swapped
        else ("", "")
    )
    if options.crs is not None and options.crs == judged.srid and file.crs.srid != options.crs:
        return f"{name}: như đã chọn.{swapped[0]}", f"{name}: as chosen.{swapped[1]}"
    if not file.crs.explicit:
        return (
            f"{name}: định dạng này mặc định như vậy, tệp không ghi.{swapped[0]}",
            f"{name}: the default of the format, the file says nothing.{swapped[1]}",
        )
    return f"{name}: tệp ghi như vậy.{swapped[0]}", f"{name}: as the file states.{swapped[1]}"


def _ways(file: VectorFile, judged: Judged, places: Mapping[str, WardPlace] | None) -> tuple[CrsChoice, ...]:
    """Readings that put shapes near their ward where wards are known, else in the box of Hanoi."""
    index = np.flatnonzero(judged.sound)[:_SAMPLE]
    if not len(index):
        return ()
    bounds = shapely.bounds(file.shapes[index])
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    found = rank(x, y, inside=inside_of(index, judged.rows["ward_code"], places))
    return tuple(
        CrsChoice(
            srid=reading.srid,
            swapped=reading.swapped,
            possible=not reading.millimetres and not reading.origin,
            vi=reading.vi,
            en=reading.en,
            share=hits / len(index),
        )
        for reading, hits in found[:_ALTERNATIVES]
    )


def _outlines(
    file: VectorFile, judged: Judged, ways: tuple[CrsChoice, ...]
) -> tuple[tuple[npt.NDArray[np.float64], ...], int]:
    """Outer rings for the thumbnail, simplified; the largest first when they are too many."""
    srid = judged.srid or next((way.srid for way in ways if way.possible and not way.swapped), None)
    index = np.flatnonzero(judged.sound)
    if srid is None or not len(index):
        return (), len(index)
    shapes = to_measure(file.shapes[index], srid)
    parts = shapely.get_parts(shapes)
    parts = parts[np.isfinite(shapely.area(parts))]
    kept = parts[np.argsort(-shapely.area(parts), kind="stable")][:_DRAWN]
    west, south, east, north = shapely.total_bounds(kept)
    grain = max(east - west, north - south) / 500
    rings = [shapely.get_coordinates(r) for r in shapely.simplify(shapely.get_exterior_ring(kept), grain)]
    drawn: list[npt.NDArray[np.float64]] = []
    points = 0
    for ring in rings:
        points += len(ring)
        if points > _DRAWN_POINTS:
            break
        if len(ring) >= 3 and np.isfinite(ring).all():
            drawn.append(np.round(ring, 1))
    return tuple(drawn), len(parts) - len(drawn)
