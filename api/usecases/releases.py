"""Where a release of land pays most: who holds the completion date, single gains, Shapley shares, smallest sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import calculation_key, resolve_day
from api.usecases.facts import all_ward_labels
from api.usecases.release_money import Money, money_due
from api.usecases.schedules import options_answer
from api.usecases.trials import hidden_of, stand_of
from api.usecases.visible import Hidden
from geo import scope
from geo.access import access_project
from geo.tables import CaseObstacle, ClearanceCase, Project
from projects.codes import OBSTACLES
from projects.engine.ranking import Release, Share, grouped
from projects.errors import InvalidInput
from projects.scenarios.blocked import Blocked, ladder, make_blocked, shares, smallest
from projects.scenarios.resolve import soonest
from projects.scenarios.stand import Stand
from projects.scenarios.trial import edited

MOST_ROWS = 50  # cases of the ranking that are named
UNSAID = "-"  # the obstacle of a case without one, and whose it then is


@dataclass(frozen=True)
class Ranked:
    """The ranking of a project, whoever asks: the game, shares by kind of player, and whose each obstacle is."""

    game: Blocked
    by_case: tuple[Share, ...]
    by_ward: tuple[Share, ...]
    by_obstacle: tuple[Share, ...]
    by_owner: tuple[Share, ...]
    owner: Mapping[str, str]


def ranked_of(session: Session, ctx: Context, project: Project, day: date) -> Ranked:
    """The ranking, made once per revision. Raises InvalidInput without a network."""
    stand = stand_of(session, ctx, project, day)

    def make() -> Ranked:
        game = make_blocked(stand.reckoning)
        owner = _owners(session, project, game.cases)
        cases = {code: stand.cases[code] for code in game.cases}
        return Ranked(
            game,
            shares(game, {code: (code,) for code in game.cases}),
            shares(game, dict(grouped({code: case.ward_code for code, case in cases.items()}))),
            shares(game, dict(grouped({code: case.obstacle or UNSAID for code, case in cases.items()}))),
            shares(game, dict(grouped({code: owner.get(code, UNSAID) for code in game.cases}))),
            owner,
        )

    made: Ranked = ctx.cache.get(("ranked", *calculation_key(session, ctx, project, day)), make)
    return made


def release_answer(
    session: Session, ctx: Context, code: str, *, days: int | None = None, as_of: date | None = None
) -> dict[str, Any]:
    """The ranking per case, ward, obstacle and owner, and the smallest set that gains at least `days`.

    Without `days`: all that land can gain. Land out of reach is counted, money is there for who may see it. Raises
    NotFound, and InvalidInput without a network.
    """
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    stand, ranked = stand_of(session, ctx, project, day), ranked_of(session, ctx, project, day)
    hidden = hidden_of(session, ctx, project, day)
    game = ranked.game
    money = money_due(session, ctx, project.id, [c for c in game.cases if c not in hidden])
    wards = all_ward_labels(session)
    wanted = game.most if days is None else days
    chosen = smallest(game, wanted) if wanted > 0 else None
    held = [row for row in ranked.by_case if row.shapley > 0]
    named = [row for row in held if row.name not in hidden]
    return {
        "project": code,
        "data_date": day.isoformat(),
        "options": options_answer(stand.delay.options),
        "revision": project.revision,
        "finish": stand.delay.forecast_finish.isoformat(),
        "most": game.most,
        "open": len(game.cases),
        "exact": game.exact,
        "days": wanted,
        "set": None if chosen is None else _set(chosen, stand, ranked, hidden, money, wards),
        "ladder": [
            {"cases": rung.cases, "days": rung.days, "finish": _earlier(stand, rung.days)} for rung in ladder(game)
        ],
        "cases": [
            _row(r, [r.name], money)
            | {"ward_code": stand.cases[r.name].ward_code, "obstacle": stand.cases[r.name].obstacle,
               "forecast": stand.predicted[r.name].on.isoformat()}
            for r in named[:MOST_ROWS]
        ],
        "cases_holding": len(held),
        "cases_hidden": len(held) - len(named),
        "hidden_share": round(sum(r.shapley for r in held if r.name in hidden), 2),
        "wards": [_row(r, _of(stand, game, "ward_code", r.name), money) | {"label": wards.get(r.name, r.name)}
                  for r in ranked.by_ward],
        "obstacles": [
            _row(r, _of(stand, game, "obstacle", None if r.name == UNSAID else r.name), money)
            for r in ranked.by_obstacle
        ],
        "owners": [_owner_row(r, ranked, hidden, money) for r in ranked.by_owner],
        "money": money is not None,
    } | ctx.looking_back  # fmt: skip


def release_line(session: Session, ctx: Context, project: Project, day: date) -> Release | None:
    """The smallest set of cases that gains all that land can gain; None where land holds nothing, or no network."""
    try:
        game = ranked_of(session, ctx, project, day).game
    except InvalidInput:
        return None
    return smallest(game, game.most) if game.most > 0 else None


def obstacle_words(code: str) -> tuple[str, str]:
    """What an obstacle code is called; for no obstacle that none was recorded."""
    if code == UNSAID:
        return "không ghi vướng mắc", "no obstacle recorded"
    return OBSTACLES.get(code, (code, code))


def _set(
    chosen: Release,
    stand: Stand,
    ranked: Ranked,
    hidden: Hidden,
    money: Money | None,
    wards: Mapping[str, str],
) -> dict[str, Any]:
    items = list(chosen.items)
    days_by_law = {code: soonest(stand, code) for code in items}
    lawful = edited(stand, days_by_law)
    then = lawful.row(stand.finish)
    by_law = (stand.delay.forecast_finish - then.early_finish).days if then else 0
    counts = Counter(stand.cases[code].ward_code for code in items)
    seen = [code for code in items if code not in hidden]
    return {
        "cases": len(items),
        "named": [
            {
                "code": code,
                "ward_code": stand.cases[code].ward_code,
                "obstacle": stand.cases[code].obstacle,
                "owner": ranked.owner.get(code),
                "forecast": stand.predicted[code].on.isoformat(),
                "lawful": days_by_law[code].isoformat(),
                "due": money.due.get(code) if money else None,
            }
            for code in seen[:MOST_ROWS]
        ],
        "hidden": len(items) - len(seen),
        "wards": [
            {"code": ward, "label": wards.get(ward, ward), "cases": count}
            for ward, count in counts.most_common()
        ],
        "gained": chosen.gained,
        "finish": _earlier(stand, chosen.gained),
        "at_least": chosen.at_least,
        "exact": chosen.exact,
        "by_law": {
            "gained": by_law,
            "finish": _earlier(stand, by_law),
            "last": max(days_by_law.values()).isoformat(),
        },
        "money": _cash(items, days_by_law, money, chosen.gained),
    }


def _cash(
    items: Collection[str], days_by_law: Mapping[str, date], money: Money | None, gained: int
) -> dict[str, Any] | None:
    """What the set still costs, per day gained, and by the week in which each case can be handed over soonest."""
    if money is None:
        return None
    weeks: dict[date, list[str]] = {}
    for code in items:
        on = days_by_law[code]
        weeks.setdefault(on - timedelta(days=on.weekday()), []).append(code)
    total, missing, drafts = _sum(items, money)
    return {
        "due": total,
        "missing": missing,
        "drafts": drafts,
        "per_day": total // gained if gained > 0 and total is not None and not missing else None,
        "weeks": [
            {"week": week.isoformat(), "cases": len(codes)}
            | dict(zip(("due", "missing"), _sum(codes, money), strict=False))
            for week, codes in sorted(weeks.items())
        ],
    }  # fmt: skip


def _sum(codes: Collection[str], money: Money) -> tuple[int | None, int, int]:
    """Đồng known, cases of which nothing is known, cases known from a draft; None where nothing at all is known."""
    known = [money.due[code] for code in codes if code in money.due]
    return sum(known) if known else None, len(codes) - len(known), sum(code in money.drafts for code in codes)


def _row(row: Share, codes: Collection[str], money: Money | None) -> dict[str, Any]:
    total, missing, _ = _sum(codes, money) if money else (None, 0, 0)
    whole = total is not None and not missing
    return {
        "name": row.name,
        "cases": len(codes),
        "alone": row.alone,
        "shapley": round(row.shapley, 2),
        "error": round(row.error, 2),
        "due": total,
        "missing": missing,
        "per_day": round(total / row.shapley) if total is not None and whole and row.shapley > 0 else None,
    }


def _owner_row(row: Share, ranked: Ranked, hidden: Hidden, money: Money | None) -> dict[str, Any]:
    codes = [code for code in ranked.game.cases if ranked.owner.get(code, UNSAID) == row.name]
    told = row.name if row.name == UNSAID or any(code not in hidden for code in codes) else ""
    return _row(row, codes, money) | {"name": told}


def _of(stand: Stand, game: Blocked, field: str, value: str | None) -> list[str]:
    return [code for code in game.cases if getattr(stand.cases[code], field) == value]


def _owners(session: Session, project: Project, codes: Iterable[str]) -> dict[str, str]:
    """Who has to remove the main obstacle of each case, as it was entered."""
    wanted = set(codes)
    with scope.calculating(session):
        rows = session.execute(
            select(ClearanceCase.code, CaseObstacle.owner)
            .join(CaseObstacle, CaseObstacle.case_id == ClearanceCase.id)
            .where(
                CaseObstacle.project_id == project.id,
                CaseObstacle.resolved_on.is_(None),
                CaseObstacle.cause == ClearanceCase.obstacle,
            )
        ).all()
    return {code: owner for code, owner in rows if code in wanted and owner}


def _earlier(stand: Stand, days: int) -> str:
    return (stand.delay.forecast_finish - timedelta(days=days)).isoformat()
