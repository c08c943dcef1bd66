"""The histories of cases in the server's memory: read once, then kept up with what is told since."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.context import Context
from geo import scope
from geo.tables import Project
from geo.told import Told, told_of

_Kept = tuple[int, dict[int, Told]]  # the moment of knowledge, and the histories by project


def told_then(session: Session, ctx: Context, projects: Sequence[Project]) -> dict[int, Told]:
    """What is told of the cases of these projects, all of them whoever asks, by project id."""
    return told_by_code(session, ctx, {project.id: project.code for project in projects})


def told_by_code(session: Session, ctx: Context, projects: dict[int, str]) -> dict[int, Told]:
    """The same of projects by id and code."""
    now: dict[int, Told] = ctx.cache.get(("told",), dict)
    if ctx.known is None:
        kept = now
    else:
        # Of earlier moments one at a time: each is as large as what is known now, and mostly the same.
        held: _Kept | None = ctx.cache.peek(("told then",))
        if held is None or held[0] != ctx.known:
            held = ctx.known, {p: told for p, told in now.items() if told.known_by(ctx.known)}
            ctx.cache.keep(("told then",), held)
        kept = held[1]
    with scope.calculating(session):
        found = told_of(session, projects, kept)
    kept.update(found)
    return found
