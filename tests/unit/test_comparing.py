"""Two schedules side by side, and a network thinned of its land: the same dates of the works, counted by hand."""

from __future__ import annotations

import random
from datetime import date, timedelta

from api.calendars import working_calendars
from projects.comparing import compare, stand_of
from projects.engine.bridge import net_of
from projects.engine.schedule import schedule
from projects.model import Activity, Link, Network, NodeKind
from projects.plan import Plan
from projects.thinning import thinned

CALENDARS = working_calendars()
DAY = date(2026, 3, 13)


def road(rng: random.Random, fronts: list[str], cases: int = 0) -> tuple[Plan, set[str]]:
    nodes = [Activity("OPEN", "Thông xe", "Opening", 0, "ALL", NodeKind.MILESTONE)]
    links = []
    for code in fronts:
        nodes += [
            Activity(f"P-{code}", "Nhận", "Possession", 0, "ALL", NodeKind.POSSESSION, code),
            Activity(
                f"W-{code}", "Thi công", "Works", rng.randint(5, 200), rng.choice(("VN6", "DYKE")), front=code
            ),
        ]
        links += [Link(f"P-{code}", f"W-{code}"), Link(f"W-{code}", "OPEN")]
    land = {f"N-{n}" for n in range(cases)}
    for code in sorted(land):
        first = DAY + timedelta(rng.randint(1, 9))
        done = DAY if rng.random() < 0.2 else None
        nodes.append(
            Activity(
                code, "", "", 0, "ALL", NodeKind.CASE, not_before=first, actual_start=done, actual_finish=done
            )
        )
        links += [Link(code, f"P-{front}") for front in rng.sample(fronts, rng.randint(1, len(fronts)))]
    plan = Plan(
        net_of(Network("N", tuple(nodes), tuple(links), "OPEN"), CALENDARS),
        whole_days=True,
        possessions=frozenset(a.code for a in nodes if a.kind is NodeKind.POSSESSION),
    )
    return plan, land


def test_one_case_for_each_front_gives_the_works_the_same_dates() -> None:
    for seed in range(80):
        rng = random.Random(seed)
        fronts = [f"M{i}" for i in range(1, rng.randint(2, 5))]
        plan, land = road(rng, fronts, cases=rng.randint(0, 12))
        whole = schedule(plan.net, plan.options(DAY))
        few = schedule(thinned(plan.net, whole.rows, land), plan.options(DAY))
        assert len(land & few.rows.keys()) <= len(fronts)
        for code, row in whole.rows.items():
            if code not in land:
                other = few.rows[code]
                assert (row.early_start, row.early_finish, row.total_float, row.driving) == (
                    other.early_start,
                    other.early_finish,
                    other.total_float,
                    other.driving,
                ), (seed, code)


def test_two_schedules_are_compared_by_their_dates() -> None:
    for seed in range(20):
        (one, _), (other, _) = (
            road(random.Random(seed + k), ["M1", "M2"] + ["M3"] * (k > 0)) for k in (0, 50)
        )
        before, after = (schedule(plan.net, plan.options(DAY)) for plan in (one, other))
        found = compare(stand_of(one, before), stand_of(other, after))
        assert {p.code for p in found.added} == {"P-M3", "W-M3"}
        assert found.links_added == ("P-M3 → W-M3 (FS)", "W-M3 → OPEN (FS)")
        assert found.finish_days == (after.finish - before.finish).days
        for pair in (*found.milestones, *found.works):
            if pair.before is not None and pair.after is not None:
                moved = after.rows[pair.code].early_finish - before.rows[pair.code].early_finish
                assert pair.finish_days == moved.days
        assert [p.kind for p in found.milestones].count("task") == 0
        assert not any(p.moved for p in compare(stand_of(one, before), stand_of(one, before)).works)
