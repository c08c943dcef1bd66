"""An invented stretch of project land and a tiny server that shows our maps under the app's policy."""

from __future__ import annotations

import json
import math
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import folium

from maps.render import parts
from maps.strip import Run, WardSpan, strip_svg

ROOT = Path(__file__).resolve().parents[2]
NONCE = "dGVzdC1ub25jZS0xMjM0"
POLICY = (
    f"default-src 'none'; script-src 'self' 'nonce-{NONCE}'; style-src 'self' 'nonce-{NONCE}'; "
    "style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CHROMIUM = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ROUTE = [(21.0590, 105.8300), (21.0581, 105.8352), (21.0612, 105.8391), (21.0668, 105.8463)]
GROUP_STEPS = {1: "S10", 2: "S20", 3: "S30", 4: "S60", 5: "S80", 6: "S90", 7: "S105"}
Feature = dict[str, Any]
Point = tuple[float, float]

METRE = 1 / 111_320
EAST = METRE / math.cos(math.radians(21.06))


def feature(kind: str, coordinates: Any, /, **properties: Any) -> Feature:
    return {
        "type": "Feature",
        "geometry": {"type": kind, "coordinates": coordinates},
        "properties": properties,
    }


def collection(features: list[Feature], **members: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": features, **members}


def _legs() -> list[tuple[Point, Point, float]]:
    legs = []
    for (lat0, lon0), (lat1, lon1) in zip(ROUTE, ROUTE[1:], strict=False):
        legs.append(((lat0, lon0), (lat1, lon1), math.hypot((lat1 - lat0) / METRE, (lon1 - lon0) / EAST)))
    return legs


def route_length() -> float:
    return sum(length for _, _, length in _legs())


def place(metre: float, offset: float) -> list[float]:
    """[lon, lat] at a chainage, `offset` m to the left of the axis."""
    rest = metre
    for (lat0, lon0), (lat1, lon1), length in _legs():
        if rest <= length or (lat1, lon1) == ROUTE[-1]:
            dx, dy = (lon1 - lon0) / EAST / length, (lat1 - lat0) / METRE / length
            return [
                round(lon0 + (dx * rest - dy * offset) * EAST, 7),
                round(lat0 + (dy * rest + dx * offset) * METRE, 7),
            ]
        rest -= length
    raise AssertionError


def parcels(count: int = 700, name: Callable[[str], str] = str) -> list[Feature]:
    """`count` parcels in rows along both sides; `name` may turn every text property into something else."""
    rng = random.Random(7)
    rows = [-52, -38, -24, 12, 26, 40]
    length = route_length() / math.ceil(count / len(rows))
    found: list[Feature] = []
    for index in range(count):
        column, row = divmod(index, len(rows))
        a, b, low = column * length + 0.6, (column + 1) * length - 0.6, rows[row] + 0.6
        high = low + 12 + rng.random()
        corners = [(a, low), (b, low), (b, high), (a, high), (a, low)]
        middle = (a + b) / 2
        group = 7 if middle > 0.86 * route_length() else rng.choices(range(1, 8), [2, 5, 8, 6, 30, 30, 3])[0]
        found.append(
            feature(
                "Polygon",
                [[place(m, off) for m, off in corners]],
                id=f"p{index}",
                case=name(f"HH-{index // 2:04d}"),
                sheet=name(str(40 + column // 20)),
                number=name(str(100 + index)),
                step=name(GROUP_STEPS[group]),
                group=group,
                ward=name("P. Hồng Hà"),
                use=name("ODT"),
                area=round(150 + 300 * rng.random(), 1),
                **{"from": round(a), "to": round(b)},
                drives=group < 7 and abs(low - 26) < 20 and 500 < middle < 620,
                forecast=None if group == 1 else f"2026-{4 + 7 % group + column % 5:02d}-15",
                promised="2026-03-01" if group == 2 else "2026-06-30",
                obstacle=None if group > 3 else name(rng.choice(["NGUON_GOC", "GIA_DAT", "TAI_DINH_CU"])),
                demo=True,
            )
        )
    return found


def axis(name: Callable[[str], str] = str) -> list[Feature]:
    end = route_length()
    steps = [end * i / 60 for i in range(61)]

    def stretch(a: float, b: float) -> list[list[float]]:
        return [place(a + (b - a) * i / 20, 0) for i in range(21)]

    runs = [(0, 180, "free"), (180, 500, "blocked"), (500, 620, "critical"), (620, 0.86 * end, "blocked")]
    runs.append((0.86 * end, end, "free"))
    ring = [place(m, 58) for m in steps] + [place(m, -58) for m in reversed(steps)] + [place(0, 58)]
    features = [
        feature("Polygon", [ring], kind="corridor"),
        feature(
            "LineString",
            [[lon, lat] for lat, lon in ROUTE],
            kind="alignment",
            code=name("A1"),
            name_vi=name("Tuyến chính"),
            name_en=name("Main line"),
            start_m=0,
            end_m=end,
            schematic=True,
            accuracy_m=50,
        ),
    ]
    features += [
        feature("LineString", stretch(a, b), kind="run", status=s, **{"from": a, "to": b}) for a, b, s in runs
    ]
    features += [
        feature(
            "Point",
            place(m, 0),
            kind="tick",
            m=m,
            label=name(f"Km0+{m:03d}" if m < 1000 else f"Km1+{m - 1000:03d}"),
        )
        for m in range(0, int(end), 100)
    ]
    features += [
        feature(
            "Point",
            place(m, 0),
            kind="front",
            code=name(f"T{i}"),
            name_vi=name(f"Trụ T{i}"),
            name_en=name(f"Pier T{i}"),
        )
        for i, m in enumerate((150, 420, 560, 700, 980, 1300))
    ]
    return features


def projects(name: Callable[[str], str] = str) -> list[Feature]:
    def line(code: str, vi: str, light: str, slip: int | None, points: list[Point], **more: Any) -> Feature:
        coordinates: Any = [[lon, lat] for lat, lon in points]
        kind = "Polygon" if points[0] == points[-1] else "LineString"
        return feature(
            kind,
            [coordinates] if kind == "Polygon" else coordinates,
            code=code,
            short_vi=name(vi),
            short_en=name(vi),
            light=light,
            slip_days=slip,
            **{"schematic": True, "accuracy_m": 300, **more},
        )

    lake = [
        (21.07, 105.81),
        (21.07, 105.835),
        (21.045, 105.84),
        (21.04, 105.815),
        (21.055, 105.805),
        (21.07, 105.81),
    ]
    return [
        line(
            "QL6",
            "Quốc lộ 6",
            "late",
            120,
            [(20.96, 105.74), (20.93, 105.68), (20.92, 105.60), (20.88, 105.55)],
        ),
        line("TULIEN", "Cầu Tứ Liên", "late", 85, [(21.065, 105.845), (21.09, 105.88)]),
        line("VD25", "Vành đai 2,5", "late", 41, [(21.03, 105.79), (21.0, 105.81), (20.985, 105.83)]),
        line("TRANHUNGDAO", "Cầu Trần Hưng Đạo", "late", 64, [(21.015, 105.86), (21.035, 105.89)]),
        line(
            "VD4",
            "Vành đai 4",
            "risk",
            18,
            [(21.28, 105.77), (21.2, 105.7), (21.05, 105.67), (20.93, 105.73), (20.86, 105.86)],
        ),
        line("THUONGCAT", "Cầu Thượng Cát", "risk", 25, [(21.09, 105.72), (21.13, 105.745)]),
        line("NGOCHOI", "Cầu Ngọc Hồi", "risk", 12, [(20.905, 105.86), (20.93, 105.93)]),
        line("VANPHUC", "Cầu Vân Phúc", "ok", 0, [(21.11, 105.52), (21.18, 105.55)]),
        line("HONGHA", "Cầu Hồng Hà", "ok", 0, [(21.14, 105.68), (21.18, 105.69)], schematic=False),
        line("VD1", "Vành đai 1", "ok", -3, [(21.028, 105.80), (21.02, 105.825)]),
        line("HOTAY", "Hồ Tây", "none", None, lake),
        line("QL1A", "Trục Quốc lộ 1A", "none", None, [(21.0, 105.84), (20.93, 105.845), (20.85, 105.88)]),
    ]


def ward_centres(name: Callable[[str], str] = str) -> list[Feature]:
    names = [
        "Sóc Sơn",
        "Mê Linh",
        "Đông Anh",
        "Đan Phượng",
        "Hồng Hà",
        "Gia Lâm",
        "Hà Đông",
        "Thanh Trì",
        "Hoài Đức",
    ]
    return [
        feature(
            "Point",
            [105.56 + 0.11 * (i % 4), 21.22 - 0.14 * (i // 4)],
            code=f"{i:05d}",
            name=name(text),
            unit_type="xã",
        )
        for i, text in enumerate(names)
    ]


def ward_areas(name: Callable[[str], str] = str) -> list[Feature]:
    return [
        feature(
            "Polygon",
            [
                [
                    [105.5 + 0.12 * x + dx * 0.12, 20.86 + 0.12 * y + dy * 0.12]
                    for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))
                ]
            ],
            code=f"{x}{y}",
            name=name(f"Phường {x}{y}"),
            unit_type="phường",
        )
        for x in range(4)
        for y in range(4)
    ]


def strip(name: Callable[[str], str] = str) -> str:
    end = route_length()
    runs = [Run(0, 180, "free"), Run(180, 500, "blocked", 210), Run(500, 620, "critical", 31)]
    runs += [Run(620, 0.86 * end, "blocked", 300), Run(0.86 * end, end, "free")]
    wards = [WardSpan(name("P. Hồng Hà"), 0, 900), WardSpan(name("X. Đông Anh"), 900, end)]
    return strip_svg(end, 0, runs, wards, "vi", alignment="A1")


def page(m: folium.Map, *, panel: str = "", foot: str = "") -> str:
    """A page of the shape that the app has: bars above, perhaps a panel beside, perhaps a strip below."""
    piece = parts(m, nonce=NONCE)
    return f"""<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Bản đồ</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/tinh/a/css/fonts.css"><link rel="stylesheet" href="/tinh/a/css/tokens.css">
{piece.head_html}
<style nonce="{NONCE}">body{{margin:0;height:100vh;display:flex;flex-direction:column;font:13px/18px var(--font)}}
.row{{flex:1;display:flex;min-height:0}}.panel{{width:295px;overflow:auto;padding:10px 14px;box-sizing:border-box}}
.map{{flex:1;min-width:0}}.foot{{padding:4px 16px}}</style></head><body>
<div class="row">{panel}<div class="map">{piece.body_html}</div></div>{foot}
{piece.script_html}</body></html>"""


class _Site(ThreadingHTTPServer):
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, answers: dict[str, Any], *args: Any) -> None:
        self.answers = answers
        super().__init__(*args)

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        answer = self.answers.get(path)
        if callable(answer):
            answer = answer()
        if answer is None:
            folders = {"/tinh/a/": ROOT / "api/static", "/tinh/v/": ROOT / "maps/assets/node_modules"}
            for prefix, folder in folders.items():
                if path.startswith(prefix) and (folder / path.removeprefix(prefix)).is_file():
                    kinds = {
                        ".js": "text/javascript",
                        ".css": "text/css",
                        ".woff2": "font/woff2",
                        ".png": "image/png",
                    }
                    kind = kinds.get(Path(path).suffix, "application/octet-stream")
                    return self._send(200, kind, (folder / path.removeprefix(prefix)).read_bytes())
            body = {"error": "NotFound", "detail": "Không có địa chỉ này."}
            return self._send(404, "application/json", json.dumps(body).encode())
        if isinstance(answer, str):
            return self._send(200, "text/html; charset=utf-8", answer.encode())
        return self._send(200, "application/geo+json", json.dumps(answer).encode())

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if not urlsplit(self.path).path.startswith("/khong-chinh-sach"):
            self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the test reads the browser's own list of requests."""


@contextmanager
def served(answers: dict[str, Any]) -> Iterator[str]:
    """The base address of a site on a free port; `answers` maps paths to HTML, JSON or a function giving one."""
    site = _Site(("127.0.0.1", 0), partial(_Handler, answers))
    thread = threading.Thread(target=site.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{site.server_address[1]}"
    finally:
        site.shutdown()
        site.server_close()
        thread.join()
