"""Rules of opening as JSON: the run of free land of a front, the day from which a resettlement site gives plots."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, ProjectCode, SessionDep
from api.routes.cases import IdempotencyKey
from api.usecases.opening_rules import set_front_run, set_site_ready
from api.usecases.records.writing import Answer, Said

router = APIRouter(prefix="/api/projects/{code}", tags=["projects"])
Item = Annotated[str, Path(max_length=40, description="Mã mũi thi công, hoặc mã khu tái định cư.")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")
    document: str | None = Field(default=None, max_length=200, description="Số văn bản.")
    reason: str | None = Field(default=None, max_length=500, description="Lý do.")

    def said(self, key: str | None) -> Said:
        """What stands about the write."""
        return Said(key, self.document, self.reason)


class OpeningIn(_In):
    """`run_m`: metres of free land in one piece that open the front, null for all its land; `was`: the value seen."""

    run_m: float | None = Field(description="Số mét liền mạch thì mở mũi; null: toàn bộ mặt bằng.")
    was: float | None = Field(description="Giá trị đã thấy khi sửa.")


class ReadyIn(_In):
    """`ready_on`: the first day on which plots can be handed over, null for now; `was`: the value seen."""

    ready_on: date | None = Field(description="Ngày bắt đầu bàn giao được lô; null: ngay.")
    was: date | None = Field(description="Giá trị đã thấy khi sửa.")


@router.put("/fronts/{item_id}/opening", summary="Quy tắc mở mũi thi công (when a front opens)")
def put_opening(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, item_id: Item, body: OpeningIn, key: IdempotencyKey = None
) -> Answer:  # fmt: skip
    """409 with the present value when it is not the one seen; 422 for a front without chainage or a wrong length."""
    return set_front_run(session, ctx, code, item_id, body.run_m, body.said(key), was=body.was)


@router.put(
    "/resettlement/{item_id}/ready", summary="Ngày khu tái định cư sẵn sàng (when a site gives plots)"
)
def put_ready(
    session: SessionDep, ctx: ContextDep, code: ProjectCode, item_id: Item, body: ReadyIn, key: IdempotencyKey = None
) -> Answer:  # fmt: skip
    """409 with the present value when it is not the one seen."""
    return set_site_ready(session, ctx, code, item_id, body.ready_on, body.said(key), was=body.was)
