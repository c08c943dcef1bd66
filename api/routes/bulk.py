"""Many cases of a project at once: chosen as on the map, tried, written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.deps import ContextDep, DataDate, ProjectCode, SessionDep
from api.errors import describe
from api.language import Lang
from api.routes.cases import IdempotencyKey
from api.schemas import plain
from api.usecases.bulk import BulkAnswer, Seen, try_changes, write_changes
from api.usecases.entries import EVERYTHING, CaseChange
from api.usecases.selection import Chosen, select_cases

router = APIRouter(prefix="/api/projects/{code}/cases", tags=["cases"])


class SeenIn(BaseModel):
    """A case and the version that was seen."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(max_length=64)
    version: int = Field(ge=1)


class BulkIn(BaseModel):
    """Fields that change in every case (one not sent stays, null clears it), and the cases with the versions seen."""

    model_config = ConfigDict(extra="forbid")
    cases: list[SeenIn] = Field(max_length=2000, description="Nhiều nhất 300 hồ sơ mỗi lần.")
    dry_run: bool = Field(default=True, description="true: chỉ thử, không ghi gì.")
    step: str | None = Field(default=None, max_length=8)
    effective_on: date | None = None
    promised_on: date | None = None
    obstacle: str | None = Field(default=None, max_length=40)
    document: str | None = None
    signer: str | None = Field(default=None, max_length=500)
    body: str | None = Field(default=None, max_length=500)
    reason: str | None = None
    on_behalf_of: str | None = Field(default=None, max_length=64)

    def change(self) -> CaseChange:
        """What was sent, as the use cases take it."""
        sent = self.model_dump(exclude_unset=True, exclude={"cases", "dry_run"})
        if sent.get("step") is None:
            sent.pop("step", None)
        return CaseChange(**sent, said=frozenset(sent) & EVERYTHING)


@router.get("/selection", summary="Chọn hồ sơ theo vùng, bộ lọc, lý trình (cases of an area or stretch)")
def selection(
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    vung: Annotated[str, Query(max_length=6000, description="kinh độ,vĩ độ;… của một đa giác.")] = "",
    buoc: Annotated[str, Query(max_length=64, description="Nhóm bước 1…7 hoặc mã bước S00…S105.")] = "",
    phuong: Annotated[str, Query(max_length=64, description="Mã phường/xã.")] = "",
    mui: Annotated[str, Query(max_length=64, description="Mã mũi thi công.")] = "",
    chu: Annotated[str, Query(pattern="^[ho]?$", description="h hộ, o tổ chức.")] = "",
    vuong: Annotated[str, Query(max_length=64, description="Mã vướng mắc.")] = "",
    gang: Annotated[bool, Query(description="Chỉ hồ sơ giữ đường găng.")] = False,
    tu_km: Annotated[str, Query(max_length=64, description="Từ lý trình, ví dụ Km0+500.")] = "",
    den_km: Annotated[str, Query(max_length=64, description="Đến lý trình, ví dụ Km1+200.")] = "",
    ngay: DataDate = None,
) -> dict[str, Any]:
    """`rows` (at most 1,000) with the version to write on, and `total`."""
    chosen = Chosen(
        area=vung, step=buoc, ward=phuong, front=mui, owner=chu, obstacle=vuong, driving=gang,
        from_km=tu_km, to_km=den_km,
    )  # fmt: skip
    rows, total = select_cases(session, ctx, code, chosen, as_of=ngay)
    return {"rows": [plain(row) for row in rows], "total": total} | ctx.looking_back


@router.post(
    "/bulk",
    summary="Ghi nhiều hồ sơ: thử trước, rồi ghi tất cả hoặc không gì (bulk change)",
    responses={
        409: {"description": "Có hồ sơ bị từ chối: không ghi gì, mỗi hồ sơ một lý do · nothing written"}
    },
)
def bulk(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    wanted: BulkIn,
    response: Response,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """With `dry_run` every case is tried by itself and nothing is written. Without it all are written in one
    transaction, or none (409) when one is refused; a step that needs a second person becomes a proposal."""
    chosen = [Seen(one.code, one.version) for one in wanted.cases]
    change = wanted.change()
    if wanted.dry_run:
        answer = try_changes(session, ctx, code, chosen, change)
    else:
        answer = write_changes(session, ctx, code, chosen, change, key=key)
        if not answer.written:
            response.status_code = 409
    return told(answer, cast(Lang, request.state.lang), dry_run=wanted.dry_run)


def told(answer: BulkAnswer, lang: Lang, *, dry_run: bool) -> dict[str, Any]:
    """The answer in JSON: per case what becomes of it, and why it is refused with both states where there are two."""
    return {
        "dry_run": dry_run,
        "written": answer.written,
        "refused": answer.refused,
        "cases": [
            {"code": o.code, "kind": o.kind, "version": o.version}
            | ({"state": plain(o.state)} if o.state is not None else {})
            | ({"proposal": o.proposal} if o.proposal is not None else {})
            | (describe(o.error, lang).model_dump(exclude_none=True) if o.error is not None else {})
            for o in answer.outcomes
        ],
    }
