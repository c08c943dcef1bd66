"""Hearing at once what any process changed about people: a connection of its own that listens to the database.

PostgreSQL hands a notification to its listeners before the one who committed is told so. A listener that then asks
anything gets the notification with the answer. So one short question orders the two: whoever asks after a change was
reported done has heard of it. The question is which channels its backend listens to, so that a pooler between, which
would hand each question to another backend, is no listener.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

import psycopg
from psycopg import pq
from psycopg.conninfo import make_conninfo
from psycopg.pq.abc import PGconn
from sqlalchemy import Engine

CHANNEL = "account_news"
LISTEN = f"listen {CHANNEL}".encode()
ASK = f"select 1 from pg_listening_channels() c where c = '{CHANNEL}'".encode()
LONGEST_WAIT = 0.05  # seconds; the event loop waits for the answer, so a database that hangs is given up soon
BETWEEN_TRIES = 1.0  # seconds
NEVER = float("-inf")


@dataclass(slots=True)
class Listener:
    """One listening connection. `heard` is called at each piece of news, and when news may have been missed."""

    address: bytes
    heard: Callable[[], None]
    connection: PGconn | None = None
    tried: float = NEVER
    lock: Lock = field(default_factory=Lock)

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, as far as is known."""
        return self.connection is not None

    def open(self) -> None:
        """Connects unless that was tried just now. Waits for the database; raises nothing."""
        with self.lock:
            if self.connection is not None or time.monotonic() < self.tried + BETWEEN_TRIES:
                return
            self.tried = time.monotonic()
            made = pq.PGconn.connect(self.address)
            if made.status == pq.ConnStatus.OK and made.exec_(LISTEN).status == pq.ExecStatus.COMMAND_OK:
                self.connection = made
                self.heard()
            else:
                made.finish()

    def settle(self) -> bool:
        """Hears everything that was committed before the call. False when nobody can be sure of that."""
        connection = self.connection
        if connection is None:  # nobody waits while one is being made
            return False
        with self.lock:
            if connection is not self.connection:
                return False
            try:
                sure = _ask(connection)
                news = False
                while connection.notifies() is not None:
                    news = True
            except psycopg.Error:
                sure = news = False
            if not sure:
                self._close()
            elif news:
                self.heard()
            return sure

    def close(self) -> None:
        """Ends the connection; the next `open` makes another at once."""
        with self.lock:
            self._close()
            self.tried = NEVER

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.finish()
            self.connection = None
            self.heard()


def listener(engine: Engine, heard: Callable[[], None]) -> Listener:
    """A listener, not yet connected, on the database of `engine`."""
    _, values = engine.dialect.create_connect_args(engine.url)
    named = {name: value for name, value in values.items() if isinstance(value, str | int)}
    return Listener(
        make_conninfo("", **named, connect_timeout=5, application_name="duonggang news").encode(), heard
    )


def _ask(connection: PGconn) -> bool:
    """One question and its answer: whether this backend listens."""
    until = time.monotonic() + LONGEST_WAIT
    listens = False
    waiting = select.poll()
    waiting.register(connection.socket, select.POLLIN)
    connection.send_query(ASK)
    while True:
        while connection.is_busy():
            if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
                return False
            connection.consume_input()
        result = connection.get_result()
        if result is None:
            return listens
        listens = result.status == pq.ExecStatus.TUPLES_OK and result.ntuples == 1
