"""The invented land of one project: parcels with their cases, ward by ward, as the columns an office would deliver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from geo.axis import axis_of, polygon_of
from geo.chainage import Axis
from geo.crs import MEASURE, to_measure
from geo.demo.chance import Noise, Stream
from geo.demo.clearing import Case, clear
from geo.demo.land import draw_plots
from geo.demo.layout import MM, Lot, lay_out
from geo.demo.outline import outlines
from geo.demo.strip import Strip, along_axis, around_area
from projects.catalog import DemoWard, Project

Floats = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]
Row = dict[str, object]

# Column names as Vietnamese offices write them; geometry comes last.
COLUMNS = (
    "ban_do", "to", "thua", "loai_dat", "dien_tich", "phuong", "ho_so", "buoc", "ngay_buoc", "hen", "vuong_mac",
    "doi_tuong",
)  # fmt: skip
HOLDERS = {"household": "hộ gia đình", "organisation": "tổ chức"}

# Clearing comes in stretches of some hundred metres, with a finer pattern in them.
STRETCH_M, PATCH_M = 420.0, 110.0
LOTS_PER_SERIES = 160
LOTS_PER_SHEET = (55, 130)
# Offices state the area to 0.1 m²; this share of the statements is off, as in every real file.
WRONG_AREAS = 0.03
# A lot of which the boundary of an area leaves less than this share is left out.
CRUMB = 0.3


def generate(project: Project, *, seed: int, data_date: date) -> gpd.GeoDataFrame:
    """The demo parcels of a project in EPSG:5897 with `COLUMNS`; empty when the project has no demo block.

    The same project, seed and date give the same table on every machine, coordinates to the millimetre.
    """
    rows: list[Row] = []
    shapes: list[Polygon] = []
    series = _SeriesNames()
    numbers = iter(range(1, 100_000))
    for ward, strip, area, first_m in _strips(project):
        name = f"{project.code}/{ward.code}/{ward.alignment or ward.section or ''}/{ward.from_m or 0:g}"
        lots, polygons = _fabric(ward, strip, area, seed, name)
        scale = (ward.to_m - first_m) / strip.length_m if ward.to_m is not None else 1.0
        mood = _mood(lots, first_m, scale, Stream(seed, project.code, ward.alignment or "", "mood"))
        cases = clear(ward, lots, mood, Stream(seed, name, "clearing"), data_date=data_date)
        places = _map_places(ward.code, len(lots), series, Stream(seed, name, "sheets"))
        areas = _stated_areas(shapely.area(polygons), Stream(seed, name, "areas"))
        attributes = _attributes(project.code, ward, lots, cases, places, areas, numbers)
        rows.extend(attributes)
        shapes.extend(polygons.tolist())
    return gpd.GeoDataFrame(
        {column: [row[column] for row in rows] for column in COLUMNS}, geometry=shapes, crs=MEASURE
    )


def _strips(project: Project) -> Iterator[tuple[DemoWard, Strip, Polygon | None, float]]:
    """Each demo ward with its ribbon, the area it must stay in (if it lies in one) and its first chainage."""
    axes: dict[str, Axis] = {alignment.code: axis_of(alignment) for alignment in project.alignments}
    areas = {section.code: section.area for section in project.sections}
    for ward in project.demo.wards if project.demo else ():
        if ward.from_m is not None and ward.to_m is not None and ward.width_m is not None:
            axis = axes[ward.alignment or project.alignments[0].code]
            yield ward, along_axis(axis, ward.from_m, ward.to_m, ward.width_m), None, ward.from_m
        elif ward.section is not None and (outline := areas[ward.section]) is not None:
            area = to_measure(polygon_of(outline))
            yield ward, around_area(area), area, 0.0


def _fabric(
    ward: DemoWard, strip: Strip, area: Polygon | None, seed: int, name: str
) -> tuple[list[Lot], Geometries]:
    """The lots of a ward and their polygons, exactly as many as configured.

    An area cuts the lots on its border, as a project's boundary does. Its rectangle gets more lots until enough of
    them lie in the area; what is too many are those it cuts most.
    """
    wanted = ward.parcels
    share = 1.0 if area is None else area.area / (strip.length_m * strip.width_m)
    count = round(wanted / share)
    while True:
        organisations = round(ward.organisations * count / wanted)
        plots = draw_plots(ward.land_use, count, organisations, Stream(seed, name, "plots"))
        lots = lay_out(strip.length_m, strip.width_m, plots, (seed, name))
        polygons = outlines(lots, strip, Stream(seed, name, "outline"))
        if area is None:
            return lots, polygons
        cut = shapely.normalize(shapely.set_precision(shapely.intersection(polygons, area), 0.001))
        whole = shapely.get_type_id(cut) == shapely.GeometryType.POLYGON
        left = np.where(whole, shapely.area(cut) / shapely.area(polygons), 0.0)
        if (left > CRUMB).sum() >= wanted:
            keep = np.sort(np.argsort(-left, kind="stable")[:wanted])
            return [lots[i] for i in keep.tolist()], cut[keep]
        count += max(1, int((wanted - (left > CRUMB).sum()) / share))


def _mood(lots: Sequence[Lot], first_m: float, scale: float, stream: Stream) -> Floats:
    """How clearing fares at each lot, about -1 … 1: the noise of the whole route, so it runs on over ward borders."""
    rects = np.array([lot.rect for lot in lots], dtype=np.float64) / MM
    along = first_m + (rects[:, 0] + rects[:, 1]) / 2 * scale
    across = (rects[:, 2] + rects[:, 3]) / 2
    stretches = Noise(stream, 70_000.0, 400.0, STRETCH_M)
    patches = Noise(stream, 70_000.0, 400.0, PATCH_M)
    return stretches.at(along, across) + 0.6 * patches.at(along, across)


class _SeriesNames:
    """Names of former map series: the ward's code and a letter that no other part of the project used."""

    def __init__(self) -> None:
        self._used: dict[str, int] = {}

    def next(self, ward_code: str) -> str:
        number = self._used.get(ward_code, 0)
        self._used[ward_code] = number + 1
        return f"{ward_code}{chr(ord('a') + number)}"


def _map_places(
    ward_code: str, count: int, names: _SeriesNames, stream: Stream
) -> list[tuple[str, str, str]]:
    """(series, sheet, number) of each lot.

    A ward of 2025 is a merger: each former commune keeps its own map series, and all of them start from the same
    sheet, so that sheet and number alone do not name a parcel.
    """
    places: list[tuple[str, str, str]] = []
    series_count = 1 + min(2, count // LOTS_PER_SERIES)
    first_sheet = stream.whole(2, 24)
    for part in range(series_count):
        series = names.next(ward_code)
        left = count * (part + 1) // series_count - count * part // series_count
        sheet = first_sheet
        while left:
            lots = min(left, stream.whole(*LOTS_PER_SHEET))
            number = stream.whole(1, 40)
            for gap in stream.uniforms(lots):
                places.append((series, str(sheet), str(number)))
                number += 1 + int(gap * gap * 3)
            left -= lots
            sheet += stream.whole(1, 2)
    return places


def _stated_areas(measured: Floats, stream: Stream) -> list[float]:
    draws = stream.uniforms(len(measured), 2)
    factors = np.where(draws[:, 0] < WRONG_AREAS, 0.92 + 0.14 * draws[:, 1], 1.0)
    return [round(float(area), 1) for area in measured * factors]


def _attributes(
    project: str,
    ward: DemoWard,
    lots: Sequence[Lot],
    cases: Sequence[Case],
    places: Sequence[tuple[str, str, str]],
    areas: Sequence[float],
    numbers: Iterator[int],
) -> list[Row]:
    rows: list[Row] = []
    for case in cases:
        code = f"{project}-{next(numbers):04d}"
        for i in case.lots:
            series, sheet, number = places[i]
            rows.append(
                {
                    "ban_do": series,
                    "to": sheet,
                    "thua": number,
                    "loai_dat": lots[i].land_use,
                    "dien_tich": areas[i],
                    "phuong": ward.code,
                    "ho_so": code,
                    "buoc": case.step,
                    "ngay_buoc": case.step_on.strftime("%d/%m/%Y"),
                    "hen": case.promised_on.strftime("%d/%m/%Y") if case.promised_on else None,
                    "vuong_mac": case.obstacle,
                    "doi_tuong": HOLDERS[case.holder],
                }
            )
    return rows
