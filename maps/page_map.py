"""What both maps share: the page map itself, the optional basemap and the attribution."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maps.elements import Assets, Attribution, BasemapLayer, PageMap, ScaleBar
from maps.labels import labels
from maps.styles import for_script

Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corner, each (latitude, longitude)."""

HANOI: Bounds = ((20.84, 105.50), (21.33, 105.98))
"""Where the portfolio lies; the view when the data say nothing better."""

_HEIGHT = re.compile(r"\d{1,4}(\.\d+)?(px|%|vh|dvh|rem)")


@dataclass(frozen=True, slots=True)
class Basemap:
    """Raster tiles of the installation: address with {z}/{x}/{y}, the text that its licence asks for."""

    url: str
    attribution: str
    max_zoom: int = 19


def page_map(
    *,
    lang: str,
    label_key: str,
    bounds: Bounds | None,
    basemap: Basemap | None,
    attribution: Sequence[str],
    height: str,
    assets: Assets,
) -> PageMap:
    """The empty map. `bounds` None: the first data that arrive choose the view.

    Raises ValueError for a height that is not a plain CSS length.
    """
    if not _HEIGHT.fullmatch(height):
        raise ValueError(f"not a CSS length: {height!r}")
    texts = labels(lang)
    config: Mapping[str, object] = {
        "lang": "en" if lang == "en" else "vi",
        "labels": texts,
        "style": for_script(),
        "bounds": bounds,
        "home": HANOI,
        # Tiles are sharp at whole zoom levels only; without them a closer fit is worth more.
        "zoomSnap": 1 if basemap else 0.25,
    }
    m = PageMap(config, label=texts[label_key], no_script=texts["no_script"], height=height, assets=assets)
    notes = list(attribution) + ([basemap.attribution] if basemap else [])
    Attribution({"notes": notes}, assets=assets).add_to(m)
    ScaleBar({}, assets=assets).add_to(m)
    if basemap:
        BasemapLayer({"url": basemap.url, "max_zoom": basemap.max_zoom}, assets=assets).add_to(m)
    return m
