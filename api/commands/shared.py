"""What every command needs: settings with their faults in words, a database, and errors as sentences."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.calendars import working_calendars
from api.context import Context, ResultCache
from api.errors import describe
from api.rightsfile import rights, system
from api.settings import Settings, UncheckedSettings, not_ready, unsafe
from geo import cluster
from geo.db import make_engine, make_sessions
from geo.migrate import upgrade
from projects.errors import DuongGangError, Fault

COMMAND_ACTOR = "dòng lệnh"


def say(vi: str, en: str = "") -> None:
    """One line of progress for people, on the error stream so that `--json` stays clean."""
    print(f"{vi} · {en}" if en else vi, file=sys.stderr, flush=True)


def fail(message: str, code: int = 1) -> typer.Exit:
    """Prints the reason; raise the result."""
    print(message, file=sys.stderr, flush=True)
    return typer.Exit(code)


def settings_or_exit(*, serving: bool = False, **chosen: Any) -> Settings:
    """The settings, with what was `chosen` on the command line, or one sentence per setting that is wrong.

    `serving` asks besides for what a server needs outside demo mode; every sentence comes at once.
    """
    wanted = {name: value for name, value in chosen.items() if value is not None}
    try:
        settings = Settings(**wanted)
        faults = not_ready(settings) if serving else []
    except ValidationError as error:
        faults = _faults(error, wanted, serving=serving)
    if faults:
        lines = [f"{fault.where}: {fault.vi}" + (f" ({fault.en})" if fault.en else "") for fault in faults]
        raise fail("Cài đặt sai · wrong settings:\n  " + "\n  ".join(lines), 2) from None
    return settings


def _faults(error: ValidationError, wanted: dict[str, Any], *, serving: bool) -> list[Fault]:
    """What is wrong with settings that could not be made; never the value, which may be a secret."""
    plain = [
        Fault(f"DUONGGANG_{'_'.join(map(str, each['loc'])).upper()}", each["msg"], "")
        for each in error.errors()
        if each["loc"]
    ]
    bad = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
    usual = {name: UncheckedSettings.model_fields[name].default for name in bad}
    try:
        read = UncheckedSettings(**(wanted | usual))
    except ValidationError as other:  # a rule of the whole besides safety
        return plain + [Fault("DUONGGANG", each["msg"], "") for each in other.errors()]
    return plain + unsafe(read) + (not_ready(read) if serving else [])


def anchor_file(settings: Settings) -> Path:
    """Where heads of the history go. Only the default's folder is made: a mount that is missing must be noticed."""
    if settings.anchor is None:
        settings.home.mkdir(parents=True, exist_ok=True)
    return settings.anchor_file


def command_context() -> Context:
    """The context of use cases outside the server."""
    return Context(
        calendars=working_calendars(),
        today=date.today,
        cache=ResultCache(),
        rights=rights(),
        principal=system(COMMAND_ACTOR),
    )


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The URL of the database: the one that was set, else the private cluster for as long as it is used."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with cluster.using(settings.home) as url:
        yield url


@contextmanager
def database(*, statement_timeout_ms: int = 0) -> Iterator[Engine]:
    """A migrated database for one command; every refusal becomes a sentence and exit code 1."""
    with sentences(), running_database(settings_or_exit()) as url:
        engine = make_engine(url, statement_timeout_ms=statement_timeout_ms, maintenance=True)
        try:
            upgrade(engine)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def transaction() -> Iterator[Session]:
    """One session and one transaction for one command: all of it or nothing."""
    with database() as engine, make_sessions(engine).begin() as session:
        yield session


@contextmanager
def sentences() -> Iterator[None]:
    """Turns the errors that people can cause into sentences instead of tracebacks."""
    try:
        yield
    except cluster.ClusterError as error:
        raise fail(f"{error.vi}\n{error.en}") from None
    except DuongGangError as error:
        body = describe(error, "vi")
        lines = [body.detail, *(f"  {fault.where}: {fault.message}" for fault in body.faults or ())]
        raise fail("\n".join(lines)) from None
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0] if error.orig else "?"
        raise fail(
            f"Không nối được cơ sở dữ liệu ({reason}). Chạy “duonggang doctor” để xem vì sao."
        ) from None
