"""One tile as an answer: its tag, how long it may be kept, compressed for whoever can unpack."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import Request, Response

from api.usecases.tiles import MadeTile, Shown

MVT = "application/vnd.mapbox-vector-tile"
YEAR = 365 * 24 * 3600
# What two people get differs, in one browser too; what a program that cannot unpack gets, as well.
VARY = "Cookie, Authorization, Accept-Encoding"


class Answer(NamedTuple):
    """Status, headers (without those of every answer) and body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def tile_parts(made: MadeTile, *, current: bool, accepts: str, known: str) -> Answer:
    """The tile, or 304 for a tag among those that the asker has (`known`, as in If-None-Match).

    `current`: the address names the present version of whoever asks; another is not to be kept. `accepts`: the
    Accept-Encoding.
    """
    packs = bool(made.packed) and "gzip" in accepts
    tag = f'"{made.digest}{"-gz" if packs else ""}"'
    kept = f"private, max-age={YEAR}, immutable" if current else "private, no-cache"
    headers = [("etag", tag), ("cache-control", kept), ("vary", VARY)]
    if known and tag in (part.strip() for part in known.split(",")):
        return Answer(304, headers, b"")
    if packs:
        headers.append(("content-encoding", "gzip"))
    body = made.packed if packs else made.plain
    return Answer(200, [*headers, ("content-type", MVT), ("content-length", str(len(body)))], body)


def tile_answer(request: Request, shown: Shown, made: MadeTile) -> Response:
    """The tile, or 304."""
    status, headers, body = tile_parts(
        made,
        current=request.query_params.get("v", "") == shown.version,
        accepts=request.headers.get("accept-encoding", ""),
        known=request.headers.get("if-none-match", ""),
    )
    return Response(body, status_code=status, headers=dict(headers))
