"""A million parcels into a queryable table with GiST, judged on the way, beside to_postgis that judges nothing.

Ours: identity, repeated numbers, wards, land use, valid polygons, the box of Hanoi and areas in EPSG:5897 of every row,
binary COPY into the partition of a proposal (unlogged: after a crash the file is read again), GiST and a btree,
attached, analysed. Not in it: reading a file in the limited child, placing on the axis, the comparison. Theirs: the
same frame in memory into a logged table with GiST. Rows by DUONGGANG_BENCH_PARCELS (1,000,000).
"""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import psycopg
import shapely
from sqlalchemy import make_url, text

from geo.db import make_engine
from geo.importers.faults import FaultList
from geo.migrate import upgrade
from geo.proposing.gate import judge_attributes
from geo.proposing.staging import Rows, stage
from tests.bench.measuring import figure, taking_turns
from tests.conftest import ROOT

COUNT = int(os.environ.get("DUONGGANG_BENCH_PARCELS", "1000000"))
WARD = "00097"


def fabric(count: int) -> gpd.GeoDataFrame:
    """Hexagon-like lots on a grid over Hanoi, 7 coordinates each, with identity, ward and land use."""
    chance, side = np.random.default_rng(1), int(np.ceil(np.sqrt(count)))
    at = np.arange(count)
    size = 0.3 / side
    x, y = 105.6 + (at % side) * size, 20.9 + (at // side) * size
    turn = np.sort(chance.random((count, 6)), axis=1) * 2 * np.pi
    ring = np.stack(
        [
            x[:, None] + size / 2 + np.cos(turn) * size * 0.45,
            y[:, None] + size / 2 + np.sin(turn) * size * 0.45,
        ],
        axis=2,
    )
    values = {
        "map_series": WARD, "sheet": (at // 1000).astype(str), "number": (at % 1000).astype(str),
        "map_version": "1", "ward_code": WARD, "land_use": np.where(at % 3, "ODT", "LUC"),
    }  # fmt: skip
    shapes = shapely.polygons(np.concatenate([ring, ring[:, :1]], axis=1))
    return gpd.GeoDataFrame(values, geometry=shapes, crs=4326)


def load(url: str, frame: gpd.GeoDataFrame) -> None:
    """Judges and stages the frame as proposal 1."""
    faults = FaultList("bench")
    plain = pd.DataFrame(frame.drop(columns="geometry"))
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as opened:
        opened.execute("set duonggang.maintenance = 'on'")
        judge_attributes(plain, {WARD}, faults)
        stage(opened, 1, 1, Rows(plain, frame.geometry.to_numpy(), 4326), faults=faults)
        faults.raise_if_any()


def test_a_million_parcels_judged_and_queryable(make_database: Callable[[], str]) -> None:
    url = make_database()
    engine = make_engine(url, statement_timeout_ms=0, maintenance=True)
    upgrade(engine)
    frame = fabric(COUNT)
    ours, peer = taking_turns(
        lambda: load(url, frame), lambda: frame.to_postgis("peer", engine, if_exists="replace", index=False)
    )
    figure(
        f"{COUNT:,} parcels to a table with GiST, judged",
        "s",
        ours,
        peer,
        "GeoDataFrame.to_postgis, not judged",
    )
    with engine.connect() as connection:
        same = "select (select count(*) from proposal_parcel), (select count(*) from peer)"
        assert connection.execute(text(same)).one() == (COUNT, COUNT)
        found = "select count(*) from {} where {} && st_makeenvelope(105.6, 20.9, 105.65, 20.95, 4326)"
        assert connection.scalar(text(found.format("proposal_parcel", "geom"))) == connection.scalar(
            text(found.format("peer", "geometry"))
        )
    engine.dispose()


def test_memory_of_a_million_parcels(make_database: Callable[[], str]) -> None:
    url = make_database()
    engine = make_engine(url, maintenance=True)
    upgrade(engine)
    engine.dispose()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.test_import", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    held, peak = (float(number) for number in done.stdout.split())
    figure(f"{COUNT:,} parcels: most memory of the loading process", "MB", peak)
    figure(f"{COUNT:,} parcels: of which the frame held before", "MB", held)


def _megabytes(name: str) -> float:
    """VmRSS or VmHWM (the most since it was last reset) of this process."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    whole = fabric(COUNT)
    gc.collect()
    # What making the frame took is not what loading it takes.
    Path("/proc/self/clear_refs").write_text("5")
    before = _megabytes("VmRSS")
    load(sys.argv[1], whole)
    print(before, _megabytes("VmHWM"))
