"""Chainage equations: what the stakes of an alignment read at a measure, and which measure a station means.

A *measure* is metres along the alignment, never repeated and without holes: all storing and counting is done in
measures. A *station* is what stakes and papers say, Km12+345. They are the same until the first equation, e.g.
"Km5+200 back = Km5+450 ahead": from there on stations are 250 m ahead of measures. An equation that goes forward
leaves stations that are nowhere (a gap); one that goes back gives some stations twice (an overlap), and then text and
reading name which of them is meant: "Km5+300 (2/2)" is the second on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf

from projects.chainage import format_chainage, parse_chainage
from projects.errors import Fault, InvalidInput

# Below this a measure is at an equation, not beside it.
SAME_M = 0.0005
_READING = re.compile(r"(.*?)\s*\(\s*(\d+)\s*/\s*(\d+)\s*\)\s*")
_SIDES = re.compile(r"(?P<back>[^=]+)=(?P<ahead>[^=]+)")


@dataclass(frozen=True, slots=True)
class Equation:
    """Where the stakes jump: coming they read `back_m`, going on `ahead_m` (stations, m)."""

    back_m: float
    ahead_m: float


@dataclass(frozen=True, slots=True)
class Stationing:
    """The equations of one alignment in the order of the way; none means that stations are measures.

    `start_m` and `end_m` bound the alignment in measures, for telling which stations it has.
    """

    equations: tuple[Equation, ...] = ()
    start_m: float = 0.0
    end_m: float = inf
    _pieces: tuple[tuple[float, float, float], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Works out the stretches between equations: (from, to, shift) in measures.

        Raises InvalidInput for equations that do not follow each other inside the alignment.
        """
        pieces: list[tuple[float, float, float]] = []
        at, shift = self.start_m, 0.0
        faults: list[Fault] = []
        for equation in self.equations:
            to = equation.back_m - shift
            if not (at < to < self.end_m) or equation.ahead_m < 0:
                faults.append(_misplaced(equation))
                continue
            pieces.append((at, to, shift))
            at, shift = to, equation.ahead_m - to
        if faults:
            raise InvalidInput(faults)
        object.__setattr__(self, "_pieces", (*pieces, (at, self.end_m, shift)))

    @property
    def jumps(self) -> tuple[float, ...]:
        """The measures of the equations."""
        return tuple(start for start, _, _ in self._pieces[1:])


PLAIN = Stationing()


def stationing(rows: Iterable[Sequence[float]], *, start_m: float, end_m: float) -> Stationing:
    """From stored (back, ahead) pairs. Raises InvalidInput."""
    return Stationing(tuple(Equation(float(b), float(a)) for b, a in rows), start_m, end_m)


def station_at(line: Stationing, measure: float, *, back: bool = False) -> float:
    """The station (m) at a measure; exactly at an equation what is read going on, or coming with `back`."""
    shift = line._pieces[0][2]
    for start, _, piece_shift in line._pieces[1:]:
        if measure > start + SAME_M or (not back and measure >= start - SAME_M):
            shift = piece_shift
    return measure + shift


def measures_at(line: Stationing, station: float) -> tuple[float, ...]:
    """Every measure whose stake reads `station`, on the way; none in a gap or outside the alignment.

    At an equation both of its readings are the same place, and it is given once.
    """
    found: list[float] = []
    for start, end, shift in line._pieces:
        measure = station - shift
        if start - SAME_M <= measure <= end + SAME_M and not any(abs(measure - m) <= SAME_M for m in found):
            found.append(measure)
    return tuple(found)


def format_station(line: Stationing, measure: float, *, back: bool = False) -> str:
    """'Km5+450' for a measure; where the text stands for two places, 'Km5+300 (2/2)' says which it is.

    Rounded to the metre. `back` reads an equation coming: the end of a stretch that stops there.
    """
    text = format_chainage(max(station_at(line, measure, back=back), 0.0))
    if not line.equations:
        return text
    places = measures_at(line, parse_chainage(text))
    if len(places) < 2:
        return text
    nearest = min(range(len(places)), key=lambda i: abs(places[i] - measure))
    return f"{text} ({nearest + 1}/{len(places)})"


def parse_station(line: Stationing, text: str) -> float:
    """The measure that a station text means.

    Raises InvalidInput for no chainage, for a station in a gap or beyond the ends, and for one that is twice on the
    alignment when the text does not say which: the message names every reading.
    """
    match = _READING.fullmatch(text)
    plain = match.group(1) if match else text
    places = measures_at(line, parse_chainage(plain))
    if not places:
        raise InvalidInput([_nowhere(line, plain)])
    if match:
        which, of = int(match.group(2)), int(match.group(3))
        if of != len(places) or not 1 <= which <= of:
            raise InvalidInput([_ambiguous(line, plain, places)])
        return places[which - 1]
    if len(places) > 1:
        raise InvalidInput([_ambiguous(line, plain, places)])
    return places[0]


def round_measures(line: Stationing, every_m: float) -> Iterator[float]:
    """The measures at which the stakes read whole multiples of `every_m`, in order, from end to end."""
    seen = -inf
    for start, end, shift in line._pieces:
        first, last = ceil((start + shift) / every_m - 1e-9), floor((end + shift) / every_m + 1e-9)
        for k in range(first, last + 1):
            measure = k * every_m - shift
            if measure > seen + 1e-6:  # an equation between two round stations is one place
                seen = measure
                yield measure


def parse_equations(text: str) -> tuple[Equation, ...]:
    """From 'Km5+200 = Km5+450; Km8+000 = Km7+900'; nothing gives none. Raises InvalidInput."""
    found: list[Equation] = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = _SIDES.fullmatch(part)
        if match is None:
            raise InvalidInput(
                [
                    Fault(
                        "equations",
                        f"Đẳng thức lý trình “{part[:60]}” phải có dạng Km5+200 = Km5+450.",
                        f"The chainage equation “{part[:60]}” must be of the form Km5+200 = Km5+450.",
                    )
                ]
            )
        found.append(Equation(parse_chainage(match["back"]), parse_chainage(match["ahead"])))
    return tuple(found)


def format_equation(equation: Equation) -> str:
    """'Km5+200 = Km5+450': back = ahead."""
    return f"{format_chainage(equation.back_m)} = {format_chainage(equation.ahead_m)}"


def _misplaced(equation: Equation) -> Fault:
    text = format_equation(equation) if equation.ahead_m >= 0 <= equation.back_m else str(equation)
    return Fault(
        "equations",
        f"Đẳng thức {text} không nằm trên tuyến sau đẳng thức trước nó.",
        f"The equation {text} does not lie on the alignment behind the one before it.",
    )


def _nowhere(line: Stationing, text: str) -> Fault:
    station = parse_chainage(text)
    for equation in line.equations:
        if equation.back_m < station < equation.ahead_m:
            jump = format_equation(equation)
            return Fault(
                "chainage",
                f"{text.strip()} không có trên tuyến: lý trình nhảy {jump}.",
                f"{text.strip()} is nowhere on the alignment: its chainage jumps {jump}.",
            )
    ends = (
        f"{format_station(line, line.start_m)} – {format_station(line, line.end_m, back=True)}"
        if (line.end_m < inf)
        else f"{format_station(line, line.start_m)} – …"
    )
    return Fault(
        "chainage",
        f"{text.strip()} nằm ngoài tuyến ({ends}).",
        f"{text.strip()} lies beyond the alignment ({ends}).",
    )


def _ambiguous(line: Stationing, text: str, places: Sequence[float]) -> Fault:
    named = " · ".join(
        f"{text.strip()} ({i}/{len(places)}): cách đầu tuyến {m - line.start_m:.0f} m"
        for i, m in enumerate(places, start=1)
    )
    english = " · ".join(
        f"{text.strip()} ({i}/{len(places)}): {m - line.start_m:.0f} m from the start"
        for i, m in enumerate(places, start=1)
    )
    if len(places) == 1:
        return Fault(
            "chainage",
            f"{text.strip()} chỉ có một nơi trên tuyến.",
            f"{text.strip()} is one place only.",
        )
    return Fault(
        "chainage",
        f"{text.strip()} có {len(places)} nơi trên tuyến, hãy ghi rõ: {named}.",
        f"{text.strip()} is {len(places)} places on the alignment; say which: {english}.",
    )
