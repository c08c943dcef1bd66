"""A map of what changed as one picture (PNG) for a mail: what stays is thin and grey, what changed is thick, numbered
and listed beside. Widths and numbers say what colour says, so that it can be read in grey.

Drawn by ourselves from numbers, with our fonts alone: the same map gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from maps.papers.pdf import FONTS, font_of

WIDTH, HEIGHT, PANEL, MARGIN, FINE = 1200, 820, 430, 24, 2
INK, HINT, PAPER, GROUND, STILL = "#1A2430", "#5F6C7B", "#FFFFFF", "#E8ECF0", "#A9B3BE"
COLOURS = {"later": "#A3182B", "sooner": "#1F8093", "other": "#1A2430"}
WIDE = {"later": 9, "sooner": 6, "other": 5}
MOST_ROWS = 22

Point = tuple[float, float]
Line = Sequence[Point]


@dataclass(frozen=True, slots=True)
class Place:
    """A project on the map: its lines, or rings of an area, in metres (y to the north).

    `change`: "" for one that stays as it was, else later | sooner | other; `words` stand in the list beside.
    """

    lines: Sequence[Line]
    area: bool
    change: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class MailMap:
    """What is drawn: `ground` are rings behind everything, `dots` points of the ground where no ring is known."""

    title: str
    subtitle: str
    places: Sequence[Place]
    ground: Sequence[Line]
    dots: Sequence[Point]
    notes: Sequence[str]


def mail_map(drawn: MailMap) -> bytes:
    """The picture as the bytes of a PNG file."""
    size = WIDTH * FINE, HEIGHT * FINE  # drawn large and made smaller: lines without steps
    picture = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(picture)
    place = _fit(drawn)
    for ring in drawn.ground:
        points = [place(p) for p in ring]
        if len(points) > 2:
            pen.polygon(points, fill=GROUND)
            pen.line(points, fill=PAPER, width=2)
    for dot in drawn.dots:
        x, y = place(dot)
        pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=STILL)
    changed = [p for p in drawn.places if p.change]
    for part in [p for p in drawn.places if not p.change] + list(reversed(changed)):
        _shape(pen, part, place)
    for number, part in enumerate(changed[:MOST_ROWS], 1):
        middle = max(part.lines, key=len)
        _badge(pen, place(middle[len(middle) // 2]), number, COLOURS[part.change])
    _panel(pen, drawn, changed)
    made = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).quantize(64, dither=Image.Dither.NONE)
    out = io.BytesIO()
    made.save(out, "PNG", optimize=True)
    return out.getvalue()


def _fit(drawn: MailMap) -> Callable[[Point], Point]:
    """From metres to the pixels of the left part: all projects, and the ground as far as it goes."""
    points = (
        [p for part in drawn.places for line in part.lines for p in line] or list(drawn.dots) or [(0.0, 0.0)]
    )
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    wide, high = WIDTH - PANEL - 2 * MARGIN, HEIGHT - 2 * MARGIN
    scale = min(wide / max(east - west, 1000.0), high / max(north - south, 1000.0)) * FINE
    middle = (MARGIN + wide / 2) * FINE, (MARGIN + high / 2) * FINE

    def place(point: Point) -> Point:
        return (
            middle[0] + (point[0] - (west + east) / 2) * scale,
            middle[1] - (point[1] - (south + north) / 2) * scale,
        )

    return place


def _shape(pen: ImageDraw.ImageDraw, part: Place, place: Callable[[Point], Point]) -> None:
    colour, wide = COLOURS.get(part.change, STILL), WIDE.get(part.change, 3) * FINE
    for line in part.lines:
        points = [place(p) for p in line]
        if len(points) < 2:
            continue
        if part.area:
            pen.polygon(points, outline=colour, width=max(wide // 2, 2))
        else:
            pen.line(points, fill=colour, width=wide, joint="curve")


def _badge(pen: ImageDraw.ImageDraw, at: Point, number: int, colour: str) -> None:
    x, y, r = *at, 13 * FINE
    pen.ellipse((x - r, y - r, x + r, y + r), fill=colour, outline=PAPER, width=3)
    said = str(number)
    _write(pen, (x - _length(said, 14, bold=True) / 2, y - 10 * FINE), said, 14, PAPER, bold=True)


def _panel(pen: ImageDraw.ImageDraw, drawn: MailMap, changed: Sequence[Place]) -> None:
    """The title, the numbered list and the notes, at the right."""
    left, at, wide = (WIDTH - PANEL) * FINE, MARGIN * FINE, (PANEL - MARGIN) * FINE
    pen.rectangle((left - 14 * FINE, 0, WIDTH * FINE, HEIGHT * FINE), fill=PAPER)
    for said, size, bold, colour in ((drawn.title, 20, True, INK), (drawn.subtitle, 14, False, HINT)):
        for row in _rows(said, size, wide, bold=bold):
            _write(pen, (left, at), row, size, colour, bold=bold)
            at += int(size * 1.35) * FINE
    at += 8 * FINE
    notes = [row for note in drawn.notes for row in _rows(note, 12, wide)]
    floor = HEIGHT * FINE - MARGIN * FINE - len(notes) * 17 * FINE - 10 * FINE
    told = 0
    for number, part in enumerate(changed, 1):
        rows = _rows(part.words, 14, wide - 34 * FINE)
        if number > MOST_ROWS or at + len(rows) * 19 * FINE > floor - 20 * FINE:
            break
        _badge(pen, (left + 13 * FINE, at + 11 * FINE), number, COLOURS[part.change])
        for row in rows:
            _write(pen, (left + 34 * FINE, at), row, 14, INK)
            at += 19 * FINE
        at += 9 * FINE
        told = number
    if told < len(changed):
        _write(pen, (left, at), f"và {len(changed) - told} dự án nữa", 14, HINT)
    elif not changed:
        _write(pen, (left, at), "Không dự án nào thay đổi.", 14, INK)
    at = floor + 10 * FINE
    for row in notes:
        _write(pen, (left, at), row, 12, HINT)
        at += 17 * FINE


def _rows(said: str, size: int, wide: float, *, bold: bool = False) -> list[str]:
    """A text in rows that are not wider than `wide` pixels; a word that is too long stays whole."""
    rows: list[str] = []
    for word in said.split():
        if rows and _length(f"{rows[-1]} {word}", size, bold=bold) <= wide:
            rows[-1] += f" {word}"
        else:
            rows.append(word)
    return rows


def _write(
    pen: ImageDraw.ImageDraw, at: Point, said: str, size: int, colour: str, *, bold: bool = False
) -> None:
    x, y = at
    for letter in said:
        font = _font_for(letter, size, bold)
        pen.text((x, y), letter, font=font, fill=colour)
        x += font.getlength(letter)


def _length(said: str, size: int, *, bold: bool = False) -> float:
    return sum(_font_for(letter, size, bold).getlength(letter) for letter in said)


@cache
def _font_for(letter: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:
    """The font that has the letter: Vietnamese letters come from a file of their own."""
    weight = 700 if bold else 400
    files = [file for _, heavy, file in FONTS if heavy == weight]
    chosen = next((file for file in files if ord(letter) in _letters(file)), files[0])
    return _sized(chosen, size * FINE)


@cache
def _letters(file: str) -> frozenset[int]:
    with TTFont(io.BytesIO(font_of(file))) as font:
        return frozenset(font.getBestCmap())


@cache
def _sized(file: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(font_of(file)), pixels, layout_engine=ImageFont.Layout.BASIC)
