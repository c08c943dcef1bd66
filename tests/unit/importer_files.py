"""Makes small parcel files, right and wrong ones, for the tests of the import door."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
from pyproj import CRS
from shapely.geometry import Polygon, box
from shapely.geometry.base import BaseGeometry

from geo.importers.options import ReadingOptions
from geo.importers.parcels import ParcelTable, WardPlace, read_parcels
from projects.errors import Fault, InvalidInput

WARD = "00097"
WARDS = frozenset({WARD, "00091"})
PLACES = {WARD: WardPlace(lon=105.8535, lat=21.0453, area_km2=15.09)}
EAST, NORTH = 588_000.0, 2_328_000.0  # in that ward, EPSG:5897

# Signs as on the pages from which such strings are copied; PROJ wants the rotations the other way round.
PASTED = (
    "+proj=tmerc +lat_0=0 +lon_0=105 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +towgs84=-191.90441429,-39.30318279,"
    "-111.45032835,-0.00928836,0.01975479,-0.00427372,0.252906278 +units=m +no_defs"
)


def square(i: int, *, east: float = EAST, north: float = NORTH, side: float = 10.0) -> Polygon:
    """The i-th parcel of a row, `side` metres wide."""
    return box(east + 12 * i, north, east + 12 * i + side, north + side)


def bow_tie(i: int) -> Polygon:
    """A boundary that crosses itself in the middle."""
    x, y = EAST + 12 * i, NORTH
    return Polygon([(x, y), (x + 10, y + 10), (x + 10, y), (x, y + 10)])


def parcels(
    n: int = 3, *, crs: Any = 5897, shapes: Sequence[BaseGeometry | None] | None = None, **columns: Any
) -> gpd.GeoDataFrame:
    """`n` right parcels with the usual Vietnamese columns; `columns` replaces or adds some, None drops one."""
    data: dict[str, Any] = {
        "to": ["12"] * n,
        "thua": [str(i + 1) for i in range(n)],
        "loai_dat": ["ODT"] * n,
        "phuong": [WARD] * n,
    }
    data |= columns
    kept = {name: values for name, values in data.items() if values is not None}
    return gpd.GeoDataFrame(kept, geometry=shapes or [square(i) for i in range(n)], crs=crs)


def save(frame: gpd.GeoDataFrame, path: Path) -> Path:
    """Writes by the suffix: .gpkg, .geojson or .zip (a zipped shapefile)."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided")
        _write(frame, path)
    return path


def _write(frame: gpd.GeoDataFrame, path: Path) -> None:
    if path.suffix == ".zip":
        folder = path.with_suffix("")
        folder.mkdir()
        frame.to_file(folder / "thua_dat.shp", engine="pyogrio")
        zip_folder(folder, path)
    else:
        frame.to_file(path, driver={".gpkg": "GPKG", ".geojson": "GeoJSON"}[path.suffix], engine="pyogrio")


def zip_folder(folder: Path, path: Path, *, without: tuple[str, ...] = ()) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix not in without:
                archive.write(part, part.name)
    return path


def read(path: Path, **said: Any) -> ParcelTable:
    """`read_parcels` with our wards; names of reading options may be given as they are."""
    known = {f.name for f in fields(ReadingOptions)}
    options = ReadingOptions(**{name: value for name, value in said.items() if name in known})
    rest: dict[str, Any] = {name: value for name, value in said.items() if name not in known}
    return read_parcels(path, **{"options": options, "ward_codes": WARDS, **rest})


def faults_of(path: Path, **options: Any) -> tuple[Fault, ...]:
    """What is wrong with a file that must be refused; each fault in two languages, no trace of our machine."""
    with pytest.raises(InvalidInput) as refused:
        read(path, **options)
    for fault in refused.value.faults:
        assert fault.where
        assert fault.vi
        assert fault.en
        assert fault.vi != fault.en
        for text in (fault.vi, fault.en):
            assert not re.search(r"Traceback|/tmp|duonggang-import|line \d+, in", text)
    return refused.value.faults


def english(path: Path, **options: Any) -> list[str]:
    return [f"{fault.where}: {fault.en}" for fault in faults_of(path, **options)]


def wkt(proj: str, version: str) -> str:
    """The definition of a CRS as programs write it into a .prj or a GeoPackage."""
    return CRS.from_user_input(proj).to_wkt(version)
