"""What an uploaded paper or picture is, by its bytes; runs in the limited child process, standard library only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from geo.importers.precheck import Refused

Kind = Literal["jpeg", "png", "webp", "pdf", "docx"]
MEDIA: dict[Kind, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
ENDINGS: dict[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    MEDIA["docx"]: ".docx",
}
_HEAD = 4096
_TAKEN: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "docx"),  # which must prove to be one
)
# First bytes of what is refused → the code of its sentence.
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "executable"), (b"\x7fELF", "executable"), (b"#!", "executable"), (b"\xca\xfe\xba\xbe", "executable"),
    (b"\xcf\xfa\xed\xfe", "executable"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"), (b"GIF8", "gif"),
    (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"), (b"BM", "tiff"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"), (b"PK\x05\x06", "archive"), (b"{\\rtf", "old_office"),
)  # fmt: skip
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


def kind_of(path: Path) -> Kind:
    """The kind of the file. Raises Refused with the code of a sentence for everything that is not taken."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        raise Refused("heic" if head[8:12] in _HEIC else "video")
    for magic, kind in _TAKEN:
        if head.startswith(magic):
            return kind
    for magic, code in _REFUSED:
        if head.startswith(magic):
            raise Refused(code)
    plain = head.replace(b"\x00", b"").lower()  # UTF-16 hides words from a look at bytes, not from a browser
    if re.search(rb"<svg\b|<!doctype svg", plain):
        raise Refused("svg")
    if re.search(rb"<(!doctype|html|head|body|script|\?xml|\?php|iframe)\b", plain):
        raise Refused("html")
    raise Refused("unknown")
