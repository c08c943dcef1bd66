"""The network of a project as JSON: to take away, to change, to take back, and against its baselines."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, DataDate, ProjectCode, RowId, SessionDep
from api.errors import ErrorOut
from api.routes.cases import IdempotencyKey
from api.schemas import plain
from api.usecases.baselines import baselines_of, compare_baseline, drop_baseline, set_baseline
from api.usecases.network_document import network_document, network_rows
from api.usecases.network_edits import MOST_STEPS, change_network, undo_network
from api.usecases.network_history import changes_of
from api.usecases.network_templates import apply_parameters, offered
from api.usecases.records.writing import Said
from geo.access import access_project
from projects.editing import Step
from projects.engine.graph import graphml

router = APIRouter(prefix="/api/projects/{code}/network", tags=["network"])
STALE: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Đã có người sửa: trả cả hai trạng thái · stale version"}
}
Scalar = str | int | float | bool | None


class ConstraintIn(BaseModel):
    """A constraint: `rule` as in data/schemas/network.schema.json."""

    model_config = ConfigDict(extra="forbid")
    rule: str = Field(max_length=40)
    date: str | None = Field(default=None, max_length=20)


class StepIn(BaseModel):
    """One change. Amounts (`duration`, `remaining`, `lag`) in days of a whole-day network, else in minutes."""

    model_config = ConfigDict(extra="forbid")
    verb: Literal["change", "add", "remove", "link", "unlink"]
    code: str = Field(max_length=500, description="Mã công việc, hoặc việc trước của quan hệ.")
    succ: str = Field(default="", max_length=500, description="Việc sau của quan hệ.")
    type: Literal["FS", "SS", "FF", "SF"] = "FS"
    seen: int = Field(default=0, ge=0, le=2**31 - 1, description="Phiên bản đã đọc; 0 là mới.")
    fields: dict[str, Scalar | list[ConstraintIn]] = Field(
        default_factory=dict,
        description="name_vi, name_en, kind, calendar, duration, remaining, actual_start, actual_finish, constraints, "
        "front; quan hệ: lag, lag_calendar. null bỏ mục ấy.",
    )

    def step(self) -> Step:
        """The same for the use case."""
        fields = {
            name: [c.model_dump(exclude_none=True) for c in value] if isinstance(value, list) else value
            for name, value in self.fields.items()
        }
        return Step(self.verb, self.code, self.succ, self.type, self.seen, fields)


class ChangeIn(BaseModel):
    """All steps are written, or none. A reason is needed for all but progress."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reason": "Tăng một mũi thi công",
                    "steps": [
                        {"verb": "change", "code": "SUB-M1", "seen": 1, "fields": {"duration": 45}},
                        {
                            "verb": "link",
                            "code": "SUB-M1",
                            "succ": "OPEN",
                            "type": "FS",
                            "fields": {"lag": 2},
                        },
                    ],
                }
            ]
        },
    )
    steps: list[StepIn] = Field(min_length=1, max_length=MOST_STEPS)
    reason: str | None = Field(default=None, max_length=500)
    document: str | None = Field(default=None, max_length=200, description="Số văn bản.")


class ParametersIn(BaseModel):
    """Parameters of the template by code."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"parameters": {"subgrade_crews": 2}, "reason": "Thêm một tổ nền đường"}]
        },
    )
    parameters: dict[str, float] = Field(max_length=50)
    reason: str = Field(max_length=500)
    document: str | None = Field(default=None, max_length=200, description="Số văn bản.")


class UndoIn(BaseModel):
    """Which change is taken back; the last one without a number."""

    model_config = ConfigDict(extra="forbid")
    event: int | None = Field(default=None, ge=1, le=2**62)
    reason: str | None = Field(default=None, max_length=500)


class BaselineIn(BaseModel):
    """A name for what is known now."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=80)
    reason: str = Field(max_length=500)
    document: str | None = Field(default=None, max_length=200, description="Số văn bản.")


class WhyIn(BaseModel):
    """Why something is taken away."""

    model_config = ConfigDict(extra="forbid")
    reason: str = Field(max_length=500)


@router.get("", summary="Mạng công việc: JSON hoặc GraphML (the network)")
def get_network(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    format: Annotated[
        Literal["json", "graphml"], Query(description="json (data/schemas/network.schema.json) hoặc graphml.")
    ] = "json",
    land: Annotated[bool, Query(description="Kèm mỗi hồ sơ đất một nút.")] = False,
    ngay: DataDate = None,
) -> Response:
    """Activities, links, calendars and options; `duonggang schedule compute` reads the JSON again."""
    document = network_document(session, ctx, code, land=land, as_of=ngay)
    name = f'attachment; filename="{code}-network.{format}"'
    if format == "graphml":
        return Response(
            graphml(document), media_type="application/xml", headers={"Content-Disposition": name}
        )
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return Response(text, media_type="application/json", headers={"Content-Disposition": name})


@router.get("/rows", summary="Dòng và phiên bản để sửa (rows and versions)")
def get_rows(session: SessionDep, ctx: ContextDep, code: ProjectCode) -> dict[str, Any]:
    """Every activity and link as a change names them, with the version to send as `seen`."""
    return network_rows(session, ctx, code) | ctx.looking_back


@router.post("/changes", summary="Sửa mạng (change activities, links, progress)", responses=STALE)
def post_changes(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: ChangeIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """The new version and hash of the network, the event, and what was changed; 422 lists all faults."""
    said = Said(key, body.document, body.reason)
    return change_network(session, ctx, code, [step.step() for step in body.steps], said)


@router.get("/template", summary="Mẫu và tham số của nó (template and parameters)")
def get_template(request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode) -> dict[str, Any]:
    """The project's network template with its parameters, their defaults and limits."""
    found = offered(access_project(session, code), request.app.state.settings.data)
    return {"project": code, "template": None if found is None else plain(found)} | ctx.looking_back


@router.post(
    "/template", summary="Thời lượng theo tham số của mẫu (durations by parameters)", responses=STALE
)
def post_template(
    request: Request, session: SessionDep, ctx: ContextDep, code: ProjectCode, body: ParametersIn,
    key: IdempotencyKey = None,
) -> dict[str, Any]:  # fmt: skip
    """One change of the network, which can be taken back; a parameter that is not named has its default."""
    said = Said(key, body.document, body.reason)
    return apply_parameters(session, ctx, code, request.app.state.settings.data, body.parameters, said)


@router.post("/undo", summary="Hoàn tác một lần sửa (take a change back)", responses=STALE)
def post_undo(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: UndoIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """As a new event; 409 with both states when what it touched was changed again since."""
    return undo_network(session, ctx, code, body.event, Said(key, None, body.reason))


@router.get("/changes", summary="Các lần sửa mạng (changes of the network)")
def get_changes(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    limit: Annotated[int, Query(ge=1, le=200, description="Số lần sửa, mới nhất trước.")] = 50,
) -> dict[str, Any]:
    """Newest first, with the rows before and after."""
    return {"project": code, "changes": changes_of(session, code, limit=limit)} | ctx.looking_back


@router.get("/baselines", summary="Đường cơ sở (baselines)")
def get_baselines(session: SessionDep, ctx: ContextDep, code: ProjectCode) -> dict[str, Any]:
    """Newest first; each is a question to the history, not a copy."""
    rows = baselines_of(session, access_project(session, code))
    return {"project": code, "baselines": [plain(row) for row in rows]} | ctx.looking_back


@router.post("/baselines", summary="Đặt đường cơ sở (name what is known now)", status_code=201)
def post_baseline(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: BaselineIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Number, data date and event that it stands on."""
    return set_baseline(session, ctx, code, body.name, Said(key, body.document, body.reason))


@router.post("/baselines/{row_id}/drop", summary="Bỏ đường cơ sở (take a baseline off the list)")
def post_drop(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    row_id: RowId,
    body: WhyIn,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """The history keeps it."""
    return drop_baseline(session, ctx, code, row_id, Said(key, None, body.reason))


@router.get("/baselines/{row_id}/comparison", summary="So với đường cơ sở (baseline against now)")
def get_comparison(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    row_id: RowId,
    voi: Annotated[
        int | None, Query(ge=1, le=2**62, description="Số của đường cơ sở thứ hai; bỏ trống là hiện nay.")
    ] = None,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """Start, finish, duration and float of every activity in both; shifts in calendar days, later is positive."""
    found = compare_baseline(session, ctx, code, row_id, with_id=voi, as_of=ngay)
    answer: dict[str, Any] = plain(found)
    compared = found.compared
    return (
        answer
        | {
            "finish_days": compared.finish_days,
            "added": [pair.code for pair in compared.added],
            "removed": [pair.code for pair in compared.removed],
        }
        | ctx.looking_back
    )
