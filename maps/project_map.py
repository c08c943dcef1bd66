"""One project on its map: where the land is not continuous, and which parcels hold the date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

import folium

from maps.elements import Assets, AxisLayer, Legend, ParcelLayer, WardLayer, local_assets
from maps.labels import labels
from maps.land_layer import LandSource, LandTileLayer
from maps.page_map import Basemap, Bounds, page_map


def project_map(
    *,
    code: str,
    parcels_url: str | None = None,
    land: LandSource | None = None,
    step_groups: Mapping[str, int] | None = None,
    axis_url: str | None,
    wards_url: str | None,
    lang: str,
    counts_by_group: Sequence[int] = (),
    step_labels: Mapping[str, str] | None = None,
    obstacle_labels: Mapping[str, str] | None = None,
    land_labels: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
    assets: Assets = local_assets,
    basemap: Basemap | None = None,
    attribution: Sequence[str] = (),
    legend_host: str = "dg-legend",
    height: str = "100%",
) -> folium.Map:
    """The map of project `code`; the browser fetches axis and wards (GeoJSON, WGS 84), and the land.

    The land comes as vector tiles from `land`, or whole as GeoJSON from `parcels_url`.
    `counts_by_group` are parcels per step group 1…7 (index 0 = group 1), shown until the parcels are there.
    The three label mappings turn codes into words in `lang`; a code without a word is shown as it is.
    """
    texts = labels(lang)
    m = page_map(
        lang=lang,
        label_key="project_map",
        bounds=bounds,
        basemap=basemap,
        attribution=attribution,
        height=height,
        assets=assets,
    )
    axis_rows = [
        {"swatch": kind.replace("_", "-"), "label": texts[kind]}
        for kind in ("corridor", "run_free", "run_blocked", "run_critical", "run_unknown", "run_outside")
    ]
    sections = [{"title": texts["axis_title"], "rows": axis_rows}] if axis_url is not None else []
    Legend({"host": legend_host, "sections": sections}, assets=assets).add_to(m)
    if wards_url is not None:
        WardLayer({"url": wards_url, "fill": True}, assets=assets).add_to(m)
    if axis_url is not None:
        AxisLayer({"url": axis_url}, assets=assets).add_to(m)
    if land is not None:
        LandTileLayer(
            land,
            step_groups=step_groups or {},
            steps=step_labels or {},
            obstacles=obstacle_labels or {},
            land=land_labels or {},
            counts=tuple(counts_by_group),
            assets=assets,
        ).add_to(m)
        return m
    ParcelLayer(
        {
            "url": parcels_url,
            "counts": list(counts_by_group),
            "steps": step_labels or {},
            "obstacles": obstacle_labels or {},
            "land": land_labels or {},
            "case_href": "/ho-so/",
            "why_href": f"/du-an/{quote(code, safe='')}/duong-gang",
        },
        assets=assets,
    ).add_to(m)
    return m
