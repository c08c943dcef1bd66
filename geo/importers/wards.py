"""Reads official ward boundaries: any CRS, joined to the known wards on their code, else on their name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from geo.crs import to_wgs84
from geo.importers.columns import WARD_FIELDS
from geo.importers.faults import FaultList
from geo.importers.geometry import check_shapes
from geo.importers.limits import DEFAULT, Limits
from geo.importers.options import ReadingOptions
from geo.importers.places import check_places
from geo.importers.reading import read_vector
from geo.importers.sourcecrs import settle_crs
from geo.importers.values import BadCell, clean_text, name_key, shorten
from geo.importers.vectorfile import VectorFile
from projects.errors import Fault

_CODE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class WardBoundary:
    """The boundary of one known ward: national code, our own name of it, MultiPolygon in EPSG:4326."""

    code: str
    name: str
    boundary: shapely.MultiPolygon


@dataclass(frozen=True, slots=True)
class WardTable:
    """A boundary file that was read and found right.

    `matched_by` is "code" or "name"; `unmatched` are features that are none of the known wards (e.g. of another
    province), as the file names them; `missing` are the codes of known wards that the file does not have.
    """

    filename: str
    sha256: str
    source_srid: int
    rows: tuple[WardBoundary, ...]
    matched_by: str
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    warnings: tuple[Fault, ...]


def read_wards(
    path: Path,
    *,
    known: Mapping[str, str],
    crs: int | None = None,
    layer: str | None = None,
    limits: Limits = DEFAULT,
) -> WardTable:
    """The boundaries in `path` of the wards `known` (code → name).

    A code column is used when there is one; names are compared without unit, case and place of the tone mark (Hoà =
    Hòa). Raises InvalidInput with every fault: geometry, CRS, a ward twice, no ward at all.
    """
    file = read_vector(path, purpose="wards", options=ReadingOptions(layer=layer), limits=limits)
    faults = FaultList(file.filename, limits.faults_listed)
    warnings = FaultList(file.filename, limits.faults_listed)
    if file.rows == 0:
        faults.file("file", "Lớp bản đồ không có hình nào.", "The map layer has no features.")
    for field, columns in file.contested.items():
        listed = ", ".join(f"“{column}”" for column in columns)
        faults.file(
            "file",
            f"Nhiều cột cùng là {field}: {listed}; hãy bỏ hoặc đổi tên bớt.",
            f"Several columns are {field}: {listed}; remove or rename the others.",
        )
    srid = settle_crs(file.crs, crs, faults, warnings)
    matched_by = "code" if "code" in file.headings else "name"
    matched, unmatched = _match(file, known, matched_by, faults, limits)
    sound = check_shapes(file, faults, limits)
    index = np.array([i for i in matched.values() if sound[i]], dtype=np.intp)
    if srid is not None:
        check_places(file.shapes[index], index, srid, faults)
    faults.raise_if_any()
    if srid is None:
        raise AssertionError("a CRS that is not settled is a fault")
    boundaries = to_wgs84(file.shapes[index], srid)
    missing = tuple(code for code in known if code not in matched)
    _note_differences(unmatched, missing, warnings)
    return WardTable(
        filename=file.filename,
        sha256=file.sha256,
        source_srid=srid,
        rows=tuple(
            WardBoundary(code, known[code], _multipolygon(shape))
            for code, shape in zip(matched, boundaries, strict=True)
        ),
        matched_by=matched_by,
        unmatched=unmatched,
        missing=missing,
        warnings=warnings.listed(),
    )


def _match(
    file: VectorFile, known: Mapping[str, str], by: str, faults: FaultList, limits: Limits
) -> tuple[dict[str, int], tuple[str, ...]]:
    """(code → index of its feature, the labels of features that are no known ward)."""
    cells = file.columns.get(by)
    if by not in file.headings:
        accepted = ", ".join((*("code", *WARD_FIELDS["code"][:3]), *("name", *WARD_FIELDS["name"][:2])))
        faults.file(
            "missing",
            f"Không có cột mã hay tên phường, xã (tên nhận: {accepted}).",
            f"There is no column with ward codes or names (accepted: {accepted}).",
        )
        return {}, ()
    names = {name_key(name): code for code, name in known.items()}
    matched: dict[str, int] = {}
    unmatched: list[str] = []
    for i, cell in enumerate(cells or []):
        try:
            label = clean_text(cell, limits.text_length)
        except BadCell as bad:
            faults.row("value", i + 1, f"Mã hoặc tên {bad.vi}.", f"The code or name {bad.en}.")
            continue
        code = _code(label) if by == "code" else names.get(name_key(label or ""))
        if code is None or code not in known:
            unmatched.append(shorten(label or f"#{i + 1}"))
        elif code in matched:
            faults.row(
                "duplicate",
                i + 1,
                f"Phường, xã {known[code]} ({code}) đã có ở dòng {matched[code] + 1}.",
                f"The ward {known[code]} ({code}) is already in row {matched[code] + 1}.",
            )
        else:
            matched[code] = i
    if cells and not matched and not faults:
        faults.file(
            "ward",
            "Không có phường, xã nào của Hà Nội trong tệp.",
            "None of the wards of Hanoi is in the file.",
        )
    return matched, tuple(unmatched)


def _code(label: str | None) -> str | None:
    """Tables that hold codes as numbers lose the leading zeros."""
    return label.zfill(_CODE_DIGITS) if label is not None and label.isascii() and label.isdigit() else label


def _note_differences(unmatched: tuple[str, ...], missing: tuple[str, ...], warnings: FaultList) -> None:
    if unmatched:
        listed = ", ".join(unmatched[:50])
        warnings.file(
            "ward",
            f"{len(unmatched)} hình không phải phường, xã đã biết: {listed}.",
            f"{len(unmatched)} features are no known ward: {listed}.",
        )
    if missing:
        listed = ", ".join(missing[:50])
        warnings.file(
            "ward",
            f"{len(missing)} phường, xã không có trong tệp: {listed}.",
            f"{len(missing)} wards are not in the file: {listed}.",
        )


def _multipolygon(shape: shapely.Polygon | shapely.MultiPolygon) -> shapely.MultiPolygon:
    return shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon([shape])
