"""A forecast handover with the parts that it is made of, and the ground that all forecasts of a project stand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from projects.forecasting import words
from projects.forecasting.lawful import LawfulEarliest, LawGround
from projects.forecasting.pace import Paces
from projects.forecasting.plots import PlotDay

ACTUAL, PROMISED, LAWFUL, PACE = "actual", "promised", "lawful", "pace"
_DAY = timedelta(days=1)
SOURCES = ("actual", "promise", "law", "observed", "assumed", "obstacle", "plot")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the way to the handover: from the end of day `start` to day `end`, `days` calendar days.

    `what`: the step that is reached at its end (for a pause the step it is taken to go on from). `source`: one of
    `SOURCES`; a law has its `rule` and `basis` (article, Vietnamese), an observed pace `n` passages of `ward` and
    `city_n` of the city, an obstacle its cause as `detail`, a plot the site and code. Not `binding`: told beside it
    (an obstacle due after the promise), it moves nothing.
    """

    what: str
    start: date
    end: date
    source: str
    rule: str = ""
    basis: str = ""
    n: int = 0
    city_n: int = 0
    ward: str = ""
    detail: str = ""
    place: int = 0
    waiting: int = 0
    binding: bool = True

    @property
    def days(self) -> int:
        """Calendar days."""
        return (self.end - self.start).days

    @property
    def said(self) -> tuple[str, str]:
        """The part in a sentence, in both languages."""
        return words.part(self)


class HandoverForecast(NamedTuple):
    """The day on which the land is handed over, where the day comes from, and its parts one after the other.

    `basis`: actual | promised | lawful (a promise that the law does not allow so early) | pace. `promised`: the
    promised day, kept whatever became of it; `lawful`: the minimum that moved the day. A promise seen at the end of
    day `seen` makes its own parts when they are asked for: a portfolio has tens of thousands, and few are read. `own`:
    the parts besides, all of them without a promise.
    """

    on: date
    basis: str
    own: tuple[Part, ...] = ()
    step: str = ""
    promised: date | None = None
    lawful: LawfulEarliest | None = None
    seen: date | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """The way to the handover, one part after the other."""
        if self.promised is None or self.seen is None:
            return self.own
        kept = max(self.promised, self.seen + _DAY)
        parts: tuple[Part, ...] = (Part("S105", self.seen, kept, "promise"),)
        if (least := self.lawful) is not None:
            parts = (*parts, Part("S105", kept, least.on, "law", rule=least.rule, basis=least.basis))
        return (*parts, *self.own)

    @property
    def why(self) -> tuple[str, str]:
        """Why on that day, in a sentence or two, in both languages."""
        return words.why(self)

    @property
    def why_vi(self) -> str:
        """The same in Vietnamese."""
        return self.why[0]

    @property
    def why_en(self) -> str:
        """The same in English."""
        return self.why[1]


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An open obstacle (vướng mắc) with the day by which it is to be removed, None where nobody set one."""

    cause: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Grounds:
    """What forecasts are made from besides the cases: by case code obstacles and plots; rules and facts; paces.

    Without `law` no minimum is known, and the assumed pace stands alone.
    """

    law: LawGround | None = None
    paces: Paces = field(default_factory=Paces)
    obstacles: Mapping[str, tuple[Obstacle, ...]] = field(default_factory=dict)
    plots: Mapping[str, PlotDay] = field(default_factory=dict)


NOTHING = Grounds()
