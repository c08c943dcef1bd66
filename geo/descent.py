"""Where old parcel numbers and ids lead: the acts that followed one another, and the parcels of now.

Read under the rights of whoever asks: acts of cases outside their reach are not there.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from geo.tables import Parcel, ParcelLineage, Project

# Rows of one parcel follow each other by id, for an act locks its parcels; so a chain ends, also one of renumberings,
# in which the id of the parcel stays.
_PATH = """
    with recursive path(id, act, new_id) as (
        select l.id, l.act, l.new_id from parcel_lineage l where {start}
        union
        select l.id, l.act, l.new_id from path p join parcel_lineage l on l.old_id = p.new_id and l.id > p.id
    )
    select distinct act, new_id from path
"""
BY_NUMBER = text(
    _PATH.format(
        start="l.old_sheet = :sheet and l.old_number = :number "
        "and (cast(:project as int) is null or l.project_id = :project) "
        "and (cast(:series as text) is null or l.old_series = :series) "
        "and (cast(:version as text) is null or l.old_version = :version)"
    )
)
BY_ID = text(_PATH.format(start="l.old_id = :id"))
WORDS = {"split": ("tách", "split"), "merge": ("gộp", "merged"), "renumber": ("đổi số", "renumbered")}


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """The identity of a parcel on paper: map series, sheet, number, version."""

    series: str
    sheet: str
    number: str
    version: str


@dataclass(frozen=True, slots=True)
class Act:
    """One split, merger or renumbering: the parcels before and after, in the order of the act."""

    act: uuid.UUID
    project_id: int
    kind: str
    old: tuple[Number, ...]
    new: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Descent:
    """The acts that a number or id went through, oldest first, and the ids that came out of them.

    Some of the ids are of parcels that became others themselves.
    """

    acts: tuple[Act, ...]
    ids: tuple[uuid.UUID, ...]


def descent_of_number(
    session: Session,
    *,
    sheet: str,
    number: str,
    project_id: int | None = None,
    series: str | None = None,
    version: str | None = None,
) -> Descent:
    """What became of a sheet and number; in every project and map series unless one is said."""
    asked = {"project": project_id, "sheet": sheet, "number": number, "series": series, "version": version}
    return _descent(session, [(row.act, row.new_id) for row in session.execute(BY_NUMBER, asked)])


def descent_of_id(session: Session, parcel_id: uuid.UUID) -> Descent:
    """What became of a parcel by its id."""
    return _descent(session, [(row.act, row.new_id) for row in session.execute(BY_ID, {"id": parcel_id})])


def successors(
    session: Session,
    project: Project,
    *,
    sheet: str,
    number: str,
    series: str | None = None,
    version: str | None = None,
) -> list[Parcel]:
    """The parcels of now that a number leads to: itself where it still is one, else what became of it."""
    now = select(Parcel).where(
        Parcel.project_id == project.id, Parcel.sheet == sheet, Parcel.number == number,
        *([Parcel.map_series == series] if series else []), *([Parcel.map_version == version] if version else []),
    )  # fmt: skip
    found = {p.id: p for p in session.scalars(now)}
    led = descent_of_number(
        session, project_id=project.id, sheet=sheet, number=number, series=series, version=version
    )
    found |= {p.id: p for p in session.scalars(select(Parcel).where(Parcel.id.in_(led.ids)))}
    return sorted(found.values(), key=lambda p: (p.map_series, p.sheet, p.number, p.map_version))


def the_act(session: Session, act: uuid.UUID) -> Act:
    """One act by its number, which an act gives. Raises ValueError when there is none."""
    (found,) = _acts(session, {act})
    return found


def say_acts(acts: Sequence[Act]) -> tuple[str, str]:
    """The acts in words, Vietnamese and English: "tờ 12 thửa 5 → thửa 105, 106 (tách)"; one after the other."""
    return "; ".join(_say(act, "vi") for act in acts), "; ".join(_say(act, "en") for act in acts)


def _say(act: Act, lang: str) -> str:
    at = 0 if lang == "vi" else 1
    first = act.old[0]
    # A new map says which one it is; sheets are named again only where they change.
    new_map = any((n.series, n.version) != (first.series, first.version) for n in act.new)
    after = _numbers(act.new, lang, since=None if new_map else first.sheet)
    series = ""
    if new_map:
        word = ("bản đồ", "map")[at]
        series = f" · {word} {act.new[0].series}/{act.new[0].version}"
    return f"{_numbers(act.old, lang, since=None)} → {after} ({WORDS[act.kind][at]}{series})"


def _numbers(numbers: Sequence[Number], lang: str, *, since: str | None) -> str:
    """ "tờ 12 thửa 5, 6, tờ 13 thửa 1"; the first sheet is left out where it is `since`."""
    said: list[str] = []
    sheets = list(dict.fromkeys(n.sheet for n in numbers))
    for sheet in sheets:
        own = [n.number for n in numbers if n.sheet == sheet]
        many = "" if len(own) == 1 else "s"
        parcel = f"thửa {', '.join(own)}" if lang == "vi" else f"parcel{many} {', '.join(own)}"
        named = (
            "" if [sheet] == sheets and sheet == since else f"{'tờ' if lang == 'vi' else 'sheet'} {sheet} "
        )
        said.append(named + parcel)
    return ", ".join(said)


def _descent(session: Session, path: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> Descent:
    acts = _acts(session, {act for act, _ in path})
    return Descent(acts, tuple(dict.fromkeys(new_id for _, new_id in path)))


def _acts(session: Session, wanted: set[uuid.UUID]) -> tuple[Act, ...]:
    rows = session.scalars(
        select(ParcelLineage).where(ParcelLineage.act.in_(wanted)).order_by(ParcelLineage.id)
    ).all()
    found: list[Act] = []
    for act in dict.fromkeys(row.act for row in rows):
        own = [row for row in rows if row.act == act]
        old = [Number(r.old_series, r.old_sheet, r.old_number, r.old_version) for r in own]
        new = [Number(r.new_series, r.new_sheet, r.new_number, r.new_version) for r in own]
        found.append(
            Act(act, own[0].project_id, own[0].kind, tuple(dict.fromkeys(old)), tuple(dict.fromkeys(new)))
        )
    return tuple(found)
