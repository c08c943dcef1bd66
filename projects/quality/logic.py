"""Checks of the logic: open ends, leads, lags, kinds of links, dangling ends, progress out of order."""

from __future__ import annotations

from collections.abc import Iterator

from projects.engine.model import Link, LinkType
from projects.engine.shifts import DAY
from projects.quality.model import FAIL, PASS, Finding, none_of, share
from projects.quality.sheet import Sheet, of_link, offender

ENDS_LATER = {LinkType.FS, LinkType.FF}  # a link that leaves from the finish of its predecessor
BINDS_START = {LinkType.FS, LinkType.SS}


def findings(sheet: Sheet) -> Iterator[Finding]:
    """Points 1 to 4 of DCMA, and dangling ends and out-of-sequence progress."""
    yield _open_ends(sheet)
    leads = [k for k in sheet.links if k.lag < 0]
    rows = sheet.result.rows
    # A lead in the middle of the longest path makes its length a matter of taste.
    driving = any(rows[k.pred].driving and rows[k.succ].driving for k in leads)
    yield none_of("dcma-02", [of_link(k, _lag(sheet, k)) for k in leads], len(sheet.links), gate=driving)
    lags = [of_link(k, _lag(sheet, k)) for k in sheet.links if k.lag > 0]
    yield share("dcma-03", lags, len(sheet.links), sheet.limits.lags)
    yield _kinds(sheet)
    yield from _dangling(sheet)
    order = [of_link(k, _lag(sheet, k)) for k in sheet.result.out_of_sequence if k.succ not in sheet.land]
    yield none_of("gao-order", order, len(sheet.result.prepared.net.links))


def _open_ends(sheet: Sheet) -> Finding:
    found = []
    ends = sheet.result.prepared.net.finishes
    for a in sheet.unfinished:
        before = a.code in sheet.into
        after = a.code in sheet.out or a.code in ends
        if not before and not after:
            found.append(
                offender(a, "không có việc trước, không có việc sau", "no predecessor, no successor")
            )
        elif not before:
            found.append(offender(a, "không có việc trước", "no predecessor"))
        elif not after:
            found.append(offender(a, "không có việc sau", "no successor"))
    return share("dcma-01", found, len(sheet.unfinished), sheet.limits.missing_logic, gate=True)


def _kinds(sheet: Sheet) -> Finding:
    others = tuple(of_link(k, _lag(sheet, k)) for k in sheet.links if k.type is not LinkType.FS)
    of, limit = len(sheet.links), sheet.limits.finish_to_start
    value = 1 - len(others) / of if of else 1.0
    state = PASS if value >= limit else FAIL
    return Finding("dcma-04", state, len(others), of, value, limit, False, others)


def _dangling(sheet: Sheet) -> Iterator[Finding]:
    """Tied, but not where it matters: nothing sets the start, or nothing waits for the finish."""
    starts = [
        offender(a, "không quan hệ nào quyết định ngày bắt đầu", "no link sets its start")
        for a in sheet.tasks
        if a.actual_start is None
        and a.code in sheet.into
        and not any(k.type in BINDS_START for k in sheet.into[a.code])
    ]
    yield none_of("gao-start", starts, len(sheet.tasks))
    ends = [
        offender(a, "không việc nào chờ nó kết thúc", "nothing waits for its finish")
        for a in sheet.tasks
        if a.code in sheet.out and not any(k.type in ENDS_LATER for k in sheet.out[a.code])
    ]
    yield none_of("gao-finish", ends, len(sheet.tasks))


def _lag(sheet: Sheet, link: Link) -> float:
    row = sheet.result.rows[link.pred]
    return link.lag / (row.day_minutes or DAY)
