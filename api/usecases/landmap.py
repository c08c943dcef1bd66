"""What a land map needs beside its tiles: version, counts for the legend, the critical cases, days until handover.

What is counted comes from one statement per project under the reader's reach, kept as long as that project stays as
it is. The critical cases and the days come from the same calculations as lists and reports, cut to the reader's reach;
they take as long as the critical path of every project, so they are asked for apart. Everything carries its day.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import Calculation, calculate
from api.usecases.counting import GROUPS, step_group
from api.usecases.grounds import outside
from api.usecases.land_features import driving_cases
from api.usecases.tiles import GROUP_OF, UNWANTED, Shown, detail_zoom, moved_cases
from api.usecases.visible import hidden_cases
from geo.tables import ClearanceCase, Project
from geo.tiles.counts import LandCount, count_land
from projects.model import CaseState

# One character per case: already handed over, and the days from the data date to the forecast handover.
DONE, WITHIN = "0", ((30, "1"), (90, "2"), (180, "3"))
LATER = "4"

PLACES = text(
    """
    select c.code, c.id, avg((ST_XMin(p.geom) + ST_XMax(p.geom)) / 2) as lon,
           avg((ST_YMin(p.geom) + ST_YMax(p.geom)) / 2) as lat
    from clearance_case c join parcel p on p.case_id = c.id
    where c.project_id = :project and c.code = any(cast(:codes as text[])) group by c.code, c.id order by c.id
    """
)
BOUNDS = text(
    "select ST_XMin(e), ST_YMin(e), ST_XMax(e), ST_YMax(e) from "
    "(select ST_Extent(geom) as e from parcel where project_id = :project) x where e is not null"
)


def map_facts(session: Session, ctx: Context, shown: Shown) -> str:
    """The state of a map as JSON text; kept as long as its version stands.

    Counts are parcels (and `cases`) in the reader's reach, `area` m². Nothing is calculated for it.
    """
    return _kept(
        ctx,
        ("facts", shown.version, ctx.known_at),
        lambda: json.dumps(_facts(session, ctx, shown), separators=(",", ":")),
    )


def map_critical(session: Session, ctx: Context, shown: Shown) -> str:
    """What holds the critical path, and parcels by days until handover, as JSON text; kept likewise.

    `critical`: [case number, code, longitude, latitude, days of its group, days alone] of each case that holds it.
    """
    return _kept(
        ctx,
        ("critical", shown.version, forecast_mark(session, ctx, shown), ctx.known_at),
        lambda: json.dumps(_critical(session, ctx, shown), separators=(",", ":")),
    )


def map_state(session: Session, ctx: Context, shown: Shown) -> str:
    """What a map needs to begin to draw, as JSON text: version, day, and from which zoom on parcels are drawn.

    Unlike `map_facts` it calculates nothing, so it is quick however much land there is.
    """
    body = {
        "version": shown.version,
        "data_date": shown.day.isoformat(),
        "detail_zoom": detail_zoom(session, ctx, shown),
    }
    return json.dumps(body | ctx.looking_back, separators=(",", ":"))


def waits(session: Session, ctx: Context, shown: Shown) -> str:
    """Until when each case's land is awaited, as JSON text: `k` case numbers ascending, `class` one character for each.

    0 handed over, 1 within 30 days of the data date, 2 within 90, 3 within 180, 4 later.
    """

    def make() -> str:
        found: dict[int, str] = {}
        for project, calculation, seen in _land(session, ctx, shown):
            numbers = _numbers(session, project)
            for case in seen:
                if case.code in numbers:
                    found[numbers[case.code]] = wait_class(calculation, case)
        numbers_sorted = sorted(found)
        body = {"version": shown.version, "data_date": shown.day.isoformat(), "k": numbers_sorted}
        body["class"] = "".join(found[k] for k in numbers_sorted)
        return json.dumps(body | ctx.looking_back, separators=(",", ":"))

    key = ("waits", shown.version, forecast_mark(session, ctx, shown), ctx.known_at)
    return _kept(ctx, key, make)


def forecast_mark(session: Session, ctx: Context, shown: Shown) -> str:
    """What the forecasts of this land depend on besides its version, for keys and tags."""
    project = None if shown.whole else session.get(Project, shown.projects[0][0])
    return hashlib.sha256(repr(outside(session, ctx, project, shown.day)).encode()).hexdigest()[:12]


def wait_class(calculation: Calculation, case: CaseState) -> str:
    """The class of a case by its forecast handover, as `waits` gives it."""
    if step_group(case) == GROUPS[-1]:
        return DONE
    days = (calculation.forecasts[case.code].on - calculation.data_date).days
    return next((name for most, name in WITHIN if days <= most), LATER)


def _facts(session: Session, ctx: Context, shown: Shown) -> dict[str, Any]:
    steps: Counter[int] = Counter()
    obstacles: Counter[str] = Counter()
    owners: Counter[str] = Counter()
    wards: Counter[str] = Counter()
    totals: dict[str, float] = {"parcels": 0, "cases": 0, "area": 0.0, "demo": 0}
    for project in shown.projects:
        for row in _counted(session, ctx, project, shown):
            steps[GROUP_OF[row.step]] += row.parcels
            obstacles[row.obstacle or ""] += row.parcels
            owners[row.owner] += row.parcels
            wards[row.ward] += row.parcels
            totals["parcels"] += row.parcels
            totals["cases"] += row.cases
            totals["area"] += row.area
            totals["demo"] += row.parcels if row.demo else 0
    labels = facts.all_ward_labels(session)
    body: dict[str, Any] = {
        "version": shown.version,
        "data_date": shown.day.isoformat(),
        "detail_zoom": detail_zoom(session, ctx, shown),
        "bounds": _bounds(session, shown),
        "by_group": [steps[group] for group in GROUPS],
        "by_obstacle": {code: n for code, n in obstacles.most_common() if code},
        "by_owner": dict(owners),
        "wards": [[code, labels.get(code, code), n] for code, n in wards.most_common()],
    }
    return body | totals | {"area": round(totals["area"], 1)} | ctx.looking_back


def _counted(
    session: Session, ctx: Context, project: tuple[int, str, int], shown: Shown
) -> tuple[LandCount, ...]:
    """The counts of one project for this reader: an edit elsewhere in the city leaves them as they are."""
    if not ctx.rights.may(ctx.principal, "case.read"):
        return ()
    number, _, revision = project

    def make() -> tuple[LandCount, ...]:
        moved = moved_cases(session, ctx, project, shown.day)
        return count_land(session, number, moved=moved, unwanted=UNWANTED)

    key = ("counts", ctx.principal.seen_from, number, revision, ctx.known, shown.day)
    return ctx.tiles.get(key, make, lambda rows: 200 * len(rows))


def _critical(session: Session, ctx: Context, shown: Shown) -> dict[str, Any]:
    waiting: Counter[str] = Counter()
    critical: list[list[Any]] = []
    parcels = 0
    for project, calculation, seen in _land(session, ctx, shown):
        drivers = driving_cases(calculation)
        for case in seen:
            waiting[wait_class(calculation, case)] += len(case.parcels)
            parcels += len(case.parcels) if calculation.drives(case.code) else 0
        held = [case.code for case in seen if calculation.drives(case.code)]
        for row in session.execute(PLACES, {"project": project.id, "codes": held}):
            driver = drivers.get(row.code)
            days = [driver.group_days, driver.alone_days] if driver else [None, None]
            critical.append([row.id, row.code, round(row.lon, 5), round(row.lat, 5), *days])
    body = {"version": shown.version, "data_date": shown.day.isoformat(), "by_wait": dict(waiting)}
    return body | {"critical": critical, "critical_parcels": parcels} | ctx.looking_back


def _land(
    session: Session, ctx: Context, shown: Shown
) -> Iterator[tuple[Project, Calculation, list[CaseState]]]:
    """Each project with its calculation and those of its cases that the reader may be told of."""
    numbers = [number for number, _, _ in shown.projects]
    for project in session.scalars(select(Project).where(Project.id.in_(numbers)).order_by(Project.id)).all():
        calculation = calculate(session, ctx, project, shown.day)
        hidden = hidden_cases(ctx, project.code, calculation)
        yield project, calculation, [c for code, c in calculation.cases.items() if code not in hidden]


def _numbers(session: Session, project: Project) -> dict[str, int]:
    """The number of each case in the reader's reach, by its code."""
    query = select(ClearanceCase.code, ClearanceCase.id).where(ClearanceCase.project_id == project.id)
    return {row.code: row.id for row in session.execute(query)}


def _bounds(session: Session, shown: Shown) -> list[float] | None:
    """West, south, east, north of one project's land as the reader sees it; None for the whole city."""
    if shown.whole:
        return None
    row = session.execute(BOUNDS, {"project": shown.projects[0][0]}).one_or_none()
    return None if row is None else [round(float(v), 6) for v in row]


def _kept(ctx: Context, key: tuple[object, ...], make: Callable[[], str]) -> str:
    return ctx.tiles.get(key, make, lambda body: 2 * len(body))
