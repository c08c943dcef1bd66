"""The rule "a run of free land opens the front" in network documents: written, read, and followed when one is dated.

The possession of such a front carries `run_m` and, where whoever took the file away may see all its land, `ground`: the
line, the stretch of the front, its pieces of land and its cases. The links of a document can only say one run: those
that it has are of the run that came first when it was written. `dated_by_runs` ties the possession anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from typing import Any

from projects.engine.docparts import Reader
from projects.engine.model import Link, Net, Options
from projects.engine.schedule import Result, schedule
from projects.errors import Fault, InvalidInput
from projects.land import FrontLand
from projects.openings import RunRule, run_opening
from projects.workable import Line

KEYS = frozenset({"run_m", "ground"})
GROUND = {"line", "from_m", "to_m", "pieces", "cases"}
LINE = {"start_m", "end_m", "ring", "breaks"}
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class FrontRun:
    """A possession that `run_m` metres in one piece open; `rule` with the codes of all its `cases`, None without its
    ground."""

    possession: str
    run_m: float
    rule: RunRule | None = None
    cases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """How a possession was dated: by its rule (`exact`), or only by the links that the file has. `on`: the day on which
    its land is free; `by`: the cases that it took; `whole`: no run is ever long enough, so all land counts."""

    run: FrontRun
    exact: bool
    on: date
    by: tuple[str, ...]
    whole: bool

    @property
    def note_vi(self) -> str:
        """What to know of it, in Vietnamese."""
        head = f"{self.run.possession} mở khi có {self.run.run_m:g} m liền mạch"
        if not self.exact:
            return (
                f"{head}: tệp không mang đất của mũi, chỉ tính theo các hồ sơ đã nối (dải có trước lúc xuất)."
            )
        if self.whole:
            return f"{head}: không dải nào đủ dài, nên tính theo toàn bộ đất của mũi."
        return f"{head}: ngày tính đúng quy tắc; ngày muộn và dự trữ coi dải này là dải duy nhất."

    @property
    def note_en(self) -> str:
        """The same in English."""
        head = f"{self.run.possession} opens with {self.run.run_m:g} m in one piece"
        if not self.exact:
            return f"{head}: the file carries no land of it, so only the linked cases count (the first run at export)."
        if self.whole:
            return f"{head}: no run is ever long enough, so all land of the front counts."
        return f"{head}: dated by the rule; late dates and floats take this run for the only one."


def carry(document: dict[str, Any], ground: Sequence[FrontLand], hidden: Collection[str]) -> tuple[str, ...]:
    """Writes the rules of fronts into the rows of their possessions; gives what the file has to say of them.

    Of a front with a case of `hidden` only the length is written.
    """
    rows = {row["code"]: row for row in document["activities"]}
    ruled = [(land, land.rule) for land in ground if land.rule is not None and land.possession in rows]
    short = []
    for land, rule in ruled:
        cases = [case.code for case in land.cases]
        row = rows[land.possession]
        row["run_m"] = rule.run_m
        if set(cases).intersection(hidden):
            short.append(land.front)
        else:
            row["ground"] = _ground_row(rule, cases)
    said = []
    if ruled:
        said.append(
            "mở bằng một dải liền, quan hệ là với hồ sơ của dải có trước, quy tắc đi kèm (run_m, ground): "
            + ", ".join(land.front for land, _ in ruled)
        )
    if short:
        said.append(f"quy tắc rút gọn còn dải có trước vì có đất ngoài phạm vi xem: {', '.join(short)}")
    return tuple(said)


def _ground_row(rule: RunRule, cases: Sequence[str]) -> dict[str, Any]:
    """The land of the rule; pieces of other fronts' cases never count and are left out."""
    own, line = set(cases), rule.line
    return {
        "line": {
            "start_m": line.start_m,
            "end_m": line.end_m,
            "ring": line.is_ring,
            "breaks": [*line.breaks],
        },
        "from_m": rule.from_m,
        "to_m": rule.to_m,
        "pieces": [[case, a, b] for case, a, b in rule.pieces if case in own],
        "cases": list(cases),
    }


def runs_in(document: object) -> tuple[FrontRun, ...]:
    """The rules of a document that `projects.engine.document` reads. Raises InvalidInput with every fault of theirs."""
    activities = document.get("activities", []) if isinstance(document, dict) else []
    rows = [row for row in activities if isinstance(row, dict)] if isinstance(activities, list) else []
    codes = {str(row.get("code")) for row in rows}
    r = Reader()
    found = []
    for row in rows:
        code = str(row.get("code"))
        if not KEYS.intersection(row):
            continue
        if row.get("possession") is not True:
            vi = "Chỉ mốc nhận mặt bằng (possession) có quy tắc này."
            r.fault(code, vi, "Only a possession has this rule.")
        length = _metres(r, f"{code}.run_m", row.get("run_m"))
        if length <= 0:
            r.fault(f"{code}.run_m", "Phải lớn hơn 0.", "It must be above 0.")
        ground = row.get("ground")
        found.append(FrontRun(code, length) if ground is None else _ground(r, code, length, ground, codes))
    if r.faults:
        raise InvalidInput(r.faults)
    return tuple(found)


def rules_in(document: object) -> dict[str, dict[str, Any]]:
    """The rules of a document that `runs_in` takes, as they stand in the rows of their possessions, by code."""
    rows = document["activities"] if isinstance(document, dict) else ()
    kept = {"possession", *KEYS}
    return {row["code"]: {key: row[key] for key in row if key in kept} for row in rows if KEYS & row.keys()}


def dated_by_runs(net: Net, options: Options, runs: Sequence[FrontRun]) -> tuple[Result, tuple[Opened, ...]]:
    """The network dated with each possession waiting for the cases of the run that comes first on these dates.

    Raises as `schedule`, and InvalidInput where two fronts wait for each other through their rules.
    """
    ruled = [run for run in runs if run.rule is not None]
    result = schedule(net, options)
    opened = {run.possession: _opened(run, result) for run in ruled}
    for _ in ruled:  # a case may wait for the possession of another front: once more for each
        tied = _tied(net, opened)
        if tied == net:
            break
        net = tied
        result = schedule(net, options)
        opened = {run.possession: _opened(run, result) for run in ruled}
    if _tied(net, opened) != net:
        vi, en = "Các mũi chờ nhau qua quy tắc mở.", "Fronts wait for each other through their rules."
        raise InvalidInput([Fault(code, vi, en) for code in opened])
    return result, tuple(opened.get(run.possession) or _by_links(run, result) for run in runs)


def _opened(run: FrontRun, result: Result) -> Opened:
    days = {case: result.rows[case].early_finish for case in run.cases}
    opening = run_opening(run.rule, days) if run.rule else None
    if opening is not None:
        return Opened(run, True, opening.on, opening.by, False)
    last = max(days.values(), default=result.rows[run.possession].early_finish)
    return Opened(run, True, last, tuple(sorted(run.cases)), True)


def _by_links(run: FrontRun, result: Result) -> Opened:
    by = sorted(k.pred for k in result.prepared.net.links if k.succ == run.possession)
    return Opened(run, False, result.rows[run.possession].early_finish, tuple(by), False)


def _tied(net: Net, opened: Mapping[str, Opened]) -> Net:
    """The network with links to these possessions from the cases that open them, and from no other case of theirs."""
    of = {code: frozenset(one.run.cases) for code, one in opened.items()}
    have = {(k.pred, k.succ) for k in net.links}
    kept = tuple(
        k for k in net.links if k.succ not in of or k.pred not in of[k.succ] or k.pred in opened[k.succ].by
    )
    new = tuple(
        Link(case, code) for code, one in opened.items() for case in one.by if (case, code) not in have
    )
    return net if len(kept) == len(net.links) and not new else replace(net, links=(*kept, *new))


def _ground(r: Reader, code: str, length: float, value: object, codes: set[str]) -> FrontRun:
    where = f"{code}.ground"
    row = r.mapping(where, value, GROUND)
    said = r.mapping(f"{where}.line", row.get("line"), LINE)
    line = Line(
        _metres(r, f"{where}.line.start_m", said.get("start_m")),
        _metres(r, f"{where}.line.end_m", said.get("end_m")),
        said.get("ring") is True,
        tuple(_metres(r, f"{where}.line.breaks", at) for at in r.rows(said, "breaks", MOST)),
    )
    begin, end = (_metres(r, f"{where}.{key}", row.get(key)) for key in ("from_m", "to_m"))
    if not line.start_m < line.end_m or not begin < end:
        r.fault(where, "Đoạn phải có độ dài.", "A stretch must have a length.")
    cases = tuple(r.text(f"{where}.cases", case) for case in r.rows(row, "cases", MOST))
    known = set(cases)
    pieces = []
    for one in r.rows(row, "pieces", MOST):
        if not isinstance(one, list) or len(one) != 3 or one[0] not in known:
            r.fault(f"{where}.pieces", "Phải là [hồ sơ, từ, đến].", "It must be [case, from, to].")
            continue
        a, b = (_metres(r, f"{where}.pieces", at) for at in one[1:])
        pieces.append((str(one[0]), a, b))
    for case in sorted(known - codes):
        r.fault(f"{where}.cases", f"Không có công việc {case[:60]}.", f"There is no activity {case[:60]}.")
    return FrontRun(code, length, RunRule(length, line, begin, end, tuple(pieces)), cases)


def _metres(r: Reader, where: str, value: object) -> float:
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and isfinite(value)
        and abs(value) < 1e8
    ):
        return float(value)
    r.fault(where, "Phải là số mét.", "It must be a number of metres.")
    return 0.0
