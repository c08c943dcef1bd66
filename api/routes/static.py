"""Everything the browser loads, from this machine: own files and the npm packages on the allow-list."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.settings import REPOSITORY

OWN = REPOSITORY / "api" / "static"
VENDOR = REPOSITORY / "maps" / "assets" / "node_modules"
# A package that is not named here is not served, even when npm brought it along.
PACKAGES = ("leaflet", "swagger-ui-dist", "@fontsource/be-vietnam-pro", "@fontsource/inter")


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


def mount(app: FastAPI) -> None:
    """Mounts /tinh/a (own files) and /tinh/v/<package> (npm packages)."""
    app.mount("/tinh/a", CachedFiles(directory=OWN), name="own-files")
    for package in PACKAGES:
        app.mount(f"/tinh/v/{package}", CachedFiles(directory=VENDOR / package), name=package)
