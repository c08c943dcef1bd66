"""Files on their way into a case: announced, sent in pieces that may break off anywhere, and looked at when whole.

A sender's key (or the same content for the same case) leads back to the same upload, so that nothing is doubled,
however often a connection breaks. "Sent" is said only when the server's own hash of the whole is the announced one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.context import Context
from api.settings import Settings
from api.usecases.documents import (
    About,
    about,
    add_document,
    case_for_adding,
    delivered_name,
    no_room,
    room,
    standing,
)
from api.usecases.entries import MAX_KEY, SHA256
from geo.documents import keeping
from geo.documents.checking import Checked, checked, digest
from geo.documents.messages import infected
from geo.documents.scanning import scan
from geo.tables import ClearanceCase, DocumentUpload
from projects.documents import CLEAN, NOT_SCANNED
from projects.errors import Fault, InvalidInput, KeyReused, NotFound, NotNow, TooMany

MEGABYTE = 2**20
SHORTEST_KEY = 8
MOST_OPEN = 60  # uploads of a person at once, and their bytes
MOST_OPEN_BYTES = 600 * MEGABYTE
ABANDONED = timedelta(hours=24)  # an upload that nobody went on with
REMEMBERED = timedelta(days=7)  # a finished one, for whoever lost its answer
_LOOKS = BoundedSemaphore(2)  # children at once: a picture of 100 million pixels takes 600 MB
_PATIENCE_SECONDS = 30.0
Acting = Callable[[], AbstractContextManager[tuple[Session, Context]]]


@dataclass(frozen=True, slots=True)
class Store:
    """Where files go and how much is taken: bytes of one file, of a project; the scanner's socket if there is one."""

    folder: Path
    most_bytes: int
    quota_bytes: int
    scanner: Path | None


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload as its sender sees it. `broken`: the bytes that came were not those announced; it begins anew."""

    id: int
    state: str
    offset: int
    bytes: int
    document: int | None = None
    duplicate: bool = False
    broken: bool = False
    faults: tuple[Fault, ...] = ()


def store_of(settings: Settings) -> Store:
    """The store of this installation."""
    return Store(
        keeping.documents_folder(settings.home),
        settings.document_max_mb * MEGABYTE,
        settings.document_quota_mb * MEGABYTE,
        settings.clamd_socket,
    )


def begin(session: Session, ctx: Context, code: str, said: Mapping[str, Any], store: Store) -> Upload:
    """Announces a file (`name`, `size` in bytes, `sha256`, `key`, and what is said of the paper).

    What was announced before, under this key or with this content, goes on where it stands. Raises NotFound, Forbidden,
    InvalidInput, NoRoom, TooMany, KeyReused.
    """
    case = case_for_adding(session, ctx, code)
    me = ctx.principal.account
    key, size, sha256 = _announced(said, store)
    paper = about(said, today=ctx.today())
    if (found := _by_key(session, me, key)) is not None:
        if (found.case_id, found.sha256, found.bytes) != (case.id, sha256, size):
            raise KeyReused(key)
        return _seen(found, store)
    if (there := standing(session, case, sha256)) is not None:
        return Upload(0, "done", size, size, document=there.id, duplicate=True)
    if (found := _going(session, me, case, sha256)) is not None:
        found.about, found.filename = paper.as_dict(), delivered_name(str(said.get("name", "")))
        return _seen(found, store)
    _within_bounds(session, me, size)
    if size > room(session, case.project_id, store.quota_bytes):
        raise no_room(store.quota_bytes)
    row = DocumentUpload(
        account=me, key=key, case_id=case.id, filename=delivered_name(str(said.get("name", ""))), sha256=sha256,
        bytes=size, about=paper.as_dict(),
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:  # the same, twice at once
        found = _by_key(session, me, key)
        if found is None or found.sha256 != sha256:
            raise KeyReused(key) from None
        return _seen(found, store)
    return _seen(row, store)


def access_upload(
    session: Session, ctx: Context, code: str, number: int, *, for_update: bool = False
) -> DocumentUpload:
    """One's own upload for this case. Raises NotFound also for somebody else's."""
    case = case_for_adding(session, ctx, code)
    query = select(DocumentUpload).where(
        DocumentUpload.id == number,
        DocumentUpload.case_id == case.id,
        DocumentUpload.account == ctx.principal.account,
    )
    row = session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise NotFound("upload", str(number))
    return row


def state(session: Session, ctx: Context, code: str, number: int, store: Store) -> Upload:
    """How far an upload is."""
    return _seen(access_upload(session, ctx, code, number), store)


def append(
    session: Session, ctx: Context, code: str, number: int, offset: int, piece: bytes, store: Store
) -> tuple[Upload, bool]:
    """Takes the next piece; gives the upload, and False when `offset` is not where it stands (nothing is taken then).

    Raises NotFound, InvalidInput for more bytes than were announced, NoRoom.
    """
    row = access_upload(session, ctx, code, number, for_update=True)
    there = _offset(row, store)
    if row.state != "open" or offset != there:
        return _seen(row, store), False
    if offset + len(piece) > row.bytes:
        raise InvalidInput(
            [
                Fault(
                    "tệp",
                    "Gửi nhiều hơn số byte đã báo; gửi lại từ đầu.",
                    "More bytes than announced; send it again.",
                )
            ]
        )
    if piece:
        keeping.append(store.folder, row.id, offset, piece)
        row.received = offset + len(piece)
        row.touched_at = func.clock_timestamp()
        session.flush()
    return _seen(row, store), True


def finish(acting: Acting, code: str, number: int, store: Store) -> Upload:
    """Compares the hash, has the file looked at, makes it a paper of the case; the same answer when it came before.

    No transaction is open while the file is looked at. Raises NotFound, NoRoom, NotNow; a refused file is an answer.
    """
    with acting() as (session, ctx):
        row = access_upload(session, ctx, code, number)
        seen = _seen(row, store)
        if row.state != "open" or seen.offset < row.bytes:
            return seen
        filename, said, announced = row.filename, about(row.about, today=ctx.today()), row.sha256
    part = keeping.part_of(store.folder, number)
    try:
        if digest(part)[0] != announced:
            return _begin_anew(acting, code, number, store)
        with looked_at(part, filename, store) as (found, scanned), acting() as (session, ctx):
            row = access_upload(session, ctx, code, number, for_update=True)
            if row.state == "open":
                row.document_id, fresh = add_document(
                    session, ctx, code, said, found, filename=filename, scan=scanned, folder=store.folder,
                    quota_bytes=store.quota_bytes, key=f"tep-{row.id}-{row.key}"[:MAX_KEY],
                )  # fmt: skip
                row.state, row.touched_at = "done", func.clock_timestamp()
                session.flush()
                seen = _seen(row, store, duplicate=not fresh)
            else:
                seen = _seen(row, store)
    except FileNotFoundError:  # somebody else's finish was faster, or the file was swept: both are in the row
        with acting() as (session, ctx):
            return _seen(access_upload(session, ctx, code, number), store)
    except InvalidInput as refused:
        if type(refused) is not InvalidInput:  # no room: not the file's fault
            raise
        seen = _refuse(acting, code, number, store, refused)
    keeping.drop(store.folder, number)
    return seen


def add_at_once(
    acting: Acting,
    code: str,
    said: About,
    filename: str,
    part: Path,
    store: Store,
    *,
    key: str | None,
) -> tuple[int, bool]:
    """The whole way for a file that came in one piece and lies at `part`; gives the paper's number and if it is new."""
    with looked_at(part, filename, store) as (found, scanned), acting() as (session, ctx):
        return add_document(
            session, ctx, code, said, found, filename=filename, scan=scanned, folder=store.folder,
            quota_bytes=store.quota_bytes, key=None if key is None else f"{key[:60]}-{found.sha256[:32]}",
        )  # fmt: skip


@contextmanager
def looked_at(part: Path, filename: str, store: Store) -> Iterator[tuple[Checked, str]]:
    """A file that the scanner and the child have looked at, and the state of the scan. Raises InvalidInput, NotNow."""
    if not _LOOKS.acquire(timeout=_PATIENCE_SECONDS):
        raise TooMany(5)
    try:
        scanned = NOT_SCANNED
        if store.scanner is not None:
            if (what := scan(part, store.scanner)) is not None:
                raise InvalidInput([Fault(filename, *infected(what))])
            scanned = CLEAN
        with checked(part, filename, store.folder) as found:
            yield found, scanned
    finally:
        _LOOKS.release()


def too_large(most_bytes: int) -> Fault:
    """What is said of a file above the limit."""
    return Fault(
        "tệp",
        f"Tệp lớn hơn {most_bytes // MEGABYTE} MB, giới hạn của một tệp: chụp ở độ phân giải thấp hơn hoặc tách tệp.",
        f"The file is larger than {most_bytes // MEGABYTE} MB, the limit of one file: a lower resolution, or parts.",
    )


def _announced(said: Mapping[str, Any], store: Store) -> tuple[str, int, str]:
    faults: list[Fault] = []
    key, sha256, size = str(said.get("key") or ""), str(said.get("sha256") or "").lower(), said.get("size")
    if not (SHORTEST_KEY <= len(key) <= MAX_KEY and key.isascii() and key.isprintable()):
        faults.append(Fault("key", "Khoá chống ghi trùng không hợp lệ.", "The idempotency key is not valid."))
    if not SHA256.fullmatch(sha256):
        faults.append(Fault("sha256", "Thiếu mã băm SHA-256 của tệp.", "The file's SHA-256 is missing."))
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        faults.append(Fault("tệp", "Tệp rỗng.", "The file is empty."))
        size = 1
    elif size > store.most_bytes:
        faults.append(too_large(store.most_bytes))
    if faults:
        raise InvalidInput(faults)
    return key, size, sha256


def _within_bounds(session: Session, account: str, size: int) -> None:
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(DocumentUpload.bytes), 0)).where(
            DocumentUpload.account == account,
            DocumentUpload.state == "open",
            DocumentUpload.touched_at > func.clock_timestamp() - ABANDONED,
        )
    ).one()
    if count >= MOST_OPEN or int(total) + size > MOST_OPEN_BYTES:
        raise NotNow(
            f"Bạn đang gửi dở {count} tệp: chờ các tệp ấy xong rồi gửi tiếp.",
            f"{count} files of yours are on their way: let them finish, then send more.",
        )


def _by_key(session: Session, account: str, key: str) -> DocumentUpload | None:
    return session.scalar(
        select(DocumentUpload).where(DocumentUpload.account == account, DocumentUpload.key == key)
    )


def _going(session: Session, account: str, case: ClearanceCase, sha256: str) -> DocumentUpload | None:
    return session.scalar(
        select(DocumentUpload)
        .where(
            DocumentUpload.account == account,
            DocumentUpload.case_id == case.id,
            DocumentUpload.sha256 == sha256,
            DocumentUpload.state == "open",
        )
        .order_by(DocumentUpload.id)
        .limit(1)
    )


def _offset(row: DocumentUpload, store: Store) -> int:
    """What is surely there: the row may be ahead of a file that was swept, the file of a row that was not committed."""
    return min(row.received, keeping.held(store.folder, row.id)) if row.state == "open" else row.received


def _seen(row: DocumentUpload, store: Store, *, duplicate: bool = False) -> Upload:
    faults = tuple(Fault(*each) for each in row.faults)
    return Upload(
        row.id, row.state, _offset(row, store), row.bytes, row.document_id, duplicate=duplicate, faults=faults
    )


def _begin_anew(acting: Acting, code: str, number: int, store: Store) -> Upload:
    with acting() as (session, ctx):
        row = access_upload(session, ctx, code, number, for_update=True)
        if row.state == "open":
            row.received = 0
            session.flush()
            keeping.drop(store.folder, number)
        seen = _seen(row, store)
    return Upload(seen.id, seen.state, seen.offset, seen.bytes, broken=seen.state == "open")


def _refuse(acting: Acting, code: str, number: int, store: Store, refused: InvalidInput) -> Upload:
    with acting() as (session, ctx):
        row = access_upload(session, ctx, code, number, for_update=True)
        if row.state == "open":
            row.state, row.touched_at = "refused", func.clock_timestamp()
            row.faults = [[f.where, f.vi, f.en] for f in refused.faults]
            session.flush()
        return _seen(row, store)
