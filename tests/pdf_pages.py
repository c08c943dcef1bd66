"""Where every glyph of a PDF lies: a reader of content streams for tests, independent of what drew the page.

Follows the graphics state (q, Q, cm), text matrices, form XObjects and the widths of composite fonts. Text is measured
along its baseline only: what matters is whether it leaves the page, and whether the font has the letter (glyph 0 is the
empty box).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pikepdf

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """A run of glyphs: its page from 1, the ends of its baseline in points, the page's size, and its glyph numbers."""

    page: int
    x: tuple[float, float]
    y: tuple[float, float]
    size: tuple[float, float]
    glyphs: tuple[int, ...]

    def inside(self, margin: float = 0.0) -> bool:
        """Whether both ends of the baseline are on the page, so many points from its edges."""
        return all(
            margin <= at <= whole - margin
            for ends, whole in ((self.x, self.size[0]), (self.y, self.size[1]))
            for at in ends
        )

    @property
    def missing(self) -> int:
        """How many of its letters the font does not have."""
        return self.glyphs.count(0)


@dataclass(frozen=True)
class Font:
    """Widths by code in thousandths (-1 holds that of all others), and glyphs by code where they differ."""

    widths: dict[int, float]
    glyphs: dict[int, int]


def runs(data: bytes) -> list[Run]:
    """Every run of text of a PDF file, in order."""
    found: list[Run] = []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for number, page in enumerate(pdf.pages, 1):
            box = [float(v) for v in page.mediabox]
            start = _matrix(1, 0, 0, 1, -box[0], -box[1])
            size = (box[2] - box[0], box[3] - box[1])
            for run in _streams(page, page.obj.Resources, start):
                found.append(Run(number, run[0], run[1], size, run[2]))
    return found


def fonts(data: bytes) -> set[str]:
    """The families of the fonts in a PDF file."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return {
            str(thing.BaseFont).lstrip("/").partition("+")[2]
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/Font"
        }


def _streams(stream: Any, resources: Any, matrix: Matrix) -> Iterator[tuple[Any, Any, tuple[int, ...]]]:
    stack: list[tuple[Matrix, Font | None, float]] = []
    font: Font | None = None
    size = 1.0
    text = line = np.eye(3)
    leading = 0.0
    for instruction in pikepdf.parse_content_stream(stream):
        operands: Any = instruction.operands
        name = str(instruction.operator)
        if name == "q":
            stack.append((matrix, font, size))
        elif name == "Q":
            matrix, font, size = stack.pop()
        elif name == "cm":
            matrix = _matrix(*map(float, operands)) @ matrix
        elif name == "BT":
            text = line = np.eye(3)
        elif name == "Tf":
            font, size = _font(resources.Font[operands[0]]), float(operands[1])
        elif name == "TL":
            leading = float(operands[0])
        elif name == "Tm":
            text = line = _matrix(*map(float, operands))
        elif name in ("Td", "TD"):
            leading = -float(operands[1]) if name == "TD" else leading
            text = line = _matrix(1, 0, 0, 1, float(operands[0]), float(operands[1])) @ line
        elif name == "T*":
            text = line = _matrix(1, 0, 0, 1, 0, -leading) @ line
        elif name in ("Tj", "TJ", "'"):
            assert font is not None
            parts = operands[0] if name == "TJ" else [operands[0]]
            glyphs, moved = [], 0.0
            for part in parts:
                if isinstance(part, pikepdf.String):
                    for code in _codes(bytes(part)):
                        glyphs.append(font.glyphs.get(code, code))
                        moved += font.widths.get(code, font.widths[-1]) / 1000 * size
                else:
                    moved -= float(part) / 1000 * size
            ends = [np.array([at, 0.0, 1.0]) @ text @ matrix for at in (0.0, moved)]
            text = _matrix(1, 0, 0, 1, moved, 0) @ text
            yield tuple(float(e[0]) for e in ends), tuple(float(e[1]) for e in ends), tuple(glyphs)
        elif name == "Do":
            form = resources.XObject[operands[0]]
            if form.Subtype == "/Form":
                own = _matrix(*map(float, form.get("/Matrix", [1, 0, 0, 1, 0, 0])))
                yield from _streams(form, form.get("/Resources", resources), own @ matrix)


def _matrix(a: float, b: float, c: float, d: float, e: float, f: float) -> Matrix:
    return np.array([[a, b, 0.0], [c, d, 0.0], [e, f, 1.0]])


def _codes(data: bytes) -> list[int]:
    """Two bytes to the code, as WeasyPrint writes."""
    return [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]


def _font(font: Any) -> Font:
    below = font.DescendantFonts[0]
    widths: dict[int, float] = {-1: float(below.get("/DW", 1000))}
    entries = list(below.get("/W", []))
    while entries:
        first, second = int(entries.pop(0)), entries.pop(0)
        if isinstance(second, pikepdf.Array):
            widths |= {first + at: float(width) for at, width in enumerate(second)}
        else:
            width = float(entries.pop(0))
            widths |= dict.fromkeys(range(first, int(second) + 1), width)
    if font.Encoding == "/Identity-H":
        return Font(widths, {})
    # A map of codes to glyphs is written where some letter has none: it is glyph 0 then.
    codes = re.findall(rb"<([0-9a-f]{4})> (\d+)", font.Encoding.read_bytes())
    return Font(widths, {int(code, 16): int(glyph) for code, glyph in codes})
