"""A process that takes a picture into a case and is killed where it is told to: `python -m … SETTINGS POINT MARK`."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any, NoReturn

from api.app import app_engine
from api.rightsfile import rights
from api.settings import Settings
from api.usecases import document_uploads, documents
from geo import scope
from geo.db import make_sessions
from geo.documents import keeping
from projects.rights import Principal
from tests.document_files import jpeg
from tests.people import system_context

CASE, WHO, WARD = "TULIEN-0001", "nguoi.gui", "00097"


def die(*_: Any, **__: Any) -> NoReturn:
    """What a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit(1)


def after(module: Any, name: str) -> None:
    """Dies when the function has done its work."""
    real: Callable[..., Any] = getattr(module, name)

    def then(*arguments: Any, **options: Any) -> NoReturn:
        real(*arguments, **options)
        die()

    setattr(module, name, then)


def arm(point: str) -> None:
    """Where to die."""
    if point == "piece":
        after(keeping, "append")
    elif point == "look":
        document_uploads.add_document = die
    elif point == "copies":
        real = os.replace

        def replace_copies(source: str, target: str) -> None:
            if str(source).endswith("upload"):
                die()
            real(source, target)

        os.replace = replace_copies  # type: ignore[assignment]
    elif point == "kept":
        after(documents, "keep")
    elif point == "row":
        documents.record = die
    elif point == "committed":
        keeping.drop = die
    elif point == "wrong order":  # the control: the row first, the file after the commit
        documents.keep = lambda *_: None
        keeping.drop = die


def main(settings: Settings, point: str, mark: int) -> None:
    """One upload from its beginning to its end."""
    engine = app_engine(settings)
    sessions = make_sessions(engine)
    who = Principal(WHO, WHO, rights().roles["ward_officer"], wards=frozenset({WARD}), person=WHO)
    ctx = replace(system_context(today=date(2026, 3, 13)), principal=who)
    store = document_uploads.store_of(settings)
    content = jpeg(200, 150, mark=mark)

    @contextmanager
    def acting() -> Any:
        with sessions.begin() as session:
            scope.enter(session, who)
            yield session, ctx

    said = {
        "name": "a.jpg", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "key": f"khoa-{mark:06}",
        "kind": "ANH_HIEN_TRUONG",
    }  # fmt: skip
    with acting() as (session, _):
        upload = document_uploads.begin(session, ctx, CASE, said, store)
    if point == "piece":
        arm(point)
    half = len(content) // 2
    for start, end in ((0, half), (half, len(content))):
        with acting() as (session, _):
            if upload.offset <= start:
                document_uploads.append(session, ctx, CASE, upload.id, start, content[start:end], store)
    arm(point)
    print(document_uploads.finish(acting, CASE, upload.id, store).state)
    engine.dispose()


if __name__ == "__main__":
    main(Settings.model_validate_json(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
