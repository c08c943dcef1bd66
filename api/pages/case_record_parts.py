"""The parts of the case page about its records: what each template is given. None where the reader has no part."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.guard import door_of, principal_of
from api.moments import asked_for
from api.usecases.records import compensation, inventory, parties, relocation, resettlement, tracks
from api.usecases.records.fields import Field, number_text
from geo.access import access_case
from geo.tables import Project
from projects import belongings, payments
from projects.compensation import KINDS, LEVELS

if TYPE_CHECKING:
    from api.pages.case_sections import Asked

MOST_FREE = 200  # free plots offered in the form


def parties_part(asked: Asked) -> Mapping[str, Any] | None:
    """Who has a part in the case."""
    if not _may(asked, parties.READ):
        return None
    case = access_case(asked.session, asked.view.row.code)
    rows = asked.said.get("opened") or parties.parties_view(asked.session, asked.ctx, case)
    edited = _edited(asked, "P", rows)
    return _common(asked, "nguoi-lien-quan") | {
        "rows": rows,
        "edited": edited,
        "shown_once": "opened" in asked.said,
        "fields": (parties.PERSON_KIND, *parties.ROLE_FIELDS),
        "role_fields": parties.ROLE_FIELDS,
        "private": [(name, asked.ctx.rights.fields[name]) for name in parties.protected_fields(asked.ctx)],
        "roles": belongings.ROLES,
        "reach": belongings.REACH,
        "people": belongings.PEOPLE,
        "stored": _stored(parties.ROLE_FIELDS, edited),
    }


def inventory_part(asked: Asked) -> Mapping[str, Any] | None:
    """What stands on the land, graves and utilities."""
    case = access_case(asked.session, asked.view.row.code)
    rows = inventory.items(asked.session, case)
    project = asked.session.get_one(Project, case.project_id)
    moved = [row for row, _ in relocation.relocations(asked.session, project, case=case)]
    edited = _edited(asked, "K", rows)
    mover = _edited(asked, "MH", moved)
    return _common(asked, "kiem-ke") | {
        "rows": rows,
        "moved": moved,
        "edited": edited,
        "mover": mover,
        "fields": inventory.FIELDS,
        "stored": _stored(inventory.FIELDS, edited),
        "moving": [field for field in relocation.FIELDS if field.name != "ward_code"],
        "move": relocation.MOVE,
        "items": belongings.ITEMS,
        "conditions": belongings.CONDITIONS,
        "kinds": belongings.MOVED_KINDS,
        "states": belongings.STATES,
    }


def compensation_part(asked: Asked) -> Mapping[str, Any] | None:
    """The plan of compensation by line."""
    if not _may(asked, "holder.read"):
        return None
    case = access_case(asked.session, asked.view.row.code)
    number = asked.request.query_params.get("phien_ban", "")
    plan = asked.said.get("opened") or compensation.plan_view(
        asked.session,
        asked.ctx,
        case,
        number=int(number) if number.isdecimal() and len(number) < 4 else None,
    )
    if plan is None:
        return None
    edited = _edited(asked, "B", plan.lines)
    return _common(asked, "boi-thuong") | {
        "plan": plan,
        "rows": plan.lines,
        "edited": edited,
        "shown_once": "opened" in asked.said,
        "fields": compensation.FIELDS,
        "stored": _stored(compensation.FIELDS, edited) if edited else {"coefficient": "1", "level": "U"},
        "kinds": KINDS,
        "levels": LEVELS,
        "demo": any(line.is_demo for line in plan.lines),
    }


def money_part(asked: Asked) -> Mapping[str, Any] | None:
    """The money as a lane."""
    found = _tracks(asked)
    return _common(asked, "tien") | {
        "tracks": found,
        "money": found.money,
        "states": payments.MONEY,
        "words": tracks.PAYMENTS,
        "fields": tracks.PAYMENT,
        "lane": ("approved", "invited", "part", "paid"),
    }


def home_part(asked: Asked) -> Mapping[str, Any] | None:
    """The resettlement as a lane, and the plots of the case."""
    case = access_case(asked.session, asked.view.row.code)
    found = _tracks(asked)
    held = resettlement.held_by(asked.session, case)
    free: list[Any] = []
    if found.needs and _may(asked, inventory.ACTION) and not asked_for(asked.request).known_at:
        for kind in sorted(set(found.needs.values())):
            free += resettlement.free_plots(asked.session, case.project_id, kind=kind)
    return _common(asked, "tai-dinh-cu") | {
        "tracks": found,
        "states": payments.HOMES,
        "words": tracks.HOME_FACTS,
        "fields": tracks.HOME,
        "draw": resettlement.DRAW,
        "hand": resettlement.HAND,
        "release": resettlement.RELEASE,
        "held": held,
        "free": free[:MOST_FREE],
        "free_count": len(free),
        "kinds": resettlement.KINDS,
        "lane": ("needed", "stock", "posted", "drawn", "handed"),
    }


def _tracks(asked: Asked) -> tracks.Tracks:
    case = access_case(asked.session, asked.view.row.code)
    return tracks.tracks_of(
        asked.session,
        asked.ctx,
        case,
        data_date=asked.view.data_date,
        exactly=asked_for(asked.request).as_of is not None,
    )


def _common(asked: Asked, name: str) -> dict[str, Any]:
    said, query = asked.said, asked.request.query_params
    entered = said.get("entered", {})
    return {
        "at": f"/ho-so/{asked.view.row.code}",
        "name": name,
        "key": secrets.token_urlsafe(18),
        "today": asked.ctx.today().isoformat(),
        "faults": said.get("faults", {}),
        "clash": said.get("clash", ()),
        "entered": entered,
        "act": entered.get("viec", ""),
        "version": said.get("version"),
        "person_version": said.get("person_version"),
        "saved": query.get("ghi") == name,
        "open": bool(said) or query.get("ghi") == name or query.get("mo_phan") == name,
    }


def _edited(asked: Asked, letters: str, rows: Sequence[Any]) -> Any:
    """The row whose form is asked for: by the address, or because what it sent was refused."""
    wanted = asked.said.get("entered", {}).get("ma") or asked.request.query_params.get("sua", "")
    if not wanted or wanted[:1] not in letters:
        return None
    return next((row for row in rows if row.code == wanted), None)


def _stored(fields: Sequence[Field], row: Any) -> dict[str, str]:
    """The fields of a row as a form shows them."""
    if row is None:
        return {}
    found = {}
    for field in fields:
        value = getattr(row, field.name)
        if field.kind == "decimal":
            found[field.name] = number_text(value)
        elif field.kind == "flag":
            found[field.name] = "1" if value else ""
        else:
            found[field.name] = "" if value is None else str(value)
    return found


def _may(asked: Asked, action: str) -> bool:
    return door_of(asked.request).rights.may(principal_of(asked.request), action)
