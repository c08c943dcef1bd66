"""A Primavera PMXML written by hand: the network of `schedule_texts.xer` and one activity more, with P6's dates."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from tests.unit.schedule_texts import HOLIDAY, XER_DATES

# A1060 works Monday to Saturday: it starts a day of the predecessor's calendar behind A1020 and takes four days.
PMXML_DATES = XER_DATES | {"A1060": ("2026-09-10T08:00", "2026-09-14T17:00")}
NAMESPACE = "http://xmlns.oracle.com/Primavera/P6/V17.7/API/BusinessObjects"
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
CODE = "Mặt đường"
LINKS = (
    ("1", "2", "Finish to Start", 0), ("2", "3", "Finish to Start", 16), ("3", "4", "Finish to Start", 0),
    ("4", "5", "Finish to Start", 0), ("3", "6", "Start to Start", 0), ("4", "6", "Finish to Finish", 0),
    ("3", "7", "Start to Start", 8),
)  # fmt: skip


def pmxml(
    *, before: str = "", links: tuple[tuple[str, str, str, int], ...] = LINKS, idle: bool = False
) -> str:
    """Seven activities on two calendars: one done, one begun, lags, two constraints, a milestone, a level of effort.

    `before` goes in front of the root; `links` are (predecessor, successor, type, lag in hours); `idle`: the second
    calendar has no working time.
    """
    rows: tuple[tuple[str, str, str, str, str, int, int, str, Mapping[str, str]], ...] = (
        ("1", "A1000", "Dọn mặt bằng", "Task Dependent", "Completed", 40, 0, "500", {}),
        ("2", "A1010", "Đắp nền", "Task Dependent", "In Progress", 40, 24, "500", {}),
        ("3", "A1020", "Móng đường", "Task Dependent", "Not Started", 24, 24, "500", {}),
        ("4", "A1030", "Thảm nhựa", "Task Dependent", "Not Started", 8, 8, "500",
         {"PrimaryConstraintType": "Start On or After", "PrimaryConstraintDate": "2026-09-14T08:00:00"}),
        ("5", "A1040", "Xong", "Finish Milestone", "Not Started", 0, 0, "500", {}),
        ("6", "A1050", "Giám sát", "Level of Effort", "Not Started", 32, 32, "500", {}),
        ("7", "A1060", "Cây xanh & chiếu sáng", "Task Dependent", "Not Started", 32, 32, "600",
         {"PrimaryConstraintType": "Finish On or Before", "PrimaryConstraintDate": "2026-09-12T17:00:00"}),
    )  # fmt: skip
    activities = "".join(_activity(*row) for row in rows)
    relations = "".join(
        _element("Relationship", {
            "ObjectId": str(i), "PredecessorActivityObjectId": pred, "SuccessorActivityObjectId": succ,
            "PredecessorProjectObjectId": "100", "SuccessorProjectObjectId": "100", "Type": kind, "Lag": str(lag),
        })
        for i, (pred, succ, kind, lag) in enumerate(links, 1)
    )  # fmt: skip
    options = _element(
        "ScheduleOptions",
        {
            "OutOfSequenceScheduleType": "Retained Logic",
            "RelationshipLagCalendar": "Predecessor Activity Calendar",
            "CriticalActivityFloatThreshold": "0",
            "ProjectObjectId": "100",
        },
    )
    head = {
        "ObjectId": "100", "Id": "CAU1", "Name": "Cầu số 1", "ActivityDefaultCalendarObjectId": "500",
        "DataDate": "2026-09-01T00:00:00", "PlannedStartDate": "2026-08-24T08:00:00",
    }  # fmt: skip
    kind = _element(
        "ActivityCodeType", {"ObjectId": "1", "Name": "Hạng mục", "Scope": "Global", "Length": "40"}
    )
    value = {"ObjectId": "11", "CodeTypeObjectId": "1", "CodeValue": CODE, "Description": CODE}
    coding = kind + _element("ActivityCode", value)
    wbs = _element("WBS", {"ObjectId": "10", "Code": "CAU1", "Name": "Cầu số 1", "ProjectObjectId": "100"})
    calendars = _calendar("500", "Năm ngày", 5) + _calendar("600", "Sáu ngày", 0 if idle else 6)
    project = f"<Project>{_fields(head)}{wbs}{activities}{relations}{options}</Project>"
    root = f'<APIBusinessObjects xmlns="{NAMESPACE}">{coding}{calendars}{project}</APIBusinessObjects>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}{root}'


def _activity(
    number: str, code: str, name: str, kind: str, status: str, whole: int, left: int, calendar: str,
    more: Mapping[str, str],
) -> str:  # fmt: skip
    start, finish = (f"{at}:00" for at in PMXML_DATES[code])
    fields = {
        "ObjectId": number, "Id": code, "Name": name, "Type": kind, "Status": status, "CalendarObjectId": calendar,
        "WBSObjectId": "10", "ProjectObjectId": "100", "DurationType": "Fixed Duration and Units",
        "PercentCompleteType": "Duration", "PlannedDuration": str(whole), "RemainingDuration": str(left),
        "StartDate": start, "FinishDate": finish, "PlannedStartDate": start, "PlannedFinishDate": finish,
    }  # fmt: skip
    if status != "Not Started":
        fields["ActualStartDate"] = start
    if status == "Completed":
        fields["ActualFinishDate"] = finish
    else:
        fields["RemainingEarlyStartDate"] = "2026-09-01T08:00:00" if status == "In Progress" else start
        fields["RemainingEarlyFinishDate"] = finish
    coded = (
        "<Code><TypeObjectId>1</TypeObjectId><ValueObjectId>11</ValueObjectId></Code>"
        if code == "A1020"
        else ""
    )
    return f"<Activity>{_fields(fields | dict(more))}{coded}</Activity>"


def _calendar(number: str, name: str, days: int) -> str:
    shifts = (("08:00:00", "11:59:00"), ("13:00:00", "16:59:00"))  # P6 writes the last minute that is worked
    hours = "".join(_element("WorkTime", {"Start": a, "Finish": b}) for a, b in shifts)
    week = "".join(
        f"<StandardWorkHours><DayOfWeek>{day}</DayOfWeek>{hours if 0 < i <= days else ''}</StandardWorkHours>"
        for i, day in enumerate(DAYS)
    )
    off = f"<HolidayOrException><Date>{HOLIDAY}T00:00:00</Date></HolidayOrException>"
    head = _fields(
        {"ObjectId": number, "Name": name, "Type": "Global", "HoursPerDay": "8", "HoursPerWeek": "40"}
    )
    return (
        f"<Calendar>{head}<StandardWorkWeek>{week}</StandardWorkWeek>"
        f"<HolidayOrExceptions>{off}</HolidayOrExceptions></Calendar>"
    )


def _element(name: str, fields: Mapping[str, str]) -> str:
    return f"<{name}>{_fields(fields)}</{name}>"


def _fields(values: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in values.items())
