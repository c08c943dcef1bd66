"""Numbers of the portfolio page: lights."""

from __future__ import annotations

import pytest

from projects.portfolio import light, urgency


@pytest.mark.parametrize(
    ("slip", "colour"),
    [(None, "none"), (-40, "ok"), (0, "ok"), (1, "risk"), (30, "risk"), (31, "late"), (400, "late")],
)
def test_light_follows_the_days_of_slip_and_no_plan_is_never_fine(slip: int | None, colour: str) -> None:
    assert light(slip) == colour


def test_most_late_comes_first_and_what_cannot_be_assessed_last() -> None:
    slips = [None, 0, 85, 18, None, -40]
    assert sorted(slips, key=urgency) == [85, 18, 0, -40, None, None]
