"""Of a project as JSON: resettlement stock against need, graves and utilities that must be moved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, ProjectCode, SessionDep
from api.routes.case_records import RecordEdit, RecordIn, Value
from api.routes.cases import IdempotencyKey
from api.schemas import plain
from api.usecases.records import relocation, stock
from api.usecases.records.writing import Answer, Said, state_of
from geo.access import access_project

router = APIRouter(prefix="/api/projects/{code}", tags=["records"])
Item = Annotated[str, Path(max_length=12, description="Mã: M1 mộ, H1 hạ tầng.")]


class PlotsIn(BaseModel):
    """Plots of a site: all are written, or none. `held` plots are not given out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"site": "THULAM", "rows": [{"code": "A-01", "kind": "land", "area_m2": 100, "held": False}]}
            ]
        },
    )
    site: str = Field(max_length=40, description="Mã khu tái định cư.")
    rows: list[dict[str, Value]] = Field(min_length=1, max_length=stock.MOST_ROWS)
    document: str | None = Field(default=None, max_length=200, description="Số văn bản.")


class RelocationIn(RecordIn):
    """Graves or a utility to count; with `case` they are of that case and its ward."""

    case: str = Field(default="", max_length=64, description="Mã hồ sơ, trống khi không thuộc hồ sơ nào.")


@router.get("/resettlement", summary="Quỹ và nhu cầu tái định cư (stock and need)")
def get_stock(session: SessionDep, ctx: ContextDep, code: ProjectCode) -> dict[str, Any]:
    """Counts over all cases of the project; `short`: entitled, without a plot, and none is free for them."""
    answer: dict[str, Any] = plain(stock.stock_of(session, access_project(session, code)))
    return answer | ctx.looking_back


@router.post("/resettlement/plots", summary="Nạp lô, căn vào một khu (load plots)")
def post_plots(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: PlotsIn, key: IdempotencyKey = None
) -> Answer:
    """How many were added, changed and stayed as they were; 422 lists a fault for every wrong row."""
    return stock.load_plots(session, ctx, code, body.site, body.rows, Said(key, body.document, None))


@router.get("/relocations", summary="Mồ mả, hạ tầng kỹ thuật phải di dời (graves and utilities)")
def get_relocations(session: SessionDep, ctx: ContextDep, code: ProjectCode) -> dict[str, Any]:
    """`counts` by ward and kind over all land; `rows` within the reader's reach."""
    project = access_project(session, code)
    rows = relocation.relocations(session, project)
    names = (*relocation.NAMES, "state")
    return {
        "counts": [plain(row) for row in relocation.moved_counts(session, project)],
        "rows": [
            {"code": row.code, "version": row.version, "case": case, "demo": row.is_demo}
            | state_of(row, names)
            for row, case in rows
        ],
    } | ctx.looking_back


@router.post("/relocations", summary="Kiểm đếm mộ, hạ tầng (count graves or a utility)", status_code=201)
def post_relocation(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: RelocationIn, key: IdempotencyKey = None
) -> Answer:
    """The code that it got."""
    return relocation.add_relocation(session, ctx, code, body.fields, body.said(key), case_code=body.case)


@router.post("/relocations/{item_id}/move", summary="Đổi tình trạng di dời (next state)")
def post_move(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    item_id: Item,
    body: RecordEdit,
    key: IdempotencyKey = None,
) -> Answer:
    """One state at a time, with its paper; back with a reason."""
    return relocation.move_relocation(
        session, ctx, code, item_id, body.fields, body.said(key), seen=body.version
    )
