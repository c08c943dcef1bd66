"""`duonggang law`: clocks of a file of facts, and every fault of a wrong one."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from api.cli import app
from projects.errors import InvalidInput
from projects.law.factfile import read_cases

CASE = {
    "code": "HS-1",
    "people": ["A"],
    "lands": ["agri"],
    "owed": 1_000_000_000,
    "facts": [
        {"kind": "notice.issued", "on": "2026-02-02", "document": "3/TB"},
        {"kind": "notice.served", "on": "2026-02-03", "land": "agri", "party": "A"},
        {"kind": "approval.decided", "on": "2026-04-01"},
        {"kind": "approval.effective", "on": "2026-04-01"},
    ],
}


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["law", *arguments])
    return result.exit_code, result.stdout, result.stderr


def write(tmp_path: Path, content: Any) -> str:
    path = tmp_path / "facts.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(path)


def test_deadlines_of_a_file_come_as_json(tmp_path: Path) -> None:
    code, out, _ = run("deadlines", write(tmp_path, {"today": "2026-05-04", "cases": [CASE]}), "--json")
    assert code == 0
    (case,) = json.loads(out)["cases"]
    clocks = {clock["rule"]: clock for clock in case["clocks"]}
    assert case["regime"]["code"] == "G26"
    assert clocks["TB-06"]["earliest"] == "2026-04-04"
    assert clocks["TB-06"]["basis"] == "Nghị quyết 254/2025/QH15, Điều 3 khoản 9 điểm a"
    assert clocks["QD-01a"]["due"] == "2026-04-14"  # ten days from the end of the waiting time
    # Day 30 is Friday 1 May, a holiday before a weekend: it moves to Monday 4 May.
    assert (clocks["TT-01"]["due"], clocks["TT-01"]["light"]) == ("2026-05-04", "risk")
    assert case["late_money"] == {
        "due": "2026-05-04", "late_days": 0, "extra_vnd": "0", "rule": "TT-02", "borne_by": "QD",
    }  # fmt: skip
    assert case["light"] == "late"


def test_the_day_of_the_command_goes_before_that_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, {"today": "2026-05-04", "cases": [CASE]})
    _, out, _ = run("deadlines", path, "--ngay", "2026-05-06", "--json")
    answer = json.loads(out)
    assert (answer["today"], answer["cases"][0]["late_money"]["extra_vnd"]) == ("2026-05-06", "600000")


def test_deadlines_and_rules_can_be_read_by_people(tmp_path: Path) -> None:
    code, out, _ = run("deadlines", write(tmp_path, {"today": "2026-05-04", "cases": [CASE]}))
    assert code == 0
    assert "HS-1 · G26 (TR-03)" in out
    code, out, _ = run("rules")
    assert code == 0
    assert "TB-07" in out
    assert "KD-03" not in out
    _, out, _ = run("rules", "--json")
    assert {rule["id"]: rule for rule in json.loads(out)}["TB-07"]["amount"] == 120


def test_every_fault_of_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    bad = {
        "code": "HS-1",
        "people": "A",
        "lands": ["sea"],
        "owed": -1,
        "regime": {"code": "G99"},
        "colour": 1,
        "facts": [
            {"kind": "nothing", "on": "2026-02-30"},
            {"kind": "notice.served", "on": "2026-02-03", "land": "sea"},
            {"kind": "payment.full", "on": "1899-01-01", "amount": 1.5},
            7,
        ],
    }
    code, _, err = run("deadlines", write(tmp_path, {"cases": [bad, bad, 3], "x": 1}))
    assert code == 1
    for place in (
        "cases[0].people", "cases[0].lands", "cases[0].owed", "cases[0].regime", "cases[0].colour",
        "cases[0].facts[0].kind", "cases[0].facts[0].on", "cases[0].facts[1].land", "cases[0].facts[2].amount",
        "cases[0].facts[2].on", "cases[0].facts[3]", "cases[2]", "x", "HS-1",
    ):  # fmt: skip
        assert place in err


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"cases": 1}', "\u0000", "[" * 100_000, '{"cases": [{}]}']
)
def test_what_is_no_file_of_facts_is_a_sentence_and_not_a_traceback(tmp_path: Path, content: str) -> None:
    code, out, err = run("deadlines", write(tmp_path, content))
    assert (code, out) == (1, "")
    assert err.strip()
    assert "Traceback" not in err


def test_a_missing_file_and_bytes_that_are_no_text_are_sentences(tmp_path: Path) -> None:
    assert run("deadlines", str(tmp_path / "none.json"))[0] == 1
    raw = tmp_path / "raw.json"
    raw.write_bytes(b"\xff\xfe\x00")
    assert run("deadlines", str(raw))[0] == 1


_KEYS = st.sampled_from(["cases", "code", "facts", "kind", "on", "regime", "today", "x"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(content=_JSON)
def test_any_json_is_read_or_refused_with_its_faults(content: object) -> None:
    with suppress(InvalidInput):
        read_cases(content)
