"""`duonggang user …`: the way to the first administrator, and each change one event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import Engine, func, select, text
from typer.testing import CliRunner

from api import passwords
from api.cli import app
from api.usecases.accounts import may_act_for
from geo import people
from geo.db import make_engine, make_sessions
from geo.tables import Account, LoginSession

WARD, OTHER_WARD, PROJECT = "00097", "00103", "TULIEN"


@dataclass(frozen=True)
class Shell:
    """Runs `duonggang user …`; every answer has been checked for what no answer may hold."""

    engine: Engine

    def __call__(self, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["user", *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.stderr
        assert "argon2" not in result.output
        return result.exit_code, result.stdout, result.stderr

    def events(self) -> list[tuple[str, str, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                text("select kind, object_code, actor from event where object_type = 'account' order by id")
            )
            return [(row.kind, row.object_code, row.actor) for row in rows]

    def account(self, name: str) -> Account:
        with make_sessions(self.engine)() as session:
            return session.get_one(Account, name)

    def sign_in(self, name: str) -> None:
        with make_sessions(self.engine).begin() as session:
            row = session.get_one(Account, name)
            people.open_session(session, row, network="10.0.0.9", agent="Firefox", device="")

    def open_sessions(self, name: str) -> int:
        with make_sessions(self.engine)() as session:
            query = select(func.count()).where(LoginSession.account == name, LoginSession.ended_at.is_(None))
            return session.scalar(query) or 0


@pytest.fixture(scope="module")
def database(make_database: Callable[[], str]) -> str:
    """A database with the portfolio: scopes name its wards and projects."""
    url = make_database()
    result = CliRunner().invoke(app, ["portfolio", "load"], env={"DUONGGANG_DATABASE_URL": url})
    assert result.exit_code == 0, result.output
    return url


@pytest.fixture
def shell(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("DUONGGANG_DATABASE_URL", database)
    engine = make_engine(database, maintenance=True)
    yield Shell(engine)
    engine.dispose()


def add(shell: Shell, name: str, role: str = "administrator", *more: str) -> str:
    """Makes an account and gives its first password."""
    code, out, said = shell("add", name, "--role", role, "--name", f"Người {name}", *more)
    assert code == 0, said
    return out.strip()


def test_the_first_administrator_gets_a_password_that_is_printed_once_and_kept_as_a_hash(
    shell: Shell,
) -> None:
    first = add(shell, "quan.tri")
    row = shell.account("quan.tri")
    assert passwords.verify(row.password_hash, first)
    assert (row.role, row.must_change, row.is_demo) == ("administrator", True, False)
    assert first not in row.password_hash
    with shell.engine.connect() as connection:
        kept = connection.scalar(text("select string_agg(event::text, ' ') from event"))
    assert first not in kept
    assert "argon2" not in kept
    assert shell.events()[-1] == ("account.add", "quan.tri", "dòng lệnh")
    assert first not in str(shell("list"))


def test_the_password_alone_is_on_the_standard_output(shell: Shell) -> None:
    code, out, said = shell("add", "mot.minh", "--role", "auditor", "--name", "Kiểm toán")
    assert (code, len(out.splitlines())) == (0, 1)
    assert out.strip() not in said


def test_a_name_is_given_once_only(shell: Shell) -> None:
    add(shell, "da.co")
    before = shell.events()
    code, out, said = shell("add", "da.co", "--role", "auditor", "--name", "Người khác")
    assert (code, out) == (1, "")
    assert "đã có" in said
    assert shell.events() == before


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["add", "x", "--role", "auditor", "--name", "X"], 1, "2–40"),
        (["add", "Tên Có Dấu", "--role", "auditor", "--name", "X"], 1, "2–40"),
        (["add", "vai.la", "--role", "vua", "--name", "X"], 2, "ward_officer"),
        (["add", "cong.chung", "--role", "public", "--name", "X"], 2, "ward_officer"),
        (["add", "khong.pham.vi", "--role", "board", "--name", "X"], 1, "phường hoặc dự án"),
        (["add", "phuong.la", "--role", "board", "--name", "X", "--ward", "99999"], 1, "99999"),
        (["role", "khong.co", "auditor"], 1, "Không có tài khoản"),
        (["scope", "khong.co", "--ward", WARD], 1, "Không có tài khoản"),
        (["scope", "khong.co"], 2, "--none"),
        (["disable", "khong.co"], 1, "Không có tài khoản"),
        (["password", "khong.co"], 1, "Không có tài khoản"),
        (["sessions", "khong.co"], 1, "Không có tài khoản"),
        (["delegate", "khong.co", "cung.khong", "--from", "2026-11-22", "--to", "2026-11-23"], 1, "Không có"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(
    shell: Shell, words: list[str], code: int, sentence: str
) -> None:
    before = shell.events()
    found, out, said = shell(*words)
    assert (found, out) == (code, "")
    assert sentence in said
    assert shell.events() == before


def test_role_and_scope_change_one_by_one_and_keep_the_rest(shell: Shell) -> None:
    add(shell, "can.bo", "ward_officer", "--ward", WARD, "--person", "CB-17", "--organisation", "UBND phường")
    shell.sign_in("can.bo")
    assert shell("scope", "can.bo", "--ward", OTHER_WARD, "--project", PROJECT)[0] == 0
    assert shell.open_sessions("can.bo") == 0, "a changed scope holds from the next request on"
    assert shell("role", "can.bo", "ward_leader")[0] == 0
    (told,) = [one for one in json.loads(shell("list", "--json")[1]) if one["name"] == "can.bo"]
    assert {key: told[key] for key in ("role", "wards", "projects", "person", "organisation")} == {
        "role": "ward_leader",
        "wards": [OTHER_WARD],
        "projects": [PROJECT],
        "person": "CB-17",
        "organisation": "UBND phường",
    }
    kinds = [kind for kind, name, _ in shell.events() if name == "can.bo"]
    assert kinds == ["account.add", "account.change", "account.change"]
    assert "Không có gì thay đổi" in shell("role", "can.bo", "ward_leader")[2]
    assert [kind for kind, name, _ in shell.events() if name == "can.bo"] == kinds


def test_a_scoped_role_cannot_lose_its_whole_scope_another_can(shell: Shell) -> None:
    add(shell, "ban", "board", "--project", PROJECT)
    assert shell("scope", "ban", "--none")[0] == 1
    add(shell, "kiem.toan", "auditor", "--project", PROJECT)
    assert shell("scope", "kiem.toan", "--none")[0] == 0


def test_disabling_ends_everything_at_once_and_enabling_brings_no_session_back(shell: Shell) -> None:
    add(shell, "nghi.viec")
    shell.sign_in("nghi.viec")
    assert shell("disable", "nghi.viec", "--reason", "chuyển công tác")[0] == 0
    assert shell.account("nghi.viec").disabled_at is not None
    assert shell.open_sessions("nghi.viec") == 0
    assert "đã khoá" in next(line for line in shell("list")[1].splitlines() if line.startswith("nghi.viec"))
    assert shell("enable", "nghi.viec")[0] == 0
    assert shell.account("nghi.viec").disabled_at is None
    assert shell.open_sessions("nghi.viec") == 0
    kinds = [kind for kind, name, _ in shell.events() if name == "nghi.viec"]
    assert kinds == ["account.add", "account.disable", "account.enable"]


def test_a_reset_password_replaces_the_old_one_and_ends_the_sessions(shell: Shell) -> None:
    old = add(shell, "quen")
    shell.sign_in("quen")
    code, out, _ = shell("password", "quen")
    row = shell.account("quen")
    assert code == 0
    assert passwords.verify(row.password_hash, out.strip())
    assert not passwords.verify(row.password_hash, old)
    assert row.must_change
    assert shell.open_sessions("quen") == 0
    assert shell.events()[-1][:2] == ("account.password_reset", "quen")


def test_sessions_are_shown_and_ended(shell: Shell) -> None:
    add(shell, "hai.may")
    for _ in range(2):
        shell.sign_in("hai.may")
    shown = json.loads(shell("sessions", "hai.may", "--json")[1])
    assert [one["network"] for one in shown] == ["10.0.0.9", "10.0.0.9"]
    assert shell.open_sessions("hai.may") == 2, "looking ends nothing"
    code, _, said = shell("sessions", "hai.may", "--end")
    assert code == 0
    assert "2 phiên" in said
    assert shell.open_sessions("hai.may") == 0
    ended = [event for event in shell.events() if event[1] == "hai.may"]
    assert [kind for kind, *_ in ended] == ["account.add", "account.session_end", "account.session_end"]


def test_a_delegation_holds_on_its_days_and_is_an_event(shell: Shell) -> None:
    add(shell, "truong", "ward_leader", "--ward", WARD)
    add(shell, "pho", "ward_leader", "--ward", WARD)
    code, _, said = shell("delegate", "truong", "pho", "--from", "2026-11-22", "--to", "2026-11-23")
    assert code == 0, said
    with make_sessions(shell.engine)() as session:
        days = [date(2026, 11, day) for day in (21, 22, 23, 24)]
        assert [may_act_for(session, "pho", "truong", day) for day in days] == [False, True, True, False]
        assert not may_act_for(session, "truong", "pho", days[1])
    assert shell.events()[-1] == ("account.delegate", "truong", "dòng lệnh")
