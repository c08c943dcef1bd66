"""Reads through an XER before Java does: which encoding, whole to its %E, every row as wide as its table, no link
into the void. Gives the text in UTF-8, the only encoding that is handed on. Runs in the child; standard library only.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from geo.importers.precheck import Refused
from geo.schedules.limits import LIMITS

MOST_FAULTS = 500
NEEDED = ("PROJECT", "CALENDAR", "TASK")
# (table, column) of what points to (table, column); an empty value points nowhere.
_POINTS = (
    ("TASKPRED", "task_id", "TASK", "task_id"),
    ("TASKPRED", "pred_task_id", "TASK", "task_id"),
    ("TASK", "clndr_id", "CALENDAR", "clndr_id"),
    ("TASK", "wbs_id", "PROJWBS", "wbs_id"),
)
# UTF-8 read as a Windows code page and written again: á, ế, Đ … show as these pairs.
_TWICE = re.compile(
    "\u00e1[\u00ba\u00bb][\u00a0-\u00bf\u2018-\u203a\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u02c6\u02dc]|\u00c4[\u0090\u2018]|\u00c3[\u00a0-\u00bf]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\x9f]")
_TONES = re.compile("[A-Za-z\u00e0-\u01b0][\u0300\u0301\u0303\u0309\u0323]")


def decode(data: bytes) -> tuple[str, str]:
    """Text and name of its encoding. Raises UnicodeDecodeError when no encoding that P6 writes fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        if _seems_utf8(data):
            raise
    for encoding in ("cp1258", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "cp1252" or _TONES.search(text):
            return text, encoding
    return data.decode("cp1252"), "cp1252"


def check_xer(path: Path, plain: Path, most: int = LIMITS.rows) -> tuple[list[list[Any]], str]:
    """Faults as [code, where, values] and the encoding; without faults of the text it lies in UTF-8 at `plain`.

    Raises Refused for more than `most` activities.
    """
    data = path.read_bytes()
    try:
        text, encoding = decode(data)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return [["xer_encoding", f"dòng {line}", {"byte": f"0x{data[error.start]:02x}"}]], ""
    faults: list[list[Any]] = []
    for number, words in enumerate(text.split("\n"), 1):
        if _CONTROL.search(words.rstrip("\r")):
            faults.append(["xer_control", f"dòng {number}", {}])
        elif encoding != "utf-16" and _TWICE.search(words):
            faults.append(["xer_twice", f"dòng {number}", {"text": words.strip()[:60]}])
        if len(faults) >= MOST_FAULTS:
            return faults, encoding
    found, tables = _tables(text, most)
    faults += found
    if not any(code == "xer_cut" for code, _, _ in faults):
        faults += _missing(tables)
    plain.write_text(text, "utf-8", newline="")
    return faults[:MOST_FAULTS], encoding


Tables = dict[str, list[tuple[int, dict[str, str]]]]


def _tables(text: str, most: int) -> tuple[list[list[Any]], Tables]:
    faults: list[list[Any]] = []
    tables: Tables = {}
    name, columns, ended = "", [""], False
    kept = {table for table, *_ in _POINTS} | {table for *_, table, _ in _POINTS} | {*NEEDED}
    for number, line in enumerate(text.split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if cells[0] == "%T":
            name = cells[1] if len(cells) > 1 else ""
            tables.setdefault(name, [])
        elif cells[0] == "%F":
            columns = cells[1:]
        elif cells[0] == "%R":
            if len(cells) - 1 != len(columns):
                values = {"table": name, "found": len(cells) - 1, "expected": len(columns)}
                faults.append(["xer_ragged", f"dòng {number}", values])
            if name in kept:
                tables[name].append((number, dict(zip(columns, cells[1:], strict=False))))
                if name == "TASK" and len(tables[name]) > most:
                    raise Refused("rows", limit=most)
        elif cells[0] == "%E":
            ended = True
            break
        elif number > 1 and line.strip():
            faults.append(["xer_line", f"dòng {number}", {"text": line.strip()[:40]}])
    if not ended:
        faults.append(["xer_cut", f"dòng {text.count(chr(10)) + 1}", {}])
    else:
        faults += [["xer_table", table, {}] for table in NEEDED if not tables.get(table)]
    return faults, tables


def _missing(tables: Tables) -> list[list[Any]]:
    faults: list[list[Any]] = []
    used = {row.get("clndr_id", "") for _, row in tables.get("TASK", [])}
    for line, row in tables.get("CALENDAR", []):
        # MPXJ would give such a calendar office hours of its own, without a word.
        idle = "s|" not in row.get("clndr_data", "") and not row.get("base_clndr_id", "")
        if idle and row.get("clndr_id", "") in used:
            faults.append(["idle", f"dòng {line}", {"calendar": row.get("clndr_name", "")[:60]}])
    names = {row.get("task_id", ""): row.get("task_code", "") for _, row in tables.get("TASK", [])}
    for table, column, target, key in _POINTS:
        if not tables.get(target) and target not in NEEDED:
            continue
        there = {row.get(key, "") for _, row in tables.get(target, [])}
        for line, row in tables.get(table, []):
            value = row.get(column, "")
            if value and value not in there:
                where = names.get(row.get("task_id", ""), "") or row.get("task_code", "")
                values = {"table": table, "column": column, "absent": value[:40], "task": where[:60]}
                faults.append(["xer_void", f"dòng {line}", values])
    return faults


def _seems_utf8(data: bytes) -> bool:
    """Whether most of the bytes outside ASCII form UTF-8: then one that does not is damage, not a code page."""
    whole = len(re.findall(rb"[\xc3-\xf4][\x80-\xbf]+", data))
    loose = len(re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", data))
    return whole > 3 * loose + 2
