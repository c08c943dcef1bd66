"""Talking to a private cluster without SQLAlchemy, also from programs of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

ROOT = Path(__file__).resolve().parents[2]


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    parts = make_url(url)
    host, port = str(parts.query["host"]), str(parts.query["port"])
    return psycopg.connect(host=host, port=port, user=parts.username, dbname=parts.database, autocommit=True)


def value(url: str, sql: str) -> object:
    with connect(url) as connection:
        row = connection.execute(sql.encode()).fetchone()
        return row[0] if row else None


@contextmanager
def program(code: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own; `code` finds `cluster` imported and `arguments` in sys.argv."""
    command = [sys.executable, "-c", f"from geo import cluster\n{code}", *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()
