"""The only process that opens a file from outside: `python -m geo.importers.child REQUEST.json`.

It first limits itself (memory, time, file sizes, no further processes), then takes every driver but three away from
GDAL, and only then imports it: `GDAL_SKIP` has no effect once the library is loaded. It answers with numbers and plain
text in a folder of its parent's; it never sees the database or the network.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import resource
import sys
import warnings
from pathlib import Path
from typing import Any

from geo.importers.columns import FIELDS, match_columns
from geo.importers.limits import Limits
from geo.importers.precheck import (
    Refused,
    check_geopackage,
    check_shapefile,
    geojson_has_crs,
    geopackage_crs,
    geopackage_layers,
)

KEPT_DRIVERS = frozenset({"GPKG", "GeoJSON", "ESRI Shapefile"})
# Every other vector driver of the locked wheel. One that is missing here stops every import (see `lock_gdal`), so an
# update of the wheel cannot open a door unseen.
SKIPPED_DRIVERS = (
    "MapInfo File", "MEM", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG",
    "LVBAG", "S57", "DGN", "OGR_VRT", "CSV", "GML", "GPX", "LIBKML", "KML", "GeoJSONSeq", "ESRIJSON",
    "TopoJSON", "OGR_GMT", "SQLite", "WAsP", "OpenFileGDB", "DXF", "FlatGeobuf", "GeoRSS", "VFK",
    "PGDUMP", "OSM", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO", "Idrisi", "ODS", "XLSX",
    "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML", "PLSCENES", "CSW", "VDV", "MVT",
    "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector", "ADBC", "AVCBin", "AVCE00", "AIVector",
    "HTTP",
)  # fmt: skip
NOWHERE = "127.0.0.1:9"  # the discard port: what still tries HTTP is sent there
GDAL_ENVIRONMENT = {
    # Names with blanks are kept whole only when commas part the list.
    "GDAL_SKIP": ",".join(SKIPPED_DRIVERS),
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_NUM_THREADS": "1",
    "GDAL_HTTP_PROXY": NOWHERE,
    "GDAL_HTTPS_PROXY": NOWHERE,
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_HTTP_TIMEOUT": "1",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
    "PROJ_NETWORK": "OFF",
    "OGR_SQLITE_PRAGMA": "trusted_schema=OFF",
    "OGR_GEOJSON_MAX_OBJ_SIZE": "50",
    "SHAPE_RESTORE_SHX": "NO",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_NOTES = 5


def main(arguments: list[str]) -> int:
    """Reads the request, answers in its `out` folder, returns 0 also for a refusal (which is an answer)."""
    request = json.loads(Path(arguments[1]).read_text("utf-8"))
    limits = Limits(**request["limits"])
    limit_process(limits)
    out = Path(request["out"])
    try:
        answer = read(Path(request["path"]), request, limits, out)
    except Refused as refusal:
        answer = {"refused": refusal.code, "values": refusal.values}
    except MemoryError:
        answer = {"refused": "memory", "values": {}}
    (out / "answer.json").write_text(json.dumps(answer, allow_nan=False), "utf-8")
    return 0


def limit_process(limits: Limits) -> None:
    """Bounds of the kernel on this process; hard, so that nothing in it can lift them again."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, limits.output_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        bound = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
        resource.setrlimit(what, (bound, bound))
    _leave_network()
    # Last: it also stops this process from making threads, so numerical libraries are told to make none.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def lock_gdal() -> Any:
    """Imports pyogrio with three drivers. Raises Refused when GDAL was loaded before or kept another driver."""
    if "pyogrio" in sys.modules:
        raise Refused("drivers", extra="pyogrio")
    os.environ.update(GDAL_ENVIRONMENT)
    # pyogrio imports these when it finds them; they are not needed, take half of the start, and more code is more risk.
    absent: dict[str, Any] = dict.fromkeys(("pandas", "geopandas", "pyarrow"))
    sys.modules.update(absent)
    import pyogrio

    if extra := set(pyogrio.list_drivers()) - KEPT_DRIVERS:
        raise Refused("drivers", extra=", ".join(sorted(extra)))
    return pyogrio


def read(path: Path, request: dict[str, Any], limits: Limits, out: Path) -> dict[str, Any]:
    """Writes the arrays of one layer's polygons to `out`; returns the rest of the answer."""
    kind, fields = request["format"], FIELDS[request["purpose"]]
    has_crs = True
    if kind == "gpkg":
        check_geopackage(path)
    elif kind == "shp":
        check_shapefile(path)
    else:
        has_crs = geojson_has_crs(path)
    pyogrio = lock_gdal()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            return _read_layer(pyogrio, path, kind, has_crs, request["layer"], fields, limits, out, caught)
        except pyogrio.errors.GeometryError as error:
            raise Refused("geometry_type") from error
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
            pyogrio.errors.FieldError,
            pyogrio.errors.CRSError,
        ) as error:
            raise Refused("unreadable", reason=_plain(str(error), path)) from error
        except UnicodeDecodeError as error:
            raise Refused("encoding") from error


def _read_layer(
    pyogrio: Any,
    path: Path,
    kind: str,
    has_crs: bool,
    layer: str | None,
    fields: Any,
    limits: Limits,
    out: Path,
    caught: list[warnings.WarningMessage],
) -> dict[str, Any]:
    from geo.importers import lines, shapes

    if kind == "gpkg":
        layers = geopackage_layers(path, limits.layers)
    else:
        layers = [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
    name = _choose(layers, layer)
    options = {"IMMUTABLE": "YES"} if kind == "gpkg" else {}
    info = pyogrio.read_info(path, layer=name, force_feature_count=True, **options)
    if info["features"] > limits.rows:
        raise Refused("rows", rows=int(info["features"]), limit=limits.rows)
    chosen, contested = match_columns([str(f) for f in info["fields"]], fields)
    meta, _, wkb, data = pyogrio.raw.read(path, layer=name, columns=list(chosen.values()), **options)
    if len(wkb) != info["features"]:
        raise Refused("damaged")
    by_column = dict(zip((str(f) for f in meta["fields"]), data, strict=True))
    columns = {
        field: [] if len(wkb) == 0 else _cells(by_column[column], column, limits)
        for field, column in chosen.items()
    }
    packed = shapes.pack(wkb)
    if len(packed.coordinates) > limits.vertices:
        raise Refused("vertices", limit=limits.vertices)
    packed.write(out)
    if fields is FIELDS["alignments"] and lines.pack_lines(wkb, out) > limits.vertices:
        raise Refused("vertices", limit=limits.vertices)
    return {
        "layer": name,
        "rows": len(wkb),
        "columns": columns,
        "headings": chosen,
        "contested": contested,
        "types": packed.types,
        "with_z": packed.with_z,
        "with_m": any("Measured (M)" in str(w.message) for w in caught),
        "crs": _file_crs(path, kind, name, has_crs, meta["crs"]).as_dict(),
        "notes": [_plain(str(w.message), path) for w in caught if w.category is RuntimeWarning][:_NOTES],
    }


def _choose(layers: list[str], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in layers:
            raise Refused("no_such_layer", wanted=wanted, layers=layers)
        return wanted
    if len(layers) != 1:
        raise Refused("which_layer" if layers else "no_layer", layers=layers)
    return layers[0]


def _file_crs(path: Path, kind: str, layer: str, has_crs: bool, read_as: str | None) -> Any:
    """The CRS in the file's own words: GDAL's answer is used for GeoJSON only, it trusts names over numbers."""
    from dataclasses import replace

    from geo.importers.filecrs import contradicts, identify

    if kind == "shp":
        prj = path.with_suffix(".prj")
        return identify(prj.read_text("utf-8", "replace") if prj.exists() else None)
    if kind == "gpkg":
        stated, definition = geopackage_crs(path, layer)
        found = identify(stated or definition)
        return contradicts(found, definition) or found
    return replace(identify(read_as), explicit=has_crs)


def _cells(values: Any, column: str, limits: Limits) -> list[Any]:
    """One column as JSON values: text cut just beyond its limit, days as ISO text, NaN as null."""
    if values.dtype.kind == "M":
        return [
            None if text == "NaT" else text for text in values.astype("datetime64[D]").astype(str).tolist()
        ]
    cells: list[Any] = values.tolist()
    for i, cell in enumerate(cells):
        if isinstance(cell, float) and not math.isfinite(cell):
            cells[i] = None if math.isnan(cell) else str(cell)
        elif isinstance(cell, str):
            cells[i] = cell[: limits.text_length + 1]
        elif not isinstance(cell, int | float | None):
            raise Refused("column_type", column=column)
    return cells


def _plain(message: str, path: Path) -> str:
    """A library's message without the place of our private copy."""
    return message.replace(str(path), path.name).replace(str(path.parent), "")[:300]


def _leave_network() -> None:
    """Moves into an empty network namespace where the kernel lets us; bubblewrap has done so already if present."""
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
