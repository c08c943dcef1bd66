"""The part “Văn bản” of a case: the papers that were made from its data, and the form that makes one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.paperfile import paper_kinds
from api.usecases.may import may_on
from api.usecases.papers import papers_of
from geo.access import access_case

if TYPE_CHECKING:
    from api.pages.case_sections import Asked

NAME = "van-ban"


def load(asked: Asked) -> Mapping[str, Any] | None:
    """What the part shows; nothing for who may neither make nor see any."""
    case = access_case(asked.session, asked.view.row.code)
    may_make = may_on(
        asked.ctx, "paper.make", ward=asked.view.row.ward_code, project=asked.view.row.project_code
    )
    papers = papers_of(asked.session, asked.ctx, case)
    if not papers and not may_make:
        return None
    return {
        "papers": papers,
        "kinds": list(paper_kinds().values()) if may_make and asked.ctx.known_at is None else [],
        "key": secrets.token_urlsafe(18),
        "today": asked.ctx.today(),
        "faults": asked.said.get("faults", {}),
        "entered": {"mau": "", "ngay_van_ban": "", **asked.said.get("entered", {})},
        "made": asked.request.query_params.get("da_lap", ""),
    }
