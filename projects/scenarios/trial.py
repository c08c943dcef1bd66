"""A scenario tried out: the edited copy scheduled in full, beside the live schedule, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from projects.engine.paths import driving_chain
from projects.engine.scenario import try_changes
from projects.engine.schedule import Result
from projects.impact import ChainItem
from projects.model import NodeKind
from projects.scenarios.resolve import Resolved
from projects.scenarios.stand import Stand


@dataclass(frozen=True, slots=True)
class Shift:
    """A node before and after; `days` it comes earlier in calendar days, negative when it comes later."""

    code: str
    name_vi: str
    name_en: str
    front: str | None
    before: date
    after: date

    @property
    def days(self) -> int:
        """Calendar days gained."""
        return (self.before - self.after).days


@dataclass(frozen=True)
class Trial:
    """What a scenario gives. `milestones` in the order of their dates, `fronts` the possessions that move."""

    resolved: Resolved
    result: Result
    finish: Shift
    milestones: tuple[Shift, ...]
    fronts: tuple[Shift, ...]
    chain: tuple[ChainItem, ...]
    chain_before: tuple[ChainItem, ...]


def try_out(stand: Stand, resolved: Resolved) -> Trial:
    """The copy with these changes, in full. Raises `InvalidInput` when it cannot be scheduled."""
    result = try_changes(stand.live, resolved.engine).result if resolved.engine else stand.live
    shifts = sorted(_shifts(stand, result, NodeKind.MILESTONE), key=lambda s: (s.before, s.code))
    return Trial(
        resolved=resolved,
        result=result,
        finish=next(s for s in shifts if s.code == stand.network.finish),
        milestones=tuple(shifts),
        fronts=tuple(s for s in _shifts(stand, result, NodeKind.POSSESSION) if s.days),
        chain=tuple(chain_items(stand, result)),
        chain_before=tuple(chain_items(stand, stand.live)),
    )


def chain_items(stand: Stand, result: Result) -> Iterator[ChainItem]:
    """The chain that drives the completion, first cause first, as `projects.impact` tells it."""
    own = {a.code: a for a in stand.network.activities}
    for code in driving_chain(result, stand.network.finish):
        row, activity, case = result.rows[code], own.get(code), stand.cases.get(code)
        if activity is None:
            kind, days = NodeKind.CASE, max((row.early_finish - stand.data_date).days, 0)
            name = (f"Bàn giao mặt bằng, hồ sơ {code}", f"Land handover, case {code}")
        else:
            kind, name = activity.kind, (activity.name_vi, activity.name_en)
            days = (row.early_finish - row.early_start).days + 1 if kind is NodeKind.TASK else 0
        yield ChainItem(
            code=code,
            kind=kind,
            name_vi=name[0],
            name_en=name[1],
            start=row.early_start,
            finish=row.early_finish,
            front=activity.front if activity else next(iter(case.fronts), None) if case else None,
            ward_code=case.ward_code if case is not None and activity is None else None,
            days=days,
        )


def _shifts(stand: Stand, result: Result, kind: NodeKind) -> Iterator[Shift]:
    for a in stand.network.activities:
        if a.kind is kind or (kind is NodeKind.MILESTONE and a.code == stand.network.finish):
            before, after = stand.live.rows[a.code].early_finish, result.rows[a.code].early_finish
            yield Shift(a.code, a.name_vi, a.name_en, a.front, before, after)
