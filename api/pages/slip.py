"""The slip ledger on the delay report: from one date to the other, cause by cause, and the days on which it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from sqlalchemy.orm import Session

from api.context import Context
from api.usecases.ledger import Movement, ledger_of, movements
from api.usecases.ledger_answer import period
from projects.codes import OBSTACLES
from projects.errors import InvalidInput
from projects.ledger.model import Cause, Kind, Ledger, Reason, Total, key_of
from projects.reporting.rounding import apportioned
from projects.tiers import TIERS

MOST_CAUSES = 15
MOST_DAYS = 31

REASONS: dict[Reason, tuple[str, str]] = {
    Reason.STEP: ("chuyển bước", "step taken"),
    Reason.PROMISE: ("đổi ngày hẹn", "promise changed"),
    Reason.OBSTACLE: ("vướng mắc đổi", "obstacle changed"),
    Reason.PROGRESS: ("tiến độ thi công", "progress of work"),
    Reason.TIME: ("thêm ngày trôi qua, chưa chuyển biến", "days passed without progress"),
    Reason.GROUNDS: (
        "nhịp quan sát, sự việc pháp lý, suất tái định cư cập nhật",
        "paces, legal facts, plots as known at the end",
    ),
    Reason.FORECAST: ("dự báo tính lại", "forecast reckoned anew"),
    Reason.EDIT: ("sửa kế hoạch", "plan edited"),
    Reason.DAYS_OFF: ("ngày nghỉ được công bố", "days off announced"),
    Reason.OUTSIDE: ("ngoài phạm vi của bạn", "outside your reach"),
}
KINDS: dict[Kind, tuple[str, str]] = {
    Kind.CASE: ("Hồ sơ", "Case"),
    Kind.ACTIVITY: ("Công việc", "Activity"),
    Kind.PLAN: ("Sửa kế hoạch", "Plan edit"),
    Kind.DAYS_OFF: ("Ngày nghỉ theo", "Days off by"),
    Kind.OUTSIDE: ("Ngoài phạm vi", "Outside your reach"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the waterfall. `days` as shown: the rows add up to the total. `count`: causes behind a rest row."""

    label: tuple[str, str]
    href: str | None
    note: tuple[str, str]
    ward: str | None
    obstacle: str | None
    body: tuple[str, str]
    days: Decimal
    count: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """A row of a table by ward, obstacle, body or half-step; `ward` leads to its cases."""

    label: tuple[str, str]
    ward: str | None
    days: Decimal
    lost: float
    gained: float


@dataclass(frozen=True, slots=True)
class SlipPart:
    """What the page shows. `ledger` is None where `said` tells why there is nothing to show."""

    since: date
    until: date
    milestone: str
    ledger: Ledger | None
    said: tuple[str, str]
    movements: tuple[Movement, ...] = ()
    lines: tuple[Line, ...] = ()
    tables: tuple[tuple[tuple[str, str], tuple[Group, ...]], ...] = ()
    exact: bool = True
    forecast_of_page: date | None = None  # where the plan was edited after the period, else None


def slip_part(
    session: Session,
    ctx: Context,
    code: str,
    wards: Mapping[str, str],
    *,
    since: date | None,
    until: date | None,
    milestone: str,
    day: date | None,
    forecast: date | None,
) -> SlipPart:
    """The ledger of a project for the page; a period that cannot be shown is said, not raised."""
    try:
        begin, end = period(session, since, until, day)
        if begin == end:
            text = (
                f"Chưa có số liệu trước ngày {end:%d/%m/%Y}: chưa có gì để so.",
                f"There is no data before {end:%d/%m/%Y}: nothing to compare with yet.",
            )
            return SlipPart(begin, end, milestone, None, text)
        ledger = ledger_of(session, ctx, code, begin, end, milestone or None)
        moved = movements(session, ctx, code, begin, end)
    except InvalidInput as refusal:
        known = until or day or since or ctx.today()
        fault = refusal.faults[0]
        return SlipPart(since or known, until or known, milestone, None, (fault.vi, fault.en))
    later = forecast if until is None and not milestone and forecast != ledger.after else None
    return SlipPart(
        since=begin,
        until=end,
        milestone=milestone,
        ledger=ledger,
        said=("", ""),
        movements=moved,
        lines=tuple(_lines(ledger, code, wards)),
        tables=_tables(ledger, wards),
        exact=ledger.exact,
        forecast_of_page=later,
    )


def _lines(ledger: Ledger, project: str, wards: Mapping[str, str]) -> list[Line]:
    """The causes with most days either way, and the rest in one row."""
    ordered = sorted(ledger.causes, key=lambda t: (-abs(t.days), t.key))
    shown, rest = ordered[:MOST_CAUSES], ordered[MOST_CAUSES:]
    shown.sort(key=lambda t: (-t.days, t.key))
    sums = [t.days for t in shown] + ([sum((t.days for t in rest), Fraction(0))] if rest else [])
    rounded = apportioned(sums) if sums else ()
    reasons = _reasons(ledger)
    lines = [
        _line(ledger.named[t.key], project, wards, reasons[t.key], days)
        for t, days in zip(shown, rounded, strict=False)
    ]
    if rest:
        label = (f"{len(rest)} nguyên nhân khác", f"{len(rest)} other causes")
        lines.append(Line(label, None, ("", ""), None, None, ("", ""), rounded[-1], len(rest)))
    return lines


def _line(cause: Cause, project: str, wards: Mapping[str, str], why: tuple[str, str], days: Decimal) -> Line:
    vi, en = KINDS[cause.kind]
    label = (cause.name_vi, cause.name_en) if cause.kind in (Kind.CASE, Kind.OUTSIDE) else (
        f"{vi}: {cause.name_vi}", f"{en}: {cause.name_en}",
    )  # fmt: skip
    href = f"/ho-so/{cause.code}" if cause.kind is Kind.CASE else None
    if cause.kind in (Kind.ACTIVITY, Kind.PLAN):
        href = f"/du-an/{project}/duong-gang"
    return Line(
        label, href, why, wards.get(cause.ward or "", cause.ward), cause.obstacle, _body(cause.body, wards), days
    )  # fmt: skip


def _reasons(ledger: Ledger) -> dict[str, tuple[str, str]]:
    """Why, by key of a cause: its reasons in the order of their days."""
    found: dict[str, dict[Reason, Fraction]] = {}
    for share in ledger.shares:
        mine = found.setdefault(key_of(share.cause), {})
        mine[share.reason] = mine.get(share.reason, Fraction(0)) + abs(share.days)
    words = {
        key: [REASONS[r] for r in sorted(mine, key=lambda r: (-mine[r], r))] for key, mine in found.items()
    }
    return {key: (", ".join(vi for vi, _ in w), ", ".join(en for _, en in w)) for key, w in words.items()}


def _tables(
    ledger: Ledger, wards: Mapping[str, str]
) -> tuple[tuple[tuple[str, str], tuple[Group, ...]], ...]:
    none = ("Không thuộc phường, xã nào", "Of no ward")
    by_ward = [
        (
            _outside(t) or (wards.get(t.key, t.key),) * 2 if t.key else none,
            None if _outside(t) else t.key or None,
            t,
        )
        for t in ledger.wards
    ]
    clear = ("Không ghi vướng mắc", "No obstacle recorded")
    by_obstacle = [
        (_outside(t) or OBSTACLES.get(t.key, (t.key, t.key)) if t.key else clear, None, t)
        for t in ledger.obstacles
    ]
    by_body = [(_body(t.key, wards), None, t) for t in ledger.bodies]
    halves = {
        "grounds": (
            "Đầu kỳ: nhịp quan sát, sự việc pháp lý, suất tái định cư cập nhật",
            "At the start: paces, legal facts, plots as known at the end",
        ),
        "progress": ("Tiến độ và dự báo", "Progress and forecasts"),
        "days_off": ("Ngày nghỉ được công bố", "Days off announced"),
        "plan": ("Sửa kế hoạch", "Plan edits"),
    }
    by_half = [(halves[t.key], None, t) for t in ledger.half_steps]
    return (
        (("Theo phường, xã", "By ward"), _groups(by_ward)),
        (("Theo loại vướng mắc", "By kind of obstacle"), _groups(by_obstacle)),
        (("Theo cơ quan phải xử lý", "By responsible body"), _groups(by_body)),
        (("Tiến độ hay sửa kế hoạch", "Progress or plan edits"), _groups(by_half)),
    )


def _groups(rows: Sequence[tuple[tuple[str, str], str | None, Total]]) -> tuple[Group, ...]:
    rounded = apportioned([total.days for *_, total in rows]) if rows else ()
    return tuple(
        Group(label, ward, days, round(float(total.lost), 1), round(float(total.gained), 1))
        for (label, ward, total), days in zip(rows, rounded, strict=True)
    )


def _outside(total: Total) -> tuple[str, str] | None:
    return KINDS[Kind.OUTSIDE] if total.key == Kind.OUTSIDE.value else None


def _body(body: str, wards: Mapping[str, str]) -> tuple[str, str]:
    if body.startswith("ward:"):
        ward = body.removeprefix("ward:")
        return f"UBND {wards.get(ward, ward)}", f"People's committee, {wards.get(ward, ward)}"
    if body == "board":
        return "Chủ đầu tư, nhà thầu", "Owner and contractors"
    if body == Kind.OUTSIDE.value:
        return KINDS[Kind.OUTSIDE]
    if not body:
        return "Không thuộc cơ quan nào", "Of no body"
    return TIERS.get(body, (body, body))
