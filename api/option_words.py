"""How a schedule was reckoned, in words for pages and papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROGRESS = {
    "retained_logic": ("giữ logic khi việc đã khởi công", "retained logic"),
    "progress_override": ("việc đã khởi công không chờ việc trước", "progress override"),
}
LAGS = {
    "predecessor": ("độ trễ theo lịch việc trước", "lags in the predecessor's calendar"),
    "successor": ("độ trễ theo lịch việc sau", "lags in the successor's calendar"),
    "elapsed": ("độ trễ theo giờ trôi qua", "elapsed lags"),
}


def option_words(options: Mapping[str, Any] | None) -> tuple[str, str]:
    """The options of an answer (`options_answer`) in Vietnamese and English; "" for a project without a network."""
    if options is None:
        return "", ""
    minutes = options["critical_float_minutes"]
    unit = ("theo ngày nguyên", "in whole days") if options["whole_days"] else ("theo phút", "in minutes")
    if minutes and options["whole_days"]:
        limit = (
            f"găng khi dự trữ ≤ {minutes // 1440} ngày",
            f"critical at a float of ≤ {minutes // 1440} days",
        )
    elif minutes:
        limit = (f"găng khi dự trữ ≤ {minutes} phút", f"critical at a float of ≤ {minutes} minutes")
    else:
        limit = ("găng khi dự trữ ≤ 0", "critical at a float of ≤ 0")
    parts = [PROGRESS[options["progress"]], LAGS[options["lag_calendar"]], limit, unit]
    if options.get("holidays"):
        parts.append((f"ngày lễ theo {options['holidays']}", f"holidays of {options['holidays']}"))
    return ", ".join(vi for vi, _ in parts), ", ".join(en for _, en in parts)


def reckoned(options: Mapping[str, Any] | None) -> str:
    """The same for the head of a paper; `options` are None where projects differ, or where none has a network."""
    return (
        f"cách tính: {option_words(options)[0]}"
        if options
        else "cách tính ghi theo từng dự án trong dữ liệu kèm"
    )
