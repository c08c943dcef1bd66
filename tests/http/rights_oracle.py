"""The rights table read a second time, by other means than the product's: what the permission matrix expects."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

TABLE = Path(__file__).resolve().parents[2] / "data" / "rights.md"
ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Oracle:
    """Grants by (action, role), action by (method, path), reach by role."""

    grants: dict[tuple[str, str], str]
    routes: dict[tuple[str, str], str]
    reach: dict[str, str]


def read() -> Oracle:
    """The three sections that decide whether a route answers."""
    text = TABLE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## [^\n·]*· ([a-z ]+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    roles = [cells[0] for cells in _rows(sections["roles"])]
    head, *actions = _rows(sections["actions"], keep_head=True)
    assert head[2:] == roles
    return Oracle(
        grants={(a[0], role): a[2 + at] for a in actions for at, role in enumerate(roles)},
        routes={(r[0], r[1]): r[2] for r in _rows(sections["routes"])},
        reach={cells[0]: cells[3] for cells in _rows(sections["roles"])},
    )


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Every (method, path) that the application answers, from its router; HEAD and OPTIONS are not routes of ours."""
    yield from _walk(app.routes)


def _walk(routes: Any) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes)
        elif isinstance(route, APIRoute):
            for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, route.path
        else:
            yield "MOUNT", getattr(route, "path", str(route))


def _rows(text: str, *, keep_head: bool = False) -> list[list[str]]:
    lines = [[cell.strip() for cell in line.split("|")] for line in ROW.findall(text)]
    return [lines[0], *lines[2:]] if keep_head else lines[2:]
