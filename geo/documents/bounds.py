"""How much a paper or a picture may cost: every bound of this door in one place."""

from __future__ import annotations

from dataclasses import replace

from geo.importers.limits import DEFAULT, Limits

# Of the child: one picture or one paper, so less than a land file gets.
CHILD: Limits = replace(
    DEFAULT,
    seconds=60.0,
    cpu_seconds=40,
    memory_bytes=1536 * 1024 * 1024,
    output_bytes=24 * 1024 * 1024,
    open_files=64,
)
MOST_PIXELS = 110_000_000  # the largest sensors of phones have 108 million; a bomb has more
MOST_SIDE = 30_000
VIEW_SIDE = 2000  # longest side of the copy that is looked at, in pixels
THUMB_SIDE = 320
MOST_PAGES = 3_000
MOST_OBJECTS = 300_000  # of a PDF
MOST_DEPTH = 60
MOST_MEMBERS = 2_000  # of a DOCX
MOST_UNPACKED = 200 * 1024 * 1024
MOST_RATIO = 120  # of a member above a megabyte
