"""How many days a step takes: what was observed in the ward, drawn towards the city, and that towards our assumption.

With n observed passages of mean m in a ward, mean M in the city and K passages' worth of doubt the pace is
w·m + (1 − w)·M, w = n / (n + K): the posterior mean of a normal mean with a normal prior (empirical Bayes; K is the
ratio of the variance within a ward to that between wards, here assumed). M itself is drawn the same way towards the
assumption, so that one passage in the whole city does not move every forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from projects.steps import STEPS

K = 10  # passages; assumed, no published figure for Hanoi was found

# Assumed calendar days from reaching a step to the next step of the road, (next, days). No published Hanoi
# pace was found, so each number is ours, never below the lawful minimum that binds there.
NEXT_STEP: dict[str, tuple[str, int]] = {
    "S00": ("S05", 15),
    "S05": ("S10", 10),
    "S10": ("S20", 10),
    "S20": ("S30", 30),
    "S31": ("S30", 40),  # 15 days of persuasion and more than 10 of waiting come first (KD-05, KD-06)
    "S32": ("S30", 20),
    "S33": ("S30", 15),  # 5 working days of the board's persuasion (KD-10)
    "S30": ("S40", 30),
    "S40": ("S50", 20),
    "S50": ("S60", 7),
    "S60": ("S70", 30),  # 10 days of posting, opinions at once, part of the appraisal (PA-03, PA-07)
    "S61": ("S70", 30),  # dialogue within 30 days of the opinion meeting (PA-06)
    "S70": ("S80", 10),
    "S80": ("S90", 10),  # the decision follows within 10 days of its proof (QD-01)
    "S85": ("S90", 22),  # 10 days of persuasion and more than 10 of waiting (QD-02, QD-03)
    "S90": ("S100", 20),
    "S95": ("S100", 30),  # 10 days of persuasion and more than 10 of waiting, then handover (BG-02, BG-03)
    "S97": ("S100", 30),  # handover within 30 days of a record of compliance (CC-07)
    "S101": ("S100", 30),
    "S100": ("S105", 5),
}
PAUSE_DAYS = 180  # assumed length of a pause; afterwards the case is taken to stand at the approved plan

# A passage from a step ends with the first later step that stands on the road at or behind the next one.
REACHED: dict[str, tuple[str, ...]] = {
    step: tuple(
        code for code, row in STEPS.items() if row.group and code != "S101" and row.order >= STEPS[end].order
    )
    for step, (end, _) in NEXT_STEP.items()
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Passages that were observed, and their calendar days together."""

    n: int = 0
    days: int = 0

    def __add__(self, other: Seen) -> Seen:
        return Seen(self.n + other.n, self.days + other.days)


@dataclass(frozen=True, slots=True)
class Pace:
    """Whole days of a step in a ward, and on how many passages (of the ward, of the city) they rest."""

    days: int
    ward_n: int
    city_n: int

    @property
    def observed(self) -> bool:
        """Whether anybody was ever observed to take this step."""
        return self.city_n > 0


@dataclass(frozen=True, slots=True)
class Paces:
    """What was observed by (ward, step), all projects together."""

    wards: Mapping[tuple[str, str], Seen] = field(default_factory=dict)
    _city: Mapping[str, Seen] = field(init=False, repr=False, compare=False)
    _made: dict[tuple[str, str], Pace] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        city: dict[str, Seen] = {}
        for (_, step), seen in self.wards.items():
            city[step] = city.get(step, Seen()) + seen
        object.__setattr__(self, "_city", city)

    def of(self, ward: str, step: str) -> Pace:
        """The pace of a step in a ward, at least one day. `step` has a next one on the road (`NEXT_STEP`)."""
        made = self._made.get((ward, step))
        if made is None:
            own, city = self.wards.get((ward, step), Seen()), self._city.get(step, Seen())
            days = drawn(own, drawn(city, NEXT_STEP[step][1]))
            made = self._made[ward, step] = Pace(max(1, int(days + 0.5)), own.n, city.n)
        return made


def drawn(seen: Seen, towards: float) -> float:
    """The mean of `seen` drawn towards another with weight n / (n + K); `towards` itself where nothing was seen."""
    return (seen.days + K * towards) / (seen.n + K)


def pace_days(step: str) -> int:
    """Assumed calendar days from `step` to the handover to the investor (S105); 0 at S105 and X2."""
    if step == "X1":
        return PAUSE_DAYS + pace_days("S80")
    total = 0
    while step in NEXT_STEP:
        step, days = NEXT_STEP[step]
        total += days
    return total
