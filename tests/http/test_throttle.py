"""Counts that all servers share: requests of an account, tries to sign in, and many who sign in at once."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from api import passwords
from api.anchoring import anchoring
from api.app import create_app
from api.settings import Settings
from api.usecases import signin
from api.usecases.signin import Caller, Door, Limits, sign_in
from geo import people
from projects.errors import SignInNeeded, TooMany
from tests.people import PASSWORD, make_tester, owner_session

NAME = "throttled"
WRONG = "không phải mật khẩu ấy"


def caller(network: str) -> Caller:
    return Caller(network=network, agent="tests", device="")


@dataclass(frozen=True)
class Two:
    """Two servers on one database, each with connections of its own."""

    settings: Settings
    apps: tuple[FastAPI, FastAPI]

    def doors(self, **limits: int) -> tuple[Door, Door]:
        first, second = (app.state.door for app in self.apps)
        return replace(first, limits=Limits(**limits)), replace(second, limits=Limits(**limits))

    def forget(self) -> None:
        with owner_session(self.settings) as session:
            session.execute(text("delete from rate_window"))

    def let_time_pass(self, seconds: int) -> None:
        """Moves the counts into the past; what the database's clock would do."""
        with owner_session(self.settings) as session:
            moved = text("update rate_window set ends_at = ends_at - make_interval(secs => :s)")
            session.execute(moved, {"s": seconds})


@pytest.fixture(scope="module")
def two(portfolio_settings: Settings) -> Iterator[Two]:
    for name in (NAME, "another"):
        make_tester(portfolio_settings, name, "auditor")
    apps = create_app(portfolio_settings), create_app(portfolio_settings)
    yield Two(portfolio_settings, apps)
    for app in apps:
        app.state.sessions.kw["bind"].dispose()


@pytest.fixture(autouse=True)
def fresh(two: Two) -> None:
    two.forget()


def statuses(two: Two, limits: Limits, headers: dict[str, str], times: int) -> list[int]:
    """What the two servers answer to the same person, asked in turns."""
    for app in two.apps:
        app.state.door = replace(app.state.door, limits=limits)
    first, second = (TestClient(app, base_url="http://127.0.0.1", headers=headers) for app in two.apps)
    return [(second if n % 2 else first).get("/api/wards.geojson").status_code for n in range(times)]


def test_the_limit_of_an_account_holds_across_servers_and_says_when_to_come_back(
    two: Two, portfolio_settings: Settings
) -> None:
    tester = make_tester(portfolio_settings, "busy", "auditor")
    limits = Limits(requests_per_minute=6)
    assert statuses(two, limits, tester.headers, 8) == [200] * 6 + [429] * 2
    with TestClient(two.apps[1], base_url="http://127.0.0.1", headers=tester.headers) as client:
        refused = client.get("/api/wards.geojson")
    assert 1 <= int(refused.headers["retry-after"]) <= 61
    assert refused.json()["error"] == "TooMany"
    two.let_time_pass(61)
    assert statuses(two, limits, tester.headers, 1) == [200]


def test_counts_that_each_server_keeps_for_itself_would_let_twice_as_many_pass(
    two: Two, portfolio_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    tester = make_tester(portfolio_settings, "busy.too", "auditor")
    counted_together = people.come_in

    def counted_apart(connection: Any, secret: str | None, *, keys: tuple[str, str], **more: Any) -> Any:
        nobody, person = (f"{id(connection.engine.pool)} {key}" for key in keys)
        return counted_together(connection, secret, keys=(nobody, person), **more)

    monkeypatch.setattr(people, "come_in", counted_apart)
    assert statuses(two, Limits(requests_per_minute=6), tester.headers, 12) == [200] * 12


def test_the_limit_of_a_network_counts_who_is_not_signed_in(two: Two) -> None:
    limits = Limits(anonymous_per_minute=3)
    for app in two.apps:
        app.state.door = replace(app.state.door, limits=limits)
    answers = []
    for network in ("198.51.100.1", "198.51.100.2"):
        for n in range(4):
            client = TestClient(two.apps[n % 2], base_url="https://127.0.0.1", client=(network, 1))
            answers.append(client.get("/dang-nhap").status_code)
    assert answers == [200, 200, 200, 429] * 2


def tries(doors: tuple[Door, Door], count: int, *, name: str = NAME, network: str = "192.0.2.1") -> list[str]:
    """What `count` wrong tries, in turns at two servers, end with."""
    found = []
    for n in range(count):
        try:
            sign_in(doors[n % 2], name, WRONG, caller(network))
        except (SignInNeeded, TooMany) as refused:
            found.append(type(refused).__name__)
    return found


def test_after_ten_tries_an_account_is_locked_everywhere_even_for_the_right_password(two: Two) -> None:
    doors = two.doors()
    assert tries(doors, 12) == ["SignInNeeded"] * 10 + ["TooMany"] * 2
    for network in ("192.0.2.1", "198.51.100.7"):
        with pytest.raises(TooMany) as locked:
            sign_in(doors[0], NAME, PASSWORD, caller(network))
        assert 1 <= locked.value.retry_after <= 15 * 60 + 1
    assert sign_in(doors[0], "another", PASSWORD, caller("192.0.2.1")), "another account is not locked"
    with owner_session(two.settings) as session:
        log = session.scalars(
            text("select outcome from sign_in where account = :a order by id desc limit 4"), {"a": NAME}
        ).all()
    assert log == ["locked"] * 4
    two.let_time_pass(15 * 60 + 1)
    assert sign_in(doors[1], NAME, PASSWORD, caller("192.0.2.1"))


def test_without_the_limit_the_right_password_is_found_at_the_hundredth_try(two: Two) -> None:
    """The control of the test above (a dozen will do)."""
    doors = two.doors(tries_per_account=1_000_000)
    assert tries(doors, 12) == ["SignInNeeded"] * 12
    assert sign_in(doors[0], NAME, PASSWORD, caller("192.0.2.1"))


def test_a_success_clears_the_tries_of_the_account(two: Two) -> None:
    doors = two.doors()
    for _ in range(2):
        assert tries(doors, 9) == ["SignInNeeded"] * 9
        assert sign_in(doors[1], NAME, PASSWORD, caller("192.0.2.1"))
    assert tries(doors, 9) == ["SignInNeeded"] * 9


def test_an_unknown_name_is_counted_like_a_known_one(two: Two) -> None:
    """Otherwise the lock would tell which accounts there are."""
    doors = two.doors()
    assert tries(doors, 11, name="khong.co") == tries(doors, 11) == ["SignInNeeded"] * 10 + ["TooMany"]


def test_failures_of_a_network_lock_the_network_and_no_other(two: Two) -> None:
    doors = two.doors(failures_per_network=5)
    for n in range(5):
        assert tries(doors, 1, name=f"thu.{n}") == ["SignInNeeded"]
    with pytest.raises(TooMany):
        sign_in(doors[1], NAME, PASSWORD, caller("192.0.2.1"))
    assert sign_in(doors[0], NAME, PASSWORD, caller("198.51.100.7"))
    two.let_time_pass(15 * 60 + 1)
    assert sign_in(doors[0], NAME, PASSWORD, caller("192.0.2.1"))


def test_a_success_does_not_clear_the_failures_of_the_network(two: Two) -> None:
    """Whoever has one account could try all others for ever."""
    doors = two.doors(failures_per_network=5)
    for n in range(5):
        tries(doors, 1, name=f"thu.{n}")
        if n < 4:
            assert sign_in(doors[0], NAME, PASSWORD, caller("192.0.2.1"))
    with pytest.raises(TooMany):
        sign_in(doors[0], NAME, PASSWORD, caller("192.0.2.1"))


def test_without_the_limit_of_the_network_all_accounts_can_be_tried(two: Two) -> None:
    """The control of the tests above."""
    doors = two.doors(failures_per_network=1_000_000)
    for n in range(7):
        assert tries(doors, 1, name=f"thu.{n}") == ["SignInNeeded"]
    assert sign_in(doors[1], NAME, PASSWORD, caller("192.0.2.1"))


def test_tries_at_once_are_counted_before_the_password_is_looked_at(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def verify(stored: str | None, password: str) -> bool:
        looked.append(password)
        time.sleep(0.05)  # as long as all of them are under way
        return False

    monkeypatch.setattr(signin.passwords, "verify", verify)
    doors = two.doors()
    with ThreadPoolExecutor(16) as pool:
        found = [outcome for one in pool.map(lambda _: tries(doors, 1), range(32)) for outcome in one]
    assert found.count("SignInNeeded") == len(looked) == 10
    assert found.count("TooMany") == 22


def test_a_locked_page_says_when_to_come_back(two: Two) -> None:
    tries(two.doors(), 10)
    app = two.apps[0]
    app.state.door = replace(app.state.door, limits=Limits())
    with TestClient(app, base_url="https://127.0.0.1") as client:
        answer = client.post("/dang-nhap", data=form_of(client, NAME, PASSWORD))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


def form_of(client: TestClient, name: str, password: str) -> dict[str, str]:
    page = client.get("/dang-nhap", headers={"accept": "text/html"})
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found is not None, page.text
    return {"ten": name, "mat_khau": password, "csrf": found[1]}


def keys(two: Two) -> int:
    with owner_session(two.settings) as session:
        return int(session.scalar(text("select count(*) from rate_window")) or 0)


def test_counts_that_are_over_are_swept_away_by_a_running_server(two: Two, tmp_path: Path) -> None:
    doors = two.doors()
    for n in range(20):
        tries(doors, 1, name=f"cu.{n}", network=f"192.0.2.{n}")
    assert keys(two) == 40
    two.let_time_pass(15 * 60 + 1)
    tries(doors, 1)
    assert keys(two) == 41, "the control: nobody else sweeps"
    with anchoring(two.settings, tmp_path / "anchor.jsonl", every=600):
        pass
    assert keys(two) == 2, "those of now are kept"


# --- many at once -------------------------------------------------------------------------------------------

PEOPLE = 500
MOST_BYTES = 300 * 1024 * 1024


class Memory:
    """The largest resident size of this process beyond that of the start, in bytes."""

    def __enter__(self) -> Memory:
        self.before, self.peak, self.over = self.now(), 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def watch(self) -> None:
        while not self.over.wait(0.002):
            self.peak = max(self.peak, self.now() - self.before)

    @staticmethod
    def now() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.fixture(scope="module")
def crowd(two: Two) -> list[str]:
    """Names of accounts that share one password (and its hash: to make 500 would take longer than to sign in)."""
    names = [f"nguoi.{n:03}" for n in range(PEOPLE)]
    with owner_session(two.settings) as session:
        copy = text(
            "insert into account (name, display_name, role, person, password_hash, must_change, created_by) "
            "select n, 'Người thử', role, n, password_hash, false, 'tests' "
            "from account, unnest(cast(:names as text[])) n where name = :like"
        )
        session.execute(copy, {"names": names, "like": NAME})
    return names


async def all_sign_in(app: FastAPI, names: list[str]) -> list[int]:
    """Everybody at once, from one network, each from a browser of their own."""
    transport = httpx2.ASGITransport(app=app, client=("192.0.2.1", 1))
    async with httpx2.AsyncClient(transport=transport, base_url="https://127.0.0.1", timeout=120) as client:
        page = (await client.get("/dang-nhap")).text
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', page)
        assert found is not None
        cookies = dict(client.cookies)
        client.cookies.clear()

        async def enter(name: str) -> Any:
            data = {"ten": name, "mat_khau": PASSWORD, "csrf": found[1]}
            header = "; ".join(f"{key}={value}" for key, value in cookies.items())
            return await client.post("/dang-nhap", data=data, headers={"cookie": header})

        answers = await asyncio.gather(*(enter(name) for name in names))
    return [answer.status_code for answer in answers]


def with_the_settings_limits(two: Two) -> FastAPI:
    """What a server has whose settings name no limit."""
    return create_app(two.settings.model_copy(update={"requests_per_minute": 1200}))


def test_five_hundred_people_of_one_network_sign_in_within_a_minute_in_bounded_memory(
    two: Two, crowd: list[str]
) -> None:
    app = with_the_settings_limits(two)
    began = time.monotonic()
    with Memory() as memory:
        answers = asyncio.run(all_sign_in(app, crowd))
    took = time.monotonic() - began
    app.state.sessions.kw["bind"].dispose()
    print(f"{PEOPLE} sign-ins: {took:.1f} s, +{memory.peak / 2**20:.0f} MiB")
    assert set(answers) == {303}
    assert memory.peak < MOST_BYTES


def test_without_the_bound_on_passwords_the_memory_grows_beyond_it(
    two: Two, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above; eighty people are enough."""
    monkeypatch.setattr(passwords, "_in_turn", lambda work: work())
    app = with_the_settings_limits(two)
    with Memory() as memory:
        answers = asyncio.run(all_sign_in(app, crowd[:80]))
    app.state.sessions.kw["bind"].dispose()
    assert set(answers) == {303}
    assert memory.peak > MOST_BYTES
