"""Has the database carry a ready proposal out, or take an accepted one back; all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from geo.measured import measure_land
from geo.tables import ImportProposal
from projects.errors import Fault, Forbidden, InvalidInput, MovedOn

_ACCEPT = text("select land_accept(:id, :day, :who)")
_UNDO = text("select land_undo(:id, :day, :why, :who)")
_STATE = text("select land_state(:project)")
_PATIENT = text("set local statement_timeout = '10min'")
_ANALYZE = text("analyze clearance_case, parcel, parcel_front, event")
NOT_READY, OWN_SECOND = "DG001", "DG002"
STALE = MovedOn(
    "Đất hoặc tim tuyến của dự án đã đổi sau khi lập so sánh này: tệp được đọc lại, xem so sánh mới rồi quyết định.",
    "The project's land or axis has changed since this comparison: the file is read again; look at the new comparison.",
)
WORDS: Mapping[str, tuple[str, str]] = {
    "case": ("hồ sơ đã được ghi tiếp", "cases that were changed since"),
    "parcel": ("thửa đã đổi sau đó", "parcels that changed since"),
    "joined": ("thửa nhập sau vào hồ sơ của lần này", "parcels that later imports put into its cases"),
    "holder": ("hồ sơ đã có chủ sử dụng hoặc đề nghị", "cases that have a holder or a proposal by now"),
    "number": ("số thửa đã dùng lại", "parcel numbers that are used again"),
    "import": ("tệp nhập sau", "files imported later"),
}
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Carried:
    """What was written: the event's own account of it."""

    counts: Mapping[str, Any]


def accept(session: Session, proposal: int, *, day: date, actor: str) -> Carried:
    """Writes a ready proposal into the land, in the caller's transaction: rows, versions and events.

    Raises MovedOn when land or axis are not what the diff was made on, Forbidden for one's own second person,
    InvalidInput when it is not ready.
    """
    session.execute(_PATIENT)
    with _sentences(), session.begin_nested():
        counts = session.scalar(_ACCEPT, {"id": proposal, "day": day, "who": actor})
    assert isinstance(counts, dict)
    if counts.get("stale"):
        raise STALE
    session.expire_all()
    measure_land(session, _project_of(session, proposal))
    return Carried(counts)


def undo(session: Session, proposal: int, *, day: date, actor: str, reason: str = "") -> Carried:
    """Puts the land back as it was before the proposal was accepted, to the bit, in the caller's transaction.

    Raises InvalidInput with every later edit that would be lost.
    """
    session.execute(_PATIENT)
    with _sentences(), session.begin_nested():
        counts = session.scalar(_UNDO, {"id": proposal, "day": day, "why": reason, "who": actor})
    assert isinstance(counts, dict)
    if later := counts.get("later"):
        raise InvalidInput([_later(one["what"], one["names"]) for one in later])
    session.expire_all()
    measure_land(session, _project_of(session, proposal))
    return Carried(counts)


def refresh_statistics(session: Session) -> None:
    """For the owner's connection: without fresh statistics the first pages after a large import run on wrong plans."""
    session.execute(_ANALYZE)


def land_state(session: Session, project_id: int) -> str:
    """The hash of every row of a project's land, of its cases, and of the files they came from."""
    return str(session.scalar(_STATE, {"project": project_id}))


def _project_of(session: Session, proposal: int) -> int:
    return session.get_one(ImportProposal, proposal).project_id


@contextmanager
def _sentences() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        # Somebody wrote in between what the checks cannot see, such as a case code in another project.
        raise STALE from None
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == OWN_SECOND:
            raise Forbidden(
                "import.decide", "Người đề nghị không tự chấp nhận.", "Nobody accepts what they proposed."
            ) from None
        if state == NOT_READY:
            raise InvalidInput(
                [
                    Fault(
                        "nap",
                        "Lần nhập này không ở trạng thái cho phép việc đó.",
                        "This import is not in a state that allows it.",
                    )
                ]
            ) from None
        raise


def _later(what: str, names: Sequence[str]) -> Fault:
    vi, en = WORDS[what]
    listed = ", ".join(sorted(names)[:SHOWN]) + (" …" if len(names) > SHOWN else "")
    return Fault(
        listed,
        f"Chưa hoàn tác được: {len(names)} {vi}: {listed}.",
        f"It cannot be undone: {len(names)} {en}: {listed}.",
    )
