"""Every address that can be read, from the application's own list of routes: a new route is walked without asking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

# What stands for the other parts of an address than `code`; a part that is not here fails the walk.
PARTS = {
    "event_id": "1",
    "proposal_id": "1",
    "session_id": "1",
    "import_id": "1",
    "token_id": "1",
    "name": "tester",
}
CASE_ROUTES = re.compile(r"^/(ho-so|api/cases)/\{code\}")
# Lists that need to be told of which project, and the filters that a reader would try.
QUERIES = {
    "/api/cases": ("project={project}&limit=500", "project={project}&gang=1&limit=500"),
    "/du-an/{code}/ho-so": ("", "doan=0.0-900000.0&mo=1&tu=50"),
    "/du-an/{code}/duong-gang": ("", "tat_ca=1&lang=en"),
    "/bao-cao-cham/{code}": ("", "lang=en&ngay=2026-06-30"),
}


def readable(app: FastAPI, project: str, case: str) -> Iterator[str]:
    """The addresses of all GET routes for a project and a case."""
    for path in sorted({route.path for route in _routes(app.routes) if "GET" in (route.methods or ())}):
        parts = PARTS | {"code": case if CASE_ROUTES.match(path) else project}
        address = path.format(**parts)
        for query in QUERIES.get(path, ("",)):
            filled = query.format(project=project)
            yield f"{address}?{filled}" if filled else address


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from _routes(router.routes)


def with_query(address: str, query: str) -> str:
    """The address with one more piece of a query."""
    return f"{address}{'&' if '?' in address else '?'}{query}"
