"""Forecasts in words, Vietnamese first: each part, and why on that day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from projects.codes import OBSTACLES
from projects.steps import STEPS, basis_en

if TYPE_CHECKING:
    from projects.forecasting.model import HandoverForecast, Part

Pair = tuple[str, str]


def part(part: Part) -> Pair:
    """One part as a sentence."""
    return _SAID[part.source](part)


def why(forecast: HandoverForecast) -> Pair:
    """The whole in a sentence or two: what made the day."""
    on = _day(forecast.on)
    if forecast.basis == "actual":
        if forecast.step == "X2":
            return (
                f"Đã đưa ra khỏi ranh giới ngày {on}: không cần bàn giao.",
                f"Taken out of the boundary on {on}: no handover needed.",
            )
        return f"Đã bàn giao cho chủ đầu tư ngày {on}.", f"Handed over to the investor on {on}."
    if forecast.promised is not None:
        return _promised(forecast, forecast.promised)
    return _counted(forecast)


def _promised(forecast: HandoverForecast, promised: date) -> Pair:
    on, day = _day(forecast.on), _day(promised)
    least = forecast.lawful
    if least is not None:
        return (
            f"Mốc hẹn bàn giao {day} sớm hơn ngày sớm nhất luật cho phép: tính {on} "
            f"({least.rule}: {least.label_vi[:1].lower()}{least.label_vi[1:]}; {least.basis}).",
            f"The promised {day} is earlier than the law allows: {on} is taken "
            f"({least.rule}: {least.label_en[:1].lower()}{least.label_en[1:]}; {basis_en(least.basis)}).",
        )
    if promised == forecast.on:
        return f"Mốc hẹn bàn giao {day}.", f"Promised handover on {day}."
    return (
        f"Mốc hẹn {day} đã qua mà chưa bàn giao: tính sớm nhất là {on}.",
        f"The promised {day} has passed without handover: {on} at the earliest.",
    )


def _counted(forecast: HandoverForecast) -> Pair:
    binding = [p for p in forecast.parts if p.binding and p.days > 0]
    days = {source: sum(p.days for p in binding if p.source == source) for source in _SHARES}
    told_vi = ", ".join(f"{_SHARES[source][0]} {n} ngày" for source, n in days.items() if n)
    told_en = ", ".join(f"{_SHARES[source][1]} {n} days" for source, n in days.items() if n)
    total = sum(p.days for p in binding)
    label = STEPS[forecast.step]
    vi = f"Chưa có mốc hẹn. Còn {total} ngày kể từ bước “{label.label_vi}”: {told_vi}."
    en = f"No promised day. {total} days left from “{label.label_en}”: {told_en}."
    rules = {p.rule: p.basis for p in binding if p.source == "law"}
    if rules:
        vi += " " + "; ".join(f"{rule}: {basis}" for rule, basis in rules.items()) + "."
        en += " " + "; ".join(f"{rule}: {basis_en(basis)}" for rule, basis in rules.items()) + "."
    return vi, en


_SHARES = {
    "assumed": ("giả định", "assumption"),
    "observed": ("nhịp đã quan sát", "observed pace"),
    "law": ("chờ theo luật", "waiting by law"),
    "obstacle": ("chờ gỡ vướng mắc", "until obstacles are removed"),
    "plot": ("chờ lô tái định cư", "until a resettlement plot is ready"),
}


def _actual(p: Part) -> Pair:
    return f"Thực tế ngày {_day(p.end)}.", f"Actual, on {_day(p.end)}."


def _promise(p: Part) -> Pair:
    return f"Ngày hẹn bàn giao đã ghi: {_day(p.end)}.", f"Promised handover on record: {_day(p.end)}."


def _law(p: Part) -> Pair:
    return (
        f"Luật chưa cho phép trước ngày {_day(p.end)} ({p.rule}, {p.basis}).",
        f"The law does not allow it before {_day(p.end)} ({p.rule}, {basis_en(p.basis)}).",
    )


def _observed(p: Part) -> Pair:
    return (
        f"Nhịp {p.days} ngày từ {p.n} lượt của phường và {p.city_n} lượt của toàn thành phố.",
        f"A pace of {p.days} days from {p.n} passages in the ward and {p.city_n} in the whole city.",
    )


def _assumed(p: Part) -> Pair:
    return (
        f"Giả định {p.days} ngày: chưa quan sát được lượt nào.",
        f"Assumption of {p.days} days: no passage was observed yet.",
    )


def _obstacle(p: Part) -> Pair:
    vi, en = OBSTACLES.get(p.detail, (p.detail, p.detail))
    if not p.binding:
        return (
            f"Vướng mắc “{vi}” có hạn gỡ {_day(p.end)}, sau ngày dự báo: xem lại ngày hẹn.",
            f"The obstacle “{en}” is due on {_day(p.end)}, after this day: the promise needs another look.",
        )
    return (
        f"Chờ gỡ vướng mắc “{vi}”, hạn {_day(p.end)}.",
        f"Waits for the obstacle “{en}”, due on {_day(p.end)}.",
    )


def _plot(p: Part) -> Pair:
    order_vi = f" (thứ {p.place}/{p.waiting} hộ chờ)" if p.place else ""
    order_en = f" (number {p.place} of {p.waiting} households waiting)" if p.place else ""
    if not p.detail:
        return (
            f"Hết quỹ tái định cư{order_vi}: giả định có lô hoặc tạm cư ngày {_day(p.end)}.",
            f"No resettlement stock is left{order_en}: a plot or temporary home is assumed on {_day(p.end)}.",
        )
    return (
        f"Chờ lô tái định cư {p.detail}, sẵn sàng ngày {_day(p.end)}{order_vi}.",
        f"Waits for the resettlement plot {p.detail}, ready on {_day(p.end)}{order_en}.",
    )


_SAID = {
    "actual": _actual,
    "promise": _promise,
    "law": _law,
    "observed": _observed,
    "assumed": _assumed,
    "obstacle": _obstacle,
    "plot": _plot,
}


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")
