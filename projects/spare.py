"""Floats of land that another run could replace: where a front opens with a run of free land, a case of the run that
comes first holds the front only on the day on which no other run would be free without it.

The early dates stand on the run that comes first, and its cases stay the chain that sets them; a late date is the last
one that moves no finish, so it is not bound by a front that would open in time without the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from projects.engine import dated
from projects.engine.schedule import Passed
from projects.engine.setup import Prepared
from projects.engine.shifts import DAY, EPOCH
from projects.engine.strips import needed
from projects.forecasting.model import HandoverForecast
from projects.land import FrontLand
from projects.openings import strip_of


def with_spare_runs(
    p: Prepared, passed: Passed, ground: Sequence[FrontLand], predicted: Mapping[str, HandoverForecast]
) -> Passed:
    """The passes with exact late dates and floats of the land; those of the works are exact already. A case that no
    front needs leads nowhere and may be late until the last finish of all."""
    spare_late, spare_early = _spare(p, passed, ground, predicted)
    if not spare_late:
        return passed
    late = dated.Times(*(part.copy() for part in passed.late))
    free_until, lead = passed.late.resume.copy(), passed.lead.copy()
    horizon = int(passed.early.finish.max())
    touched = np.array(sorted({case for case, _ in spare_late}), np.int64)
    for i in touched.tolist():
        after = [int(p.edges.succ[x]) for x in p.edges.edge[p.edges.out[i] : p.edges.out[i + 1]]]
        after = [s for s in after if p.nodes.state[s] != dated.DONE]
        held = [s for s in after if (i, s) not in spare_late]
        leading = [s for s in held if passed.lead[s]]
        lead[i] = bool(leading) or not p.net.finishes
        at = min([int(passed.late.resume[s]) for s in leading or held] + ([] if leading else [horizon]))
        late.start[i] = late.resume[i] = late.finish[i] = at
        free_until[i] = min(
            [int(passed.early.resume[s]) for s in after if (i, s) not in spare_early], default=at
        )
    total, free = passed.total.copy(), passed.free.copy()
    calendar, here = p.nodes.calendar[touched], passed.early.resume[touched]
    total[touched] = dated.counted(p.clock, calendar, here, late.resume[touched])
    free[touched] = dated.counted(p.clock, calendar, here, free_until[touched])
    free[touched] = np.maximum(np.minimum(free[touched], total[touched]), 0)
    return passed._replace(late=late, total=total, free=free, lead=lead)


def _spare(
    p: Prepared, passed: Passed, ground: Sequence[FrontLand], predicted: Mapping[str, HandoverForecast]
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """The links (case, possession) that could be done without by the late and by the early date of the possession."""
    late, early = set[tuple[int, int]](), set[tuple[int, int]]()
    for land in ground:
        node = p.index[land.possession]
        if land.rule is None or land.handed_over or p.nodes.state[node] == dated.DONE:
            continue
        strip = strip_of(land.rule, [case.code for case in land.cases])
        if strip is None:
            continue
        days = {code: predicted[code].on.toordinal() for code in strip.codes}
        open_now = [code for code in land.by if p.nodes.state[p.index[code]] != dated.DONE]
        by = needed(strip, days, land.opens.toordinal())
        early.update((p.index[code], node) for code in open_now if code not in by)
        # Land handed over on a day is there from its midnight on.
        last = EPOCH.toordinal() + int(passed.late.resume[node]) // DAY - 1
        by = needed(strip, days, max(last, land.opens.toordinal()))
        late.update((p.index[code], node) for code in open_now if code not in by)
    return late, early
