"""What the board pack says besides the report: time–location charts and their clashes, as values and as drawings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api import formatting as fmt
from api.context import Context
from api.pages.strips import ward_spans
from api.pages.timeloc import chart_of
from api.usecases.facts import all_ward_labels
from api.usecases.timeloc import AxisTime, TimeLocation, time_location
from maps.reports.form import Column, Row, Section, Table
from maps.timeloc import Chart, Land, Mark, Rule, Season, Trace

MOST_CLASHES = 12
LEGEND = (
    "Lý trình sang phải, thời gian lên trên. Nền nhạt trơn: đất đã bàn giao; gạch chéo: đất sẽ có theo dự báo; xám: "
    "chưa có đất; khung gạch ngang: mùa lũ. Nét đậm: công việc găng; nét vừa: công việc khác; nét đứt: nếu có đất "
    "ngay. Ô số: chỗ thi công đụng đất chưa có."
)


def time_values(session: Session, ctx: Context, code: str, day: date) -> dict[str, Any]:
    """The charts of a project on a day as plain values, in the order of its alignments. Raises like `time_location`."""
    found = time_location(session, ctx, code, as_of=day)
    spans, labels = ward_spans(session, code), all_ward_labels(session)
    return {
        "axes": [
            _axis(axis, chart_of(found, axis, spans, labels, code, {}, "vi"), _names(found))
            for axis in found.axes
            if axis.land or axis.lines
        ],
        "off_axis": list(found.off_axis),
    }


def _names(found: TimeLocation) -> dict[str, str]:
    return {line.code: line.name_vi for axis in found.axes for line in axis.lines}


def _axis(axis: AxisTime, chart: Chart, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": axis.code, "name_vi": axis.name_vi, "start_m": chart.start_m, "end_m": chart.end_m,
        "ticks": [[m, said] for m, said in chart.ticks],
        "strips": [[[round(a, 1), round(b, 1), said] for a, b, said in strip] for strip in chart.strips],
        "land": [[round(p.from_m, 1), round(p.to_m, 1), p.opens, p.actual] for p in chart.land],
        "seasons": [[round(s.from_m, 1), round(s.to_m, 1), s.start, s.end] for s in chart.seasons],
        "works": [
            [round(t.from_m, 1), round(t.start, 2), round(t.to_m, 1), round(t.end, 2), t.kind] for t in chart.traces
        ],
        "marks": [[mark.number, round(mark.at_m, 1), round(mark.on, 2)] for mark in chart.marks],
        "days": [[rule.on, rule.kind, rule.label] for rule in chart.rules],
        "clashes": len(axis.clashes),
        "worst": [
            {
                "run": fmt.run(c.from_m, c.to_m, "vi", axis.stations), "work": c.work,
                "name_vi": names.get(c.work, c.work), "critical": c.critical, "short": c.short,
                "needed": date.fromordinal(int(c.needed)).isoformat(),
                "available": date.fromordinal(c.available - 1).isoformat(),
            }
            for c in axis.clashes[:MOST_CLASHES]
        ],
    }  # fmt: skip


def time_sections(content: Mapping[str, Any]) -> list[Section]:
    """A landscape page for each alignment, then its clashes as a table; none where there is nothing to draw."""
    found: list[Section] = []
    for axis in content.get("time", {}).get("axes", ()):
        clashes = axis["clashes"]
        said = (
            f"{clashes} chỗ thi công đụng đất chưa có."
            if clashes
            else "Không chỗ nào thi công đụng đất chưa có."
        )
        found.append(
            Section(
                f"Lý trình – thời gian: {axis['name_vi']}", text=(said,), time=chart_in(axis), hint=LEGEND
            )
        )
        if clashes:
            found.append(_clashes(axis))
    return found


def chart_in(axis: Mapping[str, Any]) -> Chart:
    """The chart of an alignment again from its values, without links."""
    return Chart(
        title=axis["name_vi"], description="", start_m=axis["start_m"], end_m=axis["end_m"],
        ticks=[(m, said) for m, said in axis["ticks"]],
        strips=[[(a, b, said) for a, b, said in strip] for strip in axis["strips"]],
        land=[Land(a, b, opens, actual, "", "") for a, b, opens, actual in axis["land"]],
        seasons=[Season(*season) for season in axis["seasons"]],
        traces=[Trace(a, start, b, end, kind, "", "") for a, start, b, end, kind in axis["works"]],
        marks=[Mark(*mark) for mark in axis["marks"]],
        rules=[Rule(*rule) for rule in axis["days"]],
    )  # fmt: skip


def _clashes(axis: Mapping[str, Any]) -> Section:
    rows = [
        Row(
            (
                c["run"],
                c["name_vi"],
                date.fromisoformat(c["needed"]),
                date.fromisoformat(c["available"]),
                c["short"],
            ),
            second="găng" if c["critical"] else "",
        )
        for c in axis["worst"]
    ]
    columns = (
        Column("Lý trình", width=30), Column("Công việc", width=34), Column("Cần", "date"), Column("Có đất", "date"),
        Column("Thiếu, ngày", "int"),
    )  # fmt: skip
    left = axis["clashes"] - len(rows)
    hint = (
        "“Cần”: ngày tới nơi nếu mọi mặt bằng có ngay từ ngày số liệu; “có đất”: ngày bàn giao dự báo của thửa cuối."
        + (f" Còn {left} chỗ nữa trên hệ thống." if left > 0 else "")
    )
    return Section(f"Chỗ đụng đất chưa có: {axis['name_vi']}", table=Table(columns, rows), hint=hint)


__all__: Sequence[str] = ["chart_in", "time_sections", "time_values"]
