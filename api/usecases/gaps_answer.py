"""Land along the axis as plain values, for JSON and the command line; stations beside every measure."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.land_views import AxisLand, Gap
from api.usecases.facts import all_ward_labels
from api.usecases.gaps import land_gaps
from projects.stationing import Stationing, format_equation, format_station
from projects.workable import Interval, Workable


def gaps_answer(
    session: Session,
    ctx: Context,
    code: str,
    *,
    min_run_m: float,
    as_of: date | None = None,
    front: str | None = None,
) -> dict[str, Any]:
    """Gaps, runs and figures of a project or of one work front; lengths in metres, days calendar days.

    `required_m` = `free_m` + `blocked_m` + `unknown_m` and is the denominator of `share`. Parcels and cases outside the
    reader's reach are counted and not named. Raises NotFound.
    """
    view = land_gaps(session, ctx, code, min_run_m=min_run_m, as_of=as_of, front=front)
    labels = all_ward_labels(session)
    totals = view.totals
    stations = {axis.code: axis for axis in view.axes}
    return {
        "project": view.project,
        "data_date": view.data_date.isoformat(),
        "front": view.front,
        "min_run_m": view.min_run_m,
        "required_m": _metres(totals.required_m),
        "free_m": _metres(totals.free_m),
        "blocked_m": _metres(totals.blocked_m),
        "unknown_m": _metres(totals.unknown_m),
        "longest_run": totals.longest
        and {"alignment": totals.longest[0]} | _run(stations[totals.longest[0]], totals.longest[1:]),
        "in_runs_m": _metres(totals.in_runs_m),
        "share": _share(totals.share),
        "fronts_off_axis": list(view.off_axis),
        "alignments": [_axis(axis, labels, view.data_date) for axis in view.axes],
    } | ctx.looking_back


def span(stations: Stationing, stretch: Interval, *, turn: float | None = None) -> str:
    """'Km0+848 – Km1+043'; on a ring of length `turn` what lies beyond the end is read from the start."""
    from_m, to_m = stretch
    if turn is not None and to_m > stations.end_m:
        to_m -= turn
    return f"{format_station(stations, from_m)} – {format_station(stations, to_m, back=True)}"


def span_on(axis: AxisLand, stretch: Interval) -> str:
    """`span` on an alignment."""
    return span(axis.stations, stretch, turn=axis.end_m - axis.start_m if axis.is_ring else None)


def _axis(axis: AxisLand, labels: dict[str, str], day: date) -> dict[str, Any]:
    return {
        "code": axis.code,
        "name_vi": axis.name_vi,
        "name_en": axis.name_en,
        "start_m": axis.start_m,
        "end_m": axis.end_m,
        "ring": axis.is_ring,
        "schematic": axis.schematic,
        "accuracy_m": axis.accuracy_m,
        "equations": [format_equation(equation) for equation in axis.stations.equations],
        "required_by": axis.wanted_by,
        "parcels_known": axis.parcels,
        "blocked_beyond_m": axis.beyond_m,
        **_figures(axis, axis.both),
        "left": _figures(axis, axis.left),
        "right": _figures(axis, axis.right),
        "gaps": [_gap(axis, gap, labels, day) for gap in axis.gaps],
        "unknown": [_run(axis, stretch) for stretch in axis.both.unknown],
        "runs": [_run(axis, stretch) for stretch in axis.both.runs],
        "fronts": [
            {"code": front.code, "name_vi": front.name_vi, "name_en": front.name_en}
            | _run(axis, (front.from_m, front.to_m))
            | _figures(axis, front.figures)
            for front in axis.fronts
        ],
    }


def _figures(axis: AxisLand, figures: Workable) -> dict[str, Any]:
    return {
        "required_m": _metres(figures.required_m),
        "free_m": _metres(figures.free_m),
        "blocked_m": _metres(figures.blocked_m),
        "unknown_m": _metres(figures.unknown_m),
        "longest_run": figures.longest and _run(axis, figures.longest),
        "in_runs_m": _metres(figures.in_runs_m),
        "share": _share(figures.share),
    }


def _gap(axis: AxisLand, gap: Gap, labels: dict[str, str], day: date) -> dict[str, Any]:
    return _run(axis, (gap.from_m, gap.to_m)) | {
        "sides": list(gap.sides),
        "parcels": gap.parcels,
        "parcels_hidden": gap.parcels_hidden,
        "cases": gap.cases,
        "cases_hidden": gap.cases_hidden,
        "wards": [{"code": ward, "name": labels.get(ward, ward)} for ward in gap.wards],
        "fronts": list(gap.fronts),
        "since": gap.since.isoformat(),
        "days_waiting": (day - gap.since).days,
        "named": [
            {"map_series": p.map_series, "sheet": p.sheet, "number": p.number, "case": p.case}
            for p in gap.named
        ],
    }


def _run(axis: AxisLand, stretch: Interval) -> dict[str, Any]:
    return {
        "from_m": _metres(stretch[0]),
        "to_m": _metres(stretch[1]),
        "length_m": _metres(stretch[1] - stretch[0]),
        "stations": span_on(axis, stretch),
    }


def _metres(value: float) -> float:
    return round(value, 3)


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
