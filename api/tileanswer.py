"""One tile as an answer: its tag, how long it may be kept, compressed for whoever can unpack."""

from __future__ import annotations

from fastapi import Request, Response

from api.usecases.tiles import MadeTile, Shown

MVT = "application/vnd.mapbox-vector-tile"
YEAR = 365 * 24 * 3600
# What two people get differs, in one browser too; what a program that cannot unpack gets, as well.
VARY = "Cookie, Authorization, Accept-Encoding"


def tile_answer(request: Request, shown: Shown, made: MadeTile) -> Response:
    """The tile, or 304. An address with another version than the present one of whoever asks is not to be kept."""
    packs = bool(made.packed) and "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{made.digest}{"-gz" if packs else ""}"'
    current = request.query_params.get("v", "") == shown.version
    kept = f"private, max-age={YEAR}, immutable" if current else "private, no-cache"
    headers = {"ETag": tag, "Cache-Control": kept, "Vary": VARY}
    if tag in (part.strip() for part in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if packs:
        headers["Content-Encoding"] = "gzip"
    return Response(made.packed if packs else made.plain, media_type=MVT, headers=headers)
