"""Our engine against the warm Microsoft scheduler of MPXJ: 10,000 activities, two calendars with shifts and holidays,
all link types but start-to-finish, lags, constraints; every date is compared before anything is timed.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geo.schedules import java
from geo.schedules.outgoing import built
from projects.engine import dated
from projects.engine.model import Activity, Constraint, LagCalendar, Link, LinkType, Net, Options, Rule
from projects.engine.schedule import early_times, passes, schedule, solve
from projects.engine.setup import Prepared, prepare
from projects.engine.shifts import WorkCalendar, instant, work_time
from projects.interchange.outward import planned
from projects.interchange.plan import plain
from tests.bench.measuring import figure, taking_turns
from tests.unit.engine_networks import layered

START = datetime(2026, 1, 5, 8)
WARM = 12  # runs before the first that counts: the machine compiles for that long
AGAINST = "MicrosoftScheduler của MPXJ, máy ảo đã nóng"


def invented(n: int) -> tuple[Net, Options]:
    """Five days of 8 h and seven of 9 h, holidays of twelve years, one constraint in twelve."""
    rng = random.Random(7)
    off = tuple((date(2026 + y, m, d), ()) for y in range(12) for m, d in ((4, 30), (5, 1), (9, 2), (9, 3)))
    office, long = ((480, 720), (780, 1020)), ((420, 660), (780, 1080))
    short = tuple((date(2026 + y, 12, 31), ((480, 720),)) for y in range(12))
    calendars = (
        WorkCalendar("Năm ngày", (office,) * 5 + ((), ()), off + short),
        WorkCalendar("Bảy ngày", (long,) * 7, off),
    )
    made = layered(n, seed=3)
    types = (LinkType.FS, LinkType.SS, LinkType.FF, LinkType.FS)
    activities = []
    for i, days in enumerate(made.duration.tolist()):
        five = rng.random() < 0.7
        rules: tuple[Constraint, ...] = ()
        if rng.random() < 1 / 12:
            # Not so early that MPXJ would begin the work before the project (seen with a finish constraint).
            on = START + timedelta(days=7 * rng.randrange(12, 150))
            # A finish at the end of a working day, as Microsoft Project sets it.
            early = rng.random() < 0.5 or on.date() in {day for day, _ in off}
            rules = (Constraint(Rule.SNET, on) if early else Constraint(Rule.FNET, on.replace(hour=17)),)
        name = calendars[0 if five else 1].name
        activities.append(Activity(f"A{i}", days * (480 if five else 540), name, constraints=rules))
    links: dict[tuple[int, int, LinkType], Link] = {}
    columns = (part.tolist() for part in (made.pred, made.succ, made.type, made.lag))
    for pred, succ, kind, lag in zip(*columns, strict=True):
        key = (pred, succ, types[kind])
        links[key] = Link(f"A{pred}", f"A{succ}", types[kind], max(lag, 0) * 480)
    net = Net("BENCH", tuple(activities), tuple(links.values()), tuple(work_time(c) for c in calendars))
    return net, Options(START, lag_calendar=LagCalendar.SUCCESSOR)


def apart(p: Prepared, times: dated.Times, theirs: dict[str, tuple[datetime, datetime]]) -> list[str]:
    """Activities with working time between their dates and ours."""
    calendar = np.array([p.times.index(t) for t in p.times])[p.nodes.calendar].astype(np.int32)
    wrong = np.zeros(len(p.codes), np.bool_)
    for ours, side in ((times.start, 0), (times.finish, 1)):
        other = np.array([instant(theirs[code][side], evening=False) for code in p.codes], np.int64)
        wrong |= dated.counted(p.clock, calendar, np.minimum(ours, other), np.maximum(ours, other)) != 0
    return [code for code, bad in zip(p.codes, wrong, strict=True) if bad]


@pytest.fixture(scope="module")
def mpxj(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("java")
    return java.start(folder, 2048, fast=True)


def test_10_000_activities_with_calendars_shifts_and_constraints(mpxj: Any) -> None:
    import jpype

    net, options = invented(10_000)
    result = schedule(net, options)
    plan, notes = planned(result, form="mspdi", name="BENCH")
    assert notes == ()
    file = built(mpxj, plain(plan), "mspdi")
    local = jpype.JClass("java.time.LocalDateTime").of(*START.timetuple()[:5])
    scheduler = jpype.JClass("org.mpxj.cpm.MicrosoftScheduler")

    def theirs() -> None:
        scheduler().schedule(file, local)

    for _ in range(WARM):
        theirs()
    found = {
        str(t.getName()): tuple(
            datetime.fromisoformat(str(at)) for at in (t.getEarlyStart(), t.getEarlyFinish())
        )
        for t in file.getTasks()
    }
    p = prepare(net, options)
    assert apart(p, early_times(p), found) == []  # type: ignore[arg-type]

    def arrays() -> None:
        passes(p, early_times(p), [])

    kept, warm = taking_turns(arrays, theirs)
    figure("tiến độ 10.000 việc, lịch có ca và ràng buộc, mạng đã lưu", "s", kept, warm, AGAINST)
    rows, warm = taking_turns(lambda: solve(p).rows, theirs)
    figure("– kèm một dòng giá trị cho mỗi việc", "s", rows, warm, AGAINST)
    whole, warm = taking_turns(lambda: schedule(net, options), theirs)
    figure("– từ mạng chưa kiểm tra, kèm kiểm tra và chuẩn bị", "s", whole, warm, AGAINST)
    all_of_it, warm = taking_turns(lambda: schedule(net, options).rows, theirs)
    figure("– từ mạng chưa kiểm tra, đến mọi dòng giá trị", "s", all_of_it, warm, AGAINST)
