"""What the case page shows of the follow-up: obstacles, promised dates, contacts log, complaints. Reads only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from api.pages.desk_words import FIELD_WORDS
from api.usecases import complaints, contacts, obstacles
from api.usecases.may import may_on
from geo.access import access_case
from geo.commitments import promises_of_case
from projects.codes import OBSTACLES
from projects.commitments import STATES
from projects.tiers import TIERS

if TYPE_CHECKING:
    from api.pages.case_sections import Asked

Part = Mapping[str, Any]


def obstacles_part(asked: Asked) -> Part | None:
    """The obstacles on the data date of the page, with the forms that the reader may use."""
    case = access_case(asked.session, asked.view.row.code)
    rows = obstacles.obstacles_of(asked.session, asked.ctx, case, day=asked.view.data_date)
    return _common(asked, "obstacle.change", "vuong-mac") | {
        "open": [row for row in rows if row.resolved_on is None],
        "over": [row for row in rows if row.resolved_on is not None],
        "opens": _may(asked, "obstacle.open"),
        "takes_over": asked.ctx.principal.role.code in obstacles.TAKEN_OVER,
        "causes": OBSTACLES,
        "tiers": TIERS,
    }


def commitments_part(asked: Asked) -> Part | None:
    """Every promised date, the newest first."""
    rows = promises_of_case(asked.session, asked.view.row.code, day=asked.view.data_date)
    slips = [row.slip_days for row in rows if row.slip_days is not None]
    return {"rows": rows[::-1], "states": STATES, "changes": len(slips), "slip": sum(slips)}


def contacts_part(asked: Asked) -> Part | None:
    """The contacts log; nothing for those who may not read people's data."""
    if not _may(asked, "contact.read"):
        return None
    case = access_case(asked.session, asked.view.row.code)
    rows = contacts.contacts_of(asked.session, case)
    stand = [row for row in rows if row.corrected_by is None]
    return _common(asked, "contact.add", "tiep-xuc") | {
        "rows": rows,
        "count": sum(row.way != contacts.NO_PERSUASION for row in stand),
        "next_on": max((row.next_on for row in stand if row.next_on), default=None),
        "ways": contacts.WAYS,
        "longest": contacts.LONGEST,
    }


def complaints_part(asked: Asked) -> Part | None:
    """The complaints with what may follow; nothing for those who may not read people's data."""
    if not _may(asked, "complaint.read"):
        return None
    case = access_case(asked.session, asked.view.row.code)
    rows = complaints.complaints_of(asked.session, case, day=asked.view.data_date)
    return _common(asked, "complaint.change", "khieu-nai") | {
        "rows": rows,
        "words": {state: complaints.state_words(state) for state in complaints.NEXT},
        "closed": complaints.CLOSED,
        "about": complaints.ABOUT,
        "longest": complaints.LONGEST,
    }


def _common(asked: Asked, action: str, name: str) -> dict[str, Any]:
    """What every form needs: who may use it, a fresh key, what was refused and entered, or that it was written."""
    return {
        "may": _may(asked, action),
        "done": asked.request.query_params.get("xong") == name,
        "key": secrets.token_urlsafe(18),
        "today": asked.ctx.today(),
        "faults": asked.said.get("faults", {}),
        "entered": asked.said.get("entered", {}),
        "at": asked.said.get("at"),
        "both": asked.said.get("both", ()),
        "words_of": FIELD_WORDS,
    }


def _may(asked: Asked, action: str) -> bool:
    row = asked.view.row
    return may_on(asked.ctx, action, ward=row.ward_code, project=row.project_code)
