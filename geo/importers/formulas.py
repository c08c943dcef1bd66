"""Finds the formulas of a workbook whose result was not saved with them: their cells look empty and are not.

Runs in the limited child process, after `tables` has bounded the workbook and refused one that defines entities.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

from geo.importers.precheck import Refused

MOST = 500
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def empty_formulas(path: Path, sheet: str) -> list[str]:
    """The names of such cells ("F12") of a sheet, at most `MOST`. Raises Refused for a workbook that is damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            found: list[str] = []
            with archive.open(_member(archive, sheet)) as member:
                for _, cell in ElementTree.iterparse(member, events=("end",)):
                    if cell.tag == f"{_MAIN}row":
                        cell.clear()
                    elif cell.tag == f"{_MAIN}c" and _lacks_result(cell) and len(found) < MOST:
                        found.append(str(cell.get("r", "?"))[:12])
            return found
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, EOFError, NotImplementedError) as error:
        raise Refused("damaged") from error


def row_of(cell: str) -> int:
    """The line of a cell's name: 12 of "F12", 0 of what is no name."""
    found = re.fullmatch(r"[A-Z]{1,3}(\d{1,7})", cell)
    return int(found[1]) if found else 0


def _lacks_result(cell: ElementTree.Element) -> bool:
    if cell.find(f"{_MAIN}f") is None:
        return False
    value = cell.find(f"{_MAIN}v")
    return value is None or not (value.text or "")


def _member(archive: zipfile.ZipFile, sheet: str) -> str:
    """The file of a sheet inside the workbook. Raises KeyError."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id"): str(link.get("Target")) for link in links}
    for found in book.iter(f"{_MAIN}sheet"):
        if found.get("name") == sheet:
            name = target[found.get(_ID)]
            return name.lstrip("/") if name.startswith("/") else f"xl/{name}"
    raise KeyError(sheet)
