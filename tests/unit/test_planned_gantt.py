"""The plan of each activity beside its forecast: drawn on both shapes of the Gantt, within the drawing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from api.pages.gantt import NARROW, WIDE, Bar, Shape, gantt

DAY = date(2026, 3, 13)


@pytest.mark.parametrize("shape", [WIDE, NARROW])
def test_planned_bars_lie_on_the_scale_of_the_forecast_whichever_comes_first(shape: Shape) -> None:
    early, late = (DAY - timedelta(400), DAY - timedelta(301)), (DAY + timedelta(50), DAY + timedelta(149))
    bars = [
        Bar("A", "A", "task", late[0], late[1], late[1], False, plan=early),
        Bar("B", "B", "task", late[0], late[1], late[1], False, plan=late),
        Bar("C", "C", "task", late[0], late[1], late[1], False),
    ]
    drawn = gantt(bars, data_date=DAY, planned=None, shape=shape)
    assert drawn is not None
    a, b, c = drawn.rows
    assert c.plan is None
    assert b.plan == (b.x, b.width)  # the same days, the same place
    assert a.plan is not None
    assert shape.labels <= a.plan[0] < a.plan[0] + a.plan[1] < a.x
    assert abs(a.plan[1] - a.width) < 0.2
    assert drawn.width == shape.labels + shape.timeline
    assert {row.y for row in drawn.rows} == {26 + shape.row * (n + 1) - 10 for n in range(3)}
    assert len(drawn.ticks) <= shape.timeline // shape.tick


def test_narrow_drawing_fits_the_card_of_a_phone() -> None:
    assert NARROW.labels + NARROW.timeline <= 332  # 390 px less the margins of page and card
