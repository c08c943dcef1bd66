"""What a page or a JSON answer is made of: frozen values between the use cases and their renderers.

Money in tỷ đồng, lengths and chainages in metres, areas in m² unless the name says ha.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from projects.engine.model import Options
from projects.impact import ProjectDelay


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """The sourced facts of one project."""

    code: str
    name_vi: str
    name_en: str
    short_vi: str
    short_en: str
    summary_vi: str
    summary_en: str
    kind: str  # road | bridge | lakeside | site | programme
    group_vi: str
    group_en: str
    parent_code: str | None
    investor: str | None
    investment: Decimal | None
    length_m: float | None
    area_ha: Decimal | None
    started_on: date | None
    planned_finish: date | None
    planned_label_vi: str | None
    planned_source: str | None
    bottlenecks: tuple[tuple[str, str, str], ...]  # (code, vi, en)
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """A milestone with its planned, actual and forecast date; `days_left` counts from the data date."""

    code: str
    name_vi: str
    name_en: str
    planned_on: date | None
    planned_label_vi: str | None
    actual_on: date | None
    forecast_on: date | None
    days_left: int | None  # planned_on − data date; negative = overdue
    source: str


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A published figure as quoted, with the percentage computed from its own numbers beside it."""

    code: str
    subject_vi: str
    subject_en: str
    ward_code: str | None
    ward_name: str | None
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    unit: str
    quoted_percent: str | None
    computed_percent: Decimal | None
    as_of: date | None
    as_of_label: str | None
    source: str
    confidence: str
    note_vi: str | None


@dataclass(frozen=True, slots=True)
class LandCount:
    """Counted rows of a project (never claims): parcels and cases, all and cleared, and by step group."""

    parcels: int
    parcels_cleared: int
    area_m2: float
    area_cleared_m2: float
    cases: int
    cases_cleared: int
    by_group: tuple[int, ...]  # parcels per step group 1…7, index 0 = group 1
    demo_parcels: int


@dataclass(frozen=True, slots=True)
class BlockedRun:
    """A stretch of the axis without handed-over land: [from_m, to_m], its parcels, wards and days."""

    alignment_code: str
    from_m: float
    to_m: float
    parcels: int
    wards: tuple[str, ...]  # names with type, e.g. "P. Hồng Hà"
    critical: bool


@dataclass(frozen=True, slots=True)
class BandPiece:
    """A stretch of the axis with its status: free | blocked | critical | outside (no front needs land there)."""

    alignment_code: str
    from_m: float
    to_m: float
    status: str
    parcels: int | None  # open parcels of a blocked piece


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """One row of the portfolio. `light`: ok | risk | late | none; none when no plan or no network."""

    facts: ProjectFacts
    light: str
    slip_days: int | None
    forecast_finish: date | None
    blocked_m: float | None  # None when the project has no alignment or no parcels
    axis_m: float | None
    land: LandCount
    next_milestone: MilestoneView | None
    driving_cases: int
    options: Options | None = None  # how the forecast was reckoned; None without a network


@dataclass(frozen=True, slots=True)
class Overview:
    """The portfolio as of `data_date`; rows are ordered late first, most days first, unassessable last."""

    data_date: date
    rows: tuple[ProjectSummary, ...]
    lights: dict[str, int]
    blocked_m: float
    has_demo: bool


@dataclass(frozen=True, slots=True)
class Release:
    """What freeing all open cases of one work front gives back, and what one of them alone would.

    `gains` are calendar days of the completion date; gains of different fronts or cases must not be added. Of the
    `size` open cases `driving` hold the critical path; `last_forecast` is the last of their forecast handovers.
    """

    front: str
    size: int
    gains: int
    alone: int
    driving: int
    last_forecast: date


@dataclass(frozen=True, slots=True)
class DrivingLand:
    """The land that holds the completion date, counted whoever asks; releases with most days first."""

    cases: int
    parcels: int
    releases: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class SeenCount:
    """Cases of a work front or a ward within the reader's reach: all, still open, on the critical path."""

    cases: int = 0
    open: int = 0
    driving: int = 0


@dataclass(frozen=True, slots=True)
class SeenLand:
    """How much of a project's land the reader may open: each number is that of the list it leads to.

    `whole`: all of it. `by_group`: parcels per step group 1…7; `runs`: parcels of each blocked stretch, in order.
    """

    whole: bool
    land: SeenCount
    by_group: tuple[int, ...]
    fronts: dict[str, SeenCount]
    wards: dict[str, SeenCount]
    runs: tuple[int, ...]


@dataclass(frozen=True)  # without slots: the writer of JSON sees those of the last class alone
class ProjectGlance:
    """What a report of many projects says of one to one reader.

    Dates and counts come from all land. `delay` names cases within the reader's reach only: `driving_seen` of the
    `driving` ones.
    """

    data_date: date
    summary: ProjectSummary
    delay: ProjectDelay | None
    driving: DrivingLand
    driving_seen: int


@dataclass(frozen=True)
class ProjectView(ProjectGlance):
    """Everything the pages of one project show to one reader: `seen` tells how many of what is counted elsewhere the
    reader may open."""

    components: tuple[dict[str, Any], ...]  # code, name_vi, name_en, investor, investment, note_vi, source
    alignments: tuple[
        dict[str, Any], ...
    ]  # code, name_*, start_m, length_m, published_length_m, schematic, …
    sections: tuple[
        dict[str, Any], ...
    ]  # code, name_*, alignment_code, from_m, to_m, width_m, status_vi, source
    fronts: tuple[dict[str, Any], ...]  # code, name_*, kind, section_code, from_m, to_m, needs_land
    milestones: tuple[MilestoneView, ...]
    claims: tuple[ClaimView, ...]
    wards: tuple[dict[str, Any], ...]  # code, name, unit_type, label ("P. Hồng Hà"), basis
    resettlement: tuple[
        dict[str, Any], ...
    ]  # code, name_vi, ward_code, ward_name, plots, area_ha, note_vi, source
    blocked: tuple[BlockedRun, ...]
    band: tuple[BandPiece, ...]  # every alignment from end to end
    longest_free_m: float | None
    longest_free: tuple[float, float] | None
    seen: SeenLand


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case in a list."""

    code: str
    project_code: str
    ward_code: str
    ward_label: str
    step: str
    step_on: date
    promised_on: date | None
    forecast_on: date
    obstacle: str | None
    holder_kind: str
    parcels: tuple[tuple[str, str], ...]  # (sheet, number)
    area_m2: float
    from_m: float | None
    to_m: float | None
    fronts: tuple[str, ...]
    drives: bool
    is_demo: bool
    version: int


@dataclass(frozen=True, slots=True)
class CaseList:
    """A filtered page of the cases within the reader's reach, with the count of all that match."""

    data_date: date
    rows: tuple[CaseRow, ...]
    total: int
    parcels: int  # of all that match
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of history, newest first. `corrected_by` is the event that counts in its place, if any."""

    recorded_at: datetime
    effective_on: date
    actor: str
    kind: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    document: str | None
    reason: str | None
    id: int = 0
    document_hash: str | None = None
    on_behalf_of: str | None = None
    corrects: int | None = None
    corrected_by: int | None = None
    object_type: str = "case"


@dataclass(frozen=True, slots=True)
class CaseView:
    """The case page: the row, its parcels, the steps it may take and its history.

    `row` and `note` are of the data date. `present` is the state as recorded last, the one that a change is
    made on, `present_on` the latest day of its history. `about` are the events of everything else about the case,
    people's data in them masked. `forecast_parts` are what the forecast handover is made of, one after the other.
    """

    data_date: date
    facts: ProjectFacts
    row: CaseRow
    parcels: tuple[
        dict[str, Any], ...
    ]  # id, map_series, sheet, number, land_use, area_m2, area_stated_m2, from_m, to_m, side, places
    allowed: tuple[str, ...]
    note: str | None
    forecast_why_vi: str
    forecast_why_en: str
    alone_days: int | None
    group_days: int | None
    group_size: int | None
    history: tuple[EventView, ...]
    present: dict[str, Any]
    present_on: date
    about: tuple[EventView, ...] = ()
    forecast_basis: str = ""
    forecast_parts: tuple[dict[str, Any], ...] = ()  # see `api.usecases.forecast_answer`
    lawful_earliest: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class DelayReport:
    """The critical-path delay report: one entry per project, late first."""

    data_date: date
    entries: tuple[ProjectGlance, ...]
    overview: Overview
    chain_head: str | None = None  # mã kiểm: the newest event's hash in short, None without any event
