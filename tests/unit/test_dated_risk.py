"""Monte Carlo on calendars: closed forms, exact dates of every iteration, seeds and threads, groups."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import date
from statistics import NormalDist

import numpy as np
import pytest

from projects.calendars import standard_calendars
from projects.engine import dated_risk
from projects.engine.dated_risk import Uncertain, simulate
from projects.engine.model import Activity, Constraint, Kind, Link, Net, Options, Rule
from projects.engine.schedule import schedule
from projects.engine.setup import prepare
from projects.engine.shifts import DAY, from_days
from projects.engine.spread import Empirical, Fixed, Lognormal, Pert, Triangular
from projects.errors import InvalidInput, NotFound
from tests.unit.engine_invented import random_net

CALENDARS = tuple(
    from_days(c)
    for c in standard_calendars([date(2027, 1, 1)], first=date(2020, 1, 1), last=date(2060, 12, 31)).values()
)
TODAY = date(2026, 3, 13)


def chain(n: int, *, calendar: str = "ALL", days: int = 20) -> Net:
    tasks = tuple(Activity(f"A{i}", days * DAY, calendar) for i in range(n))
    links = tuple(Link(f"A{i}", f"A{i + 1}") for i in range(n - 1))
    return Net("P", tasks, links, CALENDARS, (f"A{n - 1}",))


def minutes(net: Net) -> Options:
    return Options(TODAY)


def test_percentiles_of_a_pert_chain_on_a_calendar_agree_with_the_closed_form() -> None:
    rng = np.random.default_rng(2)
    corners = np.sort(rng.uniform(5, 60, (40, 3)), axis=1) * DAY
    net = chain(40)
    ranges = {f"A{i}": Uncertain(Pert(*row)) for i, row in enumerate(corners.tolist())}
    result = simulate(prepare(net, minutes(net)), ranges, seed=7)
    low, mode, high = (corners / DAY).T
    mean = (low + 4 * mode + high) / 6
    variance = (mean - low) * (high - mean) / 7
    normal = NormalDist(mean.sum(), math.sqrt(variance.sum()))
    for percent in (50, 80):
        days = (result.percentile(percent) - TODAY).days
        assert abs(days - 0.5 - normal.inv_cdf(percent / 100)) < 0.5 + 5 * normal.stdev / 100
    assert abs(result.finish.std() / normal.stdev - 1) < 0.04
    assert set(result.criticality.values()) == {1.0}
    shares = np.array([result.share[f"A{i}"] for i in range(40)])
    assert np.allclose(shares, variance / variance.sum(), atol=0.02)
    swings = np.array([result.swing[f"A{i}"] for i in range(40)])
    assert np.allclose(swings, np.sqrt(variance), atol=0.05 * normal.stdev)


def test_same_seed_same_answer_on_one_or_two_threads_and_another_seed_another_one() -> None:
    net = chain(12, calendar="VN6")
    ranges = {f"A{i}": Uncertain(Triangular(18 * DAY, 20 * DAY, 30 * DAY), group=i % 2) for i in range(12)}
    p = prepare(net, minutes(net))
    one = simulate(p, ranges, seed=3, iterations=1000, correlation=0.5)
    two = simulate(p, ranges, seed=3, iterations=1000, correlation=0.5, threads=2)
    assert one.finish.tolist() == two.finish.tolist()
    assert one.criticality == two.criticality
    assert one.swing == two.swing
    assert one.group_swing == two.group_swing
    assert simulate(p, ranges, seed=4, iterations=1000).finish.tolist() != one.finish.tolist()
    part = simulate(p, ranges, seed=3, iterations=333, correlation=0.5)
    assert part.finish.tolist() == one.finish.tolist()[:333]


@pytest.mark.parametrize("seed", range(60))
def test_every_iteration_is_a_schedule_of_its_own(seed: int) -> None:
    """Constraints, lags, progress, calendars: the finish and the chain of a draw are those of `schedule`."""
    rng = random.Random(seed)
    net, options = random_net(rng)
    p = prepare(net, options)
    codes = [a.code for a in net.activities if a.duration and a.actual_finish is None]
    chosen = {c: rng.choice([30, 300, 900, 1500]) for c in codes if rng.random() < 0.7}
    result = simulate(p, {c: Uncertain(Fixed(v)) for c, v in chosen.items()}, asked={c: [c] for c in codes},
                      seed=1, iterations=1)  # fmt: skip
    state = {code: p.nodes.state[i] for code, i in p.index.items()}
    drawn = tuple(
        replace(a, remaining=chosen[a.code]) if a.code in chosen and state[a.code] != 2 else a
        for a in net.activities
    )
    again = schedule(replace(net, activities=drawn), options)
    assert date.fromordinal(int(result.finish[0])) == again.finish
    for code in codes:
        assert date.fromordinal(int(result.reached[code][0])) == again.rows[code].early_finish
    late = {a.code for a in net.activities if any(c.rule is Rule.ALAP for c in a.constraints)}
    ends = [again.early.finish[p.index[c]] for c in net.finishes or p.codes]
    if not late and len(set(ends)) == 1:
        on_chain = {c for c, row in again.rows.items() if row.driving}
        assert {c for c, share in result.criticality.items() if share} == on_chain


def test_a_wait_is_counted_in_days_from_the_data_date_and_a_closed_season_swallows_it() -> None:
    land = Activity("C1", 0, "ALL", Kind.MILESTONE, constraints=(Constraint(Rule.SNET, date(2026, 3, 20)),))
    dyke = Activity("W", 30 * DAY, "DYKE")
    net = Net("P", (land, dyke), (Link("C1", "W"),), CALENDARS, ("W",))
    p = prepare(net, Options(TODAY, whole_days=True))
    ranges = {"C1": Uncertain(Empirical((60.0, 120.0)), wait=True)}
    result = simulate(p, ranges, asked={"LAND": ["C1"]}, seed=1, iterations=2000)
    waited = result.reached["LAND"] - TODAY.toordinal()
    assert (waited.min(), waited.max()) == (60, 120)
    assert result.percentile(1) == result.percentile(
        99
    )  # the works rest from May to November whatever the land does
    assert result.criticality == {"C1": 1.0, "W": 1.0}
    assert result.swing == {"C1": 0.0}
    early = simulate(p, {"C1": Uncertain(Empirical((1.0, 3.0)), wait=True)}, seed=1, iterations=200)
    assert early.percentile(50) < result.percentile(50)
    assert date.fromordinal(int(early.finish.min())) >= date(2026, 4, 1)  # never before its own earliest date


def test_correlation_within_a_group_widens_the_finish_as_the_closed_form_says() -> None:
    net = chain(20)
    p = prepare(net, minutes(net))
    ranges = {f"A{i}": Uncertain(Lognormal(10, 0.1), group=0) for i in range(20)}
    apart = simulate(p, ranges, seed=3)
    ward = simulate(p, ranges, seed=3, correlation=0.5)
    expected = math.sqrt(1 + 19 * (math.exp(0.01 * 0.5) - 1) / (math.exp(0.01) - 1))
    assert abs(ward.finish.std() / apart.finish.std() - expected) < 0.12
    assert ward.group_share[0] > 0.999
    assert ward.group_criticality == {0: 1.0}
    assert abs(ward.group_swing[0] / ward.finish.std() - 1) < 0.01


@pytest.mark.parametrize("seed", range(12))
def test_land_taken_out_of_the_network_changes_nothing(seed: int) -> None:
    """Cases of several fronts, some done, some with dates of their own, one before work: with and without leaves."""
    rng = random.Random(seed)
    fronts = [Activity(f"F{i}", 0, "ALL", Kind.MILESTONE) for i in range(3)]
    works = [Activity(f"W{i}", rng.randint(5, 40) * DAY, rng.choice(["VN6", "DYKE"])) for i in range(3)]
    cases = [Activity(f"C{i}", 0, "ALL", Kind.MILESTONE) for i in range(12)]
    cases[0] = replace(cases[0], actual_start=date(2026, 3, 1), actual_finish=date(2026, 3, 1))
    cases[1] = replace(cases[1], constraints=(Constraint(Rule.SNET, date(2026, 6, 1)),))
    fronts[2] = replace(fronts[2], constraints=(Constraint(Rule.SNET, date(2026, 5, 5)),))
    links = {(f"C{i}", f"F{rng.randrange(3)}") for i in range(12) for _ in range(2)} | {("C2", "W0")}
    links |= {(f"F{i}", f"W{i}") for i in range(3)} | {(f"W{i}", "Z") for i in range(3)} | {("W0", "F1")}
    net = Net("P", (*fronts, *works, *cases, Activity("Z", 0, "ALL", Kind.MILESTONE)),
              tuple(Link(a, b) for a, b in sorted(links)), CALENDARS, ("Z",))  # fmt: skip
    ranges = {c.code: Uncertain(Empirical((1.0, 90.0)), wait=True, group=i % 3) for i, c in enumerate(cases)}
    ranges |= {w.code: Uncertain(Triangular(4, 20, 60)) for w in works}
    asked = {"LAND": [c.code for c in cases], "F2": ["F2"], "C5": ["C5"]}
    p = prepare(net, Options(TODAY, whole_days=True))
    one, two = (
        simulate(p, ranges, asked=asked, seed=seed, iterations=500, correlation=0.5, prune=prune)
        for prune in (True, False)
    )
    assert one.finish.tolist() == two.finish.tolist()
    assert {k: v.tolist() for k, v in one.reached.items()} == {k: v.tolist() for k, v in two.reached.items()}
    assert one.criticality == two.criticality
    assert one.group_criticality == two.group_criticality
    assert one.swing == two.swing


def test_a_group_is_critical_when_one_of_it_is() -> None:
    land = [Activity(f"C{i}", 0, "ALL", Kind.MILESTONE) for i in range(4)]
    net = Net("P", (*land, Activity("F", 0, "ALL", Kind.MILESTONE)), tuple(Link(a.code, "F") for a in land), CALENDARS,
              ("F",))  # fmt: skip
    ranges = {f"C{i}": Uncertain(Empirical((0.0, 1000.0)), wait=True, group=i // 3) for i in range(4)}
    result = simulate(prepare(net, minutes(net)), ranges, seed=5, iterations=4000)
    assert abs(result.group_criticality[0] - 0.75) < 0.03  # the last of four of equal chance, ties aside
    assert abs(sum(result.criticality[f"C{i}"] for i in range(4)) - 1) < 0.01
    assert result.criticality["F"] == 1.0


def test_work_beside_the_chain_moves_nothing_and_what_is_done_is_not_drawn() -> None:
    net = chain(3)
    side = Activity("B", 2 * DAY, "ALL")
    done = replace(net.activities[0], actual_start=date(2026, 1, 5), actual_finish=date(2026, 2, 1))
    net = replace(net, activities=(done, *net.activities[1:], side), links=(*net.links, Link("B", "A2")))
    ranges = {c: Uncertain(Triangular(1 * DAY, 2 * DAY, 3 * DAY)) for c in ("A0", "A1", "B")}
    result = simulate(
        prepare(net, minutes(net)), ranges | {"A1": Uncertain(Fixed(20 * DAY))}, seed=1, iterations=500
    )
    assert result.criticality == {"A0": 0.0, "A1": 1.0, "A2": 1.0, "B": 0.0}
    assert set(result.finish.tolist()) == {date(2026, 4, 22).toordinal()}
    assert set(result.swing) == {"A1", "B"}


def test_bad_parameters_are_listed_and_time_beyond_the_calendar_is_refused() -> None:
    net = chain(2)
    p = prepare(net, minutes(net))
    with pytest.raises(InvalidInput) as refused:
        simulate(p, {"A0": Uncertain(Triangular(3, 2, 1)), "A1": Uncertain(Fixed(-1))}, seed=-1)
    assert len(refused.value.faults) == 3
    with pytest.raises(NotFound):
        simulate(p, {"Z": Uncertain(Fixed(1))}, seed=1)
    with pytest.raises(InvalidInput):
        simulate(p, {"A0": Uncertain(Fixed(400_000 * DAY))}, seed=1, iterations=64)
    assert dated_risk.simulate(p, {}, seed=1, iterations=64).percentile(50) == date(2026, 4, 22)
