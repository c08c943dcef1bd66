"""The desk of a case: its group, its act and its lists follow from its facts on the day, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from api.lawfiles import bans, rule_book
from projects.clearance import allowed_steps
from projects.desk.acts import WORDS, next_step
from projects.desk.desk import GROUPS, Desk, sort_key
from projects.desk.lists import LISTS, full_desk
from projects.law.clock import Thresholds
from projects.law.clocks import make_frame
from projects.law.facts import KINDS, STEP_FACTS, Fact
from projects.steps import STEPS
from tests.unit.law_cases import OFFICE, facts

NOTICE = facts("notice.issued 2026-02-01\nnotice.served 2026-02-01 land=agri")
LAPSES = date(2027, 2, 1)
PLAN = (
    "notice.issued 2025-09-01\nnotice.served 2025-09-02 land=agri\ninventory.done 2025-10-01\n"
    "origin.confirmed 2025-10-02\ndraft.made 2025-12-01\n"
)
APPROVED = (
    PLAN + "posting.started 2026-01-02\nposting.ended 2026-01-12\nopinions.held 2026-01-13 value=10/10\n"
    "appraisal.received 2026-01-14\nappraisal.done 2026-01-20\napproval.decided 2026-01-22\n"
    "approval.effective 2026-01-22\nplan.sent 2026-01-23 until=2026-03-01\n"
)


def desk(
    given: Sequence[Fact], today: date | str, step: str, obstacle: str | None = None, **more: Any
) -> Desk:
    day = date.fromisoformat(today) if isinstance(today, str) else today
    lapse = more.pop("lapse_days", 60)
    frame = make_frame(given, book=rule_book(), today=day, office=OFFICE, bans=bans(), **more)
    return full_desk(frame, step, obstacle, lapse_days=lapse)


@pytest.mark.parametrize(
    ("left", "group"),
    [(-1, "overdue"), (0, "week"), (7, "week"), (8, "month"), (30, "month"), (31, "ready"), (200, "ready")],
)
def test_a_deadline_falls_into_its_group_at_every_boundary_day(left: int, group: str) -> None:
    """Twelve months of the notice; beyond 30 days what may be done now comes first."""
    found = desk(NOTICE, LAPSES - timedelta(days=left), "S30")
    assert found.group == group
    if group != "ready":
        assert (found.days, found.clock and found.clock.rule) == (left, "TB-09")


def test_a_lapsed_notice_asks_for_a_new_one() -> None:
    assert desk(NOTICE, LAPSES + timedelta(days=1), "S30").act.code == "notice.reissued"
    assert desk(NOTICE, LAPSES, "S30").act.code == "S40"


def test_what_lacks_a_date_is_a_group_of_its_own_and_never_green() -> None:
    found = desk(facts("notice.issued 2026-02-01"), "2026-03-01", "S20")
    assert (found.group, found.light, found.act.code) == ("grey", "none", "notice.served")
    assert "thieu-ngay" in found.lists
    assert "chưa ghi ngày gửi thông báo" in found.lists["thieu-ngay"].text[0].lower()
    served = desk(NOTICE, "2026-03-01", "S20")  # the control: with its date it is no grey
    assert served.group == "later"
    assert "thieu-ngay" not in served.lists


def test_a_case_of_which_nothing_has_begun_is_idle_and_not_green() -> None:
    found = desk((), "2026-03-01", "S00")
    assert (found.group, found.light, found.clock, found.act.code) == ("idle", "none", None, "S05")


@pytest.mark.parametrize(("target", "group"), [(None, "ready"), (20, "month"), (10, "week"), (9, "overdue")])
def test_an_internal_target_turns_what_is_allowed_into_a_day_to_keep(target: int | None, group: str) -> None:
    day = date(2026, 4, 2) + timedelta(days=10)  # 60 days of waiting end on 2026-04-02
    limits = Thresholds() if target is None else Thresholds(open_days={"TB-06": target})
    found = desk(NOTICE, day, "S20", thresholds=limits)
    assert (found.group, found.target) == (group, target is not None)


CASES = [
    ("nhan-tien-chua-giao", APPROVED + "payment.full 2026-02-01 value=", "S80", "Nhận đủ tiền 01/02/2026"),
    ("chua-nhan-tien", APPROVED, "S80", "Chưa mời nhận tiền"),
    (
        "khong-nhan-tien",
        APPROVED + "payment.invited 2026-02-01\npayment.refused 2026-02-05 value=đơn_giá_thấp",
        "S80",
        "Không nhận tiền 05/02/2026: đơn giá thấp",
    ),
    ("du-ngay-chua-quyet", APPROVED, "S80", "60 ngày tính từ 02/09/2025"),
    (
        "het-niem-yet-chua-hop",
        PLAN + "posting.started 2026-01-05\nposting.ended 2026-01-20",
        "S60",
        "chưa họp lấy ý kiến",
    ),
    (
        "y-kien-khac",
        PLAN
        + "posting.started 2026-01-05\nposting.ended 2026-01-20\nopinions.held 2026-01-21 value=78/100 party=P2",
        "S60",
        "22/100 không đồng ý, họp 21/01/2026: P2",
    ),
    (
        "khong-phoi-hop",
        "notice.issued 2025-12-01\nnotice.served 2025-12-01 land=agri\ninventory.persuasion 2026-01-02\n"
        "inventory.persuasion 2026-01-09\ninventory.persuasion_ended 2026-01-20",
        "S31",
        "Vận động 2 lần, từ 09/01/2026; đủ điều kiện bắt buộc từ 31/01/2026",
    ),
    (
        "tai-dinh-cu",
        APPROVED + "resettlement.needed 2026-01-25 value=land",
        "S80",
        "chưa có quỹ; chưa bốc thăm",
    ),
]


@pytest.mark.parametrize(
    ("name", "given", "step", "words"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_a_named_list_answers_its_question_in_words(name: str, given: str, step: str, words: str) -> None:
    found = desk(facts(given), "2026-03-13", step)
    assert words in found.lists[name].text[0]


def test_each_list_lets_go_of_a_case_when_its_question_is_answered() -> None:
    paid = APPROVED + "payment.full 2026-02-01\n"
    assert "chua-nhan-tien" not in desk(facts(paid), "2026-03-13", "S80").lists
    given = paid + "recovery.decided 2026-02-10\nhandover.done 2026-02-20\n"
    assert set(desk(facts(given), "2026-03-13", "S100").lists) <= {"thieu-ngay"}
    held = (
        PLAN + "posting.started 2026-01-05\nposting.ended 2026-01-20\nopinions.held 2026-01-21 value=100/100"
    )
    assert not {"y-kien-khac", "het-niem-yet-chua-hop"} & set(desk(facts(held), "2026-03-13", "S60").lists)


@pytest.mark.parametrize(("left", "warned"), [(60, True), (61, False), (0, True), (-1, True)])
def test_the_lapse_warning_begins_on_its_day(left: int, warned: bool) -> None:
    assert ("sap-het-hieu-luc" in desk(NOTICE, LAPSES - timedelta(days=left), "S30").lists) is warned


def test_the_origin_list_says_where_it_sticks() -> None:
    found = desk(NOTICE, "2026-03-13", "S20", "NGUON_GOC")
    assert "Nguồn gốc, loại đất, giấy tờ" in found.lists["chua-ro-nguon-goc"].text[0]
    assert "chua-ro-nguon-goc" not in desk(facts(PLAN), "2026-03-13", "S50").lists


def test_the_order_is_group_then_critical_days_then_days_left_against_a_slow_oracle() -> None:
    chance = random.Random(7)
    base = desk((), "2026-03-01", "S00")
    rows = [
        (
            Desk(chance.choice(GROUPS), "ok", base.act, days=chance.choice([None, *range(-5, 40)])),
            chance.choice([0, 0, 3, 21]),
            f"C-{n:03}",
        )
        for n in range(300)
    ]
    chance.shuffle(rows)
    found = sorted(rows, key=lambda row: sort_key(*row))

    def before(one: tuple[Desk, int, str], other: tuple[Desk, int, str]) -> bool:
        if one[0].group != other[0].group:
            return GROUPS.index(one[0].group) < GROUPS.index(other[0].group)
        if one[1] != other[1]:
            return one[1] > other[1]
        left, right = one[0].days, other[0].days
        if left != right:
            return right is None or (left is not None and left < right)
        return one[2] < other[2]

    assert all(before(one, other) for n, one in enumerate(found) for other in found[n + 1 :])


def test_the_next_step_is_always_one_that_may_follow() -> None:
    """Whatever the facts, the button never opens a step that the road does not have."""
    chance = random.Random(11)
    kinds = [*KINDS, *STEP_FACTS.values()]
    for step in STEPS:
        for _ in range(60):
            first = date(2026, 1, 5)
            given = [
                Fact(
                    chance.choice(kinds),
                    first + timedelta(days=chance.randrange(60)),
                    land="agri",
                    value="3/4",
                )
                for _ in range(chance.randrange(12))
            ]
            frame = make_frame(given, book=rule_book(), today=date(2026, 4, 1), office=OFFICE)
            wanted = next_step(step, frame.line, ())
            ways = {way for before in STEPS for way in allowed_steps(step, came_from=before)}
            assert wanted is None or (wanted in ways and wanted in WORDS)
            found = full_desk(frame, step, None)
            assert found.act.kind in ("step", "fact", "none")
            assert set(found.lists) <= set(LISTS)


def test_every_word_names_a_step_or_a_fact() -> None:
    assert set(WORDS) <= {*STEPS, *KINDS}
