"""One day of the ledger: its half-steps, each shared over what changed in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache

from projects.engine.model import Activity, Net, Rule
from projects.engine.model import Kind as Sort
from projects.engine.shifts import EPOCH
from projects.errors import Fault, InvalidInput, NotFound
from projects.ledger.causes import Changes
from projects.ledger.ground import runs
from projects.ledger.model import Cause, DayEntry, HalfStep, Kind, Reason, Share
from projects.ledger.sharing import EXACT_UP_TO, Levels, exact_shares, sampled_shares
from projects.ledger.sides import RUN, pair
from projects.ledger.states import DaysOff, State, progressed, rested
from projects.model import CaseState
from projects.works import plan_works

MOST_RUNS = 60_000  # passes over the network that one half-step may take for exact shares
SAMPLED_RUNS = 6_000  # and for sampled ones, at least one order and its reverse
MOST_TURNS = 60  # networks that are prepared anew for sampled shares of days off


@dataclass(frozen=True, slots=True)
class Parts:
    """Days and causes of a half-step: shares by (is it a case?, code), only those other than 0."""

    before: date
    after: date
    shares: dict[tuple[bool, str], Fraction]
    causes: int
    exact: bool


def day_entry(before: State, after: State, target: str) -> DayEntry:
    """The movement of the activity `target` from the end of one day to that of the next.

    Raises NotFound when one of the plans does not have it, and what the engine raises for a broken network.
    """
    middle = progressed(before, after)
    turned = rested(middle, after)
    first = half_step(before, middle, target, landed=True)
    progress = HalfStep(
        first.before, first.after, _named(first, before, middle, plan=False), first.causes, first.exact
    )
    off = _days_off(middle, after.days_off, target) if after.days_off else HalfStep(first.after, first.after)
    if turned is after:
        return DayEntry(after.day, progress, off, HalfStep(off.after, off.after))
    second = half_step(turned, after, target, landed=False)
    plan = HalfStep(
        second.before, second.after, _named(second, turned, after, plan=True), second.causes, second.exact
    )
    return DayEntry(after.day, progress, off, plan)


def _days_off(before: State, off: DaysOff, target: str) -> HalfStep:
    """What the days off of each document moved, on the plan of `before`."""
    count = len(off.documents)

    @cache
    def day(chosen: frozenset[int]) -> int:
        plan = off.under(before.plan, chosen)
        on = finish_of(replace(before, plan=plan, works=plan_works(plan, before.day)), target)
        return (on - EPOCH).days

    exact = count <= EXACT_UP_TO
    if exact:
        chosen = [frozenset(i for i in range(count) if bits >> i & 1) for bits in range(1 << count)]
        found = exact_shares(0, count, lambda bits: Levels(day(chosen[bits]), (), ()))
    else:
        found = sampled_shares(count, day, orders=max(2, MOST_TURNS // count))
    ends = day(frozenset()), day(frozenset(range(count)))
    shares = (
        Share(cause, Reason.DAYS_OFF, days, told)
        for (cause, told), days in zip(off.documents, found, strict=True)
        if days
    )
    return HalfStep(_date(ends[0]), _date(ends[1]), _sorted(shares), count, exact)


def opening_step(own: State, then: State, target: str) -> HalfStep:
    """The same first day under its own grounds and under those of the last day: what was learnt in between."""
    found = half_step(own, then, target, landed=True)
    shares = (
        _case_share(code, days, own, then, Reason.GROUNDS)
        if is_case
        else Share(_of_work(code, then), Reason.GROUNDS, days)
        for (is_case, code), days in found.shares.items()
    )
    return HalfStep(found.before, found.after, _sorted(shares), found.causes, found.exact)


def half_step(before: State, after: State, target: str, *, landed: bool) -> Parts:
    """From one state to the other; `landed`: cases are causes, else land belongs to the plan."""
    _expect(target, before, after)
    both = pair(before, after)
    if both is None:
        return _together(before, after, target)
    changes = Changes(both, target, landed=landed)
    m, k = len(changes.members), len(changes.shapes)
    ends = changes.day(frozenset()), changes.day(frozenset(range(m + k)))
    seeds = {seed for source in changes.sources for seed in (*source.before, *source.after)}
    exact = k <= EXACT_UP_TO and (len(seeds) + 1) << k <= MOST_RUNS
    if exact:
        found = exact_shares(m, k, changes.levels)
    else:
        found = sampled_shares(m + k, changes.day, orders=SAMPLED_RUNS // (m + k))
    shares = {name: days for name, days in zip(changes.names, found, strict=True) if days}
    runs = {name: days for name, days in shares.items() if name[0] and name[1].startswith(RUN)}
    if runs:
        shares = _charged(shares, before, after)
    return Parts(_date(ends[0]), _date(ends[1]), shares, changes.count, exact and not runs)


def _charged(
    shares: dict[tuple[bool, str], Fraction], before: State, after: State
) -> dict[tuple[bool, str], Fraction]:
    """The days of a front that opens with a run are divided evenly over its cases on the run, before or after, whose
    forecast moved; over all of its run where none did."""
    found: dict[tuple[bool, str], Fraction] = {}
    for (is_case, code), days in shares.items():
        names = [(is_case, code)]
        if is_case and code.startswith(RUN):
            names = _of_run(code.removeprefix(RUN), before, after)
        for name in names:
            found[name] = found.get(name, Fraction(0)) + days / len(names)
    return {name: days for name, days in found.items() if days}


def _of_run(front: str, before: State, after: State) -> list[tuple[bool, str]]:
    both = [runs(state)[front] for state in (before, after) if front in runs(state)]
    run = sorted({code for land in both for code in land.by})
    days = [{code: forecast.on for code, forecast in state.forecasts.items()} for state in (before, after)]
    moved = [code for code in run if days[0].get(code) != days[1].get(code)]
    return [(True, code) for code in moved or run] or [(False, both[0].possession)]


def finish_of(state: State, target: str) -> date:
    """The forecast of the activity `target`. Raises NotFound."""
    _expect(target, state)
    both = pair(state, state)
    assert both is not None
    return _date(Changes(both, target, landed=True).day(frozenset()))


def _expect(target: str, *states: State) -> None:
    for state in states:
        found = next((a for a in state.works.net.activities if a.code == target), None)
        if found is None:
            raise NotFound("activity", target)
        if found.kind is Sort.EFFORT or any(c.rule is Rule.ALAP for c in found.constraints):
            vi = "Việc đi kèm hoặc xếp muộn nhất có thể: ngày của nó do việc khác quyết định, không có sổ trượt."
            en = "A level of effort, or as late as possible: other work decides its day, there is no slip ledger."
            raise InvalidInput([Fault(target, vi, en)])


def _together(before: State, after: State, target: str) -> Parts:
    """Edits that turn links around cannot be applied one by one: their days are divided equally over all of them."""
    ends = finish_of(before, target), finish_of(after, target)
    moved = (ends[1] - ends[0]).days
    codes = sorted(_edited(before.works.net, after.works.net))
    shares = {(False, code): Fraction(moved, len(codes)) for code in codes if moved}
    return Parts(*ends, shares, len(codes), exact=False)


def _edited(before: Net, after: Net) -> set[str]:
    """The activities that differ, or the links into which do."""
    was, now = ({a.code: a for a in n.activities} for n in (before, after))
    codes = {code for code in {**was, **now} if was.get(code) != now.get(code)}
    return codes | {k.succ for k in {*before.links} ^ {*after.links}}


def _date(day: int) -> date:
    return EPOCH + timedelta(day)


# Naming the causes


def _named(parts: Parts, before: State, after: State, *, plan: bool) -> tuple[Share, ...]:
    was, now = ({a.code: a for a in state.works.net.activities} for state in (before, after))
    shares = []
    for (is_case, code), days in parts.shares.items():
        if is_case:
            reason = _reason(code, before.cases.get(code), after.cases.get(code), before, after)
            shares.append(_case_share(code, days, before, after, reason))
        else:
            front = after.works.fronts.get(code) or before.works.fronts.get(code)
            shares.append(_activity_share(was.get(code), now.get(code), front, days, after, plan=plan))
    return _sorted(shares)


def _sorted(shares: Iterable[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda s: (-abs(s.days), s.cause.kind, s.cause.code)))


def _case_share(code: str, days: Fraction, before: State, after: State, reason: Reason) -> Share:
    was, now = before.cases.get(code), after.cases.get(code)
    case = now or was
    assert case is not None
    tier = after.tiers.get(code, "ward")
    cause = Cause(
        kind=Kind.CASE,
        code=code,
        name_vi=f"Hồ sơ {code}",
        name_en=f"Case {code}",
        ward=case.ward_code,
        obstacle=(now.obstacle if now else None) or (was.obstacle if was else None),
        body=f"ward:{case.ward_code}" if tier == "ward" else tier,
        front=case.fronts[0] if case.fronts else None,
    )
    return Share(cause, reason, days, () if reason is Reason.GROUNDS else after.told.get(code, ()))


def _of_work(code: str, state: State) -> Cause:
    a = next(a for a in state.works.net.activities if a.code == code)
    return Cause(Kind.ACTIVITY, code, a.name_vi, a.name_en, body="board", front=state.works.fronts.get(code))


def _reason(code: str, was: CaseState | None, now: CaseState | None, before: State, after: State) -> Reason:
    if was is None or now is None or (was.step, was.step_on) != (now.step, now.step_on):
        return Reason.STEP
    if was.promised_on != now.promised_on:
        return Reason.PROMISE
    if was.obstacle != now.obstacle:
        return Reason.OBSTACLE
    forecasts = before.forecasts.get(code), after.forecasts.get(code)
    passed = after.day - before.day
    moved = forecasts[1].on - forecasts[0].on if forecasts[0] and forecasts[1] else None
    return Reason.TIME if moved == passed else Reason.FORECAST


def _activity_share(
    was: Activity | None, now: Activity | None, front: str | None, days: Fraction, after: State, *, plan: bool
) -> Share:
    a = now or was
    assert a is not None
    kind, reason, told = Kind.PLAN, Reason.EDIT, after.told.get("", ())
    if not plan:
        facts = [(x.actual_start, x.actual_finish, x.remaining) for x in (was, now) if x]
        kind, told = Kind.ACTIVITY, ()
        reason = Reason.TIME if facts[0] == facts[-1] else Reason.PROGRESS
    return Share(Cause(kind, a.code, a.name_vi, a.name_en, body="board", front=front), reason, days, told)


def entries(states: Iterator[State], target: str) -> Iterator[DayEntry]:
    """The entries of consecutive states, the first of which is where the period begins."""
    before = next(states)
    for after in states:
        yield day_entry(before, after, target)
        before = after
