"""Reads a parcel file of a project: all rows right, or one refusal that lists everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.crs import WGS84, to_measure, to_wgs84
from geo.importers.controls import ControlReport
from geo.importers.judging import judge
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import AS_GUESSED, ReadingOptions
from geo.importers.places import WardPlace
from geo.importers.reading import read_vector
from geo.importers.shapes import pieces
from projects.errors import Fault

__all__ = ["COLUMNS", "Limits", "ParcelTable", "WardPlace", "read_parcels"]

COLUMNS = (
    "map_series",
    "sheet",
    "number",
    "map_version",
    "ward_code",
    "land_use",
    "area_stated_m2",
    "case",
    "step",
    "step_on",
    "promised_on",
    "obstacle",
    "holder_kind",
    "row",
)


@dataclass(frozen=True, slots=True)
class ParcelTable:
    """A parcel file that was read and found right, row by row in the order of the file.

    `frame` has the geometry as delivered (Polygon or MultiPolygon in EPSG:`source_srid`, x = east or longitude,
    two dimensions, valid) and the columns of `COLUMNS`:

    - `map_series`, `sheet`, `number`, `map_version`, `ward_code`, `land_use`: str, never empty. Without a
      map-series column the series is the ward code; without a version it is "1".
    - `case`, `step`, `obstacle`, `holder_kind` ("household" | "organisation"): str or None when the file is silent.
      All rows of one case agree in ward, step, dates, obstacle and holder.
    - `step_on`, `promised_on`: datetime.date or None.
    - `area_stated_m2`: float, NaN when the file is silent.
    - `row`: int, the feature's number in the file, counted from 1.

    `area_m2` is the area measured in EPSG:5897 (m²), aligned with `frame` (RangeIndex 0…n-1). `warnings` do not stop
    the import but must be shown; `controls` is the report of the control points, if any were given.
    """

    filename: str
    sha256: str
    source_srid: int
    frame: gpd.GeoDataFrame
    area_m2: npt.NDArray[np.float64]
    warnings: tuple[Fault, ...]
    controls: ControlReport | None = None

    def wgs84(self) -> gpd.GeoSeries:
        """The geometry in EPSG:4326 as MultiPolygon, aligned with `frame`; made anew each time, as large as that."""
        shapes = np.array(self.frame.geometry, dtype=object)
        for piece in pieces(len(shapes)):
            shapes[piece] = _multi(to_wgs84(shapes[piece], self.source_srid))
        return gpd.GeoSeries(shapes, index=self.frame.index, crs=WGS84)

    def measured(self, rows: slice = slice(None)) -> npt.NDArray[np.object_]:
        """The geometry of some rows in EPSG:5897, where metres are metres.

        By way of WGS 84, in which it is kept: measuring the kept land again gives the same to the last digit.
        """
        kept = to_wgs84(np.array(self.frame.geometry.iloc[rows], dtype=object), self.source_srid)
        found: npt.NDArray[np.object_] = to_measure(kept, WGS84)
        return found


def read_parcels(
    path: Path,
    *,
    options: ReadingOptions = AS_GUESSED,
    ward_codes: frozenset[str],
    ward_places: Mapping[str, WardPlace] | None = None,
    limits: Limits = DEFAULT,
    filename: str | None = None,
) -> ParcelTable:
    """The parcels of a file in any of the formats of `geo.importers.formats`.

    `options`: how to read it, over what is guessed; `ward_codes`: the codes that exist; `ward_places`: where those
    wards lie, which finds a wrong zone that the box of Hanoi alone would miss; `filename`: what messages call the
    file. Raises InvalidInput with every fault of file and rows; nothing is returned in part.
    """
    file = read_vector(path, purpose="parcels", options=options, limits=limits, filename=filename)
    judged = judge(file, options, ward_codes=ward_codes, ward_places=ward_places, limits=limits)
    judged.faults.raise_if_any()
    if judged.srid is None:
        raise AssertionError("a CRS that is not settled is a fault")
    frame = _frame(judged.rows, file.shapes, judged.srid)
    return ParcelTable(
        filename=file.filename,
        sha256=file.sha256,
        source_srid=judged.srid,
        frame=frame,
        area_m2=judged.areas,
        warnings=judged.warnings.listed(),
        controls=judged.controls,
    )


def _frame(rows: Mapping[str, list[Any]], shapes: npt.NDArray[np.object_], srid: int) -> gpd.GeoDataFrame:
    """Text and dates stay Python objects, so that None is None and not a float."""
    data: dict[str, Any] = {
        name: pd.Series(rows[name], dtype=object) for name in COLUMNS if name not in ("area_stated_m2", "row")
    }
    data["area_stated_m2"] = np.array(
        [np.nan if a is None else a for a in rows["area_stated_m2"]], dtype=np.float64
    )
    data["row"] = np.arange(1, len(shapes) + 1)
    return gpd.GeoDataFrame(pd.DataFrame(data)[list(COLUMNS)], geometry=shapes, crs=srid)


def _multi(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """The same polygons, every one as a MultiPolygon."""
    single = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    result = shapes.copy()
    result[single] = shapely.multipolygons(shapes[single][:, np.newaxis])
    return result
