"""Reads a parcel file of a project: all rows right, or one refusal that lists everything that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo.importers.limits import DEFAULT, Limits
from projects.errors import Fault

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
class WardPlace:
    """Where a ward lies: centre in WGS 84 and area in km²; a parcel far from its own ward is a fault."""

    lon: float
    lat: float
    area_km2: float


@dataclass(frozen=True, slots=True)
class ParcelTable:
    """A parcel file that was read and found right, row by row in the order of the file.

    `frame` has the geometry as delivered (Polygon or MultiPolygon in EPSG:`source_srid`, x = east or longitude,
    two dimensions, valid) and the columns of `COLUMNS`:

    - `map_series`, `sheet`, `number`, `map_version`, `ward_code`, `land_use`: str, never empty. Without a
      map-series column the series is the ward code; without a version it is "1".
    - `case`, `step`, `obstacle`, `holder_kind` ("household" | "organisation"): str or None when the file is silent.
    - `step_on`, `promised_on`: datetime.date or None.
    - `area_stated_m2`: float, NaN when the file is silent.
    - `row`: int, the feature's number in the file, counted from 1.

    `wgs84` is the same geometry in EPSG:4326 as MultiPolygon, `area_m2` the area measured in EPSG:5897 (m²);
    both are aligned with `frame` (RangeIndex 0…n-1). `warnings` do not stop the import but must be shown.
    """

    filename: str
    sha256: str
    source_srid: int
    frame: gpd.GeoDataFrame
    wgs84: gpd.GeoSeries
    area_m2: npt.NDArray[np.float64]
    warnings: tuple[Fault, ...]


def read_parcels(
    path: Path,
    *,
    crs: int | None,
    layer: str | None = None,
    ward_codes: frozenset[str],
    ward_places: Mapping[str, WardPlace] | None = None,
    limits: Limits = DEFAULT,
) -> ParcelTable:
    """The parcels of `path`. Raises InvalidInput with every fault; nothing is returned in part."""
    raise NotImplementedError
