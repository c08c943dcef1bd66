"""`create_app(settings)`: the one application, for the server and for the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from typing import Any

from fastapi import Depends, FastAPI
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware

from api import __version__, errors, middleware
from api.calendars import working_calendars
from api.context import Context, ResultCache
from api.guard import guard
from api.leases import Leases
from api.pages import (
    account,
    admin_access,
    admin_account,
    admin_accounts,
    admin_events,
    admin_law,
    admin_outgoing,
    admin_papers,
    assignment_sheet,
    assignments,
    body_report,
    bulk,
    by_sheet,
    case,
    case_facts,
    case_lookup,
    case_papers,
    case_people,
    case_records,
    citymap,
    commitments,
    conclusions,
    correction,
    dashboard,
    desk_forms,
    docs,
    document_forms,
    import_page,
    imports,
    land_gaps,
    linked,
    list_sheets,
    network_baselines,
    network_edit,
    network_map,
    notices,
    obstacles,
    opening_forms,
    portfolio,
    preview,
    project,
    project_records,
    public,
    quality,
    release,
    report,
    report_files,
    review,
    rights_page,
    risk,
    scenarios,
    schedule_file,
    schedule_imports,
    signin,
    takeoff,
    timeloc,
    topology,
    weekly,
)
from api.pages import worklist as worklist_page
from api.rightsfile import rights
from api.routes import assignments as assignment_routes
from api.routes import bulk as bulk_routes
from api.routes import case_facts as fact_routes
from api.routes import case_records as case_record_routes
from api.routes import (
    cases,
    chosen,
    documents,
    exports,
    follow,
    holders,
    land,
    landmap,
    maps,
    networks,
    projects,
    reports,
    static,
    system,
    tiles,
)
from api.routes import fabric as fabric_routes
from api.routes import imports as import_routes
from api.routes import ledger as ledger_routes
from api.routes import opening_rules as opening_routes
from api.routes import project_records as project_record_routes
from api.routes import quality as quality_routes
from api.routes import risk as risk_routes
from api.routes import scenarios as scenario_routes
from api.routes import schedules as schedule_routes
from api.routes import takeoff as takeoff_routes
from api.routes import worklist as worklist_routes
from api.settings import Settings
from api.tiledoor import TileDoor, TileFront
from api.together import Together
from api.usecases.signin import Door, Limits, count_further, nobody
from geo import cluster
from geo.account_news import listener
from geo.db import APP_ROLE, make_engine, make_sessions
from geo.plain_changes import PlainChange, write_plain

# A ward's people share one address: signing in takes each of them three requests as nobody.
PEOPLE_BEHIND_A_NETWORK = 2
DESCRIPTION = """
**Đường Găng** nối từng thửa đất với lý trình, mũi thi công và đường găng của dự án.
It ties every parcel to its chainage, its work front and the project's critical path.

* `ngay` chọn ngày số liệu (data date), `lang=en` answers in English.
* `biet_den` (`known_at`) answers by what was recorded at that moment and no later; such an answer names the moment
  (`known_at`) and its last event (`known_event`), and nothing can be written with it.
* Dates and counts come from all land; cases outside your reach are counted (`drivers_hidden`, `seen`), not named.
* Every refusal has the same body: `error` (a stable name), `detail` (a sentence), and where it applies
  `faults`, `current`, `wanted`, `allowed`.
* Lengths and chainages are metres, areas m² (measured in EPSG:5897), money tỷ đồng (billion VND),
  slips calendar days (positive = late), floats working days of the activity's calendar.
* Rows marked `demo` are invented (dữ liệu minh hoạ); claims are published figures and never counted rows.

Every request needs a session (browser) or an API token (`Authorization: Bearer dg_…`, made on the page “Tài khoản”).
What you may see and do stands in the rights table (`/quyen`); what lies outside is 404.
"""


def create_app(
    settings: Settings,
    *,
    engine: Engine | None = None,
    today: Callable[[], date] = date.today,
    limits: Limits | None = None,
    revive: Callable[[], object] | None = None,
) -> FastAPI:
    """The application on a migrated and loaded database. `today` is the only clock it reads.

    An `engine` may be handed in (tests); otherwise one is made that connects as the application's role. `revive`
    is called when the database does not answer: the private cluster is then started again.
    """
    opened = engine or app_engine(settings)
    sessions = make_sessions(opened)
    ways = Door(
        begin=sessions.begin,
        connect=opened.execution_options(isolation_level="AUTOCOMMIT").connect,
        rights=rights(),
        demo=settings.demo,
        limits=limits
        or Limits(
            requests_per_minute=settings.requests_per_minute,
            anonymous_per_minute=settings.requests_per_minute * PEOPLE_BEHIND_A_NETWORK,
            idle=settings.session_idle_minutes * 60.0,
            absolute=settings.session_hours * 3600.0,
        ),
    )

    leases = Leases(ways.limits.requests_per_minute, partial(count_further, ways))
    leases.listener = news = listener(opened, leases.drop)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        news.close()
        opened.dispose()

    app = FastAPI(
        title="Đường Găng",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # a route of ours (`api.pages.docs`), so that the guard stands before it
        dependencies=[Depends(guard)],
        responses={
            404: {"model": errors.ErrorOut, "description": "Không có mục này · not there"},
            422: {"model": errors.ErrorOut, "description": "Dữ liệu vào sai · refused, with every reason"},
            503: {"model": errors.ErrorOut, "description": "Cơ sở dữ liệu không trả lời · try again"},
        },
    )

    def write_together(changes: Sequence[PlainChange]) -> list[dict[str, Any] | None]:
        with ways.connect() as connection:
            return write_plain(connection, changes, today())

    app.state.plain_changes = Together(write_together)
    app.state.sessions = sessions
    app.state.door = ways
    app.state.settings = settings
    app.state.revive = revive
    app.state.context = Context(
        calendars=working_calendars(),
        today=today,
        cache=ResultCache(),
        rights=ways.rights,
        principal=nobody(ways.rights),
    )
    errors.install(app)
    # In order of wrapping: compression is nearest to the routes, the headers of every answer outside it.
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.state.leases = leases
    app.add_middleware(TileDoor, leases=leases)
    middleware.install(app, settings, errors.unexpected)
    fixed = middleware.fixed_headers(settings.own_origin)
    app.add_middleware(TileFront, leases=leases, hosts=settings.hosts, fixed=fixed)
    land_answers = (land, takeoff_routes, exports, maps, tiles, landmap, import_routes, fabric_routes)
    records = (case_record_routes, project_record_routes, opening_routes)
    of_cases = (cases, fact_routes, documents, *records, follow, bulk_routes, holders)
    of_schedules = (networks, schedule_routes, scenario_routes, risk_routes, quality_routes, ledger_routes)
    of_people_land = (worklist_routes, *of_cases, assignment_routes)
    for module in (projects, chosen, *of_schedules, *land_answers, *of_people_land, reports, system):
        app.include_router(module.router)
    of_admin = (
        admin_accounts,
        admin_account,
        admin_access,
        admin_law,
        admin_papers,
        admin_outgoing,
        admin_events,
    )
    people = (signin, account, rights_page, *of_admin)
    of_projects = (
        portfolio,
        citymap,
        project,
        network_map,
        network_edit,
        network_baselines,
        dashboard,
        land_gaps,
        timeloc,
        linked,
        scenarios,
        release,
        takeoff,
        risk,
        quality,
        obstacles,
        commitments,
        conclusions,  # before the page of one assignment, whose address would take theirs
        assignment_sheet,
        assignments,
        review,
        notices,
        weekly,
        by_sheet,
        list_sheets,
    )
    of_files = (imports, import_page, preview, topology, schedule_file, schedule_imports)
    for page in (
        *people,
        *of_projects,
        *of_files,
        worklist_page,
        case,
        case_papers,
        case_lookup,
        public,
        case_people,
        desk_forms,
        case_records,
        project_records,
        opening_forms,
        case_facts,
        document_forms,
        correction,
        bulk,
        report_files,
        body_report,
        report,
        docs,
    ):
        app.include_router(page.router, include_in_schema=False)
    app.include_router(case_papers.open_router, include_in_schema=False)
    static.mount(app)
    return app


def for_the_web(settings: Settings, url: str) -> Settings:
    """The settings of the web process on the database `url`: the owner's address is not among them.

    The private cluster has the application's role; somebody's own database has its address in the settings. In demo
    mode it may be without: then the owner's login is used with the role switched.
    """
    app_url = settings.app_database_url
    if app_url is None and settings.database_url is None:
        app_url = cluster.app_url(url)
    return settings.model_copy(
        update={"database_url": url if app_url is None else None, "app_database_url": app_url}
    )


def app_engine(settings: Settings) -> Engine:
    """An engine that connects as the application's role, which owns nothing.

    With its own address, or on the owner's login with the role switched (demo on somebody's own database).
    """
    if settings.app_database_url is not None:
        return make_engine(settings.app_database_url)
    if settings.database_url is None:
        raise ValueError("create_app needs a database: set DUONGGANG_DATABASE_URL or use `duonggang serve`")
    return make_engine(settings.database_url, role=APP_ROLE)
