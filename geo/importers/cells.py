"""Carries columns from the child process to its parent: each as its distinct cells and one number per row.

A column of a million parcels has a few hundred sheets or land codes, so that both the answer and what the parent keeps
of it stay small. Standard library and numpy only; no pickle, and no cell is taken that is not text or a number.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from geo.importers.limits import Limits
from geo.importers.precheck import Refused
from geo.importers.values import Cell

_CODE = np.dtype("<i4")


def pack_columns(columns: Mapping[str, Sequence[Cell]], folder: Path, limits: Limits) -> list[str]:
    """Child's side: two files per column; gives the names in their order. Raises Refused for too much text."""
    total = 0
    for number, cells in enumerate(columns.values()):
        seen: dict[tuple[type, Cell], int] = {}  # 1, 1.0 and True are equal, and different cells
        codes = np.fromiter((seen.setdefault((type(c), c), len(seen)) for c in cells), _CODE, len(cells))
        text = json.dumps([cell for _, cell in seen], allow_nan=False)
        total += len(text)
        if total > limits.text_bytes:
            raise Refused("text_bytes", limit=limits.text_bytes // 1024**2)
        distinct, rows = _files(folder, number)
        distinct.write_text(text, "ascii")
        codes.tofile(rows)
    return list(columns)


def unpack_columns(names: Any, folder: Path, rows: int, limits: Limits) -> dict[str, list[Cell]]:
    """Parent's side. Raises ValueError, OSError or TypeError when a column is not as agreed."""
    if not isinstance(names, list) or len(set(names)) != len(names):
        raise TypeError("the columns are no list of names")
    left = limits.text_bytes
    columns: dict[str, list[Cell]] = {}
    for number, name in enumerate(names):
        distinct, codes = _files(folder, number)
        text = _read(distinct, left)
        left -= len(text)
        columns[str(name)] = _cells(text, _read(codes, rows * _CODE.itemsize), rows)
    return columns


def _cells(text: bytes, codes: bytes, rows: int) -> list[Cell]:
    try:
        distinct = json.loads(text)
    except RecursionError as error:
        raise ValueError("a column is nested too deeply") from error
    if not isinstance(distinct, list) or not all(isinstance(c, str | int | float | None) for c in distinct):
        raise ValueError("a column holds something else than text and numbers")
    if len(codes) != rows * _CODE.itemsize:
        raise ValueError("a column has another number of rows")
    index = np.frombuffer(codes, _CODE)
    if rows and not (index.min() >= 0 and index.max() < len(distinct)):
        raise ValueError("a column points outside its cells")
    table = np.empty(len(distinct), dtype=object)
    table[:] = distinct
    found: list[Cell] = table[index].tolist()
    return found


def _files(folder: Path, number: int) -> tuple[Path, Path]:
    return folder / f"column_{number}.json", folder / f"column_{number}.bin"


def _read(path: Path, most: int) -> bytes:
    """A regular file of at most `most` bytes; a link or a pipe of a hostile child leads nowhere."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
            raise ValueError("a column is not a regular file")
        content = handle.read(most + 1)
    if len(content) > most:
        raise ValueError("a column is too large")
    return content
