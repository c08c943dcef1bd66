"""The one place where a kept file becomes rows: read by the limited child, judged, laid on the project's axis."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.importers.faults import FaultList
from geo.importers.options import ReadingOptions
from geo.importers.parcels import ParcelTable, WardPlace, read_parcels
from geo.importers.shapes import pieces
from geo.placing import FAR_M, join_places, load_ground, on_fronts, place
from geo.proposing.staging import Rows
from geo.tables import Project, Ward
from geo.uploads import under_its_name


def read_kept(
    folder: Path, stored_as: str, filename: str, options: ReadingOptions, wards: Mapping[str, WardPlace]
) -> ParcelTable:
    """The parcels of a kept file, read as `options` say. Raises InvalidInput with every fault.

    Everything that reads parcel files for a proposal comes through here.
    """
    with under_its_name(folder, stored_as, filename) as path:
        return read_parcels(path, options=options, ward_codes=frozenset(wards), ward_places=wards)


def ward_places(session: Session) -> dict[str, WardPlace]:
    """Where the wards lie that a row may name."""
    return {
        w.code: WardPlace(w.centre_lon, w.centre_lat, float(w.area_km2))
        for w in session.scalars(select(Ward))
    }


def lay(session: Session, project: Project, table: ParcelTable, faults: FaultList) -> Rows:
    """The rows of a file with alignment, chainage, side and fronts of the project.

    Faults: land that is too far from the project.
    """
    ground = load_ground(session, project.id)
    fronts: list[list[int]] = [[] for _ in range(len(table.frame))]
    found = []
    for piece in pieces(len(fronts)):
        shapes = table.measured(piece)
        found.append(place(ground, shapes))
        for i, front in on_fronts(ground, found[-1], shapes):
            fronts[piece.start + i].append(front)
    places = join_places(found)
    for i in np.flatnonzero(places.away_m > FAR_M).tolist():
        away = places.away_m[i]
        faults.row(
            "place",
            i + 1,
            f"Thửa cách tim tuyến, ranh khu của dự án {project.code} {away:.0f} m (quá {FAR_M:.0f} m).",
            f"The parcel lies {away:.0f} m from the routes and areas of {project.code} (over {FAR_M:.0f} m).",
        )
    frame = pd.DataFrame(table.frame.drop(columns=table.frame.geometry.name))
    return Rows(frame, np.array(table.frame.geometry, dtype=object), table.source_srid, places, fronts)
