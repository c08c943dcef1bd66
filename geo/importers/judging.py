"""Judges what was read from a parcel file: all that is wrong or worth a look; nothing is raised or written.

The import raises the faults, the preview shows them: both see the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.crs import Floats, Mask, to_measure
from geo.importers.controls import ControlReport, check_controls
from geo.importers.faults import FaultList
from geo.importers.geometry import check_areas, check_shapes
from geo.importers.limits import Limits
from geo.importers.messages import NOTES
from geo.importers.options import ReadingOptions
from geo.importers.places import WardPlace, check_places, hint_without_crs
from geo.importers.rows import clean_rows, note_unusual
from geo.importers.shapes import pieces
from geo.importers.sourcecrs import settle_crs
from geo.importers.textcodes import TextReading
from geo.importers.untied import note_untied
from geo.importers.vectorfile import VectorFile

# A stated area further from the measured one than both is worth a look: old sheets, re-surveys, typing errors.
_AREA_SHARE = 0.05
_AREA_M2 = 5.0
_UNSURE = 0.8  # share of syllables below which the reading of a column is doubted


@dataclass(frozen=True, slots=True)
class Judged:
    """`srid` is None when no CRS is settled (a fault); `rows` field → clean cells; `areas` m² in EPSG:5897 per row,
    NaN where a shape is not sound or the CRS is not known; `sound` which shapes are.
    """

    srid: int | None
    rows: Mapping[str, list[Any]]
    sound: Mask
    areas: Floats
    controls: ControlReport | None
    faults: FaultList
    warnings: FaultList


def judge(
    file: VectorFile,
    options: ReadingOptions,
    *,
    ward_codes: frozenset[str],
    ward_places: Mapping[str, WardPlace] | None,
    limits: Limits,
) -> Judged:
    """Everything that can be said of a parcel file before it is written."""
    faults = FaultList(file.filename, limits.faults_listed)
    warnings = FaultList(file.filename, limits.faults_listed)
    if file.rows == 0:
        faults.file(
            "file", f"Lớp “{file.layer}” không có thửa nào.", f"Layer “{file.layer}” has no features."
        )
    without = ".prj" if file.format == "shp" else ""
    srid = settle_crs(file.crs, options.crs, faults, warnings, without=without)
    rows = clean_rows(file, ward_codes, faults, limits)
    sound = check_shapes(file, faults, limits)
    areas = np.full(file.rows, np.nan)
    controls = None
    if srid is None:
        note_hint(file.shapes[sound], faults)
    else:
        index = np.flatnonzero(sound)
        check_places(file.shapes[index], index, srid, faults, wards=rows["ward_code"], places=ward_places)
        for piece in pieces(len(index)):
            some = index[piece]
            areas[some] = check_areas(to_measure(file.shapes[some], srid), some, faults, limits)
        controls = check_points(options, srid, faults, warnings)
    note_unusual(rows, warnings)
    _compare_areas(rows["area_stated_m2"], areas, warnings)
    _note_text(file.readings, options, warnings)
    note_losses(file, warnings)
    if file.untied is not None:
        note_untied(file.untied, warnings)
    return Judged(srid, rows, sound, areas, controls, faults, warnings)


def check_points(
    options: ReadingOptions, srid: int, faults: FaultList, warnings: FaultList
) -> ControlReport | None:
    """The report of the control points, None without any; what they contradict is noted."""
    report = check_controls(options.control_points, srid, swapped=options.swapped)
    if report is not None and report.verdict == "wrong":
        faults.file("crs", report.vi, report.en)
    elif report is not None and report.verdict == "small":
        warnings.file("crs", report.vi, report.en)
    return report


def note_hint(shapes: npt.NDArray[np.object_], faults: FaultList) -> None:
    """Without a CRS the places cannot be judged, but often only one reading makes sense."""
    reading = hint_without_crs(shapes)
    if reading is not None:
        faults.file(
            "crs",
            f"Toạ độ trong tệp rơi vào Hà Nội nếu đọc theo {reading.vi}.",
            f"The coordinates in the file fall in Hanoi if read in {reading.en}.",
        )


def _compare_areas(stated: list[float | None], measured: Floats, warnings: FaultList) -> None:
    for row, (said, found) in enumerate(zip(stated, measured, strict=True), start=1):
        if said is not None and abs(found - said) > max(_AREA_SHARE * said, _AREA_M2):
            warnings.row(
                "area",
                row,
                f"Diện tích ghi {said:.1f} m² nhưng đo được {found:.1f} m².",
                f"The stated area is {said:.1f} m², the measured one {found:.1f} m².",
            )


def _note_text(readings: tuple[TextReading, ...], options: ReadingOptions, warnings: FaultList) -> None:
    for reading in readings:
        if reading.after is not None:
            how = ("theo bảng mã đã chọn", "as chosen") if options.encoding else ("tự nhận", "found")
            warnings.file(
                "note",
                f"Chữ cột “{reading.column}” đọc theo {reading.encoding} ({how[0]}): “{reading.after[:40]}”.",
                f"The text of column “{reading.column}” is read as {reading.encoding} ({how[1]}):"
                f" “{reading.after[:40]}”.",
            )
        if reading.share < _UNSURE:
            share = round(reading.share * 100)
            warnings.file(
                "note",
                f"Cột “{reading.column}”: chỉ {share} % chữ có dấu là tiếng Việt; có thể sai bảng mã.",
                f"Column “{reading.column}”: only {share} % of the marked words are Vietnamese; the encoding may be"
                " wrong.",
            )


def note_losses(file: VectorFile, warnings: FaultList) -> None:
    """Notes what of the file was not taken: heights, measures, links, and what the library said."""
    if file.with_z:
        warnings.file(
            "note",
            f"Đã bỏ độ cao (Z) của {file.with_z} hình.",
            f"The heights (Z) of {file.with_z} shapes were dropped.",
        )
    if file.with_m:
        warnings.file(
            "note", "Đã bỏ giá trị đo (M) của các hình.", "The measures (M) of the shapes were dropped."
        )
    for code in file.codes:
        if code in NOTES:
            warnings.file("note", *NOTES[code])
    for note in file.notes:
        warnings.file("note", f"Thư viện GDAL báo: {note}", f"The GDAL library says: {note}")
