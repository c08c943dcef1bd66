"""A scenario tried out: the edited copy reckoned in full, beside the live reckoning, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from projects.daily import Schedule
from projects.engine.scenario import changed
from projects.impact import ChainItem, chain_of, dated_works
from projects.model import NodeKind
from projects.reckoning import Reckoning, reckon
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
    reckoning: Reckoning
    finish: Shift
    milestones: tuple[Shift, ...]
    fronts: tuple[Shift, ...]
    chain: tuple[ChainItem, ...]
    chain_before: tuple[ChainItem, ...]


def try_out(stand: Stand, resolved: Resolved) -> Trial:
    """The copy with these changes, in full. Raises `InvalidInput` when it cannot be scheduled."""
    copy = edited(stand, {m.code: m.after for m in resolved.moved}, resolved)
    dated = dated_works(copy)
    shifts = sorted(_shifts(stand, dated, NodeKind.MILESTONE), key=lambda s: (s.before, s.code))
    return Trial(
        resolved=resolved,
        reckoning=copy,
        finish=next(s for s in shifts if s.code == stand.finish),
        milestones=tuple(shifts),
        fronts=tuple(s for s in _shifts(stand, dated, NodeKind.POSSESSION) if s.days),
        chain=tuple(chain_of(copy, dated)),
        chain_before=stand.delay.chain,
    )


def edited(stand: Stand, days: Mapping[str, date], resolved: Resolved | None = None) -> Reckoning:
    """The project with other days of handover and other works, reckoned in full; a front that opens with a run of free
    land may open with another one."""
    live = stand.reckoning
    predicted = {
        code: forecast._replace(on=days[code]) if code in days else forecast
        for code, forecast in live.predicted.items()
    }
    works = live.works
    if resolved is not None and resolved.works:
        works = replace(works, net=changed(works.net, resolved.works))
    return reckon(works, stand.fronts, live.cases, predicted, stand.rules)


def _shifts(stand: Stand, dated: Schedule, kind: NodeKind) -> Iterator[Shift]:
    works = stand.reckoning.works
    for a in works.net.activities:
        is_finish = kind is NodeKind.MILESTONE and a.code == stand.finish
        if works.kinds[a.code] is kind or is_finish:
            before, after = stand.rows[a.code].early_finish, dated.rows[a.code].early_finish
            yield Shift(a.code, a.name_vi, a.name_en, works.fronts.get(a.code), before, after)
