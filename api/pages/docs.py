"""`/docs`: Swagger UI from this machine, under the same policy as every page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from api.pages.rendering import render

router = APIRouter()


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The interactive description of the API."""
    return render(request, "docs.html.j2")


@router.get("/openapi.json")
def description(request: Request) -> JSONResponse:
    """The description of the API, for whoever is signed in."""
    return JSONResponse(request.app.openapi())
