"""A report as a file, PDF, XLSX or JSON, and the way back: what a file says it is, and whether its bytes are those.

The bytes are a function of the content; the content is in the PDF (attached) and is the JSON. So a file can be checked:
its content gives its hash, and the database gives the content again.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pikepdf
from python_calamine import CalamineError, CalamineWorkbook
from sqlalchemy.orm import Session

from api.context import Context
from api.reports.body_content import body_content
from api.reports.content import report_content
from api.reports.document import KINDS, document_of
from api.reports.pack import time_values
from api.reports.portfolio_content import portfolio_more
from maps.reports.book import INSIDE, make_book
from maps.reports.pdf import ATTACHED, make_pdf
from projects.errors import Fault, InvalidInput
from projects.reporting.canonical import canonical, digest

FORMS = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """What makes a report: project (None: the portfolio), day, the day it is compared with, kind of document.

    `body`: the report is that of a ward or level (see `api.usecases.bodies`), over all projects.
    """

    project: str | None
    as_of: date
    since: date | None
    kind: str = "bao-cao"
    body: str | None = None


def report_file(session: Session, ctx: Context, asked: Asked, form: str) -> tuple[bytes, dict[str, Any]]:
    """The bytes of the file, and its content. Raises what `report_content` raises."""
    content = _content(session, ctx, asked)
    return drawn(content, asked.kind, form), content


def _content(session: Session, ctx: Context, asked: Asked) -> dict[str, Any]:
    if asked.body is not None:
        return body_content(session, ctx, asked.body, as_of=asked.as_of, since=asked.since)
    content = report_content(session, ctx, asked.project, as_of=asked.as_of, since=asked.since)
    if asked.project is None:
        return (
            content
            if asked.kind == "bao-cao"
            else content | portfolio_more(session, ctx, asked.kind, content)
        )
    if asked.kind == "tap":
        content["time"] = time_values(session, ctx, asked.project, asked.as_of)
    return content


def drawn(content: Mapping[str, Any], kind: str, form: str) -> bytes:
    """The file of a content: the same bytes whenever and wherever it is drawn by the same software."""
    whole = {**content, "document": kind}
    document = document_of(content, kind)
    if form == "pdf":
        return make_pdf(document, canonical(whole))
    if form == "xlsx":
        return make_book(document, canonical(whole))
    return canonical({**whole, "sha256": digest(whole)})


def content_in(data: bytes) -> dict[str, Any]:
    """The content that a file says it has. Raises InvalidInput for a file that is none of our reports."""
    try:
        if data.startswith(b"%PDF"):
            with pikepdf.open(io.BytesIO(data)) as pdf:
                found = bytes(pdf.attachments[ATTACHED].get_file().read_bytes())
        elif data.startswith(b"PK"):
            found = _inside(data)
        else:
            found = data
        content = json.loads(found)
        kind = content["document"]
        if not isinstance(content, dict) or kind not in KINDS or content["kind"] != "delay":
            raise ValueError(kind)
    except (
        ValueError,
        KeyError,
        TypeError,
        pikepdf.PdfError,
        CalamineError,
        zipfile.BadZipFile,
        RecursionError,
    ):
        raise InvalidInput(
            [
                Fault(
                    "tệp",
                    "Không phải báo cáo chậm do Đường Găng làm ra, hoặc tệp đã hỏng.",
                    "Not a delay report made by Đường Găng, or the file is damaged.",
                )
            ]
        ) from None
    return content


def form_of(data: bytes) -> str:
    """pdf, xlsx or json, by the first bytes."""
    return "pdf" if data.startswith(b"%PDF") else "xlsx" if data.startswith(b"PK") else "json"


def _inside(book: bytes) -> bytes:
    """The pieces of the hidden sheet of a workbook, put together."""
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        if sum(part.file_size for part in parts.infolist()) > LARGEST:
            raise ValueError("too large")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(INSIDE).to_python()
    at = next(number for number, row in enumerate(rows) if row and row[0] == "JSON")
    return "".join(str(row[0]) for row in rows[at + 1 :]).encode()
