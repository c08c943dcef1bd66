"""Reads one layer of a map, or a drawing, with the one GDAL driver that the child kept; runs in the limited child."""

from __future__ import annotations

import math
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from geo.importers.columns import FIELDS, choose_columns
from geo.importers.formats import DRAWINGS, Format
from geo.importers.limits import Limits
from geo.importers.precheck import (
    Refused,
    check_dgn,
    check_dxf,
    check_geopackage,
    check_kml,
    check_mif,
    check_shapefile,
    check_tab,
    geojson_has_crs,
    geopackage_crs,
    geopackage_layers,
    mid_rows,
)

_NOTES = 5
# What LIBKML adds to every feature, without meaning here.
_KML_OWN = frozenset(
    {
        *("id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility"),
        *("drawOrder", "icon", "snippet"),
    }
)


def precheck(path: Path, kind: Format, limits: Limits) -> dict[str, Any]:
    """What the file itself proves before GDAL opens it: `has_crs` and codes of `notes`. Raises Refused."""
    has_crs = True
    notes: tuple[str, ...] = ()
    if kind == "gpkg":
        check_geopackage(path)
    elif kind == "shp":
        check_shapefile(path)
    elif kind == "geojson":
        has_crs = geojson_has_crs(path)
    elif kind == "kml":
        notes = check_kml(path)
    elif kind == "tab":
        check_tab(path)
    elif kind == "mif":
        check_mif(path)
    elif kind == "dxf":
        notes = check_dxf(path, limits.entities)
    elif kind == "dgn":
        check_dgn(path, limits.entities)
    return {"has_crs": has_crs, "codes": list(notes)}


def read_map(
    pyogrio: Any, path: Path, request: dict[str, Any], limits: Limits, out: Path, known: dict[str, Any]
) -> dict[str, Any]:
    """The answer for one layer. Raises Refused for what GDAL cannot read."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = _read(pyogrio, path, request, limits, out, known)
        except pyogrio.errors.GeometryError as error:
            raise Refused("geometry_type") from error
        except (
            pyogrio.errors.DataSourceError,
            pyogrio.errors.DataLayerError,
            pyogrio.errors.FeatureError,
            pyogrio.errors.FieldError,
            pyogrio.errors.CRSError,
        ) as error:
            raise Refused("unreadable", reason=_plain(str(error), path)) from error
        except UnicodeDecodeError as error:
            raise Refused("encoding") from error
    answer["with_m"] = any("Measured (M)" in str(w.message) for w in caught)
    answer["notes"] = [_plain(str(w.message), path) for w in caught if w.category is RuntimeWarning][:_NOTES]
    answer["codes"] = known["codes"]
    return answer


def _read(
    pyogrio: Any, path: Path, request: dict[str, Any], limits: Limits, out: Path, known: dict[str, Any]
) -> dict[str, Any]:
    kind: Format = request["format"]
    if kind == "gpkg":
        layers = geopackage_layers(path, limits.layers)
    else:
        layers = [str(name) for name, geometry in pyogrio.list_layers(path) if geometry is not None]
    if kind in DRAWINGS:
        return _read_drawing(pyogrio, path, request, limits, out)
    name = _choose(layers, request["layer"])
    options = {"IMMUTABLE": "YES"} if kind == "gpkg" else {}
    text = _encoding(pyogrio, path, kind, name)
    info = pyogrio.read_info(path, layer=name, force_feature_count=True, **text, **options)
    if info["features"] > limits.rows:
        raise Refused("rows", rows=int(info["features"]), limit=limits.rows)
    present = [str(f) for f in info["fields"] if not (kind == "kml" and f in _KML_OWN)]
    chosen, contested, absent = choose_columns(present, FIELDS[request["purpose"]], request["columns"])
    if absent:
        raise Refused("no_such_column", absent=absent, columns=present)
    wanted = list(dict.fromkeys(chosen.values()))
    meta, wkb, data, text = _read_text(pyogrio, path, name, wanted, text, options)
    if len(wkb) != info["features"] or (kind == "mif" and len(wkb) != mid_rows(path)):
        raise Refused("damaged")
    by_column = dict(zip((str(f) for f in meta["fields"]), data, strict=True))
    columns = {
        field: [] if len(wkb) == 0 else cells_of(by_column[column], column, limits)
        for field, column in chosen.items()
    }
    answer = pack_shapes(wkb, limits, out)
    if request["purpose"] == "alignments":
        from geo.importers.lines import pack_lines

        if pack_lines(wkb, out) > limits.vertices:
            raise Refused("vertices", limit=limits.vertices)
    sample: dict[str, list[Any]] = {}
    if request["sample"] and len(wkb):
        head = {**options, **text, "max_features": limits.sample_rows}
        meta, _, _, first = pyogrio.raw.read(path, layer=name, columns=present, **head)
        sample = {str(f): _sample(values, limits) for f, values in zip(meta["fields"], first, strict=True)}
    return answer | {
        "layer": name,
        "layers": layers,
        "columns": columns,
        "headings": chosen,
        "contested": contested,
        "all_columns": present,
        "sample": sample,
        "crs": _file_crs(path, kind, name, known["has_crs"], meta["crs"]).as_dict(),
    }


def _read_text(
    pyogrio: Any, path: Path, layer: str, columns: list[str], text: dict[str, str], options: dict[str, str]
) -> tuple[Any, Any, Any, dict[str, str]]:
    """A layer as UTF-8, or where its bytes are something else, one character per byte for the parent to convert."""
    for reading in (text, {"encoding": "ISO-8859-1"}):
        try:
            meta, _, wkb, data = pyogrio.raw.read(path, layer=layer, columns=columns, **reading, **options)
            return meta, wkb, data, reading
        except UnicodeDecodeError:
            if reading == {"encoding": "ISO-8859-1"}:
                raise
    raise AssertionError("the last reading returns or raises")


def _encoding(pyogrio: Any, path: Path, kind: Format, layer: str) -> dict[str, str]:
    """How to ask for text: a shapefile's own statement is often wrong, so its bytes are tried as UTF-8 first."""
    if kind != "shp":
        return {}
    try:
        pyogrio.read_info(path, layer=layer, encoding="UTF-8")
        return {"encoding": "UTF-8"}
    except UnicodeDecodeError:
        return {"encoding": "ISO-8859-1"}


def _read_drawing(
    pyogrio: Any, path: Path, request: dict[str, Any], limits: Limits, out: Path
) -> dict[str, Any]:
    import shapely

    from geo.importers.drawing import assemble
    from geo.importers.filecrs import FileCrs
    from geo.importers.textcodes import convert

    kind: Format = request["format"]
    layer_column = "Layer" if kind == "dxf" else "Level"
    meta, wkb, data, _ = _read_text(
        pyogrio, path, pyogrio.list_layers(path)[0][0], [layer_column, "Text"], {}, {}
    )
    if len(wkb) > limits.entities:
        raise Refused("rows", rows=len(wkb), limit=limits.entities)
    by_column = dict(zip((str(f) for f in meta["fields"]), data, strict=True))
    texts = [None if t is None else str(t)[: limits.text_length + 1] for t in by_column["Text"].tolist()]
    # Labels are words to be understood, so old text is converted here already.
    converted, _ = convert({"Text": texts}, forced=request["encoding"])
    texts = [None if cell is None else str(cell) for cell in converted["Text"]]
    levels = [str(level) for level in by_column[layer_column].tolist()]
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    layers = sorted(set(levels))[: limits.layers]
    wanted = request["layer"]
    if wanted is not None:
        if wanted not in levels:
            raise Refused("no_such_layer", wanted=wanted, layers=layers)
        # Labels are often on a layer of their own: the choice is about outlines.
        chosen = [level == wanted or text for level, text in zip(levels, texts, strict=True)]
        shapes = np.where(np.array(chosen, dtype=bool), shapes, None)
    types = Counter(shape.geom_type for shape in shapes if shape is not None)
    rest = {"layer": wanted or kind.upper(), "layers": layers, "geometry_types": dict(types)}
    rest["crs"] = FileCrs("none").as_dict()
    if request["purpose"] == "corridor":
        return _boundary(shapes, levels, limits, out) | rest
    drawn = assemble(shapes, texts, levels, land_codes=frozenset(request["land_codes"]))
    counts = drawn.untied.counts
    if not len(drawn.shapes) and not request["sample"]:
        raise Refused(
            "no_outlines",
            outlines=counts.get("outlines", 0),
            labels=counts.get("labels", 0),
            open=counts.get("open_lines", 0),
        )
    columns = {name: cells for name, cells in drawn.columns.items() if any(c is not None for c in cells)}
    chosen_columns, contested, absent = choose_columns(
        list(columns), FIELDS[request["purpose"]], request["columns"]
    )
    if absent:
        raise Refused("no_such_column", absent=absent, columns=list(columns))
    answer = pack_shapes(shapely.to_wkb(drawn.shapes), limits, out)
    return (
        answer
        | rest
        | {
            "columns": {field: columns[column] for field, column in chosen_columns.items()},
            "headings": chosen_columns,
            "contested": contested,
            "all_columns": list(columns),
            "sample": {name: cells[: limits.sample_rows] for name, cells in columns.items()}
            if request["sample"]
            else {},
            "drawing": drawn.untied.as_dict(),
        }
    )


def _boundary(shapes: Any, levels: list[str], limits: Limits, out: Path) -> dict[str, Any]:
    """The closed outlines of one layer of a drawing; a frame or a symbol on another layer is no boundary."""
    import shapely

    from geo.importers.drawing import Untied, closed_outlines

    untied = Untied()
    outlines, owner = closed_outlines(shapes, untied)
    if not len(outlines):
        raise Refused("no_boundary", open=untied.counts.get("open_lines", 0))
    if len(drawn_on := sorted({levels[i] for i in owner})) > 1:
        raise Refused("which_layer", layers=drawn_on)
    nothing: dict[str, Any] = {name: {} for name in ("columns", "headings", "contested", "sample")}
    answer = pack_shapes(shapely.to_wkb(outlines), limits, out)
    return answer | nothing | {"all_columns": [], "drawing": untied.as_dict()}


def pack_shapes(wkb: Any, limits: Limits, out: Path) -> dict[str, Any]:
    """Writes the polygons' arrays to `out`; the part of the answer that is about shapes."""
    from geo.importers import shapes

    packed = shapes.pack(wkb)
    if len(packed.coordinates) > limits.vertices:
        raise Refused("vertices", limit=limits.vertices)
    packed.write(out)
    counts = Counter(packed.types.values())
    for code, name in ((shapes.POLYGON, "Polygon"), (shapes.MULTIPOLYGON, "MultiPolygon")):
        counts[name] += int((packed.kinds == code).sum())
    counts["null"] += int(np.isin(packed.kinds, (shapes.NULL, shapes.EMPTY)).sum())
    return {
        "rows": len(packed.kinds),
        "types": packed.types,
        "with_z": packed.with_z,
        "geometry_types": {name: n for name, n in counts.items() if n},
    }


def _choose(layers: list[str], wanted: str | None) -> str:
    if wanted is not None:
        if wanted not in layers:
            raise Refused("no_such_layer", wanted=wanted, layers=layers)
        return wanted
    if len(layers) != 1:
        raise Refused("which_layer" if layers else "no_layer", layers=layers)
    return layers[0]


def _file_crs(path: Path, kind: str, layer: str, has_crs: bool, read_as: str | None) -> Any:
    """The CRS in the file's own words: GDAL's answer is used where the format has no text of its own for it."""
    from geo.importers.filecrs import contradicts, identify

    if kind == "shp":
        prj = path.with_suffix(".prj")
        return identify(prj.read_text("utf-8", "replace") if prj.exists() else None)
    if kind == "gpkg":
        stated, definition = geopackage_crs(path, layer)
        found = identify(stated or definition)
        return contradicts(found, definition) or found
    return replace(identify(read_as), explicit=has_crs)


def cells_of(values: Any, column: str, limits: Limits) -> list[Any]:
    """One column as JSON values: text cut just beyond its limit, days as ISO text, NaN as null."""
    if values.dtype.kind == "M":
        return [
            None if text == "NaT" else text for text in values.astype("datetime64[D]").astype(str).tolist()
        ]
    cells: list[Any] = values.tolist()
    for i, cell in enumerate(cells):
        if isinstance(cell, float) and not math.isfinite(cell):
            cells[i] = None if math.isnan(cell) else str(cell)
        elif isinstance(cell, str):
            cells[i] = cell[: limits.text_length + 1]
        elif not isinstance(cell, int | float | None):
            raise Refused("column_type", column=column)
    return cells


def _sample(values: Any, limits: Limits) -> list[Any]:
    """The first cells of a column for the eye; what is neither text nor number shows as its type."""
    try:
        return cells_of(values, "", limits)
    except Refused:
        return [None if cell is None else f"({type(cell).__name__})" for cell in values.tolist()]


def _plain(message: str, path: Path) -> str:
    """A library's message without the place of our private copy."""
    return message.replace(str(path), path.name).replace(str(path.parent), "")[:300]
