"""The band about the forecast curve of handovers: P10 to P90 of how many cases are there, by the ranges of the risk."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.calculation import Calculation, calculation_key
from api.usecases.risk import SEED
from api.usecases.risk_grounds import ranges_of, risk_grounds
from geo.tables import Project
from projects.dashboard import month_ends
from projects.risking.handovers import Band, band
from projects.risking.ranges import ASSUMED, Assumed

DRAWS = 1_024
MONTHS_MORE = 24  # that the band is followed after the last month of the curve


@dataclass(frozen=True, slots=True)
class HandoverBand:
    """The band at the ends of months, and what its ranges rest on: of `cases` open ones `assumed` wholly on a guess.

    `guess`: that guess, in percent of the days to the forecast.
    """

    points: tuple[Band, ...]
    cases: int
    assumed: int
    guess: tuple[float, float] = Assumed().land
    draws: int = DRAWS


def handover_band(
    session: Session, ctx: Context, project: Project, made: Calculation, codes: Collection[str], *, done: int,
    last: date,
) -> HandoverBand:  # fmt: skip
    """The band of these open cases from the data date to `last`, and on until nearly every draw has them all.

    `done`: cases that are handed over and count with them. The same records, cases and day give the same band.
    """
    grounds, ground_key = risk_grounds(session, ctx, made.data_date, Assumed())
    chosen = sorted(codes)
    mine = hashlib.sha256("\0".join(chosen).encode()).hexdigest()

    def make() -> HandoverBand:
        ranges = ranges_of(made, grounds, chosen)
        wards = {ward: at for at, ward in enumerate(sorted({made.cases[code].ward_code for code in ranges}))}
        points = band(
            [found.spread for found in ranges.values()],
            [wards[made.cases[code].ward_code] for code in ranges],
            month_ends(made.data_date, last, more=MONTHS_MORE),
            data_date=made.data_date,
            done=done,
            correlation=grounds.assumed.correlation,
            iterations=DRAWS,
            seed=SEED,
        )
        guessed = sum(found.basis == ASSUMED for found in ranges.values())
        return HandoverBand(_needed(points, last, done + len(ranges)), len(ranges), guessed)

    key = ("handover band", *calculation_key(session, ctx, project, made.data_date), ground_key, mine, last)
    found: HandoverBand = ctx.cache.get(key, make)
    return found


def _needed(points: Sequence[Band], last: date, whole: int) -> tuple[Band, ...]:
    """Without the months after `last` in which nothing is left to come in nine of ten draws."""
    found: list[Band] = []
    for point in points:
        if point.day > last and found and found[-1].low >= whole:
            break
        found.append(point)
    return tuple(found)
