"""Drag, float paths and published networks: known answers, and brute force on random networks."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from projects.engine.model import Activity, Kind, Link, LinkType, Net, Options
from projects.engine.paths import drag, driving_chain, float_paths
from projects.engine.schedule import schedule, towards
from projects.engine.shifts import DAY, WHOLE_DAY, WorkCalendar, work_time
from tests.unit.engine_oracle import CALENDARS, WORK, Oracle

ALL = work_time(WorkCalendar("ALL", (WHOLE_DAY,) * 7))
START = date(2026, 1, 1)
OPTIONS = Options(START)

# J. W. Weist and F. K. Levy style table of a textbook network with known floats: PMI-type example on
# en.wikipedia.org/wiki/Critical_path_drag, activities on node, durations in days, FS links.
DRAG_EXAMPLE = {"A": 10, "B": 20, "C": 5, "D": 10, "E": 20, "F": 15, "G": 5, "H": 15}
DRAG_LINKS = ["AB", "AF", "AH", "BC", "CD", "DE", "FG", "GE", "HE"]


def net(durations: dict[str, int], links: list[str | Link], finish: str) -> Net:
    activities = tuple(Activity(code, days * DAY, "ALL") for code, days in durations.items())
    ties = tuple(Link(k[0], k[1]) if isinstance(k, str) else k for k in links)
    return Net("T", activities, ties, (ALL,), (finish,))


def test_the_published_drag_example_has_its_published_drags_and_floats() -> None:
    result = schedule(net(DRAG_EXAMPLE, list(DRAG_LINKS), "E"), OPTIONS)
    assert {code for code, row in result.rows.items() if row.critical} == set("ABCDE")
    days = {code: minutes // DAY for code, minutes in drag(result, "E").items()}
    assert days == {"A": 10, "B": 15, "C": 5, "D": 10, "E": 20}
    floats = {code: row.total_float // DAY for code, row in result.rows.items()}
    assert floats == {"A": 0, "B": 0, "C": 0, "D": 0, "E": 0, "F": 15, "G": 15, "H": 20}


def test_paths_come_in_the_order_of_their_float_and_share_no_activity() -> None:
    result = schedule(net(DRAG_EXAMPLE, list(DRAG_LINKS), "E"), OPTIONS)
    paths = float_paths(result, "E")
    assert [(p.number, p.slack // DAY, "".join(p.codes)) for p in paths] == [
        (1, 0, "ABCDE"),
        (2, 15, "FG"),
        (3, 20, "H"),
    ]
    assert driving_chain(result, "E") == tuple("ABCDE")


def test_a_textbook_precedence_network_has_its_known_dates() -> None:
    """Foundations of the precedence diagram: SS 2, FF 3 and FS −1 by hand; days counted from 0 after the data date."""
    ties = [
        Link("A", "B", LinkType.SS, 2 * DAY),
        Link("B", "C", LinkType.FF, 3 * DAY),
        Link("A", "C", LinkType.FS, -DAY),
        Link("C", "D"),
    ]
    result = schedule(net({"A": 6, "B": 7, "C": 5, "D": 1}, list(ties), "D"), OPTIONS)
    first = START.toordinal() + 1
    early = {
        c: (r.early_start.toordinal() - first, r.early_finish.toordinal() + 1 - first)
        for c, r in result.rows.items()
    }
    assert early == {"A": (0, 6), "B": (2, 9), "C": (7, 12), "D": (12, 13)}
    late = {
        c: (r.late_start.toordinal() - first, r.late_finish.toordinal() + 1 - first)
        for c, r in result.rows.items()
    }
    assert late == {"A": (0, 6), "B": (2, 9), "C": (7, 12), "D": (12, 13)}
    assert {k.pred for k in result.rows["C"].drivers} == {"B"}


def test_paths_and_floats_go_to_any_chosen_activity() -> None:
    result = schedule(net(DRAG_EXAMPLE, list(DRAG_LINKS), "E"), OPTIONS)
    to_g = towards(result, "G")
    assert {code for code, row in to_g.rows.items() if row.driving} == set("AFG")
    assert to_g.rows["F"].total_float == 0
    assert to_g.rows["B"].critical is False
    assert [p.codes for p in float_paths(result, "G")] == [("A", "F", "G")]


def random_net(rng: random.Random) -> Net:
    size = rng.randint(4, 8)
    names = ["OFFICE", "SHIFT"]
    activities = tuple(
        Activity(f"A{i}", rng.choice([0, 60, 480, 960, 1500]), rng.choice(names), Kind.TASK)
        for i in range(size)
    )
    links = {}
    for _ in range(2 * size):
        i, j = sorted(rng.sample(range(size), 2))
        kind = rng.choice([LinkType.FS, LinkType.FS, *LinkType])
        links[i, j, kind] = Link(f"A{i}", f"A{j}", kind, rng.choice([0, 0, -200, 300, 900]))
    calendars = tuple(work_time(c) for c in CALENDARS.values())
    return Net("R", activities, tuple(links.values()), calendars, (f"A{size - 1}",))


def test_drag_is_what_the_reference_gains_when_the_work_takes_no_time() -> None:
    options = Options(date(2026, 3, 12))
    for seed in range(300):
        whole = random_net(random.Random(seed))
        (finish,) = whole.finishes
        result = schedule(whole, options)
        found = drag(result, finish)
        assert set(found) == {c for c, row in towards(result, finish).rows.items() if row.driving}
        at = Oracle(whole, options).at[finish].finish
        calendar = WORK[next(a.calendar for a in whole.activities if a.code == finish)]
        for code, minutes in found.items():
            edited = tuple(replace(a, duration=0) if a.code == code else a for a in whole.activities)
            then = Oracle(replace(whole, activities=edited), options).at[finish].finish
            gained = sum(then <= m < at for m in calendar) - sum(at <= m < then for m in calendar)
            assert minutes == gained, (seed, code)
