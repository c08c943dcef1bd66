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

from geo.crs import WGS84, Floats, Mask, to_measure, to_wgs84
from geo.importers.faults import FaultList
from geo.importers.geometry import check_areas, check_shapes
from geo.importers.limits import DEFAULT, Limits
from geo.importers.places import WardPlace, check_places, hint_without_crs
from geo.importers.reading import VectorFile, read_vector
from geo.importers.rows import clean_rows
from geo.importers.sourcecrs import settle_crs
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
# A stated area further from the measured one than both is worth a look: old sheets, re-surveys, typing errors.
_AREA_SHARE = 0.05
_AREA_M2 = 5.0


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
    """The parcels of a GeoPackage, GeoJSON or zipped shapefile.

    `crs`: EPSG code for a file that states none (or an own definition); `layer`: which layer of a GeoPackage;
    `ward_codes`: the codes that exist; `ward_places`: where those wards lie, which finds a wrong zone that the box of
    Hanoi alone would miss. Raises InvalidInput with every fault of file and rows; nothing is returned in part.
    """
    file = read_vector(path, purpose="parcels", layer=layer, limits=limits)
    faults = FaultList(file.filename, limits.faults_listed)
    warnings = FaultList(file.filename, limits.faults_listed)
    if file.rows == 0:
        faults.file(
            "file", f"Lớp “{file.layer}” không có thửa nào.", f"Layer “{file.layer}” has no features."
        )
    srid = settle_crs(file.crs, crs, faults, warnings)
    rows = clean_rows(file, ward_codes, faults, limits)
    sound = check_shapes(file, faults, limits)
    if srid is None:
        _hint(file, sound, faults)
        faults.raise_if_any()
        raise AssertionError("a CRS that is not settled is a fault")
    index = np.flatnonzero(sound)
    check_places(file.shapes[index], index, srid, faults, wards=rows["ward_code"], places=ward_places)
    areas = check_areas(to_measure(file.shapes[index], srid), index, faults, limits)
    faults.raise_if_any()
    _compare_areas(rows["area_stated_m2"], areas, warnings)
    _note_losses(file, warnings)
    frame = _frame(rows, file.shapes, srid)
    return ParcelTable(
        filename=file.filename,
        sha256=file.sha256,
        source_srid=srid,
        frame=frame,
        wgs84=gpd.GeoSeries(_multi(to_wgs84(file.shapes, srid)), index=frame.index, crs=WGS84),
        area_m2=areas,
        warnings=warnings.listed(),
    )


def _hint(file: VectorFile, sound: Mask, faults: FaultList) -> None:
    """Without a CRS the places cannot be judged, but often only one reading makes sense."""
    reading = hint_without_crs(file.shapes[sound])
    if reading is not None:
        faults.file(
            "crs",
            f"Toạ độ trong tệp rơi vào Hà Nội nếu đọc theo {reading.vi}.",
            f"The coordinates in the file fall in Hanoi if read in {reading.en}.",
        )


def _compare_areas(stated: list[float | None], measured: Floats, warnings: FaultList) -> None:
    for row, (said, found) in enumerate(zip(stated, measured, strict=True), start=1):
        if said is not None and abs(found - said) > max(_AREA_SHARE * said, _AREA_M2):
            warnings.row(
                "area",
                row,
                f"Diện tích ghi {said:.1f} m² nhưng đo được {found:.1f} m².",
                f"The stated area is {said:.1f} m², the measured one {found:.1f} m².",
            )


def _note_losses(file: VectorFile, warnings: FaultList) -> None:
    if file.with_z:
        warnings.file(
            "note",
            f"Đã bỏ độ cao (Z) của {file.with_z} hình.",
            f"The heights (Z) of {file.with_z} shapes were dropped.",
        )
    if file.with_m:
        warnings.file(
            "note", "Đã bỏ giá trị đo (M) của các hình.", "The measures (M) of the shapes were dropped."
        )
    for note in file.notes:
        warnings.file("note", f"Thư viện GDAL báo: {note}", f"The GDAL library says: {note}")


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
