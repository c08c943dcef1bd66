"""A short way for tiles: whoever was let through a moment ago gets further tiles of the same map without being asked.

A view is a burst of a dozen tiles; asking sessions and rights for each costs more than the tile. So a tile that went
the long way (guard, rights, version) leaves a lease: for this credential, this map, this version, for LEASE seconds.
A lease opens tiles and nothing else. It is gone at once with any write that this process answers: signing out, a
changed role, scope, password or state, an edit. What another process changed about a person holds after LEASE seconds
at the latest; what it changed in the land has another version, so another address, which no lease opens.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from api.context import Context
from api.guard import SAFE_METHODS, SESSION_COOKIE
from api.tileanswer import tile_answer
from api.usecases.tiles import MadeTile, Shown, kept_tile, land_tile
from geo import scope as reach
from geo.tiles.grid import Tile

LEASE = 2.0  # seconds; 0 switches the short way off
MOST_LEASES = 4096
ADDRESS = re.compile(r"(/o/(?:thanh-pho|du-an/[A-Za-z0-9_.-]{1,64}))/(\d{1,2})/(\d{1,7})/(\d{1,7})\.mvt")

Key = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class Lease:
    """Who was let through (in the context), to which land, until when."""

    ctx: Context
    shown: Shown
    until: float


@dataclass(slots=True)
class Leases:
    """The leases of this process. `turn` grows with every write, so that nothing older is let in after it."""

    turn: int = 0
    held: dict[Key, Lease] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def drop(self) -> None:
        """Ends all leases."""
        with self.lock:
            self.turn += 1
            self.held.clear()

    def grant(self, request: Request, ctx: Context, shown: Shown) -> None:
        """Leases the map of a request that came the long way and named the present version."""
        key, turn = _key(request), getattr(request.state, "tile_turn", None)
        if key is None or ctx.known_at is not None or LEASE <= 0:
            return
        with self.lock:
            if turn == self.turn:  # otherwise somebody wrote while this request was on its way
                if len(self.held) >= MOST_LEASES:
                    self.held.clear()
                self.held[key] = Lease(ctx, shown, time.monotonic() + LEASE)

    def find(self, request: Request) -> Lease | None:
        """The lease that lets this request through, if there is one."""
        key = _key(request)
        found = self.held.get(key) if key is not None else None
        return found if found is not None and time.monotonic() < found.until else None


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
            request.state.tile_turn = self.leases.turn
            lease = self.leases.find(request)
            tile = Tile(*map(int, place.groups()[1:]))
            if lease is not None and tile.exists:
                made = kept_tile(lease.ctx, lease.shown, tile)
                if made is None:
                    made = await run_in_threadpool(_make, request, lease, tile)
                if made is not None:
                    answer = tile_answer(request, lease.shown, made)
                    return await answer(scope, receive, send)
        return await self.app(scope, receive, send)


def _make(request: Request, lease: Lease, tile: Tile) -> MadeTile | None:
    """The tile in the reach of whoever holds the lease; None when the land has moved on meanwhile."""
    with request.app.state.sessions.begin() as session:
        reach.enter(session, lease.ctx.principal)
        return land_tile(session, lease.ctx, lease.shown, tile)


def _key(request: Request) -> Key | None:
    """Credential, map and query of a tile's address; None for who shows no credential or names no version."""
    place = ADDRESS.fullmatch(request.url.path)
    bearer = request.headers.get("authorization", "")
    secret = bearer or request.cookies.get(SESSION_COOKIE, "")
    if place is None or not secret or "v" not in request.query_params:
        return None
    return hashlib.sha256(secret.encode()).hexdigest(), place[1], cast(bytes, request.scope["query_string"])
