"""An invented stretch of project land, a portfolio and a few wards, as the GeoJSON that our endpoints deliver."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from typing import Any

from maps.strip import Run, WardSpan, strip_svg

ROUTE = [(21.0580, 105.8290), (21.0588, 105.8345), (21.0612, 105.8391), (21.0668, 105.8463)]
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
    for (lat0, lon0), (lat1, lon1) in itertools.pairwise(ROUTE):
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
                drives=group < 7 and low > 0 and 700 < middle < 820,
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

    runs: list[tuple[float, float, str]] = [
        (0, 180, "free"),
        (180, 700, "blocked"),
        (700, 820, "critical"),
        (820, 0.86 * end, "blocked"),
    ]
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
            label=name(f"Km{m // 1000}+{m % 1000:03d}"),
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
    runs = [Run(0, 180, "free"), Run(180, 700, "blocked", 210), Run(700, 820, "critical", 31)]
    runs += [Run(820, 0.86 * end, "blocked", 300), Run(0.86 * end, end, "free")]
    wards = [WardSpan(name("P. Hồng Hà"), 0, 900), WardSpan(name("X. Đông Anh"), 900, end)]
    return strip_svg(end, 0, runs, wards, "vi", alignment="A1")
