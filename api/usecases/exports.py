"""The parcels of a filtered case list as a table of land, for `geo.exporting`. No names and no money leave this way."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from api import __version__
from api.context import Context
from api.usecases import facts
from api.usecases.calculation import calculate, resolve_day
from api.usecases.listing import CaseFilter
from api.usecases.visible import hidden_cases
from geo.access import access_project
from geo.crs import WGS84
from geo.exporting import Export
from projects.errors import Fault, InvalidInput

ROWS = text(
    """
    select p.id::text as id, k.code as "case", k.holder_kind, p.map_series, p.sheet, p.number, p.map_version,
           p.ward_code, p.land_use, p.area_stated_m2, p.area_m2 as area_measured_m2, t.taken_m2, t.rest_m2,
           a.code as alignment, p.from_m, p.to_m, p.side, p.is_demo, st_asbinary(p.geom) as shape
    from parcel p join clearance_case k on k.id = p.case_id left join alignment a on a.id = p.alignment_id
    left join (taking t join corridor c on c.id = t.corridor_id and c.is_current) on t.parcel_id = p.id
    where p.project_id = :project order by p.map_series, p.sheet, p.number, p.map_version
    """
)
NOTHING = Fault(
    "xuat", "Không thửa nào khớp bộ lọc: không có gì để xuất.", "No parcel matches: nothing to export."
)
DEMO = "DỮ LIỆU MINH HOẠ, không phải đất thật / INVENTED DATA, no real land"


def export_land(
    session: Session, ctx: Context, code: str, chosen: CaseFilter, *, as_of: date | None = None
) -> Export:
    """The parcels in the reader's reach that match, with step, promise and forecast on the data date.

    Raises NotFound, and InvalidInput when nothing matches.
    """
    project = access_project(session, code)
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    hidden = hidden_cases(ctx, project.code, calculation)
    labels = facts.all_ward_labels(session)
    kept: list[dict[str, Any]] = []
    accepted = {
        name: case
        for name, case in calculation.cases.items()
        if name not in hidden and chosen.accepts(calculation, case)
    }
    for found in session.execute(ROWS, {"project": project.id}).mappings():
        row = dict(found)
        case = accepted.get(row["case"])
        if case is None or not _on(chosen, row):
            continue
        forecast = calculation.forecasts.get(case.code)
        kept.append(
            row
            | {
                "ward_name": labels.get(row["ward_code"], row["ward_code"]),
                "step": case.step,
                "step_on": case.step_on.isoformat(),
                "promised_on": case.promised_on.isoformat() if case.promised_on else None,
                "forecast_on": forecast.on.isoformat() if forecast else None,
                "obstacle": case.obstacle,
                "is_critical": calculation.drives(case.code),
            }
        )
    if not kept:
        raise InvalidInput([NOTHING])
    shapes = shapely.from_wkb([bytes(row.pop("shape")) for row in kept])
    demo = any(row["is_demo"] for row in kept)
    about: dict[str, Any] = {
        "title": f"{project.name_vi} ({code}): thửa đất và bước giải phóng mặt bằng",
        "project": code,
        "data_date": calculation.data_date.isoformat(),
        "filter": {k: v for k, v in _said(chosen).items() if v},
        "areas": "m², EPSG:5897",
        "chainage": "m",
        "software": f"Đường Găng {__version__}",
        **({"demo": DEMO} if demo else {}),
        **{k: str(v) for k, v in ctx.looking_back.items()},
    }
    name = f"{code.lower()}-{calculation.data_date:%Y%m%d}{'-minh-hoa' if demo else ''}"
    return Export(name, gpd.GeoDataFrame(kept, geometry=shapes, crs=WGS84), about)


def _on(chosen: CaseFilter, row: dict[str, Any]) -> bool:
    if chosen.between is None:
        return True
    start, end = chosen.between
    return row["from_m"] is not None and row["from_m"] < end and row["to_m"] > start


def _said(chosen: CaseFilter) -> dict[str, Any]:
    return {
        "step": chosen.step,
        "ward": chosen.ward,
        "front": chosen.front,
        "obstacle": chosen.obstacle,
        "critical": chosen.driving,
        "open": chosen.open_only,
        "between_m": chosen.between,
    }
