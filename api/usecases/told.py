"""The histories of cases in the server's memory: read once, then kept up with what is told since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.known_works import writer
from geo import scope
from geo.tables import Project
from geo.told import Told, told_of

_Kept = dict[int, tuple[int, Told]]  # project → the revision at which it was read, and the history


def told_then(session: Session, ctx: Context, projects: Sequence[Project]) -> dict[int, Told]:
    """What is told of the cases of these projects, all of them whoever asks, by project id."""
    return told_at(session, ctx, {project.id: (project.code, project.revision) for project in projects})


def told_at(session: Session, ctx: Context, projects: Mapping[int, tuple[str, int]]) -> dict[int, Told]:
    """The same of projects by id, with their codes and revisions; at the same revision nothing is asked.

    A transaction that writes reads anew and keeps nothing: what it told may be taken back.
    """
    if writer(session) is not None:
        with scope.calculating(session):
            return told_of(session, {p: code for p, (code, _) in projects.items()})
    kept = _kept(ctx)
    stale = {p: code for p, (code, revision) in projects.items() if kept.get(p, (None, None))[0] != revision}
    if stale:
        with scope.calculating(session):
            fresh = told_of(session, stale, {p: told for p, (_, told) in list(kept.items())})
        for project, told in fresh.items():
            kept[project] = projects[project][1], told
    return {p: kept[p][1] for p in projects}


def _kept(ctx: Context) -> _Kept:
    now: _Kept = ctx.cache.get(("told",), dict)
    if ctx.known is None:
        return now
    # Of earlier moments one at a time: each is as large as what is known now, and mostly the same.
    held: tuple[int, _Kept] | None = ctx.cache.peek(("told then",))
    if held is None or held[0] != ctx.known:
        # Read anew by number of event only, because the revision is the present one.
        held = ctx.known, {p: (-1, told) for p, (_, told) in list(now.items()) if told.known_by(ctx.known)}
        ctx.cache.keep(("told then",), held)
    return held[1]
