"""The portfolio as frozen values: what the text files under `data/` say, before any database sees it.

The field names follow `geo.tables`. Coordinates are (lat, lon) in WGS 84, chainages metres on the
published scale of the alignment, areas m² or ha as named, money tỷ đồng. `None` means "no source says
so": an unknown is never filled in. Everything below `Project.demo` and every `ProgressFacts` marked
`demo` is invented ("dữ liệu minh hoạ").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the portfolio page; `sort` is its place."""

    code: str
    name_vi: str
    name_en: str
    sort: int


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """One of the city's five điểm nghẽn; a tag on projects."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, slots=True)
class WardFacts:
    """One of the 126 wards: five-digit national code, 'phường' or 'xã', computed area and centre."""

    code: str
    name: str
    unit_type: str
    area_km2: Decimal
    centre_lat: float
    centre_lon: float


@dataclass(frozen=True, slots=True)
class Component:
    """Dự án thành phần with its own owner and money."""

    code: str
    name_vi: str
    name_en: str
    investor: str | None
    investment: Decimal | None
    note_vi: str | None
    source: str


@dataclass(frozen=True, slots=True)
class AlignmentFacts:
    """Tim tuyến as typed route points; a ring repeats its first point at the end.

    Chainage runs from `start_m`; with `published_length_m` the measured line is rescaled to it. `equations` are the
    jumps of its stakes, (back, ahead) stations in m; from_m and to_m of sections and fronts do not jump.
    """

    code: str
    name_vi: str
    name_en: str
    start_m: float
    published_length_m: float | None
    is_ring: bool
    schematic: bool
    accuracy_m: float
    source: str
    points: tuple[LatLon, ...]
    equations: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """A chainage interval of one alignment, or an `area` polygon (then without alignment)."""

    code: str
    name_vi: str
    name_en: str
    component: str | None
    alignment: str | None
    from_m: float | None
    to_m: float | None
    width_m: float | None
    area: tuple[LatLon, ...] | None
    status_vi: str | None
    source: str


@dataclass(frozen=True, slots=True)
class FrontFacts:
    """Mũi thi công: a part of one section that opens as a whole; `kind` is a kind of the template."""

    code: str
    name_vi: str
    name_en: str
    section: str
    kind: str
    from_m: float | None
    to_m: float | None
    area: tuple[LatLon, ...] | None
    needs_land: bool


@dataclass(frozen=True, slots=True)
class MilestoneFacts:
    """A sourced milestone; `activity` names the network node that forecasts it (OPEN, LAND, …)."""

    code: str
    name_vi: str
    name_en: str
    planned_on: date | None
    planned_label_vi: str | None
    actual_on: date | None
    activity: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A published figure, quoted: `value`, or `numerator` of `denominator`, in `unit`.

    `quoted_percent` is what the source printed; `projects.catalog.computed_percent` is the arithmetic.
    `confidence` is V2, V, E, I or U as in the fact sheet.
    """

    code: str
    subject_vi: str
    subject_en: str
    ward: str | None
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    unit: str
    quoted_percent: str | None
    as_of: date | None
    as_of_label: str | None
    source: str
    confidence: str
    note_vi: str | None


@dataclass(frozen=True, slots=True)
class WardCrossing:
    """A ward the project crosses; `basis` is 'source' (stated) or 'map' (only our line says so)."""

    code: str
    basis: str


@dataclass(frozen=True, slots=True)
class ResettlementFacts:
    """A resettlement site that a source names for the project."""

    code: str
    name_vi: str
    ward: str | None
    plots: int | None
    area_ha: Decimal | None
    note_vi: str | None
    source: str


@dataclass(frozen=True, slots=True)
class ProgressFacts:
    """Actual dates of one network activity; `remaining` in working days of its calendar."""

    activity: str
    actual_start: date | None
    actual_finish: date | None
    remaining: int | None
    demo: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class DemoPromise:
    """`share` of the open cases of a ward is promised for handover on `on`."""

    on: date
    share: float


@dataclass(frozen=True, slots=True)
class DemoWard:
    """What the generator invents in one ward of one project.

    On an alignment the land lies in [from_m, to_m] within `width_m` across; on an area it lies in the
    polygon of `section`. `cases` groups `parcels` into hồ sơ; `step_counts` counts cases and sums to
    `cases`; `step_shares` sums to 1. `promised` and `obstacles` are shares of the open cases and sum to
    at most 1 (the rest has none). `organisations` of the cases belong to organisations.
    """

    code: str
    parcels: int
    cases: int
    alignment: str | None
    section: str | None
    from_m: float | None
    to_m: float | None
    width_m: float | None
    step_shares: Mapping[str, float] | None
    step_counts: Mapping[str, int] | None
    promised: tuple[DemoPromise, ...]
    obstacles: Mapping[str, float]
    land_use: Mapping[str, float]
    organisations: int
    parcel_count_source: str


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """The invented land of one project; `parcels` is the sum over the wards."""

    parcels: int
    width_m: float | None
    note_vi: str | None
    wards: tuple[DemoWard, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """One project of the portfolio with everything its file says; `source_file` is the file's name."""

    code: str
    kind: str
    group: str
    sort: int
    template: str | None
    name_vi: str
    name_en: str
    short_vi: str
    short_en: str
    summary_vi: str
    summary_en: str
    investor: str | None
    investment: Decimal | None
    length_m: float | None
    area_ha: Decimal | None
    started_on: date | None
    planned_finish: date | None
    planned_label_vi: str | None
    planned_source: str | None
    bottlenecks: tuple[str, ...]
    parent: str | None
    sources: tuple[str, ...]
    notes_vi: tuple[str, ...]
    components: tuple[Component, ...]
    alignments: tuple[AlignmentFacts, ...]
    sections: tuple[SectionFacts, ...]
    fronts: tuple[FrontFacts, ...]
    milestones: tuple[MilestoneFacts, ...]
    claims: tuple[ClaimFacts, ...]
    wards: tuple[WardCrossing, ...]
    resettlement: tuple[ResettlementFacts, ...]
    progress: tuple[ProgressFacts, ...]
    demo: DemoFacts | None
    source_file: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The whole portfolio on its data date; `templates` are the parsed network templates by name."""

    data_date: date
    demo_seed: int
    groups: tuple[Group, ...]
    bottlenecks: tuple[Bottleneck, ...]
    wards: tuple[WardFacts, ...]
    projects: tuple[Project, ...]
    templates: Mapping[str, Mapping[str, Any]]
