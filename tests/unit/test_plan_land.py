"""Land on a plan of the engine is the land of the day network: same dates, whether all cases or the last ones stand."""

from __future__ import annotations

import random
from datetime import date, timedelta

from projects.forecasting.model import HandoverForecast, forecast_handover

from api.calendars import working_calendars
from projects.comparing import compare
from projects.engine.bridge import net_of
from projects.engine.schedule import Result, schedule
from projects.land import land_network
from projects.model import Activity, CaseState, Link, Network, NodeKind, ParcelRef, WorkFront
from projects.network import as_of
from projects.plan import Plan
from projects.plan_land import last_of_fronts, with_land

CALENDARS = working_calendars()
DAY = date(2026, 3, 13)
STEPS = ("S20", "S40", "S80", "S95", "S100", "S105", "S105")


def road(rng: random.Random, fronts: list[str]) -> Network:
    nodes = [Activity("OPEN", "Thông xe", "Opening", 0, "ALL", NodeKind.MILESTONE)]
    links = []
    for code in fronts:
        begun = rng.choice((None, None, DAY - timedelta(20), DAY + timedelta(9)))
        nodes += [
            Activity(f"P-{code}", "Nhận", "Possession", 0, "ALL", NodeKind.POSSESSION, code),
            Activity(
                f"W-{code}", "Thi công", "Works", rng.randint(5, 200), rng.choice(("VN6", "DYKE")), front=code,
                actual_start=begun, remaining=None if begun is None else rng.choice((None, 12)),
            ),
        ]  # fmt: skip
        links += [Link(f"P-{code}", f"W-{code}"), Link(f"W-{code}", "OPEN")]
    return Network("N", tuple(nodes), tuple(links), "OPEN")


def cases_of(rng: random.Random, fronts: list[str]) -> tuple[CaseState, ...]:
    found = []
    for number in range(rng.randint(0, 9)):
        promised = rng.choice((None, DAY + timedelta(rng.randint(-30, 200))))
        on = DAY - timedelta(rng.randint(0, 90))
        where = tuple(rng.sample(fronts, rng.randint(1, min(2, len(fronts)))))
        parcel = ParcelRef("1", str(number), 100.0, 0.0, 9.0)
        found.append(
            CaseState(f"N-{number:04d}", "1", rng.choice(STEPS), on, promised, None, where, (parcel,))
        )
    return tuple(found)


def plan_of(network: Network) -> Plan:
    return Plan(
        net_of(network, CALENDARS),
        whole_days=True,
        fronts={a.code: a.front for a in network.activities if a.front},
        possessions=frozenset(a.code for a in network.activities if a.kind is NodeKind.POSSESSION),
    )


def made(rng: random.Random) -> tuple[Network, tuple[CaseState, ...], tuple[WorkFront, ...]]:
    codes = [f"M{i}" for i in range(1, rng.randint(2, 5))]
    fronts = tuple(WorkFront(c, c, c, "road", "S", 0.0, 100.0, rng.random() < 0.8) for c in codes)
    return road(rng, codes), cases_of(rng, codes), fronts


def test_the_land_of_a_plan_gives_the_dates_of_the_day_network() -> None:
    for seed in range(80):
        network, cases, fronts = made(random.Random(seed))
        plan = plan_of(network)
        predicted = {case.code: forecast_handover(case, data_date=DAY) for case in cases}
        whole = schedule(
            net_of(land_network(as_of(network, DAY), fronts, cases, DAY), CALENDARS), plan.options(DAY)
        )
        ours = schedule(with_land(plan, cases, predicted, fronts, DAY), plan.options(DAY))
        assert ours.rows == whole.rows, seed
        few = last_of_fronts(plan, cases, predicted, DAY)
        last = schedule(with_land(plan, cases, few, fronts, DAY), plan.options(DAY))
        own = {a.code for a in network.activities}
        for code in own:
            one, other = ours.rows[code], last.rows[code]
            assert (one.early_start, one.early_finish, one.total_float, one.driving) == (
                other.early_start,
                other.early_finish,
                other.total_float,
                other.driving,
            ), (seed, code)


def dated(plan: Plan, predicted: dict[str, HandoverForecast]) -> Result:
    return schedule(with_land(plan, (), predicted, (), DAY), plan.options(DAY))


def test_two_schedules_are_compared_by_their_dates() -> None:
    for seed in range(20):
        one, other = (
            plan_of(road(random.Random(seed + k), ["M1", "M2"] + ["M3"] * (k > 0))) for k in (0, 50)
        )
        before, after = dated(one, {}), dated(other, {})
        found = compare(one, before, other, after)
        assert {p.code for p in found.added} == {"P-M3", "W-M3"}
        assert found.links_added == ("P-M3 → W-M3 (FS)", "W-M3 → OPEN (FS)")
        assert found.finish_days == (after.finish - before.finish).days
        for pair in (*found.milestones, *found.works):
            if pair.before is not None and pair.after is not None:
                assert (
                    pair.finish_days
                    == (after.rows[pair.code].early_finish - before.rows[pair.code].early_finish).days
                )
        assert [p.kind for p in found.milestones].count("task") == 0
        assert not compare(one, before, one, before).added
