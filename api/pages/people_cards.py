"""The cards of a case that tell of people: its holder by the reader's rights, and proposals that wait.

The case page asks for them when it is made; a route that has more to say (fields just opened, a refusal) leaves it
with `say` first.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from fastapi import Request
from sqlalchemy.orm import Session

from api import formatting as fmt
from api.context import Context
from api.deps import CaseCode, ContextDep, SessionDep
from api.guard import door_of, principal_of
from api.moments import asked_for
from api.pages.forms import Faults
from api.pages.labels import Pair
from api.usecases.deciding import open_proposals
from api.usecases.holders import AMOUNT, HolderField, HolderView, holder_view
from geo.access import access_case

DONE: dict[str, Pair] = {
    "chu": ("Đã ghi chủ sử dụng.", "The holder is saved."),
    "xac-nhan": ("Đã xác nhận đề nghị; thay đổi đã được ghi.", "Confirmed; the change is written."),
    "tu-choi": ("Đã từ chối đề nghị; hồ sơ giữ nguyên.", "Refused; the case stays as it is."),
    "qua-han": (
        "Hồ sơ đã đổi sau khi đề nghị: đề nghị hết hiệu lực, không có gì được ghi.",
        "The case has changed since: the proposal is overtaken, nothing was written.",
    ),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One protected field on screen: the field by right, and its value or mask in words."""

    field: HolderField
    said: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the cards say besides: fields just opened, faults by field, what was entered."""

    opened: HolderView | None = None
    faults: Faults = field(default_factory=dict)
    entered: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Ready:
    session: Session
    ctx: Context
    code: str
    said: Said = field(default_factory=Said)


def ready(request: Request, session: SessionDep, ctx: ContextDep, code: CaseCode) -> None:
    """A dependency of the routes that show a case: what the cards will be read with."""
    request.state.cards = _Ready(session, ctx, code)


def say(request: Request, said: Said) -> None:
    """Leaves what the cards have to say."""
    cast(_Ready, request.state.cards).said = said


def cards(request: Request) -> dict[str, Any]:
    """What the template needs for the cards; nothing of people where the reader may not read them."""
    found: _Ready | None = getattr(request.state, "cards", None)
    nothing: dict[str, Any] = {
        "holder": None,
        "holder_version": 0,
        "proposals": (),
        "people_faults": {},
        "people_entered": {},
    }
    common = {"people_done": DONE.get(request.query_params.get("da", "")), "amount": AMOUNT}
    if found is None:
        return nothing | common
    session, ctx = found.session, found.ctx
    case = access_case(session, found.code)
    view = None
    if door_of(request).rights.may(principal_of(request), "holder.read"):
        view = found.said.opened or holder_view(session, ctx, case)
    return nothing | common | {
        "holder": None if view is None else [Shown(f, _words(f)) for f in view.fields],
        "holder_version": view.version if view else 0,
        "holder_demo": view.is_demo if view else False,
        "holder_opened": found.said.opened is not None,
        "holder_key": secrets.token_urlsafe(18),
        # What waits, waits now: a page that looks back shows none of it.
        "proposals": () if asked_for(request).known_at else open_proposals(session, ctx, case),
        "people_faults": found.said.faults,
        "people_entered": found.said.entered,
    }  # fmt: skip


def _words(shown: HolderField) -> str:
    if not shown.shown:
        return fmt.UNKNOWN
    if shown.masked:
        return shown.shown
    if shown.name == AMOUNT and shown.shown.isdecimal():
        return f"{int(shown.shown):,}".replace(",", ".")
    if shown.name == "birth_date":
        return fmt.date_text(date.fromisoformat(shown.shown), "vi")
    return shown.shown
