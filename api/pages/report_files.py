"""The delay report as a file: `/bao-cao-cham/…/tep?dang=pdf|xlsx|json`.

A file says what was known at a moment. Who names none is led to the same address with the moment just past: the address
of a file gives the same bytes for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.context import Context
from api.deps import BodyCode, ContextDep, DataDate, ProjectCode, SessionDep
from api.formatting import HANOI_TIME
from api.moments import KNOWN_AT
from api.reports.files import FORMS, Asked, report_file
from api.usecases.bodies import since_of
from api.usecases.calculation import compared_day, resolve_day

router = APIRouter(prefix="/bao-cao-cham")

Form = Annotated[Literal["pdf", "xlsx", "json"], Query(description="Dạng tệp: pdf, xlsx hoặc json.")]
Kind = Annotated[
    Literal["bao-cao", "tom-tat", "tap"],
    Query(description="Báo cáo, tóm tắt một trang, hay tập có bản đồ trục."),
]
Brief = Annotated[Literal["bao-cao", "tom-tat"], Query(description="Báo cáo hay tóm tắt một trang.")]
Since = Annotated[date | None, Query(description="So với ngày này (mặc định 28 ngày trước ngày số liệu).")]


@router.get("/tep", response_class=Response)
def portfolio_file(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    dang: Form = "pdf",
    loai: Kind = "bao-cao",
    tu: Since = None,
    ngay: DataDate = None,
) -> Response:
    """The report, the brief or the pack of the whole portfolio as a file; the report looks at no period."""

    def asked(day: date) -> Asked:
        return Asked(None, day, None if loai == "bao-cao" else compared_day(session, day, tu), loai)

    return _file(request, session, ctx, asked, ngay, dang, f"danh-muc-{loai}")


@router.get("/{code}/tep", response_class=Response)
def project_file(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    code: ProjectCode,
    dang: Form = "pdf",
    loai: Kind = "bao-cao",
    tu: Since = None,
    ngay: DataDate = None,
) -> Response:
    """The report, the brief or the pack of one project as a file."""

    def asked(day: date) -> Asked:
        return Asked(code, day, compared_day(session, day, tu), loai)

    return _file(request, session, ctx, asked, ngay, dang, f"{code}-{loai}")


@router.get("/don-vi/{body}/tep", response_class=Response)
def body_file(
    request: Request,
    session: SessionDep,
    ctx: ContextDep,
    body: BodyCode,
    dang: Form = "pdf",
    loai: Brief = "bao-cao",
    tu: Since = None,
    ngay: DataDate = None,
) -> Response:
    """The report or the brief of a ward, of the departments or of the city as a file."""

    def asked(day: date) -> Asked:
        return Asked(None, day, since_of(session, body, day, tu), loai, body)

    return _file(request, session, ctx, asked, ngay, dang, f"{body}-{loai}")


def _settled(request: Request) -> RedirectResponse:
    moment = (datetime.now(HANOI_TIME) - timedelta(seconds=1)).replace(microsecond=0)
    address = request.url.include_query_params(**{KNOWN_AT[0]: moment.strftime("%Y-%m-%dT%H:%M:%S")})
    return RedirectResponse(f"{address.path}?{address.query}", 302)


def _file(
    request: Request, session: SessionDep, ctx: Context, asked: Callable[[date], Asked], day: date | None, form: str,
    name: str,
) -> Response:  # fmt: skip
    """The file of what is asked on the day; without a moment in the address the way to one that has it."""
    if ctx.known_at is None:
        return _settled(request)
    wanted = asked(resolve_day(session, day))
    data, _ = report_file(session, ctx, wanted, form)
    shown = "inline" if form == "pdf" else "attachment"
    said = f'{shown}; filename="bao-cao-cham-{name}-{wanted.as_of:%Y-%m-%d}.{form}"'
    return Response(data, media_type=FORMS[form], headers={"Content-Disposition": said})
