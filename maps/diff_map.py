"""What an import would change, on a map: new land beside what is there, and where an edge was before."""

from __future__ import annotations

from collections.abc import Mapping

import folium

from maps.elements import Assets, DiffLayer, Legend, WardLayer, local_assets
from maps.labels import labels
from maps.page_map import Basemap, page_map
from maps.styles import DIFF_COLOURS


def diff_map(
    *,
    changes_url: str,
    wards_url: str | None,
    lang: str,
    colours: Mapping[str, str] = DIFF_COLOURS,
    title: str = "diff_title",
    assets: Assets = local_assets,
    basemap: Basemap | None = None,
    legend_host: str = "dg-legend",
    height: str = "100%",
) -> folium.Map:
    """The map; the browser fetches `changes_url` (GeoJSON with kind, sheet, number, before_m2, after_m2, outline).

    `colours`: kind → fill.
    """
    texts = labels(lang)
    m = page_map(
        lang=lang,
        label_key="diff_map",
        bounds=None,
        basemap=basemap,
        attribution=(),
        height=height,
        assets=assets,
    )
    rows = [
        {"swatch": f"diff-{kind}", "colour": colour, "label": texts[f"diff_{kind}"]}
        for kind, colour in colours.items()
    ]
    if colours is DIFF_COLOURS:
        rows.append({"swatch": "diff-before", "label": texts["diff_before"]})
    Legend({"host": legend_host, "sections": [{"title": texts[title], "rows": rows}]}, assets=assets).add_to(
        m
    )
    if wards_url is not None:
        WardLayer({"url": wards_url, "fill": True}, assets=assets).add_to(m)
    DiffLayer({"url": changes_url, "colours": colours}, assets=assets).add_to(m)
    return m
