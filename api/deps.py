"""Every dependency of a route as an `Annotated` alias."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Annotated, cast

from fastapi import Depends, Path, Query, Request
from sqlalchemy.orm import Session

from api import language
from api.context import Context
from api.guard import SAFE_METHODS, principal_of
from api.moments import KNOWN_AT, Moment, asked_for
from geo import moment, scope
from projects.errors import Fault, InvalidInput
from projects.rights import Principal

NO_WRITING = Fault(
    KNOWN_AT[0],
    "Đang xem lại theo những gì đã biết đến một lúc: ở đây chỉ đọc. Bỏ “biet_den” khỏi địa chỉ rồi ghi.",
    "This looks back at what was known at a moment and is read only. Leave out “known_at”, then write.",
)


def principal(request: Request) -> Principal:
    """Who asks, as the guard of the application found."""
    return principal_of(request)


def session(request: Request) -> Iterator[Session]:
    """One session per request: the request owns the transaction, and sees what the person may see.

    With `known_at` it looks back: every table then shows what was recorded by that moment, and nothing can be written.
    Raises InvalidInput for a moment that cannot be shown, and for a write that looks back.
    """
    asked = asked_for(request)
    if asked.known_at is not None and request.method not in SAFE_METHODS:
        raise InvalidInput([NO_WRITING])
    with request.app.state.sessions.begin() as opened:
        scope.enter(opened, principal_of(request))
        if asked.known_at is not None:
            request.state.known = moment.resolve(opened, asked.known_at)
            moment.look_back(opened, request.state.known)
        yield opened


def lang(request: Request) -> language.Lang:
    """The language that the middleware chose."""
    return cast(language.Lang, request.state.lang)


def context(request: Request, _: SessionDep) -> Context:
    """Calendars, clock and cache of the application, with who asks and the moment that is looked back to."""
    shared = cast(Context, request.app.state.context)
    return replace(
        shared,
        principal=principal_of(request),
        known=getattr(request.state, "known", None),
        known_at=asked_for(request).known_at,
    )


@contextmanager
def acting(request: Request) -> Iterator[tuple[Session, Context]]:
    """Session and context of a request, for a route that needs them on some of its ways only; commits at the end."""
    with contextmanager(session)(request) as opened:
        yield opened, context(request, opened)


def data_date(request: Request) -> date | None:
    """The effective day that was asked for, under either of its names."""
    return asked_for(request).as_of


# scope="function" makes the commit happen before the response is sent: otherwise a client could read
# 200 for work that was never saved (tried; a test pins it).
SessionDep = Annotated[Session, Depends(session, scope="function")]
PrincipalDep = Annotated[Principal, Depends(principal)]
LangDep = Annotated[language.Lang, Depends(lang)]
ContextDep = Annotated[Context, Depends(context)]
ProjectCode = Annotated[str, Path(description="Mã dự án, ví dụ TULIEN.")]
CaseCode = Annotated[str, Path(description="Mã hồ sơ GPMB, ví dụ TULIEN-0042.")]
BodyCode = Annotated[
    str,
    Path(
        max_length=20, description="Mã phường, xã (00097), `department` (sở, ngành) hoặc `city` (thành phố)."
    ),
]
EventId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của lần ghi trong lịch sử hồ sơ.")]
RowId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Số của dòng.")]


def described(
    ngay: Annotated[
        str | None,
        Query(
            description="Ngày số liệu (YYYY-MM-DD), cũng viết được là as_of; bỏ trống thì dùng ngày của danh mục."
        ),
    ] = None,
    as_of: Annotated[str | None, Query(description="Như `ngay`: state at the end of this day.")] = None,
    biet_den: Annotated[
        str | None,
        Query(
            description="Theo những gì đã ghi đến lúc này (ngày hoặc ngày giờ ISO); cũng viết được là known_at."
        ),
    ] = None,
    known_at: Annotated[str | None, Query(description="Như `biet_den`: as recorded by this moment.")] = None,
    day: date | None = Depends(data_date),
) -> date | None:
    """Puts the four query keys of the two times into the documentation; `asked_for` reads them."""
    return day


DataDate = Annotated[date | None, Depends(described)]
__all__ = [
    "BodyCode",
    "CaseCode",
    "ContextDep",
    "DataDate",
    "EventId",
    "LangDep",
    "Moment",
    "PrincipalDep",
    "ProjectCode",
    "RowId",
    "SessionDep",
]
