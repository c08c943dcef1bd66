"""The part of the case page with papers and pictures: what it shows to whom."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import documents
from api.usecases.documents import documents_of
from api.usecases.may import may_on
from geo.access import access_case
from projects.documents import KINDS, PHOTO, SCANS
from projects.errors import Fault, InvalidInput

if TYPE_CHECKING:  # which lists this part
    from api.pages.case_sections import Asked

NAME = "giay-to"
ACCEPT = "image/jpeg,image/png,image/webp,application/pdf,.docx"
NOT_OF_CASE = Fault(
    "document_sha256",
    "Tệp này không có trong hồ sơ: gửi tệp ở mục “Giấy tờ, ảnh” trước.",
    "This file is not in the case: send it under “Papers and pictures” first.",
)


def load(asked: Asked) -> Mapping[str, Any] | None:
    """What the part shows; None for readers who see no papers."""
    ctx, view, request = asked.ctx, asked.view, asked.request
    place = {"ward": view.row.ward_code, "project": view.facts.code}
    if not documents.may_see(ctx, **place):
        return None
    rows = documents_of(asked.session, ctx, view.row.code)
    sent_now = request.query_params.get("da_gui", "")
    return {
        "rows": rows,
        "standing": [row for row in rows if row.withdrawn_at is None],
        "gone": [row for row in rows if row.withdrawn_at is not None],
        "kinds": KINDS,
        "photo": PHOTO,
        "scans": SCANS,
        "accept": ACCEPT,
        "key": secrets.token_urlsafe(18),
        "most_mb": request.app.state.settings.document_max_mb,
        "may_add": may_on(ctx, "document.add", **place),
        "may_withdraw": may_on(ctx, "document.withdraw", **place),
        "looking_back": ctx.known is not None,
        "sent_now": int(sent_now) if sent_now.isdecimal() and len(sent_now) < 4 else 0,
        "withdrawn_now": request.query_params.get("da_rut") == "1",
        "faults": asked.said.get("faults", ()),
        "taken": asked.said.get("taken", 0),
        "entered": asked.said.get("entered", {}),
    }


def check_named(session: Session, ctx: Context, code: str, sha256: str | None) -> None:
    """Refuses a file that is not a paper of the case. Raises InvalidInput, NotFound."""
    if sha256 and not documents.is_of_case(session, access_case(session, code), sha256):
        raise InvalidInput([NOT_OF_CASE])
