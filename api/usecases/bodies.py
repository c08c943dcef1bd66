"""The delay report of one responsible body: a ward, or the level (department, city) that obstacles have come up to.

Of each project the body's own cases: how many are open, how many hold the completion, how many days come back when all
of them are handed over, which part of the movement is theirs, what they promised and what runs out next. A case is a
level's own while an open obstacle of it lies there; a ward's own by where its land lies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import PERIOD, Calculation, calculate, compared_day, resolve_day
from api.usecases.commitments import commitments
from api.usecases.data_age import Age, ages_of
from api.usecases.desks import DeskRow, desk_rows
from api.usecases.ledger import ledger_of
from api.usecases.may import sees
from api.usecases.obstacle_list import ObstacleFilter, ObstacleList, open_obstacles
from api.usecases.obstacles import open_on
from api.usecases.projects import summary_of
from api.usecases.quality import quality_of
from api.usecases.releases import ranked_of, release_line
from api.usecases.visible import hidden_cases
from api.views import ProjectSummary
from geo import scope
from geo.access import access_ward
from geo.tables import CaseObstacle, ClearanceCase, Project
from projects.commitments import Promise, Tally, added
from projects.desk.desk import sort_key
from projects.engine.model import Options
from projects.errors import InvalidInput
from projects.impact import DrivingCase
from projects.ledger.model import Cause, Ledger, Total
from projects.quality.model import Gate
from projects.tiers import TIERS

LEVELS = ("department", "city")  # bodies that are no ward
TIMED = ("overdue", "week", "month")  # groups of the worklist whose clocks run out next
MOST_PROMISES = 5_000


@dataclass(frozen=True, slots=True)
class Body:
    """Who is reported on: `code` is a ward's code or one of `LEVELS`."""

    code: str
    name_vi: str
    name_en: str

    @property
    def is_ward(self) -> bool:
        """Whether it is a ward."""
        return self.code not in LEVELS


@dataclass(frozen=True, slots=True)
class Moved:
    """How a project's completion moved in the period, and the body's own part of it in exact days.

    `share` is None where the reader may not be told of it; `causes`: the body's causes with their days.
    """

    before: date
    after: date
    share: Fraction | None
    causes: tuple[tuple[Cause, Total], ...]

    @property
    def days(self) -> int:
        """Calendar days, positive = later."""
        return (self.after - self.before).days


@dataclass(frozen=True, slots=True)
class BodyProject:
    """What of one project is the body's. Counts are of all land, `seen` and `seen_driving` of that in reach.

    `gain`: calendar days that the completion comes earlier when all open cases of the body are handed over. `set_size`
    cases make the smallest release that gains all that land can gain, `set_own` of them are the body's.
    """

    summary: ProjectSummary
    cases: int
    open: int
    driving: int
    seen: int
    seen_driving: int
    gain: int
    set_size: int | None
    set_own: int
    moved: Moved | None
    promises: Tally
    gate: Gate | None
    age: Age | None
    options: Options | None


@dataclass(frozen=True, slots=True)
class BodyReport:
    """All projects with open cases of the body, those where it holds most days first, and what is listed of them."""

    body: Body
    data_date: date
    since: date | None
    projects: tuple[BodyProject, ...]
    done: int  # cases of the body, in all projects, that are handed over
    drivers: tuple[tuple[str, DrivingCase], ...]
    drivers_hidden: int
    broken: tuple[Promise, ...]
    work: tuple[DeskRow, ...]
    obstacles: ObstacleList
    demo: bool

    @property
    def open(self) -> int:
        """Open cases."""
        return sum(row.open for row in self.projects)

    @property
    def driving(self) -> int:
        """Cases that hold a completion date."""
        return sum(row.driving for row in self.projects)

    @property
    def promises(self) -> Tally:
        """All promises of the body's cases in the reader's reach."""
        return added(row.promises for row in self.projects)


def body_of(session: Session, code: str) -> Body:
    """The body with this code. Raises NotFound for what is neither a level nor a ward."""
    if code in LEVELS:
        return Body(code, *TIERS[code])
    label = facts.ward_label((ward := access_ward(session, code)).name, ward.unit_type)
    return Body(code, label, label)


def since_of(session: Session, code: str, as_of: date | None, since: date | None) -> date | None:
    """The day to compare with: the one asked for, for a ward else four weeks earlier; None where there was no data.

    A level may be concerned by every project, so its movement is told only when it is asked for. Raises InvalidInput
    for a day that does not come before that of the report.
    """
    usual = None if code in LEVELS else PERIOD
    return compared_day(session, resolve_day(session, as_of), since, usual=usual)


def body_report(
    session: Session, ctx: Context, code: str, *, as_of: date | None = None, since: date | None = None
) -> BodyReport:
    """The report of a body on a day; `since`: with the movement from that day on. Raises NotFound, InvalidInput."""
    day = resolve_day(session, as_of)
    body = body_of(session, code)
    rows: list[BodyProject] = []
    drivers: list[tuple[str, DrivingCase]] = []
    broken: list[Promise] = []
    work: list[DeskRow] = []
    done = hidden_drivers = 0
    demo = False
    for project in _projects(session, body, day):
        made = calculate(session, ctx, project, day)
        own = _own(session, project, made, body, day)
        waiting = frozenset(case for case in own if made.is_open(case))
        done += len(own) - len(waiting)
        if not waiting:
            continue
        hidden = hidden_cases(ctx, project.code, made)
        demo = demo or any(made.cases[case].is_demo for case in own)
        found = [d for d in made.delay.drivers if d.code in own] if made.delay else []
        drivers += [(project.code, d) for d in found if d.code not in hidden]
        hidden_drivers += sum(d.code in hidden for d in found)
        promised, lost = _promises(session, project.code, body, own, day)
        broken += lost
        work += [
            row
            for row in desk_rows(session, ctx, project, day)
            if row.desk.group in TIMED
            and row.case.code in own
            and sees(ctx, ward=row.case.ward_code, project=project.code)
        ]
        summary = summary_of(session, ctx, project, day)
        rows.append(_row(session, ctx, project, made, body, own, waiting, hidden, summary, promised, since))
    rows.sort(key=lambda row: (-row.gain, -row.driving, -row.open, row.summary.facts.code))
    drivers.sort(key=lambda pair: (-pair[1].group_days, pair[1].forecast, pair[1].code))
    work.sort(key=lambda row: sort_key(row.desk, row.held, row.case.code))
    chosen = ObstacleFilter(ward=body.code) if body.is_ward else ObstacleFilter(tier=body.code)
    return BodyReport(
        body=body, data_date=day, since=since, projects=tuple(rows), done=done, drivers=tuple(drivers),
        drivers_hidden=hidden_drivers, broken=tuple(sorted(broken, key=lambda p: (p.promised, p.code))),
        work=tuple(work), obstacles=open_obstacles(session, chosen, limit=1, as_of=day), demo=demo,
    )  # fmt: skip


def _projects(session: Session, body: Body, day: date) -> Sequence[Project]:
    """The projects in which the body may have cases."""
    with scope.calculating(session):
        ids = (
            select(ClearanceCase.project_id).where(ClearanceCase.ward_code == body.code)
            if body.is_ward
            else select(CaseObstacle.project_id).where(CaseObstacle.tier == body.code, open_on(day))
        )
        numbers = set(session.scalars(ids.distinct()))
    query = select(Project).where(Project.id.in_(numbers)).order_by(Project.sort)
    return session.scalars(query).all()


def _own(session: Session, project: Project, made: Calculation, body: Body, day: date) -> frozenset[str]:
    """The cases of a project that are the body's, whoever asks."""
    if body.is_ward:
        return frozenset(case.code for case in made.cases.values() if case.ward_code == body.code)
    with scope.calculating(session):
        rows = session.execute(
            select(ClearanceCase.code, CaseObstacle.tier)
            .join(CaseObstacle, CaseObstacle.case_id == ClearanceCase.id)
            .where(CaseObstacle.project_id == project.id, open_on(day))
        ).all()
    order = list(TIERS)
    reached: dict[str, str] = {}
    for code, tier in rows:
        reached[code] = max(reached.get(code, tier), tier, key=order.index)
    return frozenset(code for code, tier in reached.items() if tier == body.code and code in made.cases)


def _promises(
    session: Session, project: str, body: Body, own: Collection[str], day: date
) -> tuple[Tally, list[Promise]]:
    """How the promises of the body's cases in reach went, and the broken ones."""
    found = commitments(
        session, project=project, ward=body.code if body.is_ward else None, listed=True, limit=MOST_PROMISES, as_of=day
    )  # fmt: skip
    mine = [promise for promise in found.rows if promise.code in own]
    return _tally(mine), [promise for promise in mine if promise.state == "broken"]


def _tally(promises: Collection[Promise]) -> Tally:
    states = [promise.state for promise in promises]
    slips = [promise.slip_days for promise in promises if promise.slip_days is not None]
    return Tally(
        cases=len({promise.code for promise in promises}), promises=len(states), changes=len(slips),
        slip_days=sum(slips), kept=states.count("kept"), broken=states.count("broken"), open=states.count("open"),
        moved=states.count("moved"),
    )  # fmt: skip


def _row(
    session: Session, ctx: Context, project: Project, made: Calculation, body: Body, own: Collection[str],
    waiting: frozenset[str], hidden: frozenset[str], summary: ProjectSummary, promises: Tally, since: date | None,
) -> BodyProject:  # fmt: skip
    best = release_line(session, ctx, project, made.data_date) if made.delay else None
    quality = quality_of(session, ctx, project, made.data_date)
    ages = {age.ward: age for age in ages_of(session, project, made.data_date)} if body.is_ward else {}
    return BodyProject(
        summary=summary,
        cases=len(own),
        open=len(waiting),
        driving=sum(made.drives(case) for case in waiting),
        seen=sum(case not in hidden for case in waiting),
        seen_driving=sum(case not in hidden and made.drives(case) for case in waiting),
        gain=_gain(session, ctx, project, made, waiting),
        set_size=len(best.items) if best else None,
        set_own=sum(case in waiting for case in best.items) if best else 0,
        moved=_moved(session, ctx, project.code, body, since, made.data_date) if made.delay else None,
        promises=promises,
        gate=quality.gate if quality else None,
        age=ages.get(body.code),
        options=made.delay.options if made.delay else None,
    )


def _gain(session: Session, ctx: Context, project: Project, made: Calculation, cases: frozenset[str]) -> int:
    """Days that the completion comes earlier when these cases are handed over on the data date."""
    if made.delay is None:
        return 0
    try:
        game = ranked_of(session, ctx, project, made.data_date).game
    except InvalidInput:
        return 0
    return game.gain(cases & frozenset(game.cases))


def _moved(
    session: Session, ctx: Context, project: str, body: Body, since: date | None, day: date
) -> Moved | None:
    if since is None or since >= day:
        return None
    ledger = ledger_of(session, ctx, project, since, day)
    tables: Mapping[str, Total] = {row.key: row for row in (ledger.wards if body.is_ward else ledger.bodies)}
    own = tables.get(body.code)
    share = own.days if own is not None else (None if "outside" in tables else Fraction(0))
    return Moved(ledger.before, ledger.after, share, tuple(_causes(ledger, body)))


def _causes(ledger: Ledger, body: Body) -> list[tuple[Cause, Total]]:
    found = [(ledger.cause(row.key), row) for row in ledger.causes]
    return [
        (cause, row)
        for cause, row in found
        if cause is not None and (cause.ward if body.is_ward else cause.body) == body.code
    ]
