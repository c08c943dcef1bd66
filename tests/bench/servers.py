"""Two servers for the same load, each a process with one worker: the product, and the least that an ORM can do.

The peer has no sign-in, no rights, no history, no version check: `session.get`, one attribute, flush, commit.
"""

from __future__ import annotations

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api import logs
from api.app import create_app
from api.settings import Settings


class Base(DeclarativeBase):
    """The peer's own tables."""


class Row(Base):
    """A row with a text, as many as the load changes."""

    __tablename__ = "bench_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]


class Change(BaseModel):
    """What the peer is sent."""

    note: str


def peer(url: str) -> FastAPI:
    """FastAPI with the SQLAlchemy async ORM: get and flush."""
    sessions = async_sessionmaker(create_async_engine(url, pool_size=8), expire_on_commit=False)
    app = FastAPI()

    @app.patch("/row/{number}")
    async def change(number: int, wanted: Change) -> dict[str, Any]:
        async with sessions.begin() as session:
            row = await session.get_one(Row, number)
            row.note = wanted.note
            await session.flush()
        return {"id": number}

    return app


def main() -> None:
    """`servers.py ours|peer PORT URL [APP_URL HOME]`."""
    which, port, url, *more = sys.argv[1:]
    if which == "peer":
        app = peer(url)
    else:
        logs.configure()
        app = create_app(
            Settings(
                _env_file=None, database_url=url, app_database_url=more[0], home=more[1], demo=True,
                secret="for tests only 0123456789abcdefghij", requests_per_minute=1_000_000,
            )
        )  # fmt: skip
    uvicorn.run(app, port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
