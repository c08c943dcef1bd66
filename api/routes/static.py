"""Everything the browser loads, from this machine: own files and the npm packages on the allow-list."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.settings import REPOSITORY

OWN = REPOSITORY / "api" / "static"
VENDOR = REPOSITORY / "maps" / "assets" / "node_modules"
# A package that is not named here is not served, even when npm brought it along.
PACKAGES = ("leaflet", "swagger-ui-dist", "@fontsource/be-vietnam-pro", "@fontsource/inter")
# Of these only the named files: they come with many megabytes of sources and other builds.
FILES = {
    "maplibre-gl/dist": ("maplibre-gl-csp.js", "maplibre-gl-csp-worker.js"),
    "@maplibre/maplibre-gl-leaflet": ("leaflet-maplibre-gl.js",),
    "@geoman-io/leaflet-geoman-free/dist": ("leaflet-geoman.min.js", "leaflet-geoman.css"),
}


class CachedFiles(StaticFiles):
    """Static files; an address with `?v=` names one content for ever and may be kept for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            versioned = b"v=" in scope["query_string"]
            response.headers["Cache-Control"] = (
                "public, max-age=31536000, immutable" if versioned else "no-cache"
            )
        return response


class NamedFiles(CachedFiles):
    """Of a folder the files that are named, and no others."""

    def __init__(self, directory: Path, names: tuple[str, ...]) -> None:
        super().__init__(directory=directory)
        self.names = names

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file if it is named. Raises HTTPException 404 otherwise."""
        if path not in self.names:
            raise HTTPException(404)
        return await super().get_response(path, scope)


def mount(app: FastAPI) -> None:
    """Mounts /tinh/a (own files) and /tinh/v/<package> (npm packages)."""
    app.mount("/tinh/a", CachedFiles(directory=OWN), name="own-files")
    for package in PACKAGES:
        app.mount(f"/tinh/v/{package}", CachedFiles(directory=VENDOR / package), name=package)
    for folder, names in FILES.items():
        app.mount(f"/tinh/v/{folder}", NamedFiles(VENDOR / folder, names), name=folder)
