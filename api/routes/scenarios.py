"""What-if, kept scenarios and the ranking of land, as JSON."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.errors import ErrorOut
from api.routes.cases import IdempotencyKey
from api.usecases.releases import release_answer
from api.usecases.scenarios import (
    change_scenario,
    keep_scenario,
    one_scenario,
    scenario_list,
    withdraw_scenario,
)
from api.usecases.trials import what_if

router = APIRouter(prefix="/api/projects/{code}", tags=["scenarios"])
Number = Annotated[int, Path(ge=1, le=2**62, description="Số của kịch bản.")]
Code = Annotated[str, Field(max_length=64)]
STALE: dict[int | str, dict[str, Any]] = {
    409: {"model": ErrorOut, "description": "Phiên bản cũ: trả cả hai giá trị · stale version"}
}


class CaseMoveIn(BaseModel):
    """A case handed over on a day; a day before the lawful earliest is refused with the article."""

    model_config = ConfigDict(extra="forbid")
    code: Code = Field(description="Mã hồ sơ.")
    on: date = Field(description="Ngày bàn giao giả định.")


class GroupMoveIn(BaseModel):
    """All open cases of a group; exactly one of `days`, `on`, `soonest`."""

    model_config = ConfigDict(extra="forbid")
    by: Literal["ward", "obstacle", "front", "critical"] = Field(description="Nhóm theo gì.")
    value: str = Field(default="", max_length=64, description="Mã phường, vướng mắc, mũi; critical để trống.")
    days: int | None = Field(default=None, description="Muộn hơn dự báo bấy nhiêu ngày; âm là sớm hơn.")
    on: date | None = Field(default=None, description="Ngày bàn giao giả định.")
    soonest: bool = Field(default=False, description="Sớm nhất theo luật.")


class WorkMoveIn(BaseModel):
    """Another earliest start, length or number of hands; days are working days of the activity's calendar."""

    model_config = ConfigDict(extra="forbid")
    code: Code = Field(description="Mã công việc.")
    start: date | None = Field(default=None, description="Không bắt đầu trước ngày này.")
    duration: int | None = Field(default=None, description="Thời lượng, khi chưa bắt đầu.")
    remaining: int | None = Field(default=None, description="Số ngày còn lại.")
    crew: int | None = Field(default=None, description="Số tổ (người) đang làm.")
    added: int | None = Field(default=None, description="Số tổ (người) thêm vào.")


class ChangesIn(BaseModel):
    """What is different. A case that is named wins over groups, a later group over an earlier one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"groups": [{"by": "ward", "value": "00097", "days": 15}]}]},
    )
    cases: list[CaseMoveIn] = Field(default=[], max_length=500)
    groups: list[GroupMoveIn] = Field(default=[], max_length=20)
    work: list[WorkMoveIn] = Field(default=[], max_length=100)

    def body(self) -> dict[str, Any]:
        """As the use cases take it."""
        found: dict[str, Any] = self.model_dump(mode="json", exclude_unset=True)
        return found


class ScenarioIn(BaseModel):
    """A scenario to keep."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=200)
    changes: ChangesIn
    shared_with: list[str] = Field(default=[], max_length=20, description="Mã vai trò được xem.")


class ScenarioPatch(BaseModel):
    """The fields that change, and the version that was read."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=2**31 - 1, description="Phiên bản đã đọc.")
    name: str | None = Field(default=None, max_length=200)
    changes: ChangesIn | None = None
    shared_with: list[str] | None = Field(default=None, max_length=20)


class Seen(BaseModel):
    """The version that was read."""

    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=2**31 - 1, description="Phiên bản đã đọc.")


@router.post("/what-if", summary="Tính thử trên bản sao, không ghi gì (what-if)")
def post_what_if(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: ChangesIn, ngay: DataDate = None
) -> dict[str, Any]:
    """The shift of every milestone in calendar days (positive = earlier) and the chain that drives afterwards."""
    return what_if(session, ctx, code, body.body(), as_of=ngay)


@router.get("/scenarios", summary="Kịch bản của mình và được chia sẻ (scenarios)")
def get_scenarios(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, ngay: DataDate = None
) -> dict[str, Any]:
    """Each with what it gave when it was kept (`given`) and gives on the data date (`now`, or `faults`)."""
    return scenario_list(session, ctx, code, as_of=ngay)


@router.post("/scenarios", summary="Giữ một kịch bản (keep a scenario)", status_code=201)
def post_scenario(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, body: ScenarioIn, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Its number and version."""
    return keep_scenario(
        session, ctx, code, name=body.name, body=body.changes.body(), shared_with=body.shared_with, key=key
    )


@router.get("/scenarios/{scenario_id}", summary="Một kịch bản (one scenario)")
def get_scenario(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, scenario_id: Number, ngay: DataDate = None
) -> dict[str, Any]:
    """One of one's own, or shared with one's role."""
    return one_scenario(session, ctx, code, scenario_id, as_of=ngay)


@router.patch("/scenarios/{scenario_id}", summary="Sửa kịch bản của mình (change one's own)", responses=STALE)
def patch_scenario(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, scenario_id: Number, body: ScenarioPatch,
    key: IdempotencyKey = None,
) -> dict[str, Any]:  # fmt: skip
    """The new version; other changes are computed anew on the present data date."""
    fields = body.model_dump(mode="json", exclude_unset=True, exclude={"version", "changes"})
    if body.changes is not None:
        fields["changes"] = body.changes.body()
    return change_scenario(session, ctx, code, scenario_id, fields, seen=body.version, key=key)


@router.post("/scenarios/{scenario_id}/withdraw", summary="Bỏ kịch bản của mình (withdraw)", responses=STALE)
def post_withdraw(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, scenario_id: Number, body: Seen,
    key: IdempotencyKey = None,
) -> dict[str, Any]:  # fmt: skip
    """It leaves every list; what it was stays in the history."""
    return withdraw_scenario(session, ctx, code, scenario_id, seen=body.version, key=key)


@router.get("/release", summary="Gỡ ở đâu trước: xếp hạng, bộ nhỏ nhất (where to release first)")
def get_release(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    days: Annotated[
        int | None,
        Query(ge=1, le=3650, description="Cần lấy lại ít nhất bấy nhiêu ngày; trống: nhiều nhất có thể."),
    ] = None,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """Per case, ward, obstacle and owner: days gained alone, Shapley share; the smallest set that gains `days`."""
    return release_answer(session, ctx, code, days=days, as_of=ngay)
