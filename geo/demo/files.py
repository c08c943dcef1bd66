"""Writes the invented land as the files an office would send: one GeoPackage in VN-2000 per project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio

from geo.demo.fabric import generate
from projects.catalog import Portfolio

LAYER = "du_lieu_minh_hoa"
TITLE = "DỮ LIỆU MINH HOẠ / INVENTED DATA"


def write_demo_files(portfolio: Portfolio, folder: Path, seed: int) -> list[Path]:
    """Writes `<folder>/<code>-minh-hoa.gpkg` (EPSG:5897) for each project with a demo block; gives the paths.

    The same portfolio and seed give the same bytes, so importing the files again changes nothing. The mark
    "dữ liệu minh hoạ" is in the layer's name and description. A file appears complete or not at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    with _writing_on(portfolio.data_date):
        for project in portfolio.projects:
            if project.demo is None or not project.demo.wards:
                continue
            path = folder / f"{project.code.lower()}-minh-hoa.gpkg"
            land = generate(project, seed=seed, data_date=portfolio.data_date)
            _write(land, path, f"{TITLE}: {project.short_vi} ({project.code})")
            paths.append(path)
    return paths


def _write(land: gpd.GeoDataFrame, path: Path, description: str) -> None:
    unfinished = path.with_name(f".{path.stem}.{os.getpid()}.gpkg")
    unfinished.unlink(missing_ok=True)
    try:
        pyogrio.write_dataframe(
            land,
            unfinished,
            driver="GPKG",
            layer=LAYER,
            geometry_type="Polygon",
            layer_options={"IDENTIFIER": LAYER, "DESCRIPTION": description},
        )
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _writing_on(day: date) -> Iterator[None]:
    """Lets GDAL date its files with the data date, because the time of writing would change their bytes."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{day.isoformat()}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
