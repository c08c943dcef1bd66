"""`create_app(settings)`: the one application, for the server and for the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware

from api import __version__, errors, middleware
from api.calendars import working_calendars
from api.context import Context, ResultCache
from api.pages import case, correction, docs, portfolio, project, report
from api.routes import cases, maps, projects, reports, static, system
from api.settings import LOOPBACK, Settings
from geo.db import make_engine, make_sessions

DESCRIPTION = """
**Đường Găng** nối từng thửa đất với lý trình, mũi thi công và đường găng của dự án.
It ties every parcel to its chainage, its work front and the project's critical path.

* `ngay` chọn ngày số liệu (data date), `lang=en` answers in English.
* Every refusal has the same body: `error` (a stable name), `detail` (a sentence), and where it applies
  `faults`, `current`, `wanted`, `allowed`.
* Lengths and chainages are metres, areas m² (measured in EPSG:5897), money tỷ đồng (billion VND),
  slips calendar days (positive = late), floats working days of the activity's calendar.
* Rows marked `demo` are invented (dữ liệu minh hoạ); claims are published figures and never counted rows.

There is no sign-in yet: the server answers on the loopback address only.
"""


def create_app(
    settings: Settings,
    *,
    engine: Engine | None = None,
    today: Callable[[], date] = date.today,
    revive: Callable[[], object] | None = None,
) -> FastAPI:
    """The application on a migrated and loaded database. `today` is the only clock it reads.

    An `engine` may be handed in (tests); otherwise one is made from `settings.database_url`. `revive` is
    called when the database does not answer: the private cluster is then started again.
    """
    if engine is None:
        if settings.database_url is None:
            raise ValueError(
                "create_app needs a database: set DUONGGANG_DATABASE_URL or use `duonggang serve`"
            )
        engine = make_engine(settings.database_url)
    opened = engine

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        opened.dispose()

    app = FastAPI(
        title="Đường Găng",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses={
            404: {"model": errors.ErrorOut, "description": "Không có mục này · not there"},
            422: {"model": errors.ErrorOut, "description": "Dữ liệu vào sai · refused, with every reason"},
            503: {"model": errors.ErrorOut, "description": "Cơ sở dữ liệu không trả lời · try again"},
        },
    )
    app.state.sessions = make_sessions(engine)
    app.state.settings = settings
    app.state.revive = revive
    app.state.context = Context(calendars=working_calendars(), today=today, cache=ResultCache())
    errors.install(app)
    # In order of wrapping: compression is nearest to the routes, the headers of every answer outside it.
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    middleware.install(app, image_origin=settings.basemap_origin, hosts=LOOPBACK)
    for module in (projects, cases, maps, reports, system):
        app.include_router(module.router)
    for page in (portfolio, project, case, correction, report, docs):
        app.include_router(page.router, include_in_schema=False)
    static.mount(app)
    return app
