"""The formats that the door knows, and the one library driver (or none) that each of them needs.

Standard library only: the child reads this before it has limited itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Format = Literal["gpkg", "geojson", "shp", "kml", "tab", "mif", "dxf", "dgn", "csv", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)

# The private copy's name: the sender's name decides nothing.
FIXED_NAMES: Mapping[Format, str] = MappingProxyType({kind: f"input.{kind}" for kind in FORMATS})
# GDAL drivers; what is not here is read without GDAL.
DRIVERS: Mapping[Format, str] = MappingProxyType(
    {
        "gpkg": "GPKG",
        "geojson": "GeoJSON",
        "shp": "ESRI Shapefile",
        "kml": "LIBKML",
        "tab": "MapInfo File",
        "mif": "MapInfo File",
        "dxf": "DXF",
        "dgn": "DGN",
    }
)
DRAWINGS: frozenset[Format] = frozenset({"dxf", "dgn"})
TITLES: Mapping[Format, str] = MappingProxyType(
    {
        "gpkg": "GeoPackage",
        "geojson": "GeoJSON",
        "shp": "Shapefile (zip)",
        "kml": "KML/KMZ",
        "tab": "MapInfo TAB (zip)",
        "mif": "MapInfo MIF/MID (zip)",
        "dxf": "DXF",
        "dgn": "DGN V7",
        "csv": "CSV (WKT)",
        "xlsx": "XLSX",
    }
)
