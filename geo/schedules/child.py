"""The only process that opens a schedule of another program or runs Java: `python -m geo.schedules.child REQUEST.json`.

It limits itself first, looks through the file with the standard library, and only then starts the Java machine. It
answers with plain values in a folder of its parent's.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from geo.importers.child import limit_process
from geo.importers.limits import Limits
from geo.importers.precheck import Refused
from geo.schedules import firstlook

PLAIN = "plain.xer"
# How far the reading is, for whoever waits: the last word in this file.
PHASE = "phase"
PHASES = ("checking", "opening", "translating")
WRITTEN = "written"


def main(arguments: list[str]) -> int:
    """Reads the request, answers in its `out` folder, returns 0 also for a refusal (which is an answer)."""
    request = json.loads(Path(arguments[1]).read_text("utf-8"))
    limits = Limits(**request["limits"])
    limit_process(limits, threads=True)
    out = Path(request["out"])
    try:
        answer = _write(request, out) if request["task"] == "write" else _read(request, limits, out)
    except Refused as refusal:
        answer = {"refused": refusal.code, "values": refusal.values}
    except MemoryError:
        answer = {"refused": "memory", "values": {}}
    (out / "answer.json").write_text(json.dumps(answer, allow_nan=False), "utf-8")
    return 0


def _read(request: dict[str, Any], limits: Limits, out: Path) -> dict[str, Any]:
    path = Path(request["path"])
    kind = firstlook.kind_of(path)
    faults, encoding = _look_through(path, kind, out, limits.rows)
    if faults:
        return {"kind": kind, "faults": faults}
    from geo.schedules import inward

    def told(phase: str) -> None:
        (out / PHASE).write_text(phase, "ascii")

    told("opening")
    source = out / PLAIN if kind == "xer" else path
    plan = _in_java(request, out, lambda mpxj: inward.read_plan(mpxj, source, kind, limits.rows, told))
    return {"kind": kind, "encoding": encoding, "plan": plan}


def _look_through(path: Path, kind: firstlook.Kind, out: Path, most: int) -> tuple[list[list[Any]], str]:
    if kind == "xer":
        from geo.schedules.xer import check_xer

        return check_xer(path, out / PLAIN, most)
    if kind == "mpp":
        return [], ""
    from geo.schedules.markup import check_markup

    return check_markup(path, kind, most), ""


def _write(request: dict[str, Any], out: Path) -> dict[str, Any]:
    from geo.schedules import outgoing

    plan = json.loads(Path(request["path"]).read_text("utf-8"))
    _in_java(request, out, lambda mpxj: outgoing.write_plan(mpxj, plan, out / WRITTEN, request["kind"]))
    return {"written": True}


def _in_java(request: dict[str, Any], out: Path, work: Any) -> Any:
    """`work` with the package of MPXJ; what Java throws is a refusal, never a trace for the reader."""
    import jpype

    from geo.schedules.java import start

    mpxj = start(out, int(request["heap"]))
    try:
        return work(mpxj)
    except jpype.JClass("java.lang.OutOfMemoryError"):
        raise Refused("memory") from None
    except jpype.JException as error:
        print(error.stacktrace(), file=sys.stderr)
        raise Refused("unreadable", reason=_reason(error)) from None


def _reason(error: Any) -> str:
    cause, steps = error, 0
    while cause.getCause() is not None and steps < 10:
        cause, steps = cause.getCause(), steps + 1
    return f"{cause.getClass().getSimpleName()}: {cause.getMessage()}"[:160]


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
