"""Quality of a schedule: each check passes on a sound network and fails on one with exactly the offenders named."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from projects.calendars import standard_calendars
from projects.engine.model import Activity, Constraint, Kind, Link, LinkType, Net, Options, Rule
from projects.engine.schedule import schedule
from projects.engine.shifts import DAY, from_days
from projects.quality.assess import assess
from projects.quality.model import FAIL, PASS, UNKNOWN, Offender, Quality
from projects.quality.words import WORDS
from tests.unit.engine_invented import random_net

CALENDARS = tuple(
    from_days(c)
    for c in standard_calendars([date(2027, 1, 1)], first=date(2020, 1, 1), last=date(2060, 12, 31)).values()
)
TODAY = date(2026, 3, 13)
Change = Callable[[Net], Net]


def sound() -> Net:
    """Two chains of 20 pieces of work of ten days, side by side from a start to a finish."""
    works = [Activity(f"{line}{i:02}", 10 * DAY, "VN6") for line in "AB" for i in range(20)]
    links = [Link(a.code, b.code) for a, b in pairwise(works) if a.code[0] == b.code[0]]
    ends = [Link("S", "A00"), Link("S", "B00"), Link("A19", "Z"), Link("B19", "Z")]
    marks = [Activity("S", 0, "ALL", Kind.MILESTONE, actual_start=date(2026, 3, 2), actual_finish=date(2026, 3, 2)),
             Activity("Z", 0, "ALL", Kind.MILESTONE)]  # fmt: skip
    return Net("P", (*marks, *works), (*ends, *links), CALENDARS, ("Z",))


def edit(code: str, **changes: Any) -> Change:
    """The network with one activity changed."""
    return lambda net: replace(
        net, activities=tuple(replace(a, **changes) if a.code == code else a for a in net.activities)
    )


def relink(pred: str, succ: str, **changes: Any) -> Change:
    """The network with one link changed."""
    return lambda net: replace(
        net, links=tuple(replace(k, **changes) if (k.pred, k.succ) == (pred, succ) else k for k in net.links)
    )


def cut(*pairs: tuple[str, str]) -> Change:
    """The network without some links."""
    return lambda net: replace(net, links=tuple(k for k in net.links if (k.pred, k.succ) not in pairs))


def plus(*extra: Activity, links: tuple[Link, ...] = ()) -> Change:
    """The network with more of it."""
    return lambda net: replace(net, activities=(*net.activities, *extra), links=(*net.links, *links))


def several(*changes: Change) -> Change:
    def all_of_them(net: Net) -> Net:
        for change in changes:
            net = change(net)
        return net

    return all_of_them


def judge(net: Net, **given: Any) -> Quality:
    options = {"today": TODAY, "planned_finish": date(2026, 12, 31)} | given
    return assess(schedule(net, Options(TODAY, whole_days=True)), **options)


def named(quality: Quality, code: str) -> list[tuple[str, ...]]:
    return sorted(o.codes for o in quality.finding(code).offenders)


def must(rule: Rule, day: date) -> tuple[Constraint, ...]:
    return (Constraint(rule, day),)


def test_a_sound_network_passes_everything_that_can_be_judged() -> None:
    plan = {a.code: date(2026, 12, 31) for a in sound().activities} | {"S": date(2026, 3, 2)}
    quality = judge(sound(), baseline=plan)
    assert {f.code: f.state for f in quality.findings} == dict.fromkeys(WORDS, PASS) | {"dcma-10": UNKNOWN}
    assert not [f for f in quality.findings if f.offenders]
    assert quality.gate.ok
    assert (quality.gate.passed, quality.gate.failing, quality.gate.unknown) == (len(WORDS) - 1, 0, 1)
    assert (quality.judged, quality.left_out) == (42, 0)


CASES: dict[str, tuple[str, Change, list[tuple[str, ...]]]] = {
    "open ends": (
        "dcma-01",
        cut(("A05", "A06"), ("B11", "B12")),
        [("A05",), ("A06",), ("B11",), ("B12",)],
    ),
    "leads": ("dcma-02", relink("A05", "A06", lag=-2 * DAY), [("A05", "A06")]),
    "lags": (
        "dcma-03",
        several(*(relink(f"A0{i}", f"A0{i + 1}", lag=3 * DAY) for i in range(3))),
        [("A00", "A01"), ("A01", "A02"), ("A02", "A03")],
    ),
    "kinds of links": (
        "dcma-04",
        several(*(relink(f"A0{i}", f"A0{i + 1}", type=LinkType.SS) for i in range(5))),
        [(f"A0{i}", f"A0{i + 1}") for i in range(5)],
    ),
    "hard constraints": (
        "dcma-05",
        several(*(edit(f"A0{i}", constraints=must(Rule.FNLT, date(2027, 6, 1))) for i in range(3))),
        [("A00",), ("A01",), ("A02",)],
    ),
    "high float": (
        "dcma-06",
        plus(*(Activity(f"C{i}", DAY, "VN6") for i in range(3)),
             links=tuple(link for i in range(3) for link in (Link("S", f"C{i}"), Link(f"C{i}", "Z")))),
        [("C0",), ("C1",), ("C2",)],
    ),
    "negative float": (
        "dcma-07",
        edit("A01", constraints=must(Rule.DEADLINE, date(2026, 3, 20))),
        [("A00",), ("A01",)],
    ),
    "high duration": (
        "dcma-08",
        several(*(edit(f"A1{i}", duration=45 * DAY) for i in range(3))),
        [("A10",), ("A11",), ("A12",)],
    ),
    "invalid dates": (
        "dcma-09",
        edit("A00", constraints=must(Rule.MANDATORY_START, date(2026, 3, 9))),
        [("A00",)],
    ),
    "critical path test": (
        "dcma-12",
        several(relink("A00", "A01", type=LinkType.SS, lag=15 * DAY), cut(("B19", "Z"))),
        [("A00",)],
    ),
    "dangling start": (
        "gao-start",
        relink("B05", "B06", type=LinkType.FF),
        [("B06",)],
    ),
    "dangling finish": (
        "gao-finish",
        relink("B05", "B06", type=LinkType.SS),
        [("B05",)],
    ),
    "out of sequence": (
        "gao-order",
        edit("A01", actual_start=date(2026, 3, 5), remaining=4 * DAY),
        [("A00", "A01")],
    ),
    "path": (
        "gao-path",
        edit("A07", constraints=must(Rule.SNET, date(2027, 2, 1))),
        [("A07",)],
    ),
    "calendars": (
        "gao-calendars",
        several(*(edit(f"A0{i}", calendar="ALL") for i in range(3))),
        [("A00",), ("A01",), ("A02",)],
    ),
    "levels of effort": (
        "gao-effort",
        plus(Activity("PM", 5 * DAY, "VN6", Kind.EFFORT),
             links=(Link("A00", "PM", LinkType.SS), Link("PM", "A19", LinkType.FF), Link("PM", "Z"))),
        [("PM", "A19"), ("PM", "Z")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_network_with_one_fault_fails_that_check_with_exactly_its_offenders(name: str) -> None:
    code, change, offenders = CASES[name]
    quality = judge(change(sound()))
    assert quality.finding(code).state == FAIL
    assert named(quality, code) == sorted(offenders)
    assert quality.finding(code).count == len(offenders)


@pytest.mark.parametrize("name", ["open ends", "lags", "kinds of links", "hard constraints", "high float",
                                  "high duration", "calendars"])  # fmt: skip
def test_a_share_is_failed_only_above_its_limit(name: str) -> None:
    """Of 41 unfinished activities two are below five percent, three above; of 42 links five are above ten."""
    code, change, offenders = CASES[name]
    finding = judge(change(sound())).finding(code)
    assert finding.of is not None
    assert finding.limit is not None
    assert finding.value is not None
    share = len(offenders) / finding.of
    assert finding.value == pytest.approx(share if finding.upper else 1 - share)
    assert (finding.value > finding.limit) is finding.upper


def test_two_long_durations_of_forty_are_within_the_limit_and_still_named() -> None:
    quality = judge(several(edit("A10", duration=45 * DAY), edit("A11", duration=45 * DAY))(sound()))
    finding = quality.finding("dcma-08")
    assert (finding.state, finding.count, finding.of, finding.value) == (PASS, 2, 40, 0.05)
    assert named(quality, "dcma-08") == [("A10",), ("A11",)]
    assert judge(edit("A10", duration=44 * DAY)(sound())).finding("dcma-08").count == 0


def test_six_hundred_days_more_reach_the_finish_unless_a_fixed_date_stops_them() -> None:
    finding = judge(sound()).finding("dcma-12")
    assert finding.state == PASS
    assert finding.value is not None
    assert finding.value > 600  # working days in calendar days
    # A mandatory date behind the work: the work before it is no longer on the way to the finish.
    stopped = several(
        edit("A10", constraints=must(Rule.MANDATORY_START, date(2026, 9, 1))), cut(("B19", "Z")),
    )(sound())  # fmt: skip
    quality = judge(stopped)
    assert named(quality, "dcma-12") == []  # the path begins behind the fixed date and moves along
    assert named(quality, "gao-path") == [("A10",)]
    assert not quality.gate.ok
    # An old date for the finish itself: nothing is left on the path, so nothing can be tried.
    fixed = judge(edit("Z", constraints=must(Rule.MANDATORY_FINISH, date(2027, 1, 20)))(sound()))
    assert fixed.finding("dcma-12").state == UNKNOWN
    assert named(fixed, "gao-path") == [("Z",)]


def test_a_delay_that_as_late_as_possible_work_swallows_is_found() -> None:
    """The path runs over work held late on purpose: a delay of what is before it only uses the room up."""
    net = Net(
        "P",
        (Activity("W", 30 * DAY, "VN6"), Activity("L", 5 * DAY, "VN6", constraints=(Constraint(Rule.ALAP),)),
         Activity("M", 1000 * DAY, "VN6"), Activity("Z", 0, "ALL", Kind.MILESTONE)),
        (Link("W", "L"), Link("L", "Z"), Link("M", "Z", LinkType.FF)),
        CALENDARS,
        ("Z",),
    )  # fmt: skip
    assert named(judge(net), "gao-path") == [("L",)]


def test_indices_are_the_published_ones() -> None:
    """CPLI: 100 days to go and 10 too late is 0.9, 10 to spare 1.1. BEI: 9 done of 10 due is 0.9."""
    net = Net("P", (Activity("W", 100 * DAY, "ALL"), Activity("Z", 0, "ALL", Kind.MILESTONE)), (Link("W", "Z"),),
              CALENDARS, ("Z",))  # fmt: skip
    finish = TODAY + timedelta(100)
    for spare, value in ((-10, 0.9), (0, 1.0), (10, 1.1)):
        finding = judge(net, planned_finish=finish + timedelta(spare)).finding("dcma-13")
        assert finding.value == pytest.approx(value)
        assert finding.state == (PASS if value >= 0.95 else FAIL)
        assert len(finding.offenders) == (value < 0.95)
    tasks = tuple(
        Activity(f"T{i}", 5 * DAY, "ALL", actual_start=date(2026, 2, 1), actual_finish=date(2026, 2, 5))
        for i in range(9)
    )
    due = replace(net, activities=(*net.activities, *tasks))
    plan = {t.code: date(2026, 2, 5) for t in tasks} | {"W": date(2026, 3, 1), "Z": date(2026, 9, 1)}
    quality = judge(due, baseline=plan)
    assert quality.finding("dcma-14").value == pytest.approx(0.9)
    assert named(quality, "dcma-14") == [("W",)]
    assert named(quality, "dcma-11") == [("W",)]
    late = judge(due, baseline=plan | {"T3": date(2026, 2, 1), "W": date(2027, 1, 1)})
    assert named(late, "dcma-11") == [("T3",)]  # done, but after its day
    assert late.finding("dcma-14").value == 1.0


def test_what_cannot_be_judged_says_why_and_opens_no_gate_by_itself() -> None:
    quality = judge(sound(), planned_finish=None, today=None)
    unknown = {f.code for f in quality.findings if f.state == UNKNOWN}
    assert unknown == {"dcma-10", "dcma-11", "dcma-13", "dcma-14", "gao-age"}
    assert all(f.why_vi and f.why_en and f.count is None for f in quality.findings if f.state == UNKNOWN)
    early = judge(sound(), baseline=dict.fromkeys(("A00", "A01"), date(2027, 1, 1)))
    assert early.finding("dcma-14").state == UNKNOWN  # nothing was due yet


OPTION = Offender(("A02",), "Độ hoãn do cân đối tài nguyên", "Levelling delays")


def test_old_data_facts_of_the_future_and_options_of_the_sender_are_named() -> None:
    quality = judge(sound(), today=TODAY + timedelta(32), later_facts=["A03"], unsupported=[OPTION])
    assert (quality.finding("gao-age").state, quality.finding("gao-age").count) == (FAIL, 32)
    assert judge(sound(), today=TODAY + timedelta(31)).finding("gao-age").state == PASS
    assert named(quality, "dcma-09") == [("A03",)]
    options = quality.finding("gao-options")
    assert (options.state, options.count, options.offenders) == (FAIL, 1, (OPTION,))
    assert judge(sound()).finding("gao-options").state == PASS
    assert quality.gate.failed == ("dcma-09",)


def test_the_gate_closes_for_open_ends_and_for_a_lead_on_the_path_only() -> None:
    assert judge(CASES["open ends"][1](sound())).gate.failed == ("dcma-01",)
    assert judge(CASES["high duration"][1](sound())).gate.ok
    both = several(edit("A00", duration=40 * DAY), relink("A05", "A06", lag=-2 * DAY))(sound())
    assert judge(both).gate.failed == ("dcma-02",)
    beside = several(edit("A00", duration=40 * DAY), relink("B05", "B06", lag=-2 * DAY))(sound())
    assert judge(beside).gate.ok
    assert judge(beside).finding("dcma-02").state == FAIL
    assert (judge(both).gate.stamp_vi, judge(beside).gate.stamp_vi) == ("KHÔNG ĐỦ TIN CẬY", "ĐẠT")


def test_land_is_no_plan_and_is_not_judged() -> None:
    land = tuple(
        Activity(f"C{i}", 0, "ALL", Kind.MILESTONE, constraints=must(Rule.SNET, date(2027, 1, 1 + i)))
        for i in range(9)
    )
    net = plus(*land, links=tuple(Link(a.code, "A10") for a in land))(sound())
    quality = judge(net, land={a.code for a in land})
    assert (quality.judged, quality.left_out) == (42, 9)
    assert quality.gate.ok
    assert quality.finding("dcma-01").of == 41
    assert judge(net).finding("dcma-01").state == FAIL  # negative control: judged, they have no predecessor


@pytest.mark.parametrize("seed", range(40))
def test_of_any_network_counts_are_those_of_the_offenders_and_states_follow_from_values(seed: int) -> None:
    rng = random.Random(seed)
    net, options = random_net(rng)
    plan = {a.code: date(2026, 3, rng.randint(1, 31)) for a in net.activities if rng.random() < 0.7}
    day = date(2026, 4, 30)
    quality = assess(schedule(net, options), baseline=plan, planned_finish=day, today=day)
    assert [f.code for f in quality.findings] == list(WORDS)
    codes = {a.code for a in net.activities}
    for f in quality.findings:
        if f.state == UNKNOWN:
            continue
        assert f.value is not None
        assert f.limit is not None
        assert (f.state == PASS) is (f.value <= f.limit if f.upper else f.value >= f.limit)
        assert all(set(o.codes) <= codes for o in f.offenders)
        if f.of is not None and f.code.startswith("dcma-0") and f.code != "dcma-04":
            assert f.count == len(f.offenders) <= f.of
    assert quality.gate.ok is not any(f.gate and f.state == FAIL for f in quality.findings)
