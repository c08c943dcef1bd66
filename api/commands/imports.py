"""`duonggang import parcels|list|show|cancel|undo` and `duonggang worker`: imports from the terminal."""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from threading import Event
from typing import Annotated

import typer
from sqlalchemy import Engine

from api import logs
from api.app import for_the_web
from api.commands.reading import (
    ColumnOption,
    CrsOption,
    EncodingOption,
    FixedOption,
    LayerOption,
    PointsOption,
    ProfileOption,
    SwappedOption,
    reading_options,
)
from api.commands.shared import (
    command_context,
    database,
    fail,
    running_database,
    say,
    sentences,
    settings_or_exit,
)
from api.usecases import imports
from api.usecases.imports import STATES
from api.usecases.land import import_parcel_file
from api.work.queue import put
from api.work.worker import work
from geo.access import access_project
from geo.db import make_engine, make_sessions
from geo.importers.options import ReadingOptions
from geo.migrate import upgrade
from geo.proposing.deciding import refresh_statistics
from geo.proposing.work import carry_out
from geo.tables import ImportProposal
from geo.uploads import safe_name, store

PHASES = {
    "waiting": "chờ", "reading": "đọc tệp", "placing": "đặt lên tim tuyến", "staging": "kiểm tra và ghi tạm",
    "comparing": "so với đất đã có",
}  # fmt: skip
FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
Number = Annotated[int, typer.Argument(help="Số của lần nhập, như “duonggang import list” ghi.")]
MEGABYTE = 1024 * 1024


def parcels(
    file: FileArgument,
    project: Annotated[str, typer.Option("--project", help="Mã dự án, ví dụ TULIEN.")],
    crs: CrsOption = None,
    layer: LayerOption = None,
    column: ColumnOption = None,
    fixed: FixedOption = None,
    encoding: EncodingOption = None,
    swapped: SwappedOption = False,
    points: PointsOption = None,
    profile: ProfileOption = None,
    full: Annotated[
        bool, typer.Option("--full", help="Tệp là toàn bộ thửa của dự án: thửa không có trong tệp sẽ bỏ.")
    ] = False,
    propose_only: Annotated[
        bool, typer.Option("--propose", help="Chỉ lập so sánh; người có quyền quyết định trên trang /nap.")
    ] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Đánh dấu là dữ liệu minh hoạ.")] = False,
) -> None:
    """Nạp thửa đất của một dự án từ tệp: đọc, so với đất đã có, rồi ghi tất cả hoặc không gì cả."""
    with database() as engine:
        with make_sessions(engine).begin() as session:
            options = reading_options(
                session, profile=profile, crs=crs, layer=layer, column=column, fixed=fixed, encoding=encoding,
                swapped=swapped, points=points,
            )  # fmt: skip
        if demo:
            _demo(engine, file, project, options)
            return
        number, fresh = _propose(engine, file, project, options, full)
        state = _read(engine, number) if fresh else _row(engine, number).state
        if state in ("waiting", "reading"):
            state = _read(engine, number)
        row = _row(engine, number)
        for warning in row.warnings:
            say(f"  lưu ý {warning['where']}: {warning['vi']}")
        if state == "accepted":
            say("Tệp này đã nạp trước đây; không có gì thay đổi.", "imported before; nothing changed")
            return
        if state != "ready":
            lines = [f"  {fault['where']}: {fault['vi']}" for fault in row.faults]
            head = f"Lần nhập {number}: {STATES[state or 'refused'][0]}. Có {len(lines)} lỗi."
            raise fail("\n".join([head, *lines]))
        _say_summary(row)
        if propose_only:
            say(f"Lần nhập {number} chờ quyết định ở /nap/{number}.", "waiting for a decision")
            return
        _accept(engine, number, project)


def list_imports(
    project: Annotated[str | None, typer.Option("--project", help="Chỉ của dự án này.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Ai đã nạp gì, từ tệp nào: mới nhất trước."""
    with database() as engine, make_sessions(engine).begin() as session:
        rows, total = imports.imports(session, command_context(), project=project, limit=limit)
        if as_json:
            print(json.dumps([imports.as_dict(row) for row in rows], ensure_ascii=False, indent=2))
            return
        for one in rows:
            u, p = one.upload, one.proposal
            print(
                f"{p.id:>6}  {one.project:<12} {STATES[p.state][0]:<16} {u.filename}  {p.proposed_by}  "
                f"{p.proposed_at:%d/%m/%Y %H:%M}  sha256 {u.sha256[:12]}"
            )
        say(f"{len(rows)} / {total} lần nhập", f"{total} imports")


def show(number: Number) -> None:
    """Một lần nhập: trạng thái, tiến độ, so sánh, lỗi (JSON)."""
    with database() as engine, make_sessions(engine).begin() as session:
        print(
            json.dumps(
                imports.as_dict(imports.access_import(session, command_context(), number)),
                ensure_ascii=False,
                indent=2,
            )
        )


def cancel(number: Number) -> None:
    """Huỷ một lần nhập chưa chấp nhận."""
    with database() as engine, make_sessions(engine).begin() as session:
        imports.cancel(session, command_context(), number)
        say(f"Đã huỷ lần nhập {number}.", "cancelled")


def undo(
    number: Number,
    reason: Annotated[str, typer.Option("--reason", help="Lý do, ghi vào lịch sử.")] = "",
) -> None:
    """Hoàn tác một lần nhập: đất trở lại đúng như trước; từ chối khi có việc ghi sau đó dựa vào nó."""
    with database() as engine, make_sessions(engine).begin() as session:
        counts = imports.undo(session, command_context(), number, reason=reason)
        if counts.get("unchanged"):
            say(f"Lần nhập {number} đã hoàn tác từ trước.", "undone before")
        else:
            say(f"Đã hoàn tác lần nhập {number}: bỏ {counts['parcel_gone']} thửa, trả lại {counts['parcel_back']}, "
                f"khôi phục {counts['parcel_as_before']}.", "undone")  # fmt: skip


def worker(
    dead_after: Annotated[
        float,
        typer.Option("--dead-after", min=1.0, help="Giây không có nhịp tim thì coi là tiến trình đã chết."),
    ] = 20.0,
) -> None:
    """Làm việc trong hàng đợi cho đến khi bấm Ctrl-C; máy chủ tự có một, chạy thêm khi cần."""
    settings = settings_or_exit()
    logs.configure(readable=sys.stderr.isatty())
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with sentences(), running_database(settings) as url:
        owner = make_engine(url, maintenance=True)
        try:
            upgrade(owner)
        finally:
            owner.dispose()
        say("Đang chờ việc (Ctrl-C để dừng).", "waiting for work")
        work(for_the_web(settings, url), stop, dead_after=dead_after)


def _demo(engine: Engine, file: Path, project: str, options: ReadingOptions) -> None:
    with make_sessions(engine).begin() as session:
        result, _ = import_parcel_file(
            session,
            file,
            project=project,
            options=options,
            is_demo=True,
            actor=command_context().principal.account,
        )
    if result.unchanged:
        say("Tệp này đã nạp trước đây; không có gì thay đổi.", "imported before; nothing changed")
    else:
        say(f"Đã nạp {result.parcels} thửa, {result.cases} hồ sơ vào {project}.",
            f"{result.parcels} parcels, {result.cases} cases")  # fmt: skip


def _propose(engine: Engine, file: Path, code: str, options: ReadingOptions, full: bool) -> tuple[int, bool]:
    settings = settings_or_exit()
    with make_sessions(engine).begin() as session:
        project = access_project(session, code)
        free = imports.room(session, project.id, settings.import_quota_mb * MEGABYTE)
        with file.open("rb") as source:
            kept = store(
                source,
                imports.uploads_folder(settings.home),
                most_bytes=settings.import_max_mb * MEGABYTE,
                room_bytes=free,
            )
        return imports.propose(
            session,
            command_context(),
            project,
            kept,
            safe_name(file.name),
            options=options,
            full_fabric=full,
            queue=put,
        )


def _read(engine: Engine, number: int) -> str | None:
    """Reads here; when a worker of the server has it already, watches."""
    settings = settings_or_exit()
    state = carry_out(
        make_sessions(engine), imports.uploads_folder(settings.home), number, enter=lambda session: None,
        second_person=settings.import_second_person, watch=_progress,
    )  # fmt: skip
    while state is None and (row := _row(engine, number)).state in ("waiting", "reading"):
        _progress(row.phase, row.done, row.total)
        time.sleep(0.5)
    _progress("", 0, 0)
    return state or _row(engine, number).state


def _progress(phase: str, done: int, total: int) -> None:
    """One line that is written over at a terminal; nothing elsewhere."""
    if sys.stderr.isatty():
        share = f"{done:,} / {total:,} thửa" if total else ""
        line = f"  {PHASES.get(phase, phase)} {share}".replace(",", ".")
        print(f"\r{line:<70}" if phase else "\r" + " " * 70 + "\r", end="", file=sys.stderr, flush=True)


def _accept(engine: Engine, number: int, project: str) -> None:
    with make_sessions(engine).begin() as session:
        counts = imports.accept(session, command_context(), number, queue=put)
        if not counts.get("stale"):
            refresh_statistics(session)
    if counts.get("stale"):
        raise fail("Đất của dự án vừa đổi; chạy lại lệnh. · the land has just changed; run the command again")
    say(
        f"Đã nạp {counts['parcels']} thửa, {counts['cases']} hồ sơ vào {project} (mã hoàn tác {number}).",
        f"{counts['parcels']} parcels, {counts['cases']} cases; undo id {number}",
    )


def _say_summary(row: ImportProposal) -> None:
    kinds = {kind: n["parcels"] for kind, n in row.summary["kinds"].items()}
    words = {"added": "thêm", "moved": "dời", "shrunk": "nhỏ đi", "grown": "lớn lên", "attributes": "đổi thuộc tính",
             "dropped": "bỏ", "unchanged": "không đổi"}  # fmt: skip
    say("  " + ", ".join(f"{words[kind]} {n}" for kind, n in kinds.items()))


def _row(engine: Engine, number: int) -> ImportProposal:
    with make_sessions(engine)() as session:
        return session.get_one(ImportProposal, number)
