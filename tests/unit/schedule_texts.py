"""Small schedules written by hand, with the dates that MS Project and P6 store for them (reckoned with a calendar)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

HOLIDAY = date(2026, 9, 2)
DAY = "<WorkingTimes><WorkingTime><FromTime>08:00:00</FromTime><ToTime>12:00:00</ToTime></WorkingTime><WorkingTime>"
DAY += "<FromTime>13:00:00</FromTime><ToTime>17:00:00</ToTime></WorkingTime></WorkingTimes>"
# UID: start and finish. Friday 4 September is the lag of task 3; 12 working hours are half of task 2.
MSPDI_DATES = {
    "2": ("2026-08-31T08:00:00", "2026-09-03T17:00:00"),
    "3": ("2026-09-07T08:00:00", "2026-09-08T17:00:00"),
    "4": ("2026-09-01T13:00:00", "2026-09-04T12:00:00"),
    "5": ("2026-09-10T17:00:00", "2026-09-10T17:00:00"),
}
XER_DATES = {
    "A1000": ("2026-08-24T08:00", "2026-08-28T17:00"),
    "A1010": ("2026-08-31T08:00", "2026-09-04T17:00"),
    "A1020": ("2026-09-09T08:00", "2026-09-11T17:00"),
    "A1030": ("2026-09-14T08:00", "2026-09-14T17:00"),
    "A1040": ("2026-09-14T17:00", "2026-09-14T17:00"),
    "A1050": ("2026-09-09T08:00", "2026-09-14T17:00"),
}


def mspdi(*, dates: Mapping[str, tuple[str, str]] = MSPDI_DATES, before: str = "", link_to: str = "2") -> str:
    """Five tasks: a summary, a lag of a day, one of half the predecessor, one of two elapsed days, a milestone.

    `dates` are the stored ones; `before` goes in front of the root; `link_to` is the predecessor of task 3.
    """
    week = "".join(
        f"<WeekDay><DayType>{d}</DayType><DayWorking>{int(1 < d < 7)}</DayWorking>{DAY if 1 < d < 7 else ''}</WeekDay>"
        for d in range(1, 8)
    )
    off = "<Exception><EnteredByOccurrences>0</EnteredByOccurrences><TimePeriod>"
    off += f"<FromDate>{HOLIDAY}T00:00:00</FromDate>"
    off += (
        f"<ToDate>{HOLIDAY}T23:59:00</ToDate></TimePeriod><Occurrences>1</Occurrences><Name>Quốc khánh</Name>"
    )
    off += "<Type>1</Type><DayWorking>0</DayWorking></Exception>"
    tasks = [
        _task("1", "Cầu vượt", 1, "PT64H0M0S", ("2026-08-31T08:00:00", "2026-09-10T17:00:00"), summary=True),
        _task("2", "Cọc Km1+000 – Km1+500", 2, "PT24H0M0S", dates["2"]),
        _task("3", "Mố", 2, "PT16H0M0S", dates["3"], link=(link_to, 1, 4800, 7)),
        _task("4", "Dầm", 2, "PT16H0M0S", dates["4"], link=("2", 3, 50, 19)),
        _task("5", "Xong phần cầu", 2, "PT0H0M0S", dates["5"], link=("3", 1, 28800, 8), milestone=True),
    ]
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{before}'
        '<Project xmlns="http://schemas.microsoft.com/project"><SaveVersion>14</SaveVersion><Name>cau.xml</Name>'
        "<Title>Cầu vượt thử</Title><ScheduleFromStart>1</ScheduleFromStart><StartDate>2026-08-31T08:00:00</StartDate>"
        "<HonorConstraints>0</HonorConstraints><MinutesPerDay>480</MinutesPerDay><MinutesPerWeek>2400</MinutesPerWeek>"
        "<DaysPerMonth>20</DaysPerMonth><CalendarUID>1</CalendarUID><Calendars><Calendar><UID>1</UID><Name>Chuẩn</Name>"
        f"<IsBaseCalendar>1</IsBaseCalendar><WeekDays>{week}</WeekDays><Exceptions>{off}</Exceptions></Calendar>"
        f"</Calendars><Tasks>{''.join(tasks)}</Tasks></Project>"
    )


def _task(
    uid: str, name: str, level: int, duration: str, dates: tuple[str, str], *, summary: bool = False,
    milestone: bool = False, link: tuple[str, int, int, int] | None = None,
) -> str:  # fmt: skip
    before = ""
    if link is not None:
        pred, kind, lag, form = link
        before = f"<PredecessorLink><PredecessorUID>{pred}</PredecessorUID><Type>{kind}</Type><CrossProject>0"
        before += f"</CrossProject><LinkLag>{lag}</LinkLag><LagFormat>{form}</LagFormat></PredecessorLink>"
    return (
        f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>{name}</Name><Active>1</Active><Manual>0</Manual><Type>0</Type>"
        f"<OutlineLevel>{level}</OutlineLevel><Start>{dates[0]}</Start><Finish>{dates[1]}</Finish>"
        f"<Duration>{duration}</Duration><DurationFormat>7</DurationFormat><Milestone>{int(milestone)}</Milestone>"
        f"<Summary>{int(summary)}</Summary><PercentComplete>0</PercentComplete>"
        f"<RemainingDuration>{duration}</RemainingDuration><ConstraintType>0</ConstraintType>"
        f"<CalendarUID>-1</CalendarUID>{before}</Task>"
    )


def xer(*, shifts: str = "", links: tuple[tuple[str, str, str, int], ...] | None = None) -> str:
    """Six activities on 1 September 2026: one done, one begun, lags, a constraint, a milestone, a level of effort.

    `shifts` replaces those of the working days; `links` are (activity, predecessor, type, lag in hours).
    """
    day = shifts or "(0||0(s|08:00|f|12:00)())(0||1(s|13:00|f|17:00)())"
    week = "".join(f"(0||{d}()({day if 1 < d < 7 else ''}))" for d in range(1, 8))
    off = (HOLIDAY - date(1899, 12, 30)).days
    calendar = f"(0||CalendarData()((0||DaysOfWeek()({week}))(0||Exceptions()((0||0(d|{off})())))))"
    if links is None:
        links = (
            ("2", "1", "PR_FS", 0), ("3", "2", "PR_FS", 16), ("4", "3", "PR_FS", 0), ("5", "4", "PR_FS", 0),
            ("6", "3", "PR_SS", 0), ("6", "4", "PR_FF", 0),
        )  # fmt: skip
    rows = [
        (
            "1",
            "A1000",
            "Dọn mặt bằng",
            "TT_Task",
            "TK_Complete",
            40,
            0,
            "2026-08-24 08:00",
            "2026-08-28 17:00",
            "",
            "",
        ),
        ("2", "A1010", "Đắp nền", "TT_Task", "TK_Active", 40, 24, "2026-08-31 08:00", "", "", ""),
        ("3", "A1020", "Móng đường", "TT_Task", "TK_NotStart", 24, 24, "", "", "", ""),
        ("4", "A1030", "Thảm nhựa", "TT_Task", "TK_NotStart", 8, 8, "", "", "CS_MSOA", "2026-09-14 08:00"),
        ("5", "A1040", "Xong", "TT_FinMile", "TK_NotStart", 0, 0, "", "", "", ""),
        ("6", "A1050", "Giám sát", "TT_LOE", "TK_NotStart", 32, 32, "", "", "", ""),
    ]
    tasks = []
    for number, code, name, kind, status, whole, left, begun, ended, rule, on in rows:
        early = [at.replace("T", " ") for at in XER_DATES[code]]
        if status == "TK_Complete":
            early = ["", ""]
        elif begun:
            early[0] = "2026-09-01 08:00"
        tasks.append(
            [number, "100", "10", "500", kind, "DT_FixedDrtn", status, code, name, str(left), str(whole), begun, ended,
             rule, on, *early, *early, "CP_Drtn"]
        )  # fmt: skip
    tables: list[tuple[str, str, list[list[str]]]] = [
        ("CALENDAR", "clndr_id default_flag clndr_name proj_id base_clndr_id clndr_type day_hr_cnt clndr_data",
         [["500", "Y", "Năm ngày", "", "", "CA_Base", "8", calendar]]),
        ("PROJECT", "proj_id proj_short_name clndr_id plan_start_date last_recalc_date",
         [["100", "CAU1", "500", "2026-08-24 08:00", "2026-09-01 00:00"]]),
        ("SCHEDOPTIONS", "schedoptions_id proj_id sched_retained_logic sched_progress_override "
         "sched_calendar_on_relationship_lag", [["1", "100", "Y", "N", "rcal_Predecessor"]]),
        ("PROJWBS", "wbs_id proj_id seq_num proj_node_flag wbs_short_name wbs_name parent_wbs_id",
         [["10", "100", "1", "Y", "CAU1", "Cầu số 1", ""]]),
        ("TASK", "task_id proj_id wbs_id clndr_id task_type duration_type status_code task_code task_name "
         "remain_drtn_hr_cnt target_drtn_hr_cnt act_start_date act_end_date cstr_type cstr_date early_start_date "
         "early_end_date target_start_date target_end_date complete_pct_type", tasks),
        ("TASKPRED", "task_pred_id task_id pred_task_id proj_id pred_proj_id pred_type lag_hr_cnt",
         [[str(i), task, pred, "100", "100", kind, str(lag)] for i, (task, pred, kind, lag) in enumerate(links, 1)]),
    ]  # fmt: skip
    lines = ["ERMHDR\t8.2\t2026-09-01\tProject\tadmin\tadmin\tdbxDatabaseNoName\tProject Management\tVND"]
    for name, columns, cells in tables:
        lines += [f"%T\t{name}", "%F\t" + "\t".join(columns.split())]
        lines += ["%R\t" + "\t".join(row) for row in cells]
    return "\r\n".join([*lines, "%E", ""])
