"""The trap this pins: with a plain `Depends` the answer leaves before the commit, and a failed commit reads 200."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from fastapi import Depends, FastAPI, Request
from starlette.testclient import TestClient

from api.deps import SessionDep
from api.deps import session as session_dependency
from api.rightsfile import rights
from api.usecases.signin import nobody


class Failing:
    """Stands for a database whose commit fails."""

    def begin(self) -> Any:
        return self

    def __enter__(self) -> Failing:
        return self

    def __exit__(self, *_: object) -> None:
        raise RuntimeError("commit failed")

    def execute(self, *_: object) -> None:
        pass


def somebody(request: Request) -> None:
    """Stands for the guard."""
    request.state.principal = nobody(rights())


def ungated(request: Request) -> Iterator[Any]:
    """The session of `api.deps` without who asks: only its commit is looked at here."""
    with request.app.state.sessions.begin() as opened:
        yield opened


def ask(scope: Any) -> int:
    app = FastAPI(dependencies=[Depends(somebody)])
    app.state.sessions = Failing()
    app.dependency_overrides[session_dependency] = ungated

    @app.get("/write")
    def write(_: Any = Depends(session_dependency, scope=scope)) -> dict[str, bool]:
        return {"saved": True}

    with TestClient(app, raise_server_exceptions=False) as client:
        return client.get("/write").status_code


def test_a_failed_commit_is_never_answered_with_success() -> None:
    assert ask("function") == 500


def test_with_the_default_scope_a_failed_commit_is_answered_with_success() -> None:
    """The control: the scope of SessionDep is what makes the difference."""
    assert ask("request") == 200


def test_sessions_of_the_application_use_the_function_scope() -> None:
    (marker,) = get_args(SessionDep)[1:]
    assert marker.scope == "function"
