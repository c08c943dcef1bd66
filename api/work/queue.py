"""The queue: imports to read, put in within the transaction that makes it necessary, and what is done once a day.

procrastinate's tables and functions live in the schema `jobs`; whoever uses them sets the search path to it.
"""

from __future__ import annotations

from collections.abc import Callable

import procrastinate
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from geo.db import APP_ROLE

QUEUE = "imports"
READ = "duonggang.read_import"
READ_SCHEDULE = "duonggang.read_schedule"
DAILY = "duonggang.daily"
OFTEN = "duonggang.often"
OFTEN_AT = "* * * * *"
DAILY_AT = "5 17 * * *"  # UTC: five past midnight in Hanoi
_INTO = text("select set_config('search_path', 'jobs, public', true)")
_BACK = text("select set_config('search_path', :path, true)")
_PATH = text("select current_setting('search_path')")
# procrastinate's own statement for one job, as its function takes it.
_DEFER = text(
    "select unnest(jobs.procrastinate_defer_jobs_v1(array[row(:queue, :task, 0, :lock, null, "
    "jsonb_build_object('proposal', cast(:id as bigint)), null)::jobs.procrastinate_job_to_defer_v1]))"
)


def put(session: Session, proposal: int, project_id: int) -> None:
    """Queues the reading of an import; it is there when the session commits, and only then.

    Imports of one project are read one after the other.
    """
    _put(session, READ, f"import-project-{project_id}", proposal)


def put_schedule(session: Session, number: int) -> None:
    """Queues the reading of a schedule file. One is read at a time, however many workers there are: each takes a Java
    machine's memory.
    """
    _put(session, READ_SCHEDULE, READ_SCHEDULE, number)


def _put(session: Session, task: str, lock: str, number: int) -> None:
    path = session.scalar(_PATH)
    session.execute(_INTO)
    session.execute(_DEFER, {"queue": QUEUE, "task": task, "lock": lock, "id": number})
    session.execute(_BACK, {"path": path})


def make_queue(
    url: str,
    read: Callable[[int], object],
    *,
    read_schedule: Callable[[int, int], object] = lambda number, begun: None,
    daily: Callable[[], object] = lambda: None,
    often: Callable[[], object] = lambda: None,
    role: str | None = None,
) -> procrastinate.App:
    """procrastinate on the database at `url` (an SQLAlchemy address); `read` is what a job does with its import,
    `read_schedule` with a schedule file and how often that was begun before.

    `daily` is called once a day, however many workers there are, and has to catch up by itself after a pause;
    `often` once a minute. `role` is switched to where the login is the owner's.
    """
    options = "-c search_path=jobs,public -c application_name=duonggang-worker"
    if role is not None:
        options += f" -c role={role}"
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connector = procrastinate.PsycopgConnector(
        conninfo=conninfo, kwargs={"options": options}, min_size=1, max_size=4
    )
    app = procrastinate.App(connector=connector)

    @app.task(name=READ, queue=QUEUE)
    def read_import(proposal: int) -> None:
        read(proposal)

    @app.task(name=READ_SCHEDULE, queue=QUEUE, pass_context=True)
    def read_schedule_file(context: procrastinate.JobContext, proposal: int) -> None:
        read_schedule(proposal, context.job.attempts)

    @app.periodic(cron=DAILY_AT)
    @app.task(name=DAILY, queue=QUEUE, queueing_lock=DAILY, lock=DAILY)
    def once_a_day(timestamp: int) -> None:
        daily()

    @app.periodic(cron=OFTEN_AT)
    @app.task(name=OFTEN, queue=QUEUE, queueing_lock=OFTEN, lock=OFTEN)
    def once_a_minute(timestamp: int) -> None:
        often()

    return app


__all__ = ["APP_ROLE", "DAILY", "OFTEN", "QUEUE", "make_queue", "put", "put_schedule"]
