"""A GeoPackage of a million parcels through the limited child: seconds and memory of the process that asks.

Run in a process of its own, so that the memory is that of reading. Rows by DUONGGANG_BENCH_PARCELS (1,000,000).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from tests.bench.city_land import grid
from tests.bench.measuring import figure
from tests.conftest import ROOT

COUNT = int(os.environ.get("DUONGGANG_BENCH_PARCELS", "1000000"))
WARD = "00097"
READ = """
import json, resource, sys, time
from pathlib import Path
from geo.importers.parcels import read_parcels
start = time.perf_counter()
table = read_parcels(Path(sys.argv[1]), ward_codes=frozenset([sys.argv[2]]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([len(table.frame), time.perf_counter() - start, peak]))
"""


def test_a_million_parcels_through_the_door(tmp_path: Path) -> None:
    shapes, at = grid(COUNT), np.arange(COUNT)
    columns = {
        "to": (at // 1000).astype(str), "thua": (at % 1000).astype(str), "loai_dat": np.where(at % 3, "ODT", "LUC"),
        "phuong": WARD, "dien_tich": np.round(shapely.area(shapes), 1), "ho_so": np.char.add("HS-", at.astype(str)),
    }  # fmt: skip
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(columns, geometry=shapes, crs=5897).to_file(path, driver="GPKG", engine="pyogrio")
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), WARD], capture_output=True, text=True, check=True, cwd=ROOT
    )
    rows, seconds, peak = json.loads(done.stdout)
    assert rows == COUNT
    figure(f"{COUNT:,} parcels of a GeoPackage read and judged", "s", seconds)
    figure("  memory of the reading process at its peak", "MB", peak)
    assert peak < 1500
