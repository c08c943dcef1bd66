"""Writes land as files for other programs: GeoPackage, GeoJSON, shapefile, KML, DXF; zipped with what the file is.

Column names are those that our own import recognises, so that what went out can come in again. KML knows WGS 84 only.
A drawing (DXF) has closed outlines, one layer per land code, and a label with the parcel's number inside each part
(`geo.importers.owndrawing`).
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import geopandas as gpd
import pyogrio
import shapely
from shapely import LineString

from geo.crs import MEASURE, WGS84
from geo.importers.owndrawing import CUTS, label_layer

ExportFormat = Literal["gpkg", "geojson", "shp", "kml", "dxf"]
FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
DRIVERS: Mapping[ExportFormat, str] = {
    "gpkg": "GPKG", "geojson": "GeoJSON", "shp": "ESRI Shapefile", "kml": "LIBKML", "dxf": "DXF",
}  # fmt: skip
SYSTEMS: Mapping[str, int] = {"vn2000": MEASURE, "wgs84": WGS84}
# Names of a shapefile have ten characters.
SHORT = {
    "map_series": "ban_do", "map_version": "phien_ban", "ward_code": "ma_phuong", "ward_name": "ten_phuong",
    "area_stated_m2": "dien_tich", "area_measured_m2": "dt_do_m2", "taken_m2": "thu_hoi_m2", "rest_m2": "con_lai_m2",
    "promised_on": "ngay_hen", "forecast_on": "du_bao", "holder_kind": "doi_tuong", "is_critical": "gang",
    "is_demo": "minh_hoa", "alignment": "tim_tuyen", "obstacle": "vuong_mac",
}  # fmt: skip
GEOJSON_DIGITS = 9  # a tenth of a millimetre
DRAWN_DIGITS = 4  # a tenth of a millimetre in metres
LABEL_SIZE = "1.5g"  # ground units: metres on the drawing


@dataclass(frozen=True, slots=True)
class Export:
    """Parcels in WGS 84 with their columns, and what the file says of itself (`about`, for people and for JSON)."""

    name: str
    land: gpd.GeoDataFrame
    about: Mapping[str, Any]


def write_export(export: Export, kind: ExportFormat, srid: int, folder: Path) -> Path:
    """Writes `<name>.zip` into `folder` and gives its path: the data, and what it is in words and as JSON.

    `srid`: EPSG:5897 or EPSG:4326 (KML: always the latter). Raises ValueError for another system.
    """
    if srid not in SYSTEMS.values():
        raise ValueError(f"EPSG:{srid} is not one of {SYSTEMS.values()}")
    srid = WGS84 if kind == "kml" else srid
    inside = folder / export.name
    inside.mkdir()
    land = export.land.to_crs(srid)
    path = inside / f"{export.name}.{kind}"
    if kind == "dxf":
        _write_drawing(land, path)
    else:
        _write_table(land, path, kind, export)
    about = {**export.about, "format": kind, "crs": f"EPSG:{srid}", "parcels": len(land)}
    (inside / "thong-tin.json").write_text(json.dumps(about, ensure_ascii=False, indent=1), "utf-8")
    (inside / "THONG-TIN.txt").write_text(in_words(about), "utf-8")
    packed = folder / f"{export.name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(inside.iterdir()):
            archive.write(part, part.name)
    shutil.rmtree(inside)
    return packed


def in_words(about: Mapping[str, Any]) -> str:
    """What a file is, one line each, for whoever opens the folder."""
    return "".join(f"{name}: {value}\r\n" for name, value in about.items())


def _write_table(land: gpd.GeoDataFrame, path: Path, kind: ExportFormat, export: Export) -> None:
    options: dict[str, Any] = {"driver": DRIVERS[kind]}
    if kind == "shp":
        land = land.rename(columns=SHORT)
        options["encoding"] = "UTF-8"
    if kind == "gpkg":
        title = str(export.about.get("title", export.name))
        options |= {"layer": "thua_dat", "layer_options": {"IDENTIFIER": export.name, "DESCRIPTION": title}}
    if kind == "geojson":
        options["layer_options"] = {"COORDINATE_PRECISION": str(GEOJSON_DIGITS), "RFC7946": "NO"}
    if kind == "kml":
        land = land.assign(Name=land["sheet"] + "/" + land["number"])
    plain = land.copy()
    for column in plain.columns.drop(plain.geometry.name):
        if plain[column].dtype == bool:
            plain[column] = plain[column].astype("int8")
    pyogrio.write_dataframe(plain, path, **options)


def _write_drawing(land: gpd.GeoDataFrame, path: Path) -> None:
    """Outlines and labels: a drawing has no columns, so labels say number, land code and area, layers the sheet."""
    digits = GEOJSON_DIGITS if land.crs.is_geographic else DRAWN_DIGITS
    rows: list[dict[str, Any]] = []
    for row in land.itertuples(index=False):
        parts = shapely.get_parts(shapely.transform(row.geometry, lambda c: c.round(digits))).tolist()
        for nth, part in enumerate(parts, start=1):
            label = f"{row.number} {row.land_use} {row.area_measured_m2:.1f}"
            label += f" [{nth}/{len(parts)}]" if len(parts) > 1 else ""
            style = f'LABEL(f:"Arial",s:{LABEL_SIZE},t:"{_plain(label)}",p:5)'
            for ring, layer in ((part.exterior, "THUA_"), *((hole, CUTS) for hole in part.interiors)):
                rows.append(
                    {
                        "Layer": f"{layer}{row.land_use}",
                        "geometry": LineString(ring),
                        "Text": None,
                        "OGR_STYLE": None,
                    }
                )
            point = shapely.transform(shapely.point_on_surface(part), lambda c: c.round(digits))
            rows.append(
                {
                    "Layer": label_layer(row.sheet),
                    "geometry": point,
                    "Text": label,
                    "OGR_STYLE": style,
                }
            )
    drawing = gpd.GeoDataFrame(rows, geometry="geometry", crs=land.crs)
    pyogrio.write_dataframe(drawing, path, driver="DXF")


def _plain(text: str) -> str:
    """A text as a drawing's style string and layer name take it."""
    return "".join(c for c in text if c.isalnum() or c in " .,+-_/[]").strip()
