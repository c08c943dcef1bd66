"""What the city sets about the law counts from its day, stands until it is taken back, and is checked in full."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.lawfiles import competences, rule_book
from projects.law.competence import competent
from projects.law.settings import LAPSE, SHARE, Law, Setting, check_setting, law_with, standing

DAY = date(2026, 6, 1)


def law(*rows: Setting, today: date = DAY) -> Law:
    return law_with(rows, book=rule_book(), competences=competences(), today=today)


def setting(
    key: str, value: dict[str, Any] | None, *, on: date = DAY, document: str = "1/QĐ", number: int = 1
) -> Setting:
    return Setting(key, on, value, document, number)


@pytest.mark.parametrize(("shift", "days"), [(-1, 60), (0, 45), (1, 45)])
def test_a_threshold_counts_from_its_day(shift: int, days: int) -> None:
    assert law(setting(LAPSE, {"days": 45}), today=DAY + timedelta(days=shift)).lapse_days == days


def test_a_later_threshold_follows_an_earlier_one_and_the_newest_of_one_day_counts() -> None:
    rows = (
        setting(SHARE, {"share": "0.3"}, on=DAY - timedelta(days=9), number=1),
        setting(SHARE, {"share": "0.4"}, number=2),
        setting(SHARE, {"share": "0.5"}, number=3),
    )
    assert law(*rows).thresholds.risk_share == Decimal("0.5")
    back = (*rows, setting(SHARE, None, number=4))
    assert law(*back).thresholds.risk_share == Decimal("0.3")  # what stood before stands again
    assert [row.id for row in standing(back)] == [1]


def test_a_changed_rule_counts_for_what_begins_on_its_day_and_not_before() -> None:
    book = law(setting("rule.KD-06", {"amount": 7, "basis": "Luật mới, Điều 1"})).book
    assert [book.get("KD-06", on=DAY + timedelta(days=n)).days() for n in (-1, 0, 1)] == [10, 7, 7]
    assert book.get("KD-06", on=DAY).basis == "Luật mới, Điều 1"


def test_a_delegation_gives_the_ground_of_competence_on_its_days_only() -> None:
    until = DAY + timedelta(days=10)
    value = {"acts": ["chair"], "who_vi": "Chủ tịch UBND phường", "until": until.isoformat()}
    found = law(setting("delegation.hanoi", value, document="40/2026/QĐ-UBND"))
    for shift, good in ((-1, False), (0, True), (10, True), (11, False)):
        answer = competent(
            found.competences, "chair", on=DAY + timedelta(days=shift), delegations=found.delegations
        )
        assert (answer.warning is None) is good
    assert competent(found.competences, "collective", on=DAY, delegations=found.delegations).warning


def test_a_regime_is_that_of_its_project_from_its_day() -> None:
    row = setting("regime.VD25", {"code": "G24"})
    assert law(row, today=DAY - timedelta(days=1)).override("VD25") is None
    found = law(row)
    assert found.override("TULIEN") is None
    assert (found.override("VD25") or pytest.fail("none")).code == "G24"


@pytest.mark.parametrize(
    ("key", "value", "document", "where"),
    [
        ("nothing.such", {}, "", "key"),
        ("threshold.other", {"days": 3}, "", "key"),
        (SHARE, {"share": "2"}, "", "share"),
        (SHARE, {"share": "nan"}, "", "share"),
        (LAPSE, {"days": "60"}, "", "days"),
        (LAPSE, {"days": -1}, "", "days"),
        (LAPSE, {"days": True}, "", "days"),
        (LAPSE, {"days": 60, "x": 1}, "", "x"),
        ("target.XX-01", {"days": 5}, "", "key"),
        ("rule.KD-06", {"amount": 7}, "", "document"),
        ("rule.KD-06", {"amount": 99_999}, "1/QĐ", "amount"),
        ("rule.KH-02", {"amount": 7}, "1/QĐ", "amount"),
        ("rule.TT-04", {"rate": "1.5"}, "1/QĐ", "rate"),
        ("delegation.x", {"acts": [], "who_vi": "A"}, "1/QĐ", "acts"),
        ("delegation.x", {"acts": ["all"], "who_vi": "A"}, "1/QĐ", "acts"),
        ("delegation.x", {"acts": ["chair"], "who_vi": " "}, "1/QĐ", "who_vi"),
        ("delegation.x", {"acts": ["chair"], "who_vi": "A", "until": "2026-05-01"}, "1/QĐ", "until"),
        ("regime.NOWHERE", {"code": "G24"}, "1/QĐ", "key"),
        ("regime.VD25", {"code": "G13"}, "1/QĐ", "code"),
        ("regime.VD25", {"code": "G24"}, " ", "document"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused_at_its_place(
    key: str, value: dict[str, Any], document: str, where: str
) -> None:
    faults = check_setting(setting(key, value, document=document), book=rule_book(), projects={"VD25"})
    assert where in {fault.where for fault in faults}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (SHARE, {"share": "0.25"}),
        (LAPSE, {"days": 0}),
        ("target.TB-07", {"days": 30}),
        ("rule.KD-06", {"amount": 7}),
        ("rule.TT-04", {"rate": "0.0005"}),
        ("delegation.hanoi-1", {"acts": ["collective", "chair"], "who_vi": "Chủ tịch UBND phường"}),
        ("regime.VD25", {"code": "G24"}),
        ("regime.VD25", None),
    ],
)
def test_a_setting_that_fits_makes_a_law(key: str, value: dict[str, Any] | None) -> None:
    row = setting(key, value)
    assert check_setting(row, book=rule_book(), projects={"VD25"}) == []
    assert law(row).book.counted()
