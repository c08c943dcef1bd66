"""Invents how far the clearance of each lot has come: cases, holders, steps, dates, promises and obstacles.

Counts are exactly the configured ones; where they fall is smooth noise along the route, so that cleared land lies in
stretches with gaps ("xôi đỗ") as it does in the city, and not like pepper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from geo.demo.chance import Stream, apportion
from geo.demo.land import FIELD, GRAVE, HOUSE, WAY, YARD
from geo.demo.layout import Lot
from projects.catalog import DemoWard
from projects.clearance import gives_possession, wants_land
from projects.steps import STEPS

Floats = npt.NDArray[np.float64]

HOUSEHOLD, ORGANISATION = "household", "organisation"
# How easily land of a family is cleared, on the scale of the noise (about -1 … 1).
EASE: Mapping[str, float] = {FIELD: 0.3, HOUSE: -0.15, GRAVE: -0.3, YARD: -0.25, WAY: 0.2}
# Days before the data date on which a case may have reached its step: waiting steps are long ago, the steps
# with a legal clock (posting 10 days, persuasion 10 or 15 days) recent. Invented within what the law allows.
DAYS_AGO: Mapping[str, tuple[int, int]] = {
    "S00": (150, 400), "S05": (120, 300), "S10": (60, 200), "S20": (30, 150), "S31": (5, 40), "S32": (5, 60),
    "S33": (3, 40), "S30": (20, 120), "S40": (15, 100), "S50": (8, 70), "S60": (1, 9), "S61": (3, 28),
    "S70": (3, 28), "S80": (3, 60), "S85": (3, 20), "S90": (5, 75), "S95": (2, 20), "S97": (2, 10),
    "S100": (2, 45), "S105": (4, 365), "S101": (5, 90), "X1": (20, 200), "X2": (20, 200),
}  # fmt: skip
# Which land or step an obstacle goes with; the others may hit anything.
GOES_WITH: Mapping[str, frozenset[str]] = {
    "MO_MA": frozenset({GRAVE}),
    "TO_CHUC": frozenset({ORGANISATION}),
    "TAI_DINH_CU": frozenset({HOUSE}),
    "CAT_XEN": frozenset({HOUSE}),
    "THUE_LAI": frozenset({HOUSE}),
    "KHONG_PHOI_HOP": frozenset({"S31", "S32", "S33"}),
    "TAI_LAN_CHIEM": frozenset({"S101"}),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One invented hồ sơ: the lots it covers (their places in the list) and where it stands."""

    lots: tuple[int, ...]
    holder: str
    step: str
    step_on: date
    promised_on: date | None
    obstacle: str | None


def clear(
    ward: DemoWard, lots: Sequence[Lot], mood: Floats, stream: Stream, *, data_date: date
) -> list[Case]:
    """The cases of a ward in the order of their lots; `mood` is the noise of each lot, about -1 … 1."""
    groups = _group(lots, ward.cases, stream)
    count = len(groups)
    families = [lots[group[0]].family for group in groups]
    holders = _holders(lots, groups, ward.organisations)
    tempers = stream.uniforms(count, 3)
    ease = np.array(
        [mood[group[0]] + EASE.get(family, 0.0) for group, family in zip(groups, families, strict=True)]
    )
    ease = (
        ease + 0.5 * (tempers[:, 0] - 0.5) - np.array([0.3 * (holder == ORGANISATION) for holder in holders])
    )
    easiest = np.argsort(-ease, kind="stable").tolist()
    steps = _steps(ward, easiest)
    reached = [_reached(step, 0.0, stream, data_date) for step in steps]
    handed = [i for i in easiest if gives_possession(steps[i])]
    for rank, i in enumerate(handed):
        reached[i] = _reached(steps[i], 1 - (rank + 1) / (len(handed) + 1), stream, data_date)
    still = [i for i in easiest if wants_land(steps[i]) and not gives_possession(steps[i])]
    by_hope = sorted(still, key=lambda i: (-(ease[i] + 0.4 * tempers[i, 1]), i))
    promises = _promises(ward, by_hope)
    hardest = sorted(still, key=lambda i: (ease[i] + 0.4 * tempers[i, 2], i))
    marks = [{families[i], holders[i], steps[i]} for i in range(count)]
    obstacles = _obstacles(ward, hardest, marks)
    return [
        Case(groups[i], holders[i], steps[i], reached[i], promises.get(i), obstacles.get(i))
        for i in range(count)
    ]


def _group(lots: Sequence[Lot], cases: int, stream: Stream) -> list[tuple[int, ...]]:
    """The lots in exactly `cases` groups; a group of several is neighbours of one family where possible."""
    spare = len(lots) - cases
    joined = [False] * len(lots)  # lot i belongs to the case of lot i - 1
    size = [1] * len(lots)  # lots of the case, kept at its first and last lot
    limit = max(3, -(-len(lots) // cases) + 1)
    chance = stream.uniforms(len(lots))
    bonds = [_bond(lots[i - 1], lots[i]) if i else 9 for i in range(len(lots))]
    order = sorted(range(1, len(lots)), key=lambda i: (bonds[i], chance[i]))
    while spare > 0:
        for i in order:
            if spare == 0:
                break
            before, after = size[i - 1], size[i]
            if joined[i] or before + after > limit:
                continue
            joined[i], spare = True, spare - 1
            size[i - before] = size[i + after - 1] = before + after
        limit += 1
    groups: list[list[int]] = []
    for i, follows in enumerate(joined):
        if follows:
            groups[-1].append(i)
        else:
            groups.append([i])
    return [tuple(group) for group in groups]


def _bond(one: Lot, other: Lot) -> int:
    """How naturally two lots belong to one holder: 0 neighbours of a kind, 1 same row, 2 anything."""
    if one.row != other.row or one.family != other.family:
        return 2
    a, b, c, d = one.rect
    e, f, g, h = other.rect
    touch = (min(b, f) >= max(a, e)) and (min(d, h) >= max(c, g))
    return 0 if touch and one.family in (HOUSE, FIELD) else 1


def _holders(lots: Sequence[Lot], groups: Sequence[tuple[int, ...]], organisations: int) -> list[str]:
    """Organisations hold the yards first, then roads and canals, then the largest plots."""

    def rank(i: int) -> tuple[int, int, int]:
        lot = lots[groups[i][0]]
        a, b, c, d = lot.rect
        kind = {YARD: 0, WAY: 1, GRAVE: 2}.get(lot.family, 3)
        return kind, -(b - a) * (d - c), i

    chosen = set(sorted(range(len(groups)), key=rank)[:organisations])
    return [ORGANISATION if i in chosen else HOUSEHOLD for i in range(len(groups))]


def _steps(ward: DemoWard, easiest: Sequence[int]) -> list[str]:
    if ward.step_counts is not None:
        counts = dict(ward.step_counts)
    else:
        shares = ward.step_shares or {"S00": 1.0}
        counts = dict(zip(shares, apportion(len(easiest), list(shares.values())), strict=True))
    steps = [""] * len(easiest)
    ahead = sorted(counts, key=lambda code: (code.startswith("X"), -STEPS[code].order, code))
    places = iter(easiest)
    for code in ahead:
        for _ in range(counts[code]):
            steps[next(places)] = code
    return steps


def _reached(step: str, recent: float, stream: Stream, data_date: date) -> date:
    """A working day before the data date; for handovers `recent` 0 … 1 spreads them over the year."""
    low, high = DAYS_AGO[step]
    if gives_possession(step):
        middle = low + (high - low) * recent
        days = min(max(middle + stream.between(-12.0, 12.0), low), high)
    else:
        days = stream.between(low, high + 1)
    day = data_date - timedelta(days=int(days))
    return day - timedelta(days=max(0, day.weekday() - 4))  # offices date no paper on a weekend


def _promises(ward: DemoWard, by_hope: Sequence[int]) -> dict[int, date]:
    """Promised days by case: the easiest cases get the earliest day, the hardest may get none."""
    shares = [promise.share for promise in ward.promised]
    counts = apportion(len(by_hope), [*shares, max(0.0, 1.0 - sum(shares))])
    days = sorted(zip((promise.on for promise in ward.promised), counts, strict=False))
    spread = [day for day, count in days for _ in range(count)]
    return dict(zip(by_hope, spread, strict=False))


def _obstacles(ward: DemoWard, hardest: Sequence[int], marks: Sequence[set[str]]) -> dict[int, str]:
    """Obstacles by case: first where they belong, then on the cases that are hardest anyway."""
    shares = list(ward.obstacles.values())
    counts = dict(
        zip(ward.obstacles, apportion(len(hardest), [*shares, max(0.0, 1.0 - sum(shares))]), strict=False)
    )
    found: dict[int, str] = {}
    for code in sorted(counts, key=lambda code: (code not in GOES_WITH, code)):
        wanted = GOES_WITH.get(code, frozenset())
        free = [i for i in hardest if i not in found]
        for i in sorted(free, key=lambda i: not (wanted & marks[i]))[: counts[code]]:
            found[i] = code
    return found
