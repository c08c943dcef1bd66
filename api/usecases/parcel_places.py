"""Where the parcels of a case lie: on every alignment that they touch, in stations and by side."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.usecases.gaps_answer import span
from geo.tables import Alignment, ParcelAlignment
from projects.stationing import stationing


def places_of(session: Session, case_id: int) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """By parcel: alignment, measures in m, their stations as text and the side; in the order of the alignments."""
    rows = session.execute(
        select(ParcelAlignment, Alignment)
        .join(Alignment, Alignment.id == ParcelAlignment.alignment_id)
        .where(ParcelAlignment.case_id == case_id)
        .order_by(Alignment.code, ParcelAlignment.part)
    )
    found: dict[uuid.UUID, list[dict[str, Any]]] = {}
    for place, axis in rows:
        length = axis.published_length_m or axis.length_m
        stations = stationing(axis.equations, start_m=axis.start_m, end_m=axis.start_m + length)
        stretch = (place.from_m, place.to_m)
        found.setdefault(place.parcel_id, []).append(
            {
                "alignment": axis.code,
                "name_vi": axis.name_vi,
                "name_en": axis.name_en,
                "from_m": place.from_m,
                "to_m": place.to_m,
                "stations": span(stations, stretch, turn=length if axis.is_ring else None),
                "side": place.side,
            }
        )
    return found
