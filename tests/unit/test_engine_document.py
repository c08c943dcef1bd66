"""The network format: read, written, as a graph and as GraphML the same; all faults of form and content at once."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from api.commands.network import known_calendars
from projects.engine import document as reader
from projects.engine.document import read, write
from projects.engine.graph import document_of, from_graphml, graph_of, graphml
from projects.engine.model import Rule
from projects.engine.schedule import schedule
from projects.errors import InvalidInput
from projects.front_runs import GROUND, KEYS, LINE
from projects.interchange.docbaselines import BASELINE, DATES
from tests.conftest import ROOT
from tests.unit.engine_invented import random_net
from tests.unit.engine_oracle import CALENDARS

DAY = date(2026, 3, 13)
SAMPLE: dict[str, Any] = {
    "format": "duonggang-network",
    "version": 1,
    "project": "CAU",
    "finishes": ["OPEN"],
    "calendars": [
        {"code": "2CA", "week": [[["06:00", "14:00"], ["14:00", "22:00"]]] * 6 + [[]],
         "seasons": [{"from": "05-01", "to": "11-30"}], "blackouts": [{"from": "2026-03-26", "to": "2026-03-27"}],
         "exceptions": [{"date": "2026-03-24", "shifts": []}]}
    ],
    "activities": [
        {"code": "P-1", "kind": "milestone", "calendar": "ALL", "name_vi": "Nhận mặt bằng",
         "constraints": [{"rule": "start_no_earlier", "date": "2026-03-20"}]},
        {"code": "COC", "calendar": "2CA", "duration_days": 5, "name_vi": "Khoan cọc"},
        {"code": "GS", "kind": "effort", "calendar": "VN5", "name_vi": "Giám sát"},
        {"code": "OPEN", "kind": "milestone", "calendar": "ALL",
         "constraints": [{"rule": "deadline", "date": "2026-03-28"}]},
    ],
    "links": [
        {"pred": "P-1", "succ": "COC"},
        {"pred": "COC", "succ": "OPEN", "lag_days": 1, "lag_calendar": "VN6"},
        {"pred": "COC", "succ": "GS", "type": "SS"},
        {"pred": "COC", "succ": "GS", "type": "FF"},
    ],
}  # fmt: skip


def compute(tmp_path: Path, content: object, *more: str) -> tuple[int, str, str]:
    path = tmp_path / "net.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    result = CliRunner().invoke(app, ["schedule", "compute", str(path), "--data-date", "2026-03-13", *more])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_dates_a_network_with_shifts_seasons_blackouts_and_a_deadline(tmp_path: Path) -> None:
    code, out, said = compute(tmp_path, SAMPLE, "--json")
    assert code == 0, said
    answer = json.loads(out)
    rows = {row["code"]: row for row in answer["activities"]}
    # 21, 23, 25, 28 and 30 March: Sundays, the 24th and the blackout are not worked.
    assert (rows["COC"]["starts_at"], rows["COC"]["finishes_at"]) == ("2026-03-21T06:00", "2026-03-30T22:00")
    assert rows["OPEN"]["early_finish"] == answer["finish"] == "2026-03-31"
    assert rows["OPEN"]["days_behind_deadline"] == 3
    assert rows["P-1"]["longest_path"]
    assert rows["COC"]["total_float_days"] < 0
    assert (rows["GS"]["early_start"], rows["GS"]["early_finish"]) == ("2026-03-21", "2026-03-30")
    assert not rows["GS"]["critical"]
    assert answer["options"]["data_date"] == "2026-03-13"
    assert answer["finishes"][0]["float_paths"][0]["codes"] == ["P-1", "COC", "OPEN"]
    assert "Khoan cọc" in compute(tmp_path, SAMPLE)[1]


def test_every_fault_is_named_at_once_and_nothing_is_computed(tmp_path: Path) -> None:
    bad = json.loads(json.dumps(SAMPLE))
    bad["activities"][1]["duration_days"] = -5
    bad["activities"][0]["constraints"][0]["date"] = "1969-12-31"
    bad["activities"].append({"code": "X", "calendar": "KHONG", "duration_minutes": 60})
    bad["links"] += [{"pred": "OPEN", "succ": "P-1"}, {"pred": "COC", "succ": "MAT"}]
    code, out, said = compute(tmp_path, bad, "--json")
    assert (code, out) != (0, "")
    assert out == ""
    for part in ("-4800", "1970–2100", "KHONG", "MAT", "COC → OPEN → P-1 → COC"):
        assert part in said, (part, said)
    form = {**SAMPLE, "lags": 1, "activities": [{"code": 7, "kind": "work", "duration_days": "x"}]}
    said = compute(tmp_path, form)[2]
    for part in ("'lags'", "activities[0].code", "activities[0].kind", "activities[0].duration_days"):
        assert part in said, (part, said)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"format": "duonggang-network"}', "[" * 100_000])
def test_what_is_no_network_is_refused_in_words(tmp_path: Path, text: str) -> None:
    code, out, said = compute(tmp_path, text)
    assert (code, out) == (1, "")
    assert said.strip()
    assert "Traceback" not in said


def test_a_calendar_without_working_time_is_a_fault(tmp_path: Path) -> None:
    never = {"code": "KHONG", "week": [[]] * 7}
    code, _, said = compute(tmp_path, {**SAMPLE, "calendars": [*SAMPLE["calendars"], never]})
    assert code == 1
    assert "không có giờ làm việc" in said


def test_documents_graphs_and_graphml_carry_the_same_network() -> None:
    for seed in range(60):
        net, options = random_net(random.Random(seed))
        document = write(net, options, list(CALENDARS.values()))
        packed = json.loads(json.dumps(document))
        again = read(packed, data_date=options.data_date, known={})
        assert (again.net.activities, again.net.links, again.net.finishes) == (
            net.activities,
            net.links,
            net.finishes,
        )
        assert again.options == options
        assert again.calendars == tuple(CALENDARS.values())
        for back in (document_of(graph_of(packed)), from_graphml(graphml(packed))):
            assert {k: v for k, v in back.items() if k != "links"} == {
                k: v for k, v in packed.items() if k != "links"
            }
            assert in_order(back["links"]) == in_order(packed["links"])
        rows = schedule(again.net, options).rows
        assert {c: r.early_finish for c, r in rows.items()} == {
            c: r.early_finish for c, r in schedule(net, options).rows.items()
        }


def test_a_graph_with_a_document_type_or_without_a_network_is_refused() -> None:
    for text in ('<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', "<graphml/>", "x"):
        with pytest.raises(InvalidInput):
            from_graphml(text)


def in_order(links: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(link, sort_keys=True) for link in links)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted({*SAMPLE})), json_values)
def test_any_value_anywhere_is_read_or_refused_never_a_crash(key: str, value: Any) -> None:
    with suppress(InvalidInput):
        found = read({**SAMPLE, key: value}, data_date=DAY, known=known_calendars())
        schedule(found.net, found.options)


def test_the_schema_names_every_field_that_is_read() -> None:
    schema = json.loads((ROOT / "data" / "schemas" / "network.schema.json").read_text(encoding="utf-8"))
    assert set(schema["properties"]) == reader.TOP
    assert set(schema["$defs"]["activity"]["properties"]) == reader.ACTIVITY | KEYS
    assert set(schema["$defs"]["ground"]["properties"]) == GROUND
    assert set(schema["$defs"]["baseline"]["properties"]) == BASELINE
    assert set(schema["$defs"]["baseline"]["properties"]["activities"]["items"]["properties"]) == DATES
    assert set(schema["$defs"]["ground"]["properties"]["line"]["properties"]) == LINE
    assert set(schema["$defs"]["link"]["properties"]) == reader.LINK
    assert set(schema["properties"]["options"]["properties"]) == reader.OPTIONS
    rules = schema["$defs"]["activity"]["properties"]["constraints"]["items"]["properties"]["rule"]["enum"]
    assert set(rules) == {rule.value for rule in Rule}
