"""Clearance cases: list, one, and the change of one."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from api.deps import CaseCode, ContextDep, DataDate, EventId, PrincipalDep, SessionDep, acting
from api.errors import ErrorOut
from api.moments import asked_for
from api.schemas import CaseCorrection, CaseOut, CasePatch, ProposalOut, plain
from api.usecases.listing import CaseFilter, case_list, case_view
from api.usecases.plain_changes import plain_change, told
from api.usecases.proposals import Written, submit_change, submit_correction

router = APIRouter(prefix="/api/cases", tags=["cases"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=100,
        description="Gửi lại cùng khoá thì không ghi hai lần.",
    ),
]


@router.get("", summary="Danh sách hồ sơ của một dự án (cases of a project)")
def list_cases(
    session: SessionDep,
    ctx: ContextDep,
    project: Annotated[str, Query(description="Mã dự án.")],
    buoc: Annotated[str | None, Query(description="Nhóm bước 1…7 hoặc mã bước S00…S105.")] = None,
    phuong: Annotated[str | None, Query(description="Mã phường/xã.")] = None,
    mui: Annotated[str | None, Query(description="Mã mũi thi công.")] = None,
    gang: Annotated[bool, Query(description="Chỉ hồ sơ giữ đường găng.")] = False,
    limit: Annotated[int, Query(ge=1, le=500, description="Số dòng mỗi trang.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Bỏ qua bấy nhiêu dòng đầu.")] = 0,
    ngay: DataDate = None,
) -> dict[str, Any]:
    """`rows` of the page asked for and `total` of all that match."""
    chosen = CaseFilter(step=buoc, ward=phuong, front=mui, driving=gang)
    answer: dict[str, Any] = plain(
        case_list(session, ctx, project, chosen, limit=limit, offset=offset, as_of=ngay)
    )
    return answer | ctx.looking_back


@router.get("/{code}", summary="Một hồ sơ: bước, thửa, dự báo, lịch sử (one case)")
def get_case(session: SessionDep, ctx: ContextDep, code: CaseCode, ngay: DataDate = None) -> dict[str, Any]:
    """The case with its parcels, the steps it may take, its forecast with the reason, and its history."""
    answer: dict[str, Any] = plain(case_view(session, ctx, code, as_of=ngay)) | ctx.looking_back
    return answer


@router.patch(
    "/{code}",
    summary="Ghi thay đổi của hồ sơ (change a case)",
    responses={
        409: {"model": ErrorOut, "description": "Phiên bản cũ: trả cả hai trạng thái · stale version"}
    },
)
async def patch_case(
    request: Request,
    who: PrincipalDep,
    code: CaseCode,
    patch: CasePatch,
    response: Response,
    key: IdempotencyKey = None,
) -> CaseOut | ProposalOut:
    """Writes one event. Another value for a field that changed since `version` answers 409 with both states; an
    unlawful step 422 with reasons. A step that needs a second person answers 202 with the number of the proposal."""
    change = patch.change()
    rights = request.app.state.door.rights
    plain = plain_change(rights, who, code, change, seen=patch.version, key=key)
    if plain is not None and asked_for(request).known_at is None:
        with suppress(
            DBAPIError
        ):  # of whichever change of those written together: each goes the whole way then
            written = await request.app.state.plain_changes.ask(plain)
            if written is not None:
                return CaseOut(code=code, **told(written))

    def the_whole_way() -> Written:
        with acting(request) as (session, ctx):
            return submit_change(session, ctx, code, change, seen=patch.version, key=key)

    return _answer(code, await run_in_threadpool(the_whole_way), response)


@router.post(
    "/{code}/events/{event_id}/correction",
    summary="Đính chính một lần ghi (correct an event of the history)",
    responses={
        409: {"model": ErrorOut, "description": "Phiên bản cũ: trả cả hai trạng thái · stale version"}
    },
)
def post_correction(
    session: SessionDep,
    ctx: ContextDep,
    code: CaseCode,
    event_id: EventId,
    correction: CaseCorrection,
    response: Response,
    key: IdempotencyKey = None,
) -> CaseOut | ProposalOut:
    """Writes a new event that counts instead of the old one, which stays in the history. Needs a reason."""
    done = submit_correction(
        session, ctx, code, event_id, correction.change(), seen=correction.version, key=key
    )
    return _answer(code, done, response)


def _answer(code: str, done: Written, response: Response) -> CaseOut | ProposalOut:
    if done.state is None:
        response.status_code = 202
        return ProposalOut(code=code, proposal=done.proposal_id or 0)
    return CaseOut(code=code, **done.state)
