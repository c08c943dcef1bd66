"""The Jinja environment of the pages and the one function that renders a template for a request.

A template sees: `lang`, `nonce`, `L(vi, en)`, `asset()`, `vendor()`, `to()` and `here()` for addresses, and the
filters of `api.formatting` bound to the language. Autoescape is on; an undefined name is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

import maps
from api import __version__, formatting
from api.guard import csrf_token, door_of
from api.option_words import option_words
from api.pages import labels
from api.pages.asof import KEYS, times_of
from api.pages.people_words import agent_words
from projects.compensation import dong
from projects.rights import Principal
from projects.stationing import PLAIN, format_equation
from projects.steps import STEPS

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"
VENDOR = Path(maps.__file__).resolve().parent / "assets" / "node_modules"

FILTERS: dict[str, Callable[..., str]] = {
    "num": formatting.number,
    "signed": formatting.signed,
    "days": formatting.days,
    "slip": formatting.slip,
    "counted": formatting.counted,
    "deadline": formatting.deadline,
    "date": formatting.date_text,
    "moment": formatting.moment,
    "money": formatting.money,
    "dong": lambda amount, lang: dong(amount),
    "area": formatting.area,
    "area_ha": formatting.area_ha,
    "parcel_area": formatting.parcel_area,
    "distance": formatting.length,
    "km": formatting.kilometres,
    "chainage": formatting.chainage,
    "percent": formatting.percent,
    "equation": lambda equation, lang: format_equation(equation),
}


def render(request: Request, name: str, status: int = 200, /, **context: Any) -> HTMLResponse:
    """The template `name` as a response, in the language and with the nonce of this request.

    `page_path` in the context is the address that the page can be read at, when that is not the one that was posted to.
    """
    # An error page may be asked for before the middleware has set both.
    lang: str = getattr(request.state, "lang", "vi")
    nonce: str = getattr(request.state, "nonce", "")
    path = context.pop("page_path", request.url.path)
    html = (
        environment()
        .get_template(name)
        .render(
            {
                "data_date": None,
                "times": times_of(request),
                "shows": "now",
                "nav": None,
                "project": None,
                "reckoned_with": None,
                "lang": lang,
                "nonce": nonce,
                "L": lambda vi, en: vi if lang == "vi" else en,
                "to": lambda path, **query: link(path, carried(request.query_params) | query),
                "here": lambda **query: link(path, dict(request.query_params) | query),
                "here_path": path,
                "now": link(path, {k: v for k, v in request.query_params.items() if k not in KEYS}),
                "query": dict(request.query_params),
                "known": _known(request),
                "who": getattr(request.state, "principal", None),
                "may": partial(_may, request),
                "csrf_token": partial(csrf_token, request),
                "demo_mode": request.app.state.settings.demo,
                "shows_public_page": request.app.state.settings.shows_public_page,
            }
            | context
        )
    )
    return HTMLResponse(html, status_code=status)


@cache
def environment() -> Environment:
    """One environment per process: templates are compiled once."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {
        "asset": asset,
        "vendor": vendor,
        "run": pass_context(
            lambda context, a, b, stations=PLAIN: formatting.run(a, b, context["lang"], stations)
        ),
        "share": pass_context(lambda context, n, d, unit: formatting.share(n, d, unit, context["lang"])),
        "pick": pass_context(_pick),
        "version": __version__,
        "step_group": step_group,
        "step_label": pass_context(lambda context, code: step_label(code, context["lang"])),
        "words": labels,
    }
    env.globals["agent_words"] = agent_words
    env.globals["scope_words"] = pass_context(lambda context, who: scope_words(who, context["lang"]))
    env.filters |= {name: _in_language(function) for name, function in FILTERS.items()}
    env.filters["reckoned"] = pass_context(lambda context, how: option_words(how)[context["lang"] != "vi"])
    env.filters["say"] = pass_context(lambda context, pair: pair[0] if context["lang"] == "vi" else pair[1])
    return env


@cache
def asset(path: str) -> str:
    """Address of a file of `api/static`, with its content hash so that browsers may keep it for ever."""
    return f"/tinh/a/{path}?v={_fingerprint(STATIC / path)}"


@cache
def vendor(path: str) -> str:
    """Address of a file of an npm package under `maps/assets/node_modules`."""
    return f"/tinh/v/{path}?v={_fingerprint(VENDOR / path)}"


def link(path: str, query: Mapping[str, object]) -> str:
    """`path?query` without the keys whose value is None or empty."""
    kept = {key: str(value) for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def step_group(code: str) -> int:
    """Colour group 1…7 of a step, 0 for one without a colour of its own or unknown to the table."""
    return STEPS[code].group if code in STEPS else 0


def step_label(code: str, lang: str) -> str:
    """What a step is called; the code itself when the table does not know it."""
    if code not in STEPS:
        return code
    return STEPS[code].label_vi if lang == "vi" else STEPS[code].label_en


def scope_words(who: Principal, lang: str) -> str:
    """What a person works for, in a few words: "3 phường, xã, 2 dự án"; empty for who sees no cases."""
    if who.reach == "all":
        return "toàn thành phố" if lang == "vi" else "whole city"
    if who.reach == "none":
        return ""
    counts = (
        (len(who.wards), "phường, xã", "ward", "wards"),
        (len(who.projects), "dự án", "project", "projects"),
    )
    return ", ".join(formatting.counted(n, vi, one, many, lang) for n, vi, one, many in counts if n)


def _may(request: Request, action: str) -> bool:
    """Whether the reader may do an action at all: what they may not do is not offered."""
    who = getattr(request.state, "principal", None)
    return who is not None and door_of(request).rights.may(who, action)


def _known(request: Request) -> dict[str, Any] | None:
    """The moment that the page looks back to and the last event that counts, None for a page of the present."""
    event = getattr(request.state, "known", None)
    return None if event is None else {"at": request.state.moment.known_at, "event": event}


def carried(query: Mapping[str, str]) -> dict[str, object]:
    """The part of a query that the next page keeps."""
    return {key: query[key] for key in KEYS if query.get(key, "").strip()}


def _fingerprint(file: Path) -> str:
    # A missing file must show as a 404 of that file in the browser, not as a broken page.
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"


def _in_language(function: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def in_language(context: Context, value: Any, *args: Any) -> str:
        if function is formatting.counted:
            return function(value, *args, context["lang"])
        return function(value, context["lang"], *args)

    return in_language


def _pick(context: Context, thing: Any, field: str = "name") -> str:
    """`thing.name_vi` or `thing.name_en` (of an object or a dict), by the language of the page."""
    key = f"{field}_{context['lang']}"
    value = thing[key] if isinstance(thing, Mapping) else getattr(thing, key)
    return str(value)
