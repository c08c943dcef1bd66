"""Lists of cases whose count equals the number that was clicked, and the page of one case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.usecases import facts
from api.usecases.calculation import Calculation, calculate, resolve_day
from api.usecases.counting import lies_on, step_group
from api.usecases.forecast_answer import earliest_answer, earliest_of, part_answer, told_forecast
from api.usecases.parcel_places import places_of
from api.usecases.visible import hidden_cases
from api.views import CaseList, CaseRow, CaseView, EventView
from geo.access import access_case, access_project
from geo.history import case_state, events_about, events_of, statements
from geo.tables import ClearanceCase, Event, Parcel, Project
from projects.clearance import allowed_steps
from projects.history import Statement, came_from, fold, roots, standing
from projects.impact import DrivingCase
from projects.masking import masked_state
from projects.model import CaseState, ParcelRef
from projects.steps import STEPS


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list shows: `step` is a group 1…7 or a step code; all filters hold together.

    `between` is a stretch of chainage in m: cases with a parcel on it. `codes`: none but these.
    """

    step: str | None = None
    ward: str | None = None
    front: str | None = None
    obstacle: str | None = None
    driving: bool = False
    open_only: bool = False
    between: tuple[float, float] | None = None
    codes: frozenset[str] | None = None

    def accepts(self, calculation: Calculation, case: CaseState) -> bool:
        """Whether the case belongs on the list."""
        return (
            (self.codes is None or case.code in self.codes)
            and (self.step is None or self.step in (case.step, str(step_group(case))))
            and (self.ward is None or self.ward == case.ward_code)
            and (self.front is None or self.front in case.fronts)
            and (self.obstacle is None or self.obstacle == case.obstacle)
            and (not self.driving or calculation.drives(case.code))
            and (not self.open_only or calculation.is_open(case.code))
            and (self.between is None or any(self.covers(p) for p in case.parcels))
        )

    def covers(self, parcel: ParcelRef) -> bool:
        """Whether a parcel counts: without a stretch all do, else those that lie on it."""
        return self.between is None or lies_on(parcel, self.between)


def case_list(
    session: Session,
    ctx: Context,
    project_code: str,
    chosen: CaseFilter,
    *,
    limit: int = 100,
    offset: int = 0,
    as_of: date | None = None,
) -> CaseList:
    """The cases in the reader's reach that match, those that hold the critical path first, then least advanced.

    What lies outside the reach is not counted either: the count of a narrow filter would tell what it hides.
    """
    project = access_project(session, project_code)
    calculation = calculate(session, ctx, project, resolve_day(session, as_of))
    hidden = hidden_cases(ctx, project.code, calculation)
    seen = [case for code, case in calculation.cases.items() if code not in hidden]
    found = [case for case in seen if chosen.accepts(calculation, case)]
    found.sort(key=lambda c: (not calculation.drives(c.code), STEPS[c.step].order, c.code))
    shown = found[offset : offset + limit]
    labels = facts.all_ward_labels(session)
    holders = dict(
        session.execute(
            select(ClearanceCase.code, ClearanceCase.holder_kind).where(
                ClearanceCase.code.in_([c.code for c in shown])
            )
        ).all()
    )
    return CaseList(
        data_date=calculation.data_date,
        rows=tuple(_row(project, calculation, c, labels, holders.get(c.code, "")) for c in shown),
        total=len(found),
        parcels=sum(chosen.covers(p) for c in found for p in c.parcels),
        limit=limit,
        offset=offset,
    )


def case_view(session: Session, ctx: Context, code: str, *, as_of: date | None = None) -> CaseView:
    """One case: where it stands, its land, the steps it may take, its forecast and its history.

    Raises NotFound. The step shown is the one on the data date; the version is the present one.
    """
    case = access_case(session, code)
    told = statements(session, code)
    project = session.get_one(Project, case.project_id)
    day = resolve_day(session, as_of)
    calculation = calculate(session, ctx, project, day)
    state = calculation.cases.get(code) or _left_boundary(case)
    forecast = told_forecast(session, ctx, calculation, state) if code in calculation.forecasts else None
    driver = _driver(calculation, code)
    labels = facts.all_ward_labels(session)
    places = places_of(session, case.id)
    return CaseView(
        data_date=day,
        facts=facts.project_facts(project),
        row=_row(project, calculation, state, labels, case.holder_kind),
        parcels=tuple(
            {
                "id": str(p.id),
                "map_series": p.map_series,
                "sheet": p.sheet,
                "number": p.number,
                "land_use": p.land_use,
                "area_m2": p.area_m2,
                "area_stated_m2": p.area_stated_m2,
                "from_m": p.from_m,
                "to_m": p.to_m,
                "side": p.side,
                "places": places.get(p.id, []),
            }
            for p in session.scalars(
                select(Parcel).where(Parcel.case_id == case.id).order_by(Parcel.sheet, Parcel.number)
            )
        ),
        allowed=allowed_steps(case.step, came_from=came_from(told)),
        note=(case_state(case) | fold(told, on=day))["note"],
        forecast_basis=forecast.basis if forecast else "",
        forecast_parts=tuple(part_answer(part) for part in forecast.parts) if forecast else (),
        lawful_earliest=earliest_answer(earliest_of(calculation, state)),
        forecast_why_vi=forecast.why_vi if forecast else "Đã đưa ra khỏi ranh giới.",
        forecast_why_en=forecast.why_en if forecast else "Taken out of the boundary.",
        alone_days=driver.alone_days if driver else None,
        group_days=driver.group_days if driver else None,
        group_size=driver.group_size if driver else None,
        history=_history(session, code, told),
        about=tuple(_masked(ctx, _event(event, None)) for event in events_about(session, code)),
        present=case_state(case),
        present_on=max((event.effective_on for event in standing(told)), default=case.step_on),
    )


def _row(
    project: Project, calculation: Calculation, case: CaseState, labels: dict[str, str], holder: str
) -> CaseRow:
    forecast = calculation.forecasts.get(case.code)
    starts = [p.from_m for p in case.parcels if p.from_m is not None]
    ends = [p.to_m for p in case.parcels if p.to_m is not None]
    return CaseRow(
        code=case.code,
        project_code=project.code,
        ward_code=case.ward_code,
        ward_label=labels.get(case.ward_code, case.ward_code),
        step=case.step,
        step_on=case.step_on,
        promised_on=case.promised_on,
        forecast_on=forecast.on if forecast else calculation.data_date,
        obstacle=case.obstacle,
        holder_kind=holder,
        parcels=tuple((p.sheet, p.number) for p in case.parcels),
        area_m2=sum(p.area_m2 for p in case.parcels),
        from_m=min(starts, default=None),
        to_m=max(ends, default=None),
        fronts=case.fronts,
        drives=calculation.drives(case.code),
        is_demo=case.is_demo,
        version=case.version,
    )


def _left_boundary(case: ClearanceCase) -> CaseState:
    """A case that left the boundary (X2) has no part in the calculation but keeps its page."""
    return CaseState(
        code=case.code,
        ward_code=case.ward_code,
        step=case.step,
        step_on=case.step_on,
        promised_on=case.promised_on,
        obstacle=case.obstacle,
        fronts=(),
        version=case.version,
        is_demo=case.is_demo,
    )


def _driver(calculation: Calculation, code: str) -> DrivingCase | None:
    drivers = calculation.delay.drivers if calculation.delay else ()
    return next((d for d in drivers if d.code == code), None)


def _history(session: Session, code: str, told: Sequence[Statement]) -> tuple[EventView, ...]:
    """The newest events of a case, newest first, with what counts now in the place of a corrected one."""
    root = roots(told)
    counts = {root[event.id]: event.id for event in standing(told)}
    return tuple(_event(e, counts.get(root.get(e.id, e.id))) for e in events_of(session, "case", code))


def _masked(ctx: Context, event: EventView) -> EventView:
    """Opening people's data has a place of its own, with a reason: here it is masked for everybody."""
    fields = ctx.rights.fields
    return replace(event, before=masked_state(event.before, fields), after=masked_state(event.after, fields))


def _event(row: Event, counts: int | None) -> EventView:
    return EventView(
        id=row.id,
        recorded_at=row.recorded_at,
        effective_on=row.effective_on,
        actor=row.actor,
        on_behalf_of=row.on_behalf_of,
        kind=row.kind,
        before=row.before,
        after=row.after,
        document=row.document,
        document_hash=row.document_hash,
        reason=row.reason,
        corrects=row.corrects,
        corrected_by=counts if counts != row.id else None,
        object_type=row.object_type,
    )
