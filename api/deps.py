"""Every dependency of a route as an `Annotated` alias."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, cast

from fastapi import Depends, Path, Query, Request
from sqlalchemy.orm import Session

from api import language
from api.context import Context


def session(request: Request) -> Iterator[Session]:
    """One session per request: the request owns the transaction."""
    with request.app.state.sessions.begin() as opened:
        yield opened


def lang(request: Request) -> language.Lang:
    """The language that the middleware chose."""
    return cast(language.Lang, request.state.lang)


def context(request: Request) -> Context:
    """Calendars, clock and cache of the application."""
    return cast(Context, request.app.state.context)


# scope="function" makes the commit happen before the response is sent: otherwise a client could read
# 200 for work that was never saved (tried; a test pins it).
SessionDep = Annotated[Session, Depends(session, scope="function")]
LangDep = Annotated[language.Lang, Depends(lang)]
ContextDep = Annotated[Context, Depends(context)]
ProjectCode = Annotated[str, Path(description="Mã dự án, ví dụ TULIEN.")]
CaseCode = Annotated[str, Path(description="Mã hồ sơ GPMB, ví dụ TULIEN-0042.")]
EventId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của lần ghi trong lịch sử hồ sơ.")]
DataDate = Annotated[
    date | None,
    Query(alias="ngay", description="Ngày số liệu (YYYY-MM-DD); bỏ trống thì dùng ngày của danh mục."),
]
