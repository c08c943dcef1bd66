"""What every answer carries: language, nonce, content security policy and the other security headers."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from api.guard import mark_device
from api.language import COOKIE, choose

LARGEST_BODY = 1_000_000  # bytes; no form of ours comes near, and nobody may fill the memory with one
YEAR = 365 * 24 * 3600
Next = Callable[[Request], Awaitable[Response]]


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
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def install(app: FastAPI, *, image_origin: str | None, hosts: frozenset[str]) -> None:
    """Adds the middleware. `hosts` are the names under which the server may be addressed."""

    @app.middleware("http")
    async def carry(request: Request, call_next: Next) -> Response:
        request.state.nonce = secrets.token_urlsafe(16)
        request.state.request_id = secrets.token_hex(8)
        request.state.lang = choose(request.query_params.get("lang"), request.cookies.get(COOKIE))
        if refused := _refuse(request, hosts):
            return refused
        response = await call_next(request)
        mark_device(request, response)
        headers = response.headers
        headers["X-Request-ID"] = request.state.request_id
        headers["Content-Security-Policy"] = content_policy(request.state.nonce, image_origin)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers.setdefault("Cache-Control", "no-store")
        if request.query_params.get("lang") in ("vi", "en"):
            response.set_cookie(COOKIE, request.state.lang, max_age=YEAR, httponly=True, samesite="lax")
        return response


def _refuse(request: Request, hosts: frozenset[str]) -> Response | None:
    """Stops what a foreign page could make a browser on this machine do.

    A foreign host name means DNS rebinding; a write from another origin means request forgery. The session's
    token is asked for besides (`api.guard`).
    """
    host = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    if host not in hosts:
        return Response("Misdirected request", 421, media_type="text/plain")
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        own = f"{request.url.scheme}://{request.headers.get('host', '')}"
        if site not in (None, "same-origin", "none") or (origin is not None and origin != own):
            return Response("Cross-origin write refused", 403, media_type="text/plain")
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return Response("Length required", 411, media_type="text/plain")
        if int(length) > LARGEST_BODY:
            return Response("Body too large", 413, media_type="text/plain")
    return None
