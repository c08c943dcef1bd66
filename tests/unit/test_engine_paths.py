"""Drag, float paths and published networks: known answers, and brute force on random networks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import networkx as nx

from projects.engine.model import Activity, Kind, Link, LinkType, Net, Options
from projects.engine.paths import drag, driving_chain, float_paths
from projects.engine.schedule import schedule, towards
from projects.engine.shifts import DAY, WHOLE_DAY, WorkCalendar, work_time
from tests.unit.engine_oracle import CALENDARS, WORK, Oracle

ALL = work_time(WorkCalendar("ALL", (WHOLE_DAY,) * 7))
START = date(2026, 1, 1)
OPTIONS = Options(START)

# F. Hillier, G. Lieberman, Introduction to Operations Research: Reliable Construction Co., weeks, FS links.
RELIABLE = {
    "A": 2,
    "B": 4,
    "C": 10,
    "D": 6,
    "E": 4,
    "F": 5,
    "G": 7,
    "H": 9,
    "I": 7,
    "J": 8,
    "K": 4,
    "L": 5,
    "M": 2,
    "N": 6,
}
RELIABLE_LINKS = [
    "AB",
    "BC",
    "CD",
    "CE",
    "CI",
    "DG",
    "EF",
    "EH",
    "GH",
    "FJ",
    "IJ",
    "JK",
    "JL",
    "HM",
    "KN",
    "LN",
    "MZ",
    "NZ",
]
# J. Heizer, B. Render, Operations Management: Milwaukee Paper, weeks.
MILWAUKEE = {"A": 2, "B": 3, "C": 2, "D": 4, "E": 4, "F": 3, "G": 5, "H": 2}
MILWAUKEE_LINKS = ["AC", "AD", "BD", "CE", "CF", "DG", "EG", "FH", "GH"]


def net(durations: dict[str, int], links: Sequence[str | Link], finish: str) -> Net:
    activities = tuple(Activity(code, days * DAY, "ALL") for code, days in durations.items())
    ties = tuple(Link(k[0], k[1]) if isinstance(k, str) else k for k in links)
    return Net("T", activities, ties, (ALL,), (finish,))


def test_published_networks_have_their_published_lengths_floats_and_critical_paths() -> None:
    reliable = schedule(net(RELIABLE | {"Z": 0}, RELIABLE_LINKS, "Z"), OPTIONS)
    assert (reliable.finish - START).days == 44
    floats = {code: row.total_float // DAY for code, row in reliable.rows.items()}
    assert floats == dict.fromkeys("ABCEFJLNZ", 0) | dict.fromkeys("DGHM", 4) | {"I": 2, "K": 1}
    milwaukee = schedule(net(MILWAUKEE, MILWAUKEE_LINKS, "H"), OPTIONS)
    assert (milwaukee.finish - START).days == 15
    floats = {code: row.total_float // DAY for code, row in milwaukee.rows.items()}
    assert floats == dict.fromkeys("ACEGH", 0) | {"B": 1, "D": 1, "F": 6}


def test_paths_come_in_the_order_of_their_float_and_share_no_activity() -> None:
    result = schedule(net(RELIABLE | {"Z": 0}, RELIABLE_LINKS, "Z"), OPTIONS)
    paths = [(p.slack // DAY, "".join(p.codes)) for p in float_paths(result, "Z")]
    assert paths == [(0, "ABCEFJLNZ"), (1, "K"), (2, "I"), (4, "DGHM")]
    assert driving_chain(result, "Z") == tuple("ABCEFJLNZ")


def parallel(whole: Net, code: str) -> set[str]:
    """Activities on no common path with `code`."""
    graph: nx.DiGraph[str] = nx.DiGraph((k.pred, k.succ) for k in whole.links)
    graph.add_nodes_from(a.code for a in whole.activities)
    related: set[str] = nx.ancestors(graph, code) | nx.descendants(graph, code)
    return set(graph) - {code} - related


def test_drag_follows_the_published_rule_for_finish_to_start_networks() -> None:
    """S. A. Devaux: the duration, or the least total float of the activities in parallel if that is less."""
    nets = [net(RELIABLE | {"Z": 0}, RELIABLE_LINKS, "Z"), net(MILWAUKEE, MILWAUKEE_LINKS, "H")]
    for seed in range(60):
        rng = random.Random(seed)
        letters = "ABCDEFGH"
        pairs = {"".join(sorted(rng.sample(letters, 2))) for _ in range(12)} | {c + "Z" for c in letters}
        nets.append(net({c: rng.randint(1, 9) for c in letters} | {"Z": 0}, sorted(pairs), "Z"))
    for whole in nets:
        (finish,) = whole.finishes
        result = schedule(whole, OPTIONS)
        for code, minutes in drag(result, finish).items():
            beside = [result.rows[c].total_float for c in parallel(whole, code)]
            duration = next(a.duration for a in whole.activities if a.code == code)
            assert minutes == min([duration, *beside]), (whole, code)
    milwaukee = drag(schedule(nets[1], OPTIONS), "H")
    assert {c: m // DAY for c, m in milwaukee.items()} == {"A": 1, "C": 1, "E": 1, "G": 5, "H": 2}


def test_a_network_of_all_link_types_has_the_dates_worked_out_by_hand() -> None:
    """Worked by hand: SS 2, FF 3 and FS −1 by hand; days counted from 0 after the data date."""
    ties = [
        Link("A", "B", LinkType.SS, 2 * DAY),
        Link("B", "C", LinkType.FF, 3 * DAY),
        Link("A", "C", LinkType.FS, -DAY),
        Link("C", "D"),
    ]
    result = schedule(net({"A": 6, "B": 7, "C": 5, "D": 1}, ties, "D"), OPTIONS)
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
    result = schedule(net(MILWAUKEE, MILWAUKEE_LINKS, "H"), OPTIONS)
    to_d = towards(result, "D")
    assert {code for code, row in to_d.rows.items() if row.driving} == set("BD")
    assert to_d.rows["A"].total_float == DAY
    assert to_d.rows["C"].critical is False
    assert [(p.slack // DAY, p.codes) for p in float_paths(result, "D")] == [(0, ("B", "D")), (1, ("A",))]


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
