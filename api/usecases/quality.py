"""The quality of a project's schedule, judged with each calculation and kept with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.baselines import baselines_of, stand_if_it_can
from api.usecases.calculation import calculate, calculation_key, resolve_day
from api.usecases.risk_net import project_net
from api.usecases.schedule_notes import unsupported_of
from api.usecases.schedules import options_of
from api.usecases.visible import Hidden, hidden_cases
from geo.access import access_project
from geo.tables import Project
from projects.quality.assess import assess
from projects.quality.model import Finding, Quality
from projects.quality.words import WORDS


def quality_of(session: Session, ctx: Context, project: Project, day: date) -> Quality | None:
    """The findings on `day` as they travel with every report; None for a project without a network.

    Missed tasks and BEI are judged against the newest baseline of the project, where it has one.

    Names cases, whoever asks: cut it with `seen_quality` before it is shown. Raises CyclicDependency.
    """
    # Looking back, the age of the data is no question, and the baselines of that moment are not computed.
    today = ctx.today() if ctx.known is None else None
    baseline = next(iter(baselines_of(session, project)), None) if ctx.known is None else None

    def make() -> Quality | None:
        made = calculate(session, ctx, project, day)
        net = project_net(session, ctx, project, made)
        if net is None:
            return None
        then = None if baseline is None else stand_if_it_can(session, ctx, project, baseline)
        planned = None if then is None else {code: told.side.finish for code, told in then.told.items()}
        return assess(
            net.result,
            land=net.land,
            baseline=planned,
            planned_finish=project.planned_finish,
            today=today,
            later_facts=net.later_facts,
            unsupported=unsupported_of(session, ctx, project) if net.sent else (),
        )

    key = (*calculation_key(session, ctx, project, day), today, baseline and baseline.id)
    made: Quality | None = ctx.cache.get(("quality", *key), make)
    return made


def seen_quality(quality: Quality, hidden: Hidden) -> Quality:
    """The findings without the names of hidden cases; counts stay."""
    if not hidden:
        return quality
    return replace(quality, findings=tuple(_seen(finding, hidden) for finding in quality.findings))


def _seen(finding: Finding, hidden: Hidden) -> Finding:
    offenders = tuple(o for o in finding.offenders if hidden.isdisjoint(o.codes))
    return finding if len(offenders) == len(finding.offenders) else replace(finding, offenders=offenders)


def project_quality(
    session: Session, ctx: Context, code: str, *, as_of: date | None = None
) -> tuple[date, Quality | None]:
    """The data date and what the reader may see of the findings. Raises NotFound, CyclicDependency."""
    project = access_project(session, code)
    day = resolve_day(session, as_of)
    found = quality_of(session, ctx, project, day)
    if found is None:
        return day, None
    return day, seen_quality(found, hidden_cases(ctx, code, calculate(session, ctx, project, day)))


def quality_answer(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> dict[str, Any]:
    """The findings as plain values. `named` may be less than `count`: others lie outside the reader's reach."""
    day, found = project_quality(session, ctx, code, as_of=as_of)
    head: dict[str, Any] = {"project": code, "data_date": day.isoformat()} | ctx.looking_back
    if found is None:
        return head | {"network": None, "options": None, "gate": None, "findings": []}
    gate = found.gate
    return head | {
        "options": options_of(session, ctx, access_project(session, code), day),
        "gate": {
            "ok": gate.ok,
            "stamp_vi": gate.stamp_vi,
            "stamp_en": gate.stamp_en,
            "failed": list(gate.failed),
            "passed": gate.passed,
            "failing": gate.failing,
            "not_assessed": gate.unknown,
        },
        "judged": found.judged,
        "land_left_out": found.left_out,
        "findings": [_finding(finding) for finding in found.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    words = WORDS[finding.code]
    return {
        "code": finding.code,
        "name_vi": words.name_vi,
        "name_en": words.name_en,
        "state": finding.state,
        "count": finding.count,
        "of": finding.of,
        "value": finding.value,
        "limit": finding.limit,
        "limit_vi": words.limit_vi,
        "limit_en": words.limit_en,
        "gate": finding.gate,
        "named": len(finding.offenders),
        "offenders": [{"codes": list(o.codes), "vi": o.vi, "en": o.en} for o in finding.offenders],
        "means_vi": words.means_vi,
        "means_en": words.means_en,
        "why_vi": finding.why_vi,
        "why_en": finding.why_en,
    }
