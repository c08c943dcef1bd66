"""The only process that opens a file from outside: `python -m geo.importers.child REQUEST.json`.

It first limits itself (memory, time, file sizes, no further processes), then takes every driver away from GDAL but the
one of the format, and only then imports it: `GDAL_SKIP` has no effect once the library is loaded. It answers with
numbers and plain text in a folder of its parent's; it never sees the database or the network.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from geo.importers.formats import DRIVERS, Format
from geo.importers.limits import Limits
from geo.importers.precheck import Refused

# Every vector driver of the locked wheel. One that is missing here stops every import (see `lock_gdal`), so an
# update of the wheel cannot open a door unseen.
ALL_DRIVERS = (
    "GPKG", "GeoJSON", "ESRI Shapefile",
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
    "DXF_MAX_BSPLINE_CONTROL_POINTS": "2000",
    "LIBKML_RESOLVE_STYLE": "NO",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


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


def limit_process(limits: Limits, *, threads: bool = False) -> None:
    """Bounds of the kernel on this process; hard, so that nothing in it can lift them again.

    `threads`: it may make threads, which to the kernel are processes too.
    """
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
    if not threads:
        # Last: it also stops this process from making threads, so numerical libraries are told to make none.
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def skipped(kind: Format) -> str:
    """GDAL_SKIP for a format. Names with blanks are kept whole only when commas part the list."""
    return ",".join(name for name in ALL_DRIVERS if name != DRIVERS[kind])


def lock_gdal(kind: Format) -> Any:
    """Imports pyogrio with one driver. Raises Refused when GDAL was loaded before or kept another driver."""
    if "pyogrio" in sys.modules:
        raise Refused("drivers", extra="pyogrio")
    os.environ.update({**GDAL_ENVIRONMENT, "GDAL_SKIP": skipped(kind)})
    # pyogrio imports these when it finds them; they are not needed, take half of the start, and more code is more risk.
    absent: dict[str, Any] = dict.fromkeys(("pandas", "geopandas", "pyarrow"))
    sys.modules.update(absent)
    import pyogrio

    if extra := set(pyogrio.list_drivers()) - {DRIVERS[kind]}:
        raise Refused("drivers", extra=", ".join(sorted(extra)))
    return pyogrio


def read(path: Path, request: dict[str, Any], limits: Limits, out: Path) -> dict[str, Any]:
    """Writes the arrays of one layer's polygons and columns to `out`; returns the rest of the answer."""
    kind: Format = request["format"]
    if kind in ("csv", "xlsx"):
        from geo.importers.tables import read_table

        answer = read_table(path, request, limits, out)
    else:
        from geo.importers.layers import precheck, read_map

        has_crs = precheck(path, kind, limits)
        answer = read_map(lock_gdal(kind), path, request, limits, out, has_crs)
    # Not before GDAL is locked: it imports numpy.
    from geo.importers.cells import pack_columns

    return answer | {"columns": pack_columns(answer["columns"], out, limits)}


def _leave_network() -> None:
    """Moves into an empty network namespace where the kernel lets us; bubblewrap has done so already if present."""
    libc = ctypes.CDLL(None)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
