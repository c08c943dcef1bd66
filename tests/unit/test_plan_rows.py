"""A plan as rows: the same plan comes back, equal networks have equal hashes, days are dated alike elsewhere."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from datetime import date

import pytest

from api.calendars import working_calendars
from api.commands.network import known_calendars
from projects.editing import Step, applied, before_of, edit_of
from projects.engine.bridge import net_of
from projects.engine.document import read
from projects.engine.schedule import schedule
from projects.engine.shifts import from_days
from projects.errors import InvalidInput
from projects.model import NodeKind, WorkFront
from projects.plan import Plan
from projects.plan_rows import document_of, plan_from, plan_hash, rows_of
from projects.templates import expand
from tests.conftest import ROOT
from tests.unit.engine_invented import random_net
from tests.unit.engine_oracle import CALENDARS

DAY = date(2026, 3, 13)
DEADLINE = {"rule": "deadline", "date": "2030-01-01"}
ROAD = tomllib.loads((ROOT / "data" / "templates" / "road.toml").read_text(encoding="utf-8"))
TIMES = {name: from_days(calendar) for name, calendar in working_calendars().items()}


def day_plan(seed: int) -> Plan:
    rng = random.Random(seed)
    fronts = [
        WorkFront(f"M{i}", f"M{i}", f"M{i}", rng.choice(("road", "road_urban", "elevated")), "S", i * 1000.0,
                  i * 1000.0 + rng.uniform(100, 900))
        for i in range(4)
    ]  # fmt: skip
    network = expand(ROAD, fronts, project="T")
    return Plan(
        net_of(network, working_calendars()),
        whole_days=True,
        fronts={a.code: a.front for a in network.activities if a.front},
        possessions=frozenset(a.code for a in network.activities if a.kind is NodeKind.POSSESSION),
    )


def test_a_plan_comes_back_from_its_rows_and_its_hash_knows_no_order() -> None:
    for seed in range(20):
        plan = day_plan(seed)
        again = plan_from(plan, rows_of(plan), TIMES, data_date=DAY)
        assert again == plan
        mixed = replace(plan.net, activities=plan.net.activities[::-1], links=plan.net.links[::-1])
        assert plan_hash(replace(plan, net=mixed)) == plan_hash(plan)
    for seed in range(40):
        net, options = random_net(random.Random(seed))
        plan = Plan(
            net,
            progress=options.progress,
            lag_calendar=options.lag_calendar,
            calendars=tuple(CALENDARS.values()),
        )
        try:
            again = plan_from(plan, rows_of(plan), {}, data_date=options.data_date)
        except InvalidInput:
            with pytest.raises(InvalidInput):
                schedule(net, options)
            continue
        assert (again.net.activities, again.net.links) == (net.activities, net.links)
        assert plan_hash(again) == plan_hash(plan)


def test_an_exported_day_network_has_the_same_dates_in_office_hours() -> None:
    for seed in range(6):
        plan = day_plan(seed)
        found = read(document_of(plan), data_date=DAY, known=known_calendars())
        assert found.fronts == plan.fronts
        assert found.possessions == plan.possessions
        one = schedule(plan.net, plan.options(DAY)).rows
        other = schedule(found.net, found.options).rows
        for code, row in one.items():
            assert (row.early_start, row.early_finish) == (other[code].early_start, other[code].early_finish)


def test_any_edit_and_its_reverse_leave_the_network_as_it_was() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        plan = day_plan(seed % 5)
        codes = [a.code for a in plan.net.activities if a.code not in plan.possessions]
        steps = [
            Step("change", rng.choice(codes), fields={"name_vi": "Khác", "constraints": [DEADLINE]}),
            Step("add", "MOI", fields={"name_vi": "Mới", "calendar": "VN6", "duration": rng.randint(0, 9)}),
            Step("link", "MOI", "OPEN", rng.choice(("FS", "FF")), fields={"lag": rng.randint(-2, 5)}),
        ]  # fmt: skip
        gone = rng.choice([c for c in codes if c != "OPEN"])
        steps += [Step("remove", gone)] if rng.random() < 0.5 else []
        edit, faults = edit_of(plan, steps)
        if faults:
            continue
        before = before_of(plan, edit)
        made = plan_from(plan, applied(plan, edit), TIMES, data_date=DAY)
        assert plan_hash(made) != plan_hash(plan)
        back = plan_from(made, applied(made, before), TIMES, data_date=DAY)
        assert plan_hash(back) == plan_hash(plan)
