"""The land of a state as arrays: what `projects.land.lands` says of every front, for day after day of many cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from projects.engine.dated import Long
from projects.forecasting.model import ACTUAL
from projects.land import FrontLand, lands
from projects.ledger.states import State
from projects.model import Network

Members = Mapping[str, npt.NDArray[np.int64]]


@dataclass(frozen=True)
class Ground:
    """The cases whose land is wanted, by code: `on` is the ordinal day of each forecast, `waiting` says that the land
    was still to come; `of_front`: the places of a front's cases, without fronts that need no land."""

    cases: tuple[str, ...]
    on: Long
    waiting: npt.NDArray[np.bool_]
    of_front: Members


# A state is asked for twice: as the end of a day and as the beginning of the next.


@lru_cache(maxsize=4)
def ground_of(state: State) -> Ground:
    """The land of a state."""
    cases = tuple(sorted(state.forecasts))
    found = [state.forecasts[code] for code in cases]
    on = np.fromiter((forecast.on.toordinal() for forecast in found), np.int64, len(cases))
    happened = np.fromiter((forecast.basis == ACTUAL for forecast in found), np.bool_, len(cases))
    members = _members(tuple([state.cases[code].fronts for code in cases]))
    dry = {front.code for front in state.fronts if not front.needs_land}
    of_front = {front: places for front, places in members.items() if front not in dry}
    return Ground(cases, on, ~happened | (on > state.day.toordinal()), of_front)


@lru_cache(maxsize=4)
def _members(fronts: tuple[tuple[str, ...], ...]) -> Members:
    found: dict[str, list[int]] = {}
    for place, codes in enumerate(fronts):
        for code in dict.fromkeys(codes):
            found.setdefault(code, []).append(place)
    return {code: np.array(places, np.int64) for code, places in found.items()}


@lru_cache(maxsize=4)
def runs(state: State) -> Mapping[str, FrontLand]:
    """The fronts that open with a run of their land, by code, as if no opening of one were recorded."""
    if not state.rules:
        return {}
    bare = tuple(
        replace(a, actual_start=None, actual_finish=None)
        for a in state.works.possessions
        if a.front in state.rules
    )
    given = Network(state.works.net.project, bare, (), "")
    cases = list(state.cases.values())
    found = lands(given, state.fronts, cases, state.forecasts, state.day, state.rules)
    return {land.front: land for land in found}
