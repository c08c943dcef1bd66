"""A front that opens with a run of free land, in a network document: dated as the calculation dates it, or said."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.commands.network import known_calendars
from projects.engine.document import read
from projects.engine.graph import from_graphml, graphml
from projects.engine.model import Options
from projects.engine.schedule import schedule
from projects.errors import InvalidInput
from projects.forecasting.chain import forecasts
from projects.forecasting.model import HandoverForecast
from projects.front_runs import KEYS, carry, dated_by_runs, rules_in, runs_in
from projects.impact import reckoning_of
from projects.plan_rows import document_of
from projects.reckoning import Reckoning
from projects.works import day_plan
from tests.unit.cpm_oracle import CALENDARS
from tests.unit.test_impact import FRIDAY
from tests.unit.test_openings import world

Predicted = dict[str, HandoverForecast]


def made(seed: int) -> tuple[Reckoning, dict[str, Any], Predicted]:
    """The reckoning of an invented project, its document with land and rules, and other forecasts of its open land."""
    network, cases, rules = world(seed)
    predicted = dict(forecasts(cases, FRIDAY))
    one = reckoning_of(network, cases, CALENDARS, data_date=FRIDAY, predicted=predicted, rules=rules)
    plan = day_plan(network, CALENDARS)
    document = document_of(replace(plan, net=one.net), note="thử")
    document["note"] += "".join(carry(document, one.ground, ()))
    rng = random.Random(seed + 9999)
    waiting = {case.code for land in one.ground for case in land.waiting}
    other = {
        code: f._replace(on=FRIDAY + timedelta(rng.randint(1, 120))) if code in waiting else f
        for code, f in predicted.items()
    }
    return one, json.loads(json.dumps(document)), other


def test_a_file_is_dated_by_the_rule_also_after_its_land_moved() -> None:
    moved = reduced = 0
    for seed in range(60):
        one, document, other = made(seed)
        network, cases, rules = world(seed)
        after = reckoning_of(network, cases, CALENDARS, data_date=FRIDAY, predicted=other, rules=rules)
        for row in document["activities"]:
            if row["code"] in other and "constraints" in row:
                row["constraints"] = [{"rule": "start_no_earlier", "date": other[row["code"]].on.isoformat()}]
        runs = runs_in(document)
        found = read(document, data_date=FRIDAY, known={t.name: t for t in one.net.calendars}, also=KEYS)
        options = Options(FRIDAY, whole_days=True)
        result, opened = dated_by_runs(found.net, options, runs)
        links_only = schedule(found.net, options)
        assert all(o.exact for o in opened)
        for land in after.ground:
            row, expected = result.rows[land.possession], after.row(land.possession)
            assert expected is not None
            if land.handed_over or one.row(land.possession) is None:
                continue
            assert row.early_finish == expected.early_finish, (seed, land.front)
            moved += land.rule is not None
            reduced += links_only.rows[land.possession].early_finish != expected.early_finish
    assert moved > 30
    assert reduced > 5, "the control: the links of the file alone would be wrong"


def test_without_its_ground_a_rule_is_reduced_to_the_links_and_the_answer_says_so(tmp_path: Path) -> None:
    seed = next(s for s in range(60) if any(land.rule for land in made(s)[0].ground))
    one, _, _ = made(seed)
    plan = day_plan(world(seed)[0], CALENDARS)
    document = document_of(replace(plan, net=one.net))
    hidden = {case.code for land in one.ground for case in land.cases}
    said = carry(document, one.ground, hidden)
    assert "ngoài phạm vi xem" in said[-1]
    assert not any("ground" in row for row in document["activities"])
    assert from_graphml(graphml(document))["activities"] == document["activities"]
    path = tmp_path / "mang.json"
    path.write_text(json.dumps(document), "utf-8")
    wanted = [str(path), "--data-date", FRIDAY.isoformat()]
    done = CliRunner().invoke(app, ["schedule", "compute", *wanted, "--json"])
    assert done.exit_code == 0, done.output
    openings = json.loads(done.stdout)["openings"]
    assert {o["exact"] for o in openings} == {False}
    assert "chỉ tính theo các hồ sơ đã nối" in openings[0]["note_vi"]
    done = CliRunner().invoke(app, ["schedule", "compute", *wanted])
    assert "chỉ tính theo các hồ sơ đã nối" in done.stdout + done.stderr


def test_converting_keeps_the_rule_where_there_is_room_and_names_it_where_there_is_none(
    tmp_path: Path,
) -> None:
    seed = next(s for s in range(60) if any(land.rule for land in made(s)[0].ground))
    _, document, _ = made(seed)
    path = tmp_path / "mang.json"
    path.write_text(json.dumps(document), "utf-8")
    rules = rules_in(document)
    assert rules
    said = {}
    for ending in ("json", "graphml", "xml", "xer"):
        target = tmp_path / f"ra.{ending}"
        done = CliRunner().invoke(
            app, ["schedule", "convert", str(path), str(target), "--data-date", FRIDAY.isoformat()]
        )
        assert done.exit_code == 0, done.output
        said[ending] = done.stdout + done.stderr
    dates = []
    for ending in ("mang.json", "ra.json"):
        wanted = [str(tmp_path / ending), "--data-date", FRIDAY.isoformat(), "--json"]
        done = CliRunner().invoke(app, ["schedule", "compute", *wanted])
        assert done.exit_code == 0, done.output
        answer = json.loads(done.stdout)
        dates.append((answer["activities"], answer["openings"]))
    assert dates[0] == dates[1]
    assert rules_in(json.loads((tmp_path / "ra.json").read_text("utf-8"))) == rules
    assert rules_in(from_graphml((tmp_path / "ra.graphml").read_text("utf-8"))) == rules
    for ending, words in said.items():
        named = [line for line in words.splitlines() if "quy tắc không được ghi" in line]
        assert len(named) == (len({r["run_m"] for r in rules.values()}) if ending in ("xml", "xer") else 0)
        assert all(any(code in line for line in named) for code in rules) or not named


def test_a_file_with_the_ground_keeps_it_in_graphml_and_a_damaged_rule_is_refused_whole() -> None:
    seed = next(s for s in range(60) if any(land.rule for land in made(s)[0].ground))
    _, document, _ = made(seed)
    assert from_graphml(graphml(document))["activities"] == document["activities"]
    with pytest.raises(InvalidInput):  # nobody else passes over a rule that he does not follow
        read(document, data_date=FRIDAY, known=known_calendars())
    row = next(row for row in document["activities"] if "ground" in row)
    row["run_m"] = 0
    row["ground"]["cases"].append("KHONG-CO")
    row["ground"]["pieces"].append(["LA", 1, "hai"])
    row["ground"]["thua"] = 1
    document["activities"][0]["run_m"] = 5
    document["activities"][0].pop("possession", None)
    with pytest.raises(InvalidInput) as refused:
        runs_in(document)
    assert len(refused.value.faults) == 5
