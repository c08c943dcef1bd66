"""The new engine gives the dates of the present one: on random day networks and on every demo template."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from api.calendars import working_calendars
from projects.calendars import Calendar
from projects.engine.bridge import net_of
from projects.engine.model import Options
from projects.engine.schedule import schedule
from projects.engine.shifts import DAY
from projects.model import Network, WorkFront
from projects.network import build_graph
from projects.templates import expand
from tests.conftest import ROOT
from tests.unit.cpm_oracle import CALENDARS, random_network
from tests.unit.day_cpm import schedule as day_schedule
from tests.unit.test_cpm_oracle import DATA_DATES

TEMPLATES = sorted((ROOT / "data" / "templates").glob("*.toml"))


def assert_equal(
    network: Network, day: date, where: object, calendars: Mapping[str, Calendar] = CALENDARS
) -> None:
    old = day_schedule(build_graph(network, calendars), calendars, data_date=day, finish=network.finish)
    new = schedule(net_of(network, calendars), Options(day, whole_days=True))
    for code, row in old.rows.items():
        mine = new.rows[code]
        assert (mine.early_start, mine.early_finish) == (row.early_start, row.early_finish), (where, code)
        assert (mine.late_start, mine.late_finish) == (row.late_start, row.late_finish), (where, code)
        assert (mine.total_float, mine.free_float) == (row.total_float * DAY, row.free_float * DAY), (
            where,
            code,
        )
        assert (mine.critical, mine.driving, mine.done) == (row.critical, row.driving, row.done), (
            where,
            code,
        )
        assert tuple(sorted({k.pred for k in mine.drivers})) == row.drivers, (where, code)


def test_random_day_networks_have_the_same_dates_floats_and_drivers() -> None:
    for seed in range(1500):
        rng = random.Random(seed)
        day = rng.choice(DATA_DATES)
        assert_equal(random_network(rng, day), day, seed)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_demo_templates_have_the_same_dates_floats_and_drivers(path: Path) -> None:
    template = tomllib.loads(path.read_text(encoding="utf-8"))
    kinds = [row["code"] for row in template.get("front_kind", [])] or ["road"]
    fronts = [
        WorkFront(f"F{i}", f"F{i}", f"F{i}", kinds[i % len(kinds)], "S", i * 1000.0, (i + 1) * 1000.0)
        for i in range(12)
    ]
    for day in DATA_DATES:
        assert_equal(expand(template, fronts, project="T"), day, (path, day), working_calendars())
