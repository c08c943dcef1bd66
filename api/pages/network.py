"""What the "Đường găng" page shows of a schedule: activities with dates, and which of them are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from api.pages.gantt import Bar
from api.views import ProjectView
from projects.impact import ChainItem, DrivingCase, ProjectDelay
from projects.model import NodeKind

DRAWN_AT_MOST = 60
FLOOD_CALENDAR = "DYKE"


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A row of the table: early dates, floats in working days, and what sets its date.

    `planned`: start and finish of the plan first agreed (`api.usecases.planned`), None where it has no such activity.
    `driving`: it lies on the chain that sets the completion date, even where a closed season leaves it float.
    `drivers` are activities of the table, `cases` land cases in the reader's reach, `hidden` how many are not.
    """

    code: str
    name_vi: str
    name_en: str
    kind: str
    front: str | None
    calendar: str
    duration: int
    start: date
    finish: date
    late_finish: date
    total_float: int
    free_float: int
    critical: bool
    driving: bool
    planned: tuple[date, date] | None
    drivers: tuple[str, ...]
    cases: tuple[str, ...]
    hidden: int


def activity_rows(answer: Mapping[str, Any], delay: ProjectDelay | None) -> tuple[ActivityRow, ...]:
    """The rows of a schedule answer (`api.usecases.schedules`), in its order."""
    chain = {item.code for item in delay.chain} if delay else set()
    known = {a["code"] for a in answer["activities"]}
    return tuple(
        ActivityRow(
            code=a["code"],
            name_vi=a["name_vi"],
            name_en=a["name_en"],
            kind=a["kind"],
            front=a["front"],
            calendar=a["calendar"],
            duration=a["duration"],
            start=date.fromisoformat(a["early_start"]),
            finish=date.fromisoformat(a["early_finish"]),
            late_finish=date.fromisoformat(a["late_finish"]),
            total_float=a["total_float"],
            free_float=a["free_float"],
            critical=a["critical"],
            driving=a["code"] in chain,
            planned=_planned(a),
            drivers=tuple(code for code in a["drivers"] if code in known),
            cases=tuple(code for code in a["drivers"] if code not in known),
            hidden=a["drivers_hidden"],
        )
        for a in answer["activities"]
    )


def _planned(activity: Mapping[str, Any]) -> tuple[date, date] | None:
    start, finish = activity["planned_start"], activity["planned_finish"]
    return (date.fromisoformat(start), date.fromisoformat(finish)) if start and finish else None


def drawn(rows: Sequence[ActivityRow], *, all_of_them: bool) -> list[ActivityRow]:
    """What the chart draws: everything if it is asked for or short, else critical, milestones, possessions."""
    if all_of_them or len(rows) <= DRAWN_AT_MOST:
        return list(rows)
    return [row for row in rows if row.critical or row.driving or row.kind != "task"]


def bars(rows: Sequence[ActivityRow], lang: str) -> list[Bar]:
    """The rows as bars of the chart, named in the page's language."""
    return [
        Bar(
            code=row.code,
            name=row.name_vi if lang == "vi" else row.name_en,
            kind=row.kind,
            start=row.start,
            finish=row.finish,
            late_finish=row.late_finish,
            critical=row.critical or row.driving,
            rests_in_flood=row.calendar == FLOOD_CALENDAR,
            plan=row.planned,
        )
        for row in rows
    ]


def parcels_text(driver: DrivingCase, lang: str, most: int = 2) -> str:
    """ "tờ 42 – thửa 118, tờ 42 – thửa 119 và 3 thửa khác"."""
    words = ("tờ", "thửa", "và", "thửa khác") if lang == "vi" else ("sheet", "parcel", "and", "more")
    named = [f"{words[0]} {p.sheet} – {words[1]} {p.number}" for p in driver.parcels[:most]]
    rest = len(driver.parcels) - most
    text = ", ".join(named)
    return f"{text} {words[2]} {rest} {words[3]}" if rest > 0 else text


def by_front(drivers: Iterable[DrivingCase]) -> dict[str, list[DrivingCase]]:
    """The driving cases that the reader may be told of, by work front, those that gain most alone first."""
    found: dict[str, list[DrivingCase]] = {}
    for driver in sorted(drivers, key=lambda case: (-case.alone_days, case.code)):
        found.setdefault(driver.front, []).append(driver)
    return found


def waits(chain: Sequence[ChainItem]) -> dict[str, int]:
    """Calendar days between the end of one link of the chain and the start of the next, where work rests."""
    return {
        item.code: max(0, (item.start - before.finish).days - 1)
        for before, item in pairwise(chain)
        if item.kind is NodeKind.TASK
    }


def chain_words(view: ProjectView, lang: str) -> dict[str, dict[str, Any]]:
    """What the driving chain says beside each code: front and ward names, parcels and reasons of cases."""
    delay = view.delay
    drivers = delay.drivers if delay else ()
    fronts = {front["code"]: str(front[f"name_{lang}"]) for front in view.fronts}
    wards = {ward["code"]: str(ward["label"]) for ward in view.wards}
    codes = {item.code for item in delay.chain} if delay else set()  # "" where the land is not the reader's
    used_fronts = {item.front for item in delay.chain if item.front} if delay else set()
    used_wards = {item.ward_code for item in delay.chain if item.ward_code} if delay else set()
    blank = dict.fromkeys(codes, "")
    return {
        "front_names": dict.fromkeys(used_fronts, "") | fronts,
        "ward_labels": dict.fromkeys(used_wards, "") | wards,
        "driver_parcels": blank | {d.code: parcels_text(d, lang) for d in drivers},
        "waits": waits(delay.chain if delay else ()),
        "driver_why": blank | {d.code: d.why_vi if lang == "vi" else d.why_en for d in drivers},
    }
