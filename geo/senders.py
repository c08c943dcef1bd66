"""Sender profiles in the database: read, saved over the version that was seen, each change an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.history import record
from geo.importers.options import ReadingOptions, check_options
from geo.tables import SenderProfile
from projects.errors import Fault, InvalidInput, NotFound, StaleVersion

OBJECT = "sender_profile"


def profiles(session: Session) -> list[SenderProfile]:
    """All profiles by name."""
    return list(session.scalars(select(SenderProfile).order_by(SenderProfile.name)))


def profile_named(session: Session, name: str, *, for_update: bool = False) -> SenderProfile:
    """One profile. Raises NotFound."""
    query = select(SenderProfile).where(SenderProfile.name == name)
    row = session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise NotFound(OBJECT, name)
    return row


def options_of(profile: SenderProfile) -> ReadingOptions:
    """How the profile reads a file."""
    return ReadingOptions.from_dict(profile.options)


def save_profile(
    session: Session,
    *,
    name: str,
    sender: str,
    format: str | None,
    options: ReadingOptions,
    seen: int | None,
    actor: str,
    effective_on: date,
) -> SenderProfile:
    """Makes a profile (`seen` None) or changes the one whose version was `seen`, and records the event.

    Control points belong to one file and are left out. Raises InvalidInput for a name that is empty, too
    long or taken, StaleVersion when somebody else changed it since, NotFound.
    """
    kept = replace(options, control_points=())
    check_options(kept, where="profile")
    if not name or len(name) > 80 or not sender or len(sender) > 120:
        raise InvalidInput(
            [
                Fault(
                    "profile",
                    "Hồ sơ cần tên (tối đa 80 ký tự) và bên gửi (tối đa 120 ký tự).",
                    "A profile needs a name (at most 80 characters) and a sender (at most 120).",
                )
            ]
        )
    before: dict[str, Any] | None = None
    if seen is None:
        if session.scalar(select(SenderProfile.id).where(SenderProfile.name == name)) is not None:
            raise InvalidInput(
                [
                    Fault(
                        "profile",
                        f"Đã có hồ sơ tên “{name}”: chọn nó rồi sửa, hoặc đặt tên khác.",
                        f"There is a profile named “{name}”: choose and change it, or take another name.",
                    )
                ]
            )
        row = SenderProfile(name=name, sender=sender, format=format, options=kept.as_dict(), saved_by=actor)
        session.add(row)
    else:
        row = profile_named(session, name, for_update=True)
        if row.version != seen:
            wanted = {"options": kept.as_dict(), "sender": sender}
            raise StaleVersion(name, seen, dict(_state(row)), dict(wanted))
        before = _state(row)
        row.sender, row.format, row.options = sender, format, kept.as_dict()
        row.version += 1
        row.saved_by = actor
        row.saved_at = session.scalar(select(func.clock_timestamp())) or row.saved_at
    session.flush()
    session.refresh(row)
    record(
        session,
        kind="sender_profile.save",
        object_type=OBJECT,
        object_code=name,
        actor=actor,
        effective_on=effective_on,
        before=before,
        after=_state(row),
    )
    return row


def _state(row: SenderProfile) -> dict[str, Any]:
    return {"sender": row.sender, "format": row.format, "options": dict(row.options), "version": row.version}
