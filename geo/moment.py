"""As it was known then: from a recorded moment to an event, and a transaction that reads what was known with it.

Every table of the projection keeps its row versions (migration 0006). A transaction that looked back finds, under the
same unqualified names, the rows and events that were known with that event: queries need no change.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from geo.tables import Versioned
from projects.errors import Fault, InvalidInput

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
# No transaction is open for longer than this after its first event: the event is written last (`geo.history.record`).
WRITING = timedelta(minutes=10)

# Functions of migration 0007: rows of the history may be hidden from whoever asks, what was recorded when is not.
CLOCK = text("select clock_timestamp() as now, history_followed(:at) as followed")
WAIT = text("select pg_advisory_xact_lock_shared(7205132)")
# The earliest event of which all tables can be shown: the newest of before the row versions, else the first.
FLOOR = text("select id, recorded_at from history_floor()")
# Times run with the numbers from the floor on. A transaction is known as a whole, with its last event: a moment
# between its events is before it.
NEWEST = text("select history_known(:at, :floor)")
# The greatest number of a change that is known with the event.
LOOK_BACK = text(
    """
    select set_config('duonggang.known', cast(:event as text), true),
           set_config('duonggang.known_change', coalesce((
               select greatest(id, before) from public.change where event_id <= :event
               order by event_id desc limit 1), -1)::text, true),
           set_config('search_path', case when path like 'past_view,%' then path else 'past_view, ' || path end, true)
    from current_setting('search_path') as path
    """
)
KNOWN = text("select nullif(current_setting('duonggang.known', true), '')::bigint")


def resolve(session: Session, known_at: datetime) -> int:
    """The number of the last event recorded by `known_at`, a moment with a zone.

    Raises InvalidInput for a moment that is not past yet, or before everything that can be shown. Reads the history as
    it is now, whether or not the session looked back. May wait for a writer, at most as long as for any lock.
    """
    if known_at.tzinfo is None:
        raise ValueError("known_at has no zone")
    clock = session.execute(CLOCK, {"at": known_at}).one()
    if known_at >= clock.now:
        raise InvalidInput([_fault_future(clock.now)])
    # An event gets its time before its transaction commits. What we do not see yet could carry a time before
    # `known_at`, and the same question would later be answered differently. Events are written one after the other
    # under the chain's lock until the commit: so if one after `known_at` is seen, all before are. Else we wait until
    # nobody is writing; whoever writes after that gets a time after `known_at`, because `known_at` is past. The lock
    # is given back at once: a reader holds up no writer.
    if not clock.followed and clock.now - known_at < WRITING:
        with session.connection().begin_nested() as held:
            session.execute(WAIT)
            held.rollback()
    floor = session.execute(FLOOR).one_or_none()
    found: int | None = session.scalar(NEWEST, {"at": known_at, "floor": floor.id}) if floor else None
    if floor is None or found is None or found < floor.id:
        raise InvalidInput([_fault_before(None if floor is None else floor.recorded_at)])
    return found


def newest(session: Session) -> int | None:
    """The number of the newest event that the session sees, None without any."""
    found: int | None = session.scalar(text("select max(id) from event"))
    return found


def look_back(session: Session, event_id: int) -> None:
    """Lets the session read, until its transaction ends, what was known with the event; then writing is refused.

    Call it before the first read: objects that the session loaded before would be given again as they were. An event
    that is not there, or before the row versions, shows no rows. Of a project's `revision` the present one is shown.
    """
    if any(issubclass(key[0], Versioned) for key in session.identity_map.keys()):  # noqa: SIM118
        raise RuntimeError("look back before the first read")
    session.execute(LOOK_BACK, {"event": event_id})


def known_event(session: Session) -> int | None:
    """The event that this transaction looked back to, None when it reads what is known now: part of any cache key."""
    known: int | None = session.scalar(KNOWN)
    return known


def _fault_future(now: datetime) -> Fault:
    return Fault(
        "known_at",
        f"Thời điểm biết đến phải trước bây giờ ({now.astimezone(HANOI):%H:%M:%S %d/%m/%Y}).",
        f"The moment of knowledge must lie before now ({now.astimezone(HANOI):%Y-%m-%d %H:%M:%S}).",
    )


def _fault_before(first: datetime | None) -> Fault:
    if first is None:
        return Fault("known_at", "Chưa ghi nhận gì cả.", "Nothing was recorded yet.")
    shown = (first + timedelta(seconds=1)).astimezone(
        HANOI
    )  # seconds are cut off: what is shown must be accepted
    return Fault(
        "known_at",
        f"Chỉ xem lại được từ {shown:%H:%M:%S %d/%m/%Y}; trước đó chưa lưu các bản cũ.",
        f"What was known can be shown from {shown:%Y-%m-%d %H:%M:%S} on; older versions were not kept.",
    )
