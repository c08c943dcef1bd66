"""Filters that a person keeps under a name: add, rename, delete. Each write is an event of the account."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.context import Context
from geo.history import record
from geo.tables import SavedFilter
from projects.errors import Fault, InvalidInput, NotFound

WORKLIST = "/viec-hom-nay"
# Query keys that a filter may hold, by page; anything else is left out.
KEYS = {WORKLIST: ("ds", "phuong", "du-an", "q")}
MOST, LONGEST = 30, 60


def saved_filters(session: Session, ctx: Context, page: str) -> tuple[SavedFilter, ...]:
    """The reader's own filters of a page, by name."""
    own = SavedFilter.account == ctx.principal.account
    rows = session.scalars(
        select(SavedFilter).where(own, SavedFilter.page == page).order_by(SavedFilter.name)
    )
    return tuple(rows)


def save_filter(session: Session, ctx: Context, page: str, *, name: str, query: str) -> SavedFilter:
    """Keeps a filter under a name; a name that is there already gets the new filter. The same again writes nothing.

    Raises InvalidInput for an empty or long name, an empty filter, or more than 30 filters.
    """
    wanted, plain = _name(name), clean_query(page, query)
    if not plain:
        raise InvalidInput([Fault("query", "Chưa chọn bộ lọc nào để giữ.", "There is no filter to keep.")])
    row = session.scalar(_own(ctx, page).where(SavedFilter.name == wanted).with_for_update())
    if row is not None and row.query == plain:
        return row
    before: dict[str, Any] | None = None
    if row is None:
        count = session.scalar(
            select(func.count()).select_from(SavedFilter).where(SavedFilter.account == ctx.principal.account)
        )
        if (count or 0) >= MOST:
            raise InvalidInput(
                [Fault("name", f"Giữ tối đa {MOST} bộ lọc.", f"At most {MOST} filters are kept.")]
            )
        row = SavedFilter(account=ctx.principal.account, page=page, name=wanted, query=plain)
        session.add(row)
    else:
        before = _told(row)
        row.query = plain
    session.flush()
    _record(session, ctx, "filter.save", before, _told(row))
    return row


def rename_filter(session: Session, ctx: Context, number: int, *, name: str) -> None:
    """Gives a filter another name. Raises NotFound for one that is not the reader's, InvalidInput."""
    row, wanted = _mine(session, ctx, number), _name(name)
    if row.name == wanted:
        return
    taken = session.scalar(_own(ctx, row.page).where(SavedFilter.name == wanted))
    if taken is not None:
        vi, en = f"Đã có bộ lọc tên “{wanted}”.", f"There is a filter named “{wanted}”."
        raise InvalidInput([Fault("name", vi, en)])
    before = _told(row)
    row.name = wanted
    session.flush()
    _record(session, ctx, "filter.rename", before, _told(row))


def delete_filter(session: Session, ctx: Context, number: int) -> None:
    """Forgets a filter. Raises NotFound for one that is not the reader's."""
    row = _mine(session, ctx, number)
    before = _told(row)
    session.delete(row)
    session.flush()
    _record(session, ctx, "filter.delete", before, None)


def clean_query(page: str, query: str) -> str:
    """The part of a query that a filter of the page keeps, in the order of its keys."""
    said = dict(parse_qsl(query.lstrip("?"), max_num_fields=50))
    return urlencode([(key, said[key][:120]) for key in KEYS[page] if said.get(key, "").strip()])


def _own(ctx: Context, page: str) -> Any:
    return select(SavedFilter).where(SavedFilter.account == ctx.principal.account, SavedFilter.page == page)


def _mine(session: Session, ctx: Context, number: int) -> SavedFilter:
    row = session.scalar(
        select(SavedFilter)
        .where(SavedFilter.id == number, SavedFilter.account == ctx.principal.account)
        .with_for_update()
    )
    if row is None:
        raise NotFound("filter", str(number))
    return row


def _name(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        vi, en = f"Tên bộ lọc từ 1 đến {LONGEST} ký tự.", f"A name of 1 to {LONGEST} characters is needed."
        raise InvalidInput([Fault("name", vi, en)])
    return wanted


def _told(row: SavedFilter) -> dict[str, Any]:
    return {"page": row.page, "name": row.name, "query": row.query}


def _record(
    session: Session, ctx: Context, kind: str, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> None:
    record(
        session,
        kind=kind,
        object_type="account",
        object_code=ctx.principal.account,
        actor=ctx.principal.account,
        effective_on=ctx.today(),
        before=before,
        after=after,
    )
