"""One selection of a project for map, time–location chart and Gantt."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api import formatting as fmt
from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.errors import ErrorOut
from api.usecases.chosen import Chosen, chosen
from projects.choosing import LONGEST, Kind

router = APIRouter(prefix="/api/projects", tags=["projects"])
Selected = Annotated[
    str,
    Query(
        min_length=1,
        max_length=LONGEST,
        description="ho-so:MÃ,MÃ · thua:ID,ID · viec:MÃ · doan:TIM:từ-đến (m) – cases, parcels, an activity, a run.",
    ),
]


@router.get(
    "/{code}/chosen",
    summary="Một lựa chọn: công việc, đoạn và hồ sơ của nó (one selection, on map, chart and Gantt)",
    responses={404: {"model": ErrorOut, "description": "Không có · not found"}},
)
def get_chosen(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, chon: Selected, ngay: DataDate = None
) -> dict[str, Any]:
    """`activities`, `runs` and counts come from all land; `cases`, `numbers`, `parcels` and, of chosen parcels,
    `outlines` (GeoJSON geometries) are in your reach."""
    return _said(chosen(session, ctx, code, chon, as_of=ngay)) | ctx.looking_back


def _said(found: Chosen) -> dict[str, Any]:
    vi, en = _labels(found)
    return {
        "chon": found.choice.text,
        "kind": found.choice.kind.value,
        "label_vi": vi,
        "label_en": en,
        "data_date": found.data_date.isoformat(),
        "activities": list(found.activities),
        "fronts": list(found.fronts),
        "runs": [
            {
                "alignment": run.alignment,
                "from_m": run.from_m,
                "to_m": run.to_m,
                "stations": fmt.run(run.from_m, run.to_m, "vi", run.stations),
            }
            for run in found.runs
        ],
        "cases": list(found.cases),
        "numbers": list(found.numbers),
        "cases_all": found.cases_all,
        "cases_open": found.cases_open,
        "parcels": [
            {"sheet": sheet, "number": number, "case": case} for sheet, number, case in found.parcels
        ],
        "parcels_all": found.parcels_all,
        "bounds": None if found.bounds is None else list(found.bounds),
        "outlines": [json.loads(one) for one in found.outlines],
    }


def _labels(found: Chosen) -> tuple[str, str]:
    """What is chosen, in both languages."""
    code, more = found.choice.codes[0], len(found.choice.codes) - 1
    if found.choice.kind is Kind.ACTIVITY:
        return f"{code} · {found.name_vi}", f"{code} · {found.name_en or found.name_vi}"
    if found.choice.kind is Kind.RUN:
        run = found.runs[0]
        words = fmt.run(run.from_m, run.to_m, "vi", run.stations)
        return f"đoạn {words}", f"stretch {words}"
    if found.choice.kind is Kind.CASES:
        return (
            (f"hồ sơ {code}", f"case {code}")
            if not more
            else (f"hồ sơ {code} và {more} hồ sơ khác", f"case {code} and {more} more")
        )
    if more:
        return f"{more + 1} thửa", f"{more + 1} parcels"
    sheet, number, case = found.parcels[0]
    return f"tờ {sheet} – thửa {number} (hồ sơ {case})", f"sheet {sheet}, parcel {number} (case {case})"
