"""What `projects.why` found, in sentences: Vietnamese, English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from projects.model import NodeKind
from projects.why import (
    CONSTRAINT,
    CRITICAL,
    DATA_DATE,
    DONE,
    FACT,
    FORECAST,
    LATE,
    NO_WAY,
    OPENED,
    RESTING,
    RUNNING,
    Step,
    Why,
)

Pair = tuple[str, str]

LINKS: dict[str, Pair] = {
    "FS": ("bắt đầu khi {} xong", "starts when {} is finished"),
    "SS": ("bắt đầu cùng lúc {} bắt đầu", "starts with the start of {}"),
    "FF": ("kết thúc cùng lúc {} kết thúc", "finishes with the finish of {}"),
    "SF": ("kết thúc khi {} bắt đầu", "finishes when {} starts"),
}
HANDOVER: Pair = ("mở khi {} bàn giao", "opens when {} is handed over")
RULES: dict[str, Pair] = {
    "start_no_earlier": ("không bắt đầu trước ngày {}", "may not start before {}"),
    "must_start_on": ("phải bắt đầu ngày {}", "must start on {}"),
    "finish_no_earlier": ("không kết thúc trước ngày {}", "may not finish before {}"),
    "must_finish_on": ("phải kết thúc ngày {}", "must finish on {}"),
    "mandatory_start": ("bắt buộc bắt đầu ngày {}", "is fixed to start on {}"),
    "mandatory_finish": ("bắt buộc kết thúc ngày {}", "is fixed to finish on {}"),
}
CAUSES: dict[str, Pair] = {
    FACT: ("ngày thực tế, đã ghi", "an actual date, on record"),
    RUNNING: (
        "đang làm, phần còn lại tính từ ngày số liệu",
        "in progress; the rest counts from the data date",
    ),
    FORECAST: ("ngày bàn giao dự báo của hồ sơ", "the forecast handover of the case"),
    LATE: ("đặt muộn nhất có thể mà không lùi việc sau", "placed as late as what follows allows"),
    DATA_DATE: ("không chờ gì: sớm nhất là sau ngày số liệu", "waits for nothing: the data date sets it"),
    OPENED: ("đã mở: {} bàn giao sau cùng", "open: {} was handed over last"),
    "effort": ("kéo dài theo các việc mà nó đi kèm", "spans the work that it is tied to"),
}


def reasons(steps: Sequence[Step], found: Why) -> list[Pair]:
    """Why each step of one of the chains of `found` has its date; of a case what its forecast says."""
    said = []
    for i, step in enumerate(steps):
        forecast = found.forecasts.get(step.code)
        before = steps[i - 1] if i else None
        said.append((forecast.why_vi, forecast.why_en) if forecast else because(step, before))
    return said


def because(step: Step, before: Step | None) -> Pair:
    """Why a step of a chain has its date; `before` is the step that it comes after."""
    name = ("đất ngoài phạm vi của bạn", "land outside your reach")
    if before is not None:
        name = _named(before)
    if step.cause == CONSTRAINT and step.rule is not None:
        vi, en = RULES.get(step.rule, ("ràng buộc ngày {}", "constrained to {}"))
        day = "–" if step.at is None else _day(step.at)
        return vi.format(day), en.format(day)
    if step.cause is not None:
        vi, en = CAUSES[step.cause]
        return vi.format(name[0]), en.format(name[1])
    way = HANDOVER if before is not None and before.kind is NodeKind.CASE else LINKS[step.link or "FS"]
    vi, en = (text.format(n) for text, n in zip(way, name, strict=True))
    if step.lag_days:
        vi += f", cộng độ trễ {_number(step.lag_days, ',')} ngày"
        en += f", plus a lag of {_number(step.lag_days, '.')} days"
    if step.rest_days:
        vi += f"; sau đó {step.rest_days} ngày nghỉ theo lịch (mùa lũ, lễ, chủ nhật)"
        en += f"; then {step.rest_days} days of rest by its calendar (flood season, holidays, Sundays)"
    return vi, en


def verdict(found: Why) -> Pair:
    """Why the node is critical, or why not."""
    row, end = found.row, _named(found.finish)
    if found.verdict == DONE:
        return (
            "Đã xong: ngày là sự thật, không còn găng.",
            "Done: its date is a fact, it is critical no more.",
        )
    if found.verdict == NO_WAY:
        return (
            f"Không găng: không dẫn tới {end[0]}, muộn cũng không đổi ngày hoàn thành.",
            f"Not critical: it does not lead to {end[1]}; being late does not move the completion.",
        )
    if found.verdict == CRITICAL and row.total_float < 0:
        return (
            f"Găng: chậm hơn mốc ràng buộc {-row.total_float} ngày làm việc.",
            f"Critical: {-row.total_float} working days behind a date that it must keep.",
        )
    if found.verdict == CRITICAL:
        return (
            f"Găng: dự trữ 0 ngày, muộn một ngày thì {end[0]} muộn theo.",
            f"Critical: float 0 days; one day later and {end[1]} is later too.",
        )
    if found.verdict == RESTING:
        return (
            f"Nằm trên chuỗi quyết định ngày: muộn tới {row.total_float} ngày chưa đổi {end[0]} vì phía sau là thời "
            "gian nghỉ theo lịch, nhưng sớm hơn thì lấy lại được ngày.",
            f"On the chain that sets the date: up to {row.total_float} days later does not move {end[1]}, because rest "
            "by the calendar comes behind it, but earlier gains days.",
        )
    vi = f"Không găng: được muộn {row.total_float} ngày làm việc trước khi đổi {end[0]}."
    en = f"Not critical: it may be {row.total_float} working days late before {end[1]} moves."
    if found.meeting is not None and found.meeting.instead is not None:
        at, instead, days = _named(found.meeting.at), _named(found.meeting.instead), found.meeting.days
        vi += f" Ở {at[0]}, đường này đến sớm hơn {days} ngày: {at[0]} chờ {instead[0]}."
        en += f" At {at[1]} this way comes {days} days sooner: {at[1]} waits for {instead[1]}."
    return vi, en


def _named(step: Step) -> Pair:
    if step.kind is NodeKind.CASE:
        vi, en = step.name_vi, step.name_en
        return (f"{vi[0].lower()}{vi[1:]}", f"{en[0].lower()}{en[1:]}") if vi and en else ("?", "?")
    return f"“{step.name_vi}” ({step.code})", f"“{step.name_en or step.name_vi}” ({step.code})"


def _number(value: float, mark: str) -> str:
    return f"{value:g}".replace(".", mark)


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
