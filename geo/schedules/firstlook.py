"""Decides by the bytes which program's schedule a file is; the name is not asked. Standard library only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from geo.importers.precheck import Refused

Kind = Literal["mspdi", "pmxml", "xer", "mpp"]
READABLE: tuple[Kind, ...] = ("mspdi", "pmxml", "xer", "mpp")
_HEAD = 64 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MSPDI = re.compile(r"<(?:[\w.-]{1,30}:)?Project[\s>]")
_PMXML = re.compile(r"<(?:[\w.-]{1,30}:)?APIBusinessObjects[\s>]")


def kind_of(path: Path) -> Kind:
    """What the first bytes say. Raises Refused when they are none of the four formats."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head:
        raise Refused("empty")
    if head.startswith(_OLE):
        return "mpp"
    text = loose_text(head)
    if text.startswith("ERMHDR"):
        return "xer"
    if text.startswith("<"):
        if _PMXML.search(text):
            return "pmxml"
        if _MSPDI.search(text):
            return "mspdi"
        if "<!DOCTYPE" in text.upper():
            raise Refused("entities")
    raise Refused("unknown")


def loose_text(head: bytes) -> str:
    """The beginning as text whatever its encoding, for looking at only."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").lstrip("\ufeff \t\r\n")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1").lstrip(" \t\r\n")
