"""The words of papers: those of the files, until the administration sets others from a day on, each by an event."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.context import Context
from api.paperfile import paper_kinds
from api.usecases.entries import already_written, key_once
from geo.history import own_key, record
from geo.tables import PaperTemplate
from projects.errors import Fault, Forbidden, InvalidInput
from projects.papers import PaperKind

MOST_LINES, LONGEST = 40, 2_000
# What a sentence may name; see the head of `data/papers/papers.toml`.
PLACES = (
    "holder", "id_number", "address", "amount", "ward", "project", "case", "parcels", "area", "day", "notice", "plan",
    "decision",
)  # fmt: skip


_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Words:
    """The sentences of a kind of paper that may be set."""

    opening: str
    paragraphs: tuple[str, ...]
    recipients: tuple[str, ...]


def kind_on(session: Session, code: str, day: date) -> PaperKind | None:
    """A kind of paper with the words that count on a day, None for an unknown kind."""
    kind = paper_kinds().get(code)
    row = session.scalar(
        select(PaperTemplate)
        .where(PaperTemplate.kind == code, PaperTemplate.from_on <= day)
        .order_by(PaperTemplate.from_on.desc(), PaperTemplate.id.desc())
        .limit(1)
    )
    if kind is None or row is None:
        return kind
    return replace(
        kind, opening=row.opening, paragraphs=tuple(row.paragraphs), recipients=tuple(row.recipients)
    )


def templates_set(session: Session) -> list[PaperTemplate]:
    """Everything that was set, newest first."""
    return list(session.scalars(select(PaperTemplate).order_by(PaperTemplate.id.desc()).limit(200)))


def set_template(
    session: Session, ctx: Context, code: str, words: Words, *, from_on: date, document: str, key: str | None
) -> int:
    """Sets the words of a kind from a day on and gives the row's number.

    The same `key` with the same words answers as the first time. Raises Forbidden, InvalidInput with every fault
    (unknown kind, no document, sentences that name what is not there or cannot be read), KeyReused.
    """
    if not ctx.rights.may(ctx.principal, "law.change"):
        raise Forbidden("law.change")
    said = [code, words.opening, words.paragraphs, words.recipients, from_on.isoformat(), document]
    request = hashlib.sha256(json.dumps(["paper.template", *said], ensure_ascii=False).encode()).hexdigest()
    if (done := already_written(session, ctx.principal.account, key, request)) is not None:
        return int((done.after or {})["id"])
    faults = _faults(code, words, from_on, document.strip())
    if faults:
        raise InvalidInput(faults)
    before = kind_on(session, code, from_on)
    with key_once(session, key):
        row = PaperTemplate(
            kind=code,
            from_on=from_on,
            opening=words.opening,
            paragraphs=list(words.paragraphs),
            recipients=list(words.recipients),
            document=document.strip(),
            set_by=ctx.principal.account,
        )
        session.add(row)
        session.flush()
        record(
            session,
            kind="paper.template",
            object_type="paper_template",
            object_code=code,
            actor=ctx.principal.account,
            effective_on=from_on,
            before=None if before is None else _told(before.opening, before.paragraphs, before.recipients),
            after=_told(words.opening, words.paragraphs, words.recipients) | {"id": row.id},
            document=document.strip(),
            idempotency_key=own_key(ctx.principal.account, key),
            request_hash=request if key else None,
        )
    return row.id


def _told(opening: str, paragraphs: Sequence[str], recipients: Sequence[str]) -> dict[str, object]:
    return {"opening": opening, "paragraphs": list(paragraphs), "recipients": list(recipients)}


def _faults(code: str, words: Words, from_on: date, document: str) -> list[Fault]:
    faults: list[Fault] = []
    if code not in paper_kinds():
        faults.append(Fault("kind", "Không có mẫu văn bản này.", "There is no such paper."))
    if not date(2015, 1, 1) <= from_on <= date(2045, 12, 31):
        faults.append(
            Fault("from_on", "Ngày áp dụng phải từ 2015 đến 2045.", "The day must lie within 2015–2045.")
        )
    if not document or len(document) > 200:
        faults.append(
            Fault("document", "Phải nêu văn bản ban hành mẫu.", "The paper behind it must be named.")
        )
    for name in ("opening", "paragraphs", "recipients"):
        said = getattr(words, name)
        lines = (said,) if isinstance(said, str) else said
        if not lines or not any(line.strip() for line in lines):
            faults.append(Fault(name, "Không được để trống.", "It must not be empty."))
        if len(lines) > MOST_LINES or any(len(line) > LONGEST for line in lines):
            vi = f"Tối đa {MOST_LINES} dòng, mỗi dòng {LONGEST} ký tự."
            faults.append(Fault(name, vi, f"At most {MOST_LINES} lines of {LONGEST} characters."))
        for number, line in enumerate(lines, 1):
            if why := _unreadable(line):
                vi = f"Dòng {number}: không đọc được chỗ điền ({why})."
                faults.append(Fault(name, vi, f"Line {number}: a place cannot be read ({why})."))
    return faults


def _unreadable(line: str) -> str:
    """What in a sentence is no place of `PLACES`, empty when all is; nothing else of the language is let in."""
    if any(ord(c) < 32 for c in line):
        return "ký tự điều khiển · control character"
    left = _PLACE.sub(lambda found: "" if found[1] in PLACES else found[0], line)
    rest = re.search(r"\{\{[^}]*\}?\}?|\}\}|\{%|\{#", left)
    return rest[0][:80] if rest else ""
