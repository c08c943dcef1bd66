"""A short way for tiles: whoever was let through a moment ago gets further tiles of the same map without being asked.

A view is a burst of a dozen tiles; asking sessions and rights for each costs more than the tile. So a tile that went
the long way (guard, rights, version) leaves a lease (`api.leases`). A lease opens tiles and nothing else. What another
process changed in the land has another version, so another address, which no lease opens.
"""

from __future__ import annotations

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.guard import SAFE_METHODS
from api.leases import ADDRESS, Lease, Leases
from api.tileanswer import tile_answer
from api.usecases.tiles import MadeTile, kept_tile, land_tile
from geo import scope as reach
from geo.tiles.grid import Tile


class TileDoor:
    """Answers leased tiles; everything else goes on. Writes end all leases, before and after they are answered."""

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
            lease = self.leases.use(request)
            tile = Tile(*map(int, place.groups()[1:]))
            if lease is not None and tile.exists:
                made = kept_tile(lease.ctx, lease.shown, tile)
                if made is None:
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
