"""The chainage strips under a project's map: blocked and free runs, and the wards along the axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.views import BandPiece, ProjectView
from geo import scope
from maps.strip import Run, WardSpan, strip_svg
from projects.stationing import Stationing, stationing

# Where along an alignment the parcels of each ward lie; wards change hands at the middle of an overlap.
SPANS = text(
    """
    select a.code, w.code, min(p.from_m), max(p.to_m)
    from parcel p
    join alignment a on a.id = p.alignment_id
    join project j on j.id = p.project_id
    join ward w on w.code = p.ward_code
    where j.code = :project and p.from_m is not null and p.to_m is not null
    group by a.code, w.code order by a.code, min(p.from_m), w.code
    """
)

Spans = Mapping[str, Sequence[tuple[str, float, float]]]
"""Alignment code → (ward code, from_m, to_m) in order of chainage."""


def ward_spans(session: Session, project: str) -> Spans:
    """The chainage that the parcels of each ward cover, per alignment of a project, whoever asks."""
    found: dict[str, list[tuple[str, float, float]]] = {}
    with scope.calculating(session):
        rows = session.execute(SPANS, {"project": project}).all()
    for axis, ward, from_m, to_m in rows:
        found.setdefault(axis, []).append((ward, from_m, to_m))
    return found


def strips(view: ProjectView, spans: Spans, lang: str) -> Markup:
    """One strip per alignment; empty without parcels, because unknown land must not look free."""
    if not view.summary.land.parcels:
        return Markup("")
    labels = {ward["code"]: str(ward["label"]) for ward in view.wards}
    return Markup("").join(
        Markup(_strip(axis, view.band, spans.get(axis["code"], ()), labels, lang)) for axis in view.alignments
    )


def apart(spans: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """The spans without overlap: neighbours meet at the middle of what both cover."""
    found: list[tuple[str, float, float]] = []
    for ward, from_m, to_m in sorted(spans, key=lambda span: (span[1], span[2])):
        if found and from_m < found[-1][2]:
            before = found[-1]
            if to_m <= before[2]:
                continue  # inside its neighbour: no place of its own on one line
            middle = (from_m + before[2]) / 2
            found[-1] = (before[0], before[1], middle)
            from_m = middle
        found.append((ward, from_m, to_m))
    return found


def stations_of(axis: Mapping[str, Any]) -> Stationing:
    """What the stakes of an alignment of a view read."""
    start = float(axis["start_m"])
    length = float(axis["published_length_m"] or axis["length_m"])
    return stationing(axis["equations"], start_m=start, end_m=start + length)


def _strip(
    axis: Mapping[str, Any],
    band: Sequence[BandPiece],
    spans: Sequence[tuple[str, float, float]],
    labels: Mapping[str, str],
    lang: str,
) -> str:
    start = float(axis["start_m"])
    length = float(axis["published_length_m"] or axis["length_m"])
    runs = [
        Run(piece.from_m, piece.to_m, piece.status, piece.parcels)
        for piece in band
        if piece.alignment_code == axis["code"]
    ]
    wards = [WardSpan(labels.get(ward, ward), a, b) for ward, a, b in apart(spans)]
    stations = stations_of(axis)
    return strip_svg(length, start, runs, wards, lang, alignment=axis["code"], stations=stations)
