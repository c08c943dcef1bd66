"""Which activities of an imported schedule wait for the land of which work front: by code, else by chainage.

By code: the front's code is a code of the activity, or a part of its own code or of one of its codes' values. By
chainage: a stretch "Km1+200 – Km2+300" in the name or in a code overlaps the front. A suggestion only: people decide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from projects.chainage import parse_chainage
from projects.engine.model import Activity, Kind
from projects.errors import InvalidInput
from projects.interchange.imported import Beside
from projects.model import WorkFront

_KM = r"[Kk][Mm]\s*\d{1,4}(?:\s*\+\s*\d{1,4}(?:[.,]\d{1,3})?)?"
_STRETCH = re.compile(rf"({_KM})\s*(?:[-–—÷~]|đến|->|→|to)\s*({_KM})")
_PARTS = re.compile(r"[^0-9A-Za-zÀ-ỹĐđ]+")
LEAST_M = 1.0


def suggested(
    activities: Sequence[Activity], beside: Mapping[str, Beside], fronts: Sequence[WorkFront]
) -> dict[str, str]:
    """The front of every activity that is tied to one, by activity code; finished work waits for no land."""
    ties: dict[str, str] = {}
    by_code = {front.code.casefold(): front.code for front in fronts if front.needs_land}
    placed = [f for f in fronts if f.needs_land and f.from_m is not None and f.to_m is not None]
    for a in activities:
        if a.kind is Kind.EFFORT or a.actual_start is not None or a.actual_finish is not None:
            continue
        own = beside.get(a.code)
        texts = [*(own.codes.values() if own else ())]
        named = next((by_code[word] for word in _words([a.code, *texts]) if word in by_code), None)
        if named is not None:
            ties[a.code] = named
            continue
        stretch = next((s for s in map(stretch_of, [a.name_vi, a.name_en, *texts]) if s is not None), None)
        if stretch is not None and (front := _overlapping(stretch, placed)) is not None:
            ties[a.code] = front
    return ties


def stretch_of(text: str) -> tuple[float, float] | None:
    """The first stretch in a text, in metres of chainage, from the lower end; None without one."""
    found = _STRETCH.search(text)
    if found is None:
        return None
    try:
        ends = [parse_chainage(re.sub(r"\s+", "", part).replace(",", ".")) for part in found.groups()]
    except InvalidInput:
        return None
    return min(ends), max(ends)


def by_front(ties: Mapping[str, str]) -> dict[str, list[str]]:
    """The same the other way round."""
    found: dict[str, list[str]] = {}
    for code, front in ties.items():
        found.setdefault(front, []).append(code)
    return found


def _words(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        whole = text.strip().casefold()
        yield whole
        yield from (part for part in _PARTS.split(whole) if part)


def _overlapping(stretch: tuple[float, float], fronts: Sequence[WorkFront]) -> str | None:
    """The front that shares most metres with the stretch."""
    best, most = None, LEAST_M
    for front in fronts:
        shared = min(stretch[1], front.to_m or 0.0) - max(stretch[0], front.from_m or 0.0)
        if shared >= most:
            best, most = front.code, shared
    return best
