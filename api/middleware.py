"""What every answer carries, and one line in the log for each: language, nonce, security headers, request number.

Plain ASGI round everything else, so that refusals, failures and static files carry the same as pages.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable

import structlog
from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.guard import mark_device
from api.language import COOKIE, choose
from api.logs import log
from api.settings import Settings
from projects.rights import Principal

LARGEST_BODY = 1_000_000  # bytes; no form of ours comes near, and nobody may fill the memory with one
UPLOADS = "/nap"  # takes files: its body goes to the disk as it comes
PAPERS = re.compile(
    r"/ho-so/[^/]+/giay-to"
)  # takes papers and pictures of a case the same way, several at once
PAPERS_AT_ONCE = 4
CASES = "/ho-so/"  # where a picture may be given the place it was taken at, when its sender ticks that
CLOSED = "; ".join(
    ("sandbox", "default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
)
TOO_LARGE = "Nội dung gửi lên lớn hơn giới hạn; chưa có gì được nhận. · Body too large: nothing was taken."
SCHEDULES = "/tien-do/nap"  # ends the address that takes a schedule file
LARGEST_SCHEDULE = 101_000_000
SHEETS = "/ghi-theo-bang"  # ends the addresses that take a filled-in sheet
LARGEST_SHEET = 21 * 1024 * 1024
YEAR = 365 * 24 * 3600
# Besides the policy, which is made anew for each answer.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
            "midi", "payment", "publickey-credentials-get", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
        )
    ),
}  # fmt: skip
HSTS = f"max-age={YEAR}; includeSubDomains"


def content_policy(nonce: str, image_origin: str | None) -> str:
    """The policy of every page: scripts and styles from here or with this page's nonce, nothing inline.

    `style-src-attr 'unsafe-inline'` is the one concession: Leaflet positions its panes with style
    attributes (design decision 8).
    """
    images = " ".join(filter(None, ("'self'", "data:", image_origin)))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",
            f"img-src {images}",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


class Carry:
    """Gives each request its number and language, and each answer its headers; refuses what comes from elsewhere.

    What nobody caught becomes the answer that `unexpected` makes, so that it carries the headers too.
    """

    def __init__(
        self, app: ASGIApp, *, settings: Settings, unexpected: Callable[[Request, Exception], Response]
    ) -> None:
        self.app = app
        self.settings = settings
        self.unexpected = unexpected
        self.origin = settings.own_origin
        self.largest_upload = settings.import_max_mb * 1024 * 1024 + LARGEST_BODY
        self.largest_papers = settings.document_max_mb * PAPERS_AT_ONCE * 1024 * 1024 + LARGEST_BODY
        self.fixed = fixed_headers(self.origin)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        request.state.nonce = secrets.token_urlsafe(16)
        request.state.request_id = secrets.token_hex(8)
        request.state.lang = choose(request.query_params.get("lang"), request.cookies.get(COOKIE))
        began, status = time.monotonic(), 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(request, MutableHeaders(raw=message.setdefault("headers", [])))
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.state.request_id)
        try:
            if refused := _refuse(request, self.settings.hosts, self.origin, self._largest(request.url.path)):
                await refused(scope, receive, dressed)
            else:
                await self.app(scope, receive, dressed)
        except Exception as error:
            answer = self.unexpected(request, error)
            if status:  # half an answer is out: only the end of the connection tells
                raise
            await answer(scope, receive, dressed)
        finally:
            note(
                request.method,
                route_template(request.scope),
                status,
                time.monotonic() - began,
                getattr(request.state, "principal", None),
            )
            structlog.contextvars.clear_contextvars()

    def _largest(self, path: str) -> int:
        if path == UPLOADS:
            return self.largest_upload
        if path.endswith(SCHEDULES):
            return LARGEST_SCHEDULE
        if path.endswith(SHEETS):
            return LARGEST_SHEET
        return self.largest_papers if PAPERS.fullmatch(path) else LARGEST_BODY

    def _dress(self, request: Request, headers: MutableHeaders) -> None:
        headers["X-Request-ID"] = request.state.request_id
        closed = getattr(request.state, "sandboxed", False)  # a file from outside: nothing in it may act
        policy = CLOSED if closed else content_policy(request.state.nonce, self.settings.basemap_origin)
        headers["Content-Security-Policy"] = policy
        for name, value in self.fixed.items():
            headers[name] = value
        if request.url.path.startswith(CASES):
            headers["Permissions-Policy"] = self.fixed["Permissions-Policy"].replace(
                "geolocation=()", "geolocation=(self)"
            )
        headers.setdefault("Cache-Control", "no-store")
        cookies = Response()
        mark_device(request, cookies)
        if request.query_params.get("lang") in ("vi", "en"):
            cookies.set_cookie(COOKIE, request.state.lang, max_age=YEAR, httponly=True, samesite="lax")
        for value in cookies.headers.getlist("set-cookie"):
            headers.append("set-cookie", value)


def fixed_headers(origin: str | None) -> dict[str, str]:
    """The headers of every answer that do not change."""
    secure = (origin or "").startswith("https:")
    return HEADERS | ({"Strict-Transport-Security": HSTS} if secure else {})


def known_host(host: str, hosts: frozenset[str]) -> bool:
    """Whether a Host header names this server: a foreign name means DNS rebinding."""
    return host.rsplit(":", 1)[0].strip("[]").lower() in hosts


def install(app: FastAPI, settings: Settings, unexpected: Callable[[Request, Exception], Response]) -> None:
    """Adds the middleware; what is added later wraps it."""
    app.add_middleware(Carry, settings=settings, unexpected=unexpected)


def route_template(scope: Scope) -> str:
    """The route that matched, with names in place of values: a path itself may hold what is nobody's business."""
    path = getattr(scope.get("route"), "path", None)
    if path is not None:
        return str(path)
    return f"{scope['root_path']}/…" if scope.get("root_path") else "–"


def note(method: str, route: str, status: int, seconds: float, who: Principal | None, **more: str) -> None:
    """The line of the log about one request."""
    log().info(
        "request",
        method=method if method in METHODS else "?",
        route=route,
        status=status,
        ms=round(seconds * 1000, 1),
        session=getattr(who, "session_id", None),
        role=who.role.code if who is not None else None,
        **more,
    )


METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def _refuse(
    request: Request, hosts: frozenset[str], origin: str | None, largest_body: int
) -> Response | None:
    """Stops what a foreign page could make a browser on this machine do.

    A write from another origin means request forgery; the session's token is asked for besides (`api.guard`). Behind
    a proxy the own origin is the one that was set.
    """
    if not known_host(request.headers.get("host", ""), hosts):
        return Response("Misdirected request", 421, media_type="text/plain")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        site = request.headers.get("sec-fetch-site")
        sent = request.headers.get("origin")
        own = origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
        if site not in (None, "same-origin", "none") or (sent is not None and sent.lower() != own):
            return Response("Cross-origin write refused", 403, media_type="text/plain")
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return Response("Length required", 411, media_type="text/plain")
        if int(length) > largest_body:
            return Response(TOO_LARGE, 413, media_type="text/plain")
    return None
