"""The risk of a project's dates: 10,000 simulations on its calendars, kept by revision, day, seed and records.

Every iteration draws the remaining duration of each piece of work and the handover of each open case, and schedules the
whole network. Dates and chances come from all land; names of cases are told within the reader's reach only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.risk_views import RiskBar, RiskMilestone, RiskView
from api.usecases import facts
from api.usecases.calculation import Calculation, calculate, calculation_key, resolve_day
from api.usecases.risk_basis import basis_of
from api.usecases.risk_grounds import ranges_of, risk_grounds
from api.usecases.risk_net import ProjectNet, project_net, strips_of, undated
from api.usecases.visible import hidden_cases
from geo.access import access_project
from geo.tables import Milestone, Project
from projects.engine.dated import DONE
from projects.engine.dated_risk import DatedRisk, Uncertain, chance_of, day_at, simulate
from projects.engine.model import Activity
from projects.engine.setup import Prepared, prepare
from projects.risking.ranges import Assumed, Grounds, Range

SEED, ITERATIONS, THREADS = 20260313, 10_000, 2
SHOWN = 15  # bars of a tornado
LAND = "LAND"  # the milestone of the last handover
POINTS = 60  # of the curve


@dataclass(frozen=True)
class _Run:
    """A simulation with what went into it."""

    result: DatedRisk
    prepared: Prepared
    ranges: Mapping[str, Range]
    wards: tuple[str, ...]
    works: int


def project_risk(
    session: Session,
    ctx: Context,
    code: str,
    *,
    as_of: date | None = None,
    seed: int = SEED,
    iterations: int = ITERATIONS,
    assumed: Assumed | None = None,
) -> RiskView | None:
    """The simulation of a project as of a day; None for one without a network.

    Raises NotFound, CyclicDependency, and InvalidInput for parameters that cannot be simulated.
    """
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    made = calculate(session, ctx, project, day)
    net = project_net(session, ctx, project, made)
    if net is None or made.delay is None:
        return None
    grounds, ground_key = risk_grounds(session, ctx, day, assumed or Assumed())

    made_of = calculation_key(session, ctx, project, day)

    def ranged() -> tuple[dict[str, Range], str]:
        found = _ranges(made, net, grounds)
        return found, hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()

    ranges, digest = ctx.cache.get(("risk ranges", *made_of, ground_key), ranged)
    rows = session.scalars(
        select(Milestone)
        .where(Milestone.project_id == project.id)
        .order_by(Milestone.planned_on.nulls_last(), Milestone.code)
    ).all()
    asked = {m.code: wanted for m in rows if m.activity_code and (wanted := _asked(m, net, ranges))}
    key = ("risk", *made_of, seed, iterations, grounds.assumed, digest)

    def run() -> _Run:
        return _simulated(made, net, ranges, grounds.assumed, asked, seed, iterations)

    done: _Run = ctx.cache.get(key, run)
    return _view(session, ctx, project, made, grounds, done, rows)


def _ranges(made: Calculation, net: ProjectNet, grounds: Grounds) -> dict[str, Range]:
    """The range of every open case that is a node of the network."""
    nodes = {a.code for a in net.net.activities}
    return ranges_of(made, grounds, (code for code in made.cases if code in nodes))


def _asked(row: Milestone, net: ProjectNet, ranges: Mapping[str, Range]) -> list[str]:
    """The nodes whose last finish the milestone means: one activity, or the last of all open land."""
    found = [a.code for a in net.net.activities if a.code == row.activity_code]
    return sorted(ranges) if not found and row.activity_code == LAND else found


def _simulated(
    made: Calculation, net: ProjectNet, ranges: Mapping[str, Range], assumed: Assumed,
    asked: Mapping[str, list[str]], seed: int, iterations: int,
) -> _Run:  # fmt: skip
    strips = strips_of(made)
    prepared = prepare(undated(net.net, ranges, strips), net.result.options)
    wards = tuple(sorted({made.cases[code].ward_code for code in ranges}))
    place = {ward: g for g, ward in enumerate(wards)}
    uncertain = {
        code: Uncertain(found.spread, wait=True, group=place[made.cases[code].ward_code])
        for code, found in ranges.items()
    }
    works = 0
    for code, i in prepared.index.items():
        left = int(prepared.nodes.left[i]) // prepared.clock.unit
        if left and prepared.nodes.state[i] != DONE:
            uncertain[code] = Uncertain(assumed.of(left, assumed.work))
            works += 1
    result = simulate(
        prepared, uncertain, asked=asked, strips=strips, iterations=iterations, seed=seed,
        correlation=assumed.correlation, threads=THREADS,
    )  # fmt: skip
    return _Run(result, prepared, dict(ranges), wards, works)


def _view(
    session: Session, ctx: Context, project: Project, made: Calculation, grounds: Grounds, done: _Run,
    rows: Sequence[Milestone],
) -> RiskView:  # fmt: skip
    result, delay = done.result, made.delay
    assert delay is not None
    hidden = hidden_cases(ctx, project.code, made)
    labels = facts.all_ward_labels(session)
    known = {a.code: a for a in done.prepared.activities}
    works = [_work(known[code], result) for code in result.swing if code not in made.cases]
    cases = [_case(code, made, done) for code in done.ranges if code not in hidden]
    wards = [_ward(g, ward, labels, made, done) for g, ward in enumerate(done.wards)]
    planned = project.planned_finish
    return RiskView(
        project=project.code,
        data_date=made.data_date,
        options=delay.options,
        iterations=result.iterations,
        seed=result.seed,
        forecast_finish=delay.forecast_finish,
        planned_finish=planned,
        p10=result.percentile(10),
        p50=result.percentile(50),
        p80=result.percentile(80),
        p90=result.percentile(90),
        chance=None if planned is None else result.chance(planned),
        curve=_curve(result),
        milestones=tuple(_milestone(row, made, result) for row in rows),
        activities=_greatest(works),
        wards=_greatest(wards),
        cases=_greatest(cases),
        cases_hidden=len(hidden & set(done.ranges)),
        activities_all=len(works),
        cases_all=len(done.ranges),
        basis=basis_of(grounds, done.ranges, done.works),
        demo=any(case.is_demo for case in made.cases.values()),
    )


def _milestone(row: Milestone, made: Calculation, result: DatedRisk) -> RiskMilestone:
    view = facts.milestone_view(row, made)
    days = result.reached.get(row.code) if view.actual_on is None else None
    return RiskMilestone(
        code=row.code,
        name_vi=row.name_vi,
        name_en=row.name_en,
        planned_on=row.planned_on,
        forecast_on=view.forecast_on,
        p50=None if days is None else day_at(days, 50),
        p80=None if days is None else day_at(days, 80),
        chance=None if days is None or row.planned_on is None else chance_of(days, row.planned_on),
        done_on=view.actual_on,
        source=row.source,
    )


def _work(activity: Activity, result: DatedRisk) -> RiskBar:
    code = activity.code
    return RiskBar(
        code=code,
        name_vi=activity.name_vi,
        name_en=activity.name_en,
        swing_days=result.swing[code],
        criticality=result.criticality[code],
        share=result.share[code],
    )


def _case(code: str, made: Calculation, done: _Run) -> RiskBar:
    case, result = made.cases[code], done.result
    return RiskBar(
        code=code,
        name_vi=code,
        name_en=code,
        swing_days=result.swing.get(code, 0.0),
        criticality=result.criticality[code],
        share=result.share.get(code, 0.0),
        ward_code=case.ward_code,
        parcels=tuple(f"{p.sheet}/{p.number}" for p in case.parcels),
        basis=done.ranges[code].basis,
    )


def _ward(group: int, ward: str, labels: Mapping[str, str], made: Calculation, done: _Run) -> RiskBar:
    label, result = labels.get(ward, ward), done.result
    return RiskBar(
        code=ward,
        name_vi=label,
        name_en=label,
        swing_days=result.group_swing.get(group, 0.0),
        criticality=result.group_criticality.get(group, 0.0),
        share=result.group_share.get(group, 0.0),
        cases=sum(made.cases[code].ward_code == ward for code in done.ranges),
    )


def _greatest(bars: list[RiskBar]) -> tuple[RiskBar, ...]:
    """The bars that move most; those that never lay on the chain tell nothing."""
    ranked = sorted(bars, key=lambda bar: (-abs(bar.swing_days), -bar.criticality, bar.code))
    return tuple(bar for bar in ranked if bar.criticality > 0)[:SHOWN]


def _curve(result: DatedRisk) -> tuple[tuple[date, float], ...]:
    """Days from the first to the last finish with the part of iterations that are over by then."""
    days = np.sort(result.finish)
    first, last = int(days[0]), int(days[-1])
    wanted = np.unique(np.rint(np.linspace(first, last, POINTS)).astype(np.int64))
    over = np.searchsorted(days, wanted, side="right") / days.size
    return tuple((date.fromordinal(int(d)), float(share)) for d, share in zip(wanted, over, strict=True))
