"""The one door of every route: who asks, whether the table lets them, and whether a write is really theirs.

A dependency of the whole application, so that no route can forget it: a route that the rights table does not name is
refused. What it finds stands in `request.state.principal`; without it no session with the database is opened.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from typing import cast
from urllib.parse import quote

from fastapi import Request, Response
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool

from api.usecases.signin import Caller, Door, identify, nobody
from projects.errors import Forbidden, SignInNeeded
from projects.rights import Principal

SESSION_COOKIE = "__Host-phien"
DEVICE_COOKIE = "__Host-may"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LIVENESS = "/khoe"  # answers without a look at the database
READINESS = "/san-sang"  # answers when the database does not
YEAR = 365 * 24 * 3600
# A secret in an address ends in logs, histories and referrers.
NO_SECRETS_IN_ADDRESS = (
    "token",
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "mat_khau",
    "password",
)


async def guard(request: Request) -> None:
    """Lets a request through or raises SignInNeeded, Forbidden or TooMany."""
    ways = door_of(request)
    action = action_of(request)
    if _path_of(request) == LIVENESS:
        request.state.principal = nobody(ways.rights)
        return
    if any(name in request.query_params for name in NO_SECRETS_IN_ADDRESS):
        raise Forbidden(
            action,
            "Không để mã truy cập hay mật khẩu trong địa chỉ; dùng tiêu đề Authorization.",
            "No token or password in an address; use the Authorization header.",
        )
    try:
        request.state.principal = who = await run_in_threadpool(_who, ways, request, action)
    except (OperationalError, PoolTimeout):
        if _path_of(request) != READINESS:
            raise
        request.state.principal = who = nobody(ways.rights)
    if action != "door":
        if who.is_public:
            raise SignInNeeded("none")
        if who.must_change and action != "account.own":
            raise SignInNeeded("change")
        if not ways.rights.may(who, action):
            raise Forbidden(action)
    if request.method not in SAFE_METHODS and who.token_scopes is None:
        await check_csrf(request)


def action_of(request: Request) -> str:
    """The action that the rights table gives to the route that matched; unknown routes are refused."""
    path = _path_of(request)
    method = "GET" if request.method == "HEAD" else request.method
    action = door_of(request).rights.routes.get((method, str(path)))
    if action is None:
        raise Forbidden(f"{method} {path}")
    return action


def principal_of(request: Request) -> Principal:
    """Who the guard found. Raises RuntimeError where no guard ran: nothing is ever read for an unknown person."""
    who = getattr(request.state, "principal", None)
    if who is None:
        raise RuntimeError("no guard ran before this request")
    return cast(Principal, who)


def door_of(request: Request) -> Door:
    """How people get in, of this application."""
    return cast(Door, request.app.state.door)


def caller_of(request: Request) -> Caller:
    """Where the request comes from."""
    client = request.client.host if request.client else "?"
    return Caller(
        network=network_of(client),
        agent=request.headers.get("user-agent", "")[:200],
        device=device_of(request),
    )


def network_of(address: str) -> str:
    """The network that a lock counts by: an IPv4 address, or the /64 of an IPv6 address (one subscriber)."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False))
    except ValueError:
        return address


def device_of(request: Request) -> str:
    """The browser's mark as a hash, "" without one."""
    mark = request.cookies.get(DEVICE_COOKIE, "")
    return hashlib.sha256(mark.encode()).hexdigest()[:32] if mark else ""


def csrf_token(request: Request) -> str:
    """What a form of this page must send back: bound to the session, before signing in to the browser."""
    bound = (
        request.cookies.get(SESSION_COOKIE) or request.cookies.get(DEVICE_COOKIE) or _fresh_device(request)
    )
    return _csrf(request, bound)


async def check_csrf(request: Request) -> None:
    """Refuses a write of a browser without this session's token, in a form field or a header. Raises Forbidden."""
    bounds = [b for b in (request.cookies.get(SESSION_COOKIE), request.cookies.get(DEVICE_COOKIE)) if b]
    sent = request.headers.get(CSRF_HEADER, "")
    if not sent and "form" in request.headers.get("content-type", ""):
        sent = str((await request.form()).get(CSRF_FIELD, ""))
    # The session's mark counts alone where there is a session: a sign-in form kept open from before is refused.
    matches = bool(bounds) and hmac.compare_digest(sent.encode(), _csrf(request, bounds[0]).encode())
    if not matches:
        await request.close()  # a file that came with the form goes at once
        raise Forbidden(
            "csrf",
            "Trang đã cũ hoặc yêu cầu không đến từ trang này: tải lại trang rồi làm lại.",
            "The page is out of date or the request did not come from it: reload the page and try again.",
        )


def set_session(response: Response, secret: str) -> None:
    """Hands the session's secret to the browser: this host only, https only, not for scripts."""
    response.set_cookie(SESSION_COOKIE, secret, path="/", secure=True, httponly=True, samesite="lax")


def drop_session(response: Response) -> None:
    """Takes the cookie back."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")


def mark_device(request: Request, response: Response) -> None:
    """Gives the browser its mark, when a page was made that needs one."""
    fresh = getattr(request.state, "fresh_device", None)
    if fresh is not None:
        response.set_cookie(
            DEVICE_COOKIE, fresh, max_age=YEAR, path="/", secure=True, httponly=True, samesite="lax"
        )


def sign_in_address(request: Request) -> str:
    """The sign-in page that leads back to here."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return "/dang-nhap" if here == "/" else f"/dang-nhap?tiep={quote(here, safe='')}"


def _path_of(request: Request) -> str | None:
    """The path of the route that matched, with names in place of values."""
    return getattr(request.scope.get("route"), "path", None)


def _who(ways: Door, request: Request, action: str) -> Principal:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    secret = request.cookies.get(SESSION_COOKIE)
    bearer = token.strip() if scheme.lower() == "bearer" else None
    return identify(
        ways, None if bearer else secret, bearer, caller_of(request).network, forgiving=action == "door"
    )


def _csrf(request: Request, bound: str) -> str:
    key = request.app.state.settings.secret_key.encode()
    return hmac.new(key, b"csrf\0" + bound.encode(), hashlib.sha256).hexdigest()


def _fresh_device(request: Request) -> str:
    fresh: str | None = getattr(request.state, "fresh_device", None)
    if fresh is None:
        fresh = request.state.fresh_device = secrets.token_urlsafe(24)
    return fresh
