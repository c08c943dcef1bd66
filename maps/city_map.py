"""All land of the portfolio on one map: parcels when near, counted cells from afar, with the projects' lines."""

from __future__ import annotations

from collections.abc import Mapping

import folium

from maps.elements import AlignmentLayer, Assets, Legend, WardLayer, local_assets
from maps.land_layer import LandSource, LandTileLayer
from maps.page_map import HANOI, Basemap, Bounds, page_map


def city_map(
    *,
    land: LandSource,
    projects_url: str,
    wards_url: str | None,
    lang: str,
    step_groups: Mapping[str, int],
    step_labels: Mapping[str, str],
    obstacle_labels: Mapping[str, str],
    land_labels: Mapping[str, str],
    bounds: Bounds | None = HANOI,
    assets: Assets = local_assets,
    basemap: Basemap | None = None,
    legend_host: str = "dg-legend",
    height: str = "100%",
) -> folium.Map:
    """The city map; the browser fetches tiles, projects and wards. The mappings turn codes into words in `lang`."""
    m = page_map(
        lang=lang, label_key="city_map", bounds=bounds, basemap=basemap, attribution=(), height=height, assets=assets
    )  # fmt: skip
    Legend({"host": legend_host, "sections": []}, assets=assets).add_to(m)
    if wards_url is not None:
        WardLayer({"url": wards_url, "fill": True}, assets=assets).add_to(m)
    LandTileLayer(
        land,
        step_groups=step_groups,
        steps=step_labels,
        obstacles=obstacle_labels,
        land=land_labels,
        assets=assets,
    ).add_to(m)
    AlignmentLayer({"url": projects_url, "popups": {}}, assets=assets).add_to(m)
    return m
