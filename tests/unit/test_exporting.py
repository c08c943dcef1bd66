"""What is exported can be read again and is the same land, in every format and both systems."""

from __future__ import annotations

import json
import string
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon

from geo.crs import MEASURE, WGS84
from geo.exporting import FORMATS, SYSTEMS, Export, ExportFormat, write_export
from geo.importers.parcels import read_parcels
from tests.unit.importer_files import EAST, NORTH, PLACES, WARD, WARDS, square

# How far a vertex may move, in m: all but a drawing keep tenths of a millimetre.
TOLERANCE = {"gpkg": 1e-4, "shp": 1e-4, "geojson": 1e-3, "kml": 1e-3, "dxf": 1e-3}
TEXTS = st.text(alphabet=string.ascii_letters + "ăâđêôơưừặ '\"<&>+-/", min_size=1, max_size=12).map(str.strip)


def land(numbers: list[str], shapes: list[Polygon] | None = None) -> gpd.GeoDataFrame:
    """Parcels as a use case hands them over, drawn in EPSG:5897 and given in WGS 84."""
    n = len(numbers)
    drawn = shapes or [square(i) for i in range(n)]
    table: dict[str, Any] = {
        "id": [str(i) for i in range(n)], "case": [f"HS-{i}" for i in range(n)], "holder_kind": ["household"] * n,
        "map_series": [WARD] * n, "sheet": ["12"] * n, "number": numbers, "map_version": ["1"] * n,
        "ward_code": [WARD] * n, "land_use": ["ONT+CLN", "LUC"] * (n // 2) + ["ODT"] * (n % 2),
        "area_stated_m2": [None] * n, "area_measured_m2": [s.area for s in drawn], "taken_m2": [1.5] * n,
        "rest_m2": [0.0] * n, "alignment": ["A"] * n, "from_m": [0.0] * n, "to_m": [10.0] * n, "side": ["L"] * n,
        "is_demo": [True] * n, "ward_name": ["P. Hồng Hà"] * n, "step": ["S30"] * n, "step_on": ["2026-01-05"] * n,
        "promised_on": ["2026-09-30", None] * (n // 2) + [None] * (n % 2), "forecast_on": ["2026-12-01"] * n,
        "obstacle": [None] * n, "is_critical": [False] * n,
    }  # fmt: skip
    whole = [MultiPolygon([s]) if isinstance(s, Polygon) else s for s in drawn]
    return gpd.GeoDataFrame(table, geometry=whole, crs=MEASURE).to_crs(WGS84)


def unpacked(packed: Path, folder: Path) -> list[str]:
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
        return sorted(archive.namelist())


def exported(
    frame: gpd.GeoDataFrame, kind: ExportFormat, srid: int, folder: Path, about: dict[str, Any] | None = None
) -> Path:
    """The data file of an export, unpacked."""
    inside = folder / "x"
    inside.mkdir()
    unpacked(write_export(Export("dat", frame, about or {}), kind, srid, folder), inside)
    return inside / f"dat.{kind}"


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("kind", FORMATS)
def test_the_outlines_come_back_where_they_were(kind: ExportFormat, system: str, tmp_path: Path) -> None:
    hole = Polygon(
        square(5, side=10).exterior.coords,
        [[(EAST + 62, NORTH + 2), (EAST + 62, NORTH + 4), (EAST + 64, NORTH + 4)]],
    )
    frame = land(["1", "2", "3"], [square(0), square(2, side=7.3), hole])
    path = exported(frame, kind, SYSTEMS[system], tmp_path)
    got = pyogrio.read_dataframe(path)
    wanted = frame.to_crs(WGS84 if kind == "kml" else SYSTEMS[system]).to_crs(MEASURE)
    if kind == "dxf":
        lines = got[got.geometry.geom_type == "LineString"].set_crs(SYSTEMS[system]).to_crs(MEASURE)
        rings = [
            ring for part in shapely.get_parts(wanted.geometry.values) for ring in shapely.get_rings(part)
        ]
        for line, ring in zip(lines.geometry, rings, strict=True):
            assert shapely.hausdorff_distance(line, ring) < TOLERANCE[kind]
        assert sorted(got.Text.dropna()) == [
            f"{n} {u} {a:.1f}"
            for n, u, a in zip(frame.number, frame.land_use, frame.area_measured_m2, strict=True)
        ]
        return
    for back, was in zip(got.to_crs(MEASURE).geometry, wanted.geometry, strict=True):
        assert shapely.hausdorff_distance(back.boundary, was.boundary) < TOLERANCE[kind]
        assert back.area == pytest.approx(was.area, abs=0.01)


@pytest.mark.parametrize("kind", ["gpkg", "geojson", "shp", "kml"])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(
        TEXTS.filter(lambda text: bool(text) and text[0] not in "=+-@"), min_size=2, max_size=5, unique=True
    )
)
def test_our_own_import_takes_back_what_was_exported(
    kind: ExportFormat, texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("round")
    frame = land([str(i + 1) for i in range(len(texts))])
    frame["sheet"] = texts
    path = exported(frame, kind, MEASURE, folder)
    if kind == "shp":
        packed = folder / "dat-in.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for part in path.parent.glob("dat.*"):
                archive.write(part, part.name)
        path = packed
    table = read_parcels(path, ward_codes=WARDS, ward_places=PLACES)
    assert table.frame["sheet"].tolist() == frame["sheet"].tolist()
    for column in ("number", "land_use", "map_series", "case", "step"):
        assert table.frame[column].tolist() == frame[column].tolist(), column
    assert np.allclose(table.area_m2, frame["area_measured_m2"], atol=0.01)


def test_the_file_says_what_it_is_and_that_it_is_invented(tmp_path: Path) -> None:
    about = {"title": "Cầu Tứ Liên", "data_date": "2026-03-13", "demo": "DỮ LIỆU MINH HOẠ"}
    path = exported(land(["1"]), "geojson", WGS84, tmp_path, about)
    said = json.loads((path.parent / "thong-tin.json").read_text("utf-8"))
    assert said == about | {"format": "geojson", "crs": "EPSG:4326", "parcels": 1}
    assert "DỮ LIỆU MINH HOẠ" in (path.parent / "THONG-TIN.txt").read_text("utf-8")


def test_another_system_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3857"):
        write_export(Export("dat", land(["1"]), {}), "gpkg", 3857, tmp_path)
