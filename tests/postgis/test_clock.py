"""A clock that jumps: sessions do not live longer by it, history stays in order, nobody is locked out for a year."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from limits import RateLimitItemPerSecond
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from geo import people
from geo.chain import verify
from geo.db import make_engine, make_sessions
from geo.history import record
from geo.migrate import upgrade
from geo.tables import Account
from geo.throttle import PostgresStorage, hit

IDLE, ABSOLUTE = 3_600.0, 12 * 3_600.0
YEAR = 365 * 86_400
LATEST = "greatest(clock_timestamp(), last.recorded_at)"


@pytest.fixture(scope="module")
def engine(make_database: Callable[[], str]) -> Iterator[Engine]:
    """A database of this file alone: its clock is bent."""
    engine = make_engine(make_database(), maintenance=True)
    upgrade(engine)
    with make_sessions(engine).begin() as session:
        session.add(
            Account(
                name="ai.do",
                display_name="Ai đó",
                role="auditor",
                person="ai.do",
                password_hash="-",
                must_change=False,
                created_by="tests",
            )
        )
    with engine.begin() as connection:
        for statement in (
            "create schema bent",
            "create function bent.clock_timestamp() returns timestamptz language sql volatile as $$ select "
            "pg_catalog.clock_timestamp() + make_interval(secs => "
            "coalesce(nullif(current_setting('bent.seconds', true), ''), '0')::float) $$",
            # As the owner it looks nowhere but in its own path.
            "alter function event_is_chained() set search_path = bent, pg_catalog, public, pg_temp",
        ):
            connection.execute(text(statement))
    yield engine
    engine.dispose()


@contextmanager
def at(engine: Engine, seconds: float) -> Iterator[Session]:
    """A transaction whose database clock is `seconds` ahead; functions that name no schema read it too."""
    with make_sessions(engine).begin() as session:
        session.execute(text("select set_config('bent.seconds', :s, true)"), {"s": str(seconds)})
        session.execute(text("set local search_path = bent, pg_catalog, public"))
        yield session


def entered(engine: Engine, seconds: float = 0.0) -> str:
    """The secret of a session that began when the clock stood `seconds` ahead."""
    with at(engine, 0) as session:
        account = session.get_one(Account, "ai.do")
        secret = people.open_session(session, account, network="n", agent="a", device="")
        # The columns' own defaults know no other clock: the row is moved.
        moved = text(
            "update login_session set created_at = created_at + make_interval(secs => :s), "
            "last_seen_at = last_seen_at + make_interval(secs => :s) where secret_hash = :hash"
        )
        session.execute(moved, {"s": seconds, "hash": people.secret_hash(secret)})
        return secret


def outcome(engine: Engine, secret: str, seconds: float = 0.0) -> str:
    """What the session is when it is used at a clock that stands `seconds` ahead."""
    with at(engine, seconds) as session:
        found = people.come_in(
            session, secret, is_token=False, idle=IDLE, age=ABSOLUTE, roles=["auditor"], demo=True,
            keys=("nobody", "{account}"), span=60,
        ).known  # fmt: skip
        return found if isinstance(found, str) else "open"


@pytest.mark.parametrize(
    ("began", "used", "is_now"),
    [
        (0, 0, "open"),
        (0, IDLE - 60, "open"),
        (0, IDLE + 60, "expired"),
        (0, YEAR, "expired"),
        (people.DRIFT_SECONDS - 60, 0, "open"),  # two machines, or a clock that is put right by a little
        (people.DRIFT_SECONDS + 60, 0, "expired"),  # began in the future: the clock was set back
        (86_400, 0, "expired"),
        (YEAR, 0, "expired"),
    ],
)
def test_a_session_lives_within_its_limits_whichever_way_the_clock_jumps(
    engine: Engine, began: float, used: float, is_now: str
) -> None:
    assert outcome(engine, entered(engine, began), used) == is_now


def test_a_session_that_is_over_stays_over_when_the_clock_comes_back(engine: Engine) -> None:
    secret = entered(engine)
    assert outcome(engine, secret, YEAR) == "expired"
    assert outcome(engine, secret) == "ended"


def test_without_the_look_at_the_future_a_session_would_live_a_year_longer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: only the bound below keeps such a session from being used."""
    secret = entered(engine, YEAR)
    monkeypatch.setattr(people, "DRIFT_SECONDS", float("inf"))
    assert outcome(engine, secret) == "open"


def test_use_does_not_make_a_session_older_than_its_absolute_limit(engine: Engine) -> None:
    secret = entered(engine)
    for seconds in range(3_000, int(ABSOLUTE), 3_000):
        assert outcome(engine, secret, seconds) == "open"
    assert outcome(engine, secret, ABSOLUTE + 60) == "expired"


def written(engine: Engine, seconds: float) -> tuple[int, datetime]:
    with at(engine, seconds) as session:
        event = record(
            session,
            kind="t",
            object_type="case",
            object_code="X",
            actor="t",
            effective_on=date(2026, 3, 13),
        )
        return event.id, event.recorded_at


JUMPS = (0, -3_600, 1, 86_400, 0, -YEAR, 30, 0)


def test_recorded_times_never_run_backwards_and_the_chain_stays_whole(engine: Engine) -> None:
    rows = [written(engine, seconds) for seconds in JUMPS]
    assert rows == sorted(rows)
    assert rows[-1][1] - rows[0][1] > timedelta(seconds=86_000), "the control: the clock did jump"
    assert [when for _, when in rows] == sorted(when for _, when in rows)
    with make_sessions(engine)() as session:
        assert verify(session).fault is None


def test_what_was_known_then_follows_the_order_of_writing(engine: Engine) -> None:
    first, when = written(engine, 2 * YEAR)
    second, later = written(engine, -YEAR)
    with make_sessions(engine)() as session:
        known = text("select history_known(:at, 0)")
        assert session.scalar(known, {"at": later}) == second
        assert (second > first, later >= when) == (True, True)


def test_with_the_clock_alone_they_would(engine: Engine) -> None:
    """The control of the tests above."""
    body = "select pg_get_functiondef('event_is_chained'::regproc)"
    with engine.begin() as connection:
        careful = str(connection.scalar(text(body)))
        assert LATEST in careful
        careless = careful.replace(LATEST, "clock_timestamp()")
        connection.exec_driver_sql(careless.replace("%", "%%"))
    try:
        times = [when for _, when in (written(engine, 0), written(engine, -3_600))]
        assert times != sorted(times)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(careful.replace("%", "%%"))


@pytest.fixture
def limiter(engine: Engine) -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(PostgresStorage(make_sessions(engine).begin))


TEN = RateLimitItemPerSecond(10, 900)


def moved(engine: Engine, seconds: int) -> None:
    """The counts of now, as if they had been made when the clock stood `seconds` ahead."""
    with engine.begin() as connection:
        statement = text("update rate_window set ends_at = ends_at + make_interval(secs => :s)")
        connection.execute(statement, {"s": seconds})


def test_a_lock_of_a_clock_that_was_ahead_does_not_last_a_year(
    engine: Engine, limiter: FixedWindowRateLimiter
) -> None:
    for _ in range(12):
        last = hit(limiter, TEN, "account", "ai.do")
    assert 1 <= last <= 901
    moved(engine, YEAR)
    assert limiter.test(TEN, "account", "ai.do")
    assert hit(limiter, TEN, "account", "ai.do") == 0
    assert limiter.get_window_stats(TEN, "account", "ai.do").remaining == 9


def test_a_lock_of_now_is_not_over_by_that(engine: Engine, limiter: FixedWindowRateLimiter) -> None:
    for _ in range(12):
        hit(limiter, TEN, "account", "khac")
    assert not limiter.test(TEN, "account", "khac")
    moved(engine, -600)
    assert not limiter.test(TEN, "account", "khac")
    assert hit(limiter, TEN, "account", "khac") > 0


def test_the_sweep_takes_what_is_over_either_way(engine: Engine, limiter: FixedWindowRateLimiter) -> None:
    with engine.begin() as connection:
        connection.execute(text("delete from rate_window"))
    for name, seconds in (("cu", -901), ("mai sau", YEAR)):
        hit(limiter, TEN, "account", name)
        moved(engine, seconds)
    hit(limiter, TEN, "account", "nay")
    limiter.storage.reset()
    with engine.connect() as connection:
        assert connection.scalar(text("select string_agg(key, ' ') from rate_window")).count("nay") == 1
        assert connection.scalar(text("select count(*) from rate_window")) == 1
