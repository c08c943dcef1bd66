"""Tiles over 1,000,000 synthetic parcels: ours beside tipg on a copy made for it, first view beside folium.GeoJson.

tipg reads a table without row-level security that has exactly the attributes, projected, indexed and clustered. Ours
goes the whole way: sign-in, rights, row-level security, join with the cases. Both are asked as browsers ask (gzip).
"""

from __future__ import annotations

import gzip
import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from urllib.parse import quote

import folium
import geopandas as gpd
from sqlalchemy import make_url

from geo.db import make_engine
from geo.server.processes import pauses
from geo.tiles.grid import Tile, tile_at
from tests.bench.fabric import PARCELS, Fabric
from tests.bench.measuring import ROUNDS, figure
from tests.bench.test_writes import server
from tests.conftest import ROOT

PLACE = (105.85, 21.03)
CLIENTS, SECONDS = 4, 4.0
FOLIUM_PARCELS = 20_000  # its page grows in proportion: measured on these, stated for all


@contextmanager
def tipg(port: int, url: str) -> Iterator[int]:
    """The peer on the same database, one process."""
    parts = make_url(url)
    address = (
        f"postgresql://{parts.username}@{quote(str(parts.query['host']), safe='')}:5432/{parts.database}"
    )
    settings = {
        "DATABASE_URL": address, "TIPG_DB_SCHEMAS": '["public"]', "TIPG_MAX_FEATURES_PER_TILE": "200000",
        "DB_MIN_CONN_SIZE": "4", "DB_MAX_CONN_SIZE": "4",
    }  # fmt: skip
    command = [sys.executable, "-m", "uvicorn", "tipg.main:app", "--port", str(port), "--no-access-log"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, **quiet) as process:  # type: ignore[call-overload]
        for _ in pauses(60.0):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
        yield port
        process.terminate()


def ask(connection: socket.socket, path: str, token: str = "") -> bytes:
    """One request over an open connection, with as little of the client's own time as can be: the body as sent."""
    credential = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{credential}\r\n"
    connection.sendall(head.encode())
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    headers, _, body = got.partition(b"\r\n\r\n")
    assert headers.startswith(b"HTTP/1.1 200"), headers[:300]
    length = int(headers.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return body


def per_second(port: int, paths: Sequence[str], token: str, seconds: float) -> tuple[float, float]:
    """Answers in a second of CLIENTS connections, and the median of their bytes."""
    sizes: list[int] = []
    left = iter(paths)
    lock = threading.Lock()
    until = time.perf_counter() + seconds

    def work() -> None:
        with closing(socket.create_connection(("127.0.0.1", port))) as connection:
            while time.perf_counter() < until:
                with lock:
                    path = next(left, None)
                if path is None:
                    return
                sizes.append(len(ask(connection, path, token)))

    began = time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(sizes) / (time.perf_counter() - began), statistics.median(sizes)


def test_tiles_beside_tipg(fabric: Fabric) -> None:
    url, own = str(fabric.settings.database_url), str(fabric.settings.app_database_url)
    centre = tile_at(16, *PLACE)
    reach = max(2, min(14, round((PARCELS / 1_000_000) ** 0.5 * 14)))
    around = range(-reach, reach + 1)
    tiles = [Tile(16, centre.x + dx, centre.y + dy) for dx in around for dy in around]
    random.Random(4).shuffle(tiles)
    share = len(tiles) // (ROUNDS + 1)
    rounds = []
    with server(8767, "ours", url, own, str(fabric.settings.home)) as mine, tipg(8768, url) as theirs:
        with closing(socket.create_connection(("127.0.0.1", mine))) as connection:
            began = time.perf_counter()
            facts = gzip.decompress(ask(connection, "/api/land-map", fabric.token))
            first = time.perf_counter() - began
            version = facts.partition(b'"version":"')[2].partition(b'"')[0].decode()
            seen = first_view(connection, version, fabric.token)
        for number in range(ROUNDS + 1):
            part = tiles[number * share : (number + 1) * share]
            ours = [f"/o/thanh-pho/{t.z}/{t.x}/{t.y}.mvt?v={version}" for t in part]
            peer = [
                f"/collections/public.bench_parcel/tiles/WebMercatorQuad/{t.z}/{t.x}/{t.y}?properties=k,s,o,v,w"
                for t in part
            ]
            miss, theirs_now = (
                per_second(mine, ours, fabric.token, SECONDS),
                per_second(theirs, peer, "", SECONDS),
            )
            asked = ours[: max(1, int(miss[0] * SECONDS) - CLIENTS)]
            hit = per_second(mine, asked * 2000, fabric.token, SECONDS / 2)
            rounds.append((miss, theirs_now, hit))
    kept = rounds[1:]
    of = [statistics.median(r[at][0] for r in kept) for at in range(3)]
    sizes = [statistics.median(r[at][1] for r in kept) / 1024 for at in range(2)]
    whole = f"ô z16 chưa có sẵn, {PARCELS} thửa: đăng nhập, quyền, nối hồ sơ"
    figure(whole, "ô/s", of[0], of[1], "tipg, bảng chép riêng")
    figure("ô z16 có sẵn trong bộ nhớ", "ô/s", of[2], of[0], "ô chưa có sẵn của chính mình")
    figure("ô z16, gzip", "kB", sizes[0], sizes[1], "tipg")
    figure("lần mở đầu của bản đồ: mọi số đếm, từ CSDL", "s", first)
    theirs_whole = folium_bytes(url) / FOLIUM_PARCELS * PARCELS / 1024
    said = f"dữ liệu của lần mở đầu, {PARCELS} thửa, gzip"
    figure(said, "kB", seen / 1024, theirs_whole, "folium.GeoJson cùng thửa (suy từ 20.000)")


def first_view(connection: socket.socket, version: str, token: str) -> int:
    """Bytes of the tiles that a desktop's map of the whole fabric loads first."""
    zoom = 11
    low, high = tile_at(zoom, PLACE[0] - 0.11, PLACE[1] + 0.1), tile_at(zoom, PLACE[0] + 0.11, PLACE[1] - 0.1)
    return sum(
        len(ask(connection, f"/o/thanh-pho/{zoom}/{x}/{y}.mvt?v={version}", token))
        for x in range(low.x, high.x + 1)
        for y in range(low.y, high.y + 1)
    )


def folium_bytes(url: str) -> int:
    """Compressed bytes of a Folium page with FOLIUM_PARCELS of the parcels and two attributes."""
    engine = make_engine(url, maintenance=True)
    query = f"select geom, number, ward_code from parcel limit {FOLIUM_PARCELS}"
    frame = gpd.read_postgis(query, engine, geom_col="geom")
    engine.dispose()
    page = folium.Map()
    folium.GeoJson(frame).add_to(page)
    return len(gzip.compress(page.get_root().render().encode(), 6)) * FOLIUM_PARCELS // max(1, len(frame))
