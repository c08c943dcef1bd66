"""Checks of dates, floats and durations, of what was promised by the baseline, of calendars and of the data's age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import numpy as np

from projects.engine.model import Rule
from projects.engine.shifts import DAY, WorkTime
from projects.quality.model import Finding, Offender, index, none_of, share, unknown
from projects.quality.sheet import Sheet, offender

HARD = {
    Rule.SNLT, Rule.FNLT, Rule.MUST_START, Rule.MUST_FINISH, Rule.MANDATORY_START, Rule.MANDATORY_FINISH,
}  # fmt: skip
NO_BASELINE = (
    "Chưa có đường cơ sở (ngày kế hoạch theo từng công việc).",
    "There is no baseline (planned dates by activity).",
)


def findings(sheet: Sheet) -> Iterator[Finding]:
    """Points 5 to 11 and 14 of DCMA, the calendars and the age of the data."""
    limits, unfinished, tasks = sheet.limits, sheet.unfinished, sheet.tasks
    hard = [
        offender(a, f"ràng buộc cứng: {', '.join(rules)}", f"hard constraint: {', '.join(rules)}")
        for a in unfinished
        if (rules := sorted(c.rule.value for c in a.constraints if c.rule in HARD))
    ]
    yield share("dcma-05", hard, len(unfinished), limits.hard_constraints)
    floats = [(a, sheet.row(a).total_days) for a in unfinished]
    high = [_days(sheet, a.code, d, "dự trữ", "float") for a, d in floats if d > limits.long_days]
    yield share("dcma-06", high, len(unfinished), limits.high_float)
    below = [_days(sheet, a.code, d, "dự trữ", "float") for a, d in floats if d < 0]
    yield none_of("dcma-07", below, len(unfinished))
    durations = [(a, sheet.days(a.duration, a)) for a in tasks]
    long = [_days(sheet, a.code, d, "thời lượng", "duration") for a, d in durations if d > limits.long_days]
    yield share("dcma-08", long, len(tasks), limits.high_duration)
    yield none_of("dcma-09", list(_invalid(sheet)), len(sheet.judged), gate=True)
    yield unknown(
        "dcma-10",
        "Mạng không mang nguồn lực hay chi phí theo công việc.",
        "The network carries no resources or costs by activity.",
    )
    yield from _against_baseline(sheet)
    yield _calendars(sheet)
    yield _age(sheet)
    yield none_of("gao-options", list(sheet.unsupported), len(sheet.unsupported))


def _days(sheet: Sheet, code: str, days: float, vi: str, en: str) -> Offender:
    return Offender((code,), f"{vi} {days:.10g} ngày làm việc", f"{en} {days:.10g} working days")


def _invalid(sheet: Sheet) -> Iterator[Offender]:
    """Work to come that is dated before the data date, and facts after it."""
    day = _day(sheet.result.options.data_date)
    now = sheet.result.prepared.now
    place = sheet.result.prepared.index
    for a in sheet.judged:
        row, i = sheet.row(a), place[a.code]
        if a.code in sheet.later_facts:
            yield offender(
                a, f"ngày thực tế sau ngày số liệu {day:%d/%m/%Y}", f"actual date after {day:%d/%m/%Y}"
            )
        elif not row.done and sheet.result.early.resume[i] < now:
            text = f"{row.early_start:%d/%m/%Y}"
            yield offender(a, f"dự báo {text}, trước ngày số liệu", f"forecast {text}, before the data date")


def _against_baseline(sheet: Sheet) -> Iterator[Finding]:
    if sheet.baseline is None:
        yield unknown("dcma-11", *NO_BASELINE)
        yield unknown("dcma-14", *NO_BASELINE)
        return
    day = _day(sheet.result.options.data_date)
    due = [a for a in sheet.judged if a.code in sheet.baseline and sheet.baseline[a.code] <= day]
    if not due:
        vi, en = "Chưa công việc nào đến hạn theo đường cơ sở.", "Nothing was due by the baseline yet."
        yield unknown("dcma-11", vi, en)
        yield unknown("dcma-14", vi, en)
        return
    missed = [
        _late(a.code, sheet.baseline[a.code], sheet.row(a).early_finish)
        for a in due
        if not sheet.row(a).done or sheet.row(a).early_finish > sheet.baseline[a.code]
    ]
    yield share("dcma-11", missed, len(due), sheet.limits.missed)
    # Everything that is done, also what was not due yet: finishing other work early makes up for it.
    done = sum(sheet.row(a).done for a in sheet.judged)
    open_ones = [
        _late(a.code, sheet.baseline[a.code], sheet.row(a).early_finish) for a in due if not sheet.row(a).done
    ]
    yield index("dcma-14", done / len(due), sheet.limits.index, done, len(due), open_ones)


def _late(code: str, planned: date, now: date) -> Offender:
    words = f"{planned:%d/%m/%Y} → {now:%d/%m/%Y}"
    return Offender((code,), words, words)


def _calendars(sheet: Sheet) -> Finding:
    """Work on a calendar that never rests, at Tết neither."""
    restless = {time.name for time in sheet.result.prepared.net.calendars if never_rests(time, sheet)}
    found = [
        offender(a, f"lịch {a.calendar} không có ngày nghỉ", f"calendar {a.calendar} has no day of rest")
        for a in sheet.tasks
        if a.calendar in restless
    ]
    return share("gao-calendars", found, len(sheet.tasks), sheet.limits.every_day)


def never_rests(time: WorkTime, sheet: Sheet) -> bool:
    """Whether every day from the data date to the end of a year has work."""
    first = sheet.result.prepared.now
    days = np.arange(first // DAY, first // DAY + 366)
    stretch = time.day_at[days]
    return bool((time.begin[stretch] < (days + 1) * DAY).all())


def _age(sheet: Sheet) -> Finding:
    if sheet.today is None:
        return unknown("gao-age", "Không biết hôm nay là ngày nào.", "The day of reading is not known.")
    day = _day(sheet.result.options.data_date)
    age = max((sheet.today - day).days, 0)
    limit = sheet.limits.age_days
    words = (
        () if age <= limit else (Offender((), f"ngày số liệu {day:%d/%m/%Y}", f"data date {day:%d/%m/%Y}"),)
    )
    state = "pass" if age <= limit else "fail"
    return Finding("gao-age", state, age, None, float(age), float(limit), True, words)


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
