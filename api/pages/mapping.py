"""The Folium maps as the pages embed them: what they show, where they fetch it, and the nonce."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from fastapi import Request

from api import formatting as fmt
from api.guard import door_of
from api.pages.rendering import asset, carried, link, vendor
from api.views import ProjectSummary, ProjectView
from maps.city_map import city_map
from maps.diff_map import diff_map
from maps.land_layer import LandSource
from maps.page_map import Basemap
from maps.portfolio_map import ProjectPopup, portfolio_map
from maps.project_map import project_map
from maps.render import MapParts, parts
from maps.styles import FAULT_COLOURS
from projects.codes import LAND_CODES, OBSTACLES
from projects.steps import STEPS


def portfolio_parts(request: Request, rows: Iterable[ProjectSummary], lang: str) -> MapParts:
    """The portfolio map; each project's popup says what its row in the list says."""
    m = portfolio_map(
        projects_url=_data(request, "/api/portfolio.geojson", lang),
        wards_url=_data(request, "/api/wards.geojson", lang),
        lang=lang,
        assets=_address,
        basemap=_basemap(request),
        popups={row.facts.code: _popup(row, lang) for row in rows},
    )
    return parts(m, nonce=request.state.nonce)


def project_parts(
    request: Request, view: ProjectView, lang: str, *, first: date | None, last: date
) -> MapParts:
    """The map of one project, with the words of steps, obstacles and land codes in the page's language.

    `first` and `last` bound its day slider.
    """
    code = view.summary.facts.code
    m = project_map(
        code=code,
        land=_land(request, code, lang, day=view.data_date, first=first, last=last),
        axis_url=_data(request, f"/api/projects/{code}/alignments.geojson", lang),
        wards_url=_data(request, "/api/wards.geojson", lang),
        lang=lang,
        counts_by_group=view.summary.land.by_group,
        **_words(lang),
        assets=_address,
        basemap=_basemap(request),
    )
    return parts(m, nonce=request.state.nonce)


def city_parts(request: Request, lang: str, *, day: date, first: date | None, last: date) -> MapParts:
    """The map of all land, on the data date `day`; `first` and `last` bound its day slider."""
    m = city_map(
        land=_land(request, None, lang, day=day, first=first, last=last),
        projects_url=_data(request, "/api/portfolio.geojson", lang),
        wards_url=_data(request, "/api/wards.geojson", lang),
        lang=lang,
        assets=_address,
        basemap=_basemap(request),
        **_words(lang),
    )
    return parts(m, nonce=request.state.nonce)


def import_parts(request: Request, number: int, lang: str) -> MapParts:
    """The map of what an import would change."""
    m = diff_map(
        changes_url=_data(request, f"/api/imports/{number}/changes.geojson", lang),
        wards_url=_data(request, "/api/wards.geojson", lang),
        lang=lang,
        assets=_address,
        basemap=_basemap(request),
    )
    return parts(m, nonce=request.state.nonce)


def topology_parts(request: Request, url: str, lang: str) -> MapParts:
    """The map of what is wrong with a fabric."""
    m = diff_map(
        changes_url=_data(request, url, lang),
        wards_url=_data(request, "/api/wards.geojson", lang),
        lang=lang,
        colours=FAULT_COLOURS,
        title="fault_title",
        assets=_address,
        basemap=_basemap(request),
    )
    return parts(m, nonce=request.state.nonce)


def _land(
    request: Request, code: str | None, lang: str, *, day: date, first: date | None, last: date
) -> LandSource:
    base = "/api/land-map" if code is None else f"/api/projects/{code}/land-map"
    only = {} if code is None else {"project": code}
    may_write = code is not None and door_of(request).rights.may(request.state.principal, "case.change")
    looks_back = "biet_den" in request.query_params or "known_at" in request.query_params
    return LandSource(
        # Without the language: tiles have no words.
        tiles=link(
            f"/o/{'thanh-pho' if code is None else f'du-an/{code}'}/{{z}}/{{x}}/{{y}}.mvt", _times(request)
        ),
        version=link(f"{base}/version", _times(request)),
        facts=link(base, _times(request)),
        critical=link(f"{base}/critical", _times(request)),
        waits=link(f"{base}/waits", _times(request)),
        parcels=link("/api/land-map/parcels", _times(request) | only | {"lang": lang}),
        search=link("/api/land-map/search", _times(request) | only | {"lang": lang}),
        page_day=day.isoformat(),
        first_day=first.isoformat() if first else None,
        last_day=max(last, day).isoformat(),
        bulk=f"/du-an/{code}/ghi-hang-loat" if may_write and not looks_back else None,
        file_name=f"ban-do-{(code or 'thanh-pho').lower()}",
    )


def _times(request: Request) -> dict[str, object]:
    return carried(request.query_params)


def _words(lang: str) -> dict[str, Any]:
    """The step group of each step, and the words of steps, obstacles and land codes."""
    side = 0 if lang == "vi" else 1
    return {
        "step_groups": {key: step.group or 1 for key, step in STEPS.items()},
        "step_labels": {key: step.label_vi if lang == "vi" else step.label_en for key, step in STEPS.items()},
        "obstacle_labels": {key: words[side] for key, words in OBSTACLES.items()},
        "land_labels": {key: words[side] for key, words in LAND_CODES.items()},
    }


def _popup(row: ProjectSummary, lang: str) -> ProjectPopup:
    def say(vi: str, en: str) -> str:
        return vi if lang == "vi" else en

    facts = row.facts
    known: list[tuple[str, str]] = []
    if row.forecast_finish:
        known.append((say("Dự báo", "Forecast"), fmt.date_text(row.forecast_finish, lang)))
    if facts.planned_finish:
        known.append((say("Kế hoạch", "Planned"), fmt.date_text(facts.planned_finish, lang)))
    if row.blocked_m is not None and row.axis_m is not None:
        blocked = f"{fmt.kilometres(row.blocked_m, lang)} / {fmt.kilometres(row.axis_m, lang)} km"
        known.append((say("Còn vướng", "Blocked"), blocked))
    source = facts.sources[0] if facts.sources else ""
    published: list[tuple[str, str, str]] = []
    if facts.length_m is not None:
        published.append((say("Chiều dài", "Length"), fmt.length(facts.length_m, lang), source))
    if facts.area_ha is not None:
        published.append((say("Diện tích", "Area"), fmt.area_ha(facts.area_ha, lang), source))
    if facts.investment is not None:
        published.append((say("Tổng đầu tư", "Investment"), fmt.money(facts.investment, lang), source))
    return ProjectPopup(facts=known, claims=published)


def _data(request: Request, path: str, lang: str) -> str:
    # The language stands in the address so that a cached answer can never be in the other one.
    return link(path, carried(request.query_params) | {"lang": lang})


def _address(key: str) -> str:
    """`a/js/map-core.js` and `v/leaflet/dist/leaflet.js` as the app serves them, with their content hash."""
    kind, _, path = key.partition("/")
    return asset(path) if kind == "a" else vendor(path)


def _basemap(request: Request) -> Basemap | None:
    settings = request.app.state.settings
    if not settings.basemap_url:
        return None
    return Basemap(settings.basemap_url, settings.basemap_attribution)
