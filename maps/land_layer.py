"""The land as vector tiles: our own Folium layer that puts MapLibre GL under Leaflet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maps.elements import Assets, DataElement, address, local_assets

WORKER = "v/maplibre-gl/dist/maplibre-gl-csp-worker.js"
DRAWING = "v/@geoman-io/leaflet-geoman-free/dist/"


@dataclass(frozen=True, slots=True)
class LandSource:
    """Where a land map fetches from, on which day it stands, and where a selection goes.

    `tiles` has {z}, {x} and {y}; the browser adds what `version` tells. Days are ISO texts; without a first
    day there is no slider. `bulk` None: nothing can be chosen for writing. `file_name` is what a picture is called.
    """

    tiles: str
    version: str
    facts: str
    critical: str
    waits: str
    parcels: str
    search: str
    page_day: str
    first_day: str | None = None
    last_day: str | None = None
    bulk: str | None = None
    file_name: str = "ban-do"


class LandTileLayer(DataElement):
    """Parcels and aggregate cells of the land as vector tiles, painted in the browser by step, date, obstacle or owner.

    config: a `LandSource`, the step group of each step, words for steps, obstacles and land codes, parcels by step
    group as the page counts them. Its worker and its drawing library are files of the app like all others.
    """

    call = "landLayer"
    scripts = (
        "map-popup.js",
        "map-parcel-card.js",
        "map-parcel-modes.js",
        "map-land-style.js",
        "map-land-legend.js",
        "map-land-panel.js",
        "map-land-pick.js",
        "map-chosen.js",
        "map-land-time.js",
        "map-measure.js",
        "map-export.js",
        "map-land-area.js",
        "map-land.js",
    )

    def __init__(
        self,
        source: LandSource,
        *,
        step_groups: Mapping[str, int],
        steps: Mapping[str, str],
        obstacles: Mapping[str, str],
        land: Mapping[str, str],
        counts: tuple[int, ...] = (),
        assets: Assets = local_assets,
    ) -> None:
        config = {
            "tiles_url": source.tiles,
            "version_url": source.version,
            "facts_url": source.facts,
            "critical_url": source.critical,
            "waits_url": source.waits,
            "parcels_url": source.parcels,
            "search_url": source.search,
            "page_day": source.page_day,
            "first_day": source.first_day,
            "last_day": source.last_day,
            "bulk_href": source.bulk,
            "file_name": source.file_name,
            "worker": address(assets, WORKER),
            "draw_js": address(assets, DRAWING + "leaflet-geoman.min.js"),
            "draw_css": address(assets, DRAWING + "leaflet-geoman.css"),
            "step_groups": step_groups,
            "steps": steps,
            "obstacles": obstacles,
            "land": land,
            "counts": list(counts),
            "case_href": "/ho-so/",
        }
        super().__init__(config, assets=assets)
        libraries = (
            "v/maplibre-gl/dist/maplibre-gl-csp.js",
            "v/@maplibre/maplibre-gl-leaflet/leaflet-maplibre-gl.js",
        )
        self.default_js = [(key, address(assets, key)) for key in libraries] + self.default_js
        self.default_css = [("map-land.css", address(assets, "a/css/map-land.css"))]
