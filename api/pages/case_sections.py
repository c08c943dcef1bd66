"""The parts of the case page that stand on their own: each has a template and a function that reads what it shows.

A part adds its line to `SECTIONS`; its forms go to routes of its own, which return to the case or, after a refusal,
leave what was said with `say` and render the case again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from fastapi import Request
from sqlalchemy.orm import Session

from api.context import Context
from api.deps import CaseCode, ContextDep, SessionDep
from api.pages import case_desk, case_documents, case_law, case_lookup, case_papers_part
from api.pages import case_record_parts as records
from api.views import CaseView


@dataclass(frozen=True, slots=True)
class Asked:
    """What a part is read with. `said` is what a route of that part has to say: faults, what was entered."""

    request: Request
    session: Session
    ctx: Context
    view: CaseView
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Section:
    """One part: its name (also the anchor), template, column (`left` | `right`), and what fills it.

    `load` gives the template's variable `part`; None leaves the part out for this reader.
    """

    name: str
    template: str
    column: str
    load: Callable[[Asked], Mapping[str, Any] | None]


@dataclass(slots=True)
class _Ready:
    session: Session
    ctx: Context
    said: dict[str, Mapping[str, Any]] = field(default_factory=dict)


SECTIONS: tuple[Section, ...] = (
    Section(case_law.NAME, "_case_law.html.j2", "left", case_law.load),
    Section(case_documents.NAME, "_case_documents.html.j2", "left", case_documents.load),
    Section("vuong-mac", "_case_obstacles.html.j2", "left", case_desk.obstacles_part),
    Section("tiep-xuc", "_case_contacts.html.j2", "left", case_desk.contacts_part),
    Section("khieu-nai", "_case_complaints.html.j2", "left", case_desk.complaints_part),
    Section("cam-ket", "_case_commitments.html.j2", "right", case_desk.commitments_part),
    Section("nguoi-lien-quan", "_case_parties.html.j2", "left", records.parties_part),
    Section("kiem-ke", "_case_inventory.html.j2", "left", records.inventory_part),
    Section("boi-thuong", "_case_compensation.html.j2", "left", records.compensation_part),
    Section("tien", "_case_money.html.j2", "right", records.money_part),
    Section("tai-dinh-cu", "_case_home.html.j2", "right", records.home_part),
    Section(case_papers_part.NAME, "_case_papers.html.j2", "right", case_papers_part.load),
    Section(case_lookup.NAME, "_case_lookup.html.j2", "right", case_lookup.load),
)


def ready(request: Request, session: SessionDep, ctx: ContextDep, code: CaseCode) -> None:
    """A dependency of the routes that show a case: what the parts will be read with."""
    request.state.case_sections = _Ready(session, ctx)


def say(request: Request, name: str, said: Mapping[str, Any]) -> None:
    """Leaves what the part `name` has to say besides what it reads."""
    cast(_Ready, request.state.case_sections).said[name] = said


def sections(request: Request, view: CaseView) -> list[dict[str, Any]]:
    """The parts that this reader gets, in order: `template`, `column` and `part` of each."""
    found: _Ready | None = getattr(request.state, "case_sections", None)
    if found is None:
        return []
    made = []
    for section in SECTIONS:
        said = found.said.get(section.name, {})
        part = section.load(Asked(request, found.session, found.ctx, view, said))
        if part is not None:
            made.append(
                {
                    "name": section.name,
                    "template": section.template,
                    "column": section.column,
                    "part": part,
                }
            )
    return made
