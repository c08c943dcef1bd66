"""The rule table as data: complete, with article and level, and every fault of a wrong file at once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from api.lawfiles import bans, competences, rule_book
from projects.errors import InvalidInput, NotFound
from projects.law.facts import KINDS, STEP_FACTS
from projects.law.rules import RuleBook, read_rules

# Every rule of the law sheet with its level of verification, as tables A to K have them.
TABLE = """
KH 01:A 02:A 03:A 04:A
HD 01:A
TB 01:A 02:A 03:A 04:A 05:A 06:A 07:A 08:A 09:A 10:A 11:A 12:A 13:U
KD 01:A 02:A 03:B 04:B 05:A 06:A 07:B 08:A 09:A 10:A 11:A 12:A 13:A
PA 01:A 02:A 03:A 04:A 05:A 06:A 07:A 08:A 09:A 10:A 11:A 12:A 13:A 14:B
TT 01:A 02:A 03:C 04:A 05:A 06:A 07:A 08:B
TDC 01:A 02:A 03:A 04:A 05:A
TH 01:A 02:B
QD 01a:A 01b:A 01c:A 01d:A 01đ:A 01e:A 01g:A 02:A 03:A 04:A 05:A 06:A 08:A 09:A 10:A 11:A 12:A 13:A 14:A
BG 01:A 02:A 03:A
CC 02:A 03:A 04:A 05:A 06:A 07:A 08:A 09:A 10:A 11:A
QL 01:A
KN 01:A 02:A 03:A 04:A 05:C 06:C 07:C 08:U 09:U 10:U 11:B
TR 00:B 01:A 02:A 03:A 04:A 05:A 06:A 07:A
HN 01:A 02:A 03:A 04:A 05:A 06:A 07:A 08:A 09:A 10:A 11:A
"""
LEVELS = {
    f"{line.split()[0]}-{cell.split(':')[0]}": cell.split(":")[1]
    for line in TABLE.strip().splitlines()
    for cell in line.split()[1:]
}
# Marks of the handbook only: no article, never shown as law.
HANDBOOK = {"KD-03", "KD-04", "KD-07", "PA-14", "TT-08"}
GOOD: dict[str, Any] = {
    "id": "X-01", "label_vi": "Một quy tắc", "label_en": "A rule", "nature": "min", "amount": 60, "unit": "cal",
    "basis": "Luật Đất đai, Điều 1", "regime": "G26", "level": "A", "locale": "VN", "from": date(2026, 1, 1),
}  # fmt: skip


def read(*rows: dict[str, Any]) -> RuleBook:
    return read_rules({"x.toml": {"rule": list(rows)}})


def test_every_rule_of_the_table_is_in_the_data_with_its_level_and_no_other() -> None:
    assert {rule.id: rule.level for rule in rule_book().rules} == LEVELS


def test_every_rule_has_an_article_but_the_marks_of_the_handbook() -> None:
    assert {rule.id for rule in rule_book().rules if not rule.basis} == HANDBOOK
    for rule in rule_book().rules:
        assert rule.is_law == (bool(rule.basis) and rule.level in "AB")


def test_rules_of_lao_cai_are_off_in_hanoi() -> None:
    book = rule_book()
    off = {rule.id for rule in book.rules if not book.has(rule.id)}
    assert off == HANDBOOK | {"TH-02"}
    assert off.isdisjoint(rule.id for rule in book.counted())


def test_triggers_and_acts_are_kinds_of_fact() -> None:
    known = {*KINDS, *STEP_FACTS.values(), "", "enforcement"}
    for rule in rule_book().rules:
        assert {rule.trigger, rule.then} <= known, rule.id


def test_kinds_of_fact_name_rules_of_the_book() -> None:
    assert {code for kind in KINDS.values() for code in kind.rules} <= set(LEVELS)


def test_a_wrong_file_tells_all_its_faults_at_once() -> None:
    bad = [
        GOOD | {"nature": "soon"},
        GOOD | {"id": "X-02", "amount": -1, "basis": ""},
        GOOD | {"id": "X-03", "unit": "", "to": date(2025, 1, 1)},
        {"id": "X-04", "colour": "red"},
        GOOD | {"id": "X-05", "amount": "60"},
        GOOD | {"id": "X-06", "rate": "much"},
        GOOD | {"id": "X-07", "regime": "G99", "level": "Z", "locale": "SG"},
    ]
    with pytest.raises(InvalidInput) as caught:
        read(*bad)
    text = str(caught.value)
    for number in range(1, 8):
        assert f"x.toml #{number}" in text
    assert len(caught.value.faults) > len(bad)
    assert all(fault.vi and fault.en for fault in caught.value.faults)


@pytest.mark.parametrize(
    "rows",
    [
        (GOOD, GOOD),
        (GOOD | {"waived_by": ["X-99"]},),
        (GOOD | {"from": "2026-01-01"},),
        (GOOD | {"more_than": 1},),
    ],
)
def test_a_doubled_id_an_unknown_waiver_and_wrong_types_are_refused(rows: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(InvalidInput):
        read(*rows)


def test_a_dated_change_counts_from_its_day_and_the_older_version_before() -> None:
    book = read(GOOD).with_changes([{"id": "X-01", "since": date(2026, 6, 1), "amount": 45, "level": "U"}])
    assert [book.get("X-01", on=day).days() for day in (date(2026, 5, 31), date(2026, 6, 1))] == [60, 45]
    assert book.get("X-01").days() == 60
    later = book.with_changes([{"id": "X-01", "since": date(2026, 9, 1), "amount": 30}])
    assert later.get("X-01", on=date(2026, 8, 31)).days() == 45
    assert (later.get("X-01", on=date(2026, 9, 1)).days(), later.get("X-01", on=date(2026, 9, 1)).level) == (
        30,
        "U",
    )


def test_changes_may_add_a_whole_rule_and_not_half_of_one() -> None:
    assert read().with_changes([GOOD | {"since": date(2026, 1, 1)}]).get("X-01").days() == 60
    for row in ({"id": "X-02", "since": date(2026, 1, 1), "amount": 3}, {"id": "X-01", "amount": 3}):
        with pytest.raises(InvalidInput):
            read(GOOD).with_changes([row])
    twice = [{"id": "X-01", "since": date(2026, 6, 1), "amount": n} for n in (1, 2)]
    with pytest.raises(InvalidInput):
        read(GOOD).with_changes(twice)


def test_a_rule_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound):
        rule_book().get("XX-01")
    with pytest.raises(NotFound):
        rule_book().get("KH-02").days()


def test_the_tables_of_competence_and_tet_can_be_read() -> None:
    assert [row.id for row in competences().rows] == [f"J-0{n}" for n in range(1, 7)]
    assert [tet.year for tet in bans().tet] == [2024, 2025, 2026, 2027]
