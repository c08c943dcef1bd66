"""Papers: a PDF without anything that acts, a DOCX without macros that stays small when unpacked. Runs in the child."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image

from geo.documents.bounds import (
    MOST_DEPTH,
    MOST_MEMBERS,
    MOST_OBJECTS,
    MOST_PAGES,
    MOST_PIXELS,
    MOST_RATIO,
    MOST_UNPACKED,
)
from geo.documents.pictures import write_copies
from geo.importers.precheck import Refused

# What does something when it is opened or clicked, besides showing a page or a web address.
_ACTIONS = {
    "/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/Rendition", "/RichMediaExecute", "/Sound",
    "/Movie",
}  # fmt: skip
_KEYS = {"/JS": "pdf_script", "/EmbeddedFiles": "pdf_embedded", "/EF": "pdf_embedded", "/XFA": "pdf_form",
         "/RichMediaContent": "pdf_embedded"}  # fmt: skip
_SCAN_PIXELS = 500_000  # a page that holds a picture of this size is most likely a scan
_CONTENT = "[Content_Types].xml"
_PIECE = 1024 * 1024


def look_pdf(path: Path, out: Path) -> dict[str, Any]:
    """Number of pages; a scanned first page also gives a thumbnail. Raises Refused for whatever acts or is broken."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            if len(pdf.objects) > MOST_OBJECTS:
                raise Refused("pdf_large")
            pages = len(pdf.pages)
            if not 0 < pages <= MOST_PAGES:
                raise Refused("damaged" if pages == 0 else "pdf_large")
            budget = [MOST_OBJECTS * 20]
            for each in (*pdf.objects, pdf.trailer):
                _judge(each, 0, budget)
            _scanned_page(pdf, out)
            return {"pages": pages}
    except pikepdf.PasswordError as error:
        raise Refused("pdf_locked") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError) as error:
        raise Refused("damaged") from error


def look_docx(path: Path, out: Path) -> dict[str, Any]:
    """Nothing to tell of it. Raises Refused for macros, embedded objects, bombs, and archives that are no DOCX."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _small(members)
            names = {member.filename.lower() for member in members}
            if "word/document.xml" not in names or _CONTENT.lower() not in names:
                raise Refused("archive")
            if any(name.endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
                raise Refused("docx_macro")
            if any(name.startswith(("word/activex/", "word/embeddings/")) for name in names):
                raise Refused("docx_embedded")
            for member in members:
                if not member.filename.lower().endswith((".xml", ".rels")):
                    continue
                _judge_part(member.filename.lower(), archive.open(member).read(MOST_UNPACKED))
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        OSError,
        ValueError,
        EOFError,
    ) as error:
        raise Refused("damaged") from error
    except RuntimeError as error:  # a member under a password
        raise Refused("locked") from error
    return {}


def _judge(thing: Any, depth: int, budget: list[int]) -> None:
    """Walks what an object holds itself; objects that it points to are walked on their own."""
    budget[0] -= 1
    if depth > MOST_DEPTH or budget[0] < 0:
        raise Refused("pdf_large")
    if isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        for key, value in thing.items():
            if key in _KEYS:
                raise Refused(_KEYS[key])
            if key == "/S" and isinstance(value, pikepdf.Name) and str(value) in _ACTIONS:
                raise Refused("pdf_script" if str(value) == "/JavaScript" else "pdf_launch")
            _inside(value, depth, budget)
    elif isinstance(thing, pikepdf.Array):
        for value in _items(thing):
            _inside(value, depth, budget)


def _inside(value: Any, depth: int, budget: list[int]) -> None:
    if isinstance(value, pikepdf.Object) and not value.is_indirect:
        _judge(value, depth + 1, budget)


def _items(array: pikepdf.Array) -> Iterator[Any]:
    for at in range(len(array)):
        yield array[at]


def _scanned_page(pdf: pikepdf.Pdf, out: Path) -> None:
    """Copies of the picture that makes up the first page, when there is one; a page of text has none."""
    with suppress(Exception):  # no thumbnail is no fault of the paper
        for image in pdf.pages[0].images.values():
            found = pikepdf.PdfImage(image)  # type: ignore[arg-type]  # a stream, its stubs say less
            if _SCAN_PIXELS <= found.width * found.height <= MOST_PIXELS:
                picture = found.as_pil_image()
                if isinstance(picture, Image.Image):
                    write_copies(picture, out)
                return


def _small(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Refused("bomb")
    for member in members:
        if member.flag_bits & 1:
            raise Refused("locked")
        if member.file_size > _PIECE and member.file_size > MOST_RATIO * max(1, member.compress_size):
            raise Refused("bomb")


def _judge_part(name: str, content: bytes) -> None:
    if name == _CONTENT.lower() and b"macroenabled" in content.lower():
        raise Refused("docx_macro")
    if (
        name.endswith(".rels")
        and re.search(rb"attachedTemplate|oleObject|/frame\"|/subDocument", content)
        and re.search(rb"TargetMode\s*=\s*[\"']External", content)
    ):
        raise Refused("docx_remote")
    if name.startswith("word/") and re.search(rb"<w:instrText[^>]*>\s*DDE(AUTO)?\b", content):
        raise Refused("docx_remote")
