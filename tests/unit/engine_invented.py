"""Random networks of everything that the engine knows: link types, lags, calendars, constraints, progress."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from projects.engine.model import (
    Activity,
    Constraint,
    Kind,
    LagCalendar,
    Link,
    LinkType,
    Net,
    Options,
    Progress,
    Rule,
)
from projects.engine.shifts import work_time
from tests.unit.engine_oracle import CALENDARS


def random_net(rng: random.Random) -> tuple[Net, Options]:
    """All link types, lags of both signs in any calendar, constraints, progress, several finishes."""
    size = rng.randint(4, 9)
    codes = [f"A{i}" for i in range(size)]
    day = date(2026, 3, rng.randint(9, 29))
    data_date: date | datetime = (
        day if rng.random() < 0.7 else datetime(2026, 3, day.day, rng.randint(0, 23), 30)
    )
    names = rng.choice([["OFFICE", "SHIFT"], ["OFFICE", "NIGHT"], ["SHIFT", "NIGHT", "OFFICE"]])
    activities = []
    for code in codes:
        duration = rng.choice([0, 1, 60, 240, 480, 700, 1440, 2400])
        a = Activity(code, duration, rng.choice(names), Kind.TASK, constraints=_constraints(rng, day))
        activities.append(_progress(rng, a, day))
    links: dict[tuple[str, str, LinkType], Link] = {}
    for _ in range(rng.randint(size - 1, 2 * size)):
        i, j = sorted(rng.sample(range(size), 2))
        lag = 0 if rng.random() < 0.4 else rng.randint(-900, 1500)
        kind = rng.choice(list(LinkType))
        own = rng.choice([None, None, None, *names])
        links[codes[i], codes[j], kind] = Link(codes[i], codes[j], kind, lag, own)
    order = list(links.values())
    rng.shuffle(order)
    rng.shuffle(activities)
    finishes = tuple(rng.sample(codes[-3:], rng.randint(0, 2)))
    net = Net("R", tuple(activities), tuple(order), tuple(work_time(c) for c in CALENDARS.values()), finishes)
    options = Options(
        data_date,
        progress=rng.choice(list(Progress)),
        lag_calendar=rng.choice(list(LagCalendar)),
    )
    return net, options


def _moment(rng: random.Random, day: date) -> date | datetime:
    when = day + timedelta(rng.randint(-4, 20))
    return (
        when
        if rng.random() < 0.6
        else datetime(when.year, when.month, when.day, rng.randint(0, 23), rng.randint(0, 59))
    )


def _constraints(rng: random.Random, day: date) -> tuple[Constraint, ...]:
    if rng.random() < 0.55:
        return ()
    rule = rng.choice(list(Rule))
    return (Constraint(rule, None if rule is Rule.ALAP else _moment(rng, day)),)


def _progress(rng: random.Random, a: Activity, day: date) -> Activity:
    chance = rng.random()
    ago = day - timedelta(rng.randint(1, 8))
    if chance < 0.1:
        return Activity(
            a.code, a.duration, a.calendar, actual_start=ago, actual_finish=ago + (day - ago) // 2
        )
    if chance < 0.14:
        return Activity(a.code, a.duration, a.calendar, actual_finish=ago)
    if chance < 0.24 and a.duration:
        remaining = rng.choice([None, 0, 60, 500])
        return Activity(
            a.code, a.duration, a.calendar, constraints=a.constraints, actual_start=ago, remaining=remaining
        )
    return a
