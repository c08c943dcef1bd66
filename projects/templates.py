"""Network templates: one TOML file per kind of project becomes the dependency network of a real one.

File format (parsed TOML; any other key is a fault):

    finish = "OPEN"                  # code of the completion milestone, scope "project"
    code, name_vi, name_en, note     # optional, what the template is
    [[front_kind]]                   # optional list of the kinds of work fronts that it knows
    code, name_vi, name_en
    [[activity]]
    code = "SUB"                     # a front activity becomes SUB-<front code>, a project one keeps its code
    scope = "front" | "project"
    front_kinds = ["approach", …]    # only scope "front"; absent = every kind
    name_vi, name_en                 # a front activity gets " – <front name>" added
    kind = "task" | "milestone" | "possession"
    duration = 30                    # working days of its calendar; 0 and optional unless it is a task
    duration_per_km = 90             # instead of duration, scope "front": × length of the front in km,
                                     # rounded up, at least 1 working day
    calendar = "VN6"
    [[link]]
    pred, succ                       # template codes
    type = "FS" | "SS" | "FF" | "SF" # default FS
    lag = 0                          # working days of the predecessor's calendar, may be negative
    pairs = "same_front"             # front → front, on each front that carries both
          | "next_front"             # front → front: to the nearest following front of the same section, by
                                     # from_m, that carries the successor
          | "all_to_one"             # front → project: every front's activity before the one
          | "one_to_all"             # project → front
          | "one_to_one"             # project → project
                                     # default: the one that fits the two scopes (same_front for two fronts)

Durations may come from parameters, quantities, productivities and crews: `projects.template_parameters`.

Possession of a front is the activity P (kind possession, calendar ALL, 0 days), so P-<front code>; LAND is the
milestone behind all possessions. Both are supplied if the template does not define them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from projects.calendars import ALL
from projects.errors import InvalidInput
from projects.model import Activity, Link, LinkType, Network, NodeKind, WorkFront
from projects.template_checks import PAIRS_OF, faults_of
from projects.template_parameters import resolved

POSSESSION = "P"
LAND = "LAND"

_P = {
    "code": POSSESSION,
    "scope": "front",
    "name_vi": "Nhận mặt bằng",
    "name_en": "Possession of the site",
    "kind": "possession",
    "duration": 0,
    "calendar": ALL,
}
_LAND = {
    "code": LAND,
    "scope": "project",
    "name_vi": "Bàn giao hết mặt bằng",
    "name_en": "All land handed over",
    "kind": "milestone",
    "duration": 0,
    "calendar": ALL,
}
_P_TO_LAND = {"pred": POSSESSION, "succ": LAND, "type": "FS", "lag": 0, "pairs": "all_to_one"}


def expand(
    template: Mapping[str, Any],
    fronts: Sequence[WorkFront],
    *,
    project: str,
    parameters: Mapping[str, float] | None = None,
) -> Network:
    """The network of `project`: the template's front activities on every front, its project ones once.

    `parameters` replace defaults (`projects.template_parameters`). Raises `InvalidInput` with every fault of the
    template and of its fit to the fronts.
    """
    template = _completed(resolved(template, parameters or {}))
    faults = faults_of(template, fronts)
    if faults:
        raise InvalidInput(faults)
    rows: dict[str, Mapping[str, Any]] = {row["code"]: row for row in template["activity"]}
    carried = {code: [f for f in fronts if _carries(row, f)] for code, row in rows.items()}
    activities = [a for code, row in rows.items() for a in _instances(row, carried[code])]
    links = [link for row in template.get("link", ()) for link in _links(row, rows, carried, fronts)]
    return Network(project, tuple(activities), tuple(links), str(template["finish"]))


def _completed(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template with P and LAND; malformed parts are left for the checks to name."""
    whole = dict(template)
    rows, links = whole.get("activity", []), whole.get("link", [])
    if not isinstance(rows, list) or not isinstance(links, list):
        return whole
    codes = [row.get("code") for row in rows if isinstance(row, Mapping)]
    extra = [row for row in (_P, _LAND) if row["code"] not in codes]
    whole["activity"] = [*rows, *extra]  # last, so that places in fault messages match the file
    whole["link"] = [*links, *([_P_TO_LAND] if LAND not in codes else [])]
    return whole


def _carries(row: Mapping[str, Any], front: WorkFront) -> bool:
    kinds = row.get("front_kinds")
    return row["scope"] == "front" and (kinds is None or front.kind in kinds)


def _instances(row: Mapping[str, Any], fronts: Sequence[WorkFront]) -> Iterator[Activity]:
    kind = NodeKind(row["kind"])
    if row["scope"] == "project":
        yield Activity(
            row["code"], row["name_vi"], row["name_en"], row.get("duration", 0), row["calendar"], kind
        )
        return
    for front in fronts:
        yield Activity(
            code=f"{row['code']}-{front.code}",
            name_vi=f"{row['name_vi']} – {front.name_vi}",
            name_en=f"{row['name_en']} – {front.name_en}",
            duration=_days(row, front),
            calendar=row["calendar"],
            kind=kind,
            front=front.code,
        )


def _days(row: Mapping[str, Any], front: WorkFront) -> int:
    if "duration_per_km" not in row or front.from_m is None or front.to_m is None:
        return int(row.get("duration", 0))
    days = float(row["duration_per_km"]) * (front.to_m - front.from_m) / 1000
    return max(math.ceil(round(days, 6)), 1)  # 0.1 + 0.2 must not cost a day


def _links(
    row: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, Any]],
    carried: Mapping[str, Sequence[WorkFront]],
    fronts: Sequence[WorkFront],
) -> Iterator[Link]:
    pred, succ = row["pred"], row["succ"]
    kind, lag = LinkType(row.get("type", "FS")), row.get("lag", 0)
    before, after = carried[pred], carried[succ]
    pairs = row.get("pairs") or PAIRS_OF[rows[pred]["scope"], rows[succ]["scope"]][0]
    if pairs == "one_to_one":
        ends = [(pred, succ)]
    elif pairs == "all_to_one":
        ends = [(f"{pred}-{front.code}", succ) for front in before]
    elif pairs == "one_to_all":
        ends = [(pred, f"{succ}-{front.code}") for front in after]
    elif pairs == "same_front":
        both = {front.code for front in after}
        ends = [(f"{pred}-{f.code}", f"{succ}-{f.code}") for f in before if f.code in both]
    else:
        starts, goals = {f.code for f in before}, {f.code for f in after}
        ends = [(f"{pred}-{one}", f"{succ}-{other}") for one, other in _following(fronts, starts, goals)]
    for begin, end in ends:
        yield Link(begin, end, kind, lag)


def _following(fronts: Sequence[WorkFront], starts: set[str], goals: set[str]) -> Iterator[tuple[str, str]]:
    """Each front of `starts` with the nearest front of `goals` behind it in its section."""
    ordered = sorted(fronts, key=lambda f: (f.section, f.from_m is None, f.from_m or 0.0, f.code))
    for _, group in groupby(ordered, key=lambda f: f.section):
        codes = [front.code for front in group]
        for place, code in enumerate(codes):
            goal = next((other for other in codes[place + 1 :] if other in goals), None)
            if code in starts and goal is not None:
                yield code, goal
