"""The sentence that opens a report: the answer first, built from the calculation, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from api import formatting as fmt
from api.views import DrivingLand, Overview, ProjectView
from projects.impact import ProjectDelay


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The first line of a page and the line under it."""

    light: str
    first: str
    second: str


def project_conclusion(view: ProjectView, wards: Mapping[str, str], lang: str) -> Conclusion:
    """By how many days one project is late, and which land holds the date. `wards`: code → label."""
    say = _sayer(lang)
    facts, delay = view.summary.facts, view.delay
    name = facts.short_vi if lang == "vi" else facts.short_en
    if delay is None:
        return Conclusion(
            "none",
            say(
                f"{name}: chưa có mạng tiến độ, không đánh giá được.",
                f"{name}: no schedule, cannot be assessed.",
            ),
            say("Không có mạng thì không gọi là đúng hạn.", "Without a network nothing is called on time."),
        )
    held = _land(view.driving, delay, wards, lang)
    if not view.summary.land.parcels:
        held = say(
            "Chưa nhập thửa nên chưa biết hồ sơ nào giữ đường găng.",
            "No parcels were loaded, so it is not known which land case holds the critical path.",
        )
    return Conclusion(view.summary.light, _verdict(name, delay, lang), held)


def portfolio_conclusion(overview: Overview, lang: str) -> Conclusion:
    """How many projects are late, and which one most."""
    say = _sayer(lang)
    assessed = [row for row in overview.rows if row.light != "none"]
    late = [row for row in assessed if (row.slip_days or 0) > 0]
    rest = overview.lights["none"]
    second = say(
        f"{rest} dự án chưa có tiến độ nên không đánh giá được." if rest else "",
        f"{fmt.counted(rest, '', 'project has', 'projects have', 'en')} no schedule and cannot be assessed."
        if rest
        else "",
    )
    if not assessed:
        return Conclusion(
            "none", say("Chưa có dự án nào đánh giá được.", "No project can be assessed."), second
        )
    if not late:
        first = say(
            f"Cả {len(assessed)} dự án có tiến độ đều đúng hoặc sớm hơn kế hoạch.",
            f"All {len(assessed)} projects with a schedule are on time or early.",
        )
        return Conclusion("ok", first, second)
    worst = max(late, key=lambda row: row.slip_days or 0)
    name = worst.facts.short_vi if lang == "vi" else worst.facts.short_en
    slip = fmt.slip(worst.slip_days, lang)
    first = say(
        f"{len(late)} trên {len(assessed)} dự án có tiến độ chậm so với kế hoạch; chậm nhất là {name}: {slip}.",
        f"{len(late)} of {len(assessed)} projects with a schedule are late; the latest is {name}: {slip}.",
    )
    return Conclusion(worst.light, first, second)


def _verdict(name: str, delay: ProjectDelay, lang: str) -> str:
    say = _sayer(lang)
    forecast = fmt.date_text(delay.forecast_finish, lang)
    if delay.slip_days is None or delay.planned_finish is None:
        return say(
            f"{name} dự báo hoàn thành {forecast}; chưa công bố kế hoạch nên không có ngày lệch.",
            f"{name} is forecast to complete on {forecast}; no plan is published, so there is no slip.",
        )
    planned = fmt.date_text(delay.planned_finish, lang)
    amount = fmt.days(abs(delay.slip_days), lang)
    if delay.slip_days > 0:
        return say(
            f"{name} chậm {amount}: hoàn thành {planned} → {forecast}.",
            f"{name} is {amount} late: completion {planned} → {forecast}.",
        )
    if delay.slip_days < 0:
        return say(
            f"{name} sớm {amount}: hoàn thành {planned} → {forecast}.",
            f"{name} is {amount} early: completion {planned} → {forecast}.",
        )
    return say(f"{name} đúng kế hoạch: {planned}.", f"{name} is on plan: {planned}.")


def _land(land: DrivingLand, delay: ProjectDelay, wards: Mapping[str, str], lang: str) -> str:
    say = _sayer(lang)
    if not land.releases:
        return say(
            "Không hồ sơ nào giữ đường găng; ngày hoàn thành do các công việc thi công quyết định.",
            "No land case holds the critical path; the works themselves set the date.",
        )
    count, parcels = land.cases, land.parcels
    places = _some([wards.get(w.ward_code, w.ward_code) for w in delay.wards if w.cases_driving], lang)
    held = say(
        f"{fmt.number(count, lang)} hồ sơ ({fmt.number(parcels, lang)} thửa) ở {places} giữ đường găng.",
        f"{fmt.counted(count, '', 'case', 'cases', lang)} "
        f"({fmt.counted(parcels, '', 'parcel', 'parcels', lang)}) in {places} "
        f"{'holds' if count == 1 else 'hold'} the critical path.",
    )
    best = land.releases[0]
    if best.gains <= 0:
        return held
    gained = say(
        f" Bàn giao xong {fmt.number(best.size, lang)} hồ sơ của mũi {best.front} lấy lại được "
        f"{fmt.days(best.gains, lang)}.",
        f" Handing over the {fmt.counted(best.size, '', 'case', 'cases', lang)} of front {best.front} "
        f"gains {fmt.days(best.gains, lang)}.",
    )
    return held + gained


def _some(labels: Sequence[str], lang: str, most: int = 3) -> str:
    """ "P. Hồng Hà, P. Bồ Đề và 2 nơi khác"."""
    shown = ", ".join(labels[:most])
    rest = len(labels) - most
    if rest <= 0:
        return shown
    return f"{shown} và {rest} nơi khác" if lang == "vi" else f"{shown} and {rest} more"


def _sayer(lang: str) -> Callable[[str, str], str]:
    return lambda vi, en: vi if lang == "vi" else en
