"""The hash chain of the history, checked without trusting the database that holds it.

Every event keeps `previous_hash`, the hash of the event before it (32 zero bytes in the first), and `chain_hash`,
the SHA-256 of `previous_hash` followed by the row's own bytes. A trigger of migration 0004 writes both; here they are
computed again in Python. A chain alone cannot see that its tail was cut or that all of it was computed anew:
for that `verify` is handed anchors, heads that were written down outside the database (`geo.anchor`).

A column that the history gets later goes after these, as a framed name and a framed value and only where it is not
NULL: so older rows keep their hash, and anchors stay good.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

FIRST = bytes(32)  # what the first event has for a previous hash
SHORT = 12  # hexadecimal digits of a head on paper
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 5_000  # rows that a check holds in memory

Kind = Literal["changed", "missing", "inserted", "cut", "recomputed"]

# In the order in which they are hashed. Times as microseconds and days as seconds since 1970 in UTC.
FIELDS = (
    "id::text",
    "trunc(extract(epoch from recorded_at) * 1000000)::text",
    "trunc(extract(epoch from effective_on))::text",
    "actor", "kind", "project_code", "object_type", "object_code",
    "before::text", "after::text", "document", "reason", "idempotency_key", "request_hash",
)  # fmt: skip
# Columns that came later: hashed by name, and only where they say something.
LATER = ("on_behalf_of", "document_hash", "corrects::text", "change::text", "seconds::text")
ROWS = text(f"select id, chain_hash, previous_hash, {', '.join(FIELDS + LATER)} from event order by event.id")
# Through functions of migration 0007: the head is known to all, whatever rows they see.
HEAD = text(
    "select id, hash, trunc(extract(epoch from recorded_at) * 1000000)::text, counted from history_head()"
)
SHORT_HEAD = text("select history_short()")
# The first of the rows that stand between a row and the one it was written after.
BETWEEN = text(
    "select min(id) from event where id < :row and (:previous = :first or id > "
    "(select max(id) from event where id < :row and chain_hash = :previous))"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest event and how many there are up to it: whoever knows this can tell if history is changed later."""

    event_id: int
    hash: bytes
    recorded_at: datetime
    rows: int

    @property
    def short(self) -> str:
        """The digits that are printed on reports (mã kiểm)."""
        return self.hash.hex()[:SHORT]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that was written down outside the database at `at`."""

    at: datetime
    event_id: int
    hash: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first row that is wrong, how, and the same in words.

    `after_id` is the last row that still agrees with an anchor where only anchors show the fault: then the first
    wrong row lies after it and at the latest at `event_id`.
    """

    event_id: int
    kind: Kind
    vi: str
    en: str
    after_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far the chain is right: `rows` events up to `head`, all of them when there is no `fault`."""

    rows: int
    head: Head | None
    fault: ChainFault | None


def canonical(fields: Sequence[str | None]) -> bytes:
    """One row as bytes: `<octets>:<UTF-8>` for each text and `N` for NULL, so no two rows have the same bytes."""
    return b"".join([b"N" if v is None else b"%d:%b" % (len(raw := v.encode()), raw) for v in fields])


def digest(prev: bytes, row: Sequence[str | None]) -> bytes:
    """The hash of a row, given as the texts of `FIELDS` and then of `LATER`, that follows the hash `prev`."""
    first, later = row[: len(FIELDS)], row[len(FIELDS) :]
    said = [(name.partition("::")[0], value) for name, value in zip(LATER, later, strict=False)]
    return hashlib.sha256(
        prev + canonical(first) + b"".join(canonical(pair) for pair in said if pair[1] is not None)
    ).digest()


def head(session: Session) -> Head | None:
    """The newest event that this session sees, None without any."""
    row = session.execute(HEAD).one_or_none()
    return None if row is None else _head(row[0], row[1], row[2], row[3])


def short_head(session: Session) -> str | None:
    """The digits of the newest event's hash for a report, None without any event; one look at an index."""
    found: str | None = session.scalar(SHORT_HEAD)
    return found[:SHORT] if found else None


def verify(session: Session, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Computes the whole chain again, oldest first, and stops at the first row that is wrong.

    Read the anchors before calling: an anchor newer than what this session sees would look like a cut tail.
    Rows come through a cursor of the server, so memory does not grow with the history.
    """
    waiting = deque(sorted(anchors, key=lambda anchor: (anchor.event_id, anchor.at)))
    rows, last, before, agreed = 0, None, FIRST, None
    with session.execute(ROWS, execution_options={"yield_per": _AT_ONCE}) as result:
        fault: ChainFault | None = None
        for event_id, stored, previous, *fields in result:
            if stored != digest(previous or b"", fields):
                fault = _changed(event_id)
            elif previous != before:
                fault = _broken(session, event_id, previous)
            else:
                while fault is None and waiting and waiting[0].event_id <= event_id:
                    known = waiting.popleft()
                    if (known.event_id, known.hash, known.rows) != (event_id, stored, rows + 1):
                        fault = _recomputed(known, agreed)
                    else:
                        agreed = event_id
            if fault is not None:
                break
            rows, before = rows + 1, stored
            last = (event_id, stored, fields[1], rows)
    if fault is None and waiting:
        fault = _cut(waiting[-1], waiting[0].event_id, last[0] if last else None, rows)
    return Verdict(rows, None if last is None else _head(*last), fault)


def _head(event_id: int, found: bytes, microseconds: str, rows: int) -> Head:
    return Head(event_id, bytes(found), EPOCH + timedelta(microseconds=int(microseconds)), rows)


def _changed(event_id: int) -> ChainFault:
    return ChainFault(
        event_id,
        "changed",
        f"Dòng {event_id} đã bị sửa, hoặc bị đổi chỗ với dòng khác: nội dung không còn khớp với mã của nó.",
        f"Row {event_id} was changed, or swapped with another: its content does not fit its hash.",
    )


def _broken(session: Session, event_id: int, previous: bytes) -> ChainFault:
    """The row itself is right, but it was not written after the one that now stands before it."""
    first = session.scalar(BETWEEN, {"row": event_id, "previous": previous, "first": FIRST})
    if first is not None:
        return ChainFault(
            first,
            "inserted",
            f"Dòng {first} đã bị chèn vào: dòng {event_id} được ghi nối vào dòng đứng trước nó.",
            f"Row {first} was inserted: row {event_id} was written after the one before it.",
        )
    return ChainFault(
        event_id,
        "missing",
        f"Ngay trước dòng {event_id} có dòng đã bị xoá hoặc đổi chỗ: dòng mà nó nối vào không còn đứng trước.",
        f"Just before row {event_id} a row was deleted or moved: the row it was written after is not there.",
    )


def _recomputed(known: Anchor, agreed: int | None) -> ChainFault:
    since_vi = f"sau dòng {agreed}" if agreed is not None else "từ đầu"
    since_en = f"after row {agreed}" if agreed is not None else "from the start"
    return ChainFault(
        known.event_id,
        "recomputed",
        f"Dòng {known.event_id} khác với neo ghi lúc {known.at:%d/%m/%Y %H:%M %Z}: lịch sử đã bị viết lại "
        f"và tính lại mã, {since_vi}, muộn nhất ở dòng này.",
        f"Row {known.event_id} differs from the anchor of {known.at:%Y-%m-%d %H:%M %Z}: history was rewritten "
        f"and its hashes computed anew, {since_en} and at the latest at this row.",
        after_id=agreed,
    )


def _cut(newest: Anchor, event_id: int, last: int | None, rows: int) -> ChainFault:
    ends_vi = f"dừng ở dòng {last}" if last is not None else "trống"
    ends_en = f"ends at row {last}" if last is not None else "is empty"
    return ChainFault(
        event_id,
        "cut",
        f"Đuôi lịch sử đã bị cắt: bảng {ends_vi} ({rows} dòng), mà neo lúc {newest.at:%d/%m/%Y %H:%M %Z} đã thấy "
        f"dòng {newest.event_id} ({newest.rows} dòng).",
        f"The tail was cut: the table {ends_en} ({rows} rows), but the anchor of {newest.at:%Y-%m-%d %H:%M %Z} saw "
        f"row {newest.event_id} ({newest.rows} rows).",
        after_id=last,
    )
