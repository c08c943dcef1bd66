"""Leases of map tiles: whoever was let through a moment ago, to which land, and what they have opened since.

A lease is for one credential, one map and one version, for at most LEASE seconds. All end at once with any write that
this process answers, and with any change of an account, its scope, a delegation, a session or a token in any process
(`geo.account_news`): before a lease is used, everything committed until then has been heard. Without a listening
connection there are no leases. So a change of role, scope, password or state holds from the next tile on. What ends
by the clock (a session's idle time, a token's or a delegation's last day) ends for tiles up to LEASE seconds later.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from starlette.requests import cookie_parser
from starlette.types import Scope

from api.context import Context
from api.guard import SESSION_COOKIE
from api.usecases.tiles import Shown
from geo.account_news import Listener

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
    """The leases of this process. `turn` grows whenever all end, so that nothing older is let in after it.

    Leased tiles count as requests: `owed` holds how many each account opened, and they are added to its window when
    it comes the long way again (`charge`, true while the account is within its limit). An account that owes `most`
    has to come that way.
    """

    most: int
    charge: Callable[[str, int], bool]
    turn: int = 0
    held: dict[Key, Lease] = field(default_factory=dict)
    owed: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)
    listener: Listener | None = None
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[bool]]] = field(default_factory=dict)

    def drop(self) -> None:
        """Ends all leases."""
        with self.lock:
            self.turn += 1
            self.held.clear()

    @property
    def deaf(self) -> bool:
        """Whether nobody listens, so that no lease can be had."""
        return self.listener is None or not self.listener.is_open

    def grant(self, scope: Scope, ctx: Context, shown: Shown, turn: int | None) -> None:
        """Leases the map of a request that came the long way and named the present version.

        `turn` is that of this object when the request came in.
        """
        key = lease_key(scope)
        if key is None or ctx.known_at is not None or LEASE <= 0:
            return
        account = ctx.principal.account
        with self.lock:
            owed = self.owed.pop(account, 0)
        if (owed and not self.charge(account, owed)) or not self._settled():
            return
        with self.lock:
            if turn == self.turn:  # otherwise something changed while this request was on its way
                if len(self.held) >= MOST_LEASES:
                    self.held.clear()
                self.held[key] = Lease(ctx, shown, time.monotonic() + LEASE)

    async def find(self, scope: Scope) -> Lease | None:
        """The lease that lets this request through, if there is one, after all news before it was heard."""
        key = lease_key(scope)
        if key is None or key not in self.held or not await self._all_settled():
            return None
        found = self.held.get(key)
        return None if found is None or time.monotonic() >= found.until else found

    def use(self, lease: Lease) -> bool:
        """Counts one more tile of a lease; False when its account owes so many that it has to come the long way."""
        with self.lock:
            if self.owed[lease.ctx.principal.account] >= self.most:
                return False
            self.owed[lease.ctx.principal.account] += 1
            return True

    async def _all_settled(self) -> bool:
        """`_settled` for all requests that are here before it is asked: one question answers them together."""
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        others = self.waiting.get(loop)
        if others is None:
            self.waiting[loop] = [answer]
            loop.call_soon(self._tell, loop)
        else:
            others.append(answer)
        return await answer

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        asked = self.waiting.pop(loop)
        sure = self._settled()
        for answer in asked:
            if not answer.done():  # its client went away
                answer.set_result(sure)

    def _settled(self) -> bool:
        return self.listener is not None and self.listener.settle()


def lease_key(scope: Scope) -> Key | None:
    """Credential, map and query of a tile's address; None for who shows no credential or names no version."""
    place = ADDRESS.fullmatch(scope["path"])
    query: bytes = scope["query_string"]
    if place is None or not query.startswith(b"v="):
        return None
    bearer = cookies = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            bearer = value
        elif name == b"cookie":
            cookies = value
    if not bearer and cookies:
        bearer = cookie_parser(cookies.decode("latin-1")).get(SESSION_COOKIE, "").encode("latin-1")
    return (hashlib.sha256(bearer).hexdigest(), place[1], query) if bearer else None
