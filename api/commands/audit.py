"""`duonggang audit …`: is the history what it was, and its head for paper and for the anchor file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from api.commands.shared import anchor_file, fail, say, settings_or_exit, transaction
from api.usecases.audit import Audit, anchor_history, check_history
from geo import chain

app = typer.Typer(help="Kiểm toán lịch sử (audit of the history).", no_args_is_help=True)


@app.command("verify")
def verify(
    as_json: Annotated[bool, typer.Option("--json", help="In JSON thay cho câu.")] = False,
) -> None:
    """Tính lại chuỗi mã của lịch sử và so với tệp neo; nêu dòng sai đầu tiên, mã thoát 1 khi có."""
    path = settings_or_exit().anchor_file
    with transaction() as session:
        try:
            audit = check_history(session, path)
        except OSError as error:
            raise _unreadable(error) from None
    for warning in audit.warnings:
        say(f"  lưu ý {warning.where}: {warning.vi}", warning.en)
    fault = audit.verdict.fault
    if as_json:
        print(json.dumps(_plain(audit), ensure_ascii=False, indent=2, sort_keys=True))
    elif fault is not None:
        print(f"{fault.vi}\n{fault.en}")
    else:
        print(_clean(audit))
    if fault is not None:
        raise typer.Exit(1)


@app.command("anchor")
def anchor() -> None:
    """Ghi mã kiểm hiện tại vào tệp neo."""
    path = anchor_file(settings_or_exit())
    with transaction() as session:
        try:
            head, written = anchor_history(session, path, now=datetime.now(UTC))
        except OSError as error:
            raise _unreadable(error) from None
    if head is None:
        say("Lịch sử còn trống, chưa có gì để neo.", "no history to anchor yet")
    elif written:
        say(f"Đã neo dòng {head.event_id}, mã kiểm {head.short}.", f"anchored {head.rows} events")
    else:
        say(f"Neo cuối đã là dòng {head.event_id}, mã kiểm {head.short}.", "anchored before")


@app.command("head")
def head() -> None:
    """In mã kiểm: 12 chữ số đầu của mã dòng mới nhất, như trên báo cáo."""
    with transaction() as session:
        short = chain.short_head(session)
    if short is None:
        raise fail("Lịch sử còn trống. · The history is empty.")
    print(short)


def _clean(audit: Audit) -> str:
    rows, head = audit.verdict.rows, audit.verdict.head
    if head is None:
        return "Lịch sử còn trống. · The history is empty."
    return (
        f"Lịch sử nguyên vẹn: {rows} dòng đến dòng {head.event_id}, mã kiểm {head.short}, khớp {audit.anchors} neo. "
        f"· The history is whole: {rows} events, head {head.short}, {audit.anchors} anchors agree."
    )


def _plain(audit: Audit) -> dict[str, Any]:
    head, fault = audit.verdict.head, audit.verdict.fault
    return {
        "clean": fault is None,
        "rows": audit.verdict.rows,
        "anchors": audit.anchors,
        "head": None
        if head is None
        else {
            "event_id": head.event_id,
            "hash": head.hash.hex(),
            "recorded_at": head.recorded_at.isoformat(),
            "rows": head.rows,
        },
        "fault": None
        if fault is None
        else {
            "event_id": fault.event_id,
            "after_id": fault.after_id,
            "kind": fault.kind,
            "vi": fault.vi,
            "en": fault.en,
        },
        "warnings": [{"where": w.where, "vi": w.vi, "en": w.en} for w in audit.warnings],
    }


def _unreadable(error: OSError) -> typer.Exit:
    return fail(
        f"Tệp neo không dùng được ({error.filename or ''} {error.strerror or error}); xem DUONGGANG_ANCHOR.\n"
        "The anchor file cannot be used; see DUONGGANG_ANCHOR."
    )
