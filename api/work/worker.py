"""Runs the queue: in a thread of the server for as long as it serves, or alone (`duonggang worker`).

As the application's role, on connections of its own. A job whose worker died is put back when that worker's heartbeat
is missing; the job itself may be begun any number of times (`geo.proposing.work`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread

import procrastinate
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.logs import log
from api.rightsfile import system
from api.settings import Settings
from api.usecases import assignment_climbing
from api.usecases.climbing import ACTOR as CLIMBER
from api.usecases.climbing import climb_by_data_date
from api.usecases.document_sweep import sweep_documents
from api.usecases.imports import kept_files, uploads_folder
from api.usecases.schedule_reading import read_waiting
from api.work import rhythm
from api.work.queue import APP_ROLE, QUEUE, make_queue
from geo.db import make_engine, make_sessions
from geo.proposing.work import carry_out
from geo.scope import enter
from geo.uploads import sweep

ACTOR = "máy chủ"
HEARTBEAT_SECONDS = 5.0
DEAD_AFTER_SECONDS = 20.0
_AGAIN_SECONDS = 5.0
_PATIENCE_SECONDS = 15.0


@contextmanager
def working(settings: Settings, *, dead_after: float = DEAD_AFTER_SECONDS) -> Iterator[None]:
    """Works for the length of a `with`, in a thread; what goes wrong is logged and begun again."""
    stop = Event()
    thread = Thread(
        target=work, args=(settings, stop), kwargs={"dead_after": dead_after}, name="worker", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE_SECONDS)


def work(settings: Settings, stop: Event, *, dead_after: float = DEAD_AFTER_SECONDS) -> None:
    """Works until `stop` is set."""
    url, role = _address(settings)
    engine = make_engine(url, statement_timeout_ms=0, role=role)
    sessions = make_sessions(engine)
    read = partial(
        carry_out,
        sessions,
        uploads_folder(settings.home),
        enter=_enter,
        second_person=settings.import_second_person,
    )
    schedule = partial(read_waiting, sessions, uploads_folder(settings.home), enter=_enter)
    daily = partial(_daily, settings, sessions)
    often = partial(rhythm.send, settings, sessions)
    try:
        _sweep(settings, sessions)
        daily(only_catch_up=True)  # whatever the days without a worker left undone
        while not stop.is_set():
            try:
                queue = make_queue(url, read, read_schedule=schedule, daily=daily, often=often, role=role)
                asyncio.run(_run(queue, stop, dead_after))
            except Exception as error:  # the database was away: nothing is lost, the queue lies in it
                log().warning("the worker begins again", exc_info=error)
                stop.wait(_AGAIN_SECONDS)
    finally:
        engine.dispose()


async def _run(queue: procrastinate.App, stop: Event, dead_after: float) -> None:
    async with queue.open_async():
        running = asyncio.create_task(
            queue.run_worker_async(
                queues=[QUEUE], concurrency=1, install_signal_handlers=False, delete_jobs="successful",
                update_heartbeat_interval=min(HEARTBEAT_SECONDS, dead_after / 3), stalled_worker_timeout=dead_after,
                fetch_job_polling_interval=2.0, shutdown_graceful_timeout=_PATIENCE_SECONDS,
            )
        )  # fmt: skip
        try:
            while not stop.is_set() and not running.done():
                await _take_back(queue, dead_after)
                for _ in range(10):
                    if stop.is_set() or running.done():
                        break
                    await asyncio.sleep(0.2)
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


async def _take_back(queue: procrastinate.App, dead_after: float) -> None:
    """Puts the jobs of workers that died back into the queue."""
    for job in await queue.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=dead_after):
        log().warning("a job of a worker that died is done again", job=job.id)
        await queue.job_manager.retry_job(job)


def _daily(settings: Settings, sessions: sessionmaker[Session], *, only_catch_up: bool = False) -> None:
    """What is overdue climbs, ended periods get their snapshots, files that no row needs any more go.

    Where the database was away, at the next time.
    """
    if not only_catch_up:
        _sweep(settings, sessions)
    try:
        with sessions.begin() as session:
            enter(session, system(CLIMBER))
            done = climb_by_data_date(session, every=settings.obstacle_period_days)
        log().info("obstacles climbed", climbs=len(done))
        with sessions.begin() as session:
            enter(session, system(CLIMBER))
            owed = assignment_climbing.climb_by_data_date(session, every=settings.obstacle_period_days)
        log().info("assignments climbed", climbs=len(owed))
    except SQLAlchemyError as error:
        log().warning("could not let obstacles and assignments climb", exc_info=error)
    rhythm.make_snapshots(settings, sessions, only_catch_up=only_catch_up)


def _enter(session: Session) -> None:
    enter(session, system(ACTOR))


def _address(settings: Settings) -> tuple[str, str | None]:
    """The application's own address, or the owner's login with the role switched."""
    if settings.app_database_url is not None:
        return settings.app_database_url, None
    if settings.database_url is None:
        raise ValueError("the worker needs a database")
    return settings.database_url, APP_ROLE


def _sweep(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Files that an upload left behind when it was killed, and those of refused and cancelled schedules."""
    try:
        with sessions.begin() as session:
            _enter(session)
            known = kept_files(session)
            sweep_documents(session, settings)
        sweep(uploads_folder(settings.home), known, now=time.time())
    except (OSError, SQLAlchemyError) as error:
        log().warning("could not sweep uploads", exc_info=error)
