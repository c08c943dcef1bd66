"""`/dang-nhap` and `/dang-xuat`: the way in and out. In demo mode the page names one account per role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from api import guard
from api.deps import LangDep
from api.errors import WHY_SIGN_IN, describe
from api.language import pick
from api.pages.labels import Pair
from api.pages.people_words import ROLE_WORK
from api.pages.rendering import render
from api.usecases.demo import demo_accounts, demo_scopes
from api.usecases.signin import identify, sign_in, sign_out
from geo.scope import door
from projects.errors import SignInNeeded, TooMany
from projects.rights import Principal

router = APIRouter()
HOME = "/danh-muc"
# Where people of a ward begin their day; everybody else begins at the portfolio.
WORK = "/viec-hom-nay"
OF_A_WARD = ("ward_officer", "ward_leader")
REASONS = ("ended", "expired")  # why somebody who was signed in stands here
Text = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True, slots=True)
class DemoEntry:
    """A demo account as a card: role, what it is for, its scope in words."""

    name: str
    password: str
    role: Pair
    work: Pair
    reach: str
    scope: tuple[str, ...]


@router.get("/dang-nhap")
def sign_in_page(
    request: Request,
    lang: LangDep,
    tiep: Annotated[str, Query(max_length=2000)] = "",
    vi_sao: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The form; whoever is signed in already goes on to where they wanted."""
    if not guard.principal_of(request).is_public:
        return RedirectResponse(onward(tiep, home_of(guard.principal_of(request))), 303)
    return _page(request, tiep=tiep, why=pick(lang, *WHY_SIGN_IN[vi_sao]) if vi_sao in REASONS else "")


@router.post("/dang-nhap")
def enter(request: Request, lang: LangDep, ten: Text = "", mat_khau: Text = "", tiep: Text = "") -> Response:
    """Checks name and password and starts a session under a new secret, whatever the browser had before."""
    try:
        secret = sign_in(
            guard.door_of(request),
            ten,
            mat_khau,
            guard.caller_of(request),
            replaces=request.cookies.get(guard.SESSION_COOKIE),
        )
    except (SignInNeeded, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 401
        response = _page(request, tiep=tiep, name=ten, refused=describe(error, lang).detail, status=status)
        if isinstance(error, TooMany):
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    who = identify(guard.door_of(request), secret, None, guard.caller_of(request).network, forgiving=True)
    answer = RedirectResponse(onward(tiep, home_of(who)), 303)
    guard.set_session(answer, secret)
    return answer


@router.post("/dang-xuat")
def leave(request: Request) -> Response:
    """Ends the session in the database, then takes the cookie back."""
    sign_out(guard.door_of(request), request.cookies.get(guard.SESSION_COOKIE))
    answer = RedirectResponse("/dang-nhap", 303)
    guard.drop_session(answer)
    return answer


def home_of(who: Principal) -> str:
    """Where somebody lands who did not ask for a page."""
    return WORK if who.role.code in OF_A_WARD else HOME


def onward(wanted: str, home: str = HOME) -> str:
    """Where to go after signing in: an address of this server only."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain and not wanted.startswith("/dang-") else home


def _page(
    request: Request, *, tiep: str, name: str = "", refused: str = "", why: str = "", status: int = 200
) -> Response:
    return render(
        request,
        "signin.html.j2",
        status,
        nav="dang-nhap",
        onward=tiep,
        name=name,
        refused=refused,
        why=why,
        accounts=_demo_entries(request) if request.app.state.settings.demo else (),
    )


def _demo_entries(request: Request) -> tuple[DemoEntry, ...]:
    ways = guard.door_of(request)
    with ways.begin() as session:
        door(session)
        scopes = demo_scopes(session)
    return tuple(
        DemoEntry(
            name=demo.name,
            password=demo.password,
            role=(ways.rights.roles[demo.role].vi, ways.rights.roles[demo.role].en),
            work=ROLE_WORK[demo.role],
            reach=ways.rights.roles[demo.role].reach,
            scope=scopes[demo.name],
        )
        for demo in demo_accounts(request.app.state.settings.secret_key)
        if demo.name in scopes
    )
