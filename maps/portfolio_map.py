"""The portfolio on one map: which projects are late, and by how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import folium

from maps.elements import AlignmentLayer, Assets, Legend, WardLayer, local_assets
from maps.labels import labels
from maps.page_map import HANOI, Basemap, Bounds, page_map
from maps.styles import LIGHTS


@dataclass(frozen=True, slots=True)
class ProjectPopup:
    """What the popup of one project says, as text that the page has formatted.

    `facts` are (label, value); `claims` are published figures as (label, value, date and source).
    """

    facts: Sequence[tuple[str, str]] = field(default=())
    claims: Sequence[tuple[str, str, str]] = field(default=())


def portfolio_map(
    *,
    projects_url: str,
    wards_url: str | None,
    lang: str,
    assets: Assets = local_assets,
    basemap: Basemap | None = None,
    attribution: Sequence[str] = (),
    popups: Mapping[str, ProjectPopup] | None = None,
    bounds: Bounds | None = HANOI,
    legend_host: str = "dg-legend",
    height: str = "100%",
) -> folium.Map:
    """The portfolio map; the browser fetches `projects_url` and `wards_url` (GeoJSON, WGS 84).

    A feature of `projects_url` has the properties code, short_vi, short_en, light (ok | risk | late | none),
    slip_days (calendar days or null), schematic, accuracy_m (m); its popup shows `popups[code]`, then its own
    `claims` (subject, value | numerator, denominator, unit, as_of, source). `legend_host` is the id of the
    page element that takes the legend, if any.
    """
    texts = labels(lang)
    m = page_map(
        lang=lang,
        label_key="portfolio_map",
        bounds=bounds,
        basemap=basemap,
        attribution=attribution,
        height=height,
        assets=assets,
    )
    rows = [{"swatch": f"light-{light}", "label": texts[f"light_{light}"]} for light in LIGHTS]
    Legend(
        {"host": legend_host, "sections": [{"title": texts["legend_lights"], "rows": rows}]}, assets=assets
    ).add_to(m)
    if wards_url is not None:
        WardLayer({"url": wards_url, "fill": True}, assets=assets).add_to(m)
    AlignmentLayer(
        {"url": projects_url, "popups": {code: asdict(popup) for code, popup in (popups or {}).items()}},
        assets=assets,
    ).add_to(m)
    return m
