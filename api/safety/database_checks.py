"""Checks of the database, asked as the application: who it is there, what is protected, how the server is set up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.bootstrap.inspection import Finding
from api.safety.rules import RULES
from api.safety.saying import say
from api.settings import Settings
from api.usecases.readiness import ANCHOR_MINUTES, CLOCK_SECONDS, anchored
from geo.migrate import head_revision
from geo.posture import clock_offset, offenders
from projects.errors import DuongGangError

ADMINISTRATOR = "administrator"
FIRST_ADMINISTRATOR = 'duonggang user add TÊN --role administrator --name "Họ tên"'
_ACCOUNTS = text(
    "select count(*) filter (where role = :role and not is_demo), count(*) filter (where is_demo) "
    "from account where disabled_at is null"
)
_DOOR = text("select set_config('duonggang.reach', 'door', true)")


def of_database(
    engine: Engine,
    settings: Settings,
    *,
    deploy: bool,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Finding]:
    """Every check, good or bad, over `engine`, which connects as the application. Only one when it does not answer."""
    try:
        with engine.connect() as connection:
            yield Finding(
                True, "Vai trò web vào được cơ sở dữ liệu", "the web role gets in", "", "app-role", True
            )
            yield from _posture(connection, in_earnest=deploy or not settings.demo)
            yield _migrations(connection)
            yield from _contents(connection, settings, deploy=deploy)
            yield _clock(connection, now)
    except SQLAlchemyError as error:
        yield _refused(error)


def _posture(connection: Connection, *, in_earnest: bool) -> Iterator[Finding]:
    found = offenders(connection)
    for name, rule in RULES.items():
        names = found[name]
        if name == "login" and not in_earnest:
            continue  # a demo on somebody's own database may share the owner's login
        if not names:
            yield Finding(True, rule.vi, rule.en, "", name, rule.stops)
        else:
            listed = ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
            yield Finding(False, f"{rule.vi}: {listed}", f"{rule.en}: {listed}", rule.fix, name, rule.stops)


def _migrations(connection: Connection) -> Finding:
    there = connection.scalar(text("select to_regclass('public.alembic_version')"))
    have = connection.scalar(text("select version_num from alembic_version")) if there else None
    return say(
        have == head_revision(), "migrations", f"Cấu trúc ở bản mới nhất ({head_revision()})",
        f"the schema is at {head_revision()}", f"duonggang db upgrade ({have or '–'})", stops=True,
    )  # fmt: skip


def _contents(connection: Connection, settings: Settings, *, deploy: bool) -> Iterator[Finding]:
    if not connection.scalar(text("select to_regclass('public.account')")):
        return
    day = connection.scalar(text("select data_date from portfolio_state"))
    yield say(
        day is not None, "portfolio", "Danh mục đã nạp", "a portfolio is loaded", "duonggang portfolio load"
    )
    connection.execute(_DOOR)
    administrators, demo = connection.execute(_ACCOUNTS, {"role": ADMINISTRATOR}).one()
    if deploy or not settings.demo:
        yield say(
            administrators > 0, "administrator", "Có tài khoản quản trị", "there is an administrator",
            FIRST_ADMINISTRATOR,
        )  # fmt: skip
        yield say(
            demo == 0, "demo-accounts", "Không còn tài khoản minh hoạ", "no demo account is left",
            "duonggang user list; duonggang user disable …",
        )  # fmt: skip
    try:
        found = anchored(Session(connection), settings.anchor_file)
    except (OSError, DuongGangError) as error:
        said = f"{type(error).__name__}"
        yield Finding(
            False, f"Tệp neo không đọc được ({said})", "the anchor file cannot be read", "", "anchor-age"
        )
    else:
        yield say(
            found.ok, "anchor-age", f"Lịch sử quá {ANCHOR_MINUTES} phút đều đã neo ({found.figure})",
            f"history older than {ANCHOR_MINUTES} minutes is anchored", "duonggang audit anchor",
        )  # fmt: skip


def _clock(connection: Connection, now: Callable[[], datetime]) -> Finding:
    offset = clock_offset(connection, now)
    return say(
        abs(offset) <= CLOCK_SECONDS, "clock", f"Đồng hồ hai máy lệch {offset:+.1f} giây",
        f"the clocks are {offset:+.1f} s apart", f"NTP (≤ {CLOCK_SECONDS:.0f} s)",
    )  # fmt: skip


def _refused(error: SQLAlchemyError) -> Finding:
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    reason = said[0] if said else type(error).__name__
    return Finding(
        False, f"Vai trò web không dùng được cơ sở dữ liệu: {reason}", "the web role cannot use the database",
        "duonggang db upgrade; DUONGGANG_APP_DATABASE_URL", "app-role", True,
    )  # fmt: skip
