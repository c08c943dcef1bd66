"""Checks of the critical path: does it carry a delay to the end, does it run through, does work drive it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import numpy as np

from projects.engine import dated
from projects.engine.model import Activity, LinkType
from projects.engine.schedule import early_times
from projects.engine.shifts import DAY, WorkTime
from projects.errors import InvalidInput
from projects.quality.model import FAIL, PASS, Finding, Offender, index, none_of, unknown
from projects.quality.sheet import Sheet, of_link, offender


def findings(sheet: Sheet) -> Iterator[Finding]:
    """Points 12 and 13 of DCMA, the integrity of the path and levels of effort on it."""
    yield _path_test(sheet)
    yield _length_index(sheet)
    yield none_of("gao-path", list(_breaks(sheet)), int(sheet.result.chain.sum()), gate=True)
    drives = {LinkType.FS, LinkType.FF}
    efforts = {a.code for a in sheet.efforts}
    behind = [
        of_link(k, 0)
        for k in sheet.result.prepared.net.links
        if k.pred in efforts and k.type in drives and sheet.result.rows[k.succ].driving
    ]
    yield none_of("gao-effort", behind, len(efforts))


def tested(sheet: Sheet) -> Activity | None:
    """The critical work that the test delays: the first of the longest path that is not done."""
    on_path = [a for a in sheet.tasks if sheet.row(a).driving]
    return min(on_path, key=lambda a: (sheet.row(a).start_at, a.code)) if on_path else None


def _path_test(sheet: Sheet) -> Finding:
    a = tested(sheet)
    if a is None:
        vi = "Trên đường dài nhất không còn công việc nào chưa xong."
        return unknown("dcma-12", vi, "No work is left on the longest path.")
    p, days = sheet.result.prepared, sheet.limits.test_days
    left = p.nodes.left.copy()
    left[p.index[a.code]] += days * sheet.row(a).day_minutes
    try:
        times = early_times(p, left=left)
    except InvalidInput:
        vi = f"Thêm {days} ngày vào {a.code} thì vượt ra ngoài lịch."
        return unknown("dcma-12", vi, f"With {days} days more {a.code} runs out of its calendar.")
    ends = [p.index[code] for code in p.net.finishes] or list(range(len(p.codes)))
    moved = int((times.finish[ends].max() - sheet.result.early.finish[ends].max()) // DAY)
    # A rest behind the work (a flood season) may swallow a part of a delay, once.
    least = float(max(days - _longest_rest(sheet), 1))
    offenders: tuple[Offender, ...] = ()
    if moved < least:
        vi = f"thêm {days} ngày làm việc, ngày hoàn thành chỉ đổi {moved} ngày"
        offenders = (offender(a, vi, f"{days} working days more move the finish by {moved} days only"),)
    state = FAIL if offenders else PASS
    return Finding("dcma-12", state, len(offenders), 1, float(moved), least, False, offenders, gate=True)


def _longest_rest(sheet: Sheet) -> int:
    """Days of the longest stretch without work, of the calendars on the longest path, in two years from now on."""
    names = {a.calendar for a in sheet.judged if sheet.row(a).driving}
    return max((_rest(t, sheet) for t in sheet.result.prepared.net.calendars if t.name in names), default=0)


def _rest(time: WorkTime, sheet: Sheet) -> int:
    first = sheet.result.prepared.now
    inside = (time.begin >= first) & (time.begin < first + 730 * DAY)
    begin, end = time.begin[inside].astype(np.int64), time.end[inside].astype(np.int64)
    return int((begin[1:] - end[:-1]).max(initial=0) // DAY)


def _length_index(sheet: Sheet) -> Finding:
    if sheet.planned_finish is None:
        vi = "Dự án chưa có ngày hoàn thành theo kế hoạch."
        return unknown("dcma-13", vi, "The project has no planned finish.")
    day = sheet.result.options.data_date
    now = day.date() if isinstance(day, datetime) else day
    finish = sheet.result.finish
    length, spare = (finish - now).days, (sheet.planned_finish - finish).days
    if length <= 0:
        return unknown("dcma-13", "Dự án đã hoàn thành.", "The project is complete.")
    words = _late(sheet.planned_finish, finish)
    value = (length + spare) / length
    found = index("dcma-13", value, sheet.limits.index, spare, length, (words,))
    return found if found.state == FAIL else index("dcma-13", value, sheet.limits.index, spare, length)


def _late(planned: date, finish: date) -> Offender:
    vi = f"dự báo {finish:%d/%m/%Y}, kế hoạch {planned:%d/%m/%Y}"
    return Offender((), vi, f"forecast {finish:%d/%m/%Y}, planned {planned:%d/%m/%Y}")


def _breaks(sheet: Sheet) -> Iterator[Offender]:
    """Where the longest path stands on a date that somebody typed instead of on work, progress or land."""
    result = sheet.result
    p = result.prepared
    if not result.chain.any():
        open_ones = [c for c in p.net.finishes if not result.rows[c].done and c not in sheet.land]
        for code in open_ones:
            yield Offender((code,), "không có đường nào dẫn tới", "no path leads to it")
        return
    for i in np.flatnonzero(result.chain):
        a = p.activities[i]
        if a.code in sheet.land:
            continue
        if p.nodes.pin[i] != dated.FREE:
            yield offender(a, "ngày bắt buộc thay cho logic", "a mandatory date instead of logic")
        elif p.late_wanted[i]:
            yield offender(a, "cố ý lùi muộn nhất", "as late as possible on purpose")
        elif result.own[i] and result.early.resume[i] > p.now:
            text = f"{sheet.row(a).early_start:%d/%m/%Y}"
            if p.nodes.base[i] > p.now or p.nodes.floor[i] > dated.NONE:
                yield offender(
                    a, f"bắt đầu từ ràng buộc ngày {text}", f"begins with a date constraint on {text}"
                )
