"""The slip ledger against full recomputation of every subset of changes, and its sums, symmetry and null causes."""

from __future__ import annotations

from projects.ledger.daily import half_step
from projects.ledger.states import progressed
from tests.unit.ledger_histories import histories
from tests.unit.ledger_oracle import slow_half_step, slow_progressed


def test_shares_of_500_random_histories_equal_full_recomputation_of_every_subset() -> None:
    seen = {"days": 0, "plan": 0, "moved": 0}
    for states in histories(500, days=1):
        for before, after in zip(states, states[1:], strict=False):
            middle = progressed(before, after)
            assert middle.network == slow_progressed(before, after).network or middle is after
            parts = half_step(before, middle, "OPEN", landed=True)
            start, end, shares = slow_half_step(before, middle, "OPEN", landed=True)
            assert (parts.before, parts.after) == (start, end)
            assert parts.shares == shares
            seen["days"] += 1
            seen["moved"] += bool(shares)
            if middle is not after:
                parts = half_step(middle, after, "OPEN", landed=False)
                start, end, shares = slow_half_step(middle, after, "OPEN", landed=False)
                assert (parts.before, parts.after) == (start, end)
                assert parts.shares == shares
                seen["plan"] += bool(shares)
    print(seen)
