"""No personal data comes out of the log, whoever writes it: shown with strings that stand nowhere else."""

from __future__ import annotations

import ast
import asyncio
import io
import json
import logging
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from api import logs
from api.rightsfile import rights

ROOT = Path(__file__).resolve().parents[2]
CANARY = "Nguyễn-Thị-Canary-079188001234"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The log of the test run stays as pytest wants it."""
    root, ours = logging.getLogger(), logging.getLogger("duonggang")
    handlers, level, our_level = root.handlers[:], root.level, ours.level
    hooks = warnings.showwarning, threading.excepthook
    yield
    root.handlers[:], root.level = handlers, level
    ours.setLevel(our_level)
    warnings.showwarning, threading.excepthook = hooks
    structlog.reset_defaults()


def written(write: Callable[[], object], *, guarded: bool = True, readable: bool = False) -> str:
    """What comes out when `write` writes to the log."""
    stream = io.StringIO()
    logs.configure(stream=stream, guarded=guarded, readable=readable)
    write()
    return stream.getvalue()


class Row:
    """Something that shows more of itself than it should."""

    def __repr__(self) -> str:
        return f"Row({CANARY})"


def raised() -> ValueError:
    """An exception with a text, a cause and frames."""
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as cause:
            raise ValueError(f"bad row {CANARY}") from cause
    except ValueError as error:
        return error


def in_a_thread() -> None:
    logs.catch_the_rest()

    def fails() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()


def as_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.catch_the_rest()
        warnings.warn(CANARY, UserWarning, stacklevel=1)


def from_a_forgotten_task() -> None:
    async def fails() -> None:
        raise ValueError(CANARY)

    async def forget() -> None:
        task = asyncio.get_running_loop().create_task(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    asyncio.run(forget())


FIELDS = (
    *rights().fields,
    "password", "mat_khau", "new_password", "token", "api_token", "cookie", "Set-Cookie", "Authorization",
    "body", "form", "query", "query_string", "headers", "url", "path", "account", "name", "holder_full_name", "note",
)  # fmt: skip
foreign = logging.getLogger("some.library")
WRITERS: dict[str, Callable[[], object]] = {
    **{f"key {key}": (lambda key=key: logs.log().info("saved", **{key: CANARY})) for key in FIELDS},  # type: ignore[misc]
    "a key deep inside": lambda: logs.log().info("saved", case={"holders": [{"Full-Name": CANARY}]}),
    "a key too deep": lambda: logs.log().info("saved", a=[[[[[[[[CANARY]]]]]]]]),
    "an object": lambda: logs.log().info("saved", row=Row()),
    "bytes": lambda: logs.log().info("saved", row=CANARY.encode()),
    "an exception": lambda: logs.log().error("failed", exc_info=raised()),
    "an exception in a key": lambda: logs.log().error("failed", error=raised()),
    "an exception of now": lambda: _now(logs.log().exception),
    "bound to the request": lambda: _bound(),
    "a library's arguments": lambda: foreign.error("cannot save %s: %s", CANARY, {"name": CANARY}),
    "a library's exception": lambda: foreign.error("failed", exc_info=raised()),
    "a library's exception as text": lambda: foreign.error(raised()),
    "a library's exception as argument": lambda: foreign.error("failed: %s", raised()),
    "a library's ready text": lambda: foreign.error(f"cannot save: {CANARY}"),
    "a library's quotation": lambda: foreign.error(f"key ({CANARY}) exists"),
    "a library's second line": lambda: foreign.error(f"failed\nDETAIL {CANARY}"),
    "a thread that fails": in_a_thread,
    "a warning": as_a_warning,
    "a forgotten task": from_a_forgotten_task,
}


def _now(write: Callable[[str], object]) -> None:
    try:
        raise ValueError(CANARY)
    except ValueError:
        write("failed")


def _bound() -> None:
    with structlog.contextvars.bound_contextvars(full_name=CANARY, request_id="ab12"):
        logs.log().info("saved")


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("readable", [False, True])
def test_no_canary_comes_out(name: str, readable: bool) -> None:
    out = written(WRITERS[name], readable=readable)
    assert out, "the line itself is there"
    assert CANARY not in out
    assert "Canary" not in out
    assert "079188001234" not in out


# Python itself or the depth keeps the value away here.
HARMLESS = {"a warning"}


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in HARMLESS])
def test_without_the_filter_each_of_them_does(name: str) -> None:
    """The control of the test above."""
    assert "079188001234" in written(WRITERS[name], guarded=False)


def test_a_line_says_when_what_and_in_which_request() -> None:
    def write() -> None:
        with structlog.contextvars.bound_contextvars(request_id="ab12"):
            logs.log().info("request", status=200, ms=1.5)

    line: dict[str, Any] = json.loads(written(write))
    assert line.pop("time").endswith("Z")
    assert line == {"level": "info", "event": "request", "request_id": "ab12", "status": 200, "ms": 1.5}


def test_an_exception_keeps_its_type_its_place_and_what_caused_it() -> None:
    line = json.loads(written(lambda: logs.log().error("failed", exc_info=raised())))
    assert line["raised"]["type"] == "builtins.ValueError"
    assert line["raised"]["frames"][-1].startswith("tests/unit/test_logs.py:")
    assert line["raised"]["frames"][-1].endswith(":raised")
    assert line["raised"]["cause"]["type"] == "builtins.KeyError"


def test_a_library_keeps_its_name_the_constant_part_and_its_figures() -> None:
    line = json.loads(written(lambda: foreign.warning("Started server process [%d] for %s", 4711, CANARY)))
    assert (line["logger"], line["event"], line["given"]) == (
        "some.library",
        "Started server process",
        [4711],
    )
    line = json.loads(written(lambda: foreign.error("failed: %s", raised())))
    assert line["given"][0]["type"] == "builtins.ValueError"


def test_every_protected_field_of_the_rights_table_is_dropped() -> None:
    for field in rights().fields:
        out = written(lambda field=field: logs.log().info("saved", **{field: CANARY, f"old_{field}": CANARY}))  # type: ignore[misc]
        assert set(json.loads(out)) == {"event", "level", "time"}


def test_events_of_ours_are_constant_words() -> None:
    """A value in the text of an event would pass the filter: events are literals, values go into keys."""
    wrong = []
    levels = {"debug", "info", "warning", "error", "critical", "exception"}
    for path in [*ROOT.glob("api/**/*.py"), *ROOT.glob("geo/**/*.py"), *ROOT.glob("maps/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            source = node.func.value
            is_log = isinstance(source, ast.Call) and ast.unparse(source.func) in ("log", "logs.log")
            if is_log and node.func.attr in levels:
                constant = node.args and isinstance(node.args[0], ast.Constant) and len(node.args) == 1
                if not constant:
                    wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert wrong == []


def test_nothing_of_ours_writes_to_a_logger_past_the_filter() -> None:
    """`logging` is set up in one module; others of this package write through `api.logs.log`."""
    users = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "api").rglob("*.py")
        if "import logging" in path.read_text(encoding="utf-8")
    ]
    assert users == ["api/logs.py"]
