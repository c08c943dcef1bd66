"""What households answered to the question of satisfaction, counted over cases; words stay on the page of the case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from geo import scope
from geo.tables import ClearanceCase, Project, Satisfaction

FEWEST = (
    5  # fewer answers are not told to who does not read people's data: they could be traced to a household
)
SCORES = (5, 4, 3, 2, 1)


@dataclass(frozen=True, slots=True)
class Answers:
    """`total` answers of `households` cases, of `cases` in all, `mean` 1 to 5; one case may answer at several steps.

    `scores`: (score, cases that gave it); None, as the mean, where there are too few. `opens`: whether the reader may
    see which cases they are.
    """

    total: int
    households: int
    cases: int
    mean: float | None
    scores: tuple[tuple[int, int], ...] | None
    opens: bool


def answers_of(session: Session, ctx: Context, project: Project, codes: Collection[str]) -> Answers:
    """The answers of these cases as known at the moment of the context."""
    opens = ctx.principal.role.people
    with nullcontext() if opens else scope.calculating(session):
        rows = [row for row in _rows(session, ctx, project) if row[0] in codes]
    told = opens or len(rows) >= FEWEST
    counted = Counter(score for _, score in set(rows))
    return Answers(
        total=len(rows),
        households=len({code for code, _ in rows}),
        cases=len(codes),
        mean=sum(score for _, score in rows) / len(rows) if told and rows else None,
        scores=tuple((score, counted[score]) for score in SCORES) if told else None,
        opens=opens,
    )


def answered(session: Session, ctx: Context, project: Project, score: int) -> frozenset[str]:
    """The cases with an answer of this score; none for who does not read people's data."""
    return frozenset(code for code, said in _rows(session, ctx, project) if said == score)


def _rows(session: Session, ctx: Context, project: Project) -> list[tuple[str, int]]:
    query = (
        select(ClearanceCase.code, Satisfaction.score)
        .join(Satisfaction, Satisfaction.case_id == ClearanceCase.id)
        .where(ClearanceCase.project_id == project.id)
    )
    if ctx.known_at is not None:
        query = query.where(Satisfaction.at <= ctx.known_at)
    return [(code, score) for code, score in session.execute(query)]
