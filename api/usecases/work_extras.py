"""What other parts know of the rows of a worklist: talks in the contact log, resettlement stock of their projects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.usecases.contacts import persuasions
from api.usecases.records.resettlement import KINDS
from api.usecases.records.stock import Need, stock_of
from geo.access import access_project

REFUSES, RESETTLE = "khong-phoi-hop", "tai-dinh-cu"


@dataclass(frozen=True, slots=True)
class StockLine:
    """Stock of one kind in one project against its need: `need.free` plots or homes are left."""

    project: str
    kind: tuple[str, str]
    need: Need


def talks_of(session: Session, name: str, codes: Iterable[str]) -> dict[str, int]:
    """How often the holders of these cases were spoken with, on the list that asks for it and where one may know."""
    return persuasions(session, codes) if name == REFUSES else {}


def stock_lines(session: Session, name: str, projects: Iterable[str]) -> tuple[StockLine, ...]:
    """Stock and need of these projects, on the list that asks for it."""
    if name != RESETTLE:
        return ()
    return tuple(
        StockLine(code, KINDS[kind], need)
        for code in sorted(set(projects))
        for kind, need in stock_of(session, access_project(session, code)).needs.items()
        if need.total or need.free
    )
