"""The server's log: one JSON object a line on the error stream, in which no personal data can come out.

Every line, of this program and of the libraries, passes `without_personal_data` last. People are not named: a request
is told by its number, its session's number and the role. At a terminal in demo mode the same lines are set for reading.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from api.rightsfile import rights

# Values that are never logged, whoever hands them over: what people type, send or are called. The protected fields of
# the rights table come on top.
NEVER = frozenset(
    re.findall(
        r"\w+",
        "account accounts actor after agent authorization before body content csrf data display_name document form "
        "headers holder identifier ip json message name network note obstacle on_behalf_of orig params parameters path "
        "person positional_args query query_string raw_path reason referer referrer request response sql statement "
        "stmt ten text url user user_agent username value values",
    )
)
# And whatever has one of these in its name, or a protected field of the rights table.
NEVER_IN = ("cookie", "mat_khau", "password", "secret", "token")
LONGEST = 200
DEEPEST = 6
FRAMES = 12
OUR_FOLDER = Path(__file__).resolve().parent.parent
Shape = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]


# What a line of ours passes before it reaches the standard library's handlers.
_steps: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def configure(*, readable: bool = False, stream: TextIO | None = None, guarded: bool = True) -> None:
    """Sends the log of the whole process to `stream` (the error stream), as JSON or `readable`.

    `guarded` False leaves the filter out: only the control of its test does that.
    """
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    _steps[:] = [*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
    last: list[Processor] = [_where_from, structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    last.append(without_personal_data if guarded else structlog.processors.format_exc_info)
    last.append(
        structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time")
        if readable
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=last,
            foreign_pre_chain=first,
            # A library's message comes without its arguments: nobody knows what is in them.
            use_get_message=not guarded,
            pass_foreign_args=True,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("duonggang").setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        taken = logging.getLogger(name)
        taken.handlers.clear()
        taken.propagate = True


def catch_the_rest() -> None:
    """What nobody caught goes through the log as well, in place of Python's own print of values."""

    def uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:  # pragma: no cover - the process is ending
        log().critical("uncaught error", exc_info=(kind, error, trace))

    def in_thread(args: threading.ExceptHookArgs) -> None:
        log().error(
            "uncaught error in a thread", exc_info=(args.exc_type, args.exc_value, args.exc_traceback)
        )

    def warned(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        log().warning("python warning", kind=category.__name__, where=f"{_place(filename)}:{lineno}")

    warnings.showwarning = warned
    sys.excepthook = uncaught
    threading.excepthook = in_thread


def log() -> structlog.stdlib.BoundLogger:
    """The program's own logger. Its events are constant words; what varies goes into keys."""
    # Not by way of structlog's global settings: what those are without `configure` prints local values.
    found: structlog.stdlib.BoundLogger = structlog.wrap_logger(
        logging.getLogger("duonggang"), processors=_steps, wrapper_class=structlog.stdlib.BoundLogger
    )
    return found


def without_personal_data(_: Any, __: str, event: EventDict) -> EventDict:
    """Drops known personal keys at any depth and turns exceptions into their type and frames, without their texts."""
    foreign = event.pop("foreign", False)
    trouble = event.pop("exc_info", None)
    said = event.pop("event", "")
    event.pop("stack_info", None)
    kept: EventDict = {"event": _constant_part(said) if foreign else _plain(said, 0)}
    kept.update({str(key): _plain(value, 0) for key, value in event.items() if _may_stay(str(key))})
    given = event.get("positional_args")
    if foreign and isinstance(given, tuple) and (told := [each for each in given if _is_telling(each)]):
        kept["given"] = _plain(told, 0)
    if (shape := _exception(trouble)) is not None:
        kept["raised"] = shape
    return kept


def exception_shape(error: BaseException) -> dict[str, Any]:
    """An exception as type and frames (file:line:function), with what caused it; no text, no value."""
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    shape: dict[str, Any] = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "frames": [f"{_place(frame.filename)}:{frame.lineno}:{frame.name}" for frame in frames],
    }
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    if isinstance(state, str):
        shape["sqlstate"] = state[:5]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and cause is not error:
        shape["cause"] = exception_shape(cause)
    return shape


@lru_cache(1024)
def _may_stay(key: str) -> bool:
    plain = key.lower().replace("-", "_")
    return plain not in NEVER and not any(part in plain for part in (*NEVER_IN, *rights().fields))


def _plain(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value[:LONGEST]
    if isinstance(value, BaseException):
        return exception_shape(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {str(key): _plain(each, depth + 1) for key, each in value.items() if _may_stay(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each, depth + 1) for each in value]
    return type(value).__name__  # how an object shows itself is not ours to know


def _constant_part(said: Any) -> str:
    """What a library says before it may name values: they follow a colon, a quotation mark, a bracket or a new line."""
    if not isinstance(said, str):
        return type(said).__name__
    return re.split(r"[:'\"<\[({=\n]", said, maxsplit=1)[0].strip()[:LONGEST]


def _is_telling(value: Any) -> bool:
    return isinstance(value, int | float | BaseException)


def _exception(trouble: Any) -> dict[str, Any] | None:
    if trouble is True:
        trouble = sys.exc_info()
    if isinstance(trouble, tuple):
        trouble = trouble[1]
    return exception_shape(trouble) if isinstance(trouble, BaseException) else None


def _place(filename: str) -> str:
    """A file of ours by its place in the checkout, of a library by its last two names."""
    path = Path(filename)
    try:
        return str(path.relative_to(OUR_FOLDER))
    except ValueError:
        return "/".join(path.parts[-2:])


def _where_from(_: Any, __: str, event: EventDict) -> EventDict:
    """Says which logger of a library a line comes from."""
    record = event.get("_record")
    if not event.get("_from_structlog") and isinstance(record, logging.LogRecord):
        event["logger"] = record.name
        event["foreign"] = True
        if not isinstance(record.msg, str):
            event["event"] = record.msg  # an exception that was logged as if it were a text
    return event
