"""Extra money for late payment (rules TT-01…05): the dated rate × what was still owed × each late day, exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from projects.errors import Fault, InvalidInput
from projects.law.facts import Fact
from projects.law.regime import DECREE
from projects.law.rules import Rule, RuleBook

PAID = ("payment.part", "payment.full", "payment.deposited")  # the day of deposit counts as paid (TT-06)


@dataclass(frozen=True, slots=True)
class LateStretch:
    """Days in a row with one debt at one rate: `days` from `first` on, `owed` in đồng, `extra` = owed × rate × days."""

    first: date
    days: int
    owed: Decimal
    rate: Decimal
    rule: str
    level: str
    extra: Decimal


@dataclass(frozen=True, slots=True)
class LateMoney:
    """The extra up to and including `until`, not rounded; `due` is the last lawful day of payment.

    `bearer`: QD (budget of the approving level) or CDT (the investor who promised the money).
    """

    due: date
    until: date
    late_days: int
    extra: Decimal
    stretches: tuple[LateStretch, ...]
    bearer: str
    bearer_rule: str

    @property
    def rounded(self) -> Decimal:
        """The extra in whole đồng, half up."""
        return self.extra.quantize(Decimal(1), ROUND_HALF_UP)


def late_money(
    total: Decimal,
    *,
    due: date,
    payments: Iterable[Fact],
    until: date,
    book: RuleBook,
    investor_promised: bool = False,
) -> LateMoney:
    """What is owed besides `total` for the days after `due` (day 31 where day 30 is a working day) to `until`.

    A day is late for what was unpaid when it began: the day of payment itself still counts. Raises `InvalidInput`
    when a day of delay has no rate in the book, or `total` is negative.
    """
    if total < 0:
        raise InvalidInput([Fault("total", "Số tiền âm.", "The amount is negative.")])
    paid = sorted((f for f in payments if f.kind in PAID and f.amount is not None), key=lambda f: f.on)
    rates = [rule for rule in book.counted() if rule.rate is not None]
    stretches: list[LateStretch] = []
    day = due + timedelta(days=1)
    while day <= until:
        owed = total - sum((f.amount or Decimal(0) for f in paid if f.on < day), Decimal(0))
        if owed <= 0:
            break
        rule = _rate_on(rates, day)
        # The next day on which the debt or the rate may differ.
        breaks = [until + timedelta(days=1)]
        breaks += [f.on + timedelta(days=1) for f in paid]
        breaks += [begin for r in rates if (begin := r.since or r.start)]
        breaks += [r.end + timedelta(days=1) for r in rates if r.end]
        stop = min(other for other in breaks if other > day)
        days = (stop - day).days
        rate = rule.rate or Decimal(0)
        stretches.append(LateStretch(day, days, owed, rate, rule.id, rule.level, owed * rate * days))
        day = stop
    promised = investor_promised and until >= DECREE
    return LateMoney(
        due=due,
        until=until,
        late_days=sum(s.days for s in stretches),
        extra=sum((s.extra for s in stretches), Decimal(0)),
        stretches=tuple(stretches),
        bearer="CDT" if promised else "QD",
        bearer_rule="TT-05" if promised else "TT-02",
    )


def _rate_on(rates: Sequence[Rule], day: date) -> Rule:
    """The rate of a day: the newest version of a rule that is in force on it."""
    found = [r for r in rates if (r.start is None or r.start <= day) and (r.end is None or day <= r.end)]
    found = [r for r in found if r.since is None or r.since <= day]
    if not found:
        text = day.strftime("%d/%m/%Y")
        raise InvalidInput(
            [Fault("rate", f"Chưa có mức tiền chậm nộp cho ngày {text}.", f"No rate for {text}.")]
        )
    return max(found, key=lambda r: r.since or r.start or date.min)
