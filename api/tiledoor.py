"""A short way for tiles: whoever was let through a moment ago gets further tiles of the same map without being asked.

A view is a burst of a dozen tiles; asking sessions and rights for each costs more than the tile. So a tile that went
the long way (guard, rights, version) leaves a lease (`api.leases`). A lease opens tiles and nothing else. What another
process changed in the land has another version, so another address, which no lease opens.

`TileFront` stands before everything else and answers what is kept in memory; `TileDoor`, inside the headers of every
answer, makes what is not.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.guard import SAFE_METHODS
from api.leases import ADDRESS, Lease, Leases
from api.middleware import CLOSED, known_host, note
from api.tileanswer import tile_answer, tile_parts
from api.usecases.tiles import MadeTile, kept_tile, land_tile
from geo import scope as reach
from geo.tiles.grid import Tile


class TileFront:
    """Answers leased tiles that are kept in memory, with the headers of every answer; everything else goes on."""

    def __init__(
        self, app: ASGIApp, *, leases: Leases, hosts: frozenset[str], fixed: Mapping[str, str]
    ) -> None:
        self.app = app
        self.leases = leases
        self.hosts = hosts
        # No page: what a tile says may do nothing at all.
        dressed = {**fixed, "Content-Security-Policy": CLOSED}
        self.fixed = [(name.lower().encode(), value.encode()) for name, value in dressed.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/o/"):
            return await self.app(scope, receive, send)
        began = time.monotonic()
        lease = await self.leases.find(scope)
        place = ADDRESS.fullmatch(scope["path"])
        if lease is None or place is None:
            return await self.app(scope, receive, send)
        made = kept_tile(lease.ctx, lease.shown, Tile(int(place[2]), int(place[3]), int(place[4])))
        given = dict(scope["headers"])
        if (
            made is None
            or not known_host(given.get(b"host", b"").decode("latin-1"), self.hosts)
            or not self.leases.use(lease)
        ):
            return await self.app(scope, receive, send)
        status, headers, body = tile_parts(
            made,
            current=scope["query_string"] == b"v=" + lease.shown.version.encode(),
            accepts=given.get(b"accept-encoding", b"").decode("latin-1"),
            known=given.get(b"if-none-match", b"").decode("latin-1"),
        )
        number = secrets.token_hex(8)
        raw = [(name.encode(), value.encode()) for name, value in headers]
        raw += [*self.fixed, (b"x-request-id", number.encode())]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})
        note("GET", place[1], status, time.monotonic() - began, lease.ctx.principal, request_id=number)
        return None


class TileDoor:
    """Makes leased tiles; everything else goes on. Writes end all leases, before and after they are answered."""

    def __init__(self, app: ASGIApp, *, leases: Leases) -> None:
        self.app = app
        self.leases = leases

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if scope["method"] not in SAFE_METHODS:
            try:
                return await self.app(scope, receive, send)
            finally:
                self.leases.drop()
        request = Request(scope, receive)
        if scope["method"] == "GET" and (place := ADDRESS.fullmatch(scope["path"])):
            lease = await self.leases.find(scope)
            tile = Tile(int(place[2]), int(place[3]), int(place[4]))
            if lease is not None and tile.exists and self.leases.use(lease):
                made = await run_in_threadpool(_make, request, lease, tile)
                answer = tile_answer(request, lease.shown, made)
                return await answer(scope, receive, send)
            if self.leases.deaf and self.leases.listener is not None:
                await run_in_threadpool(self.leases.listener.open)
            request.state.tile_turn = self.leases.turn
        return await self.app(scope, receive, send)


def _make(request: Request, lease: Lease, tile: Tile) -> MadeTile:
    """The tile in the reach of whoever holds the lease."""
    with request.app.state.sessions.begin() as session:
        reach.enter(session, lease.ctx.principal)
        return land_tile(session, lease.ctx, lease.shown, tile)
