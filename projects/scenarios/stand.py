"""What a scenario stands on: a project's network and land as of a day, scheduled with and without its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from projects.calendars import Calendar
from projects.engine.bridge import net_of
from projects.engine.model import Options
from projects.engine.schedule import Result, schedule
from projects.forecast import HandoverForecast
from projects.land import FrontLand, collapsed_network, is_waiting, lands, with_cases
from projects.model import CaseState, Network, WorkFront
from projects.network import as_of
from projects.scenarios.lawful import Bound


@dataclass(frozen=True)
class Stand:
    """A project's network and land as of `data_date`; `live`: scheduled with a node per case.

    `bound` gives the lawful bound on the handover of a case, None where the law sets none.
    """

    data_date: date
    network: Network
    cases: Mapping[str, CaseState]
    predicted: Mapping[str, HandoverForecast]
    ground: tuple[FrontLand, ...]
    live: Result
    bound: Callable[[CaseState], Bound | None]

    def is_open(self, code: str) -> bool:
        """Whether the works still wait for the land of this case."""
        return code in self.predicted and is_waiting(self.predicted[code], self.data_date)

    def holds(self, code: str) -> bool:
        """Whether the case lies on the critical path."""
        row = self.live.rows.get(code)
        return row is not None and (row.critical or row.driving)


def make_stand(
    network: Network, fronts: Sequence[WorkFront], cases: Mapping[str, CaseState],
    predicted: Mapping[str, HandoverForecast], calendars: Mapping[str, Calendar], data_date: date,
    bound: Callable[[CaseState], Bound | None],
) -> Stand:  # fmt: skip
    """The ground of a project. Raises `InvalidInput` and `CyclicDependency` for a network that cannot be scheduled."""
    network = as_of(network, data_date)
    rows = tuple(cases.values())
    ground = lands(network, fronts, rows, predicted, data_date)
    net = net_of(with_cases(network, ground, rows, predicted, data_date), calendars)
    return Stand(data_date, network, cases, predicted, ground, schedule(net, _options(data_date)), bound)


def flat_schedule(stand: Stand, calendars: Mapping[str, Calendar]) -> Result:
    """The same dates on the small network without case nodes, for many questions one after another."""
    return schedule(
        net_of(collapsed_network(stand.network, stand.ground), calendars), _options(stand.data_date)
    )


def _options(data_date: date) -> Options:
    return Options(data_date, whole_days=True)
