"""Our Folium elements: each is JSON data and the name of a function in `api/static/js/map-*.js`.

No text of a user ever stands in an HTML string: Folium and Leaflet parse popups, tooltips, layer names and
icons as HTML, and Folium compiles every rendered piece as a Jinja template a second time. Here data travels
as JSON (`maps.scriptjson`), rendered pieces are literal (`Literal`), and JavaScript builds text nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

import folium
from branca.element import Element, Figure
from folium.elements import JSCSSMixin
from folium.template import Template

from maps.scriptjson import to_script

Assets = Callable[[str], str] | Mapping[str, str]
"""Asset key (`a/js/map-core.js`: ours, `v/leaflet/dist/leaflet.js`: a package) → address of the file."""


def local_assets(key: str) -> str:
    """The address of an asset as the app mounts it."""
    return f"/tinh/{key}"


class Literal(Element):
    """A rendered piece that stays as it is; branca's own `Element(text)` would run `text` as a template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: object) -> str:
        """The text, unchanged."""
        return self.text


class DataElement(JSCSSMixin):
    """Calls `DG.<call>(map, config)` after loading `scripts`; rendered names do not change between runs."""

    call = ""
    scripts: tuple[str, ...] = ()

    def __init__(self, config: Mapping[str, object], *, assets: Assets = local_assets) -> None:
        super().__init__()
        self._name = type(self).__name__
        self._id = "dg"
        self.literal = to_script(config)
        self.default_js = [(name, address(assets, f"a/js/{name}")) for name in self.scripts]
        self.default_css = []

    def render(self, **kwargs: object) -> str:
        """Adds the scripts and the call to the figure; an element has no text of its own."""
        super().render(**kwargs)
        parent = self._parent
        assert parent is not None, "a map element is rendered as part of its map"
        line = f"DG.{self.call}({parent.get_name()}, {self.literal});"
        _figure(self).script.add_child(Literal(line), name=self.get_name())
        return ""


class PageMap(folium.Map):
    """A `folium.Map` for our pages: Leaflet alone, all files local, one style rule, stable names.

    Folium's own header would forbid pinch zoom, restyle `html` and `body` and load ten files from elsewhere.
    In the browser the Leaflet map is `window.dgMap`.
    """

    _template = Template("")

    def __init__(
        self, config: Mapping[str, object], *, label: str, no_script: str, height: str, assets: Assets
    ) -> None:
        super().__init__(location=[21.03, 105.83], tiles=None)
        self._id = "dg"
        self.literal = to_script(config)
        self.label = label
        self.no_script = no_script
        self.css_height = height
        self.default_js = [("leaflet", address(assets, "v/leaflet/dist/leaflet.js"))] + [
            (name, address(assets, f"a/js/{name}"))
            for name in ("map-core.js", "map-view.js", "map-status.js", "map-geometry.js", "map-labels.js")
        ]
        self.default_css = [("leaflet_css", address(assets, "v/leaflet/dist/leaflet.css"))] + [
            (name, address(assets, f"a/css/{name}"))
            for name in ("map.css", "map-legend.css", "map-popup.css")
        ]

    def render(self, **kwargs: object) -> str:
        """Adds the box of the map, its script, the links and every element on it to the figure."""
        figure, name = _figure(self), self.get_name()
        box = (
            f'<div class="folium-map dg-map" id="{name}" role="region" aria-label="{escape(self.label)}">'
            f"<noscript>{escape(self.no_script)}</noscript></div>"
        )
        start = f'var {name} = window.dgMap = DG.createMap("{name}", {self.literal});'
        figure.header.add_child(Literal(f"<style>#{name}{{height:{self.css_height}}}</style>"), name=name)
        figure.html.add_child(Literal(box), name=name)
        figure.script.add_child(Literal(start), name=name)
        super().render(**kwargs)
        return ""


class BasemapLayer(DataElement):
    """Raster tiles; only added when the installation names a tile address. config: url, max_zoom."""

    call = "basemapLayer"


class WardLayer(DataElement):
    """Wards from `url`: polygons where boundaries are loaded, else names at the centres."""

    call = "wardLayer"
    scripts = ("map-wards.js",)


class AlignmentLayer(DataElement):
    """The portfolio: one line or outline per project from `url`, weighted by lateness, with a label at it."""

    call = "alignmentLayer"
    scripts = ("map-popup.js", "map-alignments.js")


class ParcelLayer(DataElement):
    """The parcels of one project from `url` on a canvas, with step toggles, three colourings and a popup."""

    call = "parcelLayer"
    scripts = (
        "map-popup.js",
        "map-parcel-card.js",
        "map-parcel-paint.js",
        "map-parcel-modes.js",
        "map-parcels.js",
    )


class AxisLayer(DataElement):
    """Corridor, chainage ticks, work fronts and the band free/blocked/critical of one project from `url`."""

    call = "axisLayer"
    scripts = ("map-axis.js", "map-strip.js")


class DiffLayer(DataElement):
    """What an import would change, from `url`: parcels by kind, dashed outlines of what was before, a popup."""

    call = "diffLayer"
    scripts = ("map-popup.js", "map-diff.js")


class Legend(DataElement):
    """The legend: in the page element with id `host` if the page has one, else foldable on the map."""

    call = "legend"
    scripts = ("map-legend.js",)


class ScaleBar(DataElement):
    """A metric scale bar."""

    call = "scaleBar"


class Attribution(DataElement):
    """Where the data come from, always visible; layers add "dữ liệu minh hoạ" or "tuyến ước lượng" to it."""

    call = "attribution"


def address(assets: Assets, key: str) -> str:
    """The address of the asset `key`."""
    return assets[key] if isinstance(assets, Mapping) else assets(key)


def _figure(element: Element) -> Figure:
    root = element.get_root()
    assert isinstance(root, Figure), "a map element is rendered as part of a figure"
    return root
